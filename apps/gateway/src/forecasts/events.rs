//! `POST /v1/events`: what the best miners of the market subnet expect of an event, as one probability for each outcome.

use super::{best, door, failed, learn, listed, voice};
use crate::{
    error::ApiError,
    routes::{read, slot},
    state::Shared,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    Json,
};
use ganglion_subnet_market::{
    gather::{gather_event, Voice},
    synapse::Subject,
};
use serde::Deserialize;
use serde_json::{json, Value};
use std::sync::Arc;

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Such as `Who wins the final?`.
    question: String,
    /// The outcomes' names.
    outcomes: Vec<String>,
}

impl Asked {
    fn of(body: &[u8]) -> Result<Self, ApiError> {
        let asked: Self = serde_json::from_slice(body).map_err(|error| {
            let expected = "send {\"question\": \"…\", \"outcomes\": [\"…\", \"…\"]}";
            let code = if error.is_data() { "invalid_request" } else { "invalid_json" };
            ApiError::new(StatusCode::BAD_REQUEST, code, format!("{error}: {expected}"))
        })?;
        let subject = Subject::Event { question: asked.question, outcomes: asked.outcomes };
        subject.check().map_err(|error| ApiError::invalid("outcomes", error))?;
        match subject {
            Subject::Event { question, outcomes } => Ok(Self { question, outcomes }),
            Subject::Returns { .. } => Err(ApiError::invalid("question", "ask about an event")),
        }
    }
}

/// Asks the best miners, and pools what they say.
pub(crate) async fn answer(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let _slot = slot(&shared)?;
    let Asked { question, outcomes } = Asked::of(&read(&shared, &headers, body).await?)?;
    let door = door(&shared)?;
    let miners = best(door)?;
    let voices: Vec<Voice> = miners.iter().map(voice).collect();
    let within = shared.config.deadline / 2;
    let gathered = gather_event(&door.asker.dendrite, &voices, (&question, &outcomes), within).await;
    learn(door, &miners, &gathered);
    let pool = gathered.pool().ok_or_else(|| failed(&gathered, "try again"))?;
    let odds: Vec<Value> = outcomes
        .iter()
        .zip(pool.values())
        .map(|(outcome, probability)| json!({ "outcome": outcome, "probability": probability }))
        .collect();
    let page = json!({
        "object": "event",
        "question": question,
        "outcomes": odds,
        "miners": listed(&gathered, &miners),
        "failed": gathered.failures.len(),
    });
    Ok(Json(page).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_or_refused() {
        let good = Asked::of(br#"{"question":"Who wins?","outcomes":["red","blue"]}"#);
        let good = good.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(
            (good.question.as_str(), good.outcomes.as_slice()),
            ("Who wins?", ["red", "blue"].map(String::from).as_slice())
        );
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"question":"Who wins?"}"#,
            r#"{"question":"Who wins?","outcomes":["red"]}"#,
            r#"{"question":"","outcomes":["red","blue"]}"#,
            r#"{"question":"Who wins?","outcomes":["red",""]}"#,
            r#"{"question":"Who wins?","outcomes":["red",1]}"#,
            r#"{"question":"Who wins?","outcomes":["red","blue"],"more":1}"#,
        ] {
            let error = Asked::of(bad.as_bytes()).map(|asked| asked.question);
            assert_eq!(error.map_err(|error| error.status), Err(StatusCode::BAD_REQUEST), "{bad}");
        }
    }
}
