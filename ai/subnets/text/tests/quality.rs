//! Real engines, without a network: better engines score better on drawn tasks.

use std::sync::Arc;
use std::time::Duration;

use ganglion_models::{NgramEngine, SkillRouter};
use ganglion_primitives::NeuronId;
use ganglion_subnet::{Answer, Budget, Seed, Subnet};
use ganglion_subnet_text::{EngineChoice, Text, TextModel};

fn seed(number: u32) -> Seed {
    let mut bytes = [3; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Seed(bytes)
}

/// Mean score over drawn tasks.
fn mean(model: &TextModel, tasks: u32) -> f64 {
    let total: f64 = (0..tasks)
        .map(|number| {
            let draw = Text.task(&seed(number));
            let response = Text.answer(model, &draw.request, &Budget::unlimited()).expect("answers");
            let elapsed = Duration::from_secs(1);
            let answer = Answer { neuron: NeuronId(0), response, elapsed, first: elapsed };
            Text.score(&draw.task, &[answer]).first().map_or(0.0, |score| score.value)
        })
        .sum();
    total / f64::from(tasks)
}

#[test]
fn skills_beat_the_ngram_by_far() {
    let ngram = EngineChoice::Ngram.load().expect("always there");
    let skills = EngineChoice::Skills { fallback: Box::new(EngineChoice::Ngram) }.load().expect("always there");
    let (worst, best) = (mean(&ngram, 300), mean(&skills, 300));
    // Two fifths of the tasks can be computed, and skills by rule know about half of these.
    assert!(worst < 0.05, "{worst}");
    assert!(best > 0.1 && best > 2.0 * worst + 0.05, "{best} against {worst}");
}

#[test]
fn tasks_are_the_same_everywhere() {
    let (a, b) = (Text.task(&seed(5)), Text.task(&seed(5)));
    assert_eq!((a.request, a.task), (b.request, b.task));
    assert_ne!(Text.task(&seed(5)).request, Text.task(&seed(6)).request);
}

#[test]
fn a_spent_budget_ends_the_work() {
    let router = SkillRouter::new(Arc::new(NgramEngine::builtin()));
    let model = TextModel::new(Arc::new(router), None);
    let request = Text.task(&seed(1)).request;
    assert!(Text.answer(&model, &request, &Budget::within(Duration::ZERO)).is_err());
    assert!(Text.answer(&model, &request, &Budget::unlimited()).is_ok());
}
