//! What a validator may use to judge, besides the answers. Everything works without.

use std::cell::Cell;
use std::f64::consts::LN_2;
use std::sync::Arc;

use ganglion_models::{Embedder, Message, TextEngine};

use crate::bits::{Hidden, Unguessed};
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
    /// How much of a right answer each completion is: 0 to 1, and 0 where there is none. What the reference says of a task
    /// whatever is answered is asked of it once for all.
    pub fn qualities(&self, truth: &Truth, question: &str, said: &[Option<&str>]) -> Vec<f64> {
        let measured = match (truth, &self.reference) {
            (Truth::Continuation(hidden), Some(engine)) if said.iter().any(Option::is_some) => {
                Measured::by(engine.as_ref(), hidden)
            }
            _ => None,
        };
        let quality = |completion: &str| {
            let share = measured.as_ref().and_then(|measured| measured.share(completion));
            share.unwrap_or_else(|| truth::quality(truth, question, completion))
        };
        said.iter().map(|said| said.map_or(0.0, &quality)).collect()
    }
}

/// A hidden continuation, and an engine that measures what is foretold of it.
struct Measured<'a> {
    engine: &'a dyn TextEngine,
    hidden: &'a Hidden,
    unguessed: Unguessed,
}

impl<'a> Measured<'a> {
    /// `None` if the engine gives no probabilities, or none that depend on what came before.
    fn by(engine: &'a dyn TextEngine, hidden: &'a Hidden) -> Option<Self> {
        let unguessed = heard(engine, |measure| hidden.unguessed(measure))?;
        (unguessed.possible > 1.0).then_some(Self { engine, hidden, unguessed })
    }

    /// The share of the continuation that a completion foretells; `None` if the engine has no probabilities after it.
    fn share(&self, completion: &str) -> Option<f64> {
        let guessed =
            |measure: &dyn Fn(&[&str], &str) -> f64| self.hidden.guessed(&self.unguessed, completion, measure);
        heard(self.engine, guessed).map(|foretold| foretold.share())
    }
}

/// What `work` makes of an engine's bits; `None` if any are missing.
fn heard<T>(engine: &dyn TextEngine, work: impl FnOnce(&dyn Fn(&[&str], &str) -> f64) -> T) -> Option<T> {
    let failed = Cell::new(false);
    let measure = |before: &[&str], text: &str| {
        engine_bits(engine, before, text).unwrap_or_else(|| {
            failed.set(true);
            0.0
        })
    };
    let made = work(&measure);
    (!failed.get()).then_some(made)
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
    use ganglion_models::{EngineError, GenerateRequest, Generation, Logprobs, NgramEngine, TokenLogprob};
    use std::ops::ControlFlow;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn hidden() -> Hidden {
        Hidden {
            prefix: "Day 1: 5 lemons.\nDay 2: 9 lemons.\nDay 3: 13 lemons.".into(),
            rest: "Day 4: 17 lemons.\nDay 5: 21 lemons.".into(),
            decoy: "Day 4: 30 lemons.\nDay 5: 34 lemons.".into(),
        }
    }

    #[test]
    fn an_engine_whose_probabilities_say_nothing_is_replaced() {
        let hidden = hidden();
        let truth = Truth::Continuation(hidden.clone());
        // Its probabilities don't depend on what came before.
        let aids = Aids { reference: Some(Arc::new(NgramEngine::builtin())), ..Aids::default() };
        let said = [Some(hidden.rest.as_str()), None, Some(hidden.decoy.as_str())];
        assert_eq!(aids.qualities(&truth, "", &said), [1.0, 0.0, 0.0]);
        assert_eq!(hidden.foretold(&hidden.rest, &bits).share(), 1.0);
    }

    /// Expects what was said before, has nothing to say after a grumble, and counts how often it is asked.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl TextEngine for Counting {
        fn name(&self) -> &str {
            "counting"
        }

        fn generate(
            &self,
            _: &GenerateRequest,
            _: &mut dyn FnMut(&str) -> ControlFlow<()>,
        ) -> Result<Generation, EngineError> {
            Err(EngineError::Busy)
        }

        fn logprobs(&self, messages: &[Message], continuation: &str) -> Result<Logprobs, EngineError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let before = |words: &str| messages.iter().any(|message| message.content.contains(words));
            if before("grumble") {
                return Err(EngineError::Busy);
            }
            let logprob = if before(continuation) { -1.0 } else { -50.0 };
            Ok(Logprobs { tokens: vec![TokenLogprob { text: continuation.to_owned(), logprob }], complete: true })
        }
    }

    #[test]
    fn the_reference_is_asked_once_for_what_all_answers_share() {
        let (hidden, engine) = (hidden(), Arc::new(Counting::default()));
        let aids = Aids { reference: Some(Arc::clone(&engine) as Arc<dyn TextEngine>), ..Aids::default() };
        let truth = Truth::Continuation(hidden.clone());
        let asked = || engine.0.swap(0, Ordering::Relaxed);
        let (right, wrong) = (Some(hidden.rest.as_str()), Some(hidden.decoy.as_str()));
        assert_eq!(
            aids.qualities(&truth, "", &[right, wrong, None, Some("bananas"), right]),
            [1.0, 0.0, 0.0, 0.0, 1.0]
        );
        assert_eq!(asked(), 4 + 4, "four times for the task, and once for each answer");
        // Where it has nothing to say, the built-in measure says it of that answer alone.
        let grumbling = format!("{} grumble", hidden.rest);
        let found = aids.qualities(&truth, "", &[Some(grumbling.as_str()), right]);
        assert!(found[0] > 0.5 && found[0] <= 1.0 && found[1] == 1.0, "{found:?}");
        assert_eq!(asked(), 4 + 2);
        assert_eq!(aids.qualities(&truth, "", &[None, None]), [0.0, 0.0]);
        assert_eq!(aids.qualities(&Truth::Number(42.0), "", &[Some("42")]), [1.0]);
        assert_eq!(asked(), 0, "there is nothing to measure");
    }
}
