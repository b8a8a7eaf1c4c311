//! The two programs of the market subnet, connected to the chain.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ganglion_client::{Client, ClientError};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::NetUid;
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::receipts::ReceiptLimits;
use ganglion_subnet::store::StoreError;
use ganglion_subnet::validator::Pace;
use ganglion_subnet::view::pause;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::{miner, validator, MinerError, MinerSettings, ScorePolicy, ValidatorError, ValidatorSettings};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::choice::{ChoiceError, ModelChoice, Prices};
use crate::events::EventBook;
use crate::exchange::Exchange;
use crate::horizon::{Asset, Horizon, STANDARD};
use crate::judge::Silence;
use crate::mechanism::{Market, COMMIT};
use crate::model::MarketModel;
use crate::policy;

/// The market subnet's number.
pub const NETUID: NetUid = NetUid(8);

/// Version that neurons announce, base 1000.
const VERSION: u32 = 1_000;
/// How often a neuron looks for a new block.
const POLL: Duration = Duration::from_secs(1);
/// Pause between two attempts to reach a node at the start.
const RECONNECT: Duration = Duration::from_secs(2);
/// Most rounds that wait for their prices.
const MOST_WAITING: usize = 512;

/// What a market miner needs to know.
#[derive(Clone, Debug)]
pub struct MinerConfig {
    /// The subnet, [`NETUID`] unless a chain has it elsewhere.
    pub netuid: NetUid,
    /// WebSocket addresses of nodes, best first.
    pub nodes: Vec<String>,
    /// Its identity.
    pub hotkey: Arc<Keypair>,
    /// Its owner.
    pub coldkey: PublicKey,
    /// Where the axon listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address to announce on the chain; `None` announces the bound one.
    pub announce: Option<SocketAddr>,
    /// A folder of its own.
    pub state_dir: PathBuf,
    /// What forecasts.
    pub model: ModelChoice,
    /// Where it sees prices.
    pub prices: Prices,
    /// Calls per minute.
    pub gate: GateLimits,
    /// Answers at a time, and how many wait.
    pub work: WorkLimits,
    /// Threads that search for the seal when joining; 0 is all cores.
    pub pow_threads: usize,
    /// Where to show Prometheus metrics, if anywhere.
    pub metrics: Option<SocketAddr>,
}

impl MinerConfig {
    /// A miner with the usual limits.
    pub fn new(
        nodes: Vec<String>,
        hotkey: Arc<Keypair>,
        coldkey: PublicKey,
        listen: SocketAddr,
        state_dir: impl Into<PathBuf>,
        (model, prices): (ModelChoice, Prices),
    ) -> Self {
        Self {
            netuid: NETUID,
            nodes,
            hotkey,
            coldkey,
            listen,
            announce: None,
            state_dir: state_dir.into(),
            model,
            prices,
            gate: GateLimits::default(),
            work: WorkLimits::default(),
            pow_threads: 1,
            metrics: None,
        }
    }
}

/// What a market validator needs to know.
#[derive(Clone, Debug)]
pub struct ValidatorConfig {
    /// The subnet, [`NETUID`] unless a chain has it elsewhere.
    pub netuid: NetUid,
    /// WebSocket addresses of nodes, best first.
    pub nodes: Vec<String>,
    /// Its identity.
    pub hotkey: Arc<Keypair>,
    /// Its owner.
    pub coldkey: PublicKey,
    /// A folder of its own.
    pub state_dir: PathBuf,
    /// Where to answer `GET /health`, if anywhere. Not announced on the chain.
    pub listen: Option<SocketAddr>,
    /// Where it sees prices.
    pub prices: Prices,
    /// Over which times it asks; those that aren't whole steps of the prices are left out.
    pub horizons: Vec<Horizon>,
    /// A file with events to ask about, if any; see [`EventBook`].
    pub events: Option<PathBuf>,
    /// How often, and how many miners at once. Rounds wait for their prices, so that many must be in flight.
    pub pace: Pace,
    /// Miners whose address isn't one of the public internet are not called. Off only in local networks.
    pub public_addresses_only: bool,
    /// From scores to weights.
    pub scoring: ScorePolicy,
    /// What silence is worth. Nothing in local networks, where what everybody knows is paid too.
    pub silence: Silence,
    /// Threads that search for the seal when joining; 0 is all cores.
    pub pow_threads: usize,
    /// Where to show Prometheus metrics and what each miner is worth, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// The address of these to announce on the chain, if any; port 0 stands for the one that they are bound to.
    pub announce_metrics: Option<SocketAddr>,
}

impl ValidatorConfig {
    /// A validator for a local network: a round about every five seconds, weights after ten settled ones.
    pub fn new(
        nodes: Vec<String>,
        hotkey: Arc<Keypair>,
        coldkey: PublicKey,
        state_dir: impl Into<PathBuf>,
        prices: Prices,
    ) -> Self {
        Self {
            netuid: NETUID,
            nodes,
            hotkey,
            coldkey,
            state_dir: state_dir.into(),
            listen: None,
            prices,
            horizons: STANDARD.to_vec(),
            events: None,
            pace: Pace { mean: Duration::from_secs(5), sample: 4, in_flight: MOST_WAITING },
            public_addresses_only: true,
            scoring: policy::local(),
            silence: Silence::Nothing,
            pow_threads: 1,
            metrics: None,
            announce_metrics: None,
        }
    }
}

/// Why a miner or validator can't run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The prices or the model can't be used.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// The events can't be used.
    #[error(transparent)]
    Events(#[from] StoreError),
    /// The chain can't be used: wrong address, wrong chain or wrong version.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The miner stopped.
    #[error(transparent)]
    Miner(#[from] MinerError),
    /// The validator stopped.
    #[error(transparent)]
    Validator(#[from] ValidatorError),
}

/// Runs a miner until `shutdown`. The port is bound first, then a node is waited for.
///
/// # Errors
/// See [`RunError`].
pub async fn run_miner(config: MinerConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|source| MinerError::Listen { address: config.listen, source })?;
    let forecaster = config.model.make()?;
    let Some(client) = connect(&config.nodes, &shutdown).await? else { return Ok(()) };
    let client = Arc::new(client);
    let stop = shutdown.child_token();
    let _guard = stop.clone().drop_guard();
    let feed = config.prices.open(&client, &stop)?;
    tracing::info!(model = forecaster.name(), prices = feed.name(), "forecaster ready");
    let model = MarketModel::new(forecaster, feed, config.hotkey.public());
    let settings = MinerSettings {
        netuid: config.netuid,
        hotkey: config.hotkey,
        coldkey: config.coldkey,
        announce: config.announce,
        version: VERSION,
        state_dir: config.state_dir,
        gate: config.gate,
        work: config.work,
        poll: POLL,
        pow_threads: config.pow_threads,
        metrics: config.metrics,
        price: 0,
    };
    miner::run(Arc::new(Market::sandbox()), Arc::new(model), client, settings, listener, shutdown).await?;
    Ok(())
}

/// Runs a validator until `shutdown`.
///
/// # Errors
/// See [`RunError`].
pub async fn run_validator(config: ValidatorConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    let events = config.events.as_deref().map(EventBook::open).transpose()?;
    let Some(client) = connect(&config.nodes, &shutdown).await? else { return Ok(()) };
    let client = Arc::new(client);
    let stop = shutdown.child_token();
    let _guard = stop.clone().drop_guard();
    let feed = config.prices.open(&client, &stop)?;
    let assets: Vec<Asset> = config.prices.assets();
    let mut exchange = Exchange::new(feed, assets, config.horizons);
    if let Some(events) = events {
        exchange = exchange.with_events(events);
    }
    let settings = ValidatorSettings {
        netuid: config.netuid,
        hotkey: config.hotkey,
        coldkey: config.coldkey,
        state_dir: config.state_dir,
        pace: config.pace,
        timeout: COMMIT,
        public_addresses_only: config.public_addresses_only,
        poll: POLL,
        scoring: config.scoring,
        receipts: ReceiptLimits::default(),
        pow_threads: config.pow_threads,
        metrics: config.metrics,
        announce_metrics: config.announce_metrics,
        listen: config.listen,
    };
    let market = Market::exchange(exchange).with_silence(config.silence);
    validator::run(Arc::new(market), client, settings, shutdown).await?;
    Ok(())
}

/// Connects, waiting for a node as long as it takes; `None` if the end comes first.
async fn connect(nodes: &[String], shutdown: &CancellationToken) -> Result<Option<Client>, RunError> {
    let mut told = false;
    loop {
        let connected = tokio::select! {
            connected = Client::connect(nodes) => connected,
            () = shutdown.cancelled() => return Ok(None),
        };
        match connected {
            Ok(client) => return Ok(Some(client)),
            Err(error) if error.is_transient() => {
                if !told {
                    tracing::warn!(%error, "waiting for a node");
                    told = true;
                }
                pause(RECONNECT, shutdown).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
