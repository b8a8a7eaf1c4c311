//! What a validator may use to judge, besides the answers. Everything works without.

use std::cell::Cell;
use std::f64::consts::LN_2;
use std::sync::Arc;

use ganglion_models::{Embedder, Message, TextEngine};

use crate::bits::Hidden;
use crate::truth::{self, Truth};

/// Helpers of a judge.
#[derive(Clone, Default)]
pub struct Aids {
    /// Holds answers against each other by meaning; without it, by their words.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Measures continuations; it never has to be larger than a miner's model. Without it, or where it gives no
    /// probabilities, the small adaptive model of [`bits`](crate::bits) does.
    pub reference: Option<Arc<dyn TextEngine>>,
}

impl std::fmt::Debug for Aids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let embedder = self.embedder.as_ref().map(|embedder| embedder.name().to_owned());
        let reference = self.reference.as_ref().map(|engine| engine.name().to_owned());
        f.debug_struct("Aids").field("embedder", &embedder).field("reference", &reference).finish()
    }
}

impl Aids {
    /// How much of a right answer `completion` is: 0 to 1.
    pub fn quality(&self, truth: &Truth, question: &str, completion: &str) -> f64 {
        if let (Truth::Continuation(hidden), Some(engine)) = (truth, &self.reference) {
            if let Some(share) = measured(engine.as_ref(), hidden, completion) {
                return share;
            }
        }
        truth::quality(truth, question, completion)
    }
}

/// By an engine; `None` if it gives no probabilities, or none that depend on what came before.
fn measured(engine: &dyn TextEngine, hidden: &Hidden, completion: &str) -> Option<f64> {
    let failed = Cell::new(false);
    let measure = |before: &[&str], text: &str| {
        engine_bits(engine, before, text).unwrap_or_else(|| {
            failed.set(true);
            0.0
        })
    };
    let foretold = hidden.foretold(completion, &measure);
    (!failed.get() && foretold.possible > 1.0).then(|| foretold.share())
}

fn engine_bits(engine: &dyn TextEngine, before: &[&str], text: &str) -> Option<f64> {
    let found = engine.logprobs(&[Message::user(before.join("\n"))], text).ok()?;
    let nats = found.sum();
    (found.complete && !found.tokens.is_empty() && nats.is_finite()).then_some(-nats / LN_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::bits;
    use ganglion_models::NgramEngine;

    #[test]
    fn an_engine_whose_probabilities_say_nothing_is_replaced() {
        let hidden = Hidden {
            prefix: "Day 1: 5 lemons.\nDay 2: 9 lemons.\nDay 3: 13 lemons.".into(),
            rest: "Day 4: 17 lemons.\nDay 5: 21 lemons.".into(),
            decoy: "Day 4: 30 lemons.\nDay 5: 34 lemons.".into(),
        };
        let truth = Truth::Continuation(hidden.clone());
        // Its probabilities don't depend on what came before.
        let aids = Aids { reference: Some(Arc::new(NgramEngine::builtin())), ..Aids::default() };
        assert_eq!(aids.quality(&truth, "", &hidden.rest), 1.0);
        assert_eq!(aids.quality(&truth, "", &hidden.decoy), 0.0);
        assert_eq!(hidden.foretold(&hidden.rest, &bits).share(), 1.0);
    }
}
