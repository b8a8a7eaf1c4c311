//! `POST /v1/images/generations`: pictures by the best miners of the image subnet, in the shape that OpenAI clients read.
//!
//! `n` pictures come from `n` miners, the best first, side by side; whoever fails is replaced by the next, and while somebody is
//! late the next is asked besides. What a miner sends must be a picture of the asked size. Each miner is asked with a seed of its own, as validators do.

mod draw;
mod wish;

use crate::{
    consent,
    directory::Miner,
    error::ApiError,
    reply::{now, with_headers, Signature},
    routes,
    state::Shared,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
    Json, Router,
};
use draw::{draw, Drawn};
use ganglion_keys::PublicKey;
use serde_json::{json, Value};
use std::{sync::Arc, time::Instant};
use wish::Wish;

/// The route, with the state of the image subnet's own door.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/images/generations", post(generate))
        .method_not_allowed_fallback(routes::wrong_method)
        .with_state(shared)
}

/// The same of a gateway that was told of no image subnet.
pub(crate) fn closed() -> Router {
    Router::new().route("/v1/images/generations", post(refuse)).method_not_allowed_fallback(routes::wrong_method)
}

async fn refuse() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_images", "this gateway has no image subnet")
}

async fn generate(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let _slot = routes::slot(&shared)?;
    let body = routes::read(&shared, &headers, body).await?;
    let wish = Wish::read(&body)?;
    drop(body);
    let candidates = candidates(&shared, &wish.model)?;
    let (drawn, attempts) = draw(&shared, &candidates, &wish).await?;
    keep(&shared, wish, &headers);
    let data: Vec<Value> = drawn.iter().map(Drawn::shown).collect();
    let answer = Json(json!({ "created": now(), "data": data })).into_response();
    Ok(match drawn.into_iter().next() {
        // The best of those who drew.
        Some(Drawn { miner, took, .. }) => {
            let score = shared.standings.of(&miner).score;
            with_headers(answer, Signature { miner, attempts, score, panel: None }.headers(took))
        }
        None => answer,
    })
}

/// Keeps a request whose user allows it, so that validators may have it drawn again. Nobody waits for that.
fn keep(shared: &Shared, wish: Wish, headers: &HeaderMap) {
    let (true, Some(organics)) = (consent::given(wish.store, headers), shared.image_organics.clone()) else { return };
    tokio::task::spawn_blocking(move || {
        if let Err(error) = organics.offer(&wish.request) {
            tracing::warn!(target: "ganglion::gateway", %error, "a request can't be kept");
        }
    });
}

/// Who may draw, best first: for `image` and `image:best` anybody, for `image:<hotkey>` that miner.
fn candidates(shared: &Shared, model: &str) -> Result<Vec<Miner>, ApiError> {
    let unknown = || {
        let model: String = model.chars().filter(|c| !c.is_control()).take(100).collect();
        let message = format!("there is no model `{model}`; there are image, image:best and image:<hotkey>");
        ApiError { param: Some("model"), ..ApiError::new(StatusCode::NOT_FOUND, "model_not_found", message) }
    };
    let wished = match model {
        "image" | "image:best" => None,
        _ => {
            let hotkey = model.strip_prefix("image:").ok_or_else(unknown)?;
            Some(PublicKey::from_ss58(hotkey).map_err(|_| unknown())?)
        }
    };
    match wished {
        None => shared.best(),
        Some(hotkey) => {
            let listing = shared.listed()?;
            // For its score, which is told.
            shared.standings.order(&listing.miners, Instant::now());
            let miner = listing.miners.iter().find(|miner| miner.hotkey == hotkey);
            miner.map(|miner| vec![miner.clone()]).ok_or_else(unknown)
        }
    }
}
