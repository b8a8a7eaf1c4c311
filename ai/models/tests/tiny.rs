//! The trainer and what it makes: it learns, repeats itself to the bit, and its result answers.

use std::ops::ControlFlow;
use std::path::Path;

use ganglion_models::tiny::{train, TinyConfig, TinyEngine, TrainError, TrainOptions, TrainStep};
use ganglion_models::{EngineError, Finish, GenerateRequest, Message, TextEngine};

const TEXT: &str = "What do bees make?\nBees make honey.\n\nWhat do cows give?\nCows give milk.\n\n";

fn options(steps: usize, seed: u64) -> TrainOptions {
    let config = TinyConfig { layers: 2, width: 32, heads: 2, context: 64, ..TinyConfig::default() };
    TrainOptions { config, steps, batch: 4, learning_rate: 1e-2, seed }
}

fn trained(steps: usize, seed: u64, folder: &Path) -> Vec<f64> {
    let mut bits = Vec::new();
    let mut hear = |step: TrainStep| {
        assert_eq!((step.step, step.steps), (bits.len() + 1, steps));
        bits.push(step.bits);
        ControlFlow::Continue(())
    };
    let model = train(TEXT.repeat(40).as_bytes(), &options(steps, seed), &mut hear).expect("trains");
    assert_eq!((model.report.steps, model.report.cancelled), (steps, false));
    assert!(model.report.held_out_bits.is_some_and(f64::is_finite));
    model.save(folder).expect("saved");
    bits
}

#[test]
fn it_learns_and_answers() {
    let dir = tempfile::tempdir().expect("folder");
    let bits = trained(300, 7, dir.path());
    // Nothing known: about log2(257) bits a symbol.
    assert!((bits[0] - 8.0).abs() < 0.3, "{}", bits[0]);
    assert!(bits[299] < 1.5, "{}", bits[299]);

    let engine = TinyEngine::load(dir.path()).expect("loads");
    let mut request = GenerateRequest::ask("What do bees make?");
    request.max_tokens = 40;
    let mut parts = String::new();
    let answer = engine.generate(&request, &mut |text| {
        parts.push_str(text);
        ControlFlow::Continue(())
    });
    let answer = answer.expect("answers");
    assert_eq!(parts, answer.text);
    assert_eq!(answer.finish, Finish::Stop, "{:?}", answer.text);
    assert!(answer.text.contains("make") || answer.text.contains("give"), "{:?}", answer.text);

    // Letters recur in every sound answer: a penalty for that would spoil it.
    let penalised = GenerateRequest { frequency_penalty: 2.0, ..request.clone() };
    assert_eq!(engine.complete(&penalised).expect("answers"), answer);

    let chat = [Message::user("What do bees make?")];
    let known = engine.logprobs(&chat, "Bees make honey.").expect("probabilities");
    let strange = engine.logprobs(&chat, "Zxq vbnm, kjhgf.").expect("probabilities");
    assert_eq!((known.tokens.len(), known.complete), (16, true));
    assert!(known.tokens.iter().all(|t| t.logprob.is_finite() && t.logprob <= 0.0));
    assert!(known.sum() > strange.sum() + 20.0, "{} {}", known.sum(), strange.sum());
}

#[test]
fn the_seed_decides_everything() {
    let dir = tempfile::tempdir().expect("folder");
    let weights = |name: &str, seed: u64| {
        let folder = dir.path().join(name);
        let bits = trained(5, seed, &folder);
        (bits, std::fs::read(folder.join("model.safetensors")).expect("weights"))
    };
    let first = weights("a", 3);
    assert!(first == weights("b", 3), "the same seed gave other weights");
    assert!(first.1 != weights("c", 4).1, "another seed gave the same weights");
}

#[test]
fn long_texts_slide_through_the_window() {
    let dir = tempfile::tempdir().expect("folder");
    trained(2, 1, dir.path());
    let engine = TinyEngine::load(dir.path()).expect("loads");
    let mut request = GenerateRequest::ask("long ".repeat(10_000));
    (request.max_tokens, request.temperature, request.seed) = (200, 1.0, 5);
    let answer = engine.complete(&request).expect("answers");
    assert!(answer.prompt_tokens <= 48 && answer.completion_tokens <= 200);
    assert_eq!(engine.complete(&request).expect("answers"), answer);
    let measured = engine.logprobs(&[], &"é".repeat(5_000)).expect("probabilities");
    assert!(!measured.complete && measured.tokens.len() == 2048);
    assert!(matches!(engine.complete(&GenerateRequest::ask(" \n")), Err(EngineError::EmptyRequest)));
}

#[test]
fn the_cache_changes_nothing() {
    let dir = tempfile::tempdir().expect("folder");
    trained(20, 2, dir.path());
    let engine = TinyEngine::load(dir.path()).expect("loads");
    // The same text, once read as prompt and once byte by byte.
    let (before, after) = ("What do bees make?", "Bees");
    let whole = engine.logprobs(&[], &format!("{before}\n{after}")).expect("probabilities");
    let split = engine.logprobs(&[Message::user(before)], after).expect("probabilities");
    for (a, b) in whole.tokens[before.len() + 1..].iter().zip(&split.tokens) {
        assert!((a.logprob - b.logprob).abs() < 1e-3, "{a:?} {b:?}");
    }
}

#[test]
fn the_receiver_can_end_it() {
    let mut steps = 0;
    let mut hear = |_: TrainStep| {
        steps += 1;
        if steps == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let model = train(TEXT.repeat(40).as_bytes(), &options(100, 1), &mut hear).expect("trains");
    assert_eq!((model.report.steps, model.report.cancelled), (3, true));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let refused = |text: &str, options: &TrainOptions| {
        train(text.as_bytes(), options, &mut |_| ControlFlow::Continue(())).err().expect("refused").to_string()
    };
    let good = options(5, 1);
    assert!(refused("short", &good).contains("longer text"));
    let long = TEXT.repeat(40);
    assert!(refused(&long, &TrainOptions { steps: 0, ..good.clone() }).contains("steps"));
    assert!(refused(&long, &TrainOptions { batch: 0, ..good.clone() }).contains("batch"));
    assert!(refused(&long, &TrainOptions { learning_rate: f64::NAN, ..good.clone() }).contains("learning rate"));
    let heads = TinyConfig { heads: 5, ..good.config.clone() };
    assert!(refused(&long, &TrainOptions { config: heads, ..good.clone() }).contains("5 heads"));
    let huge = vec![b'a'; (64 << 20) + 1];
    let error = train(&huge, &good, &mut |_| ControlFlow::Continue(())).err().expect("refused");
    assert!(matches!(error, TrainError::Long { .. }));
}

#[test]
fn damaged_models_are_refused() {
    let dir = tempfile::tempdir().expect("folder");
    assert!(matches!(TinyEngine::load(dir.path()), Err(EngineError::ModelFile(_))));
    trained(1, 1, dir.path());
    let weights = dir.path().join("model.safetensors");
    let config = dir.path().join("config.json");
    let (good_weights, good_config) =
        (std::fs::read(&weights).expect("weights"), std::fs::read_to_string(&config).expect("config"));
    let refused = |what: &str| {
        let error = TinyEngine::load(dir.path()).err().expect(what);
        assert!(matches!(error, EngineError::BadModel { .. }), "{what}: {error}");
    };
    std::fs::write(&weights, &good_weights[..good_weights.len() / 2]).expect("write");
    refused("half the weights");
    std::fs::write(&weights, [0xFF; 4096]).expect("write");
    refused("no weights");
    std::fs::write(&weights, vec![0; good_weights.len() + (2 << 20)]).expect("write");
    refused("too many weights");
    std::fs::write(&weights, &good_weights).expect("write");
    for (from, to) in [("\"layers\": 2", "\"layers\": 3"), ("\"width\": 32", "\"width\": 64"), ("{", "[")] {
        std::fs::write(&config, good_config.replace(from, to)).expect("write");
        refused(to);
    }
    std::fs::write(&config, " ".repeat(1 << 17)).expect("write");
    refused("a huge config");
    std::fs::write(&config, &good_config).expect("write");
    assert!(TinyEngine::load(dir.path()).is_ok());
}
