//! Asking when nothing is known of anybody: some miners at once, and the answer that the others bear out is taken.
//!
//! Between the first registration and the first weights, a minute or so, a network's miners are strangers to everybody.
//! What a miner says of itself is worth nothing, and who came first, or is quick, may talk nonsense: a small statistical
//! model is always the quickest. But nonsense differs from nonsense, and sense is alike. It is no proof (who registers
//! several keys can speak with several voices), and it costs several answers for one and the time of a whole answer; it
//! ends with the first weights.

use crate::{
    answering::Answering,
    ask::{Answered, Asker, Failures, Goal, Outcome},
    directory::Miner,
    error::ApiError,
};
use futures::{stream::FuturesUnordered, StreamExt};
use ganglion_subnet_text::{agreement, TextRequest};
use std::time::{Duration, Instant};
use tokio::time::{sleep_until, Instant as TokioInstant};

/// Whether nothing tells these miners apart.
pub(crate) fn is_due(candidates: &[Miner]) -> bool {
    candidates.len() > 1 && candidates.iter().all(|miner| miner.incentive == 0 && miner.promised == 0)
}

/// A whole answer, and whose it is.
struct Heard<'a> {
    /// The miner's place among those who were asked.
    place: usize,
    miner: &'a Miner,
    answering: Answering,
    began: Instant,
    latency: Duration,
}

impl Asker {
    /// What most of a panel of `candidates` say. Who fails is replaced. For half of the deadline all are waited for, then
    /// what is there decides.
    ///
    /// # Errors
    /// 504 after the deadline, 502 if all failed, 400 if miners agree that the request is wrong.
    pub(crate) async fn ask_panel(&self, candidates: &[Miner], request: &TextRequest) -> Result<Answered, ApiError> {
        self.metrics.panels.inc();
        let begin = TokioInstant::now();
        let (patience, deadline) = (begin + self.config.deadline / 2, begin + self.config.deadline);
        let seats = self.config.panel.max(1);
        let mut waiting = candidates.iter().take(self.config.attempts.max(seats));
        let mut running = FuturesUnordered::new();
        // Whoever was asked, and whether the turn has ended.
        let mut asked: Vec<(&Miner, bool)> = Vec::new();
        let mut heard: Vec<Heard<'_>> = Vec::new();
        let mut failures = Failures::default();
        loop {
            while running.len() + heard.len() < seats {
                let Some(miner) = waiting.next() else { break };
                running.push(self.turn(asked.len(), miner, request, Goal::Whole, deadline));
                asked.push((miner, false));
            }
            if running.is_empty() {
                break;
            }
            tokio::select! {
                Some((place, outcome)) = running.next() => {
                    let Some(turn) = asked.get_mut(place) else { continue };
                    turn.1 = true;
                    match outcome {
                        Outcome::Good(answering, began, latency) => {
                            heard.push(Heard { place, miner: turn.0, answering, began, latency });
                        }
                        Outcome::Refused(reason) => failures.refusals.push(reason),
                        Outcome::Bad(reason) => failures.faults.push(reason),
                    }
                }
                // Who is slower than this isn't blamed: all of them were asked at once, perhaps on one machine.
                () = sleep_until(patience), if !heard.is_empty() => break,
                () = sleep_until(deadline), if heard.is_empty() => {
                    self.blame(asked.iter());
                    return Err(self.too_late());
                }
            }
        }
        heard.sort_by_key(|heard| heard.place);
        let said: Vec<&str> = heard.iter().map(|heard| heard.answering.said()).collect();
        let Some(best) = agreement::borne_out(&said) else { return Err(failures.into_error()) };
        let Heard { miner, answering, began, latency, .. } = heard.swap_remove(best);
        Ok(Answered { miner: miner.clone(), answering, began, latency, attempts: asked.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::PublicKey;

    #[test]
    fn a_panel_is_for_strangers() {
        let address = "127.0.0.1:1".parse().expect("address");
        let stranger = Miner { uid: 1, hotkey: PublicKey([1; 32]), address, incentive: 0, promised: 0 };
        let paid = Miner { incentive: 1, ..stranger.clone() };
        let weighed = Miner { promised: 1, ..stranger.clone() };
        assert!(is_due(&[stranger.clone(), stranger.clone()]));
        assert!(!is_due(&[stranger.clone(), paid]) && !is_due(&[weighed, stranger.clone()]));
        assert!(!is_due(&[stranger]) && !is_due(&[]), "there is nobody to compare with");
    }
}
