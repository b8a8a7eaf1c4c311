//! `/api/v1/…`: every list as JSON and as CSV.

use super::{
    pages::{failure, Failure},
    Shared,
};
use crate::data::{
    self, csv, find, json_rows, openapi, Answer, Ask, BadAsk, Dataset, Hit, Order, BALANCES, HALVINGS, HITS, LISTS,
    MOST_CSV_ROWS, MOST_ROWS, OWNER_REWARDS, POSITIONS, RULES, SCORES,
};
use crate::pages::Place;
use axum::{
    extract::{Path, Query, State},
    http::{header, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    Json,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::AccountPositions;
use ganglion_subnet::standings::Standings;
use rusqlite::types::Value;
use serde_json::json;
use std::sync::Arc;

type App = State<Arc<Shared>>;

/// `GET /api/v1/<list>` and `GET /api/v1/<list>.csv`, and the document that describes them.
pub(super) async fn answer(
    State(shared): App,
    Path(path): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    if path == "openapi.json" {
        return Json(openapi()).into_response();
    }
    let (name, is_csv) = match path.strip_suffix(".csv") {
        Some(name) => (name, true),
        None => (path.as_str(), false),
    };
    match read(&shared, name, &pairs, is_csv).await {
        Ok((dataset, answer)) if is_csv => {
            let headers: [(HeaderName, String); 2] = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".into()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.csv\"", dataset.name)),
            ];
            let mut response = (headers, csv(dataset, &answer)).into_response();
            if let Some(next) = next_file(dataset, &pairs, &answer) {
                response.headers_mut().insert(header::LINK, next);
            }
            response
        }
        Ok((dataset, answer)) => {
            Json(json!({ "rows": json_rows(dataset, &answer), "next": answer.next })).into_response()
        }
        Err(Failure(status, message)) => failure(&shared, status, &message, true),
    }
}

/// Where a list goes on behind this file (RFC 8288); nothing if the file has its end.
fn next_file(dataset: &Dataset, pairs: &[(String, String)], answer: &Answer) -> Option<HeaderValue> {
    let next = answer.next?.to_string();
    let moving = match dataset.order {
        Order::Newest(_) => "before",
        Order::Sorted { .. } => "offset",
    };
    let kept = pairs.iter().filter(|(name, value)| name != moving && !value.is_empty());
    let path = format!("/api/v1/{}.csv", dataset.name);
    let place = Place { path, kept: kept.cloned().collect(), anchor: String::new() };
    HeaderValue::from_str(&format!("<{}>; rel=\"next\"", place.with(&[(moving, next)]))).ok()
}

async fn read(
    shared: &Arc<Shared>,
    name: &str,
    pairs: &[(String, String)],
    is_csv: bool,
) -> Result<(&'static Dataset, Answer), Failure> {
    match name {
        "scores" => scores(shared, pairs),
        "search" => search(shared, pairs).await,
        "rules" => {
            let netuid = netuid(&RULES, pairs)?;
            Ok((&RULES, shared.store.read(move |db| data::rules(db, netuid)).await?))
        }
        "halvings" => {
            only(&HALVINGS, pairs)?;
            Ok((&HALVINGS, shared.store.read(data::halvings).await?))
        }
        "owner_rewards" => {
            let key = account(&OWNER_REWARDS, pairs)?;
            Ok((&OWNER_REWARDS, shared.store.read(move |db| data::owner_rewards(db, key)).await?))
        }
        "lists" => only(&LISTS, pairs).map(|_| (&LISTS, data::lists())),
        "balances" => said(shared, &BALANCES, pairs, data::balances).await,
        "positions" => said(shared, &POSITIONS, pairs, data::positions).await,
        _ => {
            let shown: String = name.chars().take(40).collect();
            let missing = format!("there is no list `{shown}`: GET /api/v1/openapi.json names all");
            let dataset = find(name).ok_or(Failure(StatusCode::NOT_FOUND, missing))?;
            let most = if is_csv { MOST_CSV_ROWS } else { MOST_ROWS };
            let mut ask = Ask::parse(dataset, pairs, most).map_err(bad)?;
            // A file is taken whole, unless somebody says how much.
            if is_csv && !pairs.iter().any(|(name, _)| name == "limit") {
                ask.limit = MOST_CSV_ROWS;
            }
            let answer = shared.store.read(move |db| data::rows(db, dataset, &ask)).await?;
            Ok((dataset, answer))
        }
    }
}

fn bad(bad: BadAsk) -> Failure {
    Failure(StatusCode::BAD_REQUEST, bad.0)
}

/// The one parameter of a list that isn't read from the index; nothing if it takes none.
fn only<'a>(dataset: &Dataset, pairs: &'a [(String, String)]) -> Result<&'a str, Failure> {
    let refused = |what: String| Err(Failure(StatusCode::BAD_REQUEST, format!("{} takes {what}", dataset.name)));
    match (dataset.filters.first(), pairs) {
        (None, []) => Ok(""),
        (None, _) => refused("no parameters".into()),
        (Some(filter), [(name, value)]) if name == filter.name && value.chars().count() <= 100 => Ok(value.as_str()),
        (Some(filter), _) => refused(format!("`{}` and nothing else", filter.name)),
    }
}

/// The one parameter, where that is a subnet.
fn netuid(dataset: &Dataset, pairs: &[(String, String)]) -> Result<u16, Failure> {
    let wrong = |_| Failure(StatusCode::BAD_REQUEST, "`netuid` is a number from 0 to 65535".into());
    only(dataset, pairs)?.parse::<u16>().map_err(wrong)
}

/// The one parameter, where that is an account.
fn account(dataset: &Dataset, pairs: &[(String, String)]) -> Result<PublicKey, Failure> {
    let name = dataset.filters.first().map_or("account", |filter| filter.name);
    let wrong = || {
        let why = format!("`{name}` takes an account: an SS58 address, or 0x and 64 digits");
        Failure(StatusCode::BAD_REQUEST, why)
    };
    data::account(only(dataset, pairs)?).ok_or_else(wrong)
}

/// What a node says of an account, as the dataset has it.
async fn said(
    shared: &Shared,
    dataset: &'static Dataset,
    pairs: &[(String, String)],
    rows: fn(&AccountPositions) -> Answer,
) -> Result<(&'static Dataset, Answer), Failure> {
    let key = account(dataset, pairs)?;
    let quiet = || {
        let why = "no node answers now: try again in a second, or ask `accounts` for what the index knows";
        Failure(StatusCode::SERVICE_UNAVAILABLE, why.into())
    };
    let now = shared.account(key).await.ok_or_else(quiet)?;
    Ok((dataset, rows(&now)))
}

/// What a validator says of miners.
fn scores(shared: &Shared, pairs: &[(String, String)]) -> Result<(&'static Dataset, Answer), Failure> {
    let said = shared.scores(netuid(&SCORES, pairs)?);
    let rows = said.as_deref().map(score_rows).unwrap_or_default();
    Ok((&SCORES, Answer { rows, next: None }))
}

/// As the dataset's columns have it.
fn score_rows(said: &Standings) -> Vec<Vec<Value>> {
    let whole = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let real = |number: Option<f64>| number.map_or(Value::Null, Value::Real);
    let row = |miner: &ganglion_subnet::standings::Standing| {
        vec![
            Value::Integer(miner.uid.into()),
            Value::Text(miner.hotkey.to_ss58()),
            whole(miner.count),
            Value::Real(miner.mean),
            Value::Real(miner.bound),
            Value::Integer(miner.weight.into()),
            Value::Real(miner.absolute_bits),
            Value::Real(miner.marginal_bits),
            Value::Real(miner.novelty_bits),
            real(miner.absolute_error),
            real(miner.marginal_error),
            real(miner.novelty_error),
            miner.clone_of.map_or(Value::Null, whole),
            Value::Text(said.validator.to_ss58()),
            Value::Integer(said.block.into()),
            whole(said.rounds),
        ]
    };
    let mut miners: Vec<_> = said.miners.iter().collect();
    miners.sort_by(|one, other| other.absolute_bits.total_cmp(&one.absolute_bits));
    miners.into_iter().map(row).collect()
}

async fn search(shared: &Arc<Shared>, pairs: &[(String, String)]) -> Result<(&'static Dataset, Answer), Failure> {
    let query = only(&HITS, pairs)?.to_owned();
    let hits = shared.store.read(move |db| data::search(db, &query)).await?;
    let row = |hit: Hit| vec![Value::Text(hit.kind.into()), Value::Text(hit.label), Value::Text(hit.path)];
    Ok((&HITS, Answer { rows: hits.into_iter().map(row).collect(), next: None }))
}

/// Whether it works, for those who watch over it.
pub(super) async fn health(State(shared): App) -> Response {
    let progress = shared.progress();
    Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "indexed": progress.indexed,
        "finalized": progress.finalized,
        "behind": progress.behind(),
        "blocks_per_second": progress.per_second,
        "trouble": progress.trouble,
    }))
    .into_response()
}

/// Numbers for Prometheus.
pub(super) async fn metrics(State(shared): App) -> Response {
    match shared.metrics.text(&shared.progress()) {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => failure(&shared, StatusCode::INTERNAL_SERVER_ERROR, &error.to_string(), true),
    }
}
