//! What an explorer is told at its start.

use ganglion_http::{Limits, Manners};
use std::{path::PathBuf, time::Duration};

/// How long running requests get once the explorer is to stop.
const DRAIN: Duration = Duration::from_secs(2);
/// Bytes of a request's line and headers.
const HEAD: usize = 16 * 1024;

/// Configuration of an explorer. [`ExplorerConfig::new`] has defaults that suit one machine.
#[derive(Clone, Debug)]
pub struct ExplorerConfig {
    /// WebSocket addresses of nodes, tried in order. Without any, the index is shown as it is.
    pub nodes: Vec<String>,
    /// The index's file; it is made if it isn't there.
    pub index: PathBuf,
    /// Validators' pages at addresses that aren't of the public internet are not read. Strangers write these addresses on
    /// the chain: without this they choose what the explorer knocks at behind its firewall. Off only in local networks.
    pub public_addresses_only: bool,
    /// How often the finalised head is asked for.
    pub refresh: Duration,
    /// How often validators are asked what miners produce.
    pub scores: Duration,
    /// The longest that one request may read in the index; then it gets 503.
    pub patience: Duration,
    /// The longest that a page waits for what a node says of an account.
    pub node_patience: Duration,
    /// Requests being answered at once; more get 503.
    pub in_flight: usize,
    /// Open streams of news; more get 503.
    pub watchers: usize,
    /// Open connections; more wait.
    pub connections: usize,
    /// How long a client may take to send a request's headers.
    pub read_timeout: Duration,
    /// A client that takes nothing of an answer for so long is cut off.
    pub write_timeout: Duration,
}

impl ExplorerConfig {
    /// An explorer of the chain that `nodes` serve, with its index in the file `index`.
    pub fn new(nodes: Vec<String>, index: PathBuf) -> Self {
        Self {
            nodes,
            index,
            public_addresses_only: true,
            refresh: Duration::from_secs(1),
            scores: Duration::from_secs(30),
            patience: Duration::from_secs(2),
            node_patience: Duration::from_millis(800),
            in_flight: 64,
            watchers: 512,
            connections: 1024,
            read_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
        }
    }

    /// What connections may ask for.
    pub(crate) fn limits(&self) -> Limits {
        let (read_timeout, write_timeout) = (self.read_timeout, self.write_timeout);
        let manners = Manners { read_timeout, write_timeout, head_bytes: HEAD, headers: None };
        Limits { connections: self.connections, manners, drain: DRAIN }
    }
}
