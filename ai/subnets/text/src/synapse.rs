//! The message of the text subnet.

use ganglion_models::Message;
use ganglion_subnet::AnswerError;
use ganglion_wire::classic::Classic;
use ganglion_wire::{schema, Synapse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most messages in one request.
pub const MAX_MESSAGES: usize = 64;
/// Most bytes of text in one request.
pub const MAX_TEXT: usize = 64 << 10;
/// Most tokens that may be asked for.
pub const MAX_TOKENS: u32 = 2048;

/// The text synapse, `POST /Text`.
#[derive(Clone, Copy, Debug)]
pub struct TextSynapse;

impl Synapse for TextSynapse {
    const NAME: &'static str = "Text";
    type Request = TextRequest;
    type Response = TextResponse;

    fn schema() -> serde_json::Value {
        schema::of::<Self>()
    }

    /// As a Python class. Miners answer in pieces, so Python neurons get the completion's text and nothing else, as it is
    /// made:
    ///
    /// ```text
    /// class Text(bittensor.StreamingSynapse):
    ///     messages: typing.List[typing.Dict[str, str]]
    ///     max_tokens: int = 256
    ///     temperature: float = 0.0
    ///     seed: int = 0
    ///     completion: typing.Optional[str] = None
    ///     required_hash_fields: typing.ClassVar[typing.Tuple[str, ...]] = ("messages", "max_tokens", "temperature", "seed")
    ///
    ///     async def process_streaming_response(self, response):
    ///         decoder = codecs.getincrementaldecoder("utf-8")()
    ///         self.completion = ""
    ///         async for piece in response.content.iter_any():
    ///             self.completion += decoder.decode(piece)
    ///             yield piece
    ///
    ///     def extract_response_json(self, response):
    ///         return {}
    /// ```
    fn classic() -> Option<Classic> {
        let hashed = &["messages", "max_tokens", "temperature", "seed"];
        Some(Classic { class: Self::NAME, required: &["messages"], hashed })
    }
}

/// A conversation to continue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextRequest {
    /// The conversation so far, oldest first: 1 to 64 messages, at most 64 KiB of text in all.
    #[schemars(with = "Vec<Turn>", length(min = 1, max = 64))]
    pub messages: Vec<Message>,
    /// Most tokens to answer with, 1 to 2 048.
    #[schemars(range(min = 1, max = 2048))]
    pub max_tokens: u32,
    /// Wished sampling temperature, 0 to 5. A miner may use its own: it answers for the result.
    #[schemars(range(min = 0.0, max = 5.0))]
    pub temperature: f32,
    /// Seed of the sampler.
    pub seed: u64,
}

/// What the schema says of a [`Message`], which describes itself to engines only.
#[derive(JsonSchema)]
#[schemars(rename = "Message")]
#[expect(dead_code, reason = "described, never made")]
struct Turn {
    /// Who speaks.
    role: Speaker,
    /// What is said.
    content: String,
}

/// See [`Turn`].
#[derive(JsonSchema)]
#[schemars(rename = "Role", rename_all = "lowercase")]
#[expect(dead_code, reason = "described, never made")]
enum Speaker {
    System,
    User,
    Assistant,
}

/// A miner's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextResponse {
    /// The answer.
    pub completion: String,
    /// Why it ended: `stop` or `length`.
    pub finish: String,
    /// Tokens read.
    pub prompt_tokens: u32,
    /// Tokens written, at most what was asked for.
    pub completion_tokens: u32,
}

impl TextRequest {
    /// Checks what a miner demands before it does any work.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn check(&self) -> Result<(), AnswerError> {
        let refuse = |reason: &str| Err(AnswerError::Request(reason.into()));
        let text: usize = self.messages.iter().map(|message| message.content.len()).sum();
        if self.messages.is_empty() || self.messages.len() > MAX_MESSAGES {
            return refuse("send 1 to 64 messages");
        }
        if text > MAX_TEXT {
            return refuse("send at most 64 KiB of text");
        }
        if !self.messages.iter().any(|message| message.content.chars().any(|c| !c.is_whitespace() && !c.is_control())) {
            return refuse("send at least one message that is not blank");
        }
        if !(1..=MAX_TOKENS).contains(&self.max_tokens) {
            return refuse("ask for 1 to 2048 tokens");
        }
        if !(0.0..=5.0).contains(&self.temperature) {
            return refuse("give a temperature from 0 to 5");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreasonable_requests_are_refused_before_any_work() {
        let good = TextRequest { messages: vec![Message::user("hi")], max_tokens: 8, temperature: 0.0, seed: 0 };
        assert!(good.check().is_ok());
        let bad = [
            TextRequest { messages: vec![], ..good.clone() },
            TextRequest { messages: vec![Message::user("x"); 65], ..good.clone() },
            TextRequest { messages: vec![Message::user(" \n\u{7}")], ..good.clone() },
            TextRequest { messages: vec![Message::user("x".repeat(MAX_TEXT + 1))], ..good.clone() },
            TextRequest { max_tokens: 0, ..good.clone() },
            TextRequest { max_tokens: 2049, ..good.clone() },
            TextRequest { temperature: f32::NAN, ..good.clone() },
            TextRequest { temperature: -1.0, ..good.clone() },
        ];
        assert!(bad.iter().all(|request| request.check().is_err()));
    }

    #[test]
    fn the_schema_describes_what_is_sent() {
        let schema = TextSynapse::schema();
        let request = &schema["request"];
        let sent = TextRequest {
            messages: vec![Message::system("a"), Message::user("b"), Message::assistant("c")],
            max_tokens: 8,
            temperature: 0.5,
            seed: u64::MAX,
        };
        let sent = serde_json::to_value(sent).expect("JSON");
        assert_eq!(names(&request["properties"]), names(&sent));
        assert_eq!(names(&request["$defs"]["Message"]["properties"]), names(&sent["messages"][0]));
        let roles = request["$defs"]["Role"].to_string();
        for message in sent["messages"].as_array().expect("list") {
            assert!(roles.contains(&message["role"].to_string()), "{roles}");
        }
        assert_eq!((&request["properties"]["max_tokens"]["maximum"]), &serde_json::json!(MAX_TOKENS));
        assert_eq!((&request["properties"]["messages"]["maxItems"]), &serde_json::json!(MAX_MESSAGES));
    }

    #[test]
    fn a_classic_signature_covers_all_that_is_asked() {
        let asked = TextRequest { messages: Vec::new(), max_tokens: 1, temperature: 0.0, seed: 0 };
        let asked = serde_json::to_value(asked).expect("JSON");
        let facts = TextSynapse::classic().expect("facts");
        let mut hashed: Vec<String> = facts.hashed.iter().map(|name| (*name).to_owned()).collect();
        hashed.sort();
        assert_eq!(hashed, names(&asked));
    }

    fn names(object: &serde_json::Value) -> Vec<String> {
        let mut names: Vec<String> = object.as_object().expect("object").keys().cloned().collect();
        names.sort();
        names
    }
}
