//! How far a training is, and how it ends early: what `models train` and `image train` have in common.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::block_on;
use crate::output::{self, Step};
use crate::signals::Signals;

/// How often somebody who reads a log hears of it.
const REMINDER: Duration = Duration::from_secs(5);

/// Watches a training: a moving line on a terminal, a line on stderr every few seconds elsewhere.
pub(super) struct Watch {
    step: Step,
    pace: Pace,
    ended: Arc<AtomicBool>,
}

impl Watch {
    /// Of a training that begins now.
    pub(super) fn start() -> Self {
        Self { step: Step::start("training"), pace: Pace::default(), ended: on_signal() }
    }

    /// Takes in how far it is, and says so if it is time. Whether it goes on: not if the command was asked to end.
    pub(super) fn hear(&mut self, far: String) -> ControlFlow<()> {
        if !self.step.is_hidden() {
            self.step.progress(far);
        } else if self.pace.is_due(Instant::now()) {
            output::talk(&format!("… training: {far}"));
        }
        match self.ended.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// It has come to its end.
    pub(super) fn done(self, detail: &str) {
        self.step.done(detail);
    }
}

/// When a line is due: the first at once, any other some time after the one before.
#[derive(Default)]
struct Pace {
    last: Option<Instant>,
}

impl Pace {
    fn is_due(&mut self, now: Instant) -> bool {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < REMINDER) {
            return false;
        }
        self.last = Some(now);
        true
    }
}

/// Seconds until the last of so many steps, if the others take as long as those that are done.
pub(super) fn seconds_left(done: usize, steps: usize, elapsed: Duration) -> f64 {
    steps.saturating_sub(done) as f64 / done.max(1) as f64 * elapsed.as_secs_f64()
}

/// Becomes true when the command is asked to end.
fn on_signal() -> Arc<AtomicBool> {
    let ended = Arc::new(AtomicBool::new(false));
    let flag = ended.clone();
    std::thread::spawn(move || {
        let heard = block_on(async {
            Signals::listen()?.any().await;
            Ok(())
        });
        // Where signals can't be heard, they end the command as they always did.
        if heard.is_ok() {
            flag.store(true, Ordering::Relaxed);
        }
    });
    ended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_comes_at_once_and_the_others_when_they_are_due() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        let due: Vec<bool> = [0, 1, 4, 5, 6, 9, 11].map(|s| pace.is_due(begun + Duration::from_secs(s))).to_vec();
        assert_eq!(due, [true, false, false, true, false, false, true]);
        assert!(!pace.is_due(begun), "a clock that goes back says nothing twice");
    }

    #[test]
    fn what_is_left_takes_as_long_as_what_was() {
        let left = |done, steps| seconds_left(done, steps, Duration::from_secs(30));
        assert_eq!((left(300, 1200), left(1200, 1200), left(0, 10)), (90.0, 0.0, 300.0));
        assert_eq!(left(7, 5), 0.0);
    }
}
