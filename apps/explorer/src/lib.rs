//! The network's pages: an index of finalised blocks, shown to people and programs.
//!
//! An [`Indexer`] follows a node's finalised blocks into one SQLite file; pages, the JSON API and CSV files are read from
//! there. Pages are drawn on the server and work without JavaScript; with it, they keep themselves fresh. What strangers
//! wrote on the chain is text here: it is escaped, its links are checked, and no page can run anything that isn't the
//! explorer's own.
//!
//! | module | holds |
//! |---|---|
//! | `store` | the index: its tables, what is written of a block |
//! | `index` | following the chain |
//! | `data` | the lists that there are: what pages, API, CSV and the OpenAPI document are made of |
//! | `pages` | pages: what is on them |
//! | `http` | routes, limits, news |
//! | [`scores`] | what validators say of miners |
//! | `receipts` | what they have signed for single answers |

mod config;
mod data;
mod error;
mod http;
mod index;
mod metrics;
mod pages;
mod receipts;
mod store;

pub mod scores;
pub mod synthetic;

pub use config::ExplorerConfig;
pub use error::ExplorerError;
pub use index::{Indexer, Progress, Source};
pub use store::{Backing, Extra, Indexed, Store};

use ganglion_client::Client;
use ganglion_primitives::NetUid;
use ganglion_subnet::{receipts::SignedReceipt, standings::Standings};
use http::Shared;
use std::{
    collections::BTreeMap,
    future::Future,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::watch, time::sleep};

/// How long to wait before a node is tried again.
const PAUSE: Duration = Duration::from_secs(2);
/// Subnets whose validators are asked.
const MOST_SUBNETS: usize = 64;

/// Runs an explorer on `listener` until `shutdown`; then running requests get 2 s. It starts without a node and shows what
/// the index has.
///
/// # Errors
/// [`ExplorerError::Listen`] if the listening socket breaks; [`ExplorerError::OtherChain`], [`ExplorerError::OtherForm`],
/// [`ExplorerError::Busy`], [`ExplorerError::Broken`] or [`ExplorerError::Store`] if the index can't be used.
pub async fn run(
    config: ExplorerConfig,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ExplorerError> {
    let store = Arc::new(Store::open(&config.index, config.patience)?);
    let (sender, progress) = watch::channel(Progress { indexed: store.head()?, ..Progress::default() });
    let shared = Arc::new(Shared::new(config, store, progress)?);
    if let Ok(address) = listener.local_addr() {
        tracing::info!(target: "ganglion::explorer", %address, index = %shared.config.index.display(), "explorer open");
    }
    let router = http::router(shared.clone());
    tokio::select! {
        result = ganglion_http::serve(router, listener, shared.config.limits(), shutdown) => Ok(result?),
        error = follow(&shared, sender) => Err(error),
        () = ask_validators(&shared) => Ok(()),
    }
}

/// Follows the chain for ever; ends with what waiting doesn't mend.
async fn follow(shared: &Shared, progress: watch::Sender<Progress>) -> ExplorerError {
    if shared.config.nodes.is_empty() {
        // The sender stays, so that watchers do.
        let _progress = progress;
        return std::future::pending().await;
    }
    let client = loop {
        match Client::connect(&shared.config.nodes).await {
            Ok(client) => break client,
            Err(error) => {
                let why = error.to_string();
                progress.send_if_modified(|progress| {
                    let news = progress.trouble.as_ref() != Some(&why);
                    if news {
                        tracing::warn!(target: "ganglion::explorer", "no news from the chain: {why}");
                        progress.trouble = Some(why);
                    }
                    news
                });
                sleep(PAUSE).await;
            }
        }
    };
    let _ = shared.client.set(client.clone());
    let source: Arc<dyn Source> = Arc::new(client);
    let mut indexer = match Indexer::new(shared.store.clone(), source, progress) {
        Ok(indexer) => indexer,
        Err(error) => return error,
    };
    let Err(error) = indexer.follow(shared.config.refresh).await;
    error
}

/// Asks validators what miners produce, and for their newest receipts, again and again.
async fn ask_validators(shared: &Shared) {
    loop {
        if let Some(client) = shared.client.get() {
            match said(client, &shared.store, !shared.config.public_addresses_only).await {
                Ok(scores) => shared.keep_scores(scores),
                Err(error) => tracing::debug!(target: "ganglion::explorer", %error, "validators can't be looked up"),
            }
        }
        // Soon after the start there is a node.
        let pause = if shared.client.get().is_some() { shared.config.scores } else { PAUSE };
        sleep(pause).await;
    }
}

/// What the validators of each subnet say. Their receipts go to the index.
async fn said(
    client: &Client,
    store: &Arc<Store>,
    private: bool,
) -> Result<BTreeMap<u16, Arc<Standings>>, ganglion_client::ClientError> {
    let mut found = BTreeMap::new();
    let subnets = client.subnets().await?;
    let netuids: Vec<NetUid> = subnets.iter().filter(|subnet| subnet.neurons > 0).map(|subnet| subnet.netuid).collect();
    for netuid in netuids.into_iter().take(MOST_SUBNETS) {
        let Some(graph) = client.metagraph(netuid).await? else { continue };
        let (standings, signed) = tokio::join!(scores::fetch(&graph, private), receipts::fetch(&graph, private));
        if let Some(standings) = standings {
            found.insert(netuid.0, Arc::new(standings));
        }
        keep(store, signed).await;
    }
    Ok(found)
}

/// Keeps receipts in the index.
async fn keep(store: &Arc<Store>, signed: Vec<SignedReceipt>) {
    if signed.is_empty() {
        return;
    }
    let store = store.clone();
    match tokio::task::spawn_blocking(move || store.keep_receipts(&signed)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(target: "ganglion::explorer", %error, "receipts can't be kept"),
        Err(error) => tracing::warn!(target: "ganglion::explorer", %error, "receipts can't be kept"),
    }
}

/// What making an index anew came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reindexed {
    /// Blocks in the index.
    pub blocks: u32,
    /// Seconds that it took.
    pub seconds: f64,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Reindexed {
    /// Blocks a second.
    pub fn blocks_per_second(&self) -> f64 {
        let took = Duration::try_from_secs_f64(self.seconds).unwrap_or_default();
        index::per_second(self.blocks.into(), took)
    }
}

/// Makes the index anew, up to the last block that is finalised now. `tell` hears how far it is.
///
/// # Errors
/// The chain can't be read, or the index can't be written.
pub async fn reindex(
    nodes: &[String],
    index: &Path,
    mut tell: impl FnMut(&Progress),
) -> Result<Reindexed, ExplorerError> {
    // The old one goes only if there is a chain to read.
    let client = Client::connect(nodes).await?;
    let store = Arc::new(Store::anew(index, Duration::from_secs(2))?);
    let (sender, progress) = watch::channel(Progress::default());
    let mut indexer = Indexer::new(store.clone(), Arc::new(client), sender)?;
    let started = Instant::now();
    let mut blocks = 0u32;
    loop {
        let written = indexer.step().await?;
        blocks = blocks.saturating_add(written);
        let now = progress.borrow().clone();
        tell(&now);
        if written == 0 {
            break;
        }
    }
    store.settle()?;
    let bytes = std::fs::metadata(index).map(|file| file.len()).unwrap_or(0);
    Ok(Reindexed { blocks, seconds: started.elapsed().as_secs_f64(), bytes })
}
