//! The way of one request, in the order that spends least on strangers: route, headers, body, signature, replay,
//! authorisation, capacity, JSON, handler.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::http::{header, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use futures::FutureExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::{body, Handler, State};
use crate::btauth::Claim;
use crate::metrics::add;
use crate::refusal::{error_response, json_response, Reject};
use crate::replay::NotRecorded;
use crate::{AxonError, Caller, Refusal};

/// The peer of a connection.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

/// Everything an axon serves.
pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/.well-known/synapses.json", get(describe))
        .fallback(synapse)
        .with_state(state)
}

async fn health(Shared(state): Shared<Arc<State>>) -> Response {
    let body =
        json!({ "hotkey": state.address, "version": state.version, "uptime_s": state.started.elapsed().as_secs() });
    json_response(StatusCode::OK, body.to_string())
}

async fn describe(Shared(state): Shared<Arc<State>>) -> Response {
    json_response(StatusCode::OK, state.description.clone())
}

async fn synapse(
    Shared(state): Shared<Arc<State>>,
    Extension(Peer(address)): Extension<Peer>,
    request: Request,
) -> Response {
    add(&state.metrics.0.requests, 1);
    let (parts, mut body) = request.into_parts();
    let refusal = match admit(&state, &parts, &mut body, address).await {
        Ok((handler, caller, bytes)) => return answer(&state, &handler, caller, bytes).await,
        Err(refusal) => refusal,
    };
    // A body that stalled or broke has nothing left worth waiting for.
    if !matches!(refusal, No::Reject(Reject::BodyTimeout | Reject::BadBody)) {
        body::discard(&state, body).await;
    }
    match refusal {
        No::Reject(reject) => {
            state.metrics.refused(reject);
            reject.response()
        }
        No::Refusal(refusal) => {
            add(&state.metrics.0.refused_unauthorised, 1);
            error_response(403, refusal.code, &refusal.message)
        }
    }
}

/// A refusal by the axon's rules, or by its owner's.
enum No {
    Reject(Reject),
    Refusal(Refusal),
}

impl<R: Into<Reject>> From<R> for No {
    fn from(reject: R) -> Self {
        Self::Reject(reject.into())
    }
}

/// Everything before capacity: who comes out here has signed this very request, for us, now, for the first time, and is
/// welcome.
async fn admit(
    state: &State,
    parts: &axum::http::request::Parts,
    body: &mut Body,
    address: SocketAddr,
) -> Result<(Handler, Caller, Bytes), No> {
    let name = parts.uri.path().strip_prefix('/').unwrap_or_default();
    let handler = state.handlers.get(name).ok_or(Reject::NotFound)?.clone();
    if parts.method != Method::POST {
        return Err(Reject::MethodNotAllowed.into());
    }
    let header_bytes: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if parts.headers.len() > state.limits.headers || header_bytes > state.limits.header_bytes {
        return Err(Reject::HeadersTooLarge.into());
    }
    let now = (state.clock)();
    let claim = Claim::read(&parts.headers, &state.address, now, Some(state.replay.floor()))?;
    if body::is_announced_too_long(state, body) {
        return Err(Reject::TooLarge.into());
    }

    let bytes = body::read(state, body).await?;
    add(&state.metrics.0.bytes_in, bytes.len() as u64);
    let request_hash: [u8; 32] = Sha256::digest(&bytes).into();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if !claim.holds(parts.method.as_str(), path, &request_hash, &state.address) {
        return Err(Reject::BadSignature.into());
    }
    if state.replay.is_used(&claim.hotkey, claim.nonce) {
        return Err(Reject::Replay.into());
    }
    let caller = Caller { hotkey: claim.hotkey, address, nonce: claim.nonce, request_hash };
    (state.authorize)(&caller).map_err(No::Refusal)?;

    // Only now: strangers must not be able to fill the memory. Time has passed, so the window is looked at again.
    let now = (state.clock)();
    if !claim.is_fresh(now, None) {
        return Err(Reject::Stale.into());
    }
    state.replay.record(&claim.hotkey, claim.nonce, now).map_err(|why| match why {
        NotRecorded::Replay => Reject::Replay,
        NotRecorded::NoRoom => Reject::Memory,
    })?;
    Ok((handler, caller, bytes))
}

async fn answer(state: &State, handler: &Handler, caller: Caller, bytes: Bytes) -> Response {
    add(&state.metrics.0.accepted, 1);
    let _ticket = match state.admission.admit(&caller) {
        Ok(ticket) => ticket,
        Err(reject) => {
            state.metrics.refused(reject);
            return reject.response();
        }
    };
    let _gauge = state.metrics.while_held(|counters| &counters.in_flight_now);
    let began = Instant::now();
    // The call itself is inside too: a handler may panic before its first await.
    let work = AssertUnwindSafe(async { handler(caller, bytes).await }).catch_unwind();
    let outcome = timeout(state.limits.handler_timeout, work).await;
    add(&state.metrics.0.handler_micros, u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
    match outcome {
        Ok(Ok(Ok(answer))) if answer.len() <= state.limits.answer_bytes => {
            add(&state.metrics.0.ok, 1);
            add(&state.metrics.0.bytes_out, answer.len() as u64);
            json_response(StatusCode::OK, answer)
        }
        Ok(Ok(Ok(answer))) => {
            tracing::error!(bytes = answer.len(), "a handler's answer is too long to send");
            fail(state, Reject::Internal)
        }
        Ok(Ok(Err(error))) => refuse_with(state, &error),
        Ok(Err(_panic)) => {
            tracing::error!("a handler panicked");
            fail(state, Reject::Internal)
        }
        Err(_elapsed) => fail(state, Reject::HandlerTimeout),
    }
}

fn fail(state: &State, reject: Reject) -> Response {
    state.metrics.refused(reject);
    reject.response()
}

fn refuse_with(state: &State, error: &AxonError) -> Response {
    // A body that is not the synapse's JSON is the caller's fault, and counted so.
    let counters = &state.metrics.0;
    let counter = if matches!(error.status, 400 | 422) { &counters.refused_body } else { &counters.failed };
    add(counter, 1);
    error_response(error.status, error.code, &error.message)
}

/// Keeps caches and browsers from guessing about what a neuron says.
pub(super) fn finish(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
