//! Asking miners: the best first, the next when it fails or is late, the first good answer wins.

use crate::{directory::Miner, error::ApiError, metrics::Metrics, standing::Standings, GatewayConfig};
use axum::http::StatusCode;
use futures::{stream::FuturesUnordered, StreamExt};
use ganglion_subnet_text::{TextRequest, TextResponse, TextSynapse};
use ganglion_wire::{CallError, Dendrite, Target};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{sleep_until, Instant as TokioInstant};

/// A good answer, and whose it is.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) miner: Miner,
    pub(crate) response: TextResponse,
    pub(crate) latency: Duration,
    /// Miners asked until then.
    pub(crate) attempts: usize,
}

/// How one miner's turn ended.
enum Outcome {
    Good(TextResponse, Duration),
    /// It failed, or has too much to do.
    Bad(String),
    /// It says that the request is wrong.
    Refused(String),
}

/// Asks miners for answers.
pub(crate) struct Asker {
    pub(crate) config: Arc<GatewayConfig>,
    pub(crate) dendrite: Dendrite,
    pub(crate) standings: Arc<Standings>,
    pub(crate) metrics: Arc<Metrics>,
}

/// A miner's turn. Dropped without an outcome (the client hung up, or another answer won), it leaves no trial behind.
struct Turn<'a> {
    standings: &'a Standings,
    miner: &'a Miner,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.standings.neutral(self.miner);
    }
}

impl Asker {
    /// The first good answer to `request` from `candidates`, best first.
    ///
    /// # Errors
    /// 503 without candidates, 504 after the deadline, 502 if all failed, 400 if miners agree that the request is
    /// wrong.
    pub(crate) async fn ask(&self, candidates: &[Miner], request: &TextRequest) -> Result<Answered, ApiError> {
        if candidates.is_empty() {
            return Err(ApiError::no_miners("no miner of this subnet announces an address yet: try again shortly"));
        }
        let parallel = self.config.parallel.max(1);
        let deadline = TokioInstant::now() + self.config.deadline;
        let mut waiting = candidates.iter().take(self.config.attempts.max(1));
        let mut running = FuturesUnordered::new();
        // Whoever was asked, and whether the turn has ended.
        let mut asked: Vec<(&Miner, bool)> = Vec::new();
        let mut failures = Failures::default();
        let mut late = TokioInstant::now();
        let mut next = true;
        loop {
            if next && running.len() < parallel {
                if let Some(miner) = waiting.next() {
                    running.push(self.turn(asked.len(), miner, request, deadline));
                    asked.push((miner, false));
                    late = TokioInstant::now() + self.config.hedge;
                }
            }
            next = false;
            if running.is_empty() {
                return Err(failures.into_error());
            }
            tokio::select! {
                Some((index, outcome)) = running.next() => {
                    if let Some(turn) = asked.get_mut(index) {
                        turn.1 = true;
                    }
                    match outcome {
                        Outcome::Good(response, latency) => {
                            // Asked earlier and still silent: too slow for this user.
                            self.blame(asked.iter().take(index));
                            let Some((miner, _)) = asked.get(index) else { continue };
                            return Ok(Answered {
                                miner: (*miner).clone(),
                                response,
                                latency,
                                attempts: asked.len(),
                            });
                        }
                        Outcome::Refused(reason) => failures.refusals.push(reason),
                        Outcome::Bad(reason) => failures.faults.push(reason),
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
                    self.metrics.hedges.inc();
                    next = true;
                }
            }
        }
    }

    /// One miner's turn, from the question to the entry in its record.
    async fn turn(
        &self,
        index: usize,
        miner: &Miner,
        request: &TextRequest,
        deadline: TokioInstant,
    ) -> (usize, Outcome) {
        self.standings.started(miner, Instant::now());
        let _turn = Turn { standings: &self.standings, miner };
        let target = Target { hotkey: miner.hotkey, address: miner.address };
        // A little longer than is left, so that it is always the request's own deadline that ends it.
        let left = deadline.saturating_duration_since(TokioInstant::now()) + Duration::from_secs(1);
        let outcome = match self.dendrite.call::<TextSynapse>(&target, request, left).await {
            Ok(answer) if answer.response.completion.trim().is_empty() => Outcome::Bad("an empty answer".into()),
            Ok(answer) => Outcome::Good(answer.response, answer.elapsed),
            Err(CallError::Refused { status: 400 | 413 | 422, message, .. }) => {
                self.count("refused");
                return (index, Outcome::Refused(shorten(&message)));
            }
            // Busy, or we have asked it too often: no sign of illness.
            Err(CallError::Refused { status: 403 | 429 | 503, code, .. }) => {
                self.count("busy");
                return (index, Outcome::Bad(format!("uid {}: {}", miner.uid, shorten(&code))));
            }
            Err(error) => Outcome::Bad(shorten(&error.to_string())),
        };
        let outcome = match outcome {
            Outcome::Bad(reason) => {
                self.count("failed");
                self.standings.failed(miner, Instant::now());
                tracing::debug!(target: "ganglion::gateway", uid = miner.uid, %reason, "a miner failed");
                Outcome::Bad(format!("uid {}: {reason}", miner.uid))
            }
            Outcome::Good(response, latency) => {
                self.count("answered");
                self.standings.succeeded(miner, latency);
                Outcome::Good(response, latency)
            }
            refused => refused,
        };
        (index, outcome)
    }

    /// Counts it against those whose turn hasn't ended.
    fn blame<'a>(&self, asked: impl Iterator<Item = &'a (&'a Miner, bool)>) {
        for (miner, _) in asked.filter(|(_, ended)| !ended) {
            self.count("overtaken");
            self.standings.failed(miner, Instant::now());
        }
    }

    fn count(&self, outcome: &str) {
        self.metrics.calls.with_label_values(&[outcome]).inc();
    }
}

/// What went wrong with those who were asked.
#[derive(Default)]
struct Failures {
    faults: Vec<String>,
    refusals: Vec<String>,
}

impl Failures {
    fn into_error(self) -> ApiError {
        let reasons = self.faults.join("; ");
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
fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
