//! The two programs of the image subnet, connected to the chain.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
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

use crate::backend::Backend;
use crate::generator::Generator;
use crate::judge::clip::Clip;
use crate::judge::dual::DualEncoder;
use crate::judge::{Judge, HARD_LIMIT};
use crate::mechanism::Image;
use crate::nn::WeightsError;
use crate::painter::ImageModel;
use crate::safety::skin::SkinRule;
use crate::NETUID;

/// Version that neurons announce, base 1000.
const VERSION: u32 = 1_000;
/// How often a neuron looks for a new block.
const POLL: Duration = Duration::from_secs(1);
/// Pause between two attempts to reach a node at the start.
const RECONNECT: Duration = Duration::from_secs(2);

/// A miner's choice of painter.
#[derive(Clone, PartialEq, Eq)]
pub enum PainterChoice {
    /// By rule, without weights.
    Renderer,
    /// A generator that [`kit::make`](crate::kit::make) made.
    Generator {
        /// Its file.
        path: PathBuf,
    },
    /// A server that speaks OpenAI's image protocol.
    Backend {
        /// Its address, for instance `http://127.0.0.1:7860/v1`.
        url: String,
        /// The model it should use.
        model: String,
        /// A bearer token, if it wants one.
        key: Option<String>,
    },
}

impl fmt::Debug for PainterChoice {
    /// Without the token: it is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Renderer => f.write_str("Renderer"),
            Self::Generator { path } => f.debug_struct("Generator").field("path", path).finish(),
            Self::Backend { url, model, .. } => {
                f.debug_struct("Backend").field("url", url).field("model", model).finish_non_exhaustive()
            }
        }
    }
}

impl PainterChoice {
    /// Loads the painter. `key`, the miner's public key, decides its hand. Blocks.
    ///
    /// # Errors
    /// [`RunError::Weights`] or [`RunError::Backend`].
    pub fn load(&self, key: &[u8; 32]) -> Result<ImageModel, RunError> {
        Ok(match self {
            Self::Renderer => ImageModel::renderer(key),
            Self::Generator { path } => ImageModel::of(Generator::load(path, key)?),
            Self::Backend { url, model, key } => {
                let backend = Backend::new(url, model).map_err(RunError::Backend)?;
                ImageModel::of(match key {
                    Some(key) => backend.with_key(key),
                    None => backend,
                })
            }
        })
    }
}

/// What an image miner needs to know.
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
    /// What draws.
    pub painter: PainterChoice,
    /// Calls a minute.
    pub gate: GateLimits,
    /// Answers at a time, and how many wait.
    pub work: WorkLimits,
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
        painter: PainterChoice,
    ) -> Self {
        Self {
            netuid: NETUID,
            nodes,
            hotkey,
            coldkey,
            listen,
            announce: None,
            state_dir: state_dir.into(),
            painter,
            gate: GateLimits::default(),
            work: WorkLimits::default(),
            pow_threads: 1,
            metrics: None,
            price: 0,
        }
    }
}

/// What an image validator needs to know.
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
    /// Dual encoders that [`kit::make`](crate::kit::make) made, whose beliefs are averaged. Without any, pictures are
    /// matched by colours and counts alone.
    pub encoders: Vec<PathBuf>,
    /// Folder of a [CLIP](crate::judge::clip), which takes the encoders' place.
    pub clip: Option<PathBuf>,
    /// Whether pictures that are mostly bare skin are worth nothing, by the coarse rule of
    /// [`skin`](crate::safety::skin).
    pub guarded: bool,
    /// Threads that search for the seal when joining; 0 is all cores.
    pub pow_threads: usize,
    /// Where to show Prometheus metrics and what each miner is worth, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// The address of these to announce on the chain, if any; port 0 stands for the one that they are bound to.
    pub announce_metrics: Option<SocketAddr>,
}

impl ValidatorConfig {
    /// A validator for a local network: a round about every ten seconds, weights after three answers.
    pub fn new(nodes: Vec<String>, hotkey: Arc<Keypair>, coldkey: PublicKey, state_dir: impl Into<PathBuf>) -> Self {
        Self {
            netuid: NETUID,
            nodes,
            hotkey,
            coldkey,
            state_dir: state_dir.into(),
            listen: None,
            pace: Pace { mean: Duration::from_secs(10), sample: 4, in_flight: 2 },
            timeout: HARD_LIMIT,
            public_addresses_only: true,
            scoring: ScorePolicy::local(),
            encoders: Vec::new(),
            clip: None,
            guarded: true,
            pow_threads: 1,
            metrics: None,
            announce_metrics: None,
        }
    }
}

/// Why a miner or validator can't run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A file of weights is of no use.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The image server's address is of no use.
    #[error("{0}")]
    Backend(String),
    /// The loading of weights ended in a panic.
    #[error("the model broke down while loading")]
    Broken,
    /// What the judge remembers can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain can't be used: wrong address, wrong chain or wrong version.
    #[error(transparent)]
    Client(Box<ClientError>),
    /// The miner stopped.
    #[error(transparent)]
    Miner(#[from] MinerError),
    /// The validator stopped.
    #[error(transparent)]
    Validator(#[from] ValidatorError),
}

impl From<ClientError> for RunError {
    fn from(error: ClientError) -> Self {
        Self::Client(Box::new(error))
    }
}

/// Runs a miner until `shutdown`. The port is bound first, then the painter loads, then a node is waited for.
///
/// # Errors
/// See [`RunError`].
pub async fn run_miner(config: MinerConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|source| MinerError::Listen { address: config.listen, source })?;
    let (painter, key) = (config.painter.clone(), *config.hotkey.public().as_bytes());
    let model = tokio::task::spawn_blocking(move || painter.load(&key)).await.map_err(|_| RunError::Broken)??;
    tracing::info!(painter = model.painter.name(), "painter ready");
    let Some(client) = connect(&config.nodes, &shutdown).await? else { return Ok(()) };
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
        price: config.price,
    };
    miner::run(Arc::new(Image::default()), Arc::new(model), Arc::new(client), settings, listener, shutdown).await?;
    Ok(())
}

/// Runs a validator until `shutdown`.
///
/// # Errors
/// See [`RunError`].
pub async fn run_validator(config: ValidatorConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    let (encoders, clip) = (config.encoders.clone(), config.clip.clone());
    let judge = tokio::task::spawn_blocking(move || judge(&encoders, clip.as_deref()))
        .await
        .map_err(|_| RunError::Broken)??;
    let judge = if config.guarded { judge.guarded(Arc::new(SkinRule)) } else { judge };
    let Some(client) = connect(&config.nodes, &shutdown).await? else { return Ok(()) };
    let (memory, genesis, netuid) = (config.state_dir.join("judge.json"), client.genesis_hash(), config.netuid.0);
    let remembered = tokio::task::spawn_blocking(move || judge.remembering(&memory, &genesis, netuid));
    let judge = remembered.await.map_err(|_| RunError::Broken)??;
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
    validator::run(Arc::new(Image::judged_by(judge)), Arc::new(client), settings, shutdown).await?;
    Ok(())
}

/// A judge with this CLIP, else with these encoders, or with probes alone.
fn judge(encoders: &[PathBuf], clip: Option<&Path>) -> Result<Judge, RunError> {
    if let Some(folder) = clip {
        return Ok(Judge::with(Arc::new(Clip::load(folder)?)));
    }
    if encoders.is_empty() {
        tracing::warn!(
            "no dual encoder: pictures are matched by colours and counts alone; `ganglion image train` makes one"
        );
        return Ok(Judge::default());
    }
    Ok(Judge::with(Arc::new(DualEncoder::load(encoders)?)))
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
