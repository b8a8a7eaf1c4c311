//! A personal gateway's door: for programs on this machine, not for web pages that a browser here happens to show.
//!
//! A page from anywhere can make a browser send requests to this machine, and these would be paid. Browsers say where a
//! page comes from (`Origin`) and which name they looked up (`Host`): both must be this machine's.

use axum::{
    extract::Request,
    http::{
        header::{HOST, ORIGIN},
        HeaderValue, StatusCode,
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    Router,
};
use std::net::IpAddr;

use crate::error::ApiError;

/// `router`, for this machine's own programs and pages.
pub(crate) fn at_home(router: Router) -> Router {
    router.layer(middleware::from_fn(admit))
}

async fn admit(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(HOST).is_none_or(|host| is_here(host, ""));
    let origin = headers.get(ORIGIN).is_none_or(|origin| is_here(origin, "http://"));
    if host && origin {
        return next.run(request).await;
    }
    let message = "a personal gateway pays, so it answers programs and pages of this machine only";
    ApiError::new(StatusCode::FORBIDDEN, "foreign_page", message).into_response()
}

/// Whether `value`, after `prefix`, names this machine, with or without a port.
fn is_here(value: &HeaderValue, prefix: &str) -> bool {
    let Some(authority) = value.to_str().ok().and_then(|text| text.strip_prefix(prefix)) else { return false };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_others_are_known_by_their_origin() {
        let is_here = |text: &'static str, prefix| is_here(&HeaderValue::from_static(text), prefix);
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "[::1]"] {
            assert!(is_here(host, ""), "{host}");
        }
        for host in ["example.org", "localhost.example.org", "127.0.0.1.example.org:80", "10.0.0.1", "", ":80"] {
            assert!(!is_here(host, ""), "{host}");
        }
        assert!(is_here("http://localhost:3000", "http://") && !is_here("https://example.org", "http://"));
        assert!(!is_here("null", "http://"));
    }
}
