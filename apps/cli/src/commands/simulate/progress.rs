//! How far a simulation is: on stderr, once it takes longer than one likes to wait without a word.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ganglion_subnet::simulator::Progress;

use crate::output::{self, Step};

/// What is over sooner needs no words.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a log that nobody watches live hears of it.
const REMINDER: Duration = Duration::from_secs(30);

/// Watches scenarios that run side by side.
pub(super) struct Watch {
    begun: Instant,
    live: bool,
    state: Mutex<State>,
}

struct State {
    /// How far each scenario is; `None` of those that haven't begun.
    scenarios: Vec<Option<Progress>>,
    /// The moving line on a terminal.
    step: Option<Step>,
    /// When the next word is due.
    due: Duration,
}

impl Watch {
    /// Of so many scenarios, none of which has begun.
    pub(super) fn new(scenarios: usize) -> Self {
        let state = State { scenarios: vec![None; scenarios], step: None, due: PATIENCE };
        Self { begun: Instant::now(), live: std::io::stderr().is_terminal(), state: Mutex::new(state) }
    }

    /// Takes in how far the scenario at `place` is, and says so if it is time.
    pub(super) fn tell(&self, place: usize, progress: Progress) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scenario) = state.scenarios.get_mut(place) {
            *scenario = Some(progress);
        }
        let elapsed = self.begun.elapsed();
        if elapsed < state.due {
            return;
        }
        let text = words(&state.scenarios, elapsed);
        if self.live {
            state.step.get_or_insert_with(|| Step::start("simulating")).progress(text);
        } else {
            state.due = elapsed + REMINDER;
            output::talk(&format!("… simulating: {text}"));
        }
    }
}

/// Rounds so far, their rate, and what is left.
fn words(scenarios: &[Option<Progress>], elapsed: Duration) -> String {
    let begun = || scenarios.iter().flatten();
    let done: u64 = begun().map(|progress| progress.rounds).sum();
    let known: u64 = begun().map(|progress| progress.all).sum();
    // Those that haven't begun will be about as long as those that have.
    let count = begun().count().max(1) as u64;
    let all = known.saturating_add(known / count * (scenarios.len() as u64).saturating_sub(count));
    let rate = done as f64 / elapsed.as_secs_f64().max(1e-6);
    let left = all.saturating_sub(done) as f64 / rate.max(1e-6);
    format!("{done} of {all} rounds, {rate:.0} a second, {left:.0} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_begun_counts_as_much_as_what_has() {
        let half = Some(Progress { rounds: 600, all: 1_200 });
        let over = Some(Progress { rounds: 1_200, all: 1_200 });
        let text = words(&[over, half, None], Duration::from_secs(6));
        assert_eq!(text, "1800 of 3600 rounds, 300 a second, 6 s left");
        assert_eq!(words(&[over], Duration::from_secs(12)), "1200 of 1200 rounds, 100 a second, 0 s left");
    }

    #[test]
    fn a_place_that_nobody_has_is_passed_over() {
        let watch = Watch::new(1);
        watch.tell(0, Progress { rounds: 3, all: 9 });
        watch.tell(7, Progress { rounds: 3, all: 9 });
        let state = watch.state.lock().expect("whole");
        assert_eq!(state.scenarios, [Some(Progress { rounds: 3, all: 9 })]);
        assert_eq!(words(&[], Duration::ZERO), "0 of 0 rounds, 0 a second, 0 s left");
    }
}
