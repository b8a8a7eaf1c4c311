//! The client side.

mod address;
mod arrival;
mod error;
mod stream;
mod transport;

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use ganglion_keys::{Keypair, PublicKey};
use http_body_util::Full;
use hyper_util::client::legacy::{connect::HttpConnector, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use address::Addresses;
pub(crate) use arrival::Arrival;
pub(crate) use error::{clean, refused};
pub use error::{CallError, StreamError};
pub use stream::{Part, Streaming};
pub(crate) use transport::{request, Sent};

use crate::classic::Speaker;
use crate::description::{self, Description};
use crate::payment::Purse;
use crate::{DendriteLimits, StreamSynapse, Synapse};

/// Most headers and longest header block read of an answer.
const ANSWER_HEADERS: usize = 64;
const ANSWER_HEADER_BYTES: usize = 64 << 10;

/// Whom to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The axon's hotkey, to which the request is bound.
    pub hotkey: PublicKey,
    /// Where it listens.
    pub address: SocketAddr,
}

/// A good answer.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What the axon said.
    pub response: T,
    /// From sending the request to the answer's last byte, connecting included.
    pub elapsed: Duration,
    /// From sending the request to the first piece of the answer; the same as `elapsed` where it came as a whole.
    pub first: Duration,
    /// SHA-256 of the request's body as sent.
    pub request_hash: [u8; 32],
    /// SHA-256 of the answer's body as received.
    pub answer_hash: [u8; 32],
}

/// Calls axons as one hotkey. Clones share connections and nonces. Needs a Tokio runtime when called.
#[derive(Clone)]
pub struct Dendrite {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub keypair: Arc<Keypair>,
    pub address: String,
    client: Client<HttpConnector, Full<Bytes>>,
    pub limits: DendriteLimits,
    places: Arc<Semaphore>,
    last_nonce: AtomicU64,
    addresses: Addresses,
    /// How Python neurons know it.
    pub speaker: Speaker,
    /// Pays for what costs something, if anything does.
    pub purse: Option<Arc<dyn Purse>>,
}

impl Dendrite {
    /// A dendrite with the default bounds.
    pub fn new(keypair: Arc<Keypair>) -> Self {
        Self::with_limits(keypair, DendriteLimits::default())
    }

    /// A dendrite with other bounds.
    pub fn with_limits(keypair: Arc<Keypair>, limits: DendriteLimits) -> Self {
        Self::paying(keypair, limits, None)
    }

    /// A dendrite that pays from `purse`, where there is one. Vouchers must be signed by `keypair`. Calls by the classic
    /// protocol are not paid for.
    pub fn paying(keypair: Arc<Keypair>, limits: DendriteLimits, purse: Option<Arc<dyn Purse>>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(limits.connect_timeout));
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(limits.idle_timeout)
            .pool_max_idle_per_host(limits.idle_per_target)
            .http1_max_headers(ANSWER_HEADERS)
            .http1_max_buf_size(ANSWER_HEADER_BYTES)
            .build(connector);
        let places = Arc::new(Semaphore::new(limits.in_flight.min(Semaphore::MAX_PERMITS)));
        let address = keypair.public().to_ss58();
        let (last_nonce, addresses, speaker) = (AtomicU64::new(0), Addresses::default(), Speaker::new());
        let inner = Inner { keypair, address, client, limits, places, last_nonce, addresses, speaker, purse };
        Self { inner: Arc::new(inner) }
    }

    /// The key that signs.
    pub fn hotkey(&self) -> PublicKey {
        self.inner.keypair.public()
    }

    /// Whether it would call that address ([`DendriteLimits::public_addresses_only`]).
    pub fn may_call(&self, address: SocketAddr) -> bool {
        self.inner.may_call(address).is_ok()
    }

    /// Calls a synapse. `timeout` covers everything: waiting for a place, connecting, sending, the answer. Dropping the
    /// future ends the call. Nothing is tried twice, but what was refused for want of a voucher that the purse then gives.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn call<S: Synapse>(
        &self,
        target: &Target,
        request: &S::Request,
        timeout: Duration,
    ) -> Result<Answer<S::Response>, CallError> {
        let body = self.inner.encode::<S>(target, request)?;
        let exchange = async {
            let mut sent = self.inner.ask(S::NAME, target, body, "application/json").await?;
            let payment = sent.payment.take();
            Ok::<_, CallError>((self.inner.receive(sent).await?, payment))
        };
        let (raw, payment) =
            tokio::time::timeout(timeout, exchange).await.map_err(|_| CallError::Timeout { after: timeout })??;
        let answer_hash = Sha256::digest(&raw.body).into();
        let response =
            serde_json::from_slice(&raw.body).map_err(|error| CallError::BadAnswer(clean(&error.to_string())))?;
        if let Some(payment) = payment {
            payment.answered();
        }
        let elapsed = raw.elapsed;
        Ok(Answer { response, elapsed, first: elapsed, request_hash: raw.request_hash, answer_hash })
    }

    /// Calls a synapse that answers in pieces; returns when the first has arrived. `timeout` covers the whole call, the
    /// last piece included. Dropping the stream ends the call, and the axon's work on it.
    ///
    /// # Errors
    /// See [`CallError`]; once the answer has begun, the stream yields [`StreamError`]s.
    pub async fn stream<S: StreamSynapse>(
        &self,
        target: &Target,
        request: &S::Request,
        timeout: Duration,
    ) -> Result<Streaming<S>, CallError> {
        let body = self.inner.encode::<S>(target, request)?;
        stream::open(&self.inner, target, body, timeout).await
    }

    /// What an axon says about its synapses. Not signed, so only a hint.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn describe(&self, address: SocketAddr, timeout: Duration) -> Result<Description, CallError> {
        let exchange = async { self.inner.receive(self.inner.get(description::PATH, address).await?).await };
        let raw =
            tokio::time::timeout(timeout, exchange).await.map_err(|_| CallError::Timeout { after: timeout })??;
        if raw.status != StatusCode::OK {
            return Err(refused(raw.status, &raw.body));
        }
        if raw.body.len() > description::MAX_BYTES {
            return Err(CallError::BadAnswer(format!("a description of {} bytes", raw.body.len())));
        }
        serde_json::from_slice(&raw.body).map_err(|error| CallError::BadAnswer(clean(&error.to_string())))
    }
}

impl fmt::Debug for Dendrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dendrite({})", self.hotkey())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn nonces_never_repeat() {
        let dendrite = Dendrite::new(Arc::new(Keypair::from_uri("//Alice").unwrap()));
        let mut last = 0;
        for _ in 0..10_000 {
            let nonce = dendrite.inner.next_nonce();
            assert!(nonce > last);
            last = nonce;
        }
        // Also when the clock is set back by an hour.
        let ahead = last + 3_600_000_000_000;
        dendrite.inner.last_nonce.store(ahead, Ordering::Relaxed);
        assert_eq!(dendrite.inner.next_nonce(), ahead + 1);
    }
}
