//! `POST /v1/completions`: a prompt instead of a chat. Miners hold conversations, so the prompt reaches them as what a user
//! says.

use crate::{
    error::ApiError,
    openai::{named, seed, stops, temperature, tokens, ChatRequest, Stop, StreamOptions},
    shape::Shape,
    GatewayConfig,
};
use axum::http::StatusCode;
use ganglion_models::Message;
use ganglion_subnet_text::TextRequest;
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    model: Option<String>,
    prompt: Option<Prompt>,
    max_tokens: Option<i64>,
    temperature: Option<f64>,
    seed: Option<i64>,
    n: Option<i64>,
    best_of: Option<i64>,
    echo: Option<bool>,
    suffix: Option<String>,
    logprobs: Option<i64>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    stop: Option<Stop>,
    store: Option<bool>,
}

/// OpenAI takes texts and lists of token numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Prompt {
    Text(String),
    Texts(Vec<String>),
    Tokens(Vec<u32>),
    TokenLists(#[expect(dead_code, reason = "it is refused, and read so that the refusal names it")] Vec<Vec<u32>>),
}

/// Reads a body.
///
/// # Errors
/// 400, with the parameter at fault.
pub(crate) fn read(body: &[u8], config: &GatewayConfig) -> Result<ChatRequest, ApiError> {
    let body: Body = serde_json::from_slice(body).map_err(|error| {
        let code = if error.is_data() { "invalid_request" } else { "invalid_json" };
        ApiError::new(StatusCode::BAD_REQUEST, code, format!("the body is no completion request: {error}"))
    })?;
    for (param, count) in [("n", body.n), ("best_of", body.best_of)] {
        if count.is_some_and(|count| count != 1) {
            let message = format!("only one choice is made: leave `{param}` out, or ask several times");
            return Err(ApiError::invalid(param, message));
        }
    }
    let wanted = [
        ("echo", body.echo == Some(true)),
        ("suffix", body.suffix.is_some_and(|suffix| !suffix.is_empty())),
        ("logprobs", body.logprobs.is_some()),
    ];
    if let Some((param, _)) = wanted.into_iter().find(|(_, wanted)| *wanted) {
        return Err(ApiError::invalid(param, format!("`{param}` isn't supported here: leave it out")));
    }
    let messages = vec![Message::user(prompt(body.prompt)?)];
    let seed = seed(body.seed, &messages);
    let max_tokens = tokens(("max_tokens", body.max_tokens), config)?;
    let text = TextRequest { messages, max_tokens, temperature: temperature(body.temperature)?, seed };
    // What no miner would take is told at once.
    text.check().map_err(|error| ApiError::invalid("prompt", error.to_string()))?;
    Ok(ChatRequest {
        shape: Shape::Completion,
        model: named(body.model)?,
        text,
        stream: body.stream.unwrap_or(false),
        include_usage: body.stream_options.and_then(|options| options.include_usage).unwrap_or(false),
        stops: stops(body.stop)?,
        store: body.store,
    })
}

fn prompt(prompt: Option<Prompt>) -> Result<String, ApiError> {
    let refuse = |reason: &str| Err(ApiError::invalid("prompt", reason));
    match prompt {
        None => refuse("send a `prompt`: the text to go on from"),
        Some(Prompt::Text(text)) => Ok(text),
        Some(Prompt::Texts(texts)) => match <[String; 1]>::try_from(texts) {
            Ok([text]) => Ok(text),
            Err(_) => refuse("send one prompt at a time"),
        },
        Some(Prompt::Tokens(tokens)) if tokens.is_empty() => refuse("the prompt is empty: send some text"),
        Some(Prompt::Tokens(_) | Prompt::TokenLists(_)) => {
            refuse("token numbers mean something to one model only: send the prompt as text")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::refuses;
    use ganglion_keys::Keypair;
    use serde_json::json;
    use std::sync::Arc;

    fn config() -> GatewayConfig {
        GatewayConfig::new(Vec::new(), Arc::new(Keypair::from_seed([1; 32])), 1)
    }

    #[test]
    fn a_prompt_is_what_a_user_says() {
        for prompt in [json!("Once upon"), json!(["Once upon"])] {
            let body =
                json!({ "model": "text", "prompt": prompt, "seed": 7, "stop": "\n", "top_p": 0.5, "user": "me" });
            let request = read(body.to_string().as_bytes(), &config()).expect("a request");
            let said = vec![Message::user("Once upon")];
            assert_eq!((request.text.seed, request.stops), (seed(Some(7), &said), vec!["\n".to_owned()]));
            assert_eq!((request.shape, request.text.messages), (Shape::Completion, said));
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_with_the_parameter() {
        let config = config();
        let read = |body: &[u8]| read(body, &config);
        let usual = json!({ "model": "text", "prompt": "hi" });
        let prompts = [json!(null), json!([]), json!(["a", "b"]), json!([1, 2]), json!([[1], [2]]), json!(" ")];
        refuses(read, &usual, &prompts.map(|prompt| ("prompt", prompt, Some("prompt"))));
        refuses(
            read,
            &usual,
            &[
                ("model", json!(""), Some("model")),
                ("n", json!(2), Some("n")),
                ("best_of", json!(3), Some("best_of")),
                ("echo", json!(true), Some("echo")),
                ("suffix", json!("end"), Some("suffix")),
                ("logprobs", json!(2), Some("logprobs")),
                ("temperature", json!(3), Some("temperature")),
                ("max_tokens", json!(0), Some("max_tokens")),
                ("prompt", json!(7), None),
            ],
        );
    }
}
