//! What a neuron knows of its subnet: a recent, orderly copy of the metagraph, kept fresh in the background.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ganglion_keys::PublicKey;
use ganglion_primitives::{Endpoint, Metagraph, NetUid, NeuronId, SubnetInfo};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::chain::{Block, Chain, ChainError};

/// One neuron of the subnet.
#[derive(Clone, Debug, PartialEq)]
pub struct Neuron {
    /// Its seat.
    pub uid: u16,
    /// Its identity for life.
    pub id: NeuronId,
    /// Its hotkey.
    pub hotkey: PublicKey,
    /// What it announced.
    pub endpoint: Option<Endpoint>,
    /// Where it announced that its metrics are.
    pub prometheus: Option<Endpoint>,
    /// Whether it may set weights on others.
    pub permit: bool,
    /// Block of its registration.
    pub registered_at: u32,
    /// Stake on its hotkey, RAO.
    pub stake: u64,
    /// Block of its last weight setting.
    pub last_update: Option<u32>,
    /// Share of the miners' half, 0 to 1.
    pub incentive: f64,
    /// Share of the validators' half, 0 to 1.
    pub dividends: f64,
}

impl Neuron {
    /// Where its axon listens, if it announced an address that can be called.
    pub fn address(&self) -> Option<SocketAddr> {
        self.endpoint.and_then(|endpoint| endpoint.socket()).filter(|address| address.port() != 0)
    }
}

/// The subnet at a block.
#[derive(Clone, Debug)]
pub struct View {
    /// The best block when this was read.
    pub block: Block,
    /// The subnet's settings.
    pub subnet: SubnetInfo,
    /// The block whose start runs the next epoch.
    pub next_epoch: u32,
    /// All neurons, by uid.
    pub neurons: Vec<Neuron>,
}

impl View {
    /// Reads the subnet now.
    ///
    /// # Errors
    /// If the chain can't be read.
    pub async fn read<C: Chain>(chain: &C, netuid: NetUid) -> Result<Self, ChainError> {
        let block = chain.best().await?;
        let subnet = chain.subnet(netuid).await?;
        let metagraph = chain.metagraph(netuid).await?;
        Ok(Self { block, subnet, next_epoch: metagraph.next_epoch, neurons: rows(&metagraph) })
    }

    /// The neuron of `hotkey`.
    pub fn neuron_of(&self, hotkey: &PublicKey) -> Option<&Neuron> {
        self.neurons.iter().find(|neuron| neuron.hotkey == *hotkey)
    }

    /// The ids of all neurons.
    pub fn ids(&self) -> Vec<NeuronId> {
        self.neurons.iter().map(|neuron| neuron.id).collect()
    }
}

/// The columns as rows. A column that is too short (a node of another version) reads as "nothing" there.
fn rows(metagraph: &Metagraph) -> Vec<Neuron> {
    let share = |column: &[u16], row: usize| column.get(row).map_or(0.0, |part| f64::from(*part) / 65_535.0);
    metagraph
        .ids
        .iter()
        .zip(&metagraph.hotkeys)
        .enumerate()
        .filter_map(|(row, (id, hotkey))| {
            let bytes: &[u8; 32] = hotkey.as_ref();
            Some(Neuron {
                uid: u16::try_from(row).ok()?,
                id: *id,
                hotkey: PublicKey(*bytes),
                endpoint: metagraph.endpoints.get(row).copied().flatten(),
                prometheus: metagraph.prometheus.get(row).copied().flatten(),
                permit: metagraph.permits.get(row).copied().unwrap_or(false),
                registered_at: metagraph.registered_at.get(row).copied().unwrap_or(0),
                stake: metagraph.stake.get(row).copied().unwrap_or(0),
                last_update: metagraph.last_update.get(row).copied().flatten(),
                incentive: share(&metagraph.incentive, row),
                dividends: share(&metagraph.dividends, row),
            })
        })
        .collect()
}

/// The newest view; `None` until the first one is read.
pub type Views = watch::Receiver<Option<Arc<View>>>;

/// Keeps views coming until `shutdown`: looks for a new best block every `poll`, and reads the subnet when there is
/// one. A chain that is away is logged once and asked again.
pub async fn observe<C: Chain>(
    chain: Arc<C>,
    netuid: NetUid,
    poll: Duration,
    sender: watch::Sender<Option<Arc<View>>>,
    shutdown: CancellationToken,
) {
    let mut last: Option<Block> = None;
    let mut away = false;
    while !shutdown.is_cancelled() {
        let step = async {
            if last.is_some() && last == Some(chain.best().await?) {
                return Ok(None);
            }
            View::read(chain.as_ref(), netuid).await.map(Some)
        };
        let outcome = tokio::select! {
            outcome = step => outcome,
            () = shutdown.cancelled() => break,
        };
        match outcome {
            Ok(view) => {
                if away {
                    tracing::info!("the chain is back");
                    away = false;
                }
                if let Some(view) = view {
                    last = Some(view.block);
                    sender.send_replace(Some(Arc::new(view)));
                }
            }
            Err(error) => {
                if !away {
                    tracing::warn!(%error, "the chain is away; trying again");
                    away = true;
                }
            }
        }
        pause(poll, &shutdown).await;
    }
}

/// Waits for `time` or the end.
pub async fn pause(time: Duration, shutdown: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = shutdown.cancelled() => {}
    }
}

/// The newest view, waiting for the first; `None` at the end.
pub async fn newest(views: &mut Views, shutdown: &CancellationToken) -> Option<Arc<View>> {
    tokio::select! {
        found = views.wait_for(Option::is_some) => found.ok().and_then(|view| view.clone()),
        () = shutdown.cancelled() => None,
    }
}
