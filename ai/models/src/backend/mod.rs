//! Any server that speaks OpenAI's chat protocol over HTTP (vLLM, Ollama, llama.cpp and so on) as an engine.

mod score;
mod told;

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicU8;
use std::time::Duration;

use ganglion_outward::Authorities;
use serde_json::{json, Value};

use crate::draft::Draft;
use crate::engine::{EngineError, Finish, GenerateRequest, Generation, TextEngine};
use crate::likelihood::Logprobs;
use crate::message::Message;
use crate::server;

use told::Told;

pub use crate::server::{ApiKey, BadAddress, BadKey, KEY_VARIABLE};

/// Most bytes of an answer that are read.
const MAX_BODY: usize = 8 << 20;

/// Longest line of a streamed answer.
const MAX_LINE: usize = 1 << 20;

/// Bytes of a server's error text that are passed on.
const MAX_REASON: usize = 200;

/// A remote engine. Every request has a time limit; nothing is retried here.
pub struct Backend {
    name: String,
    base: String,
    model: String,
    key: Option<ApiKey>,
    authorities: Authorities,
    timeout: Duration,
    /// How the server gives probabilities of a given text, once that is known.
    way: AtomicU8,
}

impl Backend {
    /// A server at `base`, for instance `http://127.0.0.1:8080/v1` or `https://models.example/v1`, and the model it should
    /// use.
    ///
    /// # Errors
    /// [`EngineError::BackendAddress`] if `base` is no `http://` or `https://` address, or holds a password.
    pub fn new(base: &str, model: &str) -> Result<Self, EngineError> {
        Ok(Self {
            name: format!("backend:{model}"),
            base: server::base(base)?,
            model: model.to_owned(),
            key: None,
            authorities: Authorities::system(),
            timeout: Duration::from_secs(120),
            way: AtomicU8::new(score::UNKNOWN),
        })
    }

    /// Sends `key`, if there is one, as a bearer token.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Option<ApiKey>>) -> Self {
        self.key = key.into();
        self
    }

    /// Believes the certificates of these authorities, instead of those that the system knows.
    #[must_use]
    pub fn with_authorities(mut self, authorities: Authorities) -> Self {
        self.authorities = authorities;
        self
    }

    /// The longest that one answer may take, 120 s unless set.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends `body` to a path below the base address; whatever the status, that is an answer.
    async fn post(&self, path: &str, body: &Value) -> Result<reqwest::Response, EngineError> {
        let client = self.authorities.client().connect_timeout(Duration::from_secs(5));
        // Who asks for TLS isn't led away from it.
        let client = client.https_only(self.base.starts_with("https://"));
        let client = client.build().map_err(|error| self.network(error))?;
        let mut post = client.post(format!("{}/{path}", self.base)).json(body);
        if let Some(key) = &self.key {
            post = post.bearer_auth(key.reveal());
        }
        post.send().await.map_err(|error| self.network(error))
    }

    /// Runs `work` on this thread within the time limit. One small runtime a call: the caller is a blocking thread and
    /// nothing outlives the answer.
    fn block<T>(&self, work: impl Future<Output = Result<T, EngineError>>) -> Result<T, EngineError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| EngineError::Backend(e.to_string()))?;
        let limited = runtime.block_on(async { tokio::time::timeout(self.timeout, work).await });
        limited.map_err(|_| EngineError::Backend("it took too long".to_owned()))?
    }

    async fn ask(&self, request: &GenerateRequest, draft: &mut Draft<'_>) -> Result<Told, EngineError> {
        let mut body = json!({
            "model": self.model,
            "messages": request.messages,
            "max_tokens": request.bounded_max_tokens(),
            "temperature": if request.temperature.is_finite() { request.temperature.clamp(0.0, 5.0) } else { 0.0 },
            "top_p": if request.top_p > 0.0 && request.top_p <= 1.0 { request.top_p } else { 1.0 },
            "seed": seed(request.seed),
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        let stops = request.bounded_stops();
        if let (false, Some(body)) = (stops.is_empty(), body.as_object_mut()) {
            // The protocol allows four; ours are applied to the stream in any case.
            body.insert("stop".to_owned(), json!(stops.get(..4).unwrap_or(&stops)));
        }
        let mut response = self.post("chat/completions", &body).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let mut told = Told::default();
        let mut line = Vec::new();
        let mut read = 0usize;
        while let Some(chunk) = response.chunk().await.map_err(|error| self.network(error))? {
            read = read.saturating_add(chunk.len());
            for byte in chunk {
                if byte != b'\n' {
                    line.push(byte);
                } else if told.line(&std::mem::take(&mut line), draft)? {
                    return Ok(told);
                }
            }
            if read > MAX_BODY || line.len() > MAX_LINE {
                return Err(EngineError::Backend("its answer is too long".to_owned()));
            }
        }
        told.line(&line, draft)?;
        if told.heard {
            Ok(told)
        } else {
            Err(EngineError::Backend("its answer holds no chat completion".to_owned()))
        }
    }

    /// What a status other than success means, with the beginning of what the server says about it. This is logged, and
    /// some servers repeat the key that they refuse.
    async fn refusal(&self, mut response: reqwest::Response) -> EngineError {
        let status = response.status();
        let reason = response.chunk().await.ok().flatten().unwrap_or_default();
        let mut reason = String::from_utf8_lossy(&reason).into_owned();
        if let Some(key) = &self.key {
            reason = reason.replace(key.reveal(), "…");
        }
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(MAX_REASON).collect();
        EngineError::Backend(format!("it answered {status}: {reason}"))
    }

    fn network(&self, error: reqwest::Error) -> EngineError {
        EngineError::Backend(self.authorities.reason(error))
    }
}

/// A seed that every server takes: some read it as a signed number, llama.cpp's as one of 32 bits, whose greatest means
/// chance.
fn seed(seed: u64) -> u64 {
    (seed ^ (seed >> 32)) & 0x7FFF_FFFF
}

impl TextEngine for Backend {
    fn name(&self) -> &str {
        &self.name
    }

    fn generate(
        &self,
        request: &GenerateRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        if !request.has_content() {
            return Err(EngineError::EmptyRequest);
        }
        // The server counts the tokens: what arrives in one piece may be several.
        let mut draft = Draft::new(request.bounded_stops(), usize::MAX, on_text);
        let told = self.block(self.ask(request, &mut draft))?;
        draft.end(told.finish.unwrap_or(Finish::Stop));
        let answer = draft.close(told.prompt_tokens.unwrap_or(0));
        let completion_tokens = told.completion_tokens.unwrap_or(answer.completion_tokens);
        Ok(Generation { completion_tokens, ..answer })
    }

    fn logprobs(&self, messages: &[Message], continuation: &str) -> Result<Logprobs, EngineError> {
        if continuation.is_empty() {
            return Ok(Logprobs { tokens: Vec::new(), complete: true });
        }
        self.block(self.score(messages, continuation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_fit_31_bits_and_differ_by_any_half() {
        assert_eq!((seed(0), seed(7), seed(u64::MAX)), (0, 7, 0));
        assert!((0..64).map(|bit| seed(1 << bit)).all(|small| small <= 0x7FFF_FFFF));
        assert_ne!(seed(5 << 32), seed(6 << 32));
    }
}
