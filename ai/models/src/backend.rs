//! Any server that speaks OpenAI's chat protocol over HTTP (vLLM, Ollama, llama.cpp and so on) as an engine.

use std::ops::ControlFlow;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{json, Value};

use crate::engine::{EngineError, Finish, GenerateRequest, Generation, TextEngine};
use crate::stream::{Next, TextStream};

/// Most bytes of an answer that are read.
const MAX_BODY: usize = 8 << 20;

/// Longest line of a streamed answer.
const MAX_LINE: usize = 1 << 20;

/// Bytes of a server's error text that are passed on.
const MAX_REASON: usize = 200;

/// A remote engine. Every request has a time limit; nothing is retried here.
pub struct Backend {
    name: String,
    url: String,
    model: String,
    key: Option<String>,
    timeout: Duration,
}

impl Backend {
    /// A server at `base`, for instance `http://127.0.0.1:8080/v1`, and the model it should use.
    ///
    /// # Errors
    /// [`EngineError::Backend`] if `base` is not an `http://` address (encrypted connections are not supported: put the
    /// server on the same machine or behind a tunnel).
    pub fn new(base: &str, model: &str) -> Result<Self, EngineError> {
        let base = base.trim().trim_end_matches('/');
        let host = base.strip_prefix("http://").unwrap_or_default();
        if host.is_empty() || base.contains(char::is_whitespace) {
            return Err(EngineError::Backend(format!("{base:?} is not an address such as http://127.0.0.1:8080/v1")));
        }
        Ok(Self {
            name: format!("backend:{model}"),
            url: format!("{base}/chat/completions"),
            model: model.to_owned(),
            key: None,
            timeout: Duration::from_secs(120),
        })
    }

    /// Sends `key` as a bearer token.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The longest that one answer may take, 120 s unless set.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    async fn ask(&self, request: &GenerateRequest, stream: &mut TextStream<'_>) -> Result<Told, EngineError> {
        let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).build().map_err(network)?;
        let mut body = json!({
            "model": self.model,
            "messages": request.messages,
            "max_tokens": request.bounded_max_tokens(),
            "temperature": if request.temperature.is_finite() { request.temperature.clamp(0.0, 5.0) } else { 0.0 },
            "top_p": if request.top_p > 0.0 && request.top_p <= 1.0 { request.top_p } else { 1.0 },
            // Some servers read the seed as a signed number.
            "seed": request.seed & 0x7FFF_FFFF_FFFF_FFFF,
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        let stops = request.bounded_stops();
        if let (false, Some(body)) = (stops.is_empty(), body.as_object_mut()) {
            // The protocol allows four; ours are applied to the stream in any case.
            body.insert("stop".to_owned(), json!(stops.get(..4).unwrap_or(&stops)));
        }
        let mut post = client.post(&self.url).json(&body);
        if let Some(key) = &self.key {
            post = post.bearer_auth(key);
        }
        let mut response = post.send().await.map_err(network)?;
        let status = response.status();
        if !status.is_success() {
            let reason = response.chunk().await.ok().flatten().unwrap_or_default();
            let reason: String =
                String::from_utf8_lossy(&reason).chars().filter(|c| !c.is_control()).take(MAX_REASON).collect();
            return Err(EngineError::Backend(format!("it answered {status}: {reason}")));
        }
        let mut told = Told::default();
        let mut line = Vec::new();
        let mut read = 0usize;
        while let Some(chunk) = response.chunk().await.map_err(network)? {
            read = read.saturating_add(chunk.len());
            for byte in chunk {
                if byte != b'\n' {
                    line.push(byte);
                } else if told.line(&std::mem::take(&mut line), stream)? {
                    return Ok(told);
                }
            }
            if read > MAX_BODY || line.len() > MAX_LINE {
                return Err(EngineError::Backend("its answer is too long".to_owned()));
            }
        }
        told.line(&line, stream)?;
        if told.heard {
            Ok(told)
        } else {
            Err(EngineError::Backend("its answer holds no chat completion".to_owned()))
        }
    }
}

fn network(error: reqwest::Error) -> EngineError {
    // Without the address: it may hold a secret.
    EngineError::Backend(error.without_url().to_string())
}

/// What the server has said so far.
#[derive(Default)]
struct Told {
    heard: bool,
    pieces: usize,
    prompt_tokens: Option<usize>,
    completion_tokens: Option<usize>,
    finish: Option<Finish>,
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
    /// Takes one line of an event stream, or a whole JSON answer of a server that does not stream; true at the end.
    fn line(&mut self, line: &[u8], stream: &mut TextStream<'_>) -> Result<bool, EngineError> {
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
        self.pieces += 1;
        match stream.push(part.as_bytes()) {
            Next::Continue => Ok(false),
            Next::Stopped => {
                self.finish = Some(Finish::Stop);
                Ok(true)
            }
            Next::Cancelled => {
                self.finish = Some(Finish::Cancelled);
                Ok(true)
            }
        }
    }
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
        let mut stream = TextStream::new(request.bounded_stops(), on_text);
        // One small runtime a call: the caller is a blocking thread and nothing outlives the answer.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| EngineError::Backend(e.to_string()))?;
        let asked =
            runtime.block_on(async { tokio::time::timeout(self.timeout, self.ask(request, &mut stream)).await });
        let told = asked.map_err(|_| EngineError::Backend("it took too long".to_owned()))??;
        let (text, next) = stream.finish();
        let finish = if next == Next::Cancelled { Finish::Cancelled } else { told.finish.unwrap_or(Finish::Stop) };
        Ok(Generation {
            text,
            prompt_tokens: told.prompt_tokens.unwrap_or(0),
            completion_tokens: told.completion_tokens.unwrap_or(told.pieces),
            finish,
        })
    }
}
