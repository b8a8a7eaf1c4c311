//! The two programs of the image subnet, connected to the chain.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ganglion_client::ClientError;
use ganglion_primitives::NetUid;
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::neuron::{bind, Service};
use ganglion_subnet::store::StoreError;
use ganglion_subnet::validator::Pace;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::{root, validator, MinerError, NeuronConfig, ScorePolicy, ValidatorError, ValidatorSettings};
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::diffusion::{DiffusionOptions, StableDiffusion};
use crate::generator::Generator;
use crate::judge::clip::Clip;
use crate::judge::dual::DualEncoder;
use crate::judge::{Judge, HARD_LIMIT};
use crate::mechanism::Image;
use crate::nn::WeightsError;
use crate::organics::Organics;
use crate::painter::ImageModel;
use crate::policy;
use crate::safety::skin::SkinRule;

/// A miner's choice of painter.
#[derive(Clone, PartialEq)]
pub enum PainterChoice {
    /// By rule, without weights.
    Renderer,
    /// By rule, in wrong colours: a worse one, for demonstrations.
    Sketch,
    /// A generator that [`kit::make`](crate::kit::make) made.
    Generator {
        /// Its file.
        path: PathBuf,
    },
    /// A Stable Diffusion.
    Diffusion {
        /// Its folder.
        folder: PathBuf,
        /// How to draw.
        options: DiffusionOptions,
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
            Self::Sketch => f.write_str("Sketch"),
            Self::Generator { path } => f.debug_struct("Generator").field("path", path).finish(),
            Self::Diffusion { folder, options } => {
                f.debug_struct("Diffusion").field("folder", folder).field("options", options).finish()
            }
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
            Self::Sketch => ImageModel::sketch(key),
            Self::Generator { path } => ImageModel::of(Generator::load(path, key)?),
            Self::Diffusion { folder, options } => ImageModel::of(StableDiffusion::load(folder, *options, key)?),
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
    /// Who it is, and which chain it joins.
    pub neuron: NeuronConfig,
    /// Where the axon listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address to announce on the chain; `None` announces the bound one.
    pub announce: Option<SocketAddr>,
    /// What draws.
    pub painter: PainterChoice,
    /// Calls a minute.
    pub gate: GateLimits,
    /// Answers at a time, and how many wait.
    pub work: WorkLimits,
    /// RAO that an answer costs whoever is no validator; 0 is free.
    pub price: u64,
}

impl MinerConfig {
    /// A miner with the usual limits.
    pub fn new(neuron: NeuronConfig, listen: SocketAddr, painter: PainterChoice) -> Self {
        let (gate, work) = (GateLimits::default(), WorkLimits::default());
        Self { neuron, listen, announce: None, painter, gate, work, price: 0 }
    }
}

/// What an image validator needs to know.
#[derive(Clone, Debug)]
pub struct ValidatorConfig {
    /// Who it is, and which chain it joins.
    pub neuron: NeuronConfig,
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
    /// File with users' requests that may be drawn again, written by the operator's gateway; see
    /// [`organics`](crate::organics).
    pub organics: Option<PathBuf>,
    /// Whether pictures that are mostly bare skin are worth nothing, by the coarse rule of
    /// [`skin`](crate::safety::skin).
    pub guarded: bool,
    /// The address of its metrics to announce on the chain, if any; port 0 stands for the one that they are bound to.
    pub announce_metrics: Option<SocketAddr>,
    /// How it would split emission among subnets, said whenever it produces blocks; see [`root`]. Empty says nothing.
    pub root_weights: Vec<(NetUid, u16)>,
}

impl ValidatorConfig {
    /// A validator for a local network: a round about every ten seconds, weights after three answers. Four are asked at once;
    /// among strangers it should be the eight of [`Pace::default`].
    pub fn new(neuron: NeuronConfig) -> Self {
        Self {
            neuron,
            listen: None,
            pace: Pace { mean: Duration::from_secs(10), sample: 4, in_flight: 2 },
            timeout: HARD_LIMIT,
            public_addresses_only: true,
            scoring: policy::local(),
            encoders: Vec::new(),
            clip: None,
            organics: None,
            guarded: true,
            announce_metrics: None,
            root_weights: Vec::new(),
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
    Client(#[from] Box<ClientError>),
    /// The miner stopped.
    #[error(transparent)]
    Miner(#[from] MinerError),
    /// The validator stopped.
    #[error(transparent)]
    Validator(#[from] ValidatorError),
}

/// Runs a miner until `shutdown`. The port is bound first, then the painter loads, then a node is waited for.
///
/// # Errors
/// See [`RunError`].
pub async fn run_miner(config: MinerConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    let listener = bind(config.listen).await?;
    let (painter, key) = (config.painter.clone(), *config.neuron.hotkey.public().as_bytes());
    let model = tokio::task::spawn_blocking(move || painter.load(&key)).await.map_err(|_| RunError::Broken)??;
    tracing::info!(painter = model.painter.name(), "painter ready");
    let Some(client) = config.neuron.connect(&shutdown).await? else { return Ok(()) };
    let service = Service {
        announce: config.announce,
        gate: config.gate,
        work: config.work,
        price: config.price,
        ..Service::default()
    };
    config.neuron.mine((Image::default(), Arc::new(model)), client, service, listener, shutdown).await?;
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
    let Some(client) = config.neuron.connect(&shutdown).await? else { return Ok(()) };
    let (memory, genesis) = (config.neuron.state_dir.join("judge.json"), client.genesis_hash());
    let netuid = config.neuron.netuid.0;
    let remembered = tokio::task::spawn_blocking(move || judge.remembering(&memory, &genesis, netuid));
    let judge = remembered.await.map_err(|_| RunError::Broken)??;
    let _voting = root::start(&client, &config.neuron.hotkey, config.root_weights, &shutdown);
    let settings = ValidatorSettings {
        pace: config.pace,
        timeout: config.timeout,
        public_addresses_only: config.public_addresses_only,
        scoring: config.scoring,
        announce_metrics: config.announce_metrics,
        listen: config.listen,
        ..config.neuron.validator()
    };
    let organics = config.organics.map(|path| Arc::new(Organics::at(path)));
    let subnet = Image { organics, ..Image::judged_by(judge) };
    validator::run(Arc::new(subnet), client, settings, shutdown).await?;
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
