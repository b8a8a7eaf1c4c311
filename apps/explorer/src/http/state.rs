//! What all requests share.

use crate::{index::Progress, metrics::Metrics, store::Store, ExplorerConfig};
use ganglion_client::Client;
use ganglion_keys::PublicKey;
use ganglion_primitives::AccountPositions;
use ganglion_subnet::standings::Standings;
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};
use tokio::{
    sync::{watch, Semaphore},
    time::timeout,
};

/// Questions to a node on their way at the same time.
const ASKING: usize = 8;

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) config: ExplorerConfig,
    pub(crate) store: Arc<Store>,
    pub(crate) progress: watch::Receiver<Progress>,
    pub(crate) metrics: Metrics,
    /// Places for requests.
    pub(crate) slots: Arc<Semaphore>,
    /// Places for streams of news.
    pub(crate) watchers: Arc<Semaphore>,
    /// The node, once one has answered.
    pub(crate) client: OnceLock<Client>,
    asking: Semaphore,
    scores: RwLock<BTreeMap<u16, Arc<Standings>>>,
}

impl Shared {
    pub(crate) fn new(
        config: ExplorerConfig,
        store: Arc<Store>,
        progress: watch::Receiver<Progress>,
    ) -> Result<Self, prometheus::Error> {
        let places = |count: usize| Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS)));
        Ok(Self {
            slots: places(config.in_flight),
            watchers: places(config.watchers),
            config,
            store,
            progress,
            metrics: Metrics::new()?,
            client: OnceLock::new(),
            asking: Semaphore::new(ASKING),
            scores: RwLock::default(),
        })
    }

    /// How far the index is.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// What a node says of an account; `None` if none does soon.
    pub(crate) async fn account(&self, key: PublicKey) -> Option<AccountPositions> {
        let client = self.client.get()?;
        let asking = async {
            let _place = self.asking.acquire().await.ok()?;
            client.account(&key).await.ok()
        };
        timeout(self.config.node_patience, asking).await.ok().flatten()
    }

    /// What a validator of a subnet says of its miners.
    pub(crate) fn scores(&self, netuid: u16) -> Option<Arc<Standings>> {
        self.scores.read().unwrap_or_else(PoisonError::into_inner).get(&netuid).cloned()
    }

    /// Keeps what validators say; subnets that aren't there have said nothing.
    pub(crate) fn keep_scores(&self, scores: BTreeMap<u16, Arc<Standings>>) {
        *self.scores.write().unwrap_or_else(PoisonError::into_inner) = scores;
    }
}
