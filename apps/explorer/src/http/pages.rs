//! Pages, and errors as pages.

use super::Shared;
use crate::{
    pages::{self, NoPage, Page},
    store::ReadError,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{header, HeaderValue, Method, StatusCode, Uri},
    response::{Html, IntoResponse, Redirect, Response},
    Json,
};
use ganglion_keys::PublicKey;
use rusqlite::Connection;
use serde_json::json;
use std::sync::Arc;

type App = State<Arc<Shared>>;
/// Parameters, in their order.
type Asked = Query<Vec<(String, String)>>;
/// Parameters that one address may have.
const MOST_PAIRS: usize = 20;

/// Why there is no page, with the status that says so.
pub(super) struct Failure(pub(super) StatusCode, pub(super) String);

impl From<NoPage> for Failure {
    fn from(no: NoPage) -> Self {
        match no {
            NoPage::Missing(what) => Self(StatusCode::NOT_FOUND, what),
            NoPage::Bad(bad) => Self(StatusCode::BAD_REQUEST, bad.0),
            NoPage::Index(error) => ReadError::from(error).into(),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        if !matches!(error, ReadError::Busy) {
            tracing::warn!(target: "ganglion::explorer", %error, "a page can't be read");
        }
        match error {
            ReadError::Busy => Self(
                StatusCode::SERVICE_UNAVAILABLE,
                "the index is busy, or this would take too long: narrow it down, or try again in a second".into(),
            ),
            _ => Self(StatusCode::INTERNAL_SERVER_ERROR, "the index can't be read; the explorer's log says why".into()),
        }
    }
}

/// An error, as a page or as JSON.
pub(super) fn failure(shared: &Shared, status: StatusCode, message: &str, api: bool) -> Response {
    let mut response = match api {
        true => {
            let code = status.canonical_reason().unwrap_or("error").to_lowercase().replace(' ', "_");
            (status, Json(json!({ "error": { "code": code, "message": message } }))).into_response()
        }
        false => {
            let mut sentence: Vec<char> = message.chars().collect();
            if let Some(first) = sentence.first_mut() {
                *first = first.to_ascii_uppercase();
            }
            let page = Page {
                title: status.canonical_reason().unwrap_or("Error").into(),
                lead: sentence.into_iter().collect::<String>() + ".",
                ..Page::default()
            };
            (status, shown(shared, page)).into_response()
        }
    };
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// A page as HTML.
fn shown(shared: &Shared, page: Page) -> Response {
    let page = Page { state: pages::state(&shared.progress()), ..page };
    match page.render() {
        Ok(html) => ([(header::CACHE_CONTROL, "no-cache")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(target: "ganglion::explorer", %error, "a page can't be drawn");
            (StatusCode::INTERNAL_SERVER_ERROR, "the page can't be drawn").into_response()
        }
    }
}

/// Draws a page from the index.
async fn draw(shared: &Arc<Shared>, work: impl FnOnce(&Connection) -> pages::Drawn + Send + 'static) -> Response {
    // What isn't SQLite's failure is handed through its success.
    let drawn = shared.store.read(move |db| match work(db) {
        Err(NoPage::Index(error)) => Err(error),
        other => Ok(other),
    });
    let outcome = match drawn.await {
        Ok(outcome) => outcome.map_err(Failure::from),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(page) => shown(shared, page),
        Err(Failure(status, message)) => failure(shared, status, &message, false),
    }
}

/// Parameters, if they aren't too many.
fn few(pairs: Vec<(String, String)>) -> Result<Vec<(String, String)>, Failure> {
    match pairs.len() > MOST_PAIRS {
        true => Err(Failure(StatusCode::BAD_REQUEST, format!("an address has {MOST_PAIRS} parameters at most"))),
        false => Ok(pairs),
    }
}

/// Draws a page with parameters.
async fn draw_asked(
    shared: &Arc<Shared>,
    Query(pairs): Asked,
    work: impl FnOnce(&Connection, &pages::Pairs) -> pages::Drawn + Send + 'static,
) -> Response {
    match few(pairs) {
        Ok(pairs) => draw(shared, move |db| work(db, &pairs)).await,
        Err(Failure(status, message)) => failure(shared, status, &message, false),
    }
}

pub(super) async fn home(State(shared): App) -> Response {
    let progress = shared.progress();
    draw(&shared, move |db| pages::home(db, &progress)).await
}

pub(super) async fn subnets(State(shared): App) -> Response {
    draw(&shared, pages::subnets).await
}

pub(super) async fn subnet(State(shared): App, Path(netuid): Path<String>, asked: Asked) -> Response {
    let Ok(netuid) = netuid.parse::<u16>() else {
        return failure(&shared, StatusCode::NOT_FOUND, "a subnet has a number from 0 to 65535", false);
    };
    let scores = shared.scores(netuid);
    draw_asked(&shared, asked, move |db, pairs| pages::subnet(db, netuid, pairs, scores.as_deref())).await
}

pub(super) async fn validators(State(shared): App, asked: Asked) -> Response {
    draw_asked(&shared, asked, pages::validators).await
}

pub(super) async fn account(State(shared): App, Path(address): Path<String>) -> Response {
    let Ok(key) = PublicKey::from_ss58(&address) else {
        let why = "that is no address: an address is SS58 with prefix 42, such as 5GrwvaEF…";
        return failure(&shared, StatusCode::NOT_FOUND, why, false);
    };
    let now = shared.account(key).await;
    draw(&shared, move |db| pages::account(db, key, now.as_ref())).await
}

pub(super) async fn token(State(shared): App) -> Response {
    draw(&shared, pages::token).await
}

pub(super) async fn blocks(State(shared): App, asked: Asked) -> Response {
    draw_asked(&shared, asked, |db, pairs| pages::list(db, "blocks", "/blocks", pairs)).await
}

pub(super) async fn block(State(shared): App, Path(which): Path<String>) -> Response {
    draw(&shared, move |db| pages::block(db, &which)).await
}

pub(super) async fn extrinsic(State(shared): App, Path(which): Path<String>) -> Response {
    draw(&shared, move |db| pages::extrinsic(db, &which)).await
}

pub(super) async fn event(State(shared): App, Path(which): Path<String>) -> Response {
    draw(&shared, move |db| pages::event(db, &which)).await
}

pub(super) async fn governance(State(shared): App) -> Response {
    draw(&shared, pages::governance).await
}

pub(super) async fn referendum(State(shared): App, Path(index): Path<String>) -> Response {
    let Ok(index) = index.parse::<u32>() else {
        return failure(&shared, StatusCode::NOT_FOUND, "a referendum has a number", false);
    };
    draw(&shared, move |db| pages::referendum(db, index)).await
}

pub(super) async fn lists(State(shared): App) -> Response {
    shown(&shared, pages::lists())
}

pub(super) async fn api(State(shared): App) -> Response {
    shown(&shared, pages::api())
}

pub(super) async fn list(State(shared): App, Path(name): Path<String>, asked: Asked) -> Response {
    draw_asked(&shared, asked, move |db, pairs| pages::list(db, &name, &format!("/list/{name}"), pairs)).await
}

/// What was found; if that is one thing, its page.
pub(super) async fn search(State(shared): App, Query(pairs): Asked) -> Response {
    let query = pairs.into_iter().find(|(name, _)| name == "q").map(|(_, value)| value).unwrap_or_default();
    let found = shared.store.read(move |db| match pages::search(db, &query) {
        Err(NoPage::Index(error)) => Err(error),
        other => Ok(other),
    });
    let outcome = match found.await {
        Ok(outcome) => outcome.map_err(Failure::from),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok((page, hits)) => match hits.as_slice() {
            [only] => Redirect::to(&only.path).into_response(),
            _ => shown(&shared, page),
        },
        Err(Failure(status, message)) => failure(&shared, status, &message, false),
    }
}

pub(super) async fn nowhere(State(shared): App, uri: Uri) -> Response {
    let path: String = uri.path().chars().take(100).collect();
    failure(&shared, StatusCode::NOT_FOUND, &format!("there is nothing at {path}"), path.starts_with("/api/"))
}

pub(super) async fn wrong_method(State(shared): App, method: Method) -> Response {
    let why = format!("pages are read by GET, not {}", method.as_str().chars().take(20).collect::<String>());
    failure(&shared, StatusCode::METHOD_NOT_ALLOWED, &why, true)
}
