//! The doors of public mode: `POST` and `DELETE /v1/keys`, `GET /v1/usage`, and the guard before all that costs something.

use axum::{
    extract::{Request, State},
    http::{
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
        HeaderMap, HeaderValue, Method, StatusCode,
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get, post},
    Json, Router,
};
use serde_json::{json, Value};
use tokio::time::timeout;

use super::{
    bill::{Bill, Unanswered},
    keys::{Claim, Hash, Holder, KeyRefused},
    lock,
    meter::{Meter, Over},
    now,
    places::Places,
    today, until_tomorrow, PublicAccess, Refused, GOOD, PATIENCE, SOON,
};
use crate::{consent, error::ApiError, routes};

/// Longest claim, bytes.
const CLAIM: usize = 4096;
/// What needs no key.
const FREE: [&str; 4] = ["/v1/keys", "/v1/models", "/v1/network", "/v1/usage"];

/// `router`, which answers so many requests at once, behind the guard, and the doors beside it.
pub(crate) fn guard(router: Router, access: PublicAccess, in_flight: usize) -> Router {
    let doors = Router::new()
        .route("/v1/keys", post(make).get(terms).delete(delete))
        .route("/v1/usage", get(usage))
        .method_not_allowed_fallback(routes::wrong_method)
        .with_state(access.clone());
    router.merge(doors).layer(middleware::from_fn_with_state((access, Places::of(in_flight)), admit))
}

/// The doors of a gateway that isn't public.
pub(crate) fn closed() -> Router {
    Router::new().route("/v1/keys", any(refuse)).route("/v1/usage", any(refuse))
}

async fn refuse() -> ApiError {
    let message = "this gateway asks for no API keys: it isn't run with --public";
    ApiError::new(StatusCode::NOT_FOUND, "not_public", message)
}

/// Lets through what is free, and what somebody pays for who doesn't hold too many places already.
async fn admit(State((access, places)): State<(PublicAccess, Places)>, mut request: Request, next: Next) -> Response {
    if !costs(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    let (hash, holder) = match access.holder(request.headers()) {
        Ok(known) => known,
        Err(error) => return challenge(error),
    };
    // Before anything is taken: the place is held while the ledger is asked, too.
    let Some(place) = places.take(holder.coldkey) else { return crowded(&places).into_response() };
    let taken = match access.take(hash, holder.coldkey).await {
        Ok(taken) => taken,
        Err(refused) => return access.told(&refused).into_response(),
    };
    if holder.store {
        consent::allow(request.headers_mut());
    }
    // Given back if it fails, or if the client hangs up before there is an answer; by a stream, if its miner breaks off.
    let bill = Bill::new(access, taken, place);
    request.extensions_mut().insert(bill.clone());
    let unanswered = Unanswered::new(bill);
    let response = next.run(request).await;
    if response.status().is_success() {
        unanswered.answered();
    }
    response
}

/// Whether a request costs something: all that is answered by miners.
fn costs(method: &Method, path: &str) -> bool {
    let free =
        FREE.iter().any(|free| path == *free || path.strip_prefix(*free).is_some_and(|rest| rest.starts_with('/')));
    path.starts_with("/v1/") && !free && method != Method::OPTIONS
}

/// One coldkey asks for more at once than its share.
fn crowded(places: &Places) -> ApiError {
    let most = places.most();
    let message = format!(
        "this coldkey's keys have {most} requests under way, as many as one coldkey may have at once: try again when \
         one has ended"
    );
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message)
}

fn challenge(error: ApiError) -> Response {
    let mut response = error.into_response();
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

impl PublicAccess {
    /// Whose key a request shows.
    fn holder(&self, headers: &HeaderMap) -> Result<(Hash, Holder), ApiError> {
        let unauthorised = |message: &str| ApiError::new(StatusCode::UNAUTHORIZED, "invalid_api_key", message);
        let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|text| text.strip_prefix("Bearer ")).map(str::trim).filter(|key| !key.is_empty());
        let advice = "`ganglion gateway key create` makes one";
        let shown = shown.ok_or_else(|| {
            unauthorised(&format!("this gateway needs an API key (Authorization: Bearer gk_…): {advice}"))
        })?;
        let keys = lock(&self.0.keys);
        let found = keys.find(shown).map(|(hash, holder)| (hash, holder.clone()));
        found.ok_or_else(|| unauthorised(&format!("this API key isn't known here: {advice}")))
    }

    fn told(&self, refused: &Refused) -> ApiError {
        let gateway = self.0.gateway;
        let advice = format!("`ganglion channel open {gateway} AMOUNT --voucher-key {gateway}` makes a deposit");
        match refused {
            Refused::Over(Over::Credit) => {
                let charge = self.0.settings.charge;
                let message = format!("an answer costs {charge} RAO and the credit is used up: {advice}, or stake TAO");
                ApiError::new(StatusCode::PAYMENT_REQUIRED, "insufficient_quota", message)
            }
            Refused::Over(Over::Quota) => {
                let message = format!("the free answers of today are used up: come back tomorrow (UTC); {advice}");
                let over = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message);
                ApiError { wait: Some(until_tomorrow()), ..over }
            }
            Refused::Unknown => ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "chain_away",
                "the chain can't be asked about stake and deposits now: try again shortly",
            ),
        }
    }
}

/// What a claim needs to name, and what answers cost.
async fn terms(State(access): State<PublicAccess>) -> Json<Value> {
    let settings = access.0.settings;
    Json(json!({
        "object": "gateway", "gateway": access.0.gateway.to_ss58(),
        "price_rao": settings.charge, "free_per_tao": settings.free_per_tao
    }))
}

async fn make(State(access): State<PublicAccess>, request: Request) -> Result<Response, ApiError> {
    let late = |_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", "the body took too long to arrive");
    let bytes = timeout(PATIENCE, axum::body::to_bytes(request.into_body(), CLAIM)).await.map_err(late)?;
    let bytes = bytes.map_err(|_| {
        let message = format!("a claim has at most {CLAIM} bytes");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
    })?;
    let claim: Claim = serde_json::from_slice(&bytes).map_err(|error| {
        ApiError::new(StatusCode::BAD_REQUEST, "invalid_request", format!("the body is no claim of a key: {error}"))
    })?;
    let gateway = access.0.gateway;
    lock(&access.0.keys).check(&claim, &gateway, now()).map_err(refused)?;
    // Keys cost nothing to make up: whoever has neither stake nor deposit would only fill the book.
    let standing = access.standing(claim.coldkey, SOON).await.ok_or_else(|| access.told(&Refused::Unknown))?;
    let has_any = Meter::quota(standing.stake, access.0.settings) > 0 || !standing.channels.is_empty();
    if !has_any {
        return Err(access.told(&Refused::Over(Over::Credit)));
    }
    let books = access.clone();
    let made = tokio::task::spawn_blocking(move || lock(&books.0.keys).make(&claim, &gateway, now()));
    let key = made.await.map_err(|_| broken())?.map_err(refused)?;
    let body = json!({ "object": "key", "key": key, "note": "it is shown once: keep it" });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

fn refused(why: KeyRefused) -> ApiError {
    match why {
        KeyRefused::Signature | KeyRefused::Time => {
            ApiError::new(StatusCode::UNAUTHORIZED, "invalid_signature", why.to_string())
        }
        KeyRefused::Full => ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_keys", why.to_string()),
        KeyRefused::Store(error) => {
            tracing::error!(target: "ganglion::gateway", %error, "a key can't be kept");
            broken()
        }
    }
}

fn broken() -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the keys can't be written now: try again")
}

async fn delete(State(access): State<PublicAccess>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let (hash, _) = access.holder(&headers)?;
    let done = tokio::task::spawn_blocking(move || lock(&access.0.keys).delete(&hash)).await;
    match done {
        Ok(Ok(deleted)) => Ok(Json(json!({ "object": "key", "deleted": deleted }))),
        Ok(Err(error)) => Err(refused(KeyRefused::Store(error))),
        Err(_) => Err(broken()),
    }
}

async fn usage(State(access): State<PublicAccess>, headers: HeaderMap) -> Result<Response, ApiError> {
    let (hash, holder) = match access.holder(&headers) {
        Ok(known) => known,
        Err(error) => return Ok(challenge(error)),
    };
    let standing = access.standing(holder.coldkey, GOOD).await.ok_or_else(|| access.told(&Refused::Unknown))?;
    let meter = lock(&access.0.meter);
    let usage = meter.usage(&hash);
    let quota = Meter::quota(standing.stake, access.0.settings);
    let left = quota.saturating_sub(meter.free_used(&holder.coldkey, today()));
    let body = json!({
        "object": "usage", "coldkey": holder.coldkey.to_ss58(),
        "credit_rao": meter.credit(&standing), "price_rao": access.0.settings.charge,
        "free_per_day": quota, "free_left_today": left,
        "key": { "requests": usage.requests, "spent_rao": usage.spent_rao, "store": holder.store }
    });
    Ok(Json(body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_miners_answer_costs_and_the_rest_does_not() {
        for path in [
            "/v1/chat/completions",
            "/v1/completions",
            "/v1/embeddings",
            "/v1/images/generations",
            "/v1/forecasts",
            "/v1/events",
            "/v1/keysmith",
            "/v1/new",
        ] {
            assert!(costs(&Method::POST, path), "{path}");
        }
        for path in [
            "/health",
            "/metrics",
            "/",
            "/playground.js",
            "/openapi.json",
            "/v1/keys",
            "/v1/usage",
            "/v1/models",
            "/v1/models/text",
            "/v1/network",
        ] {
            assert!(!costs(&Method::GET, path), "{path}");
        }
        assert!(!costs(&Method::OPTIONS, "/v1/chat/completions"));
    }
}
