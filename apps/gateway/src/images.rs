//! `POST /v1/images/generations`: pictures by the best miners of the image subnet, in the shape that OpenAI clients read.
//!
//! `n` pictures come from `n` miners, the best first, side by side; whoever fails is replaced by the next, and while somebody is
//! late the next is asked besides. What a miner sends must be a picture of the asked size. Each miner is asked with a seed of its own, as validators do.

use crate::{
    ask::{shorten, Asked, Goal, Turn},
    consent,
    directory::Miner,
    error::ApiError,
    reply::{millis, now, with_headers, Signature},
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
use futures::{stream::FuturesUnordered, StreamExt};
use ganglion_keys::PublicKey;
use ganglion_subnet_image::{judge::gate, mechanism::own_seed, ImageRequest, ImageSynapse};
use ganglion_wire::{CallError, Target};
use serde::Deserialize;
use serde_json::{json, Value};
use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{sleep_until, Instant as TokioInstant};

/// Most pictures of one request.
const MOST: usize = 4;
/// Pixels on a side where the user doesn't say.
const USUAL_SIDE: u32 = 256;

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

#[derive(Deserialize)]
struct Asked {
    prompt: Option<String>,
    negative_prompt: Option<String>,
    model: Option<String>,
    n: Option<i64>,
    size: Option<String>,
    seed: Option<i64>,
    response_format: Option<String>,
    store: Option<bool>,
}

/// A request that can be passed on.
#[derive(Debug)]
struct Wish {
    model: String,
    count: usize,
    request: ImageRequest,
    /// Whether the user allows that it is drawn again, for validators, if the body says so.
    store: Option<bool>,
}

impl Wish {
    fn read(body: &[u8]) -> Result<Self, ApiError> {
        let asked: Asked = serde_json::from_slice(body).map_err(|error| {
            let code = if error.is_data() { "invalid_request" } else { "invalid_json" };
            ApiError::new(StatusCode::BAD_REQUEST, code, format!("the body is no image request: {error}"))
        })?;
        if asked.response_format.is_some_and(|format| format != "b64_json") {
            return Err(ApiError::invalid("response_format", "only `b64_json` is supported here"));
        }
        let count = usize::try_from(asked.n.unwrap_or(1)).ok().filter(|count| (1..=MOST).contains(count));
        let count = count.ok_or_else(|| ApiError::invalid("n", format!("ask for 1 to {MOST} pictures")))?;
        let (width, height) = match asked.size.as_deref() {
            None | Some("auto") => (USUAL_SIDE, USUAL_SIDE),
            Some(size) => sides(size).ok_or_else(|| ApiError::invalid("size", "give a size such as 256x256"))?,
        };
        let request = ImageRequest {
            prompt: asked.prompt.ok_or_else(|| ApiError::invalid("prompt", "say what should be seen"))?,
            negative_prompt: asked.negative_prompt.unwrap_or_default(),
            width,
            height,
            seed: asked.seed.map_or_else(rand::random, |seed| u64::from_le_bytes(seed.to_le_bytes())),
        };
        // What no miner would take is told at once.
        request.check().map_err(|error| ApiError::invalid("prompt", error.to_string()))?;
        Ok(Self { model: asked.model.unwrap_or_else(|| "image".to_owned()), count, request, store: asked.store })
    }
}

/// `256x128`.
fn sides(size: &str) -> Option<(u32, u32)> {
    let (width, height) = size.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// A picture, and whose it is.
struct Drawn {
    miner: Miner,
    image: String,
    painter: Option<String>,
    took: Duration,
}

impl Drawn {
    fn shown(&self) -> Value {
        json!({
            "b64_json": self.image,
            "ganglion": {
                "uid": self.miner.uid,
                "hotkey": self.miner.hotkey.to_ss58(),
                "incentive": self.miner.share(),
                "model": self.painter,
                "latency_ms": millis(self.took),
            }
        })
    }
}

/// Why a miner didn't draw.
struct Missed {
    reason: String,
    /// It costs more than is paid.
    unpaid: bool,
}

/// Why there is no picture at all: the time is over, nobody draws for what is paid, or all who were asked failed.
fn undrawn(shared: &Shared, over: bool, missed: &[Missed]) -> ApiError {
    if over {
        let seconds = shared.config.deadline.as_secs_f32();
        let message = format!("no miner drew it within {seconds} s: ask for a smaller picture, or try again");
        return ApiError::new(StatusCode::GATEWAY_TIMEOUT, "deadline", message);
    }
    let reasons = missed.iter().map(|one| one.reason.as_str()).collect::<Vec<&str>>().join("; ");
    if !missed.is_empty() && missed.iter().all(|one| one.unpaid) {
        let message = format!("no miner draws for what is paid ({reasons})");
        return ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_required", message);
    }
    let message = format!("no miner could draw it ({reasons}): try again");
    ApiError::new(StatusCode::BAD_GATEWAY, "miners_failed", message)
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

/// Asks as many miners at a time as pictures are wanted, and some more while they are late. Fewer pictures than wanted are better
/// than none. How many were asked comes with them.
async fn draw(shared: &Shared, candidates: &[Miner], wish: &Wish) -> Result<(Vec<Drawn>, usize), ApiError> {
    if candidates.is_empty() {
        return Err(ApiError::no_miners("no miner of the image subnet announces an address yet: try again shortly"));
    }
    let deadline = TokioInstant::now() + shared.config.deadline;
    let attempts = shared.config.attempts.max(1).saturating_add(wish.count);
    let mut waiting = candidates.iter().take(attempts);
    let mut running = FuturesUnordered::new();
    let (mut drawn, mut missed, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    let (mut late, mut company) = (deadline, 0);
    let over = loop {
        if drawn.len() >= wish.count {
            break false;
        }
        while running.len() + drawn.len() < wish.count + company {
            let Some(miner) = waiting.next() else { break };
            running.push(numbered(asked.len(), turn(shared, miner, &wish.request, deadline)));
            asked.push(Asked::now(miner));
            late = TokioInstant::now() + shared.standings.late(miner, Goal::Whole);
        }
        if running.is_empty() {
            break false;
        }
        tokio::select! {
            Some((index, outcome)) = running.next() => {
                if let Some(asked) = asked.get_mut(index) {
                    asked.ended = true;
                }
                match outcome {
                    Ok(picture) => drawn.push(picture),
                    Err(one) => missed.push(one),
                }
            }
            () = sleep_until(deadline) => break true,
            () = sleep_until(late), if company + 1 < shared.config.parallel && waiting.len() > 0 => {
                shared.metrics.hedges.inc();
                company += 1;
            }
        }
    };
    match over {
        true => shared.asker.blame(asked.iter()),
        false => shared.asker.overtake(asked.iter(), Goal::Whole),
    }
    if drawn.is_empty() {
        return Err(undrawn(shared, over, &missed));
    }
    drawn.sort_by_key(|drawn: &Drawn| std::cmp::Reverse(drawn.miner.incentive));
    Ok((drawn, asked.len()))
}

/// A turn with its number.
async fn numbered<T>(number: usize, turn: impl Future<Output = T>) -> (usize, T) {
    (number, turn.await)
}

/// One miner's turn, from the question to the entry in its record.
async fn turn(shared: &Shared, miner: &Miner, request: &ImageRequest, deadline: TokioInstant) -> Result<Drawn, Missed> {
    let began = Instant::now();
    shared.standings.started(miner, began);
    let _turn = Turn { standings: &shared.standings, miner };
    let target = Target { hotkey: miner.hotkey, address: miner.address };
    let own = ImageRequest { seed: own_seed(request.seed, miner.hotkey.as_bytes()), ..request.clone() };
    // A little longer than is left, so that it is always the request's own deadline that ends it.
    let time = deadline.saturating_duration_since(TokioInstant::now()) + Duration::from_secs(1);
    let answer = shared.asker.dendrite.call::<ImageSynapse>(&target, &own, time).await;
    let failed = |reason: &str| {
        shared.metrics.calls.with_label_values(&["failed"]).inc();
        shared.standings.failed(miner, Instant::now());
        Missed { reason: format!("uid {}: {}", miner.uid, shorten(reason)), unpaid: false }
    };
    let response = match answer {
        Ok(answer) => answer.response,
        // Busy, or we have asked it too often, or it doesn't draw such things, or costs more than we pay: that is no sign
        // of illness.
        Err(CallError::Refused { status: status @ (400..=403 | 413 | 422 | 429 | 503), message, .. }) => {
            shared.metrics.calls.with_label_values(&["refused"]).inc();
            let (reason, unpaid) = (format!("uid {}: {}", miner.uid, shorten(&message)), matches!(status, 401 | 402));
            return Err(Missed { reason, unpaid });
        }
        Err(error) => return Err(failed(&error.to_string())),
    };
    let (image, wanted) = (response.image, (request.width, request.height));
    let looked = tokio::task::spawn_blocking(move || {
        // Whatever else a stranger's file holds isn't passed on.
        let (picture, image) = gate::clean(&image)?;
        if (picture.width(), picture.height()) == wanted {
            Ok(image)
        } else {
            Err("wrong size")
        }
    });
    let image = match looked.await {
        Ok(Ok(image)) => image,
        Ok(Err(reason)) => return Err(failed(reason)),
        Err(_) => return Err(failed("its picture can't be looked at")),
    };
    let took = began.elapsed();
    shared.metrics.calls.with_label_values(&["answered"]).inc();
    shared.standings.succeeded(miner, took);
    let painter = response.model.map(|model| shorten(&model));
    Ok(Drawn { miner: miner.clone(), image, painter, took })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &Value) -> Result<Wish, ApiError> {
        Wish::read(body.to_string().as_bytes())
    }

    #[test]
    fn who_wants_money_is_told_from_who_fails() {
        let of = |all: &[bool]| {
            let missed = |unpaid: &bool| Missed { reason: "uid 7: no".to_owned(), unpaid: *unpaid };
            undrawn(&all.iter().map(missed).collect::<Vec<Missed>>()).status
        };
        assert_eq!(of(&[true, true]), StatusCode::PAYMENT_REQUIRED);
        for failed in [&[true, false][..], &[false][..], &[][..]] {
            assert_eq!(of(failed), StatusCode::BAD_GATEWAY, "{failed:?}");
        }
    }

    #[test]
    fn what_clients_send_is_understood() {
        let wish = read(&json!({ "prompt": "a red ball", "size": "128x64", "n": 2, "seed": -1 })).expect("a wish");
        let request = &wish.request;
        assert_eq!((wish.model.as_str(), wish.count), ("image", 2));
        assert_eq!((request.width, request.height, request.seed), (128, 64, u64::MAX));
        let wish = read(&json!({ "prompt": "x", "quality": "high", "user": "me" })).expect("a wish");
        assert_eq!((wish.request.width, wish.count), (USUAL_SIDE, 1));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_parameter() {
        let refused = |body: Value| read(&body).expect_err("refused").param;
        assert_eq!(refused(json!({})), Some("prompt"));
        assert_eq!(refused(json!({ "prompt": " " })), Some("prompt"));
        assert_eq!(refused(json!({ "prompt": "x", "n": 5 })), Some("n"));
        assert_eq!(refused(json!({ "prompt": "x", "n": -1 })), Some("n"));
        assert_eq!(refused(json!({ "prompt": "x", "size": "huge" })), Some("size"));
        assert_eq!(refused(json!({ "prompt": "x", "size": "99999999999x1" })), Some("size"));
        assert_eq!(refused(json!({ "prompt": "x", "size": "4096x4096" })), Some("prompt"));
        assert_eq!(refused(json!({ "prompt": "x", "response_format": "url" })), Some("response_format"));
        assert_eq!(refused(json!({ "prompt": 7 })), None);
    }
}
