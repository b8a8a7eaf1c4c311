//! Log-probabilities of a given text from a server, where it has them.
//!
//! OpenAI's protocol gives probabilities of what a model wrote, not of what somebody else did. Two extensions do:
//!
//! - vLLM's chat completions take `prompt_logprobs`; the text goes in as an unfinished turn of the assistant
//!   (`continue_final_message`), so the model's own template is used;
//! - completions with `echo` and `logprobs`, OpenAI's old interface, which vLLM and others keep. There is no template:
//!   the conversation goes in as a transcript.
//!
//! Which of them a server has is remembered from the first call that worked.

use std::sync::atomic::Ordering;

use serde_json::{json, Value};

use crate::engine::{EngineError, TextEngine};
use crate::likelihood::{Logprobs, TokenLogprob};
use crate::message::Message;

use super::{Backend, MAX_BODY};

/// Not asked yet.
pub(super) const UNKNOWN: u8 = 0;
/// `prompt_logprobs` of chat completions.
const CHAT: u8 = 1;
/// `echo` of completions.
const ECHO: u8 = 2;

/// Most bytes of a continuation that are sent.
const MAX_CONTINUATION: usize = 1 << 14;

/// A token as the server names it; no number for the first one, before which nothing stands.
type Told = (String, Option<f64>);

impl Backend {
    /// Asks in the way that this server understands.
    pub(super) async fn score(&self, messages: &[Message], continuation: &str) -> Result<Logprobs, EngineError> {
        if continuation.len() > MAX_CONTINUATION {
            let reason = format!("a continuation of more than {MAX_CONTINUATION} bytes is not sent to it");
            return Err(EngineError::Backend(reason));
        }
        let known = self.way.load(Ordering::Relaxed);
        if known == UNKNOWN || known == CHAT {
            if let Some(tokens) = self.score_chat(messages, continuation).await? {
                self.way.store(CHAT, Ordering::Relaxed);
                return tail(&tokens, continuation);
            }
        }
        if known == UNKNOWN || known == ECHO {
            if let Some(tokens) = self.score_echo(messages, continuation).await? {
                self.way.store(ECHO, Ordering::Relaxed);
                return tail(&tokens, continuation);
            }
        }
        let what = "give probabilities of a given text: its server has neither prompt_logprobs nor echo";
        Err(EngineError::Unsupported { engine: self.name().to_owned(), what })
    }

    async fn score_chat(&self, messages: &[Message], continuation: &str) -> Result<Option<Vec<Told>>, EngineError> {
        let mut turns = messages.to_vec();
        turns.push(Message::assistant(continuation));
        let body = json!({
            "model": self.model,
            "messages": turns,
            "max_tokens": 1,
            "temperature": 0.0,
            "add_generation_prompt": false,
            "continue_final_message": true,
            // The token itself and no rivals.
            "prompt_logprobs": 0,
        });
        let Some(answer) = self.json("chat/completions", &body).await? else { return Ok(None) };
        let Some(list) = answer.get("prompt_logprobs").and_then(Value::as_array) else { return Ok(None) };
        Ok(Some(list.iter().map(chat_token).collect()))
    }

    async fn score_echo(&self, messages: &[Message], continuation: &str) -> Result<Option<Vec<Told>>, EngineError> {
        let body = json!({
            "model": self.model,
            "prompt": format!("{}{continuation}", transcript(messages)),
            "max_tokens": 0,
            "temperature": 0.0,
            "echo": true,
            "logprobs": 1,
        });
        let Some(answer) = self.json("completions", &body).await? else { return Ok(None) };
        let found = answer.pointer("/choices/0/logprobs");
        let list = |name: &str| found.and_then(|l| l.get(name)).and_then(Value::as_array);
        let (Some(tokens), Some(numbers)) = (list("tokens"), list("token_logprobs")) else { return Ok(None) };
        let text = |token: &Value| token.as_str().unwrap_or_default().to_owned();
        let told: Vec<Told> = tokens.iter().zip(numbers).map(|(t, n)| (text(t), n.as_f64())).collect();
        // A server that does not echo gives back what it wrote itself, if anything.
        let spelled: usize = told.iter().map(|(text, _)| text.len()).sum();
        Ok((spelled >= continuation.len()).then_some(told))
    }

    /// The server's JSON answer; `None` if it refuses such a request (a status from 400 to 499, or 501).
    async fn json(&self, path: &str, body: &Value) -> Result<Option<Value>, EngineError> {
        let mut response = self.post(path, body).await?;
        let status = response.status();
        // These two say nothing about what the server is able to do.
        let passing = status.as_u16() == 401 || status.as_u16() == 429;
        if (status.is_client_error() && !passing) || status.as_u16() == 501 {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(self.refusal(response).await);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.network(error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_BODY {
                return Err(EngineError::Backend("its answer is too long".to_owned()));
            }
        }
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|e| EngineError::Backend(format!("its answer is not JSON: {e}")))
    }
}

/// The conversation without a template, ready for the assistant's words.
fn transcript(messages: &[Message]) -> String {
    let turns: String = messages.iter().map(|m| format!("{}:\n{}\n", m.role.as_str(), m.content)).collect();
    // A line end and no space: a tokenizer would make one token of a space and the word after it.
    turns + "assistant:\n"
}

/// One entry of `prompt_logprobs`: null, or an object with one member, named after the token's id.
fn chat_token(entry: &Value) -> Told {
    let mut members = entry.as_object().into_iter().flatten();
    match (members.next(), members.next()) {
        (Some((_, token)), None) => {
            let text = token.get("decoded_token").and_then(Value::as_str).unwrap_or_default();
            (text.to_owned(), token.get("logprob").and_then(Value::as_f64))
        }
        // Rivals too, and nothing says which of them is the one.
        _ => (String::new(), None),
    }
}

/// The last tokens, which must spell `continuation` exactly. What a server says is not trusted: numbers are bounded.
fn tail(told: &[Told], continuation: &str) -> Result<Logprobs, EngineError> {
    let mut left = continuation;
    let mut tokens = Vec::new();
    for (text, logprob) in told.iter().rev() {
        if left.is_empty() {
            break;
        }
        let (Some(rest), Some(logprob)) = (left.strip_suffix(text.as_str()), *logprob) else { break };
        if !logprob.is_finite() || logprob > 1e-3 {
            return Err(EngineError::Backend("a probability in its answer is none".to_owned()));
        }
        left = rest;
        tokens.push(TokenLogprob { text: text.clone(), logprob: logprob.min(0.0) });
    }
    if !left.is_empty() {
        return Err(EngineError::Backend("the tokens in its answer do not spell the continuation".to_owned()));
    }
    tokens.reverse();
    Ok(Logprobs { tokens, complete: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(parts: &[(&str, Option<f64>)]) -> Vec<Told> {
        parts.iter().map(|(text, number)| ((*text).to_owned(), *number)).collect()
    }

    #[test]
    fn the_tail_spells_the_continuation() {
        let all = told(&[("<s>", None), ("Hi", Some(-3.0)), (" the", Some(-1.5)), ("re", Some(0.0))]);
        let found = tail(&all, " there").expect("spelled");
        assert_eq!(found.tokens.len(), 2);
        assert!((found.sum() + 1.5).abs() < 1e-12 && found.complete);
        for other in ["here", " therefore", "<s>Hi there", "x"] {
            assert!(tail(&all, other).is_err(), "{other}");
        }
        for number in [f64::NAN, f64::NEG_INFINITY, 0.5] {
            assert!(tail(&told(&[("a", Some(number))]), "a").is_err(), "{number}");
        }
    }

    #[test]
    fn an_entry_with_rivals_is_nobody() {
        let one = json!({ "17": { "logprob": -0.25, "rank": 1, "decoded_token": "a" } });
        assert_eq!(chat_token(&one), ("a".to_owned(), Some(-0.25)));
        let two = json!({ "17": { "logprob": -0.25, "decoded_token": "a" }, "18": { "logprob": -0.5 } });
        assert_eq!(chat_token(&two), (String::new(), None));
        assert_eq!(chat_token(&Value::Null), (String::new(), None));
    }
}
