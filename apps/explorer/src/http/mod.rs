//! The HTTP side: pages, the API, news, and what keeps it bounded.

mod api;
mod guard;
mod live;
mod pages;
mod state;

pub(crate) use state::Shared;

use axum::{
    http::{header, HeaderName, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
    Router,
};
use std::sync::Arc;

/// What the browser gets beside pages: small files, compiled in.
async fn asset(axum::extract::Path(name): axum::extract::Path<String>) -> Response {
    let (kind, body) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", include_str!("../../assets/style.css")),
        "live.js" => ("text/javascript; charset=utf-8", include_str!("../../assets/live.js")),
        "icon.svg" => ("image/svg+xml", include_str!("../../assets/icon.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers: [(HeaderName, &str); 2] = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=300")];
    (headers, body).into_response()
}

/// All routes.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/subnets", get(pages::subnets))
        .route("/subnet/{netuid}", get(pages::subnet))
        .route("/validators", get(pages::validators))
        .route("/account/{address}", get(pages::account))
        .route("/tao", get(pages::token))
        .route("/blocks", get(pages::blocks))
        .route("/block/{which}", get(pages::block))
        .route("/extrinsic/{which}", get(pages::extrinsic))
        .route("/event/{which}", get(pages::event))
        .route("/governance", get(pages::governance))
        .route("/referendum/{index}", get(pages::referendum))
        .route("/lists", get(pages::lists))
        .route("/list/{name}", get(pages::list))
        .route("/search", get(pages::search))
        .route("/api", get(pages::api))
        .route("/api/v1/{*path}", get(api::answer))
        .route("/assets/{name}", get(asset))
        .route("/live", get(live::news))
        .route("/health", get(api::health))
        .route("/metrics", get(api::metrics))
        .fallback(pages::nowhere)
        .method_not_allowed_fallback(pages::wrong_method)
        .with_state(shared.clone())
        .layer(middleware::from_fn_with_state(shared, guard::guard))
}
