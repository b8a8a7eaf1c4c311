//! Everything that is not a 200: one JSON shape, bounded size, fixed texts where the caller is a stranger.

use axum::body::Body;
use axum::http::{header, HeaderValue, Response, StatusCode};

use crate::btauth::Fault;

/// Longest message that goes to a caller (bytes).
const MAX_MESSAGE: usize = 200;

/// An authorisation callback's no. Answered with HTTP 403.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// For programs: lower case with underscores.
    pub code: &'static str,
    /// For people; cut at 200 bytes.
    pub message: String,
}

impl Refusal {
    /// Code `forbidden`.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self { code: "forbidden", message: message.into() }
    }
}

/// A handler's failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AxonError {
    /// HTTP status; anything outside 400 to 599 is sent as 500.
    pub status: u16,
    /// For programs: lower case with underscores.
    pub code: &'static str,
    /// For people; cut at 200 bytes. The caller sees it, so no secrets and no paths.
    pub message: String,
}

impl AxonError {
    /// Any status, code and message.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The request makes no sense: 422 `invalid_request`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "invalid_request", message)
    }

    /// No capacity now, try again: 503 `busy`.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(503, "busy", message)
    }

    /// Our own failure: 500 `internal`.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "internal", message)
    }
}

/// The refusals the axon itself gives. Their texts are fixed: a stranger's bytes never come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reject {
    Unsigned,
    Malformed,
    WrongReceiver,
    Stale,
    BadSignature,
    Replay,
    NotFound,
    MethodNotAllowed,
    HeadersTooLarge,
    TooLarge,
    BadBody,
    BodyTimeout,
    Busy,
    CallerBusy,
    Memory,
    HandlerTimeout,
    Internal,
}

impl Reject {
    /// Status, code and message.
    pub fn parts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Unsigned => (
                401,
                "unsigned",
                "the request must be signed (btauth/1 headers X-Bittensor-*, or classic bt_header_dendrite_*)",
            ),
            Self::Malformed => (400, "malformed_auth", "an authentication header is missing, repeated or malformed"),
            Self::WrongReceiver => (401, "wrong_receiver", "the request is signed for another receiver"),
            Self::Stale => (401, "stale", "the nonce is too old or too new; compare the clocks"),
            Self::BadSignature => (401, "bad_signature", "the signature does not fit the request"),
            Self::Replay => (409, "replay", "this nonce was used already"),
            Self::NotFound => (404, "not_found", "no such synapse; see /.well-known/synapses"),
            Self::MethodNotAllowed => (405, "method_not_allowed", "synapses are called with POST"),
            Self::HeadersTooLarge => (431, "headers_too_large", "too many or too long request headers"),
            Self::TooLarge => (413, "too_large", "the request body is too large"),
            Self::BadBody => (400, "bad_body", "the request body could not be read"),
            Self::BodyTimeout => (408, "body_timeout", "the request body did not arrive in time"),
            Self::Busy => (503, "busy", "no capacity now, try again"),
            Self::CallerBusy => (429, "caller_busy", "too many requests of this hotkey are being answered"),
            Self::Memory => (503, "busy", "nonces cannot be remembered now, try again"),
            Self::HandlerTimeout => (504, "handler_timeout", "the answer took too long"),
            Self::Internal => (500, "internal", "the request failed here"),
        }
    }

    pub fn response(self) -> Response<Body> {
        let (status, code, message) = self.parts();
        error_response(status, code, message)
    }
}

impl From<Fault> for Reject {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unsigned => Self::Unsigned,
            Fault::Malformed => Self::Malformed,
            Fault::WrongReceiver => Self::WrongReceiver,
            Fault::Stale => Self::Stale,
        }
    }
}

/// A JSON answer.
pub(crate) fn json_response(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// `{"error":{"code","message"}}`, with `Retry-After` where trying again makes sense and `Allow` where HTTP wants it.
pub(crate) fn error_response(status: u16, code: &str, message: &str) -> Response<Body> {
    raw_error_response(status, error_json(code, message))
}

/// As [`error_response`], with a body that is made already.
pub(crate) fn raw_error_response(status: u16, body: String) -> Response<Body> {
    let status = StatusCode::from_u16(status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_response(status, body);
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

/// The body of an error.
pub(crate) fn error_json(code: &str, message: &str) -> String {
    serde_json::json!({ "error": { "code": shorten(code), "message": shorten(message) } }).to_string()
}

/// At most 200 bytes, cut between characters.
pub(crate) fn shorten(text: &str) -> &str {
    let mut end = text.len().min(MAX_MESSAGE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
