//! What every request passes: a place, a clock, and what browsers are told to keep to.

use super::{pages, Shared};
use axum::{
    extract::{Request, State},
    http::{header, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use std::{sync::Arc, time::Instant};

/// Everything comes from here, nothing is written into pages: what strangers wrote runs nowhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What answers say beside themselves.
fn headers() -> [(HeaderName, &'static str); 4] {
    [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ]
}

/// The name of a route in metrics. Only known ones are told, so that strangers can't make up any.
fn route(path: &str) -> &'static str {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "" => "home",
        "subnets" => "subnets",
        "subnet" => "subnet",
        "validators" => "validators",
        "account" => "account",
        "tao" => "tao",
        "blocks" => "blocks",
        "block" => "block",
        "extrinsic" => "extrinsic",
        "event" => "event",
        "governance" | "referendum" => "governance",
        "lists" | "list" => "list",
        "search" => "search",
        "api" => "api",
        "assets" => "assets",
        "live" => "live",
        "health" | "metrics" => "health",
        _ => "other",
    }
}

/// Lets a request in if there is a place, counts and times it, and adds the headers.
pub(crate) async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    // Also counts down when the client hangs up and this future is dropped.
    struct InFlight(Arc<Shared>);
    impl Drop for InFlight {
        fn drop(&mut self) {
            self.0.metrics.in_flight.dec();
        }
    }
    let (route, started) = (route(request.uri().path()), Instant::now());
    shared.metrics.in_flight.inc();
    let _in_flight = InFlight(shared.clone());
    let api = route == "api" || route == "health";
    let mut response = match shared.slots.clone().try_acquire_owned() {
        Ok(_slot) => next.run(request).await,
        Err(_) => {
            let why = "the explorer has all the requests it can hold: try again in a second";
            pages::failure(&shared, StatusCode::SERVICE_UNAVAILABLE, why, api)
        }
    };
    for (name, value) in headers() {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    shared.metrics.requests.with_label_values(&[route, response.status().as_str()]).inc();
    shared.metrics.seconds.with_label_values(&[route]).observe(started.elapsed().as_secs_f64());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_make_up_no_routes() {
        assert_eq!((route("/"), route("/subnet/7"), route("/wp-admin")), ("home", "subnet", "other"));
    }

    #[test]
    fn nothing_is_allowed_inline() {
        assert!(!POLICY.contains("unsafe") && !POLICY.contains('*') && POLICY.starts_with("default-src 'none'"));
    }
}
