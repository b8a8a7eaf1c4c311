//! The two shapes in which OpenAI's clients read text: messages of a chat, and completions of a prompt.

use serde_json::{json, Value};

/// What an answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `/v1/chat/completions`.
    Chat,
    /// `/v1/completions`.
    Completion,
}

impl Shape {
    /// A name for one answer.
    pub(crate) fn id(self) -> String {
        let kind = match self {
            Self::Chat => "chatcmpl",
            Self::Completion => "cmpl",
        };
        format!("{kind}-{:032x}", rand::random::<u128>())
    }

    /// What a whole answer is called.
    pub(crate) fn whole_object(self) -> &'static str {
        match self {
            Self::Chat => "chat.completion",
            Self::Completion => "text_completion",
        }
    }

    /// What a piece of an answer is called.
    pub(crate) fn piece_object(self) -> &'static str {
        match self {
            Self::Chat => "chat.completion.chunk",
            Self::Completion => "text_completion",
        }
    }

    /// The choice of a whole answer.
    pub(crate) fn whole(self, text: &str, finish: &str) -> Value {
        match self {
            Self::Chat => json!({
                "index": 0,
                "message": { "role": "assistant", "content": text, "refusal": null },
                "logprobs": null,
                "finish_reason": finish
            }),
            Self::Completion => completion(text, json!(finish)),
        }
    }

    /// The choice of a stream's first piece, if it has one before the text.
    pub(crate) fn opening(self) -> Option<Value> {
        match self {
            Self::Chat => Some(delta(&json!({ "role": "assistant", "content": "" }), Value::Null)),
            Self::Completion => None,
        }
    }

    /// The choice of a piece with text.
    pub(crate) fn piece(self, text: &str) -> Value {
        match self {
            Self::Chat => delta(&json!({ "content": text }), Value::Null),
            Self::Completion => completion(text, Value::Null),
        }
    }

    /// The choice of the last piece.
    pub(crate) fn end(self, finish: &str) -> Value {
        match self {
            Self::Chat => delta(&json!({}), json!(finish)),
            Self::Completion => completion("", json!(finish)),
        }
    }
}

fn delta(delta: &Value, finish: Value) -> Value {
    json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish })
}

fn completion(text: &str, finish: Value) -> Value {
    json!({ "index": 0, "text": text, "logprobs": null, "finish_reason": finish })
}
