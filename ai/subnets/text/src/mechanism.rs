//! The three verbs of the text subnet.

use std::ops::ControlFlow;

use ganglion_models::{EngineError, Finish, GenerateRequest};
use ganglion_subnet::{Answer, AnswerError, Budget, Draw, Score, Seed, Subnet};

use crate::engine::TextModel;
use crate::judge::judge;
use crate::likeness::likeness;
use crate::synapse::{TextRequest, TextResponse, TextSynapse};
use crate::tasks::{self, Task};

/// The text subnet's incentive mechanism.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text;

/// Enough to end a loop after a few rounds, too little to change a sound answer.
const FREQUENCY_PENALTY: f64 = 0.3;

impl Subnet for Text {
    type Synapse = TextSynapse;
    type Task = Task;
    type Model = TextModel;

    fn task(&self, seed: &Seed) -> Draw<TextRequest, Task> {
        let mut dice = seed.dice();
        let (messages, task) = tasks::draw(&mut dice);
        let request = TextRequest { messages, max_tokens: task.max_tokens, temperature: 0.0, seed: dice.bits() };
        Draw { request, kind: task.kind, task }
    }

    fn answer(&self, model: &TextModel, request: &TextRequest, budget: &Budget) -> Result<TextResponse, AnswerError> {
        request.check()?;
        if budget.is_spent() {
            return Err(AnswerError::Abandoned);
        }
        let generate = generation(model, request);
        let mut go_on = |_: &str| if budget.is_spent() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let made = model.engine.generate(&generate, &mut go_on).map_err(|error| match error {
            EngineError::EmptyRequest => AnswerError::Request(error.to_string()),
            other => AnswerError::Model(other.to_string()),
        })?;
        if made.finish == Finish::Cancelled {
            return Err(AnswerError::Abandoned);
        }
        let count = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX);
        Ok(TextResponse {
            completion: made.text,
            finish: made.finish.as_str().to_owned(),
            prompt_tokens: count(made.prompt_tokens),
            completion_tokens: count(made.completion_tokens),
        })
    }

    fn is_instant(&self, model: &TextModel, request: &TextRequest) -> bool {
        request.check().is_ok() && model.engine.is_instant(&generation(model, request))
    }

    fn score(&self, task: &Task, answers: &[Answer<TextResponse>]) -> Vec<Score> {
        answers.iter().map(|answer| judge(task, &answer.response, answer.elapsed)).collect()
    }

    fn likeness(&self, _: &Task, a: &TextResponse, b: &TextResponse) -> f64 {
        likeness(a, b)
    }
}

fn generation(model: &TextModel, request: &TextRequest) -> GenerateRequest {
    GenerateRequest {
        messages: request.messages.clone(),
        max_tokens: usize::try_from(request.max_tokens).unwrap_or(usize::MAX),
        temperature: model.temperature.unwrap_or(f64::from(request.temperature)),
        frequency_penalty: FREQUENCY_PENALTY,
        seed: request.seed,
        ..GenerateRequest::default()
    }
}
