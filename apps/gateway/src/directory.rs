//! Who can be asked: the subnet's miners, as the chain lists them.

use crate::{error::ApiError, opinions, GatewayConfig};
use axum::http::StatusCode;
use ganglion_client::Client;
use ganglion_keys::PublicKey;
use ganglion_primitives::Metagraph;
use ganglion_subnet_image::ImageSynapse;
use ganglion_subnet_market::ForecastSynapse;
use ganglion_subnet_text::TextSynapse;
use ganglion_wire::Synapse;
use std::{
    net::SocketAddr,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, PoisonError, RwLock,
    },
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How often at most a subnet beside the gateway's own is looked for while nobody is in it.
const QUIET: Duration = Duration::from_secs(10);
/// Who is paid this many times less than another isn't near it.
pub(crate) const NEAR: u32 = 4;

/// A miner that announces an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miner {
    /// Seat in the subnet.
    pub uid: u16,
    /// The key it answers with.
    pub hotkey: PublicKey,
    /// Where its axon listens.
    pub address: SocketAddr,
    /// Share of the miners' half, in 1/65535.
    pub incentive: u16,
    /// Share of the validators' newest weights, in 1/65535. It counts where nobody has incentive yet, and is 0 elsewhere.
    pub promised: u16,
}

impl Miner {
    /// The share as a number from 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.incentive) / f64::from(u16::MAX)
    }

    /// Whether it is paid, or promised, something, and at least a quarter of what `other` is.
    pub(crate) fn is_near(&self, other: &Self) -> bool {
        let [own, others] = [self, other].map(|miner| u32::from(miner.incentive.max(miner.promised)));
        own > 0 && own * NEAR >= others
    }
}

/// The miners at one block.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The block it was read at.
    pub block: u32,
    /// When it was read.
    pub read_at: Instant,
    /// The miners, by uid.
    pub miners: Vec<Miner>,
}

/// Where the gateway learns who can be asked.
pub trait Directory: Send + Sync + 'static {
    /// The newest listing; `None` before the first.
    fn listing(&self) -> Option<Arc<Listing>>;

    /// Whether the chain has said that there is no such subnet.
    fn is_absent(&self) -> bool {
        false
    }
}

/// What a subnet is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Texts and sentence vectors.
    Text,
    /// Pictures.
    Images,
    /// Forecasts.
    Market,
}

impl Kind {
    /// The name of the subnet's own synapse.
    pub(crate) fn synapse(self) -> &'static str {
        match self {
            Self::Text => TextSynapse::NAME,
            Self::Images => ImageSynapse::NAME,
            Self::Market => ForecastSynapse::NAME,
        }
    }

    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Images => "images",
            Self::Market => "market",
        }
    }

    /// The chain has no such subnet.
    fn absent(self) -> ApiError {
        let missing = StatusCode::NOT_FOUND;
        match self {
            Self::Text => ApiError::new(missing, "no_subnet", "this gateway has no text subnet: its chain has none"),
            Self::Images => ApiError::new(missing, "no_images", "this gateway has no image subnet: its chain has none"),
            Self::Market => {
                ApiError::new(missing, "no_market", "this gateway has no market subnet: its chain has none")
            }
        }
    }
}

/// The newest listing of such a subnet's miners.
///
/// # Errors
/// 404 if the chain has no such subnet, 503 if it hasn't been read yet.
pub(crate) fn newest(directory: &dyn Directory, kind: Kind) -> Result<Arc<Listing>, ApiError> {
    if directory.is_absent() {
        return Err(kind.absent());
    }
    let unread = "the chain hasn't been read yet: is a node running? Try again shortly";
    directory.listing().ok_or_else(|| ApiError::no_miners(unread))
}

/// What the chain has of a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Neurons.
    Neurons,
    /// The subnet, and nobody in it.
    Nobody,
    /// No such subnet.
    Nothing,
}

/// The chain as a directory. It keeps serving the last listing while no node answers.
#[derive(Default)]
pub struct ChainDirectory {
    listing: RwLock<Option<Arc<Listing>>>,
    absent: AtomicBool,
    /// Whether the gateway can do without this subnet.
    beside: bool,
}

impl Directory for ChainDirectory {
    fn listing(&self) -> Option<Arc<Listing>> {
        self.listing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_absent(&self) -> bool {
        self.absent.load(Ordering::Relaxed)
    }
}

impl ChainDirectory {
    /// Of a subnet beside the gateway's own. While the chain doesn't have it, or nobody is in it, it is only looked for now
    /// and then.
    pub(crate) fn beside() -> Self {
        Self { beside: true, ..Self::default() }
    }

    /// Reads the metagraph again and again, for ever; connects when a node answers.
    pub async fn follow(&self, config: &GatewayConfig) {
        let pause = config.refresh.max(Duration::from_millis(100));
        let mut last = None;
        let mut client: Option<Client> = None;
        let mut lost = false;
        loop {
            let outcome = match &client {
                Some(client) => self.refresh(client, config).await,
                None => match Client::connect(&config.nodes).await {
                    Ok(connected) => {
                        client = Some(connected);
                        continue;
                    }
                    Err(error) => Err(error.to_string()),
                },
            };
            let found = outcome.as_ref().ok().copied();
            match outcome {
                Ok(found) => {
                    if lost {
                        lost = false;
                        tracing::info!(target: "ganglion::gateway", "the chain answers again");
                    }
                    if last.replace(found) != Some(found) {
                        say(found, config);
                    }
                }
                // Once, not every few seconds.
                Err(_) if lost => {}
                Err(error) => {
                    lost = true;
                    tracing::warn!(target: "ganglion::gateway", %error, "no news from the chain; the last listing stays");
                }
            }
            let idle = self.beside && matches!(found, Some(Found::Nobody | Found::Nothing));
            sleep(if idle { pause.max(QUIET) } else { pause }).await;
        }
    }

    async fn refresh(&self, client: &Client, config: &GatewayConfig) -> Result<Found, String> {
        let metagraph = client.metagraph(config.netuid).await.map_err(|error| error.to_string())?;
        self.absent.store(metagraph.is_none(), Ordering::Relaxed);
        let Some(metagraph) = metagraph else {
            self.keep(None);
            return Ok(Found::Nothing);
        };
        let found = if metagraph.hotkeys.is_empty() { Found::Nobody } else { Found::Neurons };
        let promised = promised(client, &metagraph).await;
        let miners = miners(&metagraph, &promised, &config.keypair.public());
        self.keep(Some(Listing { block: metagraph.block, read_at: Instant::now(), miners }));
        Ok(found)
    }

    fn keep(&self, listing: Option<Listing>) {
        *self.listing.write().unwrap_or_else(PoisonError::into_inner) = listing.map(Arc::new);
    }
}

/// Says what the chain has of the subnet, when that has changed.
fn say(found: Found, config: &GatewayConfig) {
    let netuid = config.netuid;
    match found {
        Found::Neurons => tracing::info!(target: "ganglion::gateway", %netuid, "the subnet has neurons"),
        Found::Nobody => tracing::info!(target: "ganglion::gateway", %netuid, "nobody has joined the subnet yet"),
        Found::Nothing => tracing::warn!(target: "ganglion::gateway", %netuid, "the chain has no such subnet"),
    }
}

/// Each neuron's share of the validators' weights, by uid; nothing where incentives say more, or nobody knows.
async fn promised(client: &Client, metagraph: &Metagraph) -> Vec<u16> {
    if metagraph.incentive.iter().any(|share| *share > 0) {
        return Vec::new();
    }
    opinions::read(client, metagraph).await.unwrap_or_else(|error| {
        tracing::debug!(target: "ganglion::gateway", %error, "the validators' weights can't be read");
        Vec::new()
    })
}

/// The neurons that announce an address, except ourselves.
fn miners(metagraph: &Metagraph, promised: &[u16], own: &PublicKey) -> Vec<Miner> {
    (0u16..)
        .zip(&metagraph.hotkeys)
        .zip(&metagraph.endpoints)
        .zip(&metagraph.incentive)
        .filter_map(|(((uid, hotkey), endpoint), incentive)| {
            let hotkey = PublicKey(<[u8; 32]>::from(hotkey.clone()));
            let address = endpoint.as_ref()?.socket()?;
            let promised = promised.get(usize::from(uid)).copied().unwrap_or(0);
            (hotkey != *own).then_some(Miner { uid, hotkey, address, incentive: *incentive, promised })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::{AccountId, Endpoint, NetUid, NeuronId};

    #[test]
    fn only_neurons_with_an_address_are_listed() {
        let address: SocketAddr = "127.0.0.1:8091".parse().expect("address");
        let metagraph = Metagraph {
            netuid: NetUid(1),
            ids: (0..3).map(NeuronId).collect(),
            hotkeys: (0..3).map(|byte| AccountId::new([byte; 32])).collect(),
            endpoints: vec![Some(Endpoint::new(address, 1)), None, Some(Endpoint::new(address, 1))],
            incentive: vec![65_535, 9, 5],
            ..Metagraph::default()
        };
        let found = miners(&metagraph, &[7], &PublicKey([2; 32]));
        assert_eq!(found, [Miner { uid: 0, hotkey: PublicKey([0; 32]), address, incentive: 65_535, promised: 7 }]);
        assert_eq!(miners(&metagraph, &[], &PublicKey([2; 32]))[0].promised, 0);
        assert!((found[0].share() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn who_is_paid_a_quarter_is_near() {
        let address = "127.0.0.1:1".parse().expect("address");
        let miner = |incentive, promised| Miner { uid: 0, hotkey: PublicKey([1; 32]), address, incentive, promised };
        assert!(miner(25, 0).is_near(&miner(100, 0)) && !miner(24, 0).is_near(&miner(100, 0)));
        assert!(miner(0, 25).is_near(&miner(0, 100)) && !miner(0, 24).is_near(&miner(0, 100)));
        assert!(miner(u16::MAX, 0).is_near(&miner(1, 0)));
        assert!(!miner(0, 0).is_near(&miner(0, 0)), "nobody says that it is worth anything");
    }
}
