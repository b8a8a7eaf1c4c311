//! Waiting until a network that was started is a network.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Result;
use ganglion_client::Client;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::session::{Look, Session};
use crate::chain::{self, Registered};
use crate::cli::LocalSubnet;
use crate::folder::{NodeRecord, ProcessRecord, Role};
use crate::output::Step;

/// How long each step may take, on a slow machine.
const NODES: Duration = Duration::from_secs(180);
const FINALITY: Duration = Duration::from_secs(120);
const NEURONS: Duration = Duration::from_secs(300);
const GATEWAY: Duration = Duration::from_secs(60);
/// How long a node may take to answer one question.
const ANSWER: Duration = Duration::from_secs(8);

/// How long a port of this machine may take to open.
const KNOCK: Duration = Duration::from_secs(1);

/// The subnet that must be there before a network is one.
pub const NETUID: u16 = LocalSubnet::Text.netuid();

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

/// Waits until the neuron of this name has a seat in the text subnet for good. Who came first is asked first while nobody is
/// paid, so the first miner, which answers most, doesn't race the others for its seat; they would, had its block to give way
/// to another.
///
/// # Errors
/// See [`Session::wait`].
pub async fn seat(session: &mut Session<'_>, client: &Client, name: &str) -> Result<()> {
    let step = Step::start("first miner registered");
    let hotkey = session.record.of(NETUID).find(|process| process.name == name).and_then(|found| found.hotkey.clone());
    let look = async || match chain::registered_for_good(client, NETUID).await {
        Ok(there) if hotkey.as_ref().is_none_or(|hotkey| there.axons.contains_key(hotkey)) => Look::Done(()),
        Ok(there) => Look::NotYet(format!("waiting for {name}, finalised {}", there.block)),
        Err(error) => Look::NotYet(format!("{error:#}")),
    };
    session.wait(&step, &format!("the registration of {name}"), NEURONS, look).await?;
    step.done(name);
    Ok(())
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

/// Waits until the processes with `role` are registered in the text subnet and, those that listen, where they announced.
/// Returns the block that shows it.
///
/// # Errors
/// See [`Session::wait`].
pub async fn neurons(session: &mut Session<'_>, client: &Client, role: Role) -> Result<u32> {
    let step = Step::start(&format!("{}s registered", role.name()));
    let awaited: Vec<ProcessRecord> =
        session.record.of(NETUID).filter(|process| process.role == role).cloned().collect();
    let look = async || {
        let there = match chain::registered(client, NETUID).await {
            Ok(there) => there,
            Err(error) => return Look::NotYet(format!("{error:#}")),
        };
        let mut lacking = lacking(&awaited, &there);
        if lacking.is_empty() && role == Role::Miner {
            lacking = deaf(&awaited).await;
        }
        if lacking.is_empty() {
            Look::Done(there.block)
        } else {
            let done = awaited.len() - lacking.len();
            Look::NotYet(format!("{done} of {}, waiting for {}", awaited.len(), lacking.join(", ")))
        }
    };
    let what = format!("the registration of {}s", role.name());
    let block = session.wait(&step, &what, NEURONS, look).await?;
    step.done(&awaited.len().to_string());
    Ok(block)
}

/// Those that the chain doesn't list, or, miners, lists at another address than this start's: an earlier one's.
pub(super) fn lacking<'a>(awaited: &'a [ProcessRecord], there: &Registered) -> Vec<&'a str> {
    let is_there = |process: &ProcessRecord| {
        let axon = process.hotkey.as_ref().and_then(|hotkey| there.axons.get(hotkey));
        match process.role {
            Role::Miner => axon.is_some_and(|axon| axon.is_some_and(|axon| axon.port() == process.port)),
            _ => axon.is_some(),
        }
    };
    awaited.iter().filter(|process| !is_there(process)).map(|process| process.name.as_str()).collect()
}

/// Those whose port isn't open.
async fn deaf(awaited: &[ProcessRecord]) -> Vec<&str> {
    let mut deaf = Vec::new();
    for process in awaited {
        let opened = timeout(KNOCK, TcpStream::connect((Ipv4Addr::LOCALHOST, process.port))).await;
        if !matches!(opened, Ok(Ok(_))) {
            deaf.push(process.name.as_str());
        }
    }
    deaf
}

/// Waits until the gateway knows the miners as they were listed at `block`, and has found all of them alive: then the
/// best one answers the first question.
///
/// # Errors
/// See [`Session::wait`].
pub async fn gateway(session: &mut Session<'_>, url: &str, block: u32) -> Result<()> {
    let step = Step::start("gateway open");
    let miners: Vec<ProcessRecord> =
        session.record.of(NETUID).filter(|process| process.role == Role::Miner).cloned().collect();
    let http = ganglion_outward::client().timeout(ANSWER).no_proxy().build()?;
    let look = async || match listing(&http, url).await {
        Ok(listing) if listing.block.is_none_or(|seen| seen < block) => {
            Look::NotYet("it hasn't read the newest blocks".into())
        }
        Ok(listing) => match listing.unseen(&miners) {
            unseen if unseen.is_empty() => Look::Done(()),
            unseen => Look::NotYet(format!("it hasn't reached {}", unseen.join(", "))),
        },
        Err(_) => Look::NotYet("no answer yet".into()),
    };
    session.wait(&step, "the start of the gateway", GATEWAY, look).await?;
    step.done(&format!("{url}, {} miners", miners.len()));
    Ok(())
}

/// What a gateway says at `/v1/network`.
#[derive(Deserialize)]
struct Listing {
    block: Option<u32>,
    miners: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    hotkey: String,
    alive: Option<bool>,
}

impl Listing {
    /// Those that it doesn't list as alive.
    fn unseen<'a>(&self, awaited: &'a [ProcessRecord]) -> Vec<&'a str> {
        let alive = |process: &ProcessRecord| {
            let is = |listed: &Listed| Some(&listed.hotkey) == process.hotkey.as_ref() && listed.alive == Some(true);
            self.miners.iter().any(is)
        };
        awaited.iter().filter(|process| !alive(process)).map(|process| process.name.as_str()).collect()
    }
}

async fn listing(http: &reqwest::Client, url: &str) -> Result<Listing> {
    Ok(http.get(format!("{url}/v1/network")).send().await?.error_for_status()?.json().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Record;
    use std::net::SocketAddr;

    fn process(name: &str, role: Role, hotkey: Option<&str>) -> ProcessRecord {
        ProcessRecord {
            name: name.into(),
            role,
            netuid: Some(NETUID),
            process: None,
            address: String::new(),
            port: 7,
            log: "log".into(),
            hotkey: hotkey.map(Into::into),
        }
    }

    #[test]
    fn the_gateway_must_have_reached_every_miner() {
        let listing: Listing = serde_json::from_value(serde_json::json!({
            "netuid": 1, "block": 9, "age_s": 0, "miners": [
                { "uid": 0, "hotkey": "5a", "alive": true }, { "uid": 1, "hotkey": "5b", "alive": false },
                { "uid": 2, "hotkey": "5c", "alive": null },
            ]
        }))
        .expect("a listing");
        let miner = |name: &str, hotkey| process(name, Role::Miner, Some(hotkey));
        let all = [miner("alive", "5a"), miner("dead", "5b"), miner("not looked at", "5c"), miner("unlisted", "5d")];
        assert_eq!(listing.unseen(&all), ["dead", "not looked at", "unlisted"]);
    }

    #[test]
    fn an_earlier_starts_address_is_not_enough() {
        let at = |port| Some(SocketAddr::from(([127, 0, 0, 1], port)));
        let axons = [("5a", at(7)), ("5b", at(8)), ("5c", None), ("5v", None)];
        let axons = axons.into_iter().map(|(hotkey, axon)| (hotkey.to_string(), axon)).collect();
        let there = Registered { block: 1, axons };
        let miner = |name: &str, hotkey| process(name, Role::Miner, hotkey);
        let all = [
            miner("here", Some("5a")),
            miner("elsewhere", Some("5b")),
            miner("silent", Some("5c")),
            miner("unknown", Some("5d")),
            miner("without a key", None),
            process("validator", Role::Validator, Some("5v")),
        ];
        assert_eq!(lacking(&all, &there), ["elsewhere", "silent", "unknown", "without a key"]);
    }

    #[tokio::test]
    async fn a_closed_port_is_noticed() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
        let port = listener.local_addr().expect("address").port();
        let mut record = Record::new(1000);
        record.processes.push(ProcessRecord { port, ..process("miner", Role::Miner, None) });
        assert!(deaf(&record.processes).await.is_empty());
        drop(listener);
        assert_eq!(deaf(&record.processes).await, ["miner"]);
    }
}
