//! Everything that is not a 200, in the words of Python's axon.

use std::time::Instant;

use axum::body::Body;
use axum::http::{header, HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::json;

use super::claim::{Claim, Fault};
use super::nonce::Untimely;
use super::signature::refusal_message;
use super::{headers, python_text, uuid, VERSION_AS_INT};
use crate::axon::{Identity, State};
use crate::metrics::add;
use crate::refusal::{json_response, shorten, Reject};
use crate::{AxonError, Refusal};

/// Longest message (bytes): the text about an unknown class, with the names of those there are.
const LONGEST: usize = 512;

/// Why a classic request gets no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No such class; the text says which there are.
    NotFound(String),
    Fault(Fault),
    /// The signature isn't that of the claimed dendrite.
    Mismatch,
    Replay,
    Blacklisted(Refusal),
    /// The body is not what was signed.
    BodyHash,
    /// The body is not JSON from this byte on.
    Json(usize),
    Handler(AxonError),
    /// The handler took longer than this (seconds).
    Timeout(f64),
    Internal,
    /// A bound of the axon, for which Python has no words.
    Reject(Reject),
}

impl Trouble {
    fn status(&self) -> u16 {
        match self {
            Self::NotFound(_) => 404,
            Self::Fault(Fault::Unreadable) | Self::BodyHash | Self::Internal => 500,
            Self::Fault(_) | Self::Mismatch | Self::Replay => 401,
            Self::Blacklisted(_) => 403,
            Self::Json(_) => 422,
            Self::Handler(error) if (400..600).contains(&error.status) => error.status,
            Self::Handler(_) => 500,
            Self::Timeout(_) => 408,
            Self::Reject(reject) => reject.parts().0,
        }
    }

    fn message(&self) -> String {
        let unverified = |detail: &str| format!("Not Verified with error: {detail}");
        let text = match self {
            Self::NotFound(text) => text.clone(),
            Self::Fault(Fault::Unreadable) | Self::BodyHash | Self::Internal => internal(),
            Self::Fault(Fault::NoHotkey) => unverified("No SS58 formatted address or public key provided"),
            Self::Fault(Fault::NoNonce) => unverified("Missing Nonce"),
            Self::Fault(Fault::NoSignature) => unverified("Missing Signature"),
            Self::Fault(Fault::Untimely(Untimely::Old { allowed, age })) => unverified(&format!(
                "Nonce is too old: acceptable delta is {allowed:.2} seconds but request was {age:.2} seconds old"
            )),
            Self::Fault(Fault::Untimely(Untimely::Ahead { allowed, ahead })) => unverified(&format!(
                "Nonce is too new: acceptable delta is {allowed:.2} seconds but request was {ahead:.2} seconds ahead"
            )),
            // Python repeats the message and the signature. Clients read the status, and people the first words.
            Self::Mismatch => unverified("Signature mismatch with the request's headers"),
            Self::Replay => unverified("Nonce is too old, a newer one was last processed"),
            Self::Blacklisted(refusal) => format!("Forbidden. Key is blacklisted: {}.", shorten(&refusal.message)),
            Self::Json(_) => "JSON decode error".to_owned(),
            Self::Handler(error) if self.status() == 500 => {
                let text = internal();
                tracing::warn!(%error, answered = %text, "a handler failed");
                text
            }
            Self::Handler(error) => shorten(&error.message).to_owned(),
            Self::Timeout(seconds) => format!("Response timeout after: {}s", python_text::float_repr(*seconds)),
            Self::Reject(reject) => reject.parts().2.to_owned(),
        };
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.get(..end).unwrap_or_default().to_owned()
    }

    /// Adds this to the axon's counters.
    pub fn count(&self, state: &State) {
        let reject = match self {
            Self::NotFound(_) => Reject::NotFound,
            Self::Fault(Fault::Unreadable) => Reject::Malformed,
            Self::Fault(Fault::NoHotkey | Fault::NoNonce | Fault::NoSignature) => Reject::Unsigned,
            Self::Fault(Fault::Untimely(_)) => Reject::Stale,
            Self::Mismatch | Self::BodyHash => Reject::BadSignature,
            Self::Replay => Reject::Replay,
            Self::Blacklisted(_) => return add(&state.metrics.0.refused_unauthorised, 1),
            Self::Json(_) => Reject::BadBody,
            Self::Handler(error) if matches!(error.status, 400 | 422) => Reject::BadBody,
            Self::Handler(_) | Self::Internal => Reject::Internal,
            Self::Timeout(_) => Reject::HandlerTimeout,
            Self::Reject(reject) => *reject,
        };
        state.metrics.refused(reject);
    }

    /// Whether what is left of the body is worth reading, so that the caller sees the answer.
    pub fn leaves_a_body(&self) -> bool {
        !matches!(self, Self::Reject(Reject::BodyTimeout | Reject::BadBody))
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Reject> for Trouble {
    fn from(reject: Reject) -> Self {
        Self::Reject(reject)
    }
}

fn internal() -> String {
    format!("Internal Server Error #{}", uuid::random())
}

/// The answer to somebody unproved: short, and without any work on keys. Python's axon signs these too; nobody looks at
/// that signature, and making one for every stranger would be a gift to those who want to keep us busy.
pub(super) fn to_stranger(axon: &Identity, trouble: &Trouble, began: Instant) -> Response<Body> {
    if let Trouble::Json(at) = trouble {
        return bad_json(*at);
    }
    let message = trouble.message();
    let mut response = json_response(status_of(trouble), json!({ "message": message }).to_string());
    let answer = response.headers_mut();
    describe(axon, trouble.status(), &message, began, answer);
    response
}

/// The answer to a caller whose signature was good: signed, and with the caller's headers.
pub(super) fn to_caller(
    axon: &Identity,
    claim: &Claim,
    request: &HeaderMap,
    trouble: &Trouble,
    now: u64,
    began: Instant,
) -> Response<Body> {
    if let Trouble::Json(at) = trouble {
        return bad_json(*at);
    }
    let mut response = to_stranger(axon, trouble, began);
    let answer = response.headers_mut();
    headers::echo(request, answer);
    let message = refusal_message(now, &claim.hotkey_text, &axon.address, &axon.uuid);
    headers::set(answer, "bt_header_axon_nonce", &now.to_string());
    headers::set(answer, "bt_header_axon_uuid", &axon.uuid);
    headers::set(answer, "bt_header_axon_signature", &axon.keypair.sign(message.as_bytes()).to_hex());
    response
}

fn describe(axon: &Identity, status: u16, message: &str, began: Instant, answer: &mut HeaderMap) {
    headers::set(answer, "bt_header_axon_status_code", &status.to_string());
    headers::set(answer, "bt_header_axon_status_message", message);
    let seconds = python_text::float_repr(began.elapsed().as_secs_f64());
    headers::set(answer, "bt_header_axon_process_time", &seconds);
    headers::set(answer, "bt_header_axon_version", &VERSION_AS_INT.to_string());
    headers::set(answer, "bt_header_axon_hotkey", &axon.address);
    if matches!(status, 429 | 503) {
        answer.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
}

fn status_of(trouble: &Trouble) -> StatusCode {
    StatusCode::from_u16(trouble.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// As FastAPI says it, before any code of the axon runs.
fn bad_json(at: usize) -> Response<Body> {
    let detail = json!({
        "detail": [{
            "type": "json_invalid",
            "loc": ["body", at],
            "msg": "JSON decode error",
            "input": {},
            "ctx": { "error": "not one plain JSON object" },
        }]
    });
    json_response(StatusCode::UNPROCESSABLE_ENTITY, detail.to_string())
}
