//! Gemma 3 against llama.cpp: another tokenizer than SmolLM2's, local attention, norms after each block.
//!
//! These tests need the model's file; without it they say so and pass. The reference was computed by llama.cpp, through the
//! PyPI wheel that `vectors/gemma3.json` names.

mod common;

use ganglion_models::{Message, TextEngine};
use serde::Deserialize;

use common::{assert_near, assert_token_ids, clear_choices, Shared, Tokens};

static MODEL: Shared = Shared::new("gemma-3-270m");

#[derive(Deserialize)]
struct Golden {
    tokens: Vec<Tokens>,
    greedy: Vec<Greedy>,
    likelihood: Vec<Likelihood>,
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

#[test]
fn token_ids_are_llama_cpps() {
    let Some(model) = MODEL.lock() else { return };
    assert_eq!(model.name(), "gemma-3-270m");
    assert_token_ids(&model, &golden().tokens);
}

#[test]
fn greedy_choices_are_llama_cpps() {
    let Some(model) = MODEL.lock() else { return };
    for Greedy { prompt_ids, ids, margins } in golden().greedy {
        let clear = clear_choices(&margins);
        assert!(clear > 0);
        let ours: Vec<u32> = model.greedy(&prompt_ids, clear).expect("tokens").iter().map(|c| c.id).collect();
        assert_eq!(Some(ours.as_slice()), ids.get(..clear));
    }
}

/// One of the prompts is longer than the window of the local layers.
#[test]
fn probabilities_are_llama_cpps() {
    let Some(model) = MODEL.lock() else { return };
    let mut longest = 0;
    for case in golden().likelihood {
        let chat: Vec<Message> =
            (case.times > 0).then(|| Message::user(case.question.repeat(case.times))).into_iter().collect();
        let prompt = model.prompt_tokens(&chat, 64).expect("tokens");
        assert_eq!(prompt.len(), case.prompt_tokens);
        assert!(prompt.ends_with(&case.prompt_ids_end));
        longest = longest.max(prompt.len());
        let ours = model.logprobs(&chat, &case.continuation).expect("probabilities");
        // Both compute with 4- to 8-bit numbers, rounded in other places.
        assert_near(&ours, &case.logprobs, 0.6, 0.2, &case.continuation);
    }
    assert!(longest > 512);
}
