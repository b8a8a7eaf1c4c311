//! The door for users: OpenAI-shaped requests, answered by the best miner of a subnet.
//!
//! The gateway reads the metagraph from a node and speaks to miners directly, over signed HTTP. It asks the miner with
//! the highest incentive that works; if that one fails, the next; if it is late, the next as well, and the first good
//! answer wins. A streamed answer is passed on as it comes; until its first word another miner may still take over. The
//! reply says whose answer it is. Pictures come the same way from the miners of the image subnet.
//!
//! Miners may cost something. A personal gateway pays them from channels that its user's coldkey opens
//! ([`PersonalPurse`]); others ask those that are free.
//!
//! In a young network nobody has incentive. Then the validators' newest weights make the order.

mod access;
mod answering;
mod ask;
mod config;
mod consent;
mod directory;
mod error;
mod forecasts;
mod images;
mod impatient;
mod live;
mod metrics;
mod openai;
mod opinions;
mod purse;
mod reply;
mod routes;
mod server;
mod standing;
mod state;
mod stops;

pub use access::{keys::Claim, ChainLedger, Credit, Ledger, PublicAccess, PublicSettings, Standing};
pub use config::GatewayConfig;
pub use directory::{ChainDirectory, Directory, Listing, Miner};
pub use error::GatewayError;
pub use purse::{Bank, BankError, ChainBank, PersonalPurse, PurseSettings};

use ganglion_primitives::NetUid;
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
    let listed = |other: &Option<Beside>| other.as_ref().map(|(directory, _)| directory.clone() as Arc<dyn Directory>);
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

/// Lists of other subnets' miners: those who forecast and those who draw.
#[derive(Default)]
struct Others {
    market: Option<Arc<dyn Directory>>,
    images: Option<Arc<dyn Directory>>,
}

/// Another subnet's miners, and how they are read from the chain.
type Beside = (Arc<ChainDirectory>, GatewayConfig);

fn beside(config: &GatewayConfig, netuid: Option<NetUid>) -> Option<Beside> {
    netuid.map(|netuid| (Arc::new(ChainDirectory::default()), GatewayConfig { netuid, ..config.clone() }))
}

/// Follows another subnet, if there is one; never ends if not.
async fn follow_other(other: Option<Beside>) {
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
    // Miners of two subnets have two records: the same key may answer well and draw badly.
    let pictures = match others.images {
        Some(images) => Some(Arc::new(state::Shared::new(config.clone(), images, None)?)),
        None => None,
    };
    let shared = Arc::new(state::Shared::new(config, directory, others.market)?);
    if let Ok(address) = listener.local_addr() {
        tracing::info!(target: "ganglion::gateway", %address, netuid = %shared.config.netuid, "gateway open");
    }
    let router = routes::router(shared.clone(), pictures.clone().map(images::router));
    let access = shared.config.access.clone();
    let router = match &access {
        Some(access) => access::guard(router, access.clone()),
        None => router,
    };
    let router = match shared.config.purse {
        Some(_) => purse::at_home(router),
        None => router,
    };
    let books = access.clone();
    let tend = async move {
        match books {
            Some(access) => access.tend().await,
            None => std::future::pending().await,
        }
    };
    let probe_pictures = async move {
        match pictures {
            Some(pictures) => pictures.probe().await,
            None => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        result = server::serve(router, listener, &shared.config, shutdown) => result.map_err(GatewayError::from),
        () = shared.probe() => Ok(()),
        () = probe_pictures => Ok(()),
        () = tend => Ok(()),
    };
    if let Some(access) = access {
        access.write().await;
    }
    ended
}
