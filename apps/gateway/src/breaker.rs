//! A circuit breaker: who fails several times in a row is left alone for a while, longer each time; then one request tries.
//!
//! A pure state machine: time comes in, nothing is awaited.

use std::time::{Duration, Instant};

/// When it opens, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// Failures in a row that open it (0 counts as 1).
    pub(crate) failures: u32,
    /// The first pause; each further one is twice as long.
    pub(crate) pause: Duration,
    /// No pause is longer, unless the first one is.
    pub(crate) longest: Duration,
}

impl Policy {
    /// The pause after so many pauses before it.
    fn pause_after(&self, pauses: u32) -> Duration {
        let longer = self.pause.saturating_mul(2_u32.saturating_pow(pauses.min(31)));
        longer.min(self.longest.max(self.pause))
    }
}

/// What may be done with a miner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It may be asked.
    Closed,
    /// It is left alone, or one request is trying.
    Open,
    /// Its pause is over: one request may try.
    HalfOpen,
}

impl State {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// One miner's breaker.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Breaker {
    /// Failures in a row while closed.
    failures: u32,
    /// Pauses since the last success.
    pauses: u32,
    /// The end of the pause; `None` while closed.
    until: Option<Instant>,
    /// The trial under way, by number; the others don't wait for what comes of it.
    trial: Option<Trial>,
    /// Trials so far.
    trials: u32,
}

/// One request's trial of a miner whose pause is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trial(u32);

impl Breaker {
    pub(crate) fn state(&self, now: Instant) -> State {
        match self.until {
            None => State::Closed,
            Some(until) if now < until || self.trial.is_some() => State::Open,
            Some(_) => State::HalfOpen,
        }
    }

    /// A request is on its way. Its trial, if it is the one that tries.
    pub(crate) fn started(&mut self, now: Instant) -> Option<Trial> {
        if self.state(now) != State::HalfOpen {
            return None;
        }
        self.trials = self.trials.wrapping_add(1);
        self.trial = Some(Trial(self.trials));
        self.trial
    }

    /// One was answered well: all is forgotten.
    pub(crate) fn succeeded(&mut self) {
        // Of an earlier trial something may still be heard.
        *self = Self { trials: self.trials, ..Self::default() };
    }

    /// One was answered badly, or not at all.
    pub(crate) fn failed(&mut self, now: Instant, policy: &Policy) {
        match self.until {
            None => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= policy.failures {
                    self.open(now, policy);
                }
            }
            // Asked before it opened, or as a last resort: that says nothing new.
            Some(until) if now < until => {}
            Some(_) => self.open(now, policy),
        }
    }

    /// This trial is over. If it has said nothing about the miner, another request may try.
    pub(crate) fn ended(&mut self, trial: Trial) {
        if self.trial == Some(trial) {
            self.trial = None;
        }
    }

    fn open(&mut self, now: Instant, policy: &Policy) {
        let pause = policy.pause_after(self.pauses);
        self.until = Some(now.checked_add(pause).unwrap_or(now));
        self.pauses = self.pauses.saturating_add(1);
        self.trial = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { failures: 3, pause: Duration::from_secs(10), longest: Duration::from_secs(35) };

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        (0..3).for_each(|_| breaker.failed(now, &POLICY));
        breaker
    }

    #[test]
    fn some_failures_in_a_row_open_it_and_success_forgets_them() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..5 {
            breaker.failed(now, &POLICY);
            breaker.failed(now, &POLICY);
            assert_eq!(breaker.state(now), State::Closed);
            breaker.succeeded();
        }
        assert_eq!(opened(now).state(now), State::Open);
        let mut strict = Breaker::default();
        strict.failed(now, &Policy { failures: 0, ..POLICY });
        assert_eq!(strict.state(now), State::Open, "none is too few to open after");
    }

    #[test]
    fn one_request_tries_after_the_pause() {
        let now = Instant::now();
        let (mut breaker, later) = (opened(now), now + POLICY.pause);
        assert_eq!(breaker.state(later - Duration::from_millis(1)), State::Open);
        assert_eq!(breaker.state(later), State::HalfOpen);
        let first = breaker.started(later).expect("it tries");
        assert_eq!(breaker.state(later), State::Open, "the others go elsewhere");
        assert_eq!(breaker.started(later), None, "one trial at a time");
        breaker.ended(first);
        assert_eq!(breaker.state(later), State::HalfOpen, "a trial without a result can be repeated");
        let second = breaker.started(later).expect("it tries");
        breaker.ended(first);
        assert_eq!(breaker.state(later), State::Open, "one trial's end isn't another's");
        breaker.succeeded();
        breaker.ended(second);
        assert_eq!(breaker.state(later), State::Closed);
        breaker.failed(later, &POLICY);
        assert_eq!(breaker.state(later), State::Closed, "it starts afresh");
    }

    #[test]
    fn pauses_grow_and_have_an_end() {
        let mut now = Instant::now();
        let mut breaker = opened(now);
        for seconds in [10, 20, 35, 35, 35] {
            assert_eq!(breaker.state(now + Duration::from_secs(seconds - 1)), State::Open, "{seconds}");
            now += Duration::from_secs(seconds);
            assert_eq!(breaker.state(now), State::HalfOpen, "{seconds}");
            breaker.started(now);
            breaker.failed(now, &POLICY);
        }
        let endless = Policy { pause: Duration::MAX, ..POLICY };
        breaker.failed(now + Duration::from_secs(99), &endless);
        assert_eq!(Policy { failures: 1, ..POLICY }.pause_after(u32::MAX), POLICY.longest);
    }

    #[test]
    fn what_was_under_way_when_it_opened_does_not_prolong_the_pause() {
        let now = Instant::now();
        let mut breaker = opened(now);
        (0..9).for_each(|_| breaker.failed(now + Duration::from_secs(1), &POLICY));
        assert_eq!(breaker.state(now + POLICY.pause), State::HalfOpen);
    }
}
