//! The three verbs of the text subnet.

use std::ops::ControlFlow;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::FutureExt;
use ganglion_models::{EngineError, Finish, GenerateRequest};
use ganglion_subnet::miner::Desk;
use ganglion_subnet::{Answer, AnswerError, Budget, Draw, Score, Seed, Subnet};
use ganglion_wire::{AxonBuilder, CallError, Dendrite, Target};

use crate::aids::Aids;
use crate::embed::{EmbedRequest, EmbedSynapse};
use crate::engine::TextModel;
use crate::judge::judge_all;
use crate::likeness::likeness;
use crate::streaming;
use crate::synapse::{TextRequest, TextResponse, TextSynapse};
use crate::tasks::{self, Task};

/// The text subnet's incentive mechanism: tasks drawn from the seed alone, scores that need nothing but the answers.
/// [`TextValidator`](crate::TextValidator) adds what a validator may have besides.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text;

/// Enough to end a loop after a few rounds, too little to change a sound answer.
const FREQUENCY_PENALTY: f64 = 0.3;

impl Subnet for Text {
    type Synapse = TextSynapse;
    type Task = Task;
    type Model = TextModel;

    fn task(&self, seed: &Seed) -> Draw<TextRequest, Task> {
        let (request, task) = tasks::draw(&mut seed.dice());
        Draw { request, kind: task.kind, task }
    }

    fn answer(&self, model: &TextModel, request: &TextRequest, budget: &Budget) -> Result<TextResponse, AnswerError> {
        Self::answer_in_pieces(model, request, budget, &mut |_| ControlFlow::Continue(()))
    }

    fn is_instant(&self, model: &TextModel, request: &TextRequest) -> bool {
        request.check().is_ok() && model.engine.is_instant(&generation(model, request))
    }

    fn score(&self, task: &Task, answers: &[Answer<TextResponse>]) -> Vec<Score> {
        judge_all(task, answers, &Aids::default())
    }

    fn serve(axon: AxonBuilder, desk: Desk<Self>) -> AxonBuilder {
        let embeds = desk.model().embedder.is_some();
        let aside = desk.clone();
        let axon = axon.stream::<TextSynapse, _, _>(move |_, request, chunks| {
            let desk = desk.clone();
            async move {
                desk.work(request, |workers, model, request| streaming::answer(workers, model, request, chunks)).await
            }
        });
        if !embeds {
            return axon;
        }
        axon.synapse::<EmbedSynapse, _, _>(move |_, request: EmbedRequest| {
            let desk = aside.clone();
            async move {
                desk.aside(move |model, budget| match &model.embedder {
                    Some(embedder) => request.answer(embedder.as_ref(), budget),
                    None => Err(AnswerError::Model("there is no embedder".into())),
                })
                .await
            }
        })
    }

    fn ask<'a>(
        dendrite: &'a Dendrite,
        target: &'a Target,
        request: &'a TextRequest,
        _: &'a Task,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<ganglion_wire::Answer<TextResponse>, CallError>> {
        streaming::ask(dendrite, target, request, timeout).boxed()
    }

    fn likeness(&self, _: &Task, a: &TextResponse, b: &TextResponse) -> f64 {
        likeness(a, b)
    }

    fn has_one_answer(&self, task: &Task) -> bool {
        task.truth.has_one_answer()
    }
}

impl Text {
    /// A miner's answer, each piece handed to `on_piece` as soon as it exists. The pieces add up to the answer.
    ///
    /// # Errors
    /// See [`AnswerError`]; [`AnswerError::Abandoned`] if `on_piece` breaks off.
    pub fn answer_in_pieces(
        model: &TextModel,
        request: &TextRequest,
        budget: &Budget,
        on_piece: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<TextResponse, AnswerError> {
        request.check()?;
        if budget.is_spent() {
            return Err(AnswerError::Abandoned);
        }
        let generate = generation(model, request);
        let mut go_on = |piece: &str| if budget.is_spent() { ControlFlow::Break(()) } else { on_piece(piece) };
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
