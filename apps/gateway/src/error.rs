//! Errors: of the gateway as a program, and of one request.

use axum::{
    http::{header::RETRY_AFTER, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    Json,
};
use serde_json::json;

/// Tells OpenAI's clients whether to ask again by themselves. Without it they do after 408, 409, 429 and 5xx.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Why the gateway stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// The metrics couldn't be set up.
    #[error("the metrics can't be set up: {0}")]
    Metrics(#[from] prometheus::Error),
    /// The listening socket broke.
    #[error("the listening socket broke: {0}")]
    Listen(#[from] std::io::Error),
}

/// Why a request wasn't answered, in the shape that OpenAI clients read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) param: Option<&'static str>,
    pub(crate) message: String,
    /// Seconds until the same may be answered, where that is longer than a client should wait by itself.
    pub(crate) wait: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, param: None, message: message.into(), wait: None }
    }

    /// A request that can't be answered as it is.
    pub(crate) fn invalid(param: &'static str, message: impl Into<String>) -> Self {
        Self { param: Some(param), ..Self::new(StatusCode::BAD_REQUEST, "invalid_request", message) }
    }

    /// A model that isn't there.
    pub(crate) fn no_model(message: impl Into<String>) -> Self {
        Self { param: Some("model"), ..Self::new(StatusCode::NOT_FOUND, "model_not_found", message) }
    }

    pub(crate) fn no_miners(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "no_miners", message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let kind = match self.status {
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_client_error() => "invalid_request_error",
            _ => "server_error",
        };
        let body = json!({
            "error": { "message": self.message, "type": kind, "param": self.param, "code": self.code }
        });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        } else if matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// For tests of what reads bodies: the usual body is taken, and with one member set so it is refused, with the parameter
/// at fault; `None` where the body as a whole is no request.
#[cfg(test)]
pub(crate) fn refuses<T: std::fmt::Debug>(
    read: impl Fn(&[u8]) -> Result<T, ApiError>,
    usual: &serde_json::Value,
    cases: &[(&str, serde_json::Value, Option<&str>)],
) {
    read(usual.to_string().as_bytes()).unwrap_or_else(|error| panic!("{usual}: {}", error.message));
    for (member, value, param) in cases {
        let mut body = usual.clone();
        body[*member] = value.clone();
        let error = read(body.to_string().as_bytes()).expect_err("it is to be refused");
        assert!(error.param == *param && error.status.is_client_error(), "{body}: {error:?}");
    }
}
