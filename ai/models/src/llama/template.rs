//! How a model wants to be spoken to: the marks around each turn of a conversation.
//!
//! Files carry their template as a program in Jinja. Four forms cover the family; which one a model has shows in its
//! control tokens.

use crate::message::Role;

use super::tokenizer::Tokenizer;

/// What models were tuned to hear when nobody gives a system message, as their templates spell it; longest first.
const DEFAULT_SYSTEMS: [&str; 3] = [
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
    "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
    "You are a helpful assistant.",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `<|im_start|>user⏎…<|im_end|>⏎`
    ChatMl { start: u32, end: u32 },
    /// `<|start_header_id|>user<|end_header_id|>⏎⏎…<|eot_id|>`
    Headers { start: u32, middle: u32, end: u32 },
    /// `<start_of_turn>user⏎…<end_of_turn>⏎`; there is no system role.
    Turns { start: u32, end: u32 },
    /// A transcript, for a model that was not tuned to talk.
    Transcript,
}

/// The form of a model's conversations.
pub(crate) struct Template {
    form: Form,
    default_system: Option<&'static str>,
    beginning: Option<u32>,
}

/// What stands around the text of one turn.
pub(crate) struct Frame {
    /// Before it.
    pub before: Vec<u32>,
    /// Text that belongs to the marks and is read together with the turn's own.
    pub lead: &'static str,
    /// After it.
    pub after: Vec<u32>,
}

impl Template {
    /// Finds the form. `jinja` is the file's own template; a model without one was not tuned to talk.
    pub(crate) fn find(tokenizer: &Tokenizer, jinja: Option<&str>) -> Self {
        let mark = |name: &str| tokenizer.mark(name);
        let form = if jinja.is_none() {
            Form::Transcript
        } else if let (Some(start), Some(end)) = (mark("<|im_start|>"), mark("<|im_end|>")) {
            Form::ChatMl { start, end }
        } else if let (Some(start), Some(middle), Some(end)) =
            (mark("<|start_header_id|>"), mark("<|end_header_id|>"), mark("<|eot_id|>"))
        {
            Form::Headers { start, middle, end }
        } else if let (Some(start), Some(end)) = (mark("<start_of_turn>"), mark("<end_of_turn>")) {
            Form::Turns { start, end }
        } else {
            Form::Transcript
        };
        let says = |system: &&&str| jinja.is_some_and(|jinja| jinja.contains(**system));
        let default_system = DEFAULT_SYSTEMS.iter().find(says).copied().filter(|_| matches!(form, Form::ChatMl { .. }));
        Self { form, default_system, beginning: tokenizer.beginning }
    }

    /// Begins the conversation.
    pub(crate) fn beginning(&self) -> Option<u32> {
        self.beginning
    }

    /// The system message if the conversation has none.
    pub(crate) fn default_system(&self) -> Option<&'static str> {
        self.default_system
    }

    /// Whether the model was tuned to talk.
    pub(crate) fn talks(&self) -> bool {
        self.form != Form::Transcript
    }

    /// The mark that ends an answer.
    pub(crate) fn end(&self) -> Option<u32> {
        match self.form {
            Form::ChatMl { end, .. } | Form::Headers { end, .. } | Form::Turns { end, .. } => Some(end),
            Form::Transcript => None,
        }
    }

    /// Text that ends an answer as well.
    pub(crate) fn stops(&self) -> &'static [&'static str] {
        match self.form {
            Form::Transcript => &["\nUser:"],
            _ => &[],
        }
    }

    /// What stands around a turn of `role`.
    pub(crate) fn frame(&self, tokenizer: &Tokenizer, role: Role) -> Result<Frame, String> {
        let lead = self.lead(role);
        Ok(match self.form {
            Form::ChatMl { start, end } | Form::Turns { start, end } => {
                let mut after = vec![end];
                after.extend(tokenizer.encode("\n")?);
                Frame { before: vec![start], lead, after }
            }
            Form::Headers { start, middle, end } => {
                let mut before = vec![start];
                before.extend(tokenizer.encode(role.as_str())?);
                before.push(middle);
                Frame { before, lead, after: vec![end] }
            }
            Form::Transcript => Frame { before: Vec::new(), lead, after: tokenizer.encode("\n")? },
        })
    }

    /// Opens the assistant's turn.
    pub(crate) fn opening(&self, tokenizer: &Tokenizer) -> Result<Vec<u32>, String> {
        let Frame { mut before, lead, .. } = self.frame(tokenizer, Role::Assistant)?;
        before.extend(tokenizer.encode(lead.trim_end_matches(' '))?);
        Ok(before)
    }

    fn lead(&self, role: Role) -> &'static str {
        match (self.form, role) {
            (Form::ChatMl { .. }, Role::System) => "system\n",
            (Form::Turns { .. }, Role::System) | (Form::ChatMl { .. } | Form::Turns { .. }, Role::User) => "user\n",
            (Form::ChatMl { .. }, Role::Assistant) => "assistant\n",
            (Form::Turns { .. }, Role::Assistant) => "model\n",
            (Form::Headers { .. }, _) => "\n\n",
            (Form::Transcript, Role::System) => "System: ",
            (Form::Transcript, Role::User) => "User: ",
            (Form::Transcript, Role::Assistant) => "Assistant: ",
        }
    }
}
