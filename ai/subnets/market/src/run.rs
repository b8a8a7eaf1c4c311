//! The two programs of the market subnet, connected to the chain.

use std::net::SocketAddr;
use std::path::PathBuf;
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

use crate::choice::{ChoiceError, ModelChoice, Prices};
use crate::events::EventBook;
use crate::exchange::Exchange;
use crate::horizon::{Asset, Horizon, STANDARD};
use crate::judge::Silence;
use crate::mechanism::{Market, COMMIT};
use crate::model::MarketModel;
use crate::policy;
use crate::witness::{Link, Witnesses};

/// The market subnet's number.
pub const NETUID: NetUid = NetUid(8);

/// Most rounds that wait for their prices.
const MOST_WAITING: usize = 512;
/// Miners asked at once where rounds are rare: whoever isn't asked for two tempos is taken for idle, and a forecast costs
/// microseconds.
const ASKED: usize = 64;

/// What a market miner needs to know.
#[derive(Clone, Debug)]
pub struct MinerConfig {
    /// Who it is, and which chain it joins.
    pub neuron: NeuronConfig,
    /// Where the axon listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address to announce on the chain; `None` announces the bound one.
    pub announce: Option<SocketAddr>,
    /// What forecasts.
    pub model: ModelChoice,
    /// Where it sees prices.
    pub prices: Prices,
    /// Calls per minute.
    pub gate: GateLimits,
    /// Answers at a time, and how many wait.
    pub work: WorkLimits,
    /// RAO that an answer costs whoever is no validator; 0 is free. A forecast is two answers: its commitment, and itself.
    pub price: u64,
}

impl MinerConfig {
    /// A miner with the usual limits.
    pub fn new(neuron: NeuronConfig, listen: SocketAddr, model: ModelChoice, prices: Prices) -> Self {
        let (gate, work) = (GateLimits::default(), WorkLimits::default());
        Self { neuron, listen, announce: None, model, prices, gate, work, price: 0 }
    }
}

/// What a market validator needs to know.
#[derive(Clone, Debug)]
pub struct ValidatorConfig {
    /// Who it is, and which chain it joins.
    pub neuron: NeuronConfig,
    /// Where to answer `GET /health`, if anywhere. Not announced on the chain.
    pub listen: Option<SocketAddr>,
    /// Where it sees prices.
    pub prices: Prices,
    /// Over which times it asks; those that aren't whole steps of the prices are left out. One that is over after more than two
    /// days is refused: see [`Prices::check`].
    pub horizons: Vec<Horizon>,
    /// Whether a round is about one of them; see [`Exchange::apart`].
    pub apart: bool,
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
    /// The address of its metrics to announce on the chain, if any; port 0 stands for the one that they are bound to.
    pub announce_metrics: Option<SocketAddr>,
    /// How it would split emission among subnets, said whenever it produces blocks; see [`root`]. Empty says nothing.
    pub root_weights: Vec<(NetUid, u16)>,
}

impl ValidatorConfig {
    /// A validator for a local network: a round about every five seconds, weights after ten settled ones.
    pub fn new(neuron: NeuronConfig, prices: Prices) -> Self {
        Self {
            neuron,
            listen: None,
            prices,
            horizons: STANDARD.to_vec(),
            apart: false,
            events: None,
            pace: Pace { mean: Duration::from_secs(5), sample: 4, in_flight: MOST_WAITING },
            public_addresses_only: true,
            scoring: policy::local(),
            silence: Silence::Nothing,
            announce_metrics: None,
            root_weights: Vec::new(),
        }
    }
}

/// The pace where prices are the world's, `step` seconds apart: a round for each price, as all that open with one price have
/// one outcome, and say no more than one of them; fewer if so many would be waiting for the longest of `horizons` that no
/// place were left, for then nobody would be asked for hours.
pub fn pace_of_servers(step: u32, horizons: &[Horizon]) -> Pace {
    let longest = horizons.iter().map(|horizon| u64::from(horizon.as_secs())).max().unwrap_or(0);
    // Rounds come at random times: half of the places are for those that come early.
    let least = longest.div_ceil(MOST_WAITING as u64 / 2);
    Pace { mean: Duration::from_secs(least.max(u64::from(step))), sample: ASKED, in_flight: MOST_WAITING }
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
    Client(#[from] Box<ClientError>),
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
    let listener = bind(config.listen).await?;
    let forecaster = config.model.make()?;
    let Some(client) = config.neuron.connect(&shutdown).await? else { return Ok(()) };
    let stop = shutdown.child_token();
    let _guard = stop.clone().drop_guard();
    let feed = config.prices.open(&client, &config.neuron.state_dir, &stop)?;
    tracing::info!(model = forecaster.name(), prices = feed.name(), "forecaster ready");
    let model = MarketModel::new(forecaster, feed, config.neuron.hotkey.public());
    let service = Service {
        announce: config.announce,
        gate: config.gate,
        work: config.work,
        price: config.price,
        ..Service::default()
    };
    config.neuron.mine((Market::sandbox(), Arc::new(model)), client, service, listener, shutdown).await?;
    Ok(())
}

/// Runs a validator until `shutdown`.
///
/// # Errors
/// See [`RunError`].
pub async fn run_validator(config: ValidatorConfig, shutdown: CancellationToken) -> Result<(), RunError> {
    config.prices.check(&config.horizons)?;
    let events = config.events.as_deref().map(EventBook::open).transpose()?;
    let Some(client) = config.neuron.connect(&shutdown).await? else { return Ok(()) };
    let stop = shutdown.child_token();
    let _guard = stop.clone().drop_guard();
    let feed = config.prices.open(&client, &config.neuron.state_dir, &stop)?;
    let _voting = root::start(&client, &config.neuron.hotkey, config.root_weights, &shutdown);
    let assets: Vec<Asset> = config.prices.assets();
    let mut exchange = Exchange::new(Arc::clone(&feed), assets.clone(), config.horizons);
    if config.apart {
        exchange = exchange.apart();
    }
    if let Some(events) = events {
        exchange = exchange.with_events(events);
    }
    let mut booth = None;
    if config.prices.are_seen_by_all() {
        let (hotkey, netuid) = (Arc::clone(&config.neuron.hotkey), config.neuron.netuid);
        let public_addresses_only = config.public_addresses_only;
        let link = Link { chain: Arc::clone(&client), hotkey, netuid, public_addresses_only, feed, assets };
        let witnesses = Arc::new(Witnesses::default());
        exchange = exchange.with_witnesses(Arc::clone(&witnesses));
        booth = Some(link.start(witnesses, &stop));
    }
    let settings = ValidatorSettings {
        pace: config.pace,
        timeout: COMMIT,
        public_addresses_only: config.public_addresses_only,
        scoring: config.scoring,
        announce_metrics: config.announce_metrics,
        listen: config.listen,
        ..config.neuron.validator()
    };
    let mut market = Market::exchange(exchange).with_silence(config.silence);
    if let Some(booth) = booth {
        market = market.showing(booth);
    }
    validator::run(Arc::new(market), client, settings, shutdown).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_time_ahead_that_no_round_waits_for_is_refused_before_anything_else() {
        let key = Arc::new(ganglion_keys::Keypair::from_seed([1; 32]));
        let owner = key.public();
        let neuron = NeuronConfig::new(NETUID, Vec::new(), key, owner, "unused");
        let config = ValidatorConfig::new(neuron, Prices::Servers(Vec::new(), 300));
        let config = ValidatorConfig { horizons: vec!["3d".parse().expect("a time")], ..config };
        let refused = run_validator(config, CancellationToken::new()).await.expect_err("nobody would ever be paid");
        assert!(matches!(refused, RunError::Choice(ChoiceError::TooFar(_))), "{refused}");
    }

    #[test]
    fn no_more_rounds_begin_than_prices_come_and_there_is_always_a_place() {
        let mean = |step: u32, horizons: &[Horizon]| pace_of_servers(step, horizons).mean.as_secs();
        let hour = Horizon::seconds(3_600).expect("an hour");
        assert_eq!((mean(300, &STANDARD), mean(300, &[hour]), mean(300, &[])), (300, 300, 300));
        // Prices every second: 8 h 20 min of them would be 30 000 rounds.
        assert_eq!((mean(1, &STANDARD), mean(1, &[hour])), (118, 15));
        for step in [1, 60, 300, 3_600] {
            let pace = pace_of_servers(step, &STANDARD);
            let waiting = u64::from(STANDARD[3].as_secs()).div_ceil(pace.mean.as_secs());
            assert!(waiting <= pace.in_flight as u64 / 2, "{step}: {waiting}");
        }
    }
}
