//! Reading request bodies within bounds.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::State;
use crate::refusal::Reject;

/// How much of a refused body is read, and for how long, so that the caller sees the refusal.
const DISCARD_BYTES: usize = 8 << 20;
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// Whether the announced length is above the bound.
pub(crate) fn is_announced_too_long(state: &State, body: &Body) -> bool {
    body.size_hint().lower() > state.limits.body_bytes as u64
}

/// Reads the body. Memory is claimed as bytes arrive, not as they are announced: who wants to use up the budget must
/// send that much.
pub(crate) async fn read(state: &State, body: &mut Body) -> Result<Bytes, Reject> {
    timeout(state.limits.body_timeout, collect(body, state.limits.body_bytes, &state.reading))
        .await
        .map_err(|_| Reject::BodyTimeout)?
}

async fn collect(body: &mut Body, longest: usize, budget: &Arc<Semaphore>) -> Result<Bytes, Reject> {
    let mut claimed = None;
    let mut first = Bytes::new();
    let mut collected = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Reject::BadBody)?.into_data() else { continue };
        if first.len() + collected.len() + data.len() > longest {
            return Err(Reject::TooLarge);
        }
        let permits = u32::try_from(data.len()).map_err(|_| Reject::TooLarge)?;
        let more = budget.clone().try_acquire_many_owned(permits).map_err(|_| Reject::Busy)?;
        match &mut claimed {
            None => claimed = Some(more),
            Some(held) => held.merge(more),
        }
        // Most bodies come in one piece, which needs no copy.
        if first.is_empty() && collected.is_empty() {
            first = data;
        } else {
            if collected.is_empty() {
                collected.extend_from_slice(&std::mem::take(&mut first));
            }
            collected.extend_from_slice(&data);
        }
    }
    Ok(if collected.is_empty() { first } else { collected.freeze() })
}

/// Reads and forgets what is left of a refused body. A peer that is still sending when its connection closes would see a
/// reset instead of the refusal. Bounded in bytes, time and number; beyond that the connection just closes.
pub(crate) async fn discard(state: &State, mut body: Body) {
    if body.is_end_stream() {
        return;
    }
    let Ok(_permit) = state.discarding.try_acquire() else { return };
    let drain = async {
        let mut seen = 0usize;
        while let Some(Ok(frame)) = body.frame().await {
            seen = seen.saturating_add(frame.data_ref().map_or(0, Bytes::len));
            if seen > DISCARD_BYTES {
                return;
            }
        }
    };
    let _ = timeout(DISCARD_TIME, drain).await;
}
