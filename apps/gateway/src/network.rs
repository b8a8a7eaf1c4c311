//! `GET /v1/network`: what the gateway knows of the subnets that it serves, and of their miners.

use crate::{breaker::State as Breaker, directory::Miner, error::ApiError, reply::millis, state::Shared};
use axum::{
    extract::{rejection::QueryRejection, Query, State},
    http::StatusCode,
    Json,
};
use serde::Deserialize;
use serde_json::{json, Value};
use std::{sync::Arc, time::Instant};

/// What is asked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// The subnet whose miners are listed; that of text, if there is none.
    netuid: Option<u16>,
}

/// The route: a summary of each subnet, and the miners of one.
pub(crate) async fn network(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(asked) = query.map_err(|_| ApiError::invalid("netuid", "netuid is a subnet's number"))?;
    let doors = doors(&shared);
    let shown = match asked.netuid {
        None => &*shared,
        Some(netuid) => {
            doors.iter().map(|(_, door)| *door).find(|door| door.config.netuid.0 == netuid).ok_or_else(|| {
                let message =
                    format!("this gateway doesn't serve subnet {netuid}: GET /v1/network lists those it does");
                ApiError { param: Some("netuid"), ..ApiError::new(StatusCode::NOT_FOUND, "no_subnet", message) }
            })?
        }
    };
    let now = Instant::now();
    let listing = shown.listing();
    let miners = listing.as_ref().map_or(&[][..], |listing| &listing.miners);
    Ok(Json(json!({
        "netuid": shown.config.netuid,
        "block": listing.as_ref().map(|listing| listing.block),
        "age_s": listing.as_ref().map(|listing| listing.read_at.elapsed().as_secs()),
        "miners": miners.iter().map(|miner| row(shown, miner, now)).collect::<Vec<Value>>(),
        "subnets": doors.iter().map(|(kind, door)| summary(kind, door, now)).collect::<Vec<Value>>()
    })))
}

/// The subnets that are served, by what they do: those beside text where the chain has them.
fn doors(shared: &Shared) -> Vec<(&'static str, &Shared)> {
    let others = [("images", &shared.beside.images), ("market", &shared.beside.market)];
    let others = others.into_iter().filter_map(|(kind, door)| door.as_deref().map(|door| (kind, door)));
    let others = others.filter(|(_, door)| !door.directory.is_absent());
    std::iter::once(("text", shared)).chain(others).collect()
}

/// What its subnets are there for, those left out in which nobody is to be asked. One that wasn't read yet may have somebody.
pub(crate) fn served(shared: &Shared) -> Vec<&'static str> {
    let has_miners = |door: &Shared| door.listing().is_none_or(|listing| !listing.miners.is_empty());
    let served = doors(shared).into_iter().filter(|(kind, door)| *kind == "text" || has_miners(door));
    served.map(|(kind, _)| kind).collect()
}

fn row(shared: &Shared, miner: &Miner, now: Instant) -> Value {
    let standing = shared.standings.of(miner);
    let breaker = standing.state(now);
    json!({
        "uid": miner.uid, "hotkey": miner.hotkey.to_ss58(), "address": miner.address.to_string(),
        "incentive": miner.share(), "score": standing.score, "alive": standing.alive,
        "paused": breaker == Breaker::Open, "breaker": breaker.as_str(),
        "latency_ms": standing.latency().map(millis), "p95_ms": standing.whole.p95().map(millis),
        "first_word_ms": standing.first.mean().map(millis),
        "embeddings": standing.announced.embeds, "price_rao": standing.announced.price
    })
}

fn summary(kind: &str, shared: &Shared, now: Instant) -> Value {
    let listing = shared.listing();
    let miners = listing.as_ref().map_or(&[][..], |listing| &listing.miners);
    let standings: Vec<_> = miners.iter().map(|miner| shared.standings.of(miner)).collect();
    json!({
        "kind": kind,
        "netuid": shared.config.netuid,
        "block": listing.as_ref().map(|listing| listing.block),
        "age_s": listing.as_ref().map(|listing| listing.read_at.elapsed().as_secs()),
        "miners": miners.len(),
        "alive": standings.iter().filter(|standing| standing.alive == Some(true)).count(),
        "paused": standings.iter().filter(|standing| standing.state(now) == Breaker::Open).count(),
        "embedders": standings.iter().filter(|standing| standing.announced.embeds).count()
    })
}
