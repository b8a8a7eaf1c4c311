//! The way of one request, in the order that spends least on strangers: route, headers, claimed key, body, signature,
//! replay, authorisation, capacity, payment, JSON, handler.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{header, HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use bytes::Bytes;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::network::network_of;
use super::{body, charge, Call, Failure, Form, Route, State};
use crate::btauth::{self, Claim};
use crate::classic;
use crate::description;
use crate::metrics::add;
use crate::refusal::{error_response, json_response, Reject};
use crate::replay::NotRecorded;
use crate::{Caller, Protocol, Refusal};

const EVENTS: &str = "text/event-stream";

/// Answers one request. Two documents are there for everybody; every other path is a synapse's, or nobody's.
pub(super) async fn answer_to(state: Arc<State>, peer: SocketAddr, request: Request<Body>) -> Response<Body> {
    let response = match request.uri().path() {
        "/health" => document(&state, request.method(), health),
        description::PATH | "/.well-known/synapses.json" => {
            document(&state, request.method(), |state| describe(state, peer))
        }
        _ => synapse(state, peer, request).await,
    };
    finish(response)
}

fn document(state: &State, method: &Method, make: impl FnOnce(&State) -> Response<Body>) -> Response<Body> {
    // To `HEAD`, hyper sends no body.
    if matches!(*method, Method::GET | Method::HEAD) {
        make(state)
    } else {
        let mut response = Reject::MethodNotAllowed.response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
        response
    }
}

fn health(state: &State) -> Response<Body> {
    let (hotkey, uptime) = (&state.identity.address, state.started.elapsed().as_secs());
    let body = json!({ "hotkey": hotkey, "version": state.version, "uptime_s": uptime });
    json_response(StatusCode::OK, body.to_string())
}

fn describe(state: &State, peer: SocketAddr) -> Response<Body> {
    if !state.pace.allows(network_of(peer.ip()), (state.clock)()) {
        return fail(state, Reject::Busy);
    }
    json_response(StatusCode::OK, state.description.clone())
}

async fn synapse(state: Arc<State>, address: SocketAddr, request: Request<Body>) -> Response<Body> {
    add(&state.metrics.0.requests, 1);
    let (parts, mut body) = request.into_parts();
    if !btauth::is_signed(&parts.headers) && classic::is_classic(&parts.headers) {
        return classic::serve(state, address, parts, body).await;
    }
    let refusal = match admit(&state, &parts, &mut body, address).await {
        Ok((route, caller, bytes)) => return answer(&state, route, &parts.headers, caller, bytes).await,
        Err(refusal) => refusal,
    };
    // A body that stalled or broke has nothing left worth waiting for.
    if !matches!(refusal, No::Reject(Reject::BodyTimeout | Reject::BadBody)) {
        body::discard(&state, body).await;
    }
    match refusal {
        No::Reject(reject) => fail(&state, reject),
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
async fn admit<'s>(
    state: &'s State,
    parts: &axum::http::request::Parts,
    body: &mut Body,
    address: SocketAddr,
) -> Result<(&'s Route, Caller, Bytes), No> {
    let name = parts.uri.path().strip_prefix('/').unwrap_or_default();
    let route = state.routes.get(name).ok_or(Reject::NotFound)?;
    if parts.method != Method::POST {
        return Err(Reject::MethodNotAllowed.into());
    }
    if state.has_too_many_headers(&parts.headers) {
        return Err(Reject::HeadersTooLarge.into());
    }
    let receiver = &state.identity.address;
    let now = (state.clock)();
    let claim = Claim::read(&parts.headers, receiver, now, Some(state.replay.floor()))?;
    if body::is_announced_too_long(state, body) {
        return Err(Reject::TooLarge.into());
    }
    // Whoever would not be served under that name need not send a body.
    (state.screen)(&claim.hotkey).map_err(No::Refusal)?;

    let bytes = body::read(state, body, address).await?;
    add(&state.metrics.0.bytes_in, bytes.len() as u64);
    let request_hash: [u8; 32] = Sha256::digest(&bytes).into();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if !state.proofs.hold(claim.proof(parts.method.as_str(), path, &request_hash, receiver)).await {
        return Err(Reject::BadSignature.into());
    }
    if state.replay.is_used(&claim.hotkey, claim.nonce) {
        return Err(Reject::Replay.into());
    }
    let caller = Caller { hotkey: claim.hotkey, address, nonce: claim.nonce, request_hash, protocol: Protocol::Btauth };
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
    Ok((route, caller, bytes))
}

async fn answer(state: &State, route: &Route, headers: &HeaderMap, caller: Caller, bytes: Bytes) -> Response<Body> {
    add(&state.metrics.0.accepted, 1);
    let ticket = match state.admission.admit(&caller) {
        Ok(ticket) => ticket,
        Err(reject) => return fail(state, reject),
    };
    let paid = match charge(state, route, &caller, headers).await {
        Ok(paid) => paid,
        Err(unpaid) => {
            add(&state.metrics.0.refused_unpaid, 1);
            return unpaid.response();
        }
    };
    let limit = state.limits.handler_timeout;
    if matches!(route.call, Call::Stream(_)) && wants_events(headers) {
        return match state.pieces(route, caller, bytes, Form::Json, ticket, limit).await {
            Ok(pieces) => {
                let mut response = Response::new(pieces.into_events());
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
                response
            }
            Err(failure) => {
                paid.refund();
                refuse_with(state, &failure)
            }
        };
    }
    match state.whole(route, caller, bytes, ticket, limit).await {
        Ok(answer) => {
            add(&state.metrics.0.ok, 1);
            add(&state.metrics.0.bytes_out, answer.len() as u64);
            json_response(StatusCode::OK, answer)
        }
        Err(failure) => {
            paid.refund();
            refuse_with(state, &failure)
        }
    }
}

fn wants_events(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|text| text.contains(EVENTS))
}

fn fail(state: &State, reject: Reject) -> Response<Body> {
    state.metrics.refused(reject);
    reject.response()
}

fn refuse_with(state: &State, failure: &Failure) -> Response<Body> {
    let error = match failure {
        Failure::Error(error) => error,
        Failure::Panic | Failure::TooLong => return fail(state, Reject::Internal),
        Failure::Timeout => return fail(state, Reject::HandlerTimeout),
    };
    // A body that is not the synapse's JSON is the caller's fault, and counted so.
    let counters = &state.metrics.0;
    let counter = if matches!(error.status, 400 | 422) { &counters.refused_body } else { &counters.failed };
    add(counter, 1);
    error_response(error.status, error.code, &error.message)
}

/// Keeps caches and browsers from guessing about what a neuron says.
fn finish(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
