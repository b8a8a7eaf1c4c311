//! Answers in the shape that OpenAI clients read, whole or as a stream.

use crate::{
    ask::Answered,
    openai::{cut, ChatRequest},
};
use axum::{
    http::{HeaderName, HeaderValue},
    response::{
        sse::{Event, Sse},
        IntoResponse, Response,
    },
    Json,
};
use serde_json::{json, Value};
use std::{convert::Infallible, time::SystemTime};

/// A streamed answer comes in pieces of about this many characters, at word ends.
const PIECE: usize = 24;

/// An answer that is ready to be written.
pub(crate) struct Reply {
    id: String,
    created: u64,
    model: String,
    text: String,
    finish: &'static str,
    usage: Value,
    ganglion: Value,
    headers: [(HeaderName, String); 4],
}

impl Reply {
    pub(crate) fn new(request: &ChatRequest, answered: Answered) -> Self {
        let Answered { miner, response, latency, attempts } = answered;
        let (text, stopped) = cut(&response.completion, &request.stops);
        // What a miner counts is its own claim, but never more than was asked for.
        let written = response.completion_tokens.min(request.text.max_tokens);
        let finish = if !stopped && response.finish == "length" { "length" } else { "stop" };
        let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        let hotkey = miner.hotkey.to_ss58();
        let total = u64::from(response.prompt_tokens) + u64::from(written);
        Self {
            id: format!("chatcmpl-{:032x}", rand::random::<u128>()),
            created: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            model: request.model.clone(),
            text,
            finish,
            usage: json!({
                "prompt_tokens": response.prompt_tokens, "completion_tokens": written, "total_tokens": total
            }),
            headers: [
                (HeaderName::from_static("x-ganglion-miner"), hotkey.clone()),
                (HeaderName::from_static("x-ganglion-uid"), miner.uid.to_string()),
                (HeaderName::from_static("x-ganglion-incentive"), format!("{:.4}", miner.share())),
                (HeaderName::from_static("x-ganglion-latency-ms"), latency_ms.to_string()),
            ],
            ganglion: json!({
                "uid": miner.uid, "hotkey": hotkey, "incentive": miner.share(), "latency_ms": latency_ms,
                "attempts": attempts
            }),
        }
    }

    /// One JSON document.
    pub(crate) fn whole(self) -> Response {
        let body = json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": self.text, "refusal": null },
                "logprobs": null,
                "finish_reason": self.finish
            }],
            "usage": self.usage,
            "ganglion": self.ganglion
        });
        with_headers(Json(body).into_response(), self.headers)
    }

    /// Server-sent events: the role, the text in pieces, the end.
    pub(crate) fn stream(self, include_usage: bool) -> Response {
        let chunk = |choices: Value| {
            let mut chunk = json!({
                "id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model,
                "choices": choices
            });
            // Clients that ask for usage expect the field in every chunk.
            if include_usage {
                chunk["usage"] = Value::Null;
            }
            chunk
        };
        let delta = |delta: Value, finish: Value| {
            chunk(json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]))
        };
        let mut chunks = vec![delta(json!({ "role": "assistant", "content": "" }), Value::Null)];
        chunks.extend(pieces(&self.text).into_iter().map(|piece| delta(json!({ "content": piece }), Value::Null)));
        let mut last = delta(json!({}), json!(self.finish));
        last["ganglion"] = self.ganglion.clone();
        chunks.push(last);
        if include_usage {
            let mut usage = chunk(json!([]));
            usage["usage"] = self.usage.clone();
            chunks.push(usage);
        }
        let mut events: Vec<_> = chunks.iter().map(|chunk| Event::default().data(chunk.to_string())).collect();
        events.push(Event::default().data("[DONE]"));
        let stream = futures::stream::iter(events.into_iter().map(Ok::<_, Infallible>));
        with_headers(Sse::new(stream).into_response(), self.headers)
    }
}

fn with_headers(mut response: Response, headers: [(HeaderName, String); 4]) -> Response {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Cuts a text at word ends into pieces that add up to it.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end =
            rest.char_indices().skip(PIECE).find(|(_, c)| c.is_whitespace()).map_or(rest.len(), |(index, _)| index);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_add_up() {
        for text in
            ["", "short", "one two three four five six seven eight nine ten", "ünïcödé 日本語 ".repeat(20).as_str()]
        {
            assert_eq!(pieces(text).concat(), text);
        }
        assert!(pieces("one two three four five six seven eight nine ten").len() > 1);
    }

    #[test]
    fn the_first_stop_ends_the_text() {
        assert_eq!(cut("a b c", &["c".into(), "b".into()]), ("a ".into(), true));
        assert_eq!(cut("a b c", &["z".into()]), ("a b c".into(), false));
        assert_eq!(cut("日本語", &["本".into()]), ("日".into(), true));
    }
}
