//! What can go wrong with a call.

use std::time::Duration;

use axum::http::StatusCode;

use crate::refusal::shorten;

/// Why there is no good answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The axon answered with an error. Code and message are the axon's own words: bounded, without control characters,
    /// but not to be trusted. (402 `unpaid` is our own [`Purse`](crate::payment::Purse)'s no: nothing was sent.)
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

/// Why a stream of pieces has no proper end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// The axon's handler failed on the way. Code and message are the axon's own words, not to be trusted.
    #[error("failed after it began, {code}: {message}")]
    Failed {
        /// For programs, such as `handler_timeout`; empty if the axon gave none.
        code: String,
        /// For people.
        message: String,
    },
    /// No piece for longer than [`DendriteLimits::stream_idle_timeout`](crate::DendriteLimits::stream_idle_timeout).
    #[error("nothing came for {after:?}")]
    Silent {
        /// The time allowed.
        after: Duration,
    },
    /// Not complete within the time allowed for the whole call.
    #[error("not complete within {after:?}")]
    Timeout {
        /// The time allowed.
        after: Duration,
    },
    /// The connection ended before the answer did.
    #[error("cut off: {0}")]
    Cut(String),
    /// Longer than [`DendriteLimits::answer_bytes`](crate::DendriteLimits::answer_bytes).
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// A piece is not the synapse's JSON, or no event that we know.
    #[error("unusable piece: {0}")]
    BadPiece(String),
}

pub(crate) fn refused(status: StatusCode, body: &[u8]) -> CallError {
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
pub(crate) fn clean(text: &str) -> String {
    shorten(text).chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// The innermost reason: "connection refused" says more than "client error".
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut reason = error;
    for _ in 0..16 {
        match reason.source() {
            Some(source) => reason = source,
            None => break,
        }
    }
    reason.to_string()
}

/// An error in the axon's own words, cleaned: code and message.
pub(super) fn axons_words(body: &[u8]) -> (String, String) {
    match refused(StatusCode::INTERNAL_SERVER_ERROR, body) {
        CallError::Refused { code, message, .. } => (code, message),
        _ => (String::new(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
