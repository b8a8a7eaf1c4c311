//! What a subnet has to say; the rest is the framework's.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::FutureExt;
use ganglion_primitives::NeuronId;
use ganglion_wire::{AxonBuilder, CallError, Dendrite, Synapse, Target};
use serde::{Deserialize, Serialize};

use crate::miner::Desk;
use crate::scoring::bits::Evidence;
use crate::scoring::windows::Window;
use crate::seed::Seed;
use crate::work::Budget;

/// What the miner of `S` is asked.
pub type RequestOf<S> = <<S as Subnet>::Synapse as Synapse>::Request;
/// What it answers.
pub type ResponseOf<S> = <<S as Subnet>::Synapse as Synapse>::Response;

/// One incentive mechanism: three verbs over one typed message.
///
/// All three are plain functions without chain, clock or socket, and may block: the framework calls them on threads
/// made for that.
pub trait Subnet: Send + Sync + 'static {
    /// The message between validators, users and miners.
    type Synapse: Synapse;
    /// What the validator must remember of a task to score its answers.
    type Task: Send + Sync + 'static;
    /// What answers: an engine, a model, anything.
    type Model: ?Sized + Send + Sync + 'static;

    /// Draws a task. The same seed gives the same task on every machine.
    fn task(&self, seed: &Seed) -> Draw<RequestOf<Self>, Self::Task>
    where
        Self: Sized;

    /// A miner's answer. Long work should ask `budget` now and then whether anybody still waits.
    ///
    /// # Errors
    /// See [`AnswerError`]; the caller is told, in one sentence.
    fn answer(
        &self,
        model: &Self::Model,
        request: &RequestOf<Self>,
        budget: &Budget,
    ) -> Result<ResponseOf<Self>, AnswerError>
    where
        Self: Sized;

    /// Whether `request` needs so little work that it shouldn't wait behind the others. No by default.
    fn is_instant(&self, model: &Self::Model, request: &RequestOf<Self>) -> bool
    where
        Self: Sized,
    {
        let _ = (model, request);
        false
    }

    /// Scores all answers to one task together: one score for each, in the same order. Whoever didn't answer in time
    /// isn't among them and gets what [`absent`](Self::absent) says. Answers come from strangers: any content must be
    /// survived.
    fn score(&self, task: &Self::Task, answers: &[Answer<ResponseOf<Self>>]) -> Vec<Score>
    where
        Self: Sized;

    /// What somebody gets who was asked and gave no answer in time, when those who did got `scores`. `None`, the default, is
    /// nothing. Where answers are losses rather than merits, nothing may be far worse than any answer, and a single
    /// broken connection would cost what a hundred good answers earn.
    fn absent(&self, task: &Self::Task, scores: &[Score]) -> Option<Score> {
        let _ = (task, scores);
        None
    }

    /// Serves the synapse on a miner's axon: whole answers. A subnet whose answers come in pieces serves them so.
    fn serve(axon: AxonBuilder, desk: Desk<Self>) -> AxonBuilder
    where
        Self: Sized,
    {
        axon.synapse::<Self::Synapse, _, _>(move |_, request| {
            let desk = desk.clone();
            async move { desk.answer(request).await }
        })
    }

    /// Asks a miner, as validators do, within `timeout`. It must look on the wire as users' requests do: where those are
    /// for pieces, a validator asks for pieces too. `task` is for those whose course depends on more than the request, such as
    /// the moment at which an answer may be known.
    fn ask<'a>(
        dendrite: &'a Dendrite,
        target: &'a Target,
        request: &'a RequestOf<Self>,
        task: &'a Self::Task,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<ganglion_wire::Answer<ResponseOf<Self>>, CallError>>
    where
        Self: Sized,
    {
        let _ = task;
        dendrite.call::<Self::Synapse>(target, request, timeout).boxed()
    }

    /// Whether the answers to a task can be scored yet. Where the truth lies in the future, the framework keeps them and
    /// asks again. At once by default.
    fn ripeness(&self, task: &Self::Task) -> Ripeness {
        let _ = task;
        Ripeness::Now
    }

    /// When the truth of a task that can be scored came about, if other tasks share that time: what happens then decides all
    /// of them, so that their scores count as fewer, by how much of it they share ([`windows`](crate::scoring::windows)). `None`,
    /// the default, says that the score has nothing in common with any other.
    fn window(&self, task: &Self::Task) -> Option<Window> {
        let _ = task;
        None
    }

    /// How alike two answers to one task are: from 0 (nothing in common) to 1 (the same). Clones are found by it, and
    /// novelty is measured with it. By default an answer is like none but itself; a subnet of free texts should look at
    /// wording, so that a changed comma doesn't make another answer. Called for every pair of answers of a round: be
    /// quick.
    fn likeness(&self, task: &Self::Task, a: &ResponseOf<Self>, b: &ResponseOf<Self>) -> f64
    where
        Self: Sized,
    {
        let _ = task;
        match (serde_json::to_vec(a), serde_json::to_vec(b)) {
            (Ok(a), Ok(b)) if a == b => 1.0,
            _ => 0.0,
        }
    }

    /// Hears which miners are known to behave as one, each time that weights may be due; the default does nothing. A subnet
    /// whose scores compare miners in the long run leaves out whoever shares one pay anyway. Ids are those of
    /// [`NeuronId`]; nobody is in two clusters.
    fn clustered(&self, clusters: &[Vec<u64>]) {
        let _ = clusters;
    }

    /// Whether good answers to this task are alike by necessity, as there is one right answer. Then two good answers say
    /// nothing about a common origin, and neither is new beside the other. Yes by default.
    fn has_one_answer(&self, task: &Self::Task) -> bool {
        let _ = task;
        true
    }

    /// What a validator of this subnet shows everybody at `GET /pages/<name>`, beside its metrics: what it saw, in a form of the
    /// subnet's own, signed by the subnet if others are to trust it. `None` where there is no such page; there is none by
    /// default. Anybody may ask, so be quick and short.
    fn page(&self, name: &str) -> Option<serde_json::Value> {
        let _ = name;
        None
    }
}

/// When answers can be scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ripeness {
    /// Now.
    Now,
    /// Hardly before so much time has passed. Where that is more than the two days of
    /// [`LONGEST_TRUTH`](crate::validator::LONGEST_TRUTH), and more than two hours more, nobody is asked.
    After(Duration),
    /// Never, for this reason: the round doesn't count.
    Never(&'static str),
}

/// A task: what is sent, and what is remembered.
#[derive(Clone, Debug)]
pub struct Draw<Q, T> {
    /// The request, the same for every miner asked.
    pub request: Q,
    /// What scoring needs.
    pub task: T,
    /// A short name of the kind of task, for receipts and metrics; at most a few dozen kinds.
    pub kind: &'static str,
}

/// One answer that arrived in time.
#[derive(Clone, Debug)]
pub struct Answer<R> {
    /// Who answered.
    pub neuron: NeuronId,
    /// What.
    pub response: R,
    /// Time from asking until the whole answer was there, by the validator's clock.
    pub elapsed: Duration,
    /// Time until its first piece was there; the same as `elapsed` where it came as a whole.
    pub first: Duration,
}

/// What an answer was worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// From 0 (worthless) to 1 (perfect); anything else is taken as 0.
    pub value: f64,
    /// What it is made of, by name: kept in the receipt.
    pub parts: BTreeMap<String, f64>,
    /// What is known of the hidden target, for measuring the answer in bits; without it, the value stands for the chance
    /// that the answer names the target, against one in sixteen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl Score {
    /// A score of `value` with named parts.
    pub fn new(value: f64, parts: &[(&str, f64)]) -> Self {
        let parts = parts.iter().map(|(name, part)| ((*name).to_owned(), *part)).collect();
        Self { value, parts, evidence: None }
    }

    /// The score, with the chance (0 to 1) that a guess is right: 1/K where K answers are possible.
    pub fn against_chance(self, baseline: f64) -> Self {
        Self { evidence: Some(Evidence { probability: None, baseline }), ..self }
    }

    /// The score of an answer that is a distribution: the probabilities (0 to 1) that it and the public baseline gave
    /// to the hidden target.
    pub fn with_probability(self, probability: f64, baseline: f64) -> Self {
        Self { evidence: Some(Evidence { probability: Some(probability), baseline }), ..self }
    }

    /// Nothing, for the reason that `part` names.
    pub fn zero(part: &str) -> Self {
        Self::new(0.0, &[(part, 0.0)])
    }

    /// The score as the framework takes it: finite, from 0 to 1, and short decimals (so that receipts read back
    /// exactly as they were signed).
    pub fn sound(mut self) -> Self {
        self.value = if (0.0..=1.0).contains(&self.value) { short(self.value) } else { 0.0 };
        self.parts = std::mem::take(&mut self.parts)
            .into_iter()
            .filter(|(_, part)| part.is_finite() && part.abs() < 1e6)
            .take(16)
            .map(|(name, part)| (name, short(part)))
            .collect();
        self
    }
}

/// Six decimals, which JSON gives back exactly.
pub(crate) fn short(number: f64) -> f64 {
    let rounded = (number * 1e6).round() / 1e6;
    // Minus zero would be written differently from zero.
    if rounded == 0.0 {
        0.0
    } else {
        rounded
    }
}

/// Why a miner doesn't answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The request makes no sense; the sentence says what to change.
    #[error("{0}")]
    Request(String),
    /// Nobody waits any more.
    #[error("the answer came too late to matter")]
    Abandoned,
    /// The model failed; details are for the miner's log only.
    #[error("the model failed")]
    Model(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsound_scores_become_zero() {
        for value in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
            assert_eq!(Score::new(value, &[("x", f64::NAN), ("y", 2.0)]).sound(), Score::new(0.0, &[("y", 2.0)]));
        }
        assert_eq!(Score::new(1.0 / 3.0, &[]).sound().value, 0.333_333);
    }
}
