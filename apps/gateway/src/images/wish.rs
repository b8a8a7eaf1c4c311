//! What a user wants to see.

use crate::{error::ApiError, openai::seed};
use axum::http::StatusCode;
use ganglion_subnet_image::ImageRequest;
use serde::Deserialize;

/// Most pictures of one request.
const MOST: usize = 4;
/// Pixels on a side where the user doesn't say.
const USUAL_SIDE: u32 = 256;

#[derive(Deserialize)]
struct Asking {
    prompt: Option<String>,
    negative_prompt: Option<String>,
    model: Option<String>,
    n: Option<i64>,
    size: Option<String>,
    seed: Option<i64>,
    response_format: Option<String>,
    store: Option<bool>,
}

/// A request that can be passed on.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) model: String,
    pub(super) count: usize,
    pub(super) request: ImageRequest,
    /// Whether the user allows that it is drawn again, for validators, if the body says so.
    pub(super) store: Option<bool>,
}

impl Wish {
    /// What a body asks for.
    ///
    /// # Errors
    /// 400 with the parameter that makes no sense.
    pub(super) fn read(body: &[u8]) -> Result<Self, ApiError> {
        let asked: Asking = serde_json::from_slice(body).map_err(|error| {
            let code = if error.is_data() { "invalid_request" } else { "invalid_json" };
            ApiError::new(StatusCode::BAD_REQUEST, code, format!("the body is no image request: {error}"))
        })?;
        if asked.response_format.is_some_and(|format| format != "b64_json") {
            return Err(ApiError::invalid("response_format", "only `b64_json` is supported here"));
        }
        let count = usize::try_from(asked.n.unwrap_or(1)).ok().filter(|count| (1..=MOST).contains(count));
        let count = count.ok_or_else(|| ApiError::invalid("n", format!("ask for 1 to {MOST} pictures")))?;
        let (width, height) = match asked.size.as_deref() {
            None | Some("auto") => (USUAL_SIDE, USUAL_SIDE),
            Some(size) => sides(size).ok_or_else(|| ApiError::invalid("size", "give a size such as 256x256"))?,
        };
        let request = ImageRequest {
            prompt: asked.prompt.ok_or_else(|| ApiError::invalid("prompt", "say what should be seen"))?,
            negative_prompt: asked.negative_prompt.unwrap_or_default(),
            width,
            height,
            seed: seed(asked.seed, &[]),
        };
        // What no miner would take is told at once.
        request.check().map_err(|error| ApiError::invalid("prompt", error.to_string()))?;
        Ok(Self { model: asked.model.unwrap_or_else(|| "image".to_owned()), count, request, store: asked.store })
    }
}

/// `256x128`.
fn sides(size: &str) -> Option<(u32, u32)> {
    let (width, height) = size.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
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
        let wish = read(&json!({ "prompt": "a red ball", "size": "128x64", "n": 2, "seed": 1 })).expect("a wish");
        let request = &wish.request;
        assert_eq!((wish.model.as_str(), wish.count), ("image", 2));
        assert_eq!((request.width, request.height, request.seed), (128, 64, seed(Some(1), &[])));
        let wish = read(&json!({ "prompt": "x", "quality": "high", "user": "me" })).expect("a wish");
        assert_eq!((wish.request.width, wish.count), (USUAL_SIDE, 1));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_parameter() {
        let usual = json!({ "prompt": "x" });
        refuses(
            Wish::read,
            &usual,
            &[
                ("prompt", json!(null), Some("prompt")),
                ("prompt", json!(" "), Some("prompt")),
                ("prompt", json!(7), None),
                ("n", json!(5), Some("n")),
                ("n", json!(-1), Some("n")),
                ("size", json!("huge"), Some("size")),
                ("size", json!("99999999999x1"), Some("size")),
                // Each number by itself is fine: no miner draws so much.
                ("size", json!("4096x4096"), Some("prompt")),
                ("response_format", json!("url"), Some("response_format")),
            ],
        );
    }
}
