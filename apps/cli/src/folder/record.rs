//! What `network.json` holds.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::process::ProcessId;

/// The layout of the folder and of `network.json` that this program reads and writes.
pub const FORMAT: u32 = 1;

/// A network: what it is, what runs where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Layout, see [`FORMAT`].
    pub format: u32,
    /// Version of the program that wrote this.
    pub made_by: String,
    /// How far the network is.
    pub phase: Phase,
    /// Length of a slot in the chain's genesis, milliseconds.
    pub slot_ms: u64,
    /// The process that started the others.
    pub supervisor: Option<ProcessId>,
    /// The chain nodes.
    pub nodes: Vec<NodeRecord>,
    /// Where the gateway listens, a URL.
    pub gateway: Option<String>,
    /// Where the explorer's pages are, a URL.
    #[serde(default)]
    pub explorer: Option<String>,
    /// How long the last start took; `None` until it is done.
    pub seconds: Option<Seconds>,
    /// Everything that was started, or waits for its turn.
    pub processes: Vec<ProcessRecord>,
}

/// How long a start took, in seconds since the command began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seconds {
    /// Until all nodes agreed on a finalised block.
    pub first_finalised: f64,
    /// Until the network was complete.
    pub ready: f64,
}

/// How far a network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Its processes are being started.
    Starting,
    /// It answers.
    Ready,
    /// It has been ended.
    Stopped,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A chain node.
    Node,
    /// Answers.
    Miner,
    /// Measures answers.
    Validator,
    /// Lets users in.
    Gateway,
    /// Shows the chain.
    Explorer,
}

impl Role {
    /// The role's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Miner => "miner",
            Self::Validator => "validator",
            Self::Gateway => "gateway",
            Self::Explorer => "explorer",
        }
    }
}

/// A chain node's doors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// Its name.
    pub name: String,
    /// JSON-RPC, a `ws://` URL.
    pub rpc: String,
    /// Peer-to-peer TCP port.
    pub p2p_port: u16,
    /// JSON-RPC TCP port.
    pub rpc_port: u16,
    /// Prometheus TCP port.
    pub prometheus_port: u16,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProcessRecord {
    /// Its name, unique in the network.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// Number of the subnet it serves; `None` of nodes, gateways and explorers, which serve all.
    pub netuid: Option<u16>,
    /// Which process it is; `None` before its start and after its end.
    pub process: Option<ProcessId>,
    /// Where it listens.
    pub address: String,
    /// Its TCP port, to be preferred the next time.
    pub port: u16,
    /// Its log file.
    pub log: PathBuf,
    /// The hotkey it acts with, SS58.
    pub hotkey: Option<String>,
}

impl Record {
    /// A network that has not been started yet.
    pub fn new(slot_ms: u64) -> Self {
        Self {
            format: FORMAT,
            made_by: env!("CARGO_PKG_VERSION").to_string(),
            phase: Phase::Stopped,
            slot_ms,
            supervisor: None,
            nodes: Vec::new(),
            gateway: None,
            explorer: None,
            seconds: None,
            processes: Vec::new(),
        }
    }

    /// Whether its supervisor runs.
    pub fn is_running(&self) -> bool {
        self.supervisor.is_some_and(|supervisor| supervisor.alive())
    }

    /// The recorded processes that still run, the supervisor aside.
    pub fn alive(&self) -> Vec<ProcessId> {
        self.processes.iter().filter_map(|process| process.process).filter(ProcessId::alive).collect()
    }

    /// The process called `name`.
    pub fn process(&self, name: &str) -> Option<&ProcessRecord> {
        self.processes.iter().find(|process| process.name == name)
    }

    /// The neurons of subnet `netuid`.
    pub fn of(&self, netuid: u16) -> impl Iterator<Item = &ProcessRecord> {
        self.processes.iter().filter(move |process| process.netuid == Some(netuid))
    }

    /// The nodes' JSON-RPC URLs.
    pub fn node_urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.rpc.clone()).collect()
    }
}
