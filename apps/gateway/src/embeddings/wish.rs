//! What clients ask of `/v1/embeddings`, read strictly where it matters.

use super::MODEL;
use crate::{error::ApiError, openai::named};
use axum::http::StatusCode;
use ganglion_keys::PublicKey;
use ganglion_subnet_text::embed::{EmbedRequest, USUAL_MODEL};
use serde::Deserialize;

#[derive(Deserialize)]
struct Asked {
    model: Option<String>,
    input: Option<Input>,
    encoding_format: Option<String>,
    dimensions: Option<i64>,
}

/// OpenAI takes texts and lists of token numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Texts(Vec<String>),
    Tokens(Vec<u32>),
    TokenLists(#[expect(dead_code, reason = "it is refused, and read so that the refusal names it")] Vec<Vec<u32>>),
}

/// A request that can be passed on.
#[derive(Debug)]
pub(super) struct Wish {
    /// The only miner that may answer, if the user names one.
    pub(super) hotkey: Option<PublicKey>,
    pub(super) request: EmbedRequest,
    /// Vectors as base64 of little-endian 32-bit floats, as OpenAI's own clients ask for them.
    pub(super) packed: bool,
}

impl Wish {
    /// Reads a body.
    ///
    /// # Errors
    /// 400, with the parameter at fault; 404 if there is no such model.
    pub(super) fn read(body: &[u8]) -> Result<Self, ApiError> {
        let asked: Asked = serde_json::from_slice(body).map_err(|error| {
            let code = if error.is_data() { "invalid_request" } else { "invalid_json" };
            ApiError::new(StatusCode::BAD_REQUEST, code, format!("the body is no embedding request: {error}"))
        })?;
        let packed = match asked.encoding_format.as_deref() {
            None | Some("float") => false,
            Some("base64") => true,
            Some(_) => return Err(ApiError::invalid("encoding_format", "the format is float or base64")),
        };
        if asked.dimensions.is_some() {
            let message = "vectors have as many dimensions as the model gives them: leave `dimensions` out";
            return Err(ApiError::invalid("dimensions", message));
        }
        let texts = match asked.input {
            None => return Err(ApiError::invalid("input", "send `input`: a text, or a list of texts")),
            Some(Input::Text(text)) => vec![text],
            Some(Input::Texts(texts)) => texts,
            Some(Input::Tokens(tokens)) if tokens.is_empty() => Vec::new(),
            Some(Input::Tokens(_) | Input::TokenLists(_)) => {
                let message = "token numbers mean something to one model only: send the input as text";
                return Err(ApiError::invalid("input", message));
            }
        };
        let hotkey = model(&named(asked.model)?)?;
        let request = EmbedRequest { model: USUAL_MODEL.to_owned(), texts };
        // What no miner would take is told at once.
        request.check().map_err(|error| ApiError::invalid("input", error.to_string()))?;
        Ok(Self { hotkey, request, packed })
    }
}

/// Whom a model's name means: `None` is anybody.
fn model(name: &str) -> Result<Option<PublicKey>, ApiError> {
    if name == MODEL || name == USUAL_MODEL {
        return Ok(None);
    }
    let hotkey = name.strip_prefix("embed:").and_then(|hotkey| PublicKey::from_ss58(hotkey).ok());
    hotkey.map(Some).ok_or_else(|| {
        let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
        ApiError::no_model(format!(
            "there is no model `{name}` here; there are: {MODEL}, {USUAL_MODEL}, embed:<hotkey>"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::refuses;
    use serde_json::{json, Value};

    fn read(body: &Value) -> Result<Wish, ApiError> {
        Wish::read(body.to_string().as_bytes())
    }

    #[test]
    fn what_clients_send_is_understood() {
        let wish = read(&json!({ "model": "embed", "input": "hi", "encoding_format": "base64", "user": "me" }));
        let wish = wish.expect("a wish");
        assert_eq!((wish.request.texts.as_slice(), wish.packed, wish.hotkey), (&["hi".to_owned()][..], true, None));
        let hotkey = PublicKey([7; 32]);
        let named = format!("embed:{}", hotkey.to_ss58());
        let wish = read(&json!({ "model": named, "input": ["a", "b"] })).expect("a wish");
        assert_eq!((wish.request.texts.len(), wish.packed, wish.hotkey), (2, false, Some(hotkey)));
        assert_eq!(wish.request.model, USUAL_MODEL);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_parameter() {
        let usual = json!({ "model": "embed", "input": "hi" });
        let inputs = [json!(null), json!([]), json!([1, 2]), json!([[1], [2]]), json!(" "), json!(["a", ""])];
        refuses(Wish::read, &usual, &inputs.map(|input| ("input", input, Some("input"))));
        refuses(
            Wish::read,
            &usual,
            &[
                ("input", json!(7), None),
                ("model", json!(""), Some("model")),
                ("model", json!("text-embedding-3-small"), Some("model")),
                ("model", json!("embed:nobody"), Some("model")),
                ("dimensions", json!(8), Some("dimensions")),
                ("encoding_format", json!("hex"), Some("encoding_format")),
            ],
        );
    }
}
