//! Reading an event stream of chat completions, or a whole one.

use serde::Deserialize;
use serde_json::Value;

use crate::draft::Draft;
use crate::engine::{EngineError, Finish};

/// What the server has said so far.
#[derive(Default)]
pub(super) struct Told {
    /// Whether anything was a chat completion.
    pub(super) heard: bool,
    pub(super) prompt_tokens: Option<usize>,
    pub(super) completion_tokens: Option<usize>,
    /// Why the server ended its answer.
    pub(super) finish: Option<Finish>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Part>,
    message: Option<Part>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Part {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<usize>,
    completion_tokens: Option<usize>,
}

impl Told {
    /// Takes one line of an event stream, or a whole JSON answer of a server that does not stream; true at the end, or if
    /// no more is wanted.
    pub(super) fn line(&mut self, line: &[u8], draft: &mut Draft<'_>) -> Result<bool, EngineError> {
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        let data = text.strip_prefix("data:").map_or(text, str::trim);
        if data == "[DONE]" {
            return Ok(true);
        }
        if !data.starts_with('{') {
            return Ok(false);
        }
        let event: Event = serde_json::from_str(data)
            .map_err(|e| EngineError::Backend(format!("its answer is not a chat completion: {e}")))?;
        if event.error.is_some() {
            return Err(EngineError::Backend("it reported an error within its answer".to_owned()));
        }
        if let Some(usage) = event.usage {
            self.prompt_tokens = usage.prompt_tokens.or(self.prompt_tokens);
            self.completion_tokens = usage.completion_tokens.or(self.completion_tokens);
        }
        let Some(choice) = event.choices.into_iter().next() else { return Ok(false) };
        self.heard = true;
        if let Some(reason) = choice.finish_reason {
            self.finish = Some(if reason == "length" { Finish::Length } else { Finish::Stop });
        }
        let part = choice.delta.or(choice.message).and_then(|p| p.content).unwrap_or_default();
        if part.is_empty() {
            return Ok(false);
        }
        Ok(!draft.push(part.as_bytes()))
    }
}
