//! `text:consensus`: three miners are asked, and the answer is the one that the others agree with most.
//!
//! Each of the three places has miners of its own, so that whoever fails or is late is replaced by somebody who isn't asked
//! already. When two have answered, the third gets as much time again as the slower of them took.

use crate::{
    ask::{Answered, Asker, Goal},
    directory::Miner,
    error::ApiError,
    sort::Sort,
};
use futures::{stream::FuturesUnordered, StreamExt};
use ganglion_subnet_text::{agreement, TextRequest};
use serde_json::{json, Value};
use std::time::{Duration, Instant};
use tokio::time::{sleep_until, Instant as TokioInstant};

/// The model that stands for it.
pub(crate) const MODEL: &str = "text:consensus";
/// Answers that are held against each other.
pub(crate) const PLACES: usize = 3;
/// The last one gets at least so long.
const LEAST: Duration = Duration::from_secs(1);

/// One who answered.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    miner: Miner,
    /// Whether its answer says the same as the one that was chosen.
    agrees: bool,
}

/// Those who answered.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    /// Places that were filled, three where there are as many miners.
    asked: usize,
    pub(crate) members: Vec<Member>,
}

impl Panel {
    /// How many say the same as the answer that was chosen, its own miner included.
    pub(crate) fn agreed(&self) -> usize {
        self.members.iter().filter(|member| member.agrees).count()
    }

    /// For the answer's `ganglion` object.
    pub(crate) fn told(&self) -> Value {
        let members: Vec<Value> = self
            .members
            .iter()
            .map(|member| {
                json!({ "uid": member.miner.uid, "hotkey": member.miner.hotkey.to_ss58(), "agrees": member.agrees })
            })
            .collect();
        json!({ "asked": self.asked, "answered": self.members.len(), "agreed": self.agreed(), "miners": members })
    }
}

/// Asks three and chooses. With one answer only, that is the answer, and the panel says so.
///
/// # Errors
/// As [`Asker::ask`], if nobody answered.
pub(crate) async fn ask(asker: &Asker, candidates: &[Miner], request: &TextRequest) -> Result<Answered, ApiError> {
    let began = Instant::now();
    let places = places(candidates);
    // Of whatever sort the question is: those who hold the places have the time that they need.
    let mut running: FuturesUnordered<_> =
        places.iter().map(|miners| asker.ask(miners, request, Goal::Whole, Sort::Open)).collect();
    let deadline = TokioInstant::now() + asker.config.deadline;
    let (mut answers, mut errors, mut end) = (Vec::new(), Vec::new(), deadline);
    loop {
        tokio::select! {
            next = running.next() => match next {
                Some(Ok(answered)) => answers.push(answered),
                Some(Err(error)) => errors.push(error),
                None => break,
            },
            // Who is still at it is neither blamed nor praised.
            () = sleep_until(end), if !answers.is_empty() => break,
        }
        if answers.len() >= PLACES - 1 {
            end = deadline.min(TokioInstant::now() + began.elapsed().max(LEAST));
        }
    }
    if answers.is_empty() {
        let none = || ApiError::no_miners("no miner of this subnet announces an address yet: try again shortly");
        return Err(errors.into_iter().next().unwrap_or_else(none));
    }
    Ok(choose(answers, places.len(), began.elapsed()))
}

/// Whom each place asks, best first: the best miner of all is in the first, the second best in the second.
fn places(candidates: &[Miner]) -> Vec<Vec<Miner>> {
    let of = |place: usize| candidates.iter().skip(place).step_by(PLACES).cloned().collect::<Vec<Miner>>();
    (0..PLACES).map(of).filter(|miners| !miners.is_empty()).collect()
}

/// The answer that the others agree with most; of equals that of the better miner.
fn choose(mut answers: Vec<Answered>, asked: usize, latency: Duration) -> Answered {
    answers.sort_by_key(|answered| (u16::MAX - answered.miner.incentive, answered.miner.uid));
    let said: Vec<&str> = answers.iter().map(|answered| answered.answering.said()).collect();
    let verdict = agreement::verdict(&said);
    let members = answers
        .iter()
        .zip(&verdict.agrees)
        .map(|(answered, agrees)| Member { miner: answered.miner.clone(), agrees: *agrees })
        .collect();
    let attempts = answers.iter().map(|answered| answered.attempts).sum();
    let index = verdict.chosen.min(answers.len() - 1);
    Answered { latency, attempts, panel: Some(Panel { asked, members }), ..answers.swap_remove(index) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::PublicKey;

    #[test]
    fn every_place_has_miners_of_its_own() {
        let miners: Vec<Miner> = (0..7)
            .map(|uid| Miner {
                uid,
                hotkey: PublicKey([uid as u8; 32]),
                address: "127.0.0.1:1".parse().expect("an address"),
                incentive: 1,
                promised: 0,
            })
            .collect();
        let uids = |count: usize| -> Vec<Vec<u16>> {
            places(&miners[..count]).iter().map(|place| place.iter().map(|miner| miner.uid).collect()).collect()
        };
        assert_eq!(uids(7), [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
        assert_eq!(uids(2), [vec![0], vec![1]]);
        assert!(uids(0).is_empty());
    }
}
