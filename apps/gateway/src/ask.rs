//! Asking miners: the best first, the next when it fails or is late, the first good answer wins. Late is who takes longer
//! than it usually does, within bounds. Who isn't known to take long over exact questions is late with one at the least of
//! these bounds, if the next in line is paid nearly as well as the first: it may be one that computes. Somebody who is paid
//! far less isn't preferred for being quick; quickest is who says anything. Once a streamed answer has begun, nobody else is
//! asked.
//!
//! Miners are always asked for pieces, whatever the user wants: validators ask so too, and nothing may tell a miner
//! which of them it serves.

use crate::{
    answering::Answering, breaker::Trial, consensus::Panel, directory::Miner, error::ApiError, metrics::Metrics,
    sort::Sort, standing::Standings, times::Timed, GatewayConfig,
};
use axum::http::StatusCode;
use futures::{stream::FuturesUnordered, StreamExt};
use ganglion_subnet_text::{TextRequest, TextSynapse};
use ganglion_wire::{CallError, Dendrite, Target};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{sleep_until, Instant as TokioInstant};

/// What makes a miner the one that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// A whole answer.
    Whole,
    /// Something to show; the rest follows.
    Beginning,
}

/// A good answer, and whose it is.
pub(crate) struct Answered {
    pub(crate) miner: Miner,
    pub(crate) answering: Answering,
    /// When this miner was asked.
    pub(crate) began: Instant,
    /// How long it took until it had reached the goal.
    pub(crate) latency: Duration,
    /// Miners asked until then.
    pub(crate) attempts: usize,
    /// What this one was ranked by.
    pub(crate) score: Option<f64>,
    /// What the others said, where several were asked for their agreement.
    pub(crate) panel: Option<Panel>,
    /// The miner's turn, which lasts to the answer's end.
    pub(crate) turn: Turn,
}

/// How one miner's turn ended.
enum Outcome {
    Good(Answering, Instant, Duration, Turn),
    /// It failed, or has too much to do.
    Bad(String),
    /// It says that the request is wrong.
    Refused(String),
    /// It wants more than is paid.
    Unpaid(String),
}

/// One who was asked.
pub(crate) struct Asked<'a> {
    pub(crate) miner: &'a Miner,
    /// Whether its turn has ended.
    pub(crate) ended: bool,
    pub(crate) began: Instant,
}

impl<'a> Asked<'a> {
    /// Its turn begins.
    pub(crate) fn now(miner: &'a Miner) -> Self {
        Self { miner, ended: false, began: Instant::now() }
    }
}

/// Asks miners for answers.
pub(crate) struct Asker {
    pub(crate) config: Arc<GatewayConfig>,
    pub(crate) dendrite: Dendrite,
    pub(crate) standings: Arc<Standings>,
    pub(crate) metrics: Arc<Metrics>,
}

/// A miner's turn, to the end of its answer. Dropped without an outcome (the client hung up, or another answer won), it leaves
/// no trial behind.
pub(crate) struct Turn(Option<Box<(Trial, Arc<Standings>, Miner)>>);

impl Turn {
    /// A request is on its way to the miner.
    pub(crate) fn of(standings: &Arc<Standings>, miner: &Miner, now: Instant) -> Self {
        let trial = standings.started(miner, now);
        Self(trial.map(|trial| Box::new((trial, standings.clone(), miner.clone()))))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some((trial, standings, miner)) = self.0.as_deref() {
            standings.tried(miner, *trial);
        }
    }
}

impl Asker {
    /// The first to reach the goal of those `candidates` that are asked `request`, best first for its `sort`.
    ///
    /// # Errors
    /// 503 without candidates, 504 after the deadline, 502 if all failed, 400 if miners agree that the request is
    /// wrong.
    pub(crate) async fn ask(
        &self,
        candidates: &[Miner],
        request: &TextRequest,
        goal: Goal,
        sort: Sort,
    ) -> Result<Answered, ApiError> {
        if candidates.is_empty() {
            return Err(ApiError::no_miners("no miner of this subnet announces an address yet: try again shortly"));
        }
        let timed = sort.timed(goal);
        let parallel = self.config.parallel.max(1);
        let deadline = TokioInstant::now() + self.config.deadline;
        let mut waiting = candidates.iter().take(self.config.attempts.max(1));
        let mut running = FuturesUnordered::new();
        let mut asked: Vec<Asked<'_>> = Vec::new();
        let mut failures = Failures::default();
        let mut late = TokioInstant::now();
        let mut next = true;
        loop {
            if next && running.len() < parallel {
                if let Some(miner) = waiting.next() {
                    running.push(self.turn(asked.len(), miner, request, (goal, timed), deadline));
                    asked.push(Asked::now(miner));
                    let company = waiting.clone().next().zip(candidates.first());
                    let near = company.is_some_and(|(next, best)| next.is_near(best));
                    let patience = match timed == Timed::Exact && near {
                        true => self.standings.soon(miner, timed),
                        false => self.standings.late(miner, timed),
                    };
                    late = TokioInstant::now() + patience;
                }
            }
            next = false;
            if running.is_empty() {
                return Err(failures.into_error());
            }
            tokio::select! {
                Some((index, outcome)) = running.next() => {
                    if let Some(turn) = asked.get_mut(index) {
                        turn.ended = true;
                    }
                    match outcome {
                        Outcome::Good(answering, began, latency, turn) => {
                            self.overtake(asked.iter().take(index), timed);
                            let Some(Asked { miner, .. }) = asked.get(index) else { continue };
                            return Ok(Answered {
                                miner: (*miner).clone(),
                                answering,
                                began,
                                latency,
                                attempts: asked.len(),
                                score: self.standings.of(miner).score,
                                panel: None,
                                turn,
                            });
                        }
                        Outcome::Refused(reason) => failures.refusals.push(reason),
                        Outcome::Bad(reason) => failures.faults.push(reason),
                        Outcome::Unpaid(reason) => failures.unpaid.push(reason),
                    }
                    next = true;
                }
                () = sleep_until(deadline) => {
                    self.blame(asked.iter());
                    let seconds = self.config.deadline.as_secs_f32();
                    let message = format!("no miner answered within {seconds} s: ask for fewer tokens, or try again");
                    return Err(ApiError::new(StatusCode::GATEWAY_TIMEOUT, "deadline", message));
                }
                () = sleep_until(late), if running.len() < parallel && waiting.len() > 0 => {
                    self.metrics.hedged();
                    next = true;
                }
            }
        }
    }

    /// One miner's turn, from the question to the entry in its record. Of a beginning the record hears when it has
    /// ended.
    async fn turn(
        &self,
        index: usize,
        miner: &Miner,
        request: &TextRequest,
        (goal, timed): (Goal, Timed),
        deadline: TokioInstant,
    ) -> (usize, Outcome) {
        let began = Instant::now();
        let turn = Turn::of(&self.standings, miner, began);
        let target = Target { hotkey: miner.hotkey, address: miner.address };
        let time = match goal {
            // A little longer than is left, so that it is always the request's own deadline that ends it.
            Goal::Whole => deadline.saturating_duration_since(TokioInstant::now()) + Duration::from_secs(1),
            Goal::Beginning => self.config.stream_deadline,
        };
        let reached = match self.dendrite.stream::<TextSynapse>(&target, request, time).await {
            Ok(parts) => reach(goal, Answering::new(parts)).await,
            Err(CallError::Refused { status: 400 | 413 | 422, message, .. }) => {
                self.count("refused");
                return (index, Outcome::Refused(shorten(&message)));
            }
            // It costs more than we pay, which is no sign of illness.
            Err(CallError::Refused { status: 401 | 402, message, .. }) => {
                self.count("unpaid");
                return (index, Outcome::Unpaid(format!("uid {}: {}", miner.uid, shorten(&message))));
            }
            // Busy, or we have asked it too often: no sign of illness.
            Err(CallError::Refused { status: 403 | 429 | 503, code, .. }) => {
                self.count("busy");
                return (index, Outcome::Bad(format!("uid {}: {}", miner.uid, shorten(&code))));
            }
            Err(error) => Err(shorten(&error.to_string())),
        };
        let outcome = match reached {
            Err(reason) => {
                self.count("failed");
                self.standings.failed(miner, Instant::now());
                tracing::debug!(target: "ganglion::gateway", uid = miner.uid, %reason, "a miner failed");
                Outcome::Bad(format!("uid {}: {reason}", miner.uid))
            }
            Ok(answering) => {
                let latency = began.elapsed();
                self.count("answered");
                match goal {
                    Goal::Whole => self.standings.succeeded(miner, timed, latency),
                    Goal::Beginning => self.standings.began(miner, timed, latency),
                }
                Outcome::Good(answering, began, latency, turn)
            }
        };
        (index, outcome)
    }

    /// Counts it against those whose turn hasn't ended by the deadline.
    pub(crate) fn blame<'a>(&self, asked: impl Iterator<Item = &'a Asked<'a>>) {
        for Asked { miner, .. } in asked.filter(|asked| !asked.ended) {
            self.count("overtaken");
            self.standings.failed(miner, Instant::now());
        }
    }

    /// Of those who were asked earlier and are still silent. Slower than usual happens to everybody; slower than the longest
    /// that anybody gets is a fault.
    pub(crate) fn overtake<'a>(&self, asked: impl Iterator<Item = &'a Asked<'a>>, timed: Timed) {
        for Asked { miner, began, .. } in asked.filter(|asked| !asked.ended) {
            let waited = began.elapsed();
            self.count("overtaken");
            self.standings.overtaken(miner, timed, waited);
            if waited >= self.config.hedge {
                self.standings.failed(miner, Instant::now());
            }
        }
    }

    fn count(&self, outcome: &str) {
        self.metrics.called(outcome);
    }
}

/// Reads as far as the goal demands.
async fn reach(goal: Goal, mut answering: Answering) -> Result<Answering, String> {
    let read = match goal {
        Goal::Whole => answering.finish().await,
        Goal::Beginning => answering.begin().await,
    };
    match read {
        Ok(()) if answering.is_visible() => Ok(answering),
        Ok(()) => Err("an empty answer".into()),
        Err(reason) => Err(shorten(&reason)),
    }
}

/// What went wrong with those who were asked.
#[derive(Default)]
struct Failures {
    faults: Vec<String>,
    refusals: Vec<String>,
    unpaid: Vec<String>,
}

impl Failures {
    fn into_error(self) -> ApiError {
        if self.faults.is_empty() && self.refusals.is_empty() && !self.unpaid.is_empty() {
            let message = format!("no miner answers for what is paid ({})", self.unpaid.join("; "));
            return ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_required", message);
        }
        let reasons = self.faults.iter().chain(&self.unpaid).map(String::as_str).collect::<Vec<_>>().join("; ");
        match self.refusals.first() {
            // One miner may refuse what the others take; all of them are right.
            Some(reason) if self.faults.is_empty() => ApiError::new(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                format!("the miners refuse this request: {reason}"),
            ),
            _ => ApiError::new(
                StatusCode::BAD_GATEWAY,
                "miners_failed",
                format!("no miner could answer ({reasons}): try again"),
            ),
        }
    }
}

/// Cuts text that came from a miner: it may be of any length.
pub(crate) fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
