//! The miner: joins, announces its axon, answers.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{Endpoint, NetUid, Rao};
use ganglion_wire::description::Price;
use ganglion_wire::{Axon, AxonError, Caller, Refusal, StakeQuota, Synapse};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::chain::Chain;
use crate::gate::{Gate, GateLimits};
use crate::join::{self, Joining};
use crate::metrics::{self, Metrics};
use crate::payments::Till;
use crate::store::{self, StoreError};
use crate::subnet::{AnswerError, RequestOf, ResponseOf, Subnet};
use crate::view::{self, Views};
use crate::work::{Budget, WorkError, WorkLimits, Workers};

/// After a failed announcement, this many blocks pass before the next.
const RETRY_BLOCKS: u32 = 4;
/// How often all vouchers are redeemed. What a closing channel holds isn't left so long.
const REDEEM: Duration = Duration::from_secs(600);

/// What a miner needs to know.
#[derive(Clone, Debug)]
pub struct MinerSettings {
    /// The subnet.
    pub netuid: NetUid,
    /// Its identity.
    pub hotkey: Arc<Keypair>,
    /// Who owns the hotkey; used when it isn't registered yet.
    pub coldkey: PublicKey,
    /// The address to announce; `None` announces the one that the listener is bound to.
    pub announce: Option<SocketAddr>,
    /// Version to announce, base 1000 (1.2.3 is 1002003).
    pub version: u32,
    /// Where the replay cache lives.
    pub state_dir: PathBuf,
    /// Who may ask how often.
    pub gate: GateLimits,
    /// How much work is taken on.
    pub work: WorkLimits,
    /// How often to look for a new block.
    pub poll: Duration,
    /// Threads that search for the seal when joining.
    pub pow_threads: usize,
    /// Where to show metrics, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// RAO that an answer costs whoever isn't a validator of the subnet; 0 is free. See [`payments`](crate::payments).
    pub price: Rao,
    /// The same of other synapses that the miner serves besides the subnet's, by their names; those that aren't here are free.
    pub other_prices: BTreeMap<&'static str, Rao>,
}

impl MinerSettings {
    /// A miner with the usual limits, which announces the address that it listens at.
    pub fn new(netuid: NetUid, hotkey: Arc<Keypair>, coldkey: PublicKey, state_dir: impl Into<PathBuf>) -> Self {
        Self {
            netuid,
            hotkey,
            coldkey,
            announce: None,
            version: 1_000,
            state_dir: state_dir.into(),
            gate: GateLimits::default(),
            work: WorkLimits::default(),
            poll: Duration::from_secs(1),
            pow_threads: 1,
            metrics: None,
            price: 0,
            other_prices: BTreeMap::new(),
        }
    }

    /// What costs something: RAO for an answer, by the synapses' names.
    fn prices<S: Synapse>(&self) -> BTreeMap<&'static str, Rao> {
        let others = self.other_prices.iter().map(|(name, rao)| (*name, *rao));
        others.chain([(S::NAME, self.price)]).filter(|(_, rao)| *rao > 0).collect()
    }
}

/// Why a miner can't run.
#[derive(Debug, thiserror::Error)]
pub enum MinerError {
    /// Its files are unusable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address can't be listened on.
    #[error("can't listen on {address}: {source}; choose another port or end the program that uses it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The listener is broken.
    #[error("the axon's listener failed: {0}")]
    Listener(#[from] std::io::Error),
    /// The axon can't be built.
    #[error("the axon can't start: {0}")]
    Axon(String),
    /// The metrics can't be built.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// A part of the miner ended though nobody asked it to.
    #[error("the miner's {0} stopped unexpectedly")]
    Stopped(&'static str),
}

/// Runs a miner on `listener` until `shutdown`. It answers from the first moment; joining and announcing go on
/// beside, and a chain that is away is waited for.
///
/// # Errors
/// See [`MinerError`]; all but [`MinerError::Stopped`] happen at the start.
pub async fn run<S: Subnet, C: Chain>(
    subnet: Arc<S>,
    model: Arc<S::Model>,
    chain: Arc<C>,
    settings: MinerSettings,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> Result<(), MinerError> {
    store::folder(&settings.state_dir)?;
    let metrics = Arc::new(Metrics::new()?);
    let gate = Arc::new(Gate::new(settings.gate));
    let lanes = Lanes { work: Workers::new(settings.work), instant: Workers::new(INSTANT) };
    let bound = listener.local_addr()?;
    // Opened also where answers are free now: vouchers of earlier ones may wait.
    let charges = !settings.prices::<S::Synapse>().is_empty();
    let till = Till::open(Arc::clone(&chain), Arc::clone(&settings.hotkey), charges, &settings.state_dir)?;
    let till = Arc::new(till);
    let desk = Desk { subnet, model, lanes, metrics: Arc::clone(&metrics), gate: Some(Arc::clone(&gate)) };
    let axon = axon(desk, &settings, Arc::clone(&gate), Arc::clone(&till))?;

    let stop = shutdown.child_token();
    let _guard = stop.clone().drop_guard();
    let (sender, views) = watch::channel(None);
    let mut parts: JoinSet<&'static str> = JoinSet::new();
    if let Some(address) = settings.metrics {
        let shown = TcpListener::bind(address).await.map_err(|source| MinerError::Listen { address, source })?;
        let (metrics, end) = (Arc::clone(&metrics), stop.clone().cancelled_owned());
        parts.spawn(async move {
            if let Err(error) = metrics::serve(metrics, shown, end).await {
                tracing::error!(%error, "metrics server");
            }
            "metrics server"
        });
    }
    let end = stop.clone().cancelled_owned();
    parts.spawn(async move {
        if let Err(error) = axon.serve(listener, end).await {
            tracing::error!(%error, "axon");
        }
        "axon"
    });
    let observer = view::observe(Arc::clone(&chain), settings.netuid, settings.poll, sender, stop.clone());
    parts.spawn(async move {
        observer.await;
        "chain observer"
    });
    let joining = Joining {
        netuid: settings.netuid,
        hotkey: settings.hotkey.public(),
        coldkey: settings.coldkey,
        threads: settings.pow_threads,
    };
    let staying = join::stay(Arc::clone(&chain), joining, views.clone(), stop.clone());
    parts.spawn(async move {
        staying.await;
        "registration"
    });
    let redeeming = (Arc::clone(&gate), views.clone(), stop.clone());
    parts.spawn(async move {
        let (gate, views, stop) = redeeming;
        till.serve(views, gate, REDEEM, stop).await;
        "redemption"
    });
    let endpoint = Endpoint::new(settings.announce.unwrap_or(bound), settings.version);
    let announcing = announce(chain, settings, endpoint, gate, metrics, views, stop.clone());
    parts.spawn(async move {
        announcing.await;
        "announcement"
    });

    let first = parts.join_next().await;
    let asked = shutdown.is_cancelled();
    stop.cancel();
    while parts.join_next().await.is_some() {}
    match first {
        _ if asked => Ok(()),
        Some(Ok(name)) => Err(MinerError::Stopped(name)),
        _ => Err(MinerError::Stopped("core")),
    }
}

/// Requests that need hardly any work don't wait behind those that do.
const INSTANT: WorkLimits = WorkLimits { workers: 1, queue: 64, time: Duration::from_secs(10) };

/// Where requests wait for their turn.
#[derive(Clone)]
struct Lanes {
    work: Workers,
    instant: Workers,
}

/// Where a miner's requests are worked on: the model, and the queue before it.
pub struct Desk<S: Subnet> {
    subnet: Arc<S>,
    model: Arc<S::Model>,
    lanes: Lanes,
    metrics: Arc<Metrics>,
    gate: Option<Arc<Gate>>,
}

impl<S: Subnet> Clone for Desk<S> {
    fn clone(&self) -> Self {
        Self {
            subnet: Arc::clone(&self.subnet),
            model: Arc::clone(&self.model),
            lanes: self.lanes.clone(),
            metrics: Arc::clone(&self.metrics),
            gate: self.gate.clone(),
        }
    }
}

impl<S: Subnet> Desk<S> {
    /// A desk of one's own, for an axon that belongs to no [`run`].
    ///
    /// # Errors
    /// [`MinerError::Metrics`] if its metrics can't be set up.
    pub fn new(subnet: Arc<S>, model: Arc<S::Model>, work: WorkLimits) -> Result<Self, MinerError> {
        let lanes = Lanes { work: Workers::new(work), instant: Workers::new(INSTANT) };
        Ok(Self { subnet, model, lanes, metrics: Arc::new(Metrics::new()?), gate: None })
    }

    /// What answers.
    pub fn model(&self) -> &S::Model {
        &self.model
    }

    /// Whether a caller is registered in the subnet, or has a channel to pay by. Other keys cost nothing: what one of them may
    /// take up must be bounded for all of them together. At a desk of one's own everybody is known.
    pub fn knows(&self, hotkey: &PublicKey) -> bool {
        self.gate.as_ref().is_none_or(|gate| gate.stake_of(hotkey).is_some())
    }

    /// Work on another synapse than the subnet's, in the same queue before the same model.
    ///
    /// # Errors
    /// What the caller is told.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&S::Model, &Budget) -> Result<T, AnswerError> + Send + 'static,
    ) -> Result<T, AxonError> {
        let model = Arc::clone(&self.model);
        let outcome = self.lanes.work.run(move |budget| work(model.as_ref(), budget)).await;
        finish(outcome, &self.metrics)
    }

    /// A whole answer, in its turn.
    ///
    /// # Errors
    /// What the caller is told.
    pub async fn answer(&self, request: RequestOf<S>) -> Result<ResponseOf<S>, AxonError> {
        let subnet = Arc::clone(&self.subnet);
        self.work(request, |workers, model, request| async move {
            workers.run(move |budget| subnet.answer(&model, &request, budget)).await
        })
        .await
    }

    /// An answer by the subnet's own way of working, which must do its work in the workers that it is given.
    ///
    /// # Errors
    /// What the caller is told.
    pub async fn work<F>(
        &self,
        request: RequestOf<S>,
        work: impl FnOnce(Workers, Arc<S::Model>, RequestOf<S>) -> F,
    ) -> Result<ResponseOf<S>, AxonError>
    where
        F: Future<Output = Result<Result<ResponseOf<S>, AnswerError>, WorkError>>,
    {
        let instant = self.subnet.is_instant(&self.model, &request);
        let workers = if instant { &self.lanes.instant } else { &self.lanes.work };
        let load = || self.metrics.load.set(i64::try_from(workers.load()).unwrap_or(i64::MAX));
        load();
        let begun = Instant::now();
        let outcome = work(workers.clone(), Arc::clone(&self.model), request).await;
        load();
        self.metrics.work_ms.inc_by(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
        finish(outcome, &self.metrics)
    }
}

/// The axon: signature, calls a minute, places by stake, payment, queue, answer.
fn axon<S: Subnet, C: Chain>(
    desk: Desk<S>,
    settings: &MinerSettings,
    gate: Arc<Gate>,
    till: Arc<Till<C>>,
) -> Result<Axon, MinerError> {
    let stakes = Arc::clone(&gate);
    let places = StakeQuota::default().with(move |hotkey| stakes.stake_of(hotkey));
    let often = |fine: bool| match fine {
        true => Ok(()),
        false => Err(Refusal { code: "quota", message: "too many calls: wait a minute".into() }),
    };
    let ahead = Arc::clone(&gate);
    let screen = move |hotkey: &PublicKey| often(ahead.would_admit(hotkey));
    let authorize = move |caller: &Caller| often(gate.admit(&caller.hotkey));
    let mut axon = S::serve(Axon::builder(Arc::clone(&settings.hotkey)), desk);
    for (name, rao) in settings.prices::<S::Synapse>() {
        axon = axon.price_of(name, Price { rao, per: "request".into(), more: serde_json::Map::new() });
    }
    axon.toll(till)
        .screen(screen)
        .authorize(authorize)
        .quota(places)
        .replay_store(settings.state_dir.join("replay"))
        .build()
        .map_err(|error| MinerError::Axon(error.to_string()))
}

fn finish<R>(outcome: Result<Result<R, AnswerError>, WorkError>, metrics: &Metrics) -> Result<R, AxonError> {
    let (name, result) = match outcome {
        Ok(Ok(response)) => ("answered", Ok(response)),
        Ok(Err(AnswerError::Request(reason))) => ("invalid", Err(AxonError::invalid(reason))),
        Ok(Err(error @ AnswerError::Abandoned)) => ("late", Err(AxonError::busy(error.to_string()))),
        Ok(Err(AnswerError::Model(reason))) => {
            tracing::error!(%reason, "the model failed");
            ("failed", Err(AxonError::internal("the model failed")))
        }
        Err(WorkError::Busy) => ("busy", Err(AxonError::busy("all workers are busy: ask another miner"))),
        Err(WorkError::Broken) => {
            tracing::error!("the model panicked");
            ("failed", Err(AxonError::internal("the model failed")))
        }
    };
    metrics.requests.with_label_values(&[name]).inc();
    result
}

/// Keeps the chain's idea of the axon's address, and the gate's idea of who is registered, right.
async fn announce<C: Chain>(
    chain: Arc<C>,
    settings: MinerSettings,
    endpoint: Endpoint,
    gate: Arc<Gate>,
    metrics: Arc<Metrics>,
    mut views: Views,
    stop: CancellationToken,
) {
    let mut not_before = 0;
    loop {
        let Some(view) = view::newest(&mut views, &stop).await else { return };
        views.mark_unchanged();
        let now = view.block.number;
        metrics.block.set(i64::from(now));
        gate.learn(view.neurons.iter().map(|neuron| (neuron.hotkey, neuron.stake)));
        let due = view
            .neuron_of(&settings.hotkey.public())
            .is_some_and(|me| me.endpoint.map(at) != Some(at(endpoint)) && now >= not_before);
        if due {
            not_before = now.saturating_add(RETRY_BLOCKS);
            let announced = tokio::select! {
                announced = chain.serve_axon(&settings.hotkey, settings.netuid, endpoint) => announced,
                () = stop.cancelled() => return,
            };
            match announced {
                Ok(()) => tracing::info!(block = now, "axon announced"),
                Err(error) => tracing::warn!(%error, "axon not announced; trying again in a few blocks"),
            }
        }
        tokio::select! {
            changed = views.changed() => if changed.is_err() { return },
            () = stop.cancelled() => return,
        }
    }
}

/// What of an endpoint makes a new announcement necessary: not the version alone.
pub(crate) fn at(endpoint: Endpoint) -> (u128, u16, u8, u8) {
    (endpoint.ip, endpoint.port, endpoint.ip_type, endpoint.protocol)
}
