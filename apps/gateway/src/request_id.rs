//! `x-request-id`: a name for every request. OpenAI's clients show it with their errors; in the log it stands beside what the
//! gateway knows of a failure.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::{self, Next},
    response::Response,
    Router,
};

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// `router`, whose every answer has a name.
pub(crate) fn named(router: Router) -> Router {
    router.layer(middleware::from_fn(name))
}

async fn name(request: Request, next: Next) -> Response {
    let id = format!("req_{:032x}", rand::random::<u128>());
    let mut response = next.run(request).await;
    let status = response.status();
    if status.is_server_error() {
        tracing::debug!(target: "ganglion::gateway", %id, status = status.as_u16(), "a request failed");
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(NAME, id);
    }
    response
}
