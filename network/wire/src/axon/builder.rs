//! Putting an axon together.

use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::FutureExt;
use ganglion_keys::{Keypair, PublicKey};
use serde_json::json;
use tokio::sync::Semaphore;

use super::admission::{Admission, Quota};
use super::{Authorize, Axon, Handler, State};
use crate::clock::{system_now, Clock};
use crate::refusal::shorten;
use crate::replay::ReplayGuard;
use crate::synapse::is_name;
use crate::{AxonError, Caller, Limits, Metrics, Refusal, Synapse};

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
    /// The replay store cannot be used.
    #[error("cannot open the replay store {path}: {source}", path = path.display())]
    ReplayStore {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Collects what an [`Axon`] needs; every method may be left out.
pub struct AxonBuilder {
    hotkey: PublicKey,
    synapses: Vec<(&'static str, Handler, serde_json::Value)>,
    authorize: Authorize,
    quota: Option<Quota>,
    store: Option<PathBuf>,
    limits: Limits,
    clock: Clock,
    version: &'static str,
}

impl AxonBuilder {
    pub(super) fn new(keypair: &Keypair) -> Self {
        Self {
            hotkey: keypair.public(),
            synapses: Vec::new(),
            authorize: Box::new(|_| Ok(())),
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
        self.synapses.push((S::NAME, erase::<S, F, A>(handler), S::schema()));
        self
    }

    /// Asked once for every request whose signature is valid and whose nonce is new, before its body is looked at.
    /// Without it, everybody with a key is served. Must be quick: look up a table, don't ask the network.
    #[must_use]
    pub fn authorize(mut self, check: impl Fn(&Caller) -> Result<(), Refusal> + Send + Sync + 'static) -> Self {
        self.authorize = Box::new(check);
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
    pub fn build(self) -> Result<Axon, AxonBuildError> {
        let mut handlers: HashMap<&'static str, Handler> = HashMap::new();
        let mut described = Vec::new();
        for (name, handler, schema) in self.synapses {
            if !is_name(name) {
                return Err(AxonBuildError::BadName(name));
            }
            if handlers.insert(name, handler).is_some() {
                return Err(AxonBuildError::Duplicate(name));
            }
            described.push(json!({ "name": name, "path": format!("/{name}"), "method": "POST", "schema": schema }));
        }
        let description = json!({
            "protocol": "btauth/1",
            "hotkey": self.hotkey,
            "body_bytes": self.limits.body_bytes,
            "synapses": described,
        });
        let replay = ReplayGuard::new(self.store.clone(), self.limits.replay_entries, (self.clock)())
            .map_err(|source| AxonBuildError::ReplayStore { path: self.store.unwrap_or_default(), source })?;
        let limits = self.limits;
        let state = State {
            hotkey: self.hotkey,
            address: self.hotkey.to_ss58(),
            handlers,
            authorize: self.authorize,
            admission: Admission::new(limits.in_flight, limits.in_flight_per_caller, self.quota),
            reading: Arc::new(Semaphore::new(limits.reading_bytes.min(Semaphore::MAX_PERMITS))),
            discarding: Arc::new(Semaphore::new(DISCARDS)),
            limits,
            clock: self.clock,
            replay,
            metrics: Metrics::default(),
            description: Bytes::from(description.to_string()),
            version: self.version,
            started: Instant::now(),
        };
        Ok(Axon { state: Arc::new(state) })
    }
}

/// Wraps a typed handler: JSON in, JSON out.
fn erase<S, F, A>(handler: F) -> Handler
where
    S: Synapse,
    F: Fn(Caller, S::Request) -> A + Send + Sync + 'static,
    A: Future<Output = Result<S::Response, AxonError>> + Send + 'static,
{
    let handler = Arc::new(handler);
    Arc::new(move |caller, body| {
        let handler = handler.clone();
        async move {
            let request: S::Request = serde_json::from_slice(&body).map_err(|error| explain(&error))?;
            drop(body);
            let answer = handler(caller, request).await?;
            match serde_json::to_vec(&answer) {
                Ok(bytes) => Ok(Bytes::from(bytes)),
                Err(error) => {
                    tracing::error!(synapse = S::NAME, %error, "an answer cannot be written as JSON");
                    Err(AxonError::internal("the answer cannot be written as JSON"))
                }
            }
        }
        .boxed()
    })
}

/// The caller is authorised by now, so it may learn what is wrong with its JSON.
fn explain(error: &serde_json::Error) -> AxonError {
    let text = error.to_string();
    if error.is_data() {
        AxonError::invalid(shorten(&text))
    } else {
        AxonError::new(400, "bad_json", shorten(&text))
    }
}
