//! Signatures of requests that are there at the same time are checked together, which takes a fraction of the time.
//!
//! One task checks what waits; what comes meanwhile waits for its next round. The more there is to do, the larger the
//! rounds and the less each costs. Only if a round is full does somebody else check it, so that one processor isn't the
//! limit.

use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ganglion_keys::{verify_batch, Proof};
use tokio::sync::oneshot;

/// Most that are checked at once: more would save nothing, and keep others waiting.
const MOST: usize = 64;

/// The proofs that wait.
#[derive(Default)]
pub(crate) struct Proofs(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    /// Never more than [`MOST`].
    waiting: Vec<Waiting>,
    /// Whether there is a task that will look at them.
    attended: bool,
}

struct Waiting {
    proof: Proof,
    answer: oneshot::Sender<bool>,
}

impl Proofs {
    /// Whether the proof holds.
    pub async fn hold(&self, proof: Proof) -> bool {
        let (answer, told) = oneshot::channel();
        if let Some(full) = self.add(Waiting { proof, answer }) {
            settle(full);
        }
        told.await.unwrap_or(false)
    }

    /// Adds one, and sees to it that somebody looks at it; all of them if that made the round full.
    fn add(&self, one: Waiting) -> Option<Vec<Waiting>> {
        let mut queue = lock(&self.0);
        queue.waiting.push(one);
        if queue.waiting.len() >= MOST {
            return Some(take(&mut queue.waiting));
        }
        if !queue.attended {
            queue.attended = true;
            tokio::spawn(Attendant { queue: self.0.clone(), on_duty: true }.attend());
        }
        None
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who checks what waits, until nothing does. A task of its own, so it doesn't matter which caller hangs up.
struct Attendant {
    queue: Arc<Mutex<Queue>>,
    on_duty: bool,
}

impl Attendant {
    async fn attend(mut self) {
        loop {
            // Whoever has a request ready now adds to the round.
            tokio::task::yield_now().await;
            let Some(round) = self.next() else { return };
            settle(round);
        }
    }

    /// The next round. If there is none, who comes next needs another attendant.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut queue = lock(&self.queue);
        self.on_duty = !queue.waiting.is_empty();
        queue.attended = self.on_duty;
        self.on_duty.then(|| take(&mut queue.waiting))
    }
}

impl Drop for Attendant {
    /// A runtime that ends drops its tasks wherever they are.
    fn drop(&mut self) {
        if self.on_duty {
            lock(&self.queue).attended = false;
        }
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
        assert!(lock(&proofs.0).waiting.is_empty());
    }

    #[test]
    fn another_runtime_begins_where_one_ended() {
        let (proofs, pair) = (Proofs::default(), Keypair::from_seed([1; 32]));
        let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
        // Ends before the attendant has looked.
        runtime().block_on(async {
            use futures::FutureExt;
            assert!(proofs.hold(proof(&pair, 0, true)).now_or_never().is_none());
        });
        assert!(runtime().block_on(proofs.hold(proof(&pair, 1, true))));
    }

    #[tokio::test]
    async fn who_hangs_up_keeps_nobody_waiting() {
        use futures::FutureExt;
        let (proofs, pair) = (Proofs::default(), Keypair::from_seed([1; 32]));
        for number in 0..1000 {
            // Polled once, and dropped.
            assert!(proofs.hold(proof(&pair, number, true)).now_or_never().is_none_or(|good| good));
            assert!(lock(&proofs.0).waiting.len() < MOST);
        }
        assert!(proofs.hold(proof(&pair, 0, true)).await);
        assert!(!proofs.hold(proof(&pair, 1, false)).await);
        assert!(lock(&proofs.0).waiting.is_empty());
    }
}
