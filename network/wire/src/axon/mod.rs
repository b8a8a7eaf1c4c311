//! The server side.

mod admission;
pub(crate) mod body;
mod builder;
mod gate;
mod handler;
mod network;
mod pace;
mod pieces;
mod proofs;
mod reading;
mod run;
mod serve;
mod toll;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use axum::http::HeaderMap;
use bytes::Bytes;
use ganglion_keys::{Keypair, PublicKey};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

pub use builder::{AxonBuildError, AxonBuilder};

pub(crate) use crate::stream::Form;
pub(crate) use admission::Ticket;
pub(crate) use handler::{Call, Route};
pub(crate) use run::Failure;
pub(crate) use toll::charge;

use crate::classic::Classic;
use crate::clock::Clock;
use crate::payment::Toll;
use crate::replay::ReplayGuard;
use crate::{Caller, Limits, Metrics, Refusal};
use admission::Admission;
use pace::Pace;
use proofs::Proofs;
use reading::Reading;

type Authorize = Box<dyn Fn(&Caller) -> Result<(), Refusal> + Send + Sync>;
type Screen = Box<dyn Fn(&PublicKey) -> Result<(), Refusal> + Send + Sync>;

/// A server of synapses, ready to serve. Made by [`Axon::builder`].
pub struct Axon {
    state: Arc<State>,
}

/// Who the axon is.
pub(crate) struct Identity {
    /// Signs classic refusals.
    pub keypair: Arc<Keypair>,
    /// The hotkey's address, which requests must name as receiver.
    pub address: String,
    /// Of this start; named in classic refusals.
    pub uuid: String,
}

/// What all requests share.
pub(crate) struct State {
    pub identity: Identity,
    routes: HashMap<&'static str, Route>,
    /// From class names to names of routes.
    class_routes: HashMap<&'static str, &'static str>,
    /// The class names as Python prints a list.
    pub classes: String,
    pub authorize: Authorize,
    /// Decides on requests for synapses with a price.
    pub toll: Option<Arc<dyn Toll>>,
    /// Asked about a hotkey that is claimed only.
    screen: Screen,
    pub limits: Limits,
    pub clock: Clock,
    replay: ReplayGuard,
    /// There if a synapse speaks the classic protocol. Apart, since its nonces are good for longer.
    pub classic_replay: Option<ReplayGuard>,
    pub proofs: Proofs,
    pub admission: Admission,
    /// Body bytes that wait for their signature check.
    reading: Reading,
    /// One permit a refused body that is read and thrown away.
    discarding: Arc<Semaphore>,
    pub metrics: Metrics,
    /// Body of `/.well-known/synapses`.
    description: Bytes,
    /// Bounds how often strangers ask for the description.
    pace: Pace,
    version: &'static str,
    started: Instant,
}

impl Axon {
    /// Starts to build an axon that answers as `keypair` (a hotkey).
    pub fn builder(keypair: Arc<Keypair>) -> AxonBuilder {
        AxonBuilder::new(keypair)
    }

    /// The key that requests must name as receiver.
    pub fn hotkey(&self) -> PublicKey {
        self.state.identity.keypair.public()
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

impl State {
    /// The synapse of a class name.
    pub fn classic_route(&self, class: &str) -> Option<(&Route, Classic)> {
        let route = self.routes.get(self.class_routes.get(class)?)?;
        route.classic.map(|facts| (route, facts))
    }

    /// Whether a request's headers are over the bounds.
    pub fn has_too_many_headers(&self, headers: &HeaderMap) -> bool {
        let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        headers.len() > self.limits.headers || bytes > self.limits.header_bytes
    }
}

impl std::fmt::Debug for Axon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Axon({}, {} synapses)", self.state.identity.address, self.state.routes.len())
    }
}
