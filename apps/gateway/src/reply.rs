//! Answers in the shape that OpenAI clients read: whole documents, and what all replies have in common.

use crate::{ask::Answered, consensus::Panel, directory::Miner, openai::ChatRequest, stops::Cutter};
use axum::{
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
    Json,
};
use serde_json::{json, Value};
use std::time::{Duration, SystemTime};

/// What is known of a reply from its beginning.
pub(crate) struct Head {
    pub(crate) id: String,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) signature: Signature,
}

impl Head {
    pub(crate) fn new(request: &ChatRequest, signature: Signature) -> Self {
        Self { id: request.shape.id(), created: now(), model: request.model.clone(), signature }
    }

    pub(crate) fn miner(&self) -> &Miner {
        &self.signature.miner
    }
}

/// Whose answer it is.
pub(crate) struct Signature {
    pub(crate) miner: Miner,
    pub(crate) attempts: usize,
    /// What it was ranked by; see [`crate::ordering`].
    pub(crate) score: Option<f64>,
    pub(crate) panel: Option<Panel>,
}

impl Signature {
    /// Whose answer it is, and how long it took.
    pub(crate) fn ganglion(&self, latency: Duration) -> Value {
        let mut told = json!({
            "uid": self.miner.uid, "hotkey": self.miner.hotkey.to_ss58(), "incentive": self.miner.share(),
            "score": self.score, "latency_ms": millis(latency), "attempts": self.attempts
        });
        if let Some(panel) = &self.panel {
            told["consensus"] = panel.told();
        }
        told
    }

    /// The same for people who look at headers.
    pub(crate) fn headers(&self, latency: Duration) -> Vec<(HeaderName, String)> {
        let mut headers = vec![
            (HeaderName::from_static("x-ganglion-miner"), self.miner.hotkey.to_ss58()),
            (HeaderName::from_static("x-ganglion-uid"), self.miner.uid.to_string()),
            (HeaderName::from_static("x-ganglion-incentive"), format!("{:.4}", self.miner.share())),
            (HeaderName::from_static("x-ganglion-attempts"), self.attempts.to_string()),
            (HeaderName::from_static("x-ganglion-latency-ms"), millis(latency).to_string()),
        ];
        if let Some(score) = self.score {
            headers.push((HeaderName::from_static("x-ganglion-score"), format!("{score:.6}")));
        }
        if let Some(panel) = &self.panel {
            headers.push((HeaderName::from_static("x-ganglion-agreed"), panel.agreed().to_string()));
            headers.push((HeaderName::from_static("x-ganglion-answered"), panel.members.len().to_string()));
        }
        headers
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

pub(crate) fn millis(latency: Duration) -> u64 {
    u64::try_from(latency.as_millis()).unwrap_or(u64::MAX)
}

/// How many tokens were read and written. What a miner counts is its own claim, but never more than was asked for.
pub(crate) fn usage(prompt_tokens: u32, completion_tokens: u32, request: &ChatRequest) -> Value {
    let written = completion_tokens.min(request.text.max_tokens);
    let total = u64::from(prompt_tokens) + u64::from(written);
    json!({ "prompt_tokens": prompt_tokens, "completion_tokens": written, "total_tokens": total })
}

/// Why an answer ended, as OpenAI's clients know it.
pub(crate) fn finish_reason(stopped: bool, finish: &str) -> &'static str {
    if !stopped && finish == "length" {
        "length"
    } else {
        "stop"
    }
}

/// A whole answer as one JSON document.
pub(crate) fn whole(request: &ChatRequest, answered: Answered) -> Response {
    let Answered { miner, answering, latency, attempts, score, panel, .. } = answered;
    let mut cutter = Cutter::new(&request.stops);
    let (mut text, stopped) = cutter.push(answering.said());
    if !stopped {
        text.push_str(&cutter.finish());
    }
    let (finish, prompt, written) = answering
        .end()
        .map_or(("stop", 0, 0), |end| (finish_reason(stopped, &end.finish), end.prompt_tokens, end.completion_tokens));
    let head = Head::new(request, Signature { miner, attempts, score, panel });
    let body = json!({
        "id": head.id,
        "object": request.shape.whole_object(),
        "created": head.created,
        "model": head.model,
        "choices": [request.shape.whole(&text, finish)],
        "usage": usage(prompt, written, request),
        "ganglion": head.signature.ganglion(latency)
    });
    with_headers(Json(body).into_response(), head.signature.headers(latency))
}

pub(crate) fn with_headers(mut response: Response, headers: Vec<(HeaderName, String)>) -> Response {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
