//! What a skill returns.

use super::words::Question;

/// A value and the sentence that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The value alone.
    pub value: String,
    /// A short sentence that ends with the value where possible.
    pub sentence: String,
}

impl Answer {
    /// "The `what` is `value`."
    pub(super) fn the(what: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { sentence: format!("The {what} is {value}."), value }
    }

    /// A value with a sentence of its own.
    pub(super) fn new(value: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { value: value.into(), sentence: sentence.into() }
    }

    /// "Yes, …" or "No, …".
    pub(super) fn yes_or_no(yes: bool, reason: String) -> Self {
        let value = if yes { "Yes" } else { "No" };
        Self { value: value.to_owned(), sentence: format!("{value}, {reason}.") }
    }

    /// The value alone if the question wants nothing else, else the sentence.
    pub(super) fn for_question(self, question: &Question) -> String {
        let bare =
            ["only the", "just the", "nothing else", "no explanation", "number only", "value only", "single number"];
        if question.has(&bare) {
            self.value
        } else {
            self.sentence
        }
    }
}
