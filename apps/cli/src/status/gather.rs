//! Reading a network's status: nodes and axons, all at once, with short waits.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use futures::{stream, StreamExt};
use ganglion_client::Client;
use ganglion_primitives::{EmissionInfo, Metagraph, SubnetInfo};
use serde::Deserialize;

use super::shape::{Read, Status};
use crate::chain::{self, View};
use crate::folder::{Record, Role};

/// How long a node may take to let us in, and to answer one question.
const NODE: Duration = Duration::from_millis(2200);
/// How long the questions to the best node may take after that.
const LEDGER: Duration = Duration::from_millis(1300);
/// How long an axon may take to say that it lives.
const AXON: Duration = Duration::from_millis(1000);
/// How long all axons may take.
const AXONS: Duration = Duration::from_millis(1200);
/// Axons that are asked at once.
const AT_ONCE: usize = 64;
/// Subnets that are read.
const SUBNETS: usize = 64;

/// Reads everything, in at most five seconds. What doesn't answer is left out.
pub async fn gather(record: &Record) -> Status {
    let mut read = Read::default();
    let nodes = futures::future::join_all(record.nodes.iter().map(|node| look(&node.rpc))).await;
    read.views = nodes.iter().map(|node| node.as_ref().map(|(_, view)| *view)).collect();
    let highest = nodes.into_iter().flatten().max_by_key(|(_, view)| view.best);
    if let Some((client, _)) = highest {
        if let Ok(Ok((emission, subnets))) = tokio::time::timeout(LEDGER, ledger(&client)).await {
            read.emission = Some(emission);
            read.subnets = subnets;
        }
    }
    read.alive = alive(record, &read.subnets).await;
    Status::new(record, &read)
}

async fn look(url: &str) -> Option<(Client, View)> {
    let look = async {
        let client = chain::connect(url, NODE).await?;
        let view = chain::view(&client).await?;
        anyhow::Ok((client, view))
    };
    tokio::time::timeout(NODE, look).await.ok()?.ok()
}

async fn ledger(client: &Client) -> Result<(EmissionInfo, Vec<(SubnetInfo, Metagraph)>)> {
    let emission = client.emission().await?;
    let mut subnets = Vec::new();
    for info in client.subnets().await?.into_iter().take(SUBNETS) {
        if let Some(metagraph) = client.metagraph(info.netuid).await? {
            subnets.push((info, metagraph));
        }
    }
    Ok((emission, subnets))
}

/// The hotkeys that answer: at the axon that the chain names, or at the door of the process on this machine.
async fn alive(record: &Record, subnets: &[(SubnetInfo, Metagraph)]) -> HashSet<String> {
    let mut doors: HashSet<(String, SocketAddr)> = HashSet::new();
    for (_, metagraph) in subnets {
        for (hotkey, endpoint) in metagraph.hotkeys.iter().zip(&metagraph.endpoints) {
            if let Some(socket) = endpoint.as_ref().and_then(|endpoint| endpoint.socket()) {
                doors.insert((chain::ss58(hotkey), socket));
            }
        }
    }
    for process in record.processes.iter().filter(|process| matches!(process.role, Role::Miner | Role::Validator)) {
        if let Some(hotkey) = &process.hotkey {
            doors.insert((hotkey.clone(), crate::ports::local(process.port)));
        }
    }
    let Ok(http) = ganglion_outward::client().timeout(AXON).no_proxy().build() else { return HashSet::new() };
    let mut answers = stream::iter(doors)
        .map(|(hotkey, socket)| {
            let http = http.clone();
            async move { answers(&http, &hotkey, socket).await.then_some(hotkey) }
        })
        .buffer_unordered(AT_ONCE);
    let mut alive = HashSet::new();
    let collect = async {
        while let Some(answer) = answers.next().await {
            alive.extend(answer);
        }
    };
    // Those that answered in time are known even if others didn't.
    let _ = tokio::time::timeout(AXONS, collect).await;
    alive
}

/// What an axon says at `/health`.
#[derive(Deserialize)]
struct Health {
    hotkey: String,
}

async fn answers(http: &reqwest::Client, hotkey: &str, socket: SocketAddr) -> bool {
    let ask = async {
        let answer = http.get(format!("http://{socket}/health")).send().await.ok()?;
        // A stranger may listen there by now, and send anything.
        if !answer.status().is_success() || answer.content_length().is_none_or(|length| length > 4096) {
            return None;
        }
        answer.json::<Health>().await.ok()
    };
    ask.await.is_some_and(|health| health.hotkey == hotkey)
}
