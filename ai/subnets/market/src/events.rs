//! Events whose outcome somebody will know: a file that the operator keeps.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ganglion_subnet::store::{self, StoreError};
use ganglion_subnet::{Dice, Ripeness};
use serde::{Deserialize, Serialize};

use crate::exchange::SLACK;
use crate::mechanism::COMMIT;
use crate::synapse::Subject;

/// Longest file, bytes.
const FILE: u64 = 4 << 20;
/// Most events.
const MOST: usize = 1_024;
/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(10);
/// An event is asked about if its outcome will be known within a day: a validator doesn't wait longer.
const AHEAD: u64 = 24 * 3600;

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What is asked.
    pub question: String,
    /// The outcomes' names.
    pub outcomes: Vec<String>,
    /// Until when it may be answered, seconds since 1970: its outcome isn't known before.
    pub closes: u64,
    /// The index of the outcome, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<usize>,
}

/// A file with a JSON list of events. The operator adds outcomes as they become known; the file is read again.
#[derive(Debug)]
pub struct EventBook {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    events: Vec<Event>,
    read: Option<Instant>,
}

impl EventBook {
    /// The events in a file.
    ///
    /// # Errors
    /// If it can't be read, or holds something else.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let state = State { events: load(path)?, read: Some(Instant::now()) };
        Ok(Self { path: path.into(), state: Mutex::new(state) })
    }

    /// One of the events that close within a day, if there are any, and not before everybody who is asked now has committed to
    /// an answer: whoever waited with its own could know the outcome.
    pub fn draw(&self, dice: &mut Dice) -> Option<Event> {
        let clear = now().saturating_add((COMMIT + SLACK).as_secs());
        let state = self.fresh();
        let open: Vec<&Event> = state
            .events
            .iter()
            .filter(|event| event.closes > clear && event.closes - clear < AHEAD && event.outcome.is_none())
            .collect();
        open.get(dice.index(open.len())).map(|event| (*event).clone())
    }

    /// The index of an event's outcome, if it is known.
    pub fn outcome(&self, question: &str) -> Option<usize> {
        let state = self.fresh();
        let event = state.events.iter().find(|event| event.question == question)?;
        event.outcome.filter(|outcome| *outcome < event.outcomes.len())
    }

    /// Whether an event's outcome is known.
    pub(crate) fn ripeness(&self, question: &str) -> Ripeness {
        if self.outcome(question).is_some() {
            return Ripeness::Now;
        }
        let state = self.fresh();
        match state.events.iter().find(|event| event.question == question) {
            Some(event) => Ripeness::After(Duration::from_secs(event.closes.saturating_sub(now())).max(LOOK)),
            None => Ripeness::Never("the event was withdrawn"),
        }
    }

    /// The events, read again if that is some time ago. A file that can't be read leaves them as they are.
    fn fresh(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.read.is_none_or(|at| at.elapsed() >= LOOK) {
            state.read = Some(Instant::now());
            match load(&self.path) {
                Ok(events) => state.events = events,
                Err(error) => tracing::warn!(%error, "events can't be read"),
            }
        }
        state
    }
}

/// The events that make sense; of those with the same question the first.
fn load(path: &Path) -> Result<Vec<Event>, StoreError> {
    let damaged = |reason: String| StoreError::Damaged { path: path.into(), reason };
    let content = store::read(path, FILE)?.ok_or_else(|| damaged("it doesn't exist".to_owned()))?;
    let mut events: Vec<Event> = serde_json::from_slice(&content).map_err(|error| damaged(error.to_string()))?;
    events.truncate(MOST);
    let sound = |event: &Event| {
        Subject::Event { question: event.question.clone(), outcomes: event.outcomes.clone() }.check().is_ok()
    };
    events.retain(sound);
    Ok(events)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit;
    use crate::event::Probabilities;
    use crate::exchange::Exchange;
    use crate::history::Past;
    use crate::horizon::Horizon;
    use crate::mechanism::Market;
    use crate::model::MarketModel;
    use crate::models::{Ewma, ForecastError, Forecaster};
    use crate::quantiles::Quantiles;
    use crate::sources::{Clock, Feed, Tape};
    use crate::synapse::{ForecastRequest, Phase, Topic};
    use crate::task::Truth;
    use ganglion_keys::PublicKey;
    use ganglion_primitives::NeuronId;
    use ganglion_subnet::{Answer, Budget, Seed, Subnet};
    use std::sync::Arc;

    fn event(question: &str, closes: u64, outcome: Option<usize>) -> Event {
        Event { question: question.to_owned(), outcomes: vec!["yes".to_owned(), "no".to_owned()], closes, outcome }
    }

    #[test]
    fn only_what_is_open_is_asked_and_only_what_is_known_is_scored() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("events.json");
        let soon = now() + 600;
        let events = [
            event("over", 5, Some(1)),
            event("open", soon, None),
            event("far", soon + 10 * AHEAD, None),
            // The last to commit would know it.
            event("closing", now() + COMMIT.as_secs(), None),
            event("odd", 5, Some(7)),
            event("", soon, None),
        ];
        std::fs::write(&path, serde_json::to_vec(&events).expect("JSON")).expect("written");
        let book = EventBook::open(&path).expect("events");
        let mut dice = Seed([1; 32]).dice();
        assert!((0..20).all(|_| book.draw(&mut dice).is_some_and(|event| event.question == "open")));
        assert_eq!((book.outcome("over"), book.outcome("open"), book.outcome("odd")), (Some(1), None, None));
        assert_eq!(book.ripeness("over"), Ripeness::Now);
        assert!(matches!(book.ripeness("open"), Ripeness::After(_)));
        assert!(matches!(book.ripeness("none"), Ripeness::Never(_)));
    }

    /// Who sees the future gives the first outcome four chances of five.
    struct Seer;

    impl Forecaster for Seer {
        fn name(&self) -> &str {
            "seer"
        }

        fn forecast(&self, _: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError> {
            Err(ForecastError::Horizon(horizon))
        }

        fn event(&self, _: &str, outcomes: &[String]) -> Result<Probabilities, ForecastError> {
            let rest = 0.2 / (outcomes.len() as f64 - 1.0);
            let odds: Vec<f64> = (0..outcomes.len()).map(|place| if place == 0 { 0.8 } else { rest }).collect();
            Ok(Probabilities::new(&odds)?)
        }
    }

    /// Question, commitment, forecast, outcome, score: the file is all that an operator touches.
    #[test]
    fn an_event_from_its_question_to_its_scores() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("events.json");
        let write =
            |events: &[Event]| std::fs::write(&path, serde_json::to_vec(events).expect("JSON")).expect("written");
        let closes = now() + 600;
        write(&[event("Who wins?", closes, None)]);
        let feed = || Arc::new(Tape::new(&[], 300, Clock::World).expect("a tape")) as Arc<dyn Feed>;
        let exchange = Exchange::new(feed(), Vec::new(), Vec::new());
        let market = Market::exchange(exchange.with_events(EventBook::open(&path).expect("events")));
        // Every fifth question is about one.
        let mut draws = (0..200u8).map(|number| market.task(&Seed([number; 32])));
        let draw = draws.find(|draw| draw.kind == "event").expect("an event");
        assert_eq!(
            draw.request.check().expect("a question"),
            Topic::Event("Who wins?".into(), vec!["yes".into(), "no".into()])
        );

        let forecasters: [Arc<dyn Forecaster>; 2] = [Arc::new(Seer), Arc::new(Ewma::default())];
        let key = PublicKey([1; 32]);
        let answers = forecasters.map(|forecaster| {
            let (model, budget) = (MarketModel::new(forecaster, feed(), key), Budget::unlimited());
            let committed = market.answer(&model, &draw.request, &budget).expect("a commitment");
            let reveal = ForecastRequest { phase: Phase::Reveal, ..draw.request.clone() };
            let response = market.answer(&model, &reveal, &budget).expect("a forecast");
            assert!(commit::holds(&key, &draw.request.nonce, &committed, &response));
            Answer { neuron: NeuronId(1), response, elapsed: Duration::ZERO, first: Duration::ZERO }
        });
        assert!(matches!(market.ripeness(&draw.task), Ripeness::After(_)));
        let Truth::Event { events, .. } = &draw.task.truth else { panic!("an event") };
        // All rounds about it have one outcome.
        let window = market.window(&draw.task).expect("they share it");
        assert_eq!((window.series, window.until - window.from, window.until), (0, 3 * 3600, closes));
        // The file is looked at again, as it is every so often.
        let look = || events.state.lock().expect("whole").read = None;
        for (outcome, (seer, knows_nothing)) in
            [(0, (0.5 + 1.6f64.ln() / 10.0, 0.5)), (1, (0.5 + 0.4f64.ln() / 10.0, 0.5))]
        {
            write(&[event("Who wins?", closes, Some(outcome))]);
            look();
            assert_eq!(market.ripeness(&draw.task), Ripeness::Now);
            let scores = market.score(&draw.task, &answers);
            assert!(
                (scores[0].value - seer).abs() < 1e-6 && (scores[1].value - knows_nothing).abs() < 1e-6,
                "{scores:?}"
            );
        }
        write(&[]);
        look();
        assert!(matches!(market.ripeness(&draw.task), Ripeness::Never(_)), "it was withdrawn");
    }

    #[test]
    fn a_damaged_file_is_said_to_be_damaged() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("events.json");
        assert!(EventBook::open(&path).is_err());
        for damaged in ["", "{", "[1]", "\u{0}"] {
            std::fs::write(&path, damaged).expect("written");
            assert!(EventBook::open(&path).is_err());
        }
    }
}
