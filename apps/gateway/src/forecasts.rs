//! `GET /v1/forecasts`: what the best miners of the market subnet expect, as one forecast.

use crate::{directory::Miner, error::ApiError, routes, state::Shared, times::Timed};
use axum::{
    extract::{rejection::QueryRejection, Query, State},
    http::{header::CONTENT_TYPE, StatusCode},
    response::{IntoResponse, Response},
    Json,
};
use ganglion_subnet_market::{
    chart,
    gather::{gather, Gathered, Voice, MOST},
    horizon::STANDARD,
    quantiles::{level, LEVELS},
    Asset, Horizon, Quantiles,
};
use ganglion_wire::Target;
use serde::Deserialize;
use serde_json::{json, Value};
use std::{sync::Arc, time::Instant};

pub(crate) mod events;

/// Most times ahead in one request.
const MOST_HORIZONS: usize = 8;

/// What is asked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// An asset's name; bitcoin, if there is none.
    asset: Option<String>,
    /// Times ahead, parted by commas; the usual four, if there are none.
    horizon: Option<String>,
    /// `json`, `svg` or `both`.
    format: Option<String>,
}

/// What the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Numbers.
    Json,
    /// A picture.
    Svg,
    /// Numbers, and the picture among them: who shows both needn't ask, nor pay, twice.
    Both,
}

/// A request that makes sense.
struct Wanted {
    asset: Asset,
    horizons: Vec<Horizon>,
    format: Format,
}

impl Asked {
    fn read(self) -> Result<Wanted, ApiError> {
        let asset = self.asset.as_deref().unwrap_or("BTC");
        let asset = asset.parse::<Asset>().map_err(|error| ApiError::invalid("asset", error.to_string()))?;
        let mut horizons = Vec::new();
        for name in self.horizon.as_deref().into_iter().flat_map(|names| names.split(',')).take(MOST_HORIZONS + 1) {
            let horizon = name.parse::<Horizon>();
            horizons.push(horizon.map_err(|error| ApiError::invalid("horizon", error.to_string()))?);
        }
        if horizons.len() > MOST_HORIZONS {
            return Err(ApiError::invalid("horizon", "name at most 8 times ahead"));
        }
        if horizons.is_empty() {
            horizons.extend(STANDARD);
        }
        horizons.sort_unstable();
        horizons.dedup();
        let format = match self.format.as_deref() {
            None | Some("json") => Format::Json,
            Some("svg") => Format::Svg,
            Some("both") => Format::Both,
            Some(_) => return Err(ApiError::invalid("format", "the format is json, svg or both")),
        };
        Ok(Wanted { asset, horizons, format })
    }
}

/// Asks the best miners, and pools what they say.
pub(crate) async fn answer(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, ApiError> {
    let _slot = routes::slot(&shared)?;
    let Query(asked) = query.map_err(|_| ApiError::invalid("horizon", "the query can't be read"))?;
    let wanted = asked.read()?;
    let door = door(&shared)?;
    let miners = best(door)?;
    let voices: Vec<Voice> = miners.iter().map(voice).collect();
    let dendrite = &door.asker.dendrite;
    let gathered = gather(dendrite, &voices, (&wanted.asset, &wanted.horizons), shared.config.deadline / 2).await;
    learn(door, &miners, &gathered);
    let failed = || failed(&gathered, "ask for another asset or time, or try again");
    let pool = gathered.pool().ok_or_else(failed)?;
    let ahead: Vec<(Horizon, Quantiles)> = wanted.horizons.iter().copied().zip(pool).collect();
    let numbers = || described(&wanted.asset, &ahead, &gathered, &miners);
    Ok(match wanted.format {
        Format::Json => Json(numbers()).into_response(),
        Format::Svg => ([(CONTENT_TYPE, "image/svg+xml")], picture(&wanted.asset, &ahead)?).into_response(),
        Format::Both => {
            let mut page = numbers();
            if let Ok(svg) = picture(&wanted.asset, &ahead) {
                page["svg"] = svg.into();
            }
            Json(page).into_response()
        }
    })
}

/// The market subnet's door, if this gateway was told of one.
fn door(shared: &Shared) -> Result<&Shared, ApiError> {
    shared.beside.market.as_deref().ok_or_else(|| {
        let message = "this gateway has no market subnet: see its option --market";
        ApiError::new(StatusCode::NOT_FOUND, "no_market", message)
    })
}

/// The best miners of the market subnet, as many as one request may ask.
fn best(door: &Shared) -> Result<Vec<Miner>, ApiError> {
    let mut miners = door.best()?;
    miners.truncate(door.config.attempts.clamp(1, MOST));
    match miners.is_empty() {
        true => Err(ApiError::no_miners("no miner of the market subnet announces an address yet: try again shortly")),
        false => Ok(miners),
    }
}

/// Nobody gave a forecast: why, and what to do.
fn failed<T>(gathered: &Gathered<T>, advice: &str) -> ApiError {
    let reason: String = gathered.failures.join("; ").chars().filter(|letter| !letter.is_control()).take(400).collect();
    if gathered.unpaid > 0 && gathered.unpaid == gathered.failures.len() {
        let message = format!("no miner forecasts for what is paid ({reason})");
        return ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_required", message);
    }
    let message = format!("no miner gave a forecast ({reason}): {advice}");
    ApiError::new(StatusCode::BAD_GATEWAY, "miners_failed", message)
}

/// Enters into the records who was heard and who failed, so that who fails isn't asked first again and again.
fn learn<T>(door: &Shared, miners: &[Miner], gathered: &Gathered<T>) {
    for miner in miners {
        let is_it = |target: &Target| (target.hotkey, target.address) == (miner.hotkey, miner.address);
        if let Some(heard) = gathered.heard.iter().find(|heard| is_it(&heard.voice.target)) {
            door.metrics.called("answered");
            door.standings.succeeded(miner, Timed::Whole, heard.latency);
        } else if gathered.failed.iter().any(is_it) {
            door.metrics.called("failed");
            door.standings.failed(miner, Instant::now());
        } else {
            door.metrics.called("refused");
        }
    }
}

/// A miner counts by its share. Who has none yet counts a little: somebody must speak in a young network.
fn voice(miner: &Miner) -> Voice {
    Voice { target: Target { hotkey: miner.hotkey, address: miner.address }, weight: miner.share().max(1e-3) }
}

fn described(asset: &Asset, ahead: &[(Horizon, Quantiles)], gathered: &Gathered, miners: &[Miner]) -> Value {
    let forecasts: Vec<Value> = ahead
        .iter()
        .map(|(horizon, forecast)| {
            json!({ "horizon": horizon.to_string(), "seconds": horizon.as_secs(), "quantiles_bp": forecast.values() })
        })
        .collect();
    json!({
        "object": "forecast",
        "asset": asset.name(),
        "levels": (0..LEVELS).map(level).collect::<Vec<f64>>(),
        "forecasts": forecasts,
        "miners": listed(gathered, miners),
        "failed": gathered.failures.len(),
    })
}

/// Those who were heard.
fn listed<T>(gathered: &Gathered<T>, miners: &[Miner]) -> Vec<Value> {
    let heard = gathered.heard.iter().map(|heard| {
        let hotkey = heard.voice.target.hotkey;
        let uid = miners.iter().find(|miner| miner.hotkey == hotkey).map(|miner| miner.uid);
        let latency = u64::try_from(heard.latency.as_millis()).unwrap_or(u64::MAX);
        json!({ "uid": uid, "hotkey": hotkey.to_ss58(), "weight": heard.voice.weight, "latency_ms": latency })
    });
    heard.collect()
}

/// The forecast as a fan, in hundredths of the price of now: the gateway sees no prices.
fn picture(asset: &Asset, ahead: &[(Horizon, Quantiles)]) -> Result<String, ApiError> {
    chart::relative(asset, ahead)
        .ok_or_else(|| ApiError::new(StatusCode::BAD_GATEWAY, "no_picture", "there is nothing to draw"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(asset: Option<&str>, horizon: Option<&str>, format: Option<&str>) -> Result<Wanted, ApiError> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Asked { asset: own(asset), horizon: own(horizon), format: own(format) }.read()
    }

    #[test]
    fn queries_are_read_or_refused() {
        let usual = read(None, None, None).unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(
            (usual.asset.name(), usual.horizons.as_slice(), usual.format),
            ("BTC", STANDARD.as_slice(), Format::Json)
        );
        let some = read(Some("eth"), Some("3h,5m,3h"), Some("svg")).unwrap_or_else(|error| panic!("{error:?}"));
        let names: Vec<String> = some.horizons.iter().map(Horizon::to_string).collect();
        assert_eq!((some.asset.name(), names.join(" ").as_str(), some.format), ("ETH", "5m 3h", Format::Svg));
        assert!(read(Some("<svg>"), None, None).is_err() && read(None, Some("soon"), None).is_err());
        assert!(read(None, Some(""), None).is_err() && read(None, None, Some("pdf")).is_err());
        assert!(read(None, Some("1m,2m,3m,4m,5m,6m,7m,8m,9m"), None).is_err());
    }
}
