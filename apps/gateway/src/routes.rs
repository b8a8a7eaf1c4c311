//! The HTTP routes.

use crate::{
    access::Bill, ask::Goal, completions, consensus, consent, embeddings, error::ApiError, forecasts, live, network,
    openai::ChatRequest, openapi, playground, reply, shape::Shape, sort::Sort, state::Shared,
};
use axum::{
    body::Body,
    extract::{Extension, Request, State},
    http::{header::CONTENT_LENGTH, HeaderMap, Method, StatusCode, Uri},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
    Json, Router,
};
use futures::StreamExt;
use serde_json::{json, Value};
use std::{sync::Arc, time::Instant};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

type App = State<Arc<Shared>>;

/// All routes; `images` are those of the image subnet's door.
pub(crate) fn router(shared: Arc<Shared>, images: Router) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/completions", post(complete))
        .route("/v1/embeddings", post(embeddings::embed))
        .route("/v1/models", get(models))
        .route("/v1/models/{*model}", get(model))
        .route("/v1/network", get(network::network))
        .route("/v1/forecasts", get(forecasts::answer))
        .route("/v1/events", post(forecasts::events::answer))
        .route("/openapi.json", get(openapi::document))
        .route("/", get(playground::page))
        .route("/playground.css", get(playground::style))
        .route("/playground.js", get(playground::script))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .with_state(shared.clone())
        .merge(images)
        .layer(middleware::from_fn_with_state(shared, measure))
}

/// A place among the requests that are answered at once.
///
/// # Errors
/// 429 if there is none.
pub(crate) fn slot(shared: &Shared) -> Result<OwnedSemaphorePermit, ApiError> {
    shared.slots.clone().try_acquire_owned().map_err(|_| {
        let message = "the gateway has all the requests it can hold: try again in a second";
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message)
    })
}

/// What an answer costs its user, where it costs anything.
type Billed = Option<Extension<Bill>>;

async fn chat(State(shared): App, billed: Billed, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    say(&shared, billed, &headers, body, Shape::Chat).await
}

async fn complete(State(shared): App, billed: Billed, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    say(&shared, billed, &headers, body, Shape::Completion).await
}

/// Text in either shape.
async fn say(
    shared: &Arc<Shared>,
    billed: Billed,
    headers: &HeaderMap,
    body: Body,
    shape: Shape,
) -> Result<Response, ApiError> {
    let slot = slot(shared)?;
    let body = read(shared, headers, body).await?;
    let request = match shape {
        Shape::Chat => ChatRequest::read(&body, &shared.config)?,
        Shape::Completion => completions::read(&body, &shared.config)?,
    };
    drop(body);
    let together = request.model == consensus::MODEL;
    let sort = if together { Sort::Open } else { Sort::of(&request.text) };
    let candidates = shared.candidates(&request.model, sort)?;
    let goal = if request.stream { Goal::Beginning } else { Goal::Whole };
    let answered = match together {
        // The whole of three answers is needed to choose one; who wants a stream gets it afterwards.
        true => consensus::ask(&shared.asker, &candidates, &request.text).await?,
        false => shared.asker.ask(&candidates, &request.text, goal, sort).await?,
    };
    keep(shared, &request, headers);
    Ok(match goal {
        Goal::Beginning => {
            let bill = billed.map(|Extension(bill)| bill);
            live::reply(request, answered, shared.standings.clone(), bill, slot, shared.config.silence)
        }
        Goal::Whole => reply::whole(&request, answered),
    })
}

/// Keeps a request whose user allows it, so that validators may ask it again. Nobody waits for that.
fn keep(shared: &Shared, request: &ChatRequest, headers: &HeaderMap) {
    let (true, Some(organics)) = (consent::given(request.store, headers), shared.organics.clone()) else { return };
    let text = request.text.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = organics.offer(&text) {
            tracing::warn!(target: "ganglion::gateway", %error, "a request can't be kept");
        }
    });
}

/// Reads a body of bounded size in bounded time.
pub(crate) async fn read(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, ApiError> {
    let most = shared.config.body_bytes;
    let too_large = || {
        let message = format!("a request body has at most {most} bytes");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > most)) {
        return Err(too_large());
    }
    let reading = async {
        let mut bytes = Vec::new();
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk
                .map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "bad_body", "the body ended before its end"))?;
            if bytes.len().saturating_add(chunk.len()) > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let late = || ApiError::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", "the body took too long to arrive");
    timeout(shared.config.read_timeout, reading).await.map_err(|_| late())?
}

fn described(id: &str) -> Value {
    // Clients want a date; models here have none.
    json!({ "id": id, "object": "model", "created": 0, "owned_by": "ganglion" })
}

/// The names of all models: of text, of vectors if anybody makes them, and of pictures.
fn all_models(shared: &Shared) -> Vec<String> {
    let mut names = shared.models();
    let listing = shared.listing();
    let miners = listing.as_ref().map_or(&[][..], |listing| &listing.miners);
    let embedders: Vec<String> = miners
        .iter()
        .filter(|miner| shared.standings.of(miner).announced.embeds)
        .map(|miner| format!("{}:{}", embeddings::MODEL, miner.hotkey.to_ss58()))
        .collect();
    if !embedders.is_empty() {
        names.extend([embeddings::MODEL, ganglion_subnet_text::embed::USUAL_MODEL].map(str::to_owned));
        names.extend(embedders);
    }
    if let Some(door) = shared.beside.images.as_ref().filter(|door| !door.directory.is_absent()) {
        names.extend(["image", "image:best"].map(str::to_owned));
        let listing = door.listing();
        let painters = listing.as_ref().map_or(&[][..], |listing| &listing.miners);
        names.extend(painters.iter().map(|miner| format!("image:{}", miner.hotkey.to_ss58())));
    }
    names
}

async fn models(State(shared): App) -> Json<Value> {
    let data: Vec<_> = all_models(&shared).iter().map(|id| described(id)).collect();
    Json(json!({ "object": "list", "data": data }))
}

async fn model(
    State(shared): App,
    axum::extract::Path(id): axum::extract::Path<String>,
) -> Result<Json<Value>, ApiError> {
    if all_models(&shared).contains(&id) {
        return Ok(Json(described(&id)));
    }
    let id: String = id.chars().filter(|c| !c.is_control()).take(100).collect();
    Err(ApiError::no_model(format!("there is no model `{id}`: see GET /v1/models")))
}

async fn health(State(shared): App) -> Json<Value> {
    let listing = shared.listing();
    let miners = listing.as_ref().map_or(&[][..], |listing| &listing.miners);
    let alive = miners.iter().filter(|miner| shared.standings.of(miner).alive == Some(true)).count();
    Json(json!({
        "status": "ok",
        "ready": !miners.is_empty(),
        "public": shared.config.access.is_some(),
        "version": env!("CARGO_PKG_VERSION"),
        "netuid": shared.config.netuid,
        "serves": network::served(&shared),
        "block": listing.as_ref().map(|listing| listing.block),
        "miners": miners.len(),
        "alive": alive,
        "age_s": listing.as_ref().map(|listing| listing.read_at.elapsed().as_secs())
    }))
}

async fn metrics(State(shared): App) -> Result<Response, ApiError> {
    let text = shared
        .metrics
        .text()
        .map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))?;
    Ok(([("content-type", "text/plain; version=0.0.4")], text).into_response())
}

async fn nowhere(uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(100).collect();
    ApiError::new(StatusCode::NOT_FOUND, "not_found", format!("there is nothing at {path}"))
}

pub(crate) async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(100).collect();
    let message = format!("{path} doesn't take {method}");
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

/// Counts and times a request. Only known routes become labels, so that strangers can't make up any.
async fn measure(State(shared): App, request: Request, next: Next) -> Response {
    let route = match request.uri().path() {
        "/v1/chat/completions" => "chat",
        "/v1/completions" => "completions",
        "/v1/embeddings" => "embeddings",
        "/v1/images/generations" => "images",
        "/v1/models" => "models",
        "/v1/network" => "network",
        "/v1/forecasts" => "forecasts",
        "/v1/events" => "events",
        "/openapi.json" => "openapi",
        "/" | "/playground.css" | "/playground.js" => "playground",
        "/health" => "health",
        "/metrics" => "metrics",
        _ => "other",
    };
    // Also counts down when the client hangs up and this future is dropped.
    struct InFlight(Arc<Shared>);
    impl Drop for InFlight {
        fn drop(&mut self) {
            self.0.metrics.in_flight.dec();
        }
    }
    shared.metrics.in_flight.inc();
    let _in_flight = InFlight(shared.clone());
    let started = Instant::now();
    let response = next.run(request).await;
    shared.metrics.requests.with_label_values(&[route, response.status().as_str()]).inc();
    shared.metrics.seconds.with_label_values(&[route]).observe(started.elapsed().as_secs_f64());
    response
}
