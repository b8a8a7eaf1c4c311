//! What a gateway is told at its start.

use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use std::{sync::Arc, time::Duration};

/// Configuration of a gateway. [`GatewayConfig::new`] has defaults that suit a small network.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// WebSocket addresses of nodes, tried in order.
    pub nodes: Vec<String>,
    /// Signs requests to miners. It needs no balance and no registration; registered keys get higher quotas.
    pub keypair: Arc<Keypair>,
    /// The subnet that answers.
    pub netuid: NetUid,
    /// Miners whose address isn't one of the public internet are not called. Strangers write these addresses on the
    /// chain: without this they choose what the gateway knocks at behind its firewall. Off only in local networks.
    pub public_addresses_only: bool,
    /// How often the metagraph is read.
    pub refresh: Duration,
    /// How often each miner is checked for being alive.
    pub probe: Duration,
    /// A miner that hasn't answered for so long gets company: the next one is asked too.
    pub hedge: Duration,
    /// An answer takes no longer than this, or fails with 504.
    pub deadline: Duration,
    /// Miners asked for one request, at most.
    pub attempts: usize,
    /// Miners asked at the same time for one request, at most.
    pub parallel: usize,
    /// Failures in a row after which a miner is left alone for [`GatewayConfig::pause`].
    pub failures: u32,
    /// How long a failing miner is left alone before it gets another chance.
    pub pause: Duration,
    /// Requests being answered at once; more get 429.
    pub in_flight: usize,
    /// Open connections; more wait.
    pub connections: usize,
    /// Longest request body, bytes.
    pub body_bytes: usize,
    /// How long a client may take to send a request's headers, and then its body.
    pub read_timeout: Duration,
    /// Most tokens of an answer; larger wishes are cut to this.
    pub max_tokens: u32,
    /// Tokens of an answer where the request doesn't say.
    pub default_tokens: u32,
}

impl GatewayConfig {
    /// A gateway to the miners of `netuid`, reading the chain from `nodes`.
    pub fn new(nodes: Vec<String>, keypair: Arc<Keypair>, netuid: impl Into<NetUid>) -> Self {
        Self {
            nodes,
            keypair,
            netuid: netuid.into(),
            public_addresses_only: true,
            refresh: Duration::from_secs(3),
            probe: Duration::from_secs(5),
            hedge: Duration::from_secs(8),
            deadline: Duration::from_secs(30),
            attempts: 5,
            parallel: 3,
            failures: 3,
            pause: Duration::from_secs(15),
            in_flight: 256,
            connections: 1024,
            body_bytes: 1 << 20,
            read_timeout: Duration::from_secs(10),
            max_tokens: 2048,
            default_tokens: 256,
        }
    }
}
