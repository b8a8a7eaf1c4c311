//! Exact answers to questions that need no model: sums, dates, lists, letters, units and bases in natural wording.
//! Everything else goes to another engine.

mod answer;
mod arithmetic;
mod bases;
mod calendar;
mod dates;
mod expression;
mod letters;
mod lists;
mod rational;
mod units;
mod words;

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::draft::Draft;
use crate::engine::{EngineError, Finish, GenerateRequest, Generation, TextEngine};
use crate::likelihood::Logprobs;
use crate::message::{last_user, Message};

use answer::Answer;
use words::Question;

/// Answers what it can compute exactly and passes the rest to a fallback engine.
pub struct SkillRouter {
    name: String,
    fallback: Arc<dyn TextEngine>,
}

impl SkillRouter {
    /// A router in front of `fallback`.
    pub fn new(fallback: Arc<dyn TextEngine>) -> Self {
        Self { name: format!("skills+{}", fallback.name()), fallback }
    }

    /// The exact answer to `prompt` in one short sentence (or the bare value, if the prompt asks for nothing else);
    /// `None` if no skill is sure that it understands.
    pub fn answer(prompt: &str) -> Option<String> {
        let question = Question::read(prompt)?;
        let skills: [fn(&Question) -> Option<Answer>; 6] =
            [bases::answer, dates::answer, units::answer, letters::answer, lists::answer, arithmetic::answer];
        skills.iter().find_map(|skill| skill(&question)).map(|a| a.for_question(&question))
    }
}

impl TextEngine for SkillRouter {
    fn name(&self) -> &str {
        &self.name
    }

    fn generate(
        &self,
        request: &GenerateRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        let Some(answer) = last_user(&request.messages).and_then(Self::answer) else {
            return self.fallback.generate(request, on_text);
        };
        let mut draft = Draft::new(request.bounded_stops(), request.bounded_max_tokens(), on_text);
        let mut words = answer.split_inclusive(' ').peekable();
        while let Some(word) = words.next_if(|_| draft.is_open()) {
            draft.push(word.as_bytes());
        }
        // An answer of just so many words as it may have is whole.
        if words.peek().is_none() {
            draft.end(Finish::Stop);
        }
        let prompt_tokens = request.messages.iter().map(|m| m.content.split_whitespace().count()).sum();
        Ok(draft.close(prompt_tokens))
    }

    fn is_instant(&self, request: &GenerateRequest) -> bool {
        last_user(&request.messages).and_then(Self::answer).is_some()
    }

    fn logprobs(&self, messages: &[Message], continuation: &str) -> Result<Logprobs, EngineError> {
        self.fallback.logprobs(messages, continuation)
    }
}
