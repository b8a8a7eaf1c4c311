//! The server side.

mod admission;
mod body;
mod builder;
mod connection;
mod gate;
mod serve;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::future::BoxFuture;
use ganglion_keys::{Keypair, PublicKey};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

pub use builder::{AxonBuildError, AxonBuilder};

use crate::clock::Clock;
use crate::replay::ReplayGuard;
use crate::{AxonError, Caller, Limits, Metrics, Refusal};
use admission::Admission;

/// A synapse's handler with its types erased: body bytes in, answer bytes out.
type Handler = Arc<dyn Fn(Caller, Bytes) -> BoxFuture<'static, Result<Bytes, AxonError>> + Send + Sync>;

type Authorize = Box<dyn Fn(&Caller) -> Result<(), Refusal> + Send + Sync>;

/// A server of synapses, ready to serve. Made by [`Axon::builder`].
pub struct Axon {
    state: Arc<State>,
}

/// What all requests share.
struct State {
    hotkey: PublicKey,
    /// The hotkey's address, which requests must name as receiver.
    address: String,
    handlers: HashMap<&'static str, Handler>,
    authorize: Authorize,
    limits: Limits,
    clock: Clock,
    replay: ReplayGuard,
    admission: Admission,
    /// One permit a body byte that waits for its signature check.
    reading: Arc<Semaphore>,
    /// One permit a refused body that is read and thrown away.
    discarding: Arc<Semaphore>,
    metrics: Metrics,
    /// Body of `/.well-known/synapses.json`.
    description: Bytes,
    version: &'static str,
    started: Instant,
}

impl Axon {
    /// Starts to build an axon that answers as `keypair` (a hotkey).
    pub fn builder(keypair: Arc<Keypair>) -> AxonBuilder {
        AxonBuilder::new(&keypair)
    }

    /// The key that requests must name as receiver.
    pub fn hotkey(&self) -> PublicKey {
        self.state.hotkey
    }

    /// A handle on the counters.
    pub fn metrics(&self) -> Metrics {
        self.state.metrics.clone()
    }

    /// Serves until `shutdown` resolves. Then nothing new is accepted, requests being answered are finished (for at most
    /// [`Limits::drain`]), and the listener is closed.
    ///
    /// # Errors
    /// If the listener stops working for good. Running out of file descriptors and the like is waited out.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) -> std::io::Result<()> {
        serve::run(self.state, listener, shutdown).await
    }
}

impl std::fmt::Debug for Axon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Axon({}, {} synapses)", self.state.hotkey, self.state.handlers.len())
    }
}
