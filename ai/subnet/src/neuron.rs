//! What every neuron's program needs to know, whatever its subnet: who it is, which chain it joins, where it keeps things.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ganglion_client::{Client, ClientError};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{NetUid, Rao};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::chain::Chain;
use crate::gate::GateLimits;
use crate::miner::{self, MinerError, MinerSettings};
use crate::subnet::Subnet;
use crate::view::pause;
use crate::work::WorkLimits;
use crate::ValidatorSettings;

/// Pause between two attempts to reach a node at the start.
const RECONNECT: Duration = Duration::from_secs(2);

/// A neuron and its place.
#[derive(Clone, Debug)]
pub struct NeuronConfig {
    /// The subnet.
    pub netuid: NetUid,
    /// WebSocket addresses of nodes, best first.
    pub nodes: Vec<String>,
    /// Its identity.
    pub hotkey: Arc<Keypair>,
    /// Its owner.
    pub coldkey: PublicKey,
    /// A folder of its own.
    pub state_dir: PathBuf,
    /// Threads that search for the seal when joining; 0 is all cores.
    pub pow_threads: usize,
    /// Where to show Prometheus metrics, and of a validator what it thinks of miners, if anywhere.
    pub metrics: Option<SocketAddr>,
}

/// How a miner serves, which its owner decides in every subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// The address to announce on the chain; `None` announces the one that the listener is bound to.
    pub announce: Option<SocketAddr>,
    /// Calls per minute.
    pub gate: GateLimits,
    /// Answers at a time, and how many wait.
    pub work: WorkLimits,
    /// RAO that an answer costs whoever is no validator; 0 is free.
    pub price: Rao,
    /// The same of other synapses that the miner serves besides the subnet's, by their names; those that aren't here are free.
    pub other_prices: BTreeMap<&'static str, Rao>,
}

/// A miner's listener, which is bound before anything else: a port that is taken is known at once.
///
/// # Errors
/// [`MinerError::Listen`].
pub async fn bind(address: SocketAddr) -> Result<TcpListener, MinerError> {
    TcpListener::bind(address).await.map_err(|source| MinerError::Listen { address, source })
}

impl NeuronConfig {
    /// A neuron that searches for its seal on one core and shows no metrics.
    pub fn new(
        netuid: NetUid,
        nodes: Vec<String>,
        hotkey: Arc<Keypair>,
        coldkey: PublicKey,
        state_dir: impl Into<PathBuf>,
    ) -> Self {
        Self { netuid, nodes, hotkey, coldkey, state_dir: state_dir.into(), pow_threads: 1, metrics: None }
    }

    /// Connects to a node, waiting for one as long as it takes; `None` if `shutdown` comes first.
    ///
    /// # Errors
    /// The chain can't be used: wrong address, wrong chain or wrong version.
    pub async fn connect(&self, shutdown: &CancellationToken) -> Result<Option<Arc<Client>>, Box<ClientError>> {
        let mut told = false;
        loop {
            let connected = tokio::select! {
                connected = Client::connect(&self.nodes) => connected,
                () = shutdown.cancelled() => return Ok(None),
            };
            match connected {
                Ok(client) => return Ok(Some(Arc::new(client))),
                Err(error) if error.is_transient() => {
                    if !told {
                        tracing::warn!(%error, "waiting for a node");
                        told = true;
                    }
                    pause(RECONNECT, shutdown).await;
                }
                Err(error) => return Err(Box::new(error)),
            }
        }
    }

    /// Answers with a subnet's model until `shutdown`: what the miners of all subnets come to once their model is loaded and
    /// a node is there.
    ///
    /// # Errors
    /// See [`MinerError`].
    pub async fn mine<S: Subnet, C: Chain>(
        self,
        (subnet, model): (S, Arc<S::Model>),
        chain: Arc<C>,
        service: Service,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> Result<(), MinerError> {
        let Service { announce, gate, work, price, other_prices } = service;
        let settings = MinerSettings { announce, gate, work, price, other_prices, ..self.miner() };
        miner::run(Arc::new(subnet), model, chain, settings, listener, shutdown).await
    }

    /// The settings of a miner with the usual limits.
    pub fn miner(self) -> MinerSettings {
        let Self { netuid, hotkey, coldkey, state_dir, pow_threads, metrics, .. } = self;
        MinerSettings { pow_threads, metrics, ..MinerSettings::new(netuid, hotkey, coldkey, state_dir) }
    }

    /// The settings of a validator at the usual pace.
    pub fn validator(self) -> ValidatorSettings {
        let Self { netuid, hotkey, coldkey, state_dir, pow_threads, metrics, .. } = self;
        ValidatorSettings { pow_threads, metrics, ..ValidatorSettings::new(netuid, hotkey, coldkey, state_dir) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_node_that_never_comes_is_waited_for_until_the_end_and_a_wrong_address_is_not() {
        let folder = tempfile::tempdir().expect("folder");
        let hotkey = Arc::new(Keypair::from_seed([1; 32]));
        let coldkey = hotkey.public();
        let neuron = |node: &str| {
            NeuronConfig::new(NetUid(1), vec![node.to_owned()], Arc::clone(&hotkey), coldkey, folder.path())
        };
        // Nobody listens at a port that was given back.
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|held| held.local_addr()).expect("a port").port();
        let (stop, away) = (CancellationToken::new(), neuron(&format!("ws://127.0.0.1:{port}")));
        stop.cancel();
        assert!(away.connect(&stop).await.expect("no error").is_none());
        assert!(neuron("no address").connect(&CancellationToken::new()).await.is_err());
        let settings = NeuronConfig { pow_threads: 3, ..away }.miner();
        assert_eq!((settings.pow_threads, settings.netuid, settings.metrics), (3, NetUid(1), None));
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_named() {
        let first = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        let address = first.local_addr().expect("an address");
        let error = bind(address).await.expect_err("taken").to_string();
        assert!(error.contains(&address.to_string()) && error.contains("another port"), "{error}");
    }
}
