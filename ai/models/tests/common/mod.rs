//! What the comparisons with llama.cpp share: the model, and how near is near enough.

mod place;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ganglion_models::{registry, Llama, Logprobs};
use serde::Deserialize;

/// A known model that all tests of a file use.
pub struct Shared {
    name: &'static str,
    model: OnceLock<Option<Mutex<Llama>>>,
}

impl Shared {
    /// The model of that name in the registry; not loaded yet.
    pub const fn new(name: &'static str) -> Self {
        Self { name, model: OnceLock::new() }
    }

    /// The model, loaded once and used by one test at a time (it answers one request at a time and lets few wait); `None`,
    /// and a word to whoever runs the tests, where its file is absent.
    pub fn lock(&self) -> Option<MutexGuard<'_, Llama>> {
        let model = self.model.get_or_init(|| load(self.name).map(Mutex::new)).as_ref()?;
        Some(model.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn load(name: &str) -> Option<Llama> {
    let known = registry::find(name).expect("a known model");
    let models = place::folder_of(known)?;
    known.check(&models).expect("the file is the pinned one");
    Some(Llama::load(&known.path(&models)).expect("loads"))
}

/// A text and its token ids.
#[derive(Deserialize)]
pub struct Tokens {
    text: String,
    ids: Vec<u32>,
}

/// Every text has exactly its token ids.
pub fn assert_token_ids(model: &Llama, table: &[Tokens]) {
    for Tokens { text, ids } in table {
        assert_eq!(&model.tokenize(text).expect("tokens"), ids, "{text:?}");
    }
}

/// How many of the reference's choices are clear. `margins` are the natural-log distances from the chosen token to the
/// second best; where these are nearly as likely, rounding decides, and from there on it is no use to compare.
pub fn clear_choices(margins: &[f64]) -> usize {
    margins.iter().take_while(|margin| **margin > 0.5).count()
}

/// Our natural-log probabilities of the tokens of `what` are `theirs`: each differs by less than `each`, their mean by less
/// than `mean`.
pub fn assert_near(ours: &Logprobs, theirs: &[f64], each: f64, mean: f64, what: &str) {
    assert_eq!((ours.tokens.len(), ours.complete), (theirs.len(), true), "{what}");
    for (our, their) in ours.tokens.iter().zip(theirs) {
        assert!((our.logprob - their).abs() < each, "{what}: {:?} {} {their}", our.text, our.logprob);
    }
    let gap = (ours.sum() - theirs.iter().sum::<f64>()) / theirs.len() as f64;
    assert!(gap.abs() < mean, "{what}: mean differs by {gap}");
}
