//! The way of one classic request, in the order that spends least on strangers: class, headers, clock, signature, replay,
//! permission, capacity, body, JSON, body hash, handler. The signature covers headers only, so nothing of the body is
//! read for somebody unproved.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response};
use bytes::Bytes;
use ganglion_keys::Proof;
use sha2::{Digest, Sha256};

use super::body_hash::hash_of_members;
use super::claim::Claim;
use super::envelope::own_json;
use super::refusal::{to_caller, to_stranger, Trouble};
use super::success::Exchange;
use super::value::parse_object;
use crate::axon::{body, charge, Call, Failure, Form, Route, State, Ticket};
use crate::metrics::add;
use crate::refusal::Reject;
use crate::replay::{NotRecorded, ReplayGuard};
use crate::{Caller, Protocol};

/// Answers a request that [`is_classic`](super::is_classic).
pub(crate) async fn serve(state: Arc<State>, address: SocketAddr, parts: Parts, mut body: Body) -> Response<Body> {
    let began = Instant::now();
    // Asked beforehand, since a body can't be lent to a future that moves between threads.
    let too_long = body::is_announced_too_long(&state, &body);
    let known = match prove(&state, &parts, too_long).await {
        Ok(known) => known,
        Err(trouble) => {
            trouble.count(&state);
            let response = to_stranger(&state.identity, &trouble, began);
            body::discard(&state, body).await;
            return response;
        }
    };
    let claim = &known.claim;
    let exchange = Exchange { axon: &state.identity, class: known.class, claim, request: &parts.headers, began };
    let trouble = match welcome(&state, &known, address) {
        Ok(ticket) => match answer(&state, &known, &exchange, ticket, &mut body, address).await {
            Ok(response) => return response,
            Err(trouble) => trouble,
        },
        Err(trouble) => trouble,
    };
    trouble.count(&state);
    if trouble.leaves_a_body() {
        body::discard(&state, body).await;
    }
    to_caller(&state.identity, claim, &parts.headers, &trouble, (state.clock)(), began)
}

/// A request with a good signature.
struct Known<'s> {
    route: &'s Route,
    guard: &'s ReplayGuard,
    class: &'static str,
    hashed: &'static [&'static str],
    claim: Claim,
}

async fn prove<'s>(state: &'s State, parts: &Parts, too_long: bool) -> Result<Known<'s>, Trouble> {
    let name = parts.uri.path().strip_prefix('/').unwrap_or_default();
    // What a stranger sends never comes back, the name neither: the text is Python's about no name at all.
    let missing = || Trouble::NotFound(format!("Synapse name '' not found. Available synapses {}", state.classes));
    let (route, facts) = state.classic_route(name).ok_or_else(missing)?;
    let guard = state.classic_replay.as_ref().ok_or_else(missing)?;
    if parts.method != Method::POST {
        return Err(Reject::MethodNotAllowed.into());
    }
    if state.has_too_many_headers(&parts.headers) {
        return Err(Reject::HeadersTooLarge.into());
    }
    let claim = Claim::read(&parts.headers, (state.clock)())?;
    if claim.nonce <= guard.floor() {
        return Err(Trouble::Replay);
    }
    if too_long {
        return Err(Reject::TooLarge.into());
    }
    if !holds(state, &claim).await {
        return Err(Trouble::Mismatch);
    }
    Ok(Known { route, guard, class: facts.class, hashed: facts.hashed, claim })
}

/// Whether the signature is the claimed dendrite's. One over the message in `<Bytes>…</Bytes>` counts too, as it does in
/// Python.
async fn holds(state: &State, claim: &Claim) -> bool {
    let proof = claim.proof(&state.identity.address);
    let wrapped = Proof { message: [b"<Bytes>", proof.message.as_slice(), b"</Bytes>"].concat(), ..proof };
    state.proofs.hold(proof).await || wrapped.holds()
}

/// Replay, permission and capacity.
fn welcome(state: &State, known: &Known<'_>, address: SocketAddr) -> Result<Ticket, Trouble> {
    let claim = &known.claim;
    if known.guard.is_used(&claim.hotkey, claim.nonce) {
        return Err(Trouble::Replay);
    }
    let mut signed_hash = [0u8; 32];
    hex::decode_to_slice(&claim.body_hash, &mut signed_hash).map_err(|_| Trouble::Internal)?;
    let caller = caller(claim, address, signed_hash);
    (state.authorize)(&caller).map_err(Trouble::Blacklisted)?;
    // Only now: strangers must not be able to fill the memory.
    known.guard.record(&claim.hotkey, claim.nonce, (state.clock)()).map_err(|why| match why {
        NotRecorded::Replay => Trouble::Replay,
        NotRecorded::NoRoom => Trouble::Reject(Reject::Memory),
    })?;
    Ok(state.admission.admit(&caller)?)
}

fn caller(claim: &Claim, address: SocketAddr, request_hash: [u8; 32]) -> Caller {
    Caller { hotkey: claim.hotkey, address, nonce: claim.nonce, request_hash, protocol: Protocol::Classic }
}

async fn answer(
    state: &Arc<State>,
    known: &Known<'_>,
    exchange: &Exchange<'_>,
    ticket: Ticket,
    body: &mut Body,
    address: SocketAddr,
) -> Result<Response<Body>, Trouble> {
    let bytes = body::read(state, body, address).await?;
    add(&state.metrics.0.bytes_in, bytes.len() as u64);
    let text = std::str::from_utf8(&bytes).map_err(|error| Trouble::Json(error.valid_up_to()))?;
    let asked = parse_object(text).map_err(|error| Trouble::Json(error.at))?;
    let member = |name: &str| asked.iter().find(|member| member.name == name).map(|member| &member.value);
    if hash_of_members(member, known.hashed).as_deref() != Some(known.claim.body_hash.as_str()) {
        return Err(Trouble::BodyHash);
    }
    add(&state.metrics.0.accepted, 1);
    let caller = caller(&known.claim, address, Sha256::digest(&bytes).into());
    // Their signature covers no headers either; the voucher's own key is the caller's, as everywhere.
    let paid = charge(state, known.route, &caller, exchange.request).await;
    let paid = paid.map_err(|unpaid| {
        add(&state.metrics.0.refused_unpaid, 1);
        Trouble::Handler(unpaid.into())
    })?;
    let limit = state.limits.handler_timeout.min(known.claim.timeout);
    let own = Bytes::from(own_json(&asked));
    match &known.route.call {
        Call::Whole(_) => {
            let answer = state.whole(known.route, caller, own, ticket, limit).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(failure) => {
                    paid.refund();
                    return Err(trouble(failure, limit));
                }
            };
            let Some(response) = exchange.whole(&asked, &answer) else {
                paid.refund();
                tracing::error!(synapse = known.class, "the answer is not a JSON object, which Python neurons expect");
                return Err(Trouble::Internal);
            };
            add(&state.metrics.0.ok, 1);
            add(&state.metrics.0.bytes_out, answer.len() as u64);
            Ok(response)
        }
        Call::Stream(_) => {
            let pieces = state.pieces(known.route, caller, own, Form::Raw, ticket, limit).await;
            let pieces = match pieces {
                Ok(pieces) => pieces,
                Err(failure) => {
                    paid.refund();
                    return Err(trouble(failure, limit));
                }
            };
            Ok(exchange.stream(pieces.into_raw_body()))
        }
    }
}

fn trouble(failure: Failure, limit: Duration) -> Trouble {
    match failure {
        Failure::Error(error) => Trouble::Handler(error),
        Failure::Timeout => Trouble::Timeout(limit.as_secs_f64()),
        Failure::Panic | Failure::TooLong => Trouble::Internal,
    }
}
