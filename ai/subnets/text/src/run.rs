//! The two programs of the text subnet, connected to the chain.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ganglion_client::ClientError;
use ganglion_models::{Embedder, EngineError, MiniLm};
use ganglion_primitives::NetUid;
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::neuron::{bind, Service};
use ganglion_subnet::validator::Pace;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::{root, validator, MinerError, NeuronConfig, ScorePolicy, ValidatorError, ValidatorSettings};
use ganglion_wire::Synapse;
use tokio_util::sync::CancellationToken;

use crate::aids::Aids;
use crate::embed::EmbedSynapse;
use crate::engine::{EngineChoice, TextModel};
use crate::judge::HARD_LIMIT;
use crate::mechanism::Text;
use crate::organics::Organics;
use crate::validator::TextValidator;

/// The text subnet's number.
pub const NETUID: NetUid = NetUid(1);

/// Processors on which a local network's models, nodes and all else leave room for users, however often is asked.
const MANY: usize = 8;

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
    /// Who it is, and which chain it joins.
    pub neuron: NeuronConfig,
    /// Where the axon listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address to announce on the chain; `None` announces the bound one.
    pub announce: Option<SocketAddr>,
    /// What answers.
    pub engine: EngineChoice,
    /// Folder of a sentence encoder (`config.json`, `tokenizer.json`, `model.safetensors` of a MiniLM): with it, the miner
    /// makes sentence vectors too.
    pub embeddings: Option<PathBuf>,
    /// How much it takes on.
    pub limits: MinerLimits,
    /// RAO that an answer costs whoever is no validator; 0 is free.
    pub price: u64,
    /// RAO that the vectors of one request cost whoever is no validator; 0 is free. Needs `embeddings`.
    pub embeddings_price: u64,
}

impl MinerConfig {
    /// A miner with the usual limits.
    pub fn new(neuron: NeuronConfig, listen: SocketAddr, engine: EngineChoice) -> Self {
        Self {
            neuron,
            listen,
            announce: None,
            engine,
            embeddings: None,
            limits: MinerLimits::default(),
            price: 0,
            embeddings_price: 0,
        }
    }
}

/// What a text validator needs to know.
#[derive(Clone, Debug)]
pub struct ValidatorConfig {
    /// Who it is, and which chain it joins.
    pub neuron: NeuronConfig,
    /// Where to answer `GET /health`, if anywhere. Not announced on the chain.
    pub listen: Option<SocketAddr>,
    /// How often, and how many miners at once.
    pub pace: Pace,
    /// Whether it rests after each round for as long as that took, as [`ValidatorSettings::gentle`] says.
    pub gentle: bool,
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
    /// The address of its metrics to announce on the chain, if any; port 0 stands for the one that they are bound to.
    pub announce_metrics: Option<SocketAddr>,
    /// How it would split emission among subnets, said whenever it produces blocks; see [`root`]. Empty says nothing.
    pub root_weights: Vec<(NetUid, u16)>,
}

impl ValidatorConfig {
    /// A validator for a local network: a round about every five seconds, weights after three answers. As many miners
    /// are asked at once as anywhere, eight: with fewer, what each adds to what the others know is a matter of who was
    /// asked with it. A network with fewer asks all of them; the four of `ganglion up` are no more work for it. On fewer than
    /// eight processors it is gentle, and rounds are rarer: models and users share the machine.
    pub fn new(neuron: NeuronConfig) -> Self {
        Self {
            neuron,
            listen: None,
            pace: Pace { mean: Duration::from_secs(5), in_flight: 2, ..Pace::default() },
            gentle: std::thread::available_parallelism().map_or(1, NonZero::get) < MANY,
            timeout: HARD_LIMIT,
            public_addresses_only: true,
            scoring: ScorePolicy::local(),
            organics: None,
            aids: Aids::default(),
            announce_metrics: None,
            root_weights: Vec::new(),
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
    Client(#[from] Box<ClientError>),
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
    let listener = bind(config.listen).await?;
    let (engine, embeddings) = (config.engine.clone(), config.embeddings.clone());
    let load = move || -> Result<TextModel, EngineError> {
        let model = engine.load()?;
        let embedder = embeddings.map(|folder| MiniLm::load(&folder)).transpose()?;
        Ok(TextModel { embedder: embedder.map(|embedder| Arc::new(embedder) as Arc<dyn Embedder>), ..model })
    };
    let model = tokio::task::spawn_blocking(load).await.map_err(|_| RunError::EngineBroken)??;
    let embedder = model.embedder.as_ref().map(|embedder| embedder.name());
    tracing::info!(engine = model.engine.name(), embedder, "engine ready");
    let Some(client) = config.neuron.connect(&shutdown).await? else { return Ok(()) };
    let service = Service {
        announce: config.announce,
        gate: config.limits.gate,
        work: config.limits.work,
        price: config.price,
        other_prices: BTreeMap::from([(EmbedSynapse::NAME, config.embeddings_price)]),
    };
    config.neuron.mine((Text, Arc::new(model)), client, service, listener, shutdown).await?;
    Ok(())
}

/// Runs a validator until `shutdown`.
///
/// # Errors
/// See [`RunError`].
pub async fn run_validator(config: ValidatorConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    let Some(client) = config.neuron.connect(&shutdown).await? else { return Ok(()) };
    let _voting = root::start(&client, &config.neuron.hotkey, config.root_weights, &shutdown);
    let settings = ValidatorSettings {
        pace: config.pace,
        gentle: config.gentle,
        timeout: config.timeout,
        public_addresses_only: config.public_addresses_only,
        scoring: config.scoring,
        announce_metrics: config.announce_metrics,
        listen: config.listen,
        ..config.neuron.validator()
    };
    let organics = config.organics.map(|path| Arc::new(Organics::at(path)));
    let subnet = TextValidator { organics, aids: config.aids };
    validator::run(Arc::new(subnet), client, settings, shutdown).await?;
    Ok(())
}
