//! The validator: asks at random times, scores, remembers, sets weights.

mod announce;
mod draw;
mod pages;
mod round;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{NetUid, NeuronId};
use ganglion_wire::{Axon, Dendrite, DendriteLimits};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::chain::Chain;
use crate::history::History;
use crate::join::{self, Joining};
use crate::metrics::{self, Metrics};
use crate::receipts::ReceiptLimits;
use crate::records::Records;
use crate::rules;
use crate::scores::{Book, ScorePolicy};
use crate::secret::Secret;
use crate::store::StoreError;
use crate::subnet::Subnet;
use crate::view::{self, View, Views};
use crate::weigh::{Outcome, Weigher};
use crate::weights::{divide, or_first_answers, undivided};

pub use draw::Pace;
pub use round::LONGEST_TRUTH;

/// What a validator needs to know.
#[derive(Clone, Debug)]
pub struct ValidatorSettings {
    /// The subnet.
    pub netuid: NetUid,
    /// Signs questions, weights and receipts.
    pub hotkey: Arc<Keypair>,
    /// Who owns the hotkey; used when it isn't registered yet.
    pub coldkey: PublicKey,
    /// Where secret, scores, the last weight vectors, pending commitment and receipts live.
    pub state_dir: PathBuf,
    /// How often, and how many miners at once.
    pub pace: Pace,
    /// Whether users need the same machine: then the first round begins as soon as there is somebody to ask, rounds come one
    /// at a time, and after each it rests for as long as it took, before the time that `pace` says has even begun; until it has
    /// found somebody before its subnet launches, it rests and no more. For subnets whose answers can be scored at once.
    pub gentle: bool,
    /// When an answer is too late.
    pub timeout: Duration,
    /// Miners whose address isn't one of the public internet are not called, and count as unreachable. Strangers write
    /// these addresses on the chain. Off only in local networks.
    pub public_addresses_only: bool,
    /// How often to look for a new block.
    pub poll: Duration,
    /// From scores to weights.
    pub scoring: ScorePolicy,
    /// How many receipts to keep.
    pub receipts: ReceiptLimits,
    /// Threads that search for the seal when joining.
    pub pow_threads: usize,
    /// Where to show metrics (`GET /metrics`), what each miner is worth (`GET /scores`), the newest receipts
    /// (`GET /receipts`), the secrets of past tempos (`GET /secrets/<epoch>`) and the subnet's own pages
    /// (`GET /pages/<name>`), if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Where others find these pages, to be announced on the chain, if anywhere; port 0 stands for the one that they are
    /// bound to.
    pub announce_metrics: Option<SocketAddr>,
    /// Where to answer `GET /health`, if anywhere. Never announced on the chain: who announces an axon asks to be
    /// asked.
    pub listen: Option<SocketAddr>,
}

impl ValidatorSettings {
    /// A validator at the usual pace, which calls no private addresses.
    pub fn new(netuid: NetUid, hotkey: Arc<Keypair>, coldkey: PublicKey, state_dir: impl Into<PathBuf>) -> Self {
        Self {
            netuid,
            hotkey,
            coldkey,
            state_dir: state_dir.into(),
            pace: Pace::default(),
            gentle: false,
            timeout: Duration::from_secs(20),
            public_addresses_only: true,
            poll: Duration::from_secs(1),
            scoring: ScorePolicy::default(),
            receipts: ReceiptLimits::default(),
            pow_threads: 1,
            metrics: None,
            announce_metrics: None,
            listen: None,
        }
    }
}

/// Why a validator can't run.
#[derive(Debug, thiserror::Error)]
pub enum ValidatorError {
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
    /// The health server can't be built.
    #[error("the axon can't start: {0}")]
    Axon(String),
    /// The metrics can't be built.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// A part of the validator ended though nobody asked it to.
    #[error("the validator's {0} stopped unexpectedly")]
    Stopped(&'static str),
}

/// What all parts of a validator share.
pub(crate) struct Shared<S> {
    subnet: Arc<S>,
    settings: ValidatorSettings,
    records: Arc<Mutex<Records>>,
    secret: Secret,
    /// The chain, hex.
    genesis: String,
    dendrite: Dendrite,
    metrics: Arc<Metrics>,
}

/// Runs a validator until `shutdown`. A chain that is away is waited for.
///
/// # Errors
/// See [`ValidatorError`]; all but [`ValidatorError::Stopped`] happen at the start.
pub async fn run<S: Subnet, C: Chain>(
    subnet: Arc<S>,
    chain: Arc<C>,
    settings: ValidatorSettings,
    shutdown: CancellationToken,
) -> Result<(), ValidatorError> {
    let (netuid, dir) = (settings.netuid, settings.state_dir.clone());
    let records = Records::open(&dir, &chain.genesis_hash(), netuid.0, settings.receipts)?;
    let weigher = Weigher::open(&dir.join("commit.json"), Arc::clone(&chain), Arc::clone(&settings.hotkey), netuid)?;
    let history = History::open(&dir.join("vectors.json"), &chain.genesis_hash(), netuid.0)?;
    let limits = DendriteLimits { public_addresses_only: settings.public_addresses_only, ..DendriteLimits::default() };
    let shared = Arc::new(Shared {
        subnet,
        records: Arc::new(Mutex::new(records)),
        secret: Secret::open(&dir.join("secret"))?,
        genesis: hex::encode(chain.genesis_hash()),
        dendrite: Dendrite::with_limits(Arc::clone(&settings.hotkey), limits),
        metrics: Arc::new(Metrics::new()?),
        settings,
    });

    let stop = shutdown.child_token();
    let _guard = stop.clone().drop_guard();
    let (sender, views) = watch::channel(None);
    let mut parts: JoinSet<&'static str> = JoinSet::new();
    let bound = serve(&shared, &views, &mut parts, &stop).await?;
    if let Some(address) = announce::address(shared.settings.announce_metrics, bound) {
        let hotkey = Arc::clone(&shared.settings.hotkey);
        let told = announce::run(Arc::clone(&chain), hotkey, netuid, address, views.clone(), stop.clone());
        parts.spawn(named("announcement", told));
    }
    let poll = shared.settings.poll;
    parts.spawn(named("chain observer", view::observe(Arc::clone(&chain), netuid, poll, sender, stop.clone())));
    let joining = Joining {
        netuid,
        hotkey: shared.settings.hotkey.public(),
        coldkey: shared.settings.coldkey,
        threads: shared.settings.pow_threads,
    };
    parts.spawn(named("registration", join::stay(chain, joining, views.clone(), stop.clone())));
    parts.spawn(named("weight setting", weigh(Arc::clone(&shared), (weigher, history), views.clone(), stop.clone())));
    parts.spawn(named("task drawing", draw::run(shared, views, stop.clone())));

    let first = parts.join_next().await;
    let asked = shutdown.is_cancelled();
    stop.cancel();
    while parts.join_next().await.is_some() {}
    match first {
        _ if asked => Ok(()),
        Some(Ok(name)) => Err(ValidatorError::Stopped(name)),
        _ => Err(ValidatorError::Stopped("core")),
    }
}

async fn named(name: &'static str, part: impl std::future::Future<Output = ()>) -> &'static str {
    part.await;
    name
}

/// Starts the servers that the settings ask for. Answers where the metrics are, if anywhere.
async fn serve<S: Subnet>(
    shared: &Arc<Shared<S>>,
    views: &Views,
    parts: &mut JoinSet<&'static str>,
    stop: &CancellationToken,
) -> Result<Option<SocketAddr>, ValidatorError> {
    if let Some(address) = shared.settings.listen {
        let axon = Axon::builder(Arc::clone(&shared.settings.hotkey))
            .build()
            .map_err(|error| ValidatorError::Axon(error.to_string()))?;
        let listener = bind(address).await?;
        let end = stop.clone().cancelled_owned();
        parts.spawn(named("health server", async move {
            if let Err(error) = axon.serve(listener, end).await {
                tracing::error!(%error, "health server");
            }
        }));
    }
    let Some(address) = shared.settings.metrics else { return Ok(None) };
    let listener = bind(address).await?;
    let bound = listener.local_addr().map_err(|source| ValidatorError::Listen { address, source })?;
    let (metrics, end) = (Arc::clone(&shared.metrics), stop.clone().cancelled_owned());
    let pages = pages::router(Arc::clone(shared), views.clone());
    parts.spawn(named("metrics server", async move {
        if let Err(error) = metrics::serve_with(metrics, pages, listener, end).await {
            tracing::error!(%error, "metrics server");
        }
    }));
    Ok(Some(bound))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ValidatorError> {
    TcpListener::bind(address).await.map_err(|source| ValidatorError::Listen { address, source })
}

/// Sets weights whenever a view says that it is time.
async fn weigh<S: Subnet, C: Chain>(
    shared: Arc<Shared<S>>,
    (mut weigher, mut history): (Weigher<C>, History),
    mut views: Views,
    stop: CancellationToken,
) {
    let policy = shared.settings.scoring.clone();
    // The epoch before which it was said that the subnet's limit leaves nothing to set.
    let mut told = 0;
    loop {
        let Some(view) = view::newest(&mut views, &stop).await else { return };
        views.mark_unchanged();
        shared.metrics.block.set(i64::from(view.block.number));
        turn_epoch(&shared, &view).await;
        let vector = || {
            let earned = earned(draw::lock(&shared.records).book(), &mut history, &view, &policy);
            if let Err(error) = history.keep() {
                tracing::error!(%error, "weight vectors can't be written");
            }
            let fitted = rules::fit(earned, &view);
            if fitted.is_none() && told != view.next_epoch {
                told = view.next_epoch;
                let limit = f64::from(view.subnet.hyperparameters.max_weight_limit) / f64::from(u16::MAX);
                tracing::warn!(limit, "no weights set: so few miners have earned one that each would exceed the limit");
            }
            fitted.unwrap_or_default()
        };
        let outcome = tokio::select! {
            outcome = weigher.step(&view, vector) => outcome,
            () = stop.cancelled() => return,
        };
        match outcome {
            Ok(Outcome::Idle) => {}
            Ok(Outcome::Set) => {
                shared.metrics.weights.with_label_values(&["set"]).inc();
                tracing::info!(block = view.block.number, "weights set");
            }
            Ok(Outcome::Committed) => {
                shared.metrics.weights.with_label_values(&["committed"]).inc();
                tracing::info!(block = view.block.number, "weights committed");
            }
            Err(error) => {
                shared.metrics.weights.with_label_values(&["failed"]).inc();
                tracing::warn!(block = view.block.number, %error, "weights not set; trying again in a few blocks");
            }
        }
        tokio::select! {
            changed = views.changed() => if changed.is_err() { return },
            () = stop.cancelled() => return,
        }
    }
}

/// What a view's neurons have earned by `book`, as far as the chain's weights are concerned.
fn earned(book: &Book, history: &mut History, view: &View, policy: &ScorePolicy) -> Vec<(NeuronId, u16)> {
    let newest = undivided(book, &view.ids(), policy);
    let blended = history.blend(view.next_epoch, newest, policy.vectors);
    // Whoever is known for a clone now was one in the earlier tempos too.
    or_first_answers(divide(&blended, book, policy), book, view, policy)
}

async fn turn_epoch<S: Subnet>(shared: &Arc<Shared<S>>, view: &View) {
    let clones = shared.settings.scoring.clones.as_ref();
    let clusters = clones.map(|clones| draw::lock(&shared.records).book().pairs().clusters(clones)).unwrap_or_default();
    shared.metrics.clusters.set(i64::try_from(clusters.len()).unwrap_or(i64::MAX));
    let (ids, epoch, tempo) = (view.ids(), view.next_epoch, u32::from(view.subnet.tempo));
    let (records, policy) = (Arc::clone(&shared.records), shared.settings.scoring.clone());
    let subnet = Arc::clone(&shared.subnet);
    let written = tokio::task::spawn_blocking(move || {
        subnet.clustered(&clusters);
        // This epoch's tempo began at `epoch − tempo`; whoever wasn't asked in the whole one before it decays.
        let since = epoch.saturating_sub(tempo.saturating_mul(2));
        draw::lock(&records).change(|book| book.turn_epoch(epoch, since, &ids, &policy))
    })
    .await;
    if let Ok(Err(error)) = written {
        tracing::error!(%error, "scores can't be written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Block;
    use crate::view::Neuron;
    use ganglion_primitives::SubnetInfo;

    fn view(launches_at: Option<u32>) -> View {
        let neuron = |id| Neuron {
            uid: 0,
            id: NeuronId(id),
            hotkey: PublicKey([0; 32]),
            endpoint: None,
            prometheus: None,
            permit: false,
            registered_at: 1,
            stake: 0,
            last_update: None,
            incentive: 0.0,
            dividends: 0.0,
        };
        let subnet = SubnetInfo { netuid: NetUid(1), tempo: 20, launches_at, ..SubnetInfo::default() };
        View { block: Block { number: 9, hash: [0; 32] }, subnet, next_epoch: 40, neurons: vec![neuron(7), neuron(8)] }
    }

    #[test]
    fn before_the_launch_one_answer_is_enough_to_say_something() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut history = History::open(&folder.path().join("vectors.json"), &[0; 32], 1).expect("a history");
        let policy = ScorePolicy::default();
        let mut book = Book::new(&[0; 32], 1);
        book.enter(NeuronId(7), 0.2, 5, &policy);
        assert_eq!(earned(&book, &mut history, &view(Some(50)), &policy), [(NeuronId(7), u16::MAX)]);
        assert!(
            earned(&book, &mut history, &view(None), &policy).is_empty(),
            "afterwards it takes {} answers",
            policy.min_samples
        );
        (0..policy.min_samples).for_each(|_| book.enter(NeuronId(7), 0.9, 6, &policy));
        book.enter(NeuronId(8), 0.9, 6, &policy);
        let enough = earned(&book, &mut history, &view(Some(50)), &policy);
        assert_eq!(enough, [(NeuronId(7), u16::MAX), (NeuronId(8), 0)], "as after the launch");
    }

    /// What two miners of a local network were found to be worth on two cores, a round every twenty seconds: the first two
    /// rounds before the launch, the last one two minutes after it.
    #[test]
    fn a_local_networks_weights_follow_all_answers_until_bounds_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut history = History::open(&folder.path().join("vectors.json"), &[0; 32], 1).expect("a history");
        let (policy, mut book) = (ScorePolicy::local(), Book::new(&[0; 32], 1));
        let strangers = ScorePolicy { eager: false, ..policy.clone() };
        let (lucky, better) = (NeuronId(7), NeuronId(8));
        let mut round = |block: u32, [one, other]: [f64; 2]| {
            book.enter(better, other, block, &policy);
            book.enter(lucky, one, block, &policy);
            let launches_at = Some(45).filter(|start| block < *start);
            [&policy, &strangers].map(|policy| earned(&book, &mut history, &view(launches_at), policy))
        };
        let first = round(27, [0.073, 0.061]);
        assert_eq!((first[0][0], &first[0]), ((lucky, u16::MAX), &first[1]), "before the launch, everywhere");
        round(42, [0.164, 0.0]);
        for (block, scores) in [(62, [0.0, 0.702]), (87, [0.0; 2]), (139, [0.0; 2])] {
            let [here, elsewhere] = round(block, scores);
            assert!(here[0].1 < u16::MAX / 4 && here[1] == (better, u16::MAX), "{block}: {here:?}");
            assert!(elsewhere.is_empty(), "{block}: nothing is beyond doubt: {elsewhere:?}");
        }
        let [here, elsewhere] = round(194, [0.0, 0.748]);
        assert_eq!((&here, &here[..]), (&elsewhere, &[(lucky, 0), (better, u16::MAX)][..]), "a second right answer");
    }
}
