//! Who can be asked: the subnet's miners, as the chain lists them.

use crate::{opinions, GatewayConfig};
use ganglion_client::Client;
use ganglion_keys::PublicKey;
use ganglion_primitives::Metagraph;
use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio::time::sleep;

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
}

/// The chain as a directory. It keeps serving the last listing while no node answers.
#[derive(Default)]
pub struct ChainDirectory(RwLock<Option<Arc<Listing>>>);

impl Directory for ChainDirectory {
    fn listing(&self) -> Option<Arc<Listing>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ChainDirectory {
    /// Reads the metagraph again and again, for ever; connects when a node answers.
    pub async fn follow(&self, config: &GatewayConfig) {
        let pause = config.refresh.max(Duration::from_millis(100));
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
            match outcome {
                Ok(()) if lost => {
                    lost = false;
                    tracing::info!(target: "ganglion::gateway", "the chain answers again");
                }
                Ok(()) => {}
                // Once, not every few seconds.
                Err(_) if lost => {}
                Err(error) => {
                    lost = true;
                    tracing::warn!(target: "ganglion::gateway", %error, "no news from the chain; the last listing stays");
                }
            }
            sleep(pause).await;
        }
    }

    async fn refresh(&self, client: &Client, config: &GatewayConfig) -> Result<(), String> {
        let metagraph = client.metagraph(config.netuid).await.map_err(|error| error.to_string())?;
        let metagraph = metagraph.ok_or_else(|| format!("there is no subnet {}", config.netuid))?;
        let promised = promised(client, &metagraph).await;
        let miners = miners(&metagraph, &promised, &config.keypair.public());
        let listing = Listing { block: metagraph.block, read_at: Instant::now(), miners };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(listing));
        Ok(())
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
}
