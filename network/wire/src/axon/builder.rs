//! Putting an axon together.

use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use ganglion_keys::{Keypair, PublicKey};
use tokio::sync::Semaphore;

use super::admission::{Admission, Quota};
use super::handler::{self, Call, Route};
use super::pace::Pace;
use super::proofs::Proofs;
use super::reading::Reading;
use super::{Authorize, Axon, Identity, Screen, State};
use crate::classic::{self, Ping};
use crate::clock::{system_now, Clock};
use crate::description::{self, Description, Price, SynapseInfo};
use crate::payment::Toll;
use crate::replay::ReplayGuard;
use crate::stream::Chunks;
use crate::synapse::is_name;
use crate::{AxonError, Caller, Limits, Metrics, Refusal, StreamSynapse, Synapse};

/// Refused bodies that may be read to their end at the same time.
const DISCARDS: usize = 32;

/// Why an axon cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum AxonBuildError {
    /// The name cannot be a path, or is taken by the axon itself.
    #[error("{0:?} cannot be a synapse's name: use 1 to 64 letters, digits, '-' or '_', and not 'health'")]
    BadName(&'static str),
    /// Two synapses of one name.
    #[error("two synapses are named {0:?}")]
    Duplicate(&'static str),
    /// Classic facts that cannot be: two synapses of one class, or a class or field name that is none.
    #[error(
        "the classic facts of {0:?} are unusable: give each class one plain name, and name no field of the protocol"
    )]
    BadClassic(&'static str),
    /// Schemas and prices together are too long.
    #[error("the description of the synapses has {0} bytes, but 256 KiB at most are served: shorten the schemas")]
    DescriptionTooLong(usize),
    /// A price for a synapse that is not served.
    #[error("a price is announced for {0:?}, which is not served: add the synapse, or take the price away")]
    PriceOfNothing(&'static str),
    /// The replay store cannot be used.
    #[error("cannot open the replay store {path}: {source}", path = path.display())]
    ReplayStore {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// A synapse to be served.
struct Offer {
    name: &'static str,
    route: Route,
    schema: serde_json::Value,
}

impl Offer {
    fn new<S: Synapse>(call: Call) -> Self {
        Self { name: S::NAME, route: Route { call, classic: S::classic(), price: None }, schema: S::schema() }
    }

    fn describe(&self, price: Option<Price>) -> SynapseInfo {
        SynapseInfo {
            name: self.name.to_owned(),
            path: format!("/{}", self.name),
            method: "POST".to_owned(),
            stream: matches!(self.route.call, Call::Stream(_)),
            classic: self.route.classic.map(Into::into),
            price,
            schema: self.schema.clone(),
        }
    }
}

/// Collects what an [`Axon`] needs; every method may be left out.
pub struct AxonBuilder {
    keypair: Arc<Keypair>,
    synapses: Vec<Offer>,
    prices: HashMap<&'static str, Price>,
    authorize: Authorize,
    screen: Screen,
    toll: Option<Arc<dyn Toll>>,
    quota: Option<Quota>,
    store: Option<PathBuf>,
    limits: Limits,
    clock: Clock,
    version: &'static str,
}

impl AxonBuilder {
    pub(super) fn new(keypair: Arc<Keypair>) -> Self {
        Self {
            keypair,
            synapses: Vec::new(),
            prices: HashMap::new(),
            authorize: Box::new(|_| Ok(())),
            screen: Box::new(|_| Ok(())),
            toll: None,
            quota: None,
            store: None,
            limits: Limits::default(),
            clock: Arc::new(system_now),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Serves `POST /<S::NAME>`. The handler's future is dropped when the caller hangs up or
    /// [`Limits::handler_timeout`] ends; a panic in it becomes a 500. It runs among all other requests, so work that
    /// keeps a processor busy belongs into `tokio::task::spawn_blocking`.
    #[must_use]
    pub fn synapse<S, F, A>(mut self, handler: F) -> Self
    where
        S: Synapse,
        F: Fn(Caller, S::Request) -> A + Send + Sync + 'static,
        A: Future<Output = Result<S::Response, AxonError>> + Send + 'static,
    {
        self.synapses.push(Offer::new::<S>(handler::whole::<S, F, A>(handler)));
        self
    }

    /// Serves a synapse whose answer comes in pieces. The handler puts them into [`Chunks`] and returns the final
    /// answer. It runs only as fast as the caller takes the pieces, and its future is dropped when the caller hangs up
    /// or [`Limits::handler_timeout`] or [`Limits::stream_idle_timeout`] ends.
    #[must_use]
    pub fn stream<S, F, A>(mut self, handler: F) -> Self
    where
        S: StreamSynapse,
        F: Fn(Caller, S::Request, Chunks<S>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<S::Response, AxonError>> + Send + 'static,
    {
        self.synapses.push(Offer::new::<S>(handler::stream::<S, F, A>(handler)));
        self
    }

    /// Announces what an answer of this synapse costs. Whether it is paid is [`toll`](Self::toll)'s to say; without a
    /// toll the price is an announcement only.
    #[must_use]
    pub fn price<S: Synapse>(self, price: Price) -> Self {
        self.price_of(S::NAME, price)
    }

    /// As [`price`](Self::price), of the synapse that is called `name`. [`build`](Self::build) fails if none is.
    #[must_use]
    pub fn price_of(mut self, name: &'static str, price: Price) -> Self {
        self.prices.insert(name, price);
        self
    }

    /// Asked once for every request whose signature is valid and whose nonce is new, before its body is looked at.
    /// Without it, everybody with a key is served. Must be quick: look up a table, don't ask the network.
    #[must_use]
    pub fn authorize(mut self, check: impl Fn(&Caller) -> Result<(), Refusal> + Send + Sync + 'static) -> Self {
        self.authorize = Box::new(check);
        self
    }

    /// Asked before a request's body is read, about the hotkey that it claims to be of. Nothing is proved yet, so this
    /// must change nothing and count nothing, or strangers could use up what is another's: it turns away early whom
    /// [`authorize`](Self::authorize) would turn away anyhow. Must be quick. (Classic requests are proved before their
    /// body is read.)
    #[must_use]
    pub fn screen(mut self, check: impl Fn(&PublicKey) -> Result<(), Refusal> + Send + Sync + 'static) -> Self {
        self.screen = Box::new(check);
        self
    }

    /// Asked for each request for a synapse that has a [`price`](Self::price), before it is answered.
    #[must_use]
    pub fn toll(mut self, toll: Arc<dyn Toll>) -> Self {
        self.toll = Some(toll);
        self
    }

    /// How many requests of a caller may be answered at the same time, for instance by its stake. Without it,
    /// [`Limits::in_flight_per_caller`] for everybody.
    #[must_use]
    pub fn quota(mut self, quota: impl Fn(&Caller) -> usize + Send + Sync + 'static) -> Self {
        self.quota = Some(Box::new(quota));
        self
    }

    /// Remembers used nonces in this file (and `<file>.old` beside it), so that a restart forgets none. One axon a file.
    #[must_use]
    pub fn replay_store(mut self, path: impl Into<PathBuf>) -> Self {
        self.store = Some(path.into());
        self
    }

    /// Replaces the default bounds.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The program's version, shown by `/health`.
    #[must_use]
    pub fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// Replaces the system's clock (nanoseconds since 1970), for tests and simulations.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// Checks the parts and opens the replay store.
    ///
    /// # Errors
    /// See [`AxonBuildError`].
    pub fn build(mut self) -> Result<Axon, AxonBuildError> {
        let speaks_classic = self.synapses.iter().any(|offer| offer.route.classic.is_some());
        if speaks_classic && self.synapses.iter().all(|offer| offer.name != Ping::NAME) {
            let ping = handler::whole::<Ping, _, _>(|_, nothing| async move { Ok(nothing) });
            self.synapses.insert(0, Offer::new::<Ping>(ping));
        }
        for offer in &mut self.synapses {
            offer.route.price = self.prices.get(offer.name).map(|price| price.rao);
        }
        let description = self.describe()?;
        let class_routes = self.class_routes()?;
        let classes: Vec<String> =
            self.synapses.iter().filter_map(|offer| offer.route.classic).map(|it| format!("'{}'", it.class)).collect();
        let mut routes: HashMap<&'static str, Route> = HashMap::new();
        for offer in self.synapses {
            if !is_name(offer.name) {
                return Err(AxonBuildError::BadName(offer.name));
            }
            if routes.insert(offer.name, offer.route).is_some() {
                return Err(AxonBuildError::Duplicate(offer.name));
            }
        }
        let limits = self.limits;
        let now = (self.clock)();
        let refuse = |path: &Option<PathBuf>| {
            let path = path.clone().unwrap_or_default();
            move |source| AxonBuildError::ReplayStore { path, source }
        };
        let replay = ReplayGuard::new(self.store.clone(), limits.replay_entries, now).map_err(refuse(&self.store))?;
        let store = self.store.map(|path| path.with_added_extension("classic"));
        let classic_replay = speaks_classic
            .then(|| ReplayGuard::with_window(store.clone(), limits.replay_entries, now, classic::WINDOW))
            .transpose()
            .map_err(refuse(&store))?;
        let address = self.keypair.public().to_ss58();
        let state = State {
            identity: Identity { keypair: self.keypair, address, uuid: classic::random_uuid() },
            routes,
            class_routes,
            classes: format!("[{}]", classes.join(", ")),
            authorize: self.authorize,
            toll: self.toll,
            screen: self.screen,
            proofs: Proofs::default(),
            admission: Admission::new(limits.in_flight, limits.in_flight_per_caller, self.quota),
            reading: Reading::new(limits.reading_bytes, limits.reading_bytes_per_network),
            discarding: Arc::new(Semaphore::new(DISCARDS)),
            pace: Pace::new(limits.descriptions_per_second),
            limits,
            clock: self.clock,
            replay,
            classic_replay,
            metrics: Metrics::default(),
            description,
            version: self.version,
            started: Instant::now(),
        };
        Ok(Axon { state: Arc::new(state) })
    }

    /// The bytes of `/.well-known/synapses`.
    fn describe(&mut self) -> Result<Bytes, AxonBuildError> {
        let description = Description {
            protocol: "btauth/1".to_owned(),
            hotkey: self.keypair.public(),
            body_bytes: self.limits.body_bytes as u64,
            synapses: self.synapses.iter().map(|offer| offer.describe(self.prices.remove(offer.name))).collect(),
        };
        if let Some(name) = self.prices.keys().next() {
            return Err(AxonBuildError::PriceOfNothing(name));
        }
        let bytes = serde_json::to_vec(&description).unwrap_or_default();
        if bytes.len() > description::MAX_BYTES {
            return Err(AxonBuildError::DescriptionTooLong(bytes.len()));
        }
        Ok(Bytes::from(bytes))
    }

    fn class_routes(&self) -> Result<HashMap<&'static str, &'static str>, AxonBuildError> {
        let mut classes = HashMap::new();
        for offer in &self.synapses {
            let Some(facts) = offer.route.classic else { continue };
            let twice = classes.insert(facts.class, offer.name).is_some();
            let sound = facts.required.iter().chain(facts.hashed).all(|field| classic::is_field(field));
            if twice || !sound || !is_name(facts.class) {
                return Err(AxonBuildError::BadClassic(offer.name));
            }
        }
        Ok(classes)
    }
}
