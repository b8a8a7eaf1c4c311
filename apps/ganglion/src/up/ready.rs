//! Waiting until a network that was started is a network.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use ganglion_client::Client;
use serde::Deserialize;

use super::session::{Look, Session};
use crate::chain;
use crate::folder::{NodeRecord, ProcessRecord, Role};
use crate::output::Step;

/// How long each step may take, on a slow machine.
const NODES: Duration = Duration::from_secs(180);
const FINALITY: Duration = Duration::from_secs(120);
const NEURONS: Duration = Duration::from_secs(300);
const GATEWAY: Duration = Duration::from_secs(60);
/// How long a node may take to answer one question.
const ANSWER: Duration = Duration::from_secs(8);

/// The subnet that a local network serves.
pub const NETUID: u16 = 1;

/// Waits until every node answers.
///
/// # Errors
/// See [`Session::wait`].
pub async fn nodes(session: &mut Session<'_>, nodes: &[NodeRecord]) -> Result<Vec<Client>> {
    let step = Step::start("nodes up");
    let mut clients = Vec::new();
    for node in nodes {
        let connect = async || match chain::connect(&node.rpc, ANSWER).await {
            Ok(client) => Look::Done(client),
            Err(_) => Look::NotYet(format!("waiting for {}", node.name)),
        };
        clients.push(session.wait(&step, &format!("the start of node {}", node.name), NODES, connect).await?);
    }
    let names: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
    step.done(&names.join(", "));
    Ok(clients)
}

/// Waits until every node has finalised a block that it had not when this began, and all agree on it. Returns the
/// height of the first one.
///
/// # Errors
/// See [`Session::wait`].
pub async fn finality(session: &mut Session<'_>, clients: &[Client]) -> Result<u32> {
    let step = Step::start("first finalised block");
    let mut before = Vec::new();
    for client in clients {
        // A node that doesn't say has finalised nothing that we know of.
        before.push(client.finalized().await.map_or(0, |block| block.number));
    }
    let target = before.iter().max().map_or(1, |height| height.saturating_add(1));
    let look = async || {
        let mut hashes = BTreeSet::new();
        for client in clients {
            match chain::view(client).await {
                Ok(view) if view.finalized >= target => {}
                Ok(view) => {
                    return Look::NotYet(format!(
                        "best {}, finalised {}, peers {}",
                        view.best, view.finalized, view.peers
                    ))
                }
                Err(error) => return Look::NotYet(format!("{error:#}")),
            }
            match client.block_hash(target).await {
                Ok(hash) => hashes.insert(hash),
                Err(error) => return Look::NotYet(error.to_string()),
            };
        }
        if hashes.len() == 1 {
            Look::Done(())
        } else {
            Look::NotYet(format!("the nodes disagree on block {target}"))
        }
    };
    session.wait(&step, "the first finalised block", FINALITY, look).await?;
    step.done(&format!("#{target}"));
    Ok(target)
}

/// Waits until the processes with `role` are registered in the subnet; miners must have announced their axons too.
///
/// # Errors
/// See [`Session::wait`].
pub async fn neurons(session: &mut Session<'_>, client: &Client, role: Role) -> Result<()> {
    let step = Step::start(&format!("{}s registered", role.name()));
    let awaited: Vec<ProcessRecord> = session.record.processes.iter().filter(|p| p.role == role).cloned().collect();
    let look = async || {
        let (all, serving) = match chain::hotkeys(client, NETUID).await {
            Ok(hotkeys) => hotkeys,
            Err(error) => return Look::NotYet(format!("{error:#}")),
        };
        let there = if role == Role::Miner { &serving } else { &all };
        let lacking = lacking(&awaited, there);
        if lacking.is_empty() {
            Look::Done(())
        } else {
            let done = awaited.len() - lacking.len();
            Look::NotYet(format!("{done} of {}, waiting for {}", awaited.len(), lacking.join(", ")))
        }
    };
    let what = format!("the registration of {}s", role.name());
    session.wait(&step, &what, NEURONS, look).await?;
    step.done(&awaited.len().to_string());
    Ok(())
}

fn lacking<'a>(awaited: &'a [ProcessRecord], there: &BTreeSet<String>) -> Vec<&'a str> {
    let is_there = |process: &ProcessRecord| process.hotkey.as_ref().is_some_and(|hotkey| there.contains(hotkey));
    awaited.iter().filter(|process| !is_there(process)).map(|process| process.name.as_str()).collect()
}

/// Waits until the gateway knows the miners.
///
/// # Errors
/// See [`Session::wait`].
pub async fn gateway(session: &mut Session<'_>, url: &str) -> Result<()> {
    let step = Step::start("gateway open");
    let miners = session.record.processes.iter().filter(|process| process.role == Role::Miner).count();
    let http = reqwest::Client::builder().timeout(ANSWER).no_proxy().build()?;
    let look = async || match health(&http, url).await {
        Ok(health) if health.ready && health.miners >= miners => Look::Done(health.miners),
        Ok(health) => Look::NotYet(format!("it knows {} miners of {miners}", health.miners)),
        Err(_) => Look::NotYet("no answer yet".into()),
    };
    let miners = session.wait(&step, "the start of the gateway", GATEWAY, look).await?;
    step.done(&format!("{url}, {miners} miners"));
    Ok(())
}

/// What a gateway says at `/health`.
#[derive(Deserialize)]
struct Health {
    ready: bool,
    miners: usize,
}

async fn health(http: &reqwest::Client, url: &str) -> Result<Health> {
    Ok(http.get(format!("{url}/health")).send().await?.error_for_status()?.json().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_on_the_chain_are_there() {
        let process = |name: &str, hotkey: Option<&str>| ProcessRecord {
            name: name.into(),
            role: Role::Miner,
            process: None,
            address: String::new(),
            port: 1,
            log: "log".into(),
            hotkey: hotkey.map(Into::into),
        };
        let all = [process("a", Some("5a")), process("b", Some("5b")), process("c", None)];
        let there = BTreeSet::from(["5a".to_string(), "5x".to_string()]);
        assert_eq!(lacking(&all, &there), ["b", "c"]);
    }
}
