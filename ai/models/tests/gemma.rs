//! Gemma 3 against llama.cpp: another tokenizer than SmolLM2's, local attention, norms after each block.
//!
//! These tests need the model's file; without it they say so and pass. The reference was computed by llama.cpp, through the
//! PyPI wheel that `vectors/gemma3.json` names.

mod common;

use ganglion_models::{GenerateRequest, Message, TextEngine};
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

#[test]
fn the_same_prompt_gives_the_same_text_whatever_came_between() {
    let Some(model) = MODEL.lock() else { return };
    let request = GenerateRequest { max_tokens: 12, ..GenerateRequest::ask("Ships sail on the") };
    let first = model.complete(&request).expect("answers");
    assert!((1..=12).contains(&first.completion_tokens), "{first:?}");
    model.complete(&GenerateRequest { max_tokens: 4, ..GenerateRequest::ask("Bread is made of") }).expect("answers");
    assert_eq!(model.complete(&request).expect("answers"), first);
    let seeded = GenerateRequest { seed: 9, ..request };
    assert_eq!(model.complete(&seeded).expect("answers"), first, "nothing is drawn at temperature 0");
}

/// What may come next shares one probability, and a word's doesn't depend on what follows it.
#[test]
fn probabilities_are_shares_of_one_and_do_not_look_ahead() {
    let Some(model) = MODEL.lock() else { return };
    let words =
        [" The", " A", " I", " In", " You", " It", " This", " We", " What", " Yes", " No", "\n", "\n\n", " the"];
    let mut sum = 0.0;
    for word in words {
        let found = model.logprobs(&[], word).expect("probabilities");
        assert_eq!((found.tokens.len(), found.complete), (1, true), "{word:?}");
        assert!(found.sum() < 0.0, "{word:?}: {}", found.sum());
        sum += found.sum().exp();
    }
    assert!(sum > 1e-3 && sum < 1.0, "{sum}");

    let short = model.logprobs(&[], " The sky is").expect("probabilities");
    let long = model.logprobs(&[], " The sky is blue because").expect("probabilities");
    assert!(long.tokens.len() > short.tokens.len());
    for (a, b) in short.tokens.iter().zip(&long.tokens) {
        // As many rows at a time as there are tokens: sums of floating point numbers are rounded in another order.
        assert!(a.text == b.text && (a.logprob - b.logprob).abs() < 0.02, "{a:?} {b:?}");
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
        // Both compute with 4- to 8-bit numbers, rounded in other places: it shows most in what is least likely (0.6 in a word
        // of one in a million), and hardly in the mean.
        assert_near(&ours, &case.logprobs, 0.9, 0.2, &case.continuation);
    }
    assert!(longest > 512);
}
