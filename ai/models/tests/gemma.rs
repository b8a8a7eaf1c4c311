//! Gemma 3 against llama.cpp: another tokenizer than SmolLM2's, local attention, norms after each block.
//!
//! These tests need the model's file; without it they say so and pass. The reference was computed by llama.cpp, through the
//! PyPI wheel that `vectors/gemma3.json` names.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ganglion_models::{models_dir, registry, Llama, Message, TextEngine};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    tokens: Vec<Tokens>,
    greedy: Vec<Greedy>,
    likelihood: Vec<Likelihood>,
}

#[derive(Deserialize)]
struct Tokens {
    text: String,
    ids: Vec<u32>,
}

#[derive(Deserialize)]
struct Greedy {
    prompt_ids: Vec<u32>,
    ids: Vec<u32>,
    /// Natural-log distance from the chosen token to the second best.
    margins: Vec<f64>,
}

#[derive(Deserialize)]
struct Likelihood {
    question: String,
    /// How often the question stands in the prompt; 0 leaves it out.
    times: usize,
    prompt_tokens: usize,
    prompt_ids_end: Vec<u32>,
    continuation: String,
    logprobs: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("vectors/gemma3.json")).expect("the vectors parse")
}

/// The model, loaded once and used by one test at a time; `None` where the file is absent.
fn model() -> Option<MutexGuard<'static, Llama>> {
    static MODEL: OnceLock<Option<Mutex<Llama>>> = OnceLock::new();
    let load = || {
        let models = models_dir()?;
        let known = registry::find("gemma-3-270m").expect("a known model");
        if !known.path(&models).exists() {
            eprintln!("skipped: gemma-3-270m is not in {} (`ganglion models pull` fetches it)", models.display());
            return None;
        }
        known.check(&models).expect("the file is the pinned one");
        Some(Mutex::new(Llama::load(&known.path(&models)).expect("loads")))
    };
    MODEL.get_or_init(load).as_ref().map(|m| m.lock().unwrap_or_else(PoisonError::into_inner))
}

#[test]
fn token_ids_are_llama_cpps() {
    let Some(model) = model() else { return };
    assert_eq!(model.name(), "gemma-3-270m");
    for Tokens { text, ids } in golden().tokens {
        assert_eq!(model.tokenize(&text).expect("tokens"), ids, "{text:?}");
    }
}

#[test]
fn greedy_choices_are_llama_cpps() {
    let Some(model) = model() else { return };
    for Greedy { prompt_ids, ids, margins } in golden().greedy {
        // Where the reference's best two are nearly as likely, rounding decides: no use to compare from there on.
        let clear = margins.iter().take_while(|margin| **margin > 0.5).count();
        assert!(clear > 0);
        let ours: Vec<u32> = model.greedy(&prompt_ids, clear).expect("tokens").iter().map(|c| c.id).collect();
        assert_eq!(Some(ours.as_slice()), ids.get(..clear));
    }
}

/// One of the prompts is longer than the window of the local layers.
#[test]
fn probabilities_are_llama_cpps() {
    let Some(model) = model() else { return };
    let mut longest = 0;
    for case in golden().likelihood {
        let chat: Vec<Message> =
            (case.times > 0).then(|| Message::user(case.question.repeat(case.times))).into_iter().collect();
        let prompt = model.prompt_tokens(&chat, 64).expect("tokens");
        assert_eq!(prompt.len(), case.prompt_tokens);
        assert!(prompt.ends_with(&case.prompt_ids_end));
        longest = longest.max(prompt.len());
        let ours = model.logprobs(&chat, &case.continuation).expect("probabilities");
        assert_eq!((ours.tokens.len(), ours.complete), (case.logprobs.len(), true));
        for (our, their) in ours.tokens.iter().zip(&case.logprobs) {
            // Both compute with 4- to 8-bit numbers, rounded in other places.
            assert!((our.logprob - their).abs() < 0.6, "{:?} {} {their}", our.text, our.logprob);
        }
        let gap = (ours.sum() - case.logprobs.iter().sum::<f64>()) / case.logprobs.len() as f64;
        assert!(gap.abs() < 0.2, "mean differs by {gap}");
    }
    assert!(longest > 512);
}
