//! The two programs of the text subnet, connected to the chain.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ganglion_client::{Client, ClientError};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_models::EngineError;
use ganglion_primitives::NetUid;
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::receipts::ReceiptLimits;
use ganglion_subnet::validator::Pace;
use ganglion_subnet::view::pause;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::{miner, validator, MinerError, MinerSettings, ScorePolicy, ValidatorError, ValidatorSettings};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::aids::Aids;
use crate::engine::EngineChoice;
use crate::judge::HARD_LIMIT;
use crate::mechanism::Text;
use crate::organics::Organics;
use crate::validator::TextValidator;

/// The text subnet's number.
pub const NETUID: NetUid = NetUid(1);

/// Version that neurons announce, base 1000.
const VERSION: u32 = 1_000;
/// How often a neuron looks for a new block.
const POLL: Duration = Duration::from_secs(1);
/// Pause between two attempts to reach a node at the start.
const RECONNECT: Duration = Duration::from_secs(2);

/// What a miner takes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MinerLimits {
    /// Calls per minute.
    pub gate: GateLimits,
    /// Answers at a time, and how many wait.
    pub work: WorkLimits,
}

/// What a text miner needs to know.
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
    /// What answers.
    pub engine: EngineChoice,
    /// How much it takes on.
    pub limits: MinerLimits,
    /// Threads that search for the seal when joining; 0 is all cores.
    pub pow_threads: usize,
    /// Where to show Prometheus metrics, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// RAO that an answer costs whoever is no validator; 0 is free.
    pub price: u64,
}

impl MinerConfig {
    /// A miner with the usual limits.
    pub fn new(
        nodes: Vec<String>,
        hotkey: Arc<Keypair>,
        coldkey: PublicKey,
        listen: SocketAddr,
        state_dir: impl Into<PathBuf>,
        engine: EngineChoice,
    ) -> Self {
        Self {
            netuid: NETUID,
            nodes,
            hotkey,
            coldkey,
            listen,
            announce: None,
            state_dir: state_dir.into(),
            engine,
            limits: MinerLimits::default(),
            pow_threads: 1,
            metrics: None,
            price: 0,
        }
    }
}

/// What a text validator needs to know.
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
    /// How often, and how many miners at once.
    pub pace: Pace,
    /// When an answer is too late.
    pub timeout: Duration,
    /// Miners whose address isn't one of the public internet are not called. Off only in local networks.
    pub public_addresses_only: bool,
    /// From scores to weights.
    pub scoring: ScorePolicy,
    /// File with users' requests that may be asked again, written by the operator's gateway; see [`Organics`].
    pub organics: Option<PathBuf>,
    /// Helpers of the judge.
    pub aids: Aids,
    /// Threads that search for the seal when joining; 0 is all cores.
    pub pow_threads: usize,
    /// Where to show Prometheus metrics and what each miner is worth, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// The address of these to announce on the chain, if any; port 0 stands for the one that they are bound to.
    pub announce_metrics: Option<SocketAddr>,
}

impl ValidatorConfig {
    /// A validator for a local network: a round about every five seconds, weights after three answers. As many miners
    /// are asked at once as anywhere, eight: with fewer, what each adds to what the others know is a matter of who was
    /// asked with it. A network with fewer asks all of them; the four of `ganglion up` are no more work for it.
    pub fn new(nodes: Vec<String>, hotkey: Arc<Keypair>, coldkey: PublicKey, state_dir: impl Into<PathBuf>) -> Self {
        Self {
            netuid: NETUID,
            nodes,
            hotkey,
            coldkey,
            state_dir: state_dir.into(),
            listen: None,
            pace: Pace { mean: Duration::from_secs(5), in_flight: 2, ..Pace::default() },
            timeout: HARD_LIMIT,
            public_addresses_only: true,
            scoring: ScorePolicy::local(),
            organics: None,
            aids: Aids::default(),
            pow_threads: 1,
            metrics: None,
            announce_metrics: None,
        }
    }
}

/// Why a miner or validator can't run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The engine doesn't load.
    #[error("the engine can't be loaded: {0}")]
    Engine(#[from] EngineError),
    /// The loading of the engine ended in a panic.
    #[error("the engine broke down while loading")]
    EngineBroken,
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

/// Runs a miner until `shutdown`. The port is bound first, then the engine loads, then a node is waited for.
///
/// # Errors
/// See [`RunError`].
pub async fn run_miner(config: MinerConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|source| MinerError::Listen { address: config.listen, source })?;
    let engine = config.engine.clone();
    let model = tokio::task::spawn_blocking(move || engine.load()).await.map_err(|_| RunError::EngineBroken)??;
    tracing::info!(engine = model.engine.name(), "engine ready");
    let Some(client) = connect(&config.nodes, &shutdown).await? else { return Ok(()) };
    let settings = MinerSettings {
        netuid: config.netuid,
        hotkey: config.hotkey,
        coldkey: config.coldkey,
        announce: config.announce,
        version: VERSION,
        state_dir: config.state_dir,
        gate: config.limits.gate,
        work: config.limits.work,
        poll: POLL,
        pow_threads: config.pow_threads,
        metrics: config.metrics,
        price: config.price,
    };
    miner::run(Arc::new(Text), Arc::new(model), Arc::new(client), settings, listener, shutdown).await?;
    Ok(())
}

/// Runs a validator until `shutdown`.
///
/// # Errors
/// See [`RunError`].
pub async fn run_validator(config: ValidatorConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    let Some(client) = connect(&config.nodes, &shutdown).await? else { return Ok(()) };
    let settings = ValidatorSettings {
        netuid: config.netuid,
        hotkey: config.hotkey,
        coldkey: config.coldkey,
        state_dir: config.state_dir,
        pace: config.pace,
        timeout: config.timeout,
        public_addresses_only: config.public_addresses_only,
        poll: POLL,
        scoring: config.scoring,
        receipts: ReceiptLimits::default(),
        pow_threads: config.pow_threads,
        metrics: config.metrics,
        announce_metrics: config.announce_metrics,
        listen: config.listen,
    };
    let organics = config.organics.map(|path| Arc::new(Organics::at(path)));
    let subnet = TextValidator { organics, aids: config.aids };
    validator::run(Arc::new(subnet), Arc::new(client), settings, shutdown).await?;
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
