//! A personal gateway's door: for programs on this machine, not for web pages that a browser here happens to show.
//!
//! A page from anywhere can make a browser send requests to this machine, and these would be paid. Browsers say where a
//! page comes from (`Origin`) and which name they looked up (`Host`): both must be this machine's. For a picture, a frame or
//! a link they don't say where it stands, but whether that is another site (`Sec-Fetch-Site`): those get pages, nothing of
//! the API.

use axum::{
    extract::Request,
    http::{
        header::{HOST, ORIGIN},
        HeaderMap, HeaderName, HeaderValue, StatusCode,
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    Router,
};
use std::net::IpAddr;

use crate::error::ApiError;

/// How the site that makes a browser ask is related to the one that is asked.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// `router`, for this machine's own programs and pages.
pub(crate) fn at_home(router: Router) -> Router {
    router.layer(middleware::from_fn(admit))
}

async fn admit(request: Request, next: Next) -> Response {
    if is_ours(request.uri().path(), request.headers()) {
        return next.run(request).await;
    }
    let message = "a personal gateway pays, so it answers programs and pages of this machine only";
    ApiError::new(StatusCode::FORBIDDEN, "foreign_page", message).into_response()
}

/// Whether a request for `path` comes from a program or a page of this machine, for all that its headers say.
fn is_ours(path: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).is_none_or(|host| is_here(host, ""));
    let page = match headers.get(ORIGIN) {
        Some(origin) => is_here(origin, "http://"),
        None => !path.starts_with("/v1/") || headers.get(SITE).is_none_or(|site| site != "cross-site"),
    };
    host && page
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

    #[test]
    fn what_a_strangers_page_shows_as_a_picture_is_not_paid_for() {
        let ours = |path: &str, headers: &[(HeaderName, &'static str)]| {
            let named = headers.iter().cloned().map(|(name, value)| (name, HeaderValue::from_static(value)));
            is_ours(path, &named.collect::<HeaderMap>())
        };
        let paid = "/v1/forecasts";
        assert!(ours(paid, &[]), "programs say nothing of sites");
        for site in ["none", "same-origin", "same-site"] {
            assert!(ours(paid, &[(SITE, site)]), "{site}");
        }
        assert!(!ours(paid, &[(HOST, "localhost:8080"), (SITE, "cross-site")]));
        assert!(ours("/", &[(SITE, "cross-site")]), "a link to the page costs nothing");
        // Two names of this machine are two sites.
        assert!(ours(paid, &[(ORIGIN, "http://127.0.0.1:3000"), (SITE, "cross-site")]));
        assert!(!ours(paid, &[(ORIGIN, "https://example.org")]) && !ours("/", &[(HOST, "example.org")]));
    }
}
