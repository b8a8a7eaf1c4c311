//! The client side.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{header, HeaderValue, Method, Request, StatusCode, Uri};
use bytes::{Bytes, BytesMut};
use ganglion_keys::{Keypair, PublicKey};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy::{connect::HttpConnector, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::clock::system_now;
use crate::refusal::shorten;
use crate::synapse::is_name;
use crate::{btauth, DendriteLimits, Synapse};

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
    /// SHA-256 of the request's body as sent.
    pub request_hash: [u8; 32],
    /// SHA-256 of the answer's body as received.
    pub answer_hash: [u8; 32],
}

/// Why there is no good answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The axon answered with an error. Code and message are the axon's own words: bounded, without control characters,
    /// but not to be trusted.
    #[error("refused with HTTP {status}, {code}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// For programs, such as `busy` or `replay`; empty if the axon gave none.
        code: String,
        /// For people.
        message: String,
    },
    /// No complete answer within the time allowed.
    #[error("no answer within {after:?}")]
    Timeout {
        /// The time allowed.
        after: Duration,
    },
    /// No connection, or it broke before the answer was complete.
    #[error("not reachable: {0}")]
    Unreachable(String),
    /// HTTP 200 with a body that is too long or is not the synapse's JSON.
    #[error("unusable answer: {0}")]
    BadAnswer(String),
    /// Our own request cannot be sent: not encodable, too long, or to an address that is not allowed.
    #[error("the request cannot be sent: {0}")]
    BadRequest(String),
}

/// Calls axons as one hotkey. Clones share connections and nonces. Needs a Tokio runtime when called.
#[derive(Clone)]
pub struct Dendrite {
    inner: Arc<Inner>,
}

struct Inner {
    keypair: Arc<Keypair>,
    address: String,
    client: Client<HttpConnector, Full<Bytes>>,
    limits: DendriteLimits,
    places: Semaphore,
    last_nonce: AtomicU64,
}

impl Dendrite {
    /// A dendrite with the default bounds.
    pub fn new(keypair: Arc<Keypair>) -> Self {
        Self::with_limits(keypair, DendriteLimits::default())
    }

    /// A dendrite with other bounds.
    pub fn with_limits(keypair: Arc<Keypair>, limits: DendriteLimits) -> Self {
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
        let places = Semaphore::new(limits.in_flight.min(Semaphore::MAX_PERMITS));
        let address = keypair.public().to_ss58();
        Self { inner: Arc::new(Inner { keypair, address, client, limits, places, last_nonce: AtomicU64::new(0) }) }
    }

    /// The key that signs.
    pub fn hotkey(&self) -> PublicKey {
        self.inner.keypair.public()
    }

    /// Calls a synapse. `timeout` covers everything: waiting for a place, connecting, sending, the answer. Dropping the
    /// future ends the call. Nothing is tried twice.
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
        let exchange = self.inner.exchange(S::NAME, target, body);
        let raw =
            tokio::time::timeout(timeout, exchange).await.map_err(|_| CallError::Timeout { after: timeout })??;
        if raw.status != StatusCode::OK {
            return Err(refused(raw.status, &raw.body));
        }
        let answer_hash = Sha256::digest(&raw.body).into();
        let response =
            serde_json::from_slice(&raw.body).map_err(|error| CallError::BadAnswer(clean(&error.to_string())))?;
        Ok(Answer { response, elapsed: raw.elapsed, request_hash: raw.request_hash, answer_hash })
    }
}

impl fmt::Debug for Dendrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dendrite({})", self.hotkey())
    }
}

/// An answer before it is understood.
struct Raw {
    status: StatusCode,
    body: Bytes,
    elapsed: Duration,
    request_hash: [u8; 32],
}

impl Inner {
    fn encode<S: Synapse>(&self, target: &Target, request: &S::Request) -> Result<Bytes, CallError> {
        if !is_name(S::NAME) {
            return Err(CallError::BadRequest(format!("{:?} cannot be a synapse's name", S::NAME)));
        }
        if self.limits.public_addresses_only && !is_public(target.address.ip()) {
            return Err(CallError::BadRequest(format!("{} is not a public address", target.address.ip())));
        }
        let body = serde_json::to_vec(request).map_err(|error| CallError::BadRequest(error.to_string()))?;
        if body.len() > self.limits.body_bytes {
            let (length, most) = (body.len(), self.limits.body_bytes);
            return Err(CallError::BadRequest(format!("{length} bytes of JSON, at most {most} are sent")));
        }
        Ok(Bytes::from(body))
    }

    async fn exchange(&self, name: &str, target: &Target, body: Bytes) -> Result<Raw, CallError> {
        let unreachable = |error: &dyn fmt::Display| CallError::Unreachable(clean(&error.to_string()));
        let _place = self.places.acquire().await.map_err(|error| unreachable(&error))?;
        // Signed after the wait, so that the nonce is fresh.
        let (request, request_hash) = self.sign(name, target, body)?;
        let began = Instant::now();
        let response = self.client.request(request).await.map_err(|error| unreachable(&root_cause(&error)))?;
        let status = response.status();
        let body = self.read(response.into_body()).await?;
        Ok(Raw { status, body, elapsed: began.elapsed(), request_hash })
    }

    fn sign(&self, name: &str, target: &Target, body: Bytes) -> Result<(Request<Full<Bytes>>, [u8; 32]), CallError> {
        let path = format!("/{name}");
        let body_hash: [u8; 32] = Sha256::digest(&body).into();
        let receiver = target.hotkey.to_ss58();
        let uri: Uri = format!("http://{}{path}", authority(target.address))
            .parse()
            .map_err(|_| CallError::BadRequest("the address makes no URI".into()))?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let signed = btauth::Request {
            method: "POST",
            path: &path,
            body_hash: &body_hash,
            nonce: self.next_nonce(),
            sender: &self.address,
            receiver: &receiver,
        }
        .sign_into(&self.keypair, headers);
        signed.then_some((request, body_hash)).ok_or_else(|| CallError::BadRequest("the headers cannot be made".into()))
    }

    /// The clock, but never the same twice.
    fn next_nonce(&self) -> u64 {
        let now = system_now();
        let step = |last: u64| Some(now.max(last.saturating_add(1)));
        match self.last_nonce.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(last) | Err(last) => now.max(last.saturating_add(1)),
        }
    }

    async fn read(&self, mut body: Incoming) -> Result<Bytes, CallError> {
        let longest = self.limits.answer_bytes;
        let too_long = || CallError::BadAnswer(format!("longer than {longest} bytes"));
        if body.size_hint().lower() > longest as u64 {
            return Err(too_long());
        }
        let mut collected = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| CallError::Unreachable(clean(&root_cause(&error))))?;
            let Ok(data) = frame.into_data() else { continue };
            if collected.len() + data.len() > longest {
                return Err(too_long());
            }
            collected.extend_from_slice(&data);
        }
        Ok(collected.freeze())
    }
}

/// Host and port as URIs want them (no IPv6 zone).
fn authority(address: SocketAddr) -> String {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => format!("{ip}:{}", address.port()),
        IpAddr::V6(ip) => format!("[{ip}]:{}", address.port()),
    }
}

/// Whether the address can be one of the public internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let benchmark = a == 198 && (18..20).contains(&b);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_documentation()
                || ip.is_multicast()
                || shared
                || benchmark
                || a == 0
                || a >= 240)
        }
        // Global unicast is 2000::/3; the rest is local or special. 2001:db8::/32 is for documentation.
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.segments();
            a & 0xe000 == 0x2000 && (a, b) != (0x2001, 0x0db8)
        }
    }
}

fn refused(status: StatusCode, body: &[u8]) -> CallError {
    #[derive(serde::Deserialize)]
    struct Outer {
        error: Inner,
    }
    #[derive(serde::Deserialize)]
    struct Inner {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let error = serde_json::from_slice::<Outer>(body)
        .map_or_else(|_| Inner { code: String::new(), message: String::new() }, |outer| outer.error);
    CallError::Refused { status: status.as_u16(), code: clean(&error.code), message: clean(&error.message) }
}

/// Fit for a log line, wherever it came from.
fn clean(text: &str) -> String {
    shorten(text).chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// The innermost reason: "connection refused" says more than "client error".
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut reason = error;
    for _ in 0..16 {
        match reason.source() {
            Some(source) => reason = source,
            None => break,
        }
    }
    reason.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses() {
        for text in ["8.8.8.8", "1.1.1.1", "2a00:1450::1", "172.32.0.1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

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

    #[test]
    fn what_axons_say_is_cleaned() {
        let body = format!(r#"{{"error":{{"code":"a\nb","message":"{}é"}}}}"#, "x".repeat(199));
        let CallError::Refused { status, code, message } = refused(StatusCode::FORBIDDEN, body.as_bytes()) else {
            panic!()
        };
        assert_eq!((status, code.as_str(), message.len()), (403, "a b", 199));
        assert_eq!(
            refused(StatusCode::BAD_GATEWAY, b"<html>"),
            CallError::Refused { status: 502, code: String::new(), message: String::new() }
        );
    }

    #[test]
    fn hosts_of_both_kinds() {
        for (text, expected) in [
            ("1.2.3.4:5", "1.2.3.4:5"),
            ("[::1]:5", "[::1]:5"),
            ("[::ffff:1.2.3.4]:5", "1.2.3.4:5"),
            ("[fe80::1%3]:5", "[fe80::1]:5"),
        ] {
            assert_eq!(authority(text.parse().unwrap()), expected);
        }
    }
}
