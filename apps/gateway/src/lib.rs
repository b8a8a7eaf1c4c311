//! The door for users: OpenAI-shaped requests, answered by the best miner of a subnet.
//!
//! The gateway reads the metagraph from a node and speaks to miners directly, over signed HTTP. Of those that work it asks
//! the one that is worth most by incentive, speed and price; if that one fails, the next; if it is later than it usually
//! is, the next as well, and the first good answer wins. For a question with an exact answer it is speed that counts for
//! most among those that are paid alike. Who fails several times in a row is left alone for a while. A
//! streamed answer is passed on as it comes; until its first word another miner may still take over. The reply says whose
//! answer it is. `text:consensus` asks three and gives the answer that they agree on. Sentence vectors come from those
//! miners of text that announce them, pictures from the miners of the image subnet, forecasts from those of the market.
//!
//! Miners may cost something. A personal gateway pays them from channels that its user's coldkey opens
//! ([`PersonalPurse`]); others ask those that are free.
//!
//! In a young network nobody has incentive. Then the validators' newest weights make the order.
//!
//! `GET /openapi.json` describes all routes; `GET /` is a page to try them.

mod access;
mod announced;
mod answering;
mod ask;
mod breaker;
mod completions;
mod config;
mod consensus;
mod consent;
mod directory;
mod embeddings;
mod error;
mod forecasts;
mod images;
mod live;
mod metrics;
mod network;
mod openai;
mod openapi;
mod opinions;
mod ordering;
mod playground;
mod purse;
mod reply;
mod request_id;
mod routes;
mod shape;
mod sort;
mod standing;
mod state;
mod stops;
mod times;

pub use access::{keys::Claim, ChainLedger, Collected, Credit, Ledger, PublicAccess, PublicSettings, Standing};
pub use config::GatewayConfig;
pub use directory::{ChainDirectory, Directory, Listing, Miner};
pub use error::GatewayError;
pub use purse::{Bank, BankError, ChainBank, PersonalPurse, PurseSettings};

use directory::Kind;
use ganglion_primitives::NetUid;
use state::Beside;
use std::{future::Future, sync::Arc};
use tokio::net::TcpListener;

/// Runs a gateway on `listener` until `shutdown`; then running requests get 4 s. It starts without a node and answers
/// 503 until one has been reached.
///
/// # Errors
/// [`GatewayError::Listen`] if the listening socket breaks.
pub async fn run(
    config: GatewayConfig,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), GatewayError> {
    let chain = Arc::new(ChainDirectory::default());
    let follow = chain.clone();
    let settings = config.clone();
    let forecasters = beside(&config, config.market);
    let painters = beside(&config, config.images);
    let listed =
        |other: &Option<Followed>| other.as_ref().map(|(directory, _)| directory.clone() as Arc<dyn Directory>);
    let others = Others { market: listed(&forecasters), images: listed(&painters) };
    tokio::select! {
        result = run_doors(config, chain, others, listener, shutdown) => result,
        () = async move { follow.follow(&settings).await } => Ok(()),
        () = follow_other(forecasters) => Ok(()),
        () = follow_other(painters) => Ok(()),
    }
}

/// [`run`], with miners from elsewhere than the chain, and without an image subnet.
///
/// # Errors
/// As [`run`].
pub async fn run_with(
    config: GatewayConfig,
    directory: Arc<dyn Directory>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), GatewayError> {
    run_doors(config, directory, Others::default(), listener, shutdown).await
}

/// [`run_with`], with miners that draw: `images` lists them.
///
/// # Errors
/// As [`run`].
pub async fn run_with_images(
    config: GatewayConfig,
    directory: Arc<dyn Directory>,
    images: Arc<dyn Directory>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), GatewayError> {
    let others = Others { images: Some(images), ..Others::default() };
    run_doors(config, directory, others, listener, shutdown).await
}

/// [`run_with`], with miners that forecast: `market` lists them.
///
/// # Errors
/// As [`run`].
pub async fn run_with_market(
    config: GatewayConfig,
    directory: Arc<dyn Directory>,
    market: Arc<dyn Directory>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), GatewayError> {
    let others = Others { market: Some(market), ..Others::default() };
    run_doors(config, directory, others, listener, shutdown).await
}

/// Lists of other subnets' miners: those who forecast and those who draw.
#[derive(Default)]
struct Others {
    market: Option<Arc<dyn Directory>>,
    images: Option<Arc<dyn Directory>>,
}

/// Another subnet's miners, and how they are read from the chain.
type Followed = (Arc<ChainDirectory>, GatewayConfig);

fn beside(config: &GatewayConfig, netuid: Option<NetUid>) -> Option<Followed> {
    netuid.map(|netuid| (Arc::new(ChainDirectory::beside()), GatewayConfig { netuid, ..config.clone() }))
}

/// Follows another subnet, if there is one; never ends if not.
async fn follow_other(other: Option<Followed>) {
    match other {
        Some((directory, settings)) => directory.follow(&settings).await,
        None => std::future::pending().await,
    }
}

async fn run_doors(
    config: GatewayConfig,
    directory: Arc<dyn Directory>,
    others: Others,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), GatewayError> {
    let metrics = metrics::Metrics::new()?;
    // Miners of two subnets have two records: the same key may answer well and draw badly.
    let other = |kind, directory: Option<Arc<dyn Directory>>, netuid: Option<NetUid>| {
        let config = GatewayConfig { netuid: netuid.unwrap_or(config.netuid), ..config.clone() };
        let door = |directory| state::Shared::new(config, kind, directory, Beside::default(), &metrics);
        directory.map(door).map(Arc::new)
    };
    let beside = Beside {
        market: other(Kind::Market, others.market, config.market),
        images: other(Kind::Images, others.images, config.images),
    };
    let shared = Arc::new(state::Shared::new(config, Kind::Text, directory, beside.clone(), &metrics));
    if let Ok(address) = listener.local_addr() {
        tracing::info!(target: "ganglion::gateway", %address, netuid = %shared.config.netuid, "gateway open");
    }
    let router = routes::router(shared.clone(), beside.images.clone().map_or_else(images::closed, images::router));
    let access = shared.config.access.clone();
    let router = match &access {
        Some(access) => access::guard(router, access.clone(), shared.config.in_flight),
        None => router.merge(access::closed()),
    };
    let router = match shared.config.purse {
        Some(_) => purse::at_home(router),
        None => router,
    };
    let router = request_id::named(router);
    let ended = tokio::select! {
        result = ganglion_http::serve(router, listener, shared.config.limits(), shutdown) => result.map_err(GatewayError::from),
        () = shared.probe() => Ok(()),
        () = watch(beside.images) => Ok(()),
        () = watch(beside.market) => Ok(()),
        () = tend(access.clone()) => Ok(()),
    };
    if let Some(access) = access {
        access.write().await;
    }
    ended
}

/// Looks after the books of a public gateway; never ends.
async fn tend(access: Option<PublicAccess>) {
    match access {
        Some(access) => access.tend().await,
        None => std::future::pending().await,
    }
}

/// Looks after the miners of another subnet, if there is one; never ends.
async fn watch(door: Option<Arc<state::Shared>>) {
    match door {
        Some(door) => door.probe().await,
        None => std::future::pending().await,
    }
}
