//! Each member of the llama family against its formulas, written out here in plain loops, on small models of random
//! numbers. What this can't show, that the formulas are the makers' own, is for the tests with real models.

mod model;
mod plain;
mod published;

use std::collections::BTreeMap;

use candle_core::quantized::gguf_file::Value;
use ganglion_models::{EngineError, GenerateRequest, Llama, TextEngine};

use model::{header, random_model, write, Kind, Numbers, KINDS, LLAMA, WIDTH};
use plain::Plain;
use published::publish;

#[test]
fn each_family_computes_its_formulas() {
    let dir = tempfile::tempdir().expect("folder");
    for (seed, kind) in (1u64..).zip(KINDS) {
        let model = random_model(kind, seed);
        let path = dir.path().join(kind.name);
        write(&path, &header(kind), &model);
        let engine = Llama::load(&path).expect(kind.name);
        // A model without a template of its own is given a transcript.
        let (opening, text) = ("Assistant:", "The tide comes in, and the tide goes out.");
        let ours = engine.logprobs(&[], text).expect("probabilities");
        let ids: Vec<usize> = opening.bytes().chain(text.bytes()).map(usize::from).collect();
        let plain = Plain { kind, model: &model }.logprobs(&ids);
        assert_eq!(ours.tokens.len(), text.len());
        for (i, (our, formula)) in ours.tokens.iter().zip(&plain[opening.len() - 1..]).enumerate() {
            assert!((our.logprob - formula).abs() < 2e-3, "{} token {i}: {} {formula}", kind.name, our.logprob);
        }
        let mut request = GenerateRequest::ask("Hello");
        request.max_tokens = 20;
        let answer = engine.complete(&request).expect("answers");
        assert!(answer.completion_tokens <= 20 && answer.prompt_tokens > 5);
    }
}

#[test]
fn published_folders_compute_the_same() {
    for (seed, kind) in (20u64..).zip(KINDS) {
        let dir = tempfile::tempdir().expect("folder");
        let model = random_model(kind, seed);
        publish(dir.path(), kind, &model);
        let engine = Llama::load(dir.path()).expect(kind.name);
        let text = "The tide <|endoftext|> comes in.";
        assert_eq!(engine.tokenize(text).expect("tokens").len(), text.len(), "text is no mark");
        let ours = engine.logprobs(&[], text).expect("probabilities");
        let ids: Vec<usize> = "Assistant:".bytes().chain(text.bytes()).map(usize::from).collect();
        // Published weights are not reordered, so llama turns halves as all do.
        let plain = Plain { kind: Kind { neighbours: false, ..kind }, model: &model }.logprobs(&ids);
        for (i, (our, formula)) in ours.tokens.iter().zip(&plain["Assistant:".len() - 1..]).enumerate() {
            // Matrices of a suitable width have become 8-bit.
            assert!((our.logprob - formula).abs() < 0.1, "{} token {i}: {} {formula}", kind.name, our.logprob);
        }
    }
}

#[test]
fn folders_that_are_no_models_are_refused() {
    let dir = tempfile::tempdir().expect("folder");
    assert!(matches!(Llama::load(dir.path()), Err(EngineError::ModelFile(_))));
    publish(dir.path(), LLAMA, &random_model(LLAMA, 1));
    assert!(Llama::load(dir.path()).is_ok());
    let refused = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        let good = std::fs::read(&path).expect("read");
        std::fs::write(&path, bytes).expect("write");
        let refused = matches!(Llama::load(dir.path()), Err(EngineError::BadModel { .. }));
        std::fs::write(&path, good).expect("write");
        refused
    };
    for name in ["config.json", "tokenizer.json", "model-0.safetensors"] {
        assert!(refused(name, b"") && refused(name, b"{}") && refused(name, &[0xFF; 64]), "{name}");
    }
}

#[test]
fn formulas_differ() {
    // Each part that sets a family apart must matter, or the test above shows nothing.
    let ids: Vec<usize> = "What differs, shows.".bytes().map(usize::from).collect();
    let sum = |kind: Kind, model: &BTreeMap<String, Numbers>| Plain { kind, model }.logprobs(&ids).iter().sum::<f64>();
    let gemma3 = KINDS[4];
    let model = random_model(gemma3, 9);
    let whole = sum(gemma3, &model);
    for changed in [
        Kind { neighbours: true, ..gemma3 },
        Kind { head_norms: false, ..gemma3 },
        Kind { block_norms: false, ..gemma3 },
        Kind { gemma: false, ..gemma3 },
        Kind { local: false, ..gemma3 },
    ] {
        assert!((sum(changed, &model) - whole).abs() > 0.05);
    }
}

#[test]
fn what_the_engine_does_not_know_is_refused_by_name() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("model.gguf");
    let refused = |header: &BTreeMap<String, Value>, model: &BTreeMap<String, Numbers>, word: &str| {
        write(&path, header, model);
        match Llama::load(&path) {
            Err(EngineError::BadModel { reason, .. }) => assert!(reason.contains(word), "{reason}"),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("{word} was not refused"),
        }
    };
    let model = random_model(LLAMA, 1);
    let with = |key: &str, value: Value| {
        let mut header = header(LLAMA);
        header.insert(key.to_owned(), value);
        header
    };
    refused(&with("general.architecture", Value::String("mamba".to_owned())), &model, "mamba");
    refused(&with("llama.expert_count", Value::U32(8)), &model, "experts");
    refused(&with("llama.rope.scaling.type", Value::String("yarn".to_owned())), &model, "yarn");
    refused(&with("llama.attention.head_count_kv", Value::U32(3)), &model, "sizes");
    refused(&with("tokenizer.ggml.model", Value::String("bert".to_owned())), &model, "bert");
    refused(&with("tokenizer.ggml.pre", Value::String("unheard-of".to_owned())), &model, "unheard-of");
    let mut more = model.clone();
    more.insert("blk.0.attn_output.bias".to_owned(), (vec![WIDTH], vec![0.0; WIDTH]));
    refused(&header(LLAMA), &more, "blk.0.attn_output.bias");
    let mut less = model.clone();
    less.remove("blk.3.ffn_up.weight");
    refused(&header(LLAMA), &less, "blk.3.ffn_up.weight");
}
