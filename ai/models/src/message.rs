//! One turn of a conversation.

use serde::{Deserialize, Serialize};

/// Who speaks in a [`Message`]. Written in lower case on the wire, as OpenAI-like servers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Standing instructions for the model.
    System,
    /// The person who asks.
    User,
    /// The model's own earlier answer.
    Assistant,
}

impl Role {
    /// The lower-case name, as used on the wire and in chat templates.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One turn of a conversation: a role and plain text. The text is data: whatever it contains, an engine never reads
/// it as a control token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, any UTF-8.
    pub content: String,
}

impl Message {
    /// A system message.
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: Role::System, content: content.into() }
    }

    /// A user message.
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// An assistant message.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// The text of the last user message, if there is one: the question that an engine without memory answers.
pub fn last_user(messages: &[Message]) -> Option<&str> {
    messages.iter().rev().find(|m| m.role == Role::User).map(|m| m.content.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_shape_is_lower_case() {
        let text = serde_json::to_string(&Message::assistant("hi")).expect("serialises");
        assert_eq!(text, r#"{"role":"assistant","content":"hi"}"#);
        assert!(serde_json::from_str::<Message>(r#"{"role":"root","content":"x"}"#).is_err());
    }

    #[test]
    fn the_last_user_turn_counts() {
        let chat = [Message::user("a"), Message::assistant("b"), Message::user("c"), Message::assistant("d")];
        assert_eq!(last_user(&chat), Some("c"));
        assert_eq!(last_user(&chat[1..2]), None);
    }
}
