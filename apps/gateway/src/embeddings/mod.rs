//! `POST /v1/embeddings`: sentence vectors by those miners of text that announce them, in the shape that OpenAI clients read.
//!
//! Vectors of two models can't be compared, so the model is part of what is asked, and of what a miner answers. The best
//! such miner is asked; when it fails or is late, the next one too.

mod wish;

use crate::{
    ask::{shorten, Asked, Turn},
    directory::Miner,
    error::ApiError,
    reply::{with_headers, Signature},
    routes,
    state::Shared,
    times::Timed,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    Json,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use futures::{stream::FuturesUnordered, StreamExt};
use ganglion_subnet_text::{
    embed::{EmbedRequest, EmbedResponse},
    EmbedSynapse,
};
use ganglion_wire::{CallError, Synapse, Target};
use serde_json::{json, Value};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{sleep_until, Instant as TokioInstant};
use wish::Wish;

/// The model that stands for the usual one.
pub(crate) const MODEL: &str = "embed";

/// Those who announce vectors, best first.
///
/// # Errors
/// 404 if nobody does, otherwise as [`Shared::best`].
fn candidates(shared: &Shared, wish: &Wish) -> Result<Vec<Miner>, ApiError> {
    let mut miners = shared.best_at(EmbedSynapse::NAME)?;
    miners.retain(|miner| shared.standings.of(miner).announced.embeds);
    miners.retain(|miner| wish.hotkey.is_none_or(|hotkey| hotkey == miner.hotkey));
    if !miners.is_empty() {
        return Ok(miners);
    }
    let announced = |miner: &Miner| {
        let wanted = wish.hotkey.is_none_or(|hotkey| hotkey == miner.hotkey);
        wanted && shared.standings.of(miner).announced.embeds && shared.asker.dendrite.may_call(miner.address)
    };
    if shared.listed()?.miners.iter().any(announced) {
        let message = "who makes sentence vectors costs more than is allowed for an answer, or wants to be paid for \
                       answers that never came: --max-price allows more";
        return Err(ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_required", message));
    }
    let netuid = shared.config.netuid;
    let message = match wish.hotkey {
        Some(hotkey) => format!("{} is no miner of subnet {netuid} that makes sentence vectors", hotkey.to_ss58()),
        None => format!(
            "no miner of subnet {netuid} makes sentence vectors now: one that runs with --embeddings would be used"
        ),
    };
    Err(ApiError { param: Some("model"), ..ApiError::new(StatusCode::NOT_FOUND, "no_embedder", message) })
}

/// The route.
pub(crate) async fn embed(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let _slot = routes::slot(&shared)?;
    let body = routes::read(&shared, &headers, body).await?;
    let wish = Wish::read(&body)?;
    drop(body);
    let candidates = candidates(&shared, &wish)?;
    let made = ask(&shared, &candidates, &wish.request).await?;
    let data: Vec<Value> = (0_usize..)
        .zip(&made.response.vectors)
        .map(
            |(index, vector)| json!({ "object": "embedding", "index": index, "embedding": shown(vector, wish.packed) }),
        )
        .collect();
    // Miners don't count what they read here: words stand for tokens.
    let words: usize = wish.request.texts.iter().map(|text| text.split_whitespace().count()).sum();
    let score = shared.standings.of(&made.miner).score;
    let signature = Signature { miner: made.miner, attempts: made.attempts, score, panel: None };
    let body = json!({
        "object": "list",
        "data": data,
        "model": made.response.model,
        "usage": { "prompt_tokens": words, "total_tokens": words },
        "ganglion": signature.ganglion(made.took)
    });
    Ok(with_headers(Json(body).into_response(), signature.headers(made.took)))
}

fn shown(vector: &[f32], packed: bool) -> Value {
    match packed {
        true => json!(STANDARD.encode(vector.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>())),
        false => json!(vector),
    }
}

/// Good vectors, and whose they are.
struct Made {
    miner: Miner,
    response: EmbedResponse,
    attempts: usize,
    took: Duration,
}

/// Why a miner made none.
struct Missed {
    reason: String,
    /// It costs more than is paid.
    unpaid: bool,
}

/// Why there are no vectors at all: nobody makes them for what is paid, or all who were asked failed.
fn unmade(missed: &[Missed]) -> ApiError {
    let reasons = missed.iter().map(|one| one.reason.as_str()).collect::<Vec<&str>>().join("; ");
    if !missed.is_empty() && missed.iter().all(|one| one.unpaid) {
        let message = format!("no miner makes vectors for what is paid ({reasons})");
        return ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_required", message);
    }
    let message = format!("no miner could make vectors ({reasons}): try again");
    ApiError::new(StatusCode::BAD_GATEWAY, "miners_failed", message)
}

/// The first good answer.
async fn ask(shared: &Shared, candidates: &[Miner], request: &EmbedRequest) -> Result<Made, ApiError> {
    let deadline = TokioInstant::now() + shared.config.deadline;
    let mut waiting = candidates.iter().take(shared.config.attempts.max(1));
    let mut running = FuturesUnordered::new();
    let (mut asked, mut missed, mut late) = (Vec::<Asked<'_>>::new(), Vec::<Missed>::new(), deadline);
    loop {
        if running.len() < shared.config.parallel.max(1) {
            if let Some(miner) = waiting.next() {
                running.push(turn(shared, asked.len(), miner, request, deadline));
                asked.push(Asked::now(miner));
                late = TokioInstant::now() + shared.standings.late(miner, Timed::Whole);
            }
        }
        if running.is_empty() {
            return Err(unmade(&missed));
        }
        tokio::select! {
            Some((index, outcome)) = running.next() => {
                if let Some(turn) = asked.get_mut(index) {
                    turn.ended = true;
                }
                match outcome {
                    Ok((miner, response, took)) => {
                        // Who was silent for longer than anybody gets has failed, though another answered.
                        let silent = asked.iter().filter(|asked| asked.began.elapsed() >= shared.config.hedge);
                        shared.asker.blame(silent);
                        return Ok(Made { miner, response, attempts: asked.len(), took });
                    }
                    Err(one) => missed.push(one),
                }
            }
            () = sleep_until(deadline) => {
                shared.asker.blame(asked.iter());
                let seconds = shared.config.deadline.as_secs_f32();
                let message = format!("no miner answered within {seconds} s: send fewer texts, or try again");
                return Err(ApiError::new(StatusCode::GATEWAY_TIMEOUT, "deadline", message));
            }
            () = sleep_until(late), if running.len() < shared.config.parallel.max(1) && waiting.len() > 0 => {
                shared.metrics.hedged();
            }
        }
    }
}

/// What came of one miner's turn: vectors, and how long they took, or why there are none.
type Outcome = Result<(Miner, EmbedResponse, Duration), Missed>;

/// One miner's turn, from the question to the entry in its record. How long vectors take says nothing about texts, so times
/// are not entered.
async fn turn(
    shared: &Shared,
    index: usize,
    miner: &Miner,
    request: &EmbedRequest,
    deadline: TokioInstant,
) -> (usize, Outcome) {
    let began = Instant::now();
    let _turn = Turn::of(&shared.standings, miner, began);
    let target = Target { hotkey: miner.hotkey, address: miner.address };
    // A little longer than is left, so that it is always the request's own deadline that ends it.
    let time = deadline.saturating_duration_since(TokioInstant::now()) + Duration::from_secs(1);
    let count = |outcome: &str| shared.metrics.called(outcome);
    let reason = match shared.asker.dendrite.call::<EmbedSynapse>(&target, request, time).await {
        Ok(answer) => match answer.response.check(request) {
            Ok(()) => {
                count("answered");
                shared.standings.finished(miner);
                return (index, Ok((miner.clone(), answer.response, began.elapsed())));
            }
            Err(reason) => reason.to_owned(),
        },
        // Busy, or we have asked it too often, or it has another model, or costs more than we pay: no sign of illness.
        Err(CallError::Refused { status: status @ (400..=404 | 413 | 422 | 429 | 503), message, .. }) => {
            count("refused");
            let reason = format!("uid {}: {}", miner.uid, shorten(&message));
            return (index, Err(Missed { reason, unpaid: matches!(status, 401 | 402) }));
        }
        Err(error) => error.to_string(),
    };
    count("failed");
    shared.standings.failed(miner, Instant::now());
    let reason = format!("uid {}: {}", miner.uid, shorten(&reason));
    (index, Err(Missed { reason, unpaid: false }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_numbers_or_their_bytes() {
        assert_eq!(shown(&[1.0, -0.5], false), json!([1.0, -0.5]));
        assert_eq!(shown(&[1.0, -0.5], true), json!("AACAPwAAAL8="));
    }
}
