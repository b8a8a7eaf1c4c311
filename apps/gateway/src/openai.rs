//! What OpenAI clients send, read strictly where it matters and leniently where it doesn't.

use crate::{error::ApiError, shape::Shape, GatewayConfig};
use axum::http::StatusCode;
use ganglion_models::{Message, Role};
use ganglion_subnet_text::{profile::USUAL_TEMPERATURE, TextRequest};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Most messages that are read at all; miners may take fewer.
const MAX_MESSAGES: usize = 256;
const MAX_STOPS: usize = 4;
const MAX_STOP: usize = 256;

#[derive(Deserialize)]
struct Body {
    model: Option<String>,
    messages: Option<Vec<Turn>>,
    max_tokens: Option<i64>,
    max_completion_tokens: Option<i64>,
    temperature: Option<f64>,
    seed: Option<i64>,
    n: Option<i64>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    stop: Option<Stop>,
    store: Option<bool>,
    tools: Option<Value>,
    tool_choice: Option<Value>,
    functions: Option<Value>,
    response_format: Option<Format>,
    logprobs: Option<Value>,
    top_logprobs: Option<Value>,
    logit_bias: Option<Value>,
    modalities: Option<Vec<String>>,
    audio: Option<Value>,
    web_search_options: Option<Value>,
}

impl Body {
    /// The first thing that is asked for and that no miner does: an answer without it would look as if it were right. What
    /// merely says that it isn't wanted may stay.
    fn unsupported(&self) -> Option<&'static str> {
        let chosen = self.tool_choice.as_ref().is_some_and(|choice| choice != "none" && choice != "auto");
        let spoken = self.modalities.iter().flatten().any(|kind| kind != "text");
        let wanted = [
            ("tools", is_filled(self.tools.as_ref())),
            ("tool_choice", chosen),
            ("functions", is_filled(self.functions.as_ref())),
            ("logprobs", is_filled(self.logprobs.as_ref())),
            ("top_logprobs", is_filled(self.top_logprobs.as_ref())),
            ("logit_bias", is_filled(self.logit_bias.as_ref())),
            ("modalities", spoken),
            ("audio", is_filled(self.audio.as_ref())),
            // Empty options switch it on, too.
            ("web_search_options", self.web_search_options.is_some()),
        ];
        wanted.into_iter().find(|(_, wanted)| *wanted).map(|(param, _)| param)
    }
}

/// Whether a field asks for anything: `null`, `false`, 0 and what is empty don't.
fn is_filled(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(wanted)) => *wanted,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
    }
}

#[derive(Deserialize)]
struct Turn {
    role: String,
    content: Option<Content>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

/// Where an answer ends.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Stop {
    One(String),
    Several(Vec<String>),
}

/// What a client wants to be told in a stream.
#[derive(Deserialize)]
pub(crate) struct StreamOptions {
    pub(crate) include_usage: Option<bool>,
}

#[derive(Deserialize)]
struct Format {
    #[serde(rename = "type")]
    kind: String,
}

/// A request for text that can be passed on.
#[derive(Debug)]
pub(crate) struct ChatRequest {
    /// What the answer looks like.
    pub(crate) shape: Shape,
    pub(crate) model: String,
    pub(crate) text: TextRequest,
    pub(crate) stream: bool,
    pub(crate) include_usage: bool,
    pub(crate) stops: Vec<String>,
    /// Whether the user allows that the request is kept and asked again, if the body says so.
    pub(crate) store: Option<bool>,
}

impl ChatRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// 400, with the parameter at fault.
    pub(crate) fn read(body: &[u8], config: &GatewayConfig) -> Result<Self, ApiError> {
        let body: Body = serde_json::from_slice(body).map_err(|error| {
            let code = if error.is_data() { "invalid_request" } else { "invalid_json" };
            ApiError::new(StatusCode::BAD_REQUEST, code, format!("the body is no chat request: {error}"))
        })?;
        if let Some(param) = body.unsupported() {
            return Err(ApiError::invalid(param, format!("`{param}` isn't supported here: leave it out")));
        }
        if body.response_format.is_some_and(|format| format.kind != "text") {
            return Err(ApiError::invalid("response_format", "only `text` is supported here"));
        }
        if body.n.is_some_and(|n| n != 1) {
            return Err(ApiError::invalid("n", "only one choice is made: leave `n` out, or ask several times"));
        }
        let model = named(body.model)?;
        // The newer name counts where both are given.
        let most = match body.max_completion_tokens {
            Some(wish) => ("max_completion_tokens", Some(wish)),
            None => ("max_tokens", body.max_tokens),
        };
        let messages = messages(body.messages)?;
        let seed = seed(body.seed, &messages);
        let (max_tokens, temperature) = (tokens(most, config)?, temperature(body.temperature)?);
        let text = TextRequest { messages, max_tokens, temperature, seed };
        // What no miner would take is told at once.
        text.check().map_err(|error| ApiError::invalid("messages", error.to_string()))?;
        Ok(Self {
            shape: Shape::Chat,
            model,
            text,
            stream: body.stream.unwrap_or(false),
            include_usage: body.stream_options.and_then(|options| options.include_usage).unwrap_or(false),
            stops: stops(body.stop)?,
            store: body.store,
        })
    }
}

/// The model's name.
///
/// # Errors
/// 400 if there is none.
pub(crate) fn named(model: Option<String>) -> Result<String, ApiError> {
    let model = model.filter(|model| !model.is_empty());
    model.ok_or_else(|| ApiError::invalid("model", "name a model, such as `text`"))
}

/// The temperature to ask for.
///
/// # Errors
/// 400 if it isn't one from 0 to 2.
pub(crate) fn temperature(wish: Option<f64>) -> Result<f32, ApiError> {
    let temperature = wish.unwrap_or(f64::from(USUAL_TEMPERATURE));
    if !(0.0..=2.0).contains(&temperature) {
        return Err(ApiError::invalid("temperature", "give a temperature from 0 to 2"));
    }
    Ok(temperature as f32)
}

/// The seed to ask with: any, or one that follows from the client's and what is said. Tasks have any of 64 bits, from which
/// people's 42, and whatever comes twice, could be told.
pub(crate) fn seed(wish: Option<i64>, said: &[Message]) -> u64 {
    let Some(wish) = wish else { return rand::random() };
    let mut hasher = Sha256::new_with_prefix(wish.to_le_bytes());
    for message in said {
        for part in [message.role.as_str(), &message.content] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = hasher.finalize().into();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// How many tokens to ask for, by the field of this name.
///
/// # Errors
/// 400 if they are none.
pub(crate) fn tokens((param, wish): (&'static str, Option<i64>), config: &GatewayConfig) -> Result<u32, ApiError> {
    match wish {
        None => Ok(config.default_tokens.min(config.max_tokens).max(1)),
        Some(wish) if wish < 1 => Err(ApiError::invalid(param, "ask for at least 1 token")),
        Some(wish) => Ok(u32::try_from(wish).unwrap_or(u32::MAX).min(config.max_tokens.max(1))),
    }
}

fn messages(turns: Option<Vec<Turn>>) -> Result<Vec<Message>, ApiError> {
    let turns = turns.unwrap_or_default();
    if turns.is_empty() || turns.len() > MAX_MESSAGES {
        return Err(ApiError::invalid("messages", format!("send 1 to {MAX_MESSAGES} messages")));
    }
    turns.into_iter().map(message).collect()
}

fn message(turn: Turn) -> Result<Message, ApiError> {
    let role = match turn.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return Err(ApiError::invalid("messages", "a role is system, developer, user or assistant")),
    };
    let content = match turn.content {
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => {
            let mut whole = String::new();
            for part in parts {
                match (part.kind.as_str(), part.text) {
                    ("text", Some(text)) => whole.push_str(&text),
                    _ => return Err(ApiError::invalid("messages", "only text parts are understood")),
                }
            }
            whole
        }
        None if role == Role::Assistant => String::new(),
        None => return Err(ApiError::invalid("messages", "a message needs `content`: text, or a list of text parts")),
    };
    Ok(Message { role, content })
}

/// The texts at which an answer ends.
///
/// # Errors
/// 400 if they are too many, too long, or empty.
pub(crate) fn stops(stop: Option<Stop>) -> Result<Vec<String>, ApiError> {
    let stops = match stop {
        None => Vec::new(),
        Some(Stop::One(stop)) => vec![stop],
        Some(Stop::Several(stops)) => stops,
    };
    if stops.len() > MAX_STOPS || stops.iter().any(|stop| stop.is_empty() || stop.len() > MAX_STOP) {
        let message = format!("give at most {MAX_STOPS} stop texts of 1 to {MAX_STOP} bytes");
        return Err(ApiError::invalid("stop", message));
    }
    Ok(stops)
}
