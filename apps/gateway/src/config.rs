//! What a gateway is told at its start.

use crate::{access::PublicAccess, purse::PersonalPurse};
use ganglion_http::{Limits, Manners};
use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use ganglion_subnet_text::profile::USUAL_TOKENS;
use std::{path::PathBuf, sync::Arc, time::Duration};

/// How long running requests get once the gateway is to stop.
const DRAIN: Duration = Duration::from_secs(4);
/// Bytes of a request's line and headers.
const HEAD: usize = 64 * 1024;

/// Configuration of a gateway. [`GatewayConfig::new`] has defaults that suit a small network.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// WebSocket addresses of nodes, tried in order.
    pub nodes: Vec<String>,
    /// Signs requests to miners. It needs no balance and no registration; registered keys get higher quotas, and with a
    /// validator's own key miners can't tell users from tasks at all.
    pub keypair: Arc<Keypair>,
    /// The subnet that answers.
    pub netuid: NetUid,
    /// The subnet that forecasts, if forecasts are served.
    pub market: Option<NetUid>,
    /// The subnet that draws, for `POST /v1/images/generations`; `None` answers 404 there, as if the chain had none.
    pub images: Option<NetUid>,
    /// Miners whose address isn't one of the public internet are not called. Strangers write these addresses on the
    /// chain: without this they choose what the gateway knocks at behind its firewall. Off only in local networks.
    pub public_addresses_only: bool,
    /// How often the metagraph is read.
    pub refresh: Duration,
    /// How often each miner is checked for being alive.
    pub probe: Duration,
    /// A miner that hasn't answered for so long gets company: the next one is asked too. Of one whose usual times are
    /// known, that is sooner: when it has taken longer than it takes nineteen times of twenty.
    pub hedge: Duration,
    /// No miner gets company sooner than this, however fast it usually is. With an exact question, such as a sum, one whose
    /// times aren't known gets it now, from miners that are paid nearly as well.
    pub hedge_least: Duration,
    /// An answer takes no longer than this, or fails with 504; a streamed one must have begun by then.
    pub deadline: Duration,
    /// A streamed answer takes no longer than this to its last piece.
    pub stream_deadline: Duration,
    /// A miner that has begun and then says nothing for so long has failed. A client that keeps it waiting for so long in all
    /// has itself to blame if the answer has no end.
    pub silence: Duration,
    /// Miners asked for one request, at most.
    pub attempts: usize,
    /// Miners asked at the same time for one request, at most.
    pub parallel: usize,
    /// Failures in a row after which a miner is left alone for [`GatewayConfig::pause`].
    pub failures: u32,
    /// How long a failing miner is left alone before it gets another chance; twice as long each time that it fails again.
    pub pause: Duration,
    /// No failing miner is left alone for longer than this, or [`GatewayConfig::pause`].
    pub longest_pause: Duration,
    /// Requests being answered at once; more get 429. In public mode one coldkey has at most a quarter of them.
    pub in_flight: usize,
    /// Open connections; more wait.
    pub connections: usize,
    /// Longest request body, bytes.
    pub body_bytes: usize,
    /// How long a client may take to send a request's headers, and then its body.
    pub read_timeout: Duration,
    /// A client that takes nothing of an answer for so long is cut off.
    pub write_timeout: Duration,
    /// Most tokens of an answer; larger wishes are cut to this.
    pub max_tokens: u32,
    /// Tokens of an answer where the request doesn't say. Validators' tasks mostly ask for
    /// [`USUAL_TOKENS`](ganglion_subnet_text::profile::USUAL_TOKENS), as users do by this.
    pub default_tokens: u32,
    /// File for requests whose users allow that they are asked again (`"store": true`); the operator's validator reads
    /// it. `None` keeps none.
    pub organics: Option<PathBuf>,
    /// The same for pictures: a file of its own, which the operator's validator of the image subnet reads.
    pub image_organics: Option<PathBuf>,
    /// Pays miners that cost something; then [`GatewayConfig::keypair`] must be [`PersonalPurse::key`]. Without one, they
    /// are asked and say no, unless the key is a validator's.
    pub purse: Option<PersonalPurse>,
    /// Asks users for keys, and counts what they use; without it whoever reaches the gateway is served.
    pub access: Option<PublicAccess>,
}

impl GatewayConfig {
    /// A gateway to the miners of `netuid`, reading the chain from `nodes`.
    pub fn new(nodes: Vec<String>, keypair: Arc<Keypair>, netuid: impl Into<NetUid>) -> Self {
        Self {
            nodes,
            keypair,
            netuid: netuid.into(),
            market: None,
            images: Some(ganglion_subnet_image::NETUID),
            public_addresses_only: true,
            refresh: Duration::from_secs(3),
            probe: Duration::from_secs(5),
            hedge: Duration::from_secs(8),
            hedge_least: Duration::from_millis(500),
            deadline: Duration::from_secs(30),
            stream_deadline: Duration::from_secs(120),
            silence: Duration::from_secs(15),
            attempts: 5,
            parallel: 3,
            failures: 3,
            pause: Duration::from_secs(15),
            longest_pause: Duration::from_secs(300),
            in_flight: 256,
            connections: 1024,
            body_bytes: 1 << 20,
            read_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            max_tokens: 2048,
            default_tokens: USUAL_TOKENS,
            organics: None,
            image_organics: None,
            purse: None,
            access: None,
        }
    }

    /// What connections may ask for.
    pub(crate) fn limits(&self) -> Limits {
        let (read_timeout, write_timeout) = (self.read_timeout, self.write_timeout);
        let manners = Manners { read_timeout, write_timeout, head_bytes: HEAD, headers: None };
        Limits { connections: self.connections, manners, drain: DRAIN }
    }
}
