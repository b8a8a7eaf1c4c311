//! Miners draw: several at a time, and others for those that fail or are late.

use super::wish::Wish;
use crate::{
    ask::{shorten, Asked, Turn},
    directory::Miner,
    error::ApiError,
    reply::millis,
    state::Shared,
    times::Timed,
};
use axum::http::StatusCode;
use futures::{stream::FuturesUnordered, StreamExt};
use ganglion_subnet_image::{judge::gate, mechanism::own_seed, ImageRequest, ImageSynapse};
use ganglion_wire::{CallError, Target};
use serde_json::{json, Value};
use std::{
    future::Future,
    time::{Duration, Instant},
};
use tokio::time::{sleep_until, Instant as TokioInstant};

/// A picture, and whose it is.
pub(super) struct Drawn {
    pub(super) miner: Miner,
    image: String,
    painter: Option<String>,
    pub(super) took: Duration,
}

impl Drawn {
    /// As clients read it.
    pub(super) fn shown(&self) -> Value {
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
fn undrawn(over: Option<Duration>, missed: &[Missed]) -> ApiError {
    if let Some(deadline) = over {
        let seconds = deadline.as_secs_f32();
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

/// Asks as many miners at a time as pictures are wanted, and some more while they are late. Fewer pictures than wanted are better
/// than none. How many were asked comes with them.
pub(super) async fn draw(shared: &Shared, candidates: &[Miner], wish: &Wish) -> Result<(Vec<Drawn>, usize), ApiError> {
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
            late = TokioInstant::now() + shared.standings.late(miner, Timed::Whole);
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
                shared.metrics.hedged();
                company += 1;
            }
        }
    };
    match over {
        true => shared.asker.blame(asked.iter()),
        false => shared.asker.overtake(asked.iter(), Timed::Whole),
    }
    if drawn.is_empty() {
        return Err(undrawn(over.then_some(shared.config.deadline), &missed));
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
    let _turn = Turn::of(&shared.standings, miner, began);
    let target = Target { hotkey: miner.hotkey, address: miner.address };
    let own = ImageRequest { seed: own_seed(request.seed, miner.hotkey.as_bytes()), ..request.clone() };
    // A little longer than is left, so that it is always the request's own deadline that ends it.
    let time = deadline.saturating_duration_since(TokioInstant::now()) + Duration::from_secs(1);
    let answer = shared.asker.dendrite.call::<ImageSynapse>(&target, &own, time).await;
    let failed = |reason: &str| {
        shared.metrics.called("failed");
        shared.standings.failed(miner, Instant::now());
        Missed { reason: format!("uid {}: {}", miner.uid, shorten(reason)), unpaid: false }
    };
    let response = match answer {
        Ok(answer) => answer.response,
        // Busy, or we have asked it too often, or it doesn't draw such things, or costs more than we pay: that is no sign
        // of illness.
        Err(CallError::Refused { status: status @ (400..=403 | 413 | 422 | 429 | 503), message, .. }) => {
            shared.metrics.called("refused");
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
    shared.metrics.called("answered");
    shared.standings.succeeded(miner, Timed::Whole, took);
    let painter = response.model.map(|model| shorten(&model));
    Ok(Drawn { miner: miner.clone(), image, painter, took })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_money_is_told_from_who_fails() {
        let of = |all: &[bool]| {
            let missed = |unpaid: &bool| Missed { reason: "uid 7: no".to_owned(), unpaid: *unpaid };
            undrawn(None, &all.iter().map(missed).collect::<Vec<Missed>>()).status
        };
        assert_eq!(undrawn(Some(Duration::from_secs(9)), &[]).status, StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(of(&[true, true]), StatusCode::PAYMENT_REQUIRED);
        for failed in [&[true, false][..], &[false][..], &[][..]] {
            assert_eq!(of(failed), StatusCode::BAD_GATEWAY, "{failed:?}");
        }
    }
}
