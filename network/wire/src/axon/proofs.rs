//! Signatures of requests that are there at the same time are checked together, which takes a fraction of the time.

use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ganglion_keys::{verify_batch, Proof};
use tokio::sync::oneshot;

/// Most that are checked at once: more would save nothing, and keep others waiting.
const MOST: usize = 64;

/// The proofs that wait. Never more than [`MOST`].
#[derive(Default)]
pub(crate) struct Proofs {
    waiting: Mutex<Vec<Waiting>>,
}

struct Waiting {
    proof: Proof,
    answer: oneshot::Sender<bool>,
}

impl Proofs {
    /// Whether the proof holds.
    pub async fn hold(&self, proof: Proof) -> bool {
        let (answer, told) = oneshot::channel();
        let full = self.add(Waiting { proof, answer });
        if let Some(all) = full {
            settle(all);
        } else {
            // Whoever has a request ready now adds to it. The first to come back checks for all, the others find their
            // answers there; so it doesn't matter who hangs up meanwhile.
            tokio::task::yield_now().await;
            let all = take(&mut *self.lock());
            settle(all);
        }
        told.await.unwrap_or(false)
    }

    /// Adds one; all of them if that made it full.
    fn add(&self, one: Waiting) -> Option<Vec<Waiting>> {
        let mut waiting = self.lock();
        waiting.push(one);
        (waiting.len() >= MOST).then(|| take(&mut *waiting))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn settle(all: Vec<Waiting>) {
    // Who has gone needs no answer.
    let (proofs, answers): (Vec<Proof>, Vec<_>) =
        all.into_iter().filter(|one| !one.answer.is_closed()).map(|one| (one.proof, one.answer)).unzip();
    for (holds, answer) in verify_batch(&proofs).into_iter().zip(answers) {
        let _ = answer.send(holds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;

    fn proof(pair: &Keypair, number: usize, good: bool) -> Proof {
        let signature = pair.sign(&number.to_le_bytes());
        let message = (number + usize::from(!good)).to_le_bytes().to_vec();
        Proof { key: pair.public(), message, signature }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn everybody_gets_the_answer_to_their_own() {
        let proofs = Proofs::default();
        let pairs: Vec<Keypair> = (0..3).map(|n| Keypair::from_seed([n; 32])).collect();
        let answers = futures::future::join_all((0..200).map(|number| {
            let good = number % 7 != 3;
            let proof = proof(&pairs[number % 3], number, good);
            let proofs = &proofs;
            async move { (good, proofs.hold(proof).await) }
        }))
        .await;
        assert_eq!(answers.len(), 200);
        assert!(answers.iter().all(|(good, told)| good == told));
        assert!(proofs.lock().is_empty());
    }

    #[tokio::test]
    async fn who_hangs_up_keeps_nobody_waiting() {
        use futures::FutureExt;
        let (proofs, pair) = (Proofs::default(), Keypair::from_seed([1; 32]));
        for number in 0..1000 {
            // Polled once, and dropped.
            assert!(proofs.hold(proof(&pair, number, true)).now_or_never().is_none_or(|good| good));
            assert!(proofs.lock().len() < MOST);
        }
        assert!(proofs.hold(proof(&pair, 0, true)).await);
        assert!(!proofs.hold(proof(&pair, 1, false)).await);
        assert!(proofs.lock().is_empty());
    }
}
