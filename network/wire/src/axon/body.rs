//! Reading request bodies within bounds.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::time::timeout;

use super::network::network_of;
use super::reading::Claimed;
use super::State;
use crate::refusal::Reject;

/// How much of a refused body is read, and for how long, so that the caller sees the refusal.
const DISCARD_BYTES: usize = 8 << 20;
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// Whether the announced length is above the bound.
pub(crate) fn is_announced_too_long(state: &State, body: &Body) -> bool {
    body.size_hint().lower() > state.limits.body_bytes as u64
}

/// Reads the body of a request from `address`. Memory is claimed as bytes arrive, not as they are announced: who wants to
/// use up the budget must send that much, and has only its network's share of it.
pub(crate) async fn read(state: &State, body: &mut Body, address: SocketAddr) -> Result<Bytes, Reject> {
    let claimed = state.reading.begin(network_of(address.ip()));
    timeout(state.limits.body_timeout, collect(body, state.limits.body_bytes, claimed))
        .await
        .map_err(|_| Reject::BodyTimeout)?
}

async fn collect(body: &mut Body, longest: usize, mut claimed: Claimed<'_>) -> Result<Bytes, Reject> {
    let mut first = Bytes::new();
    let mut collected = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Reject::BadBody)?.into_data() else { continue };
        if first.len() + collected.len() + data.len() > longest {
            return Err(Reject::TooLarge);
        }
        if !claimed.more(data.len()) {
            return Err(Reject::Busy);
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
