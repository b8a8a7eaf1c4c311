//! The message of the image subnet.

use ganglion_subnet::AnswerError;
use ganglion_wire::classic::Classic;
use ganglion_wire::{schema, Synapse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::picture::MAX_SIDE;
use crate::safety::words::unfit;

/// Most bytes of a prompt, and of what shouldn't be seen.
pub const MAX_PROMPT: usize = 2000;
/// Shortest side, pixels.
pub const MIN_SIDE: u32 = 32;

/// The image synapse, `POST /Image`.
#[derive(Clone, Copy, Debug)]
pub struct ImageSynapse;

impl Synapse for ImageSynapse {
    const NAME: &'static str = "Image";
    type Request = ImageRequest;
    type Response = ImageResponse;

    fn schema() -> serde_json::Value {
        schema::of::<Self>()
    }

    fn classic() -> Option<Classic> {
        let hashed = &["prompt", "negative_prompt", "width", "height", "seed"];
        Some(Classic { class: Self::NAME, required: &["prompt"], hashed })
    }
}

/// A picture to draw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImageRequest {
    /// What should be seen: 1 to 2 000 bytes.
    #[schemars(length(min = 1, max = 2000))]
    pub prompt: String,
    /// What shouldn't: at most 2 000 bytes.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub negative_prompt: String,
    /// Pixels in a row, 32 to 1 024.
    #[schemars(range(min = 32, max = 1024))]
    pub width: u32,
    /// Rows, 32 to 1 024.
    #[schemars(range(min = 32, max = 1024))]
    pub height: u32,
    /// Decides what is left to chance. Every miner is given another, so that no two are asked for the same picture.
    pub seed: u64,
}

/// A miner's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImageResponse {
    /// The picture: a PNG file of the asked size in base64, at most 2 MiB before that.
    #[schemars(length(max = 2796204))]
    pub image: String,
    /// What drew it, if the miner says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl ImageRequest {
    /// Checks what a miner demands before it does any work.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn check(&self) -> Result<(), AnswerError> {
        let refuse = |reason: &str| Err(AnswerError::Request(reason.into()));
        if self.prompt.len() > MAX_PROMPT || self.negative_prompt.len() > MAX_PROMPT {
            return refuse("send at most 2000 bytes of prompt");
        }
        if !self.prompt.chars().any(|c| !c.is_whitespace() && !c.is_control()) {
            return refuse("send a prompt that is not blank");
        }
        if let Some(word) = unfit(&self.prompt) {
            return refuse(&format!("such pictures are not drawn: leave out \"{word}\""));
        }
        let sides = MIN_SIDE..=MAX_SIDE;
        if !sides.contains(&self.width) || !sides.contains(&self.height) {
            return refuse("ask for 32 to 1024 pixels each way");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> ImageRequest {
        ImageRequest {
            prompt: "a red ball".into(),
            negative_prompt: String::new(),
            width: 256,
            height: 128,
            seed: u64::MAX,
        }
    }

    #[test]
    fn unreasonable_requests_are_refused_before_any_work() {
        let good = request();
        assert!(good.check().is_ok());
        let bad = [
            ImageRequest { prompt: " \n\u{7}".into(), ..good.clone() },
            ImageRequest { prompt: "x".repeat(MAX_PROMPT + 1), ..good.clone() },
            ImageRequest { negative_prompt: "x".repeat(MAX_PROMPT + 1), ..good.clone() },
            ImageRequest { prompt: "a nude by the sea".into(), ..good.clone() },
            ImageRequest { width: 0, ..good.clone() },
            ImageRequest { height: MAX_SIDE + 1, ..good.clone() },
            ImageRequest { width: u32::MAX, height: u32::MAX, ..good.clone() },
        ];
        assert!(bad.iter().all(|request| request.check().is_err()));
    }

    #[test]
    fn the_schema_describes_what_is_sent() {
        let names = |object: &serde_json::Value| -> Vec<String> {
            let mut names: Vec<String> = object.as_object().expect("an object").keys().cloned().collect();
            names.sort();
            names
        };
        let schema = ImageSynapse::schema();
        let sent = serde_json::to_value(request()).expect("JSON");
        assert_eq!(names(&schema["request"]["properties"]), names(&sent));
        assert_eq!(schema["request"]["properties"]["width"]["maximum"], serde_json::json!(MAX_SIDE));
        let answer = ImageResponse { image: "iVBORw0KGgo=".into(), model: Some("renderer".into()) };
        let answer = serde_json::to_value(answer).expect("JSON");
        assert_eq!(names(&schema["response"]["properties"]), names(&answer));
    }
}
