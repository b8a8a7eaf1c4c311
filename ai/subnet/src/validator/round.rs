//! One round: a task, k questions at the same time, scores, receipts.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use ganglion_wire::{CallError, Synapse, Target};
use sha2::{Digest, Sha256};

use super::draw::lock;
use super::Shared;
use crate::findings::Findings;
use crate::receipts::{Promise, Receipt, SignedReceipt};
use crate::scoring::bits::Bits;
use crate::secret::{Secret, TempoSecret};
use crate::seed::{Beacon, Seed};
use crate::store::StoreError;
use crate::subnet::{Answer, RequestOf, ResponseOf, Ripeness, Score, Subnet};
use crate::view::{Neuron, View, Views};

/// How often at most a subnet is asked whether it knows the truth by now.
const SHORTEST_WAIT: Duration = Duration::from_millis(200);
/// How far in the future a truth may lie for miners to be asked about it: two days.
pub const LONGEST_TRUTH: Duration = Duration::from_secs(2 * 24 * 3600);
/// How long a truth is waited for: longer, as a question may begin up to a step of an hour after it was drawn, and who tells
/// the truth, or bears witness to it, takes some time.
const LONGEST_WAIT: Duration = Duration::from_secs((2 * 24 + 2) * 3600);

/// What a round is about.
pub(super) struct Plan {
    /// The subnet when the round began.
    pub view: Arc<View>,
    /// Who is asked.
    pub targets: Vec<Neuron>,
    /// The subnet as it is then.
    pub views: Views,
}

/// Why a round doesn't count.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoundError {
    /// It couldn't be written down.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The subnet's own logic failed, or the runtime is ending.
    #[error("{0} failed")]
    Logic(&'static str),
    /// The truth never came out.
    #[error("the answers can't be scored: {0}")]
    Void(&'static str),
}

/// What came of one question.
struct Reply<R> {
    neuron: Neuron,
    outcome: &'static str,
    answer: Option<Said<R>>,
    elapsed: Duration,
}

/// An answer that arrived.
struct Said<R> {
    response: R,
    hash: [u8; 32],
    first: Duration,
}

/// What the receipts of a round have in common.
struct Facts {
    view: Arc<View>,
    number: u64,
    secret: TempoSecret,
    promise: Option<Promise>,
    kind: &'static str,
    request_hash: [u8; 32],
}

/// Asks, scores, and writes down. Scores and receipts are on disk when this returns.
pub(super) async fn run<S: Subnet>(shared: &Arc<Shared<S>>, plan: Plan) -> Result<(), RoundError> {
    let Plan { view, targets, views } = plan;
    let records = Arc::clone(&shared.records);
    let number = blocking("round number", move || lock(&records).begin_round()).await??;
    let secret = shared.secret.of_tempo(shared.settings.netuid.0, view.next_epoch);
    let seed = Seed::of(&Beacon {
        block_hash: &view.block.hash,
        netuid: shared.settings.netuid.0,
        hotkey: shared.settings.hotkey.public().as_bytes(),
        secret: secret.reveal(),
        round: number,
    });
    let subnet = Arc::clone(&shared.subnet);
    let draw = blocking("task", move || subnet.task(&seed)).await?;
    let request_hash = serde_json::to_vec(&draw.request).map(Sha256::digest).map_err(|_| RoundError::Logic("task"))?;
    let mut facts = Facts { view, number, secret, promise: None, kind: draw.kind, request_hash: request_hash.into() };

    let task = Arc::new(draw.task);
    worth_asking(ripeness(shared, &task).await?)?;
    let replies = join_all(targets.into_iter().map(|neuron| ask(shared, neuron, &draw.request, &task))).await;
    // What never left this machine is nobody's fault.
    let mut replies: Vec<_> = replies.into_iter().flatten().collect();

    let mut answers = Vec::new();
    let mut hashes: Vec<Option<[u8; 32]>> = Vec::new();
    for reply in &mut replies {
        let said = reply.answer.take();
        hashes.push(said.as_ref().map(|said| said.hash));
        if let Some(Said { response, first, .. }) = said {
            answers.push(Answer { neuron: reply.neuron.id, response, elapsed: reply.elapsed, first });
        }
    }
    let asked: Vec<_> = replies.iter().map(|reply| (reply.neuron.id, reply.outcome)).collect();
    ripen(shared, &task).await?;
    // Of the tempo after the one in which the receipts are signed, however long the truth took.
    let newest = views.borrow().clone().unwrap_or_else(|| Arc::clone(&facts.view));
    facts.promise = promise(&shared.secret, shared.settings.netuid.0, &newest);
    let subnet = Arc::clone(&shared.subnet);
    let findings = blocking("scoring", move || Findings::of(subnet.as_ref(), &*task, &asked, &answers)).await?;
    count(shared, &facts, &replies, &findings);

    let (keeper, policy) = (Arc::clone(shared), shared.settings.scoring.clone());
    let block = scored_at(&facts.view, &views);
    let kept = move || {
        lock(&keeper.records).keep(|book| {
            let bits = book.enter_round(&findings, block, &mut seed.dice(), &policy);
            let found = findings.miners.iter().map(|miner| &miner.score).zip(bits);
            let replies = replies.iter().zip(hashes);
            replies.zip(found).map(|(reply, found)| receipt(&keeper, &facts, reply, found)).collect()
        })
    };
    blocking("score keeping", kept).await??;
    shared.metrics.rounds.inc();
    Ok(())
}

/// What can never be scored is work for nothing.
fn worth_asking(ripeness: Ripeness) -> Result<(), RoundError> {
    match ripeness {
        Ripeness::Never(reason) => Err(RoundError::Void(reason)),
        Ripeness::After(wait) if wait > LONGEST_WAIT => Err(RoundError::Void("the truth is more than two days away")),
        Ripeness::Now | Ripeness::After(_) => Ok(()),
    }
}

async fn ripeness<S: Subnet>(shared: &Arc<Shared<S>>, task: &Arc<S::Task>) -> Result<Ripeness, RoundError> {
    let (subnet, task) = (Arc::clone(&shared.subnet), Arc::clone(task));
    blocking("ripeness", move || subnet.ripeness(&task)).await
}

/// Waits until the answers can be scored. A validator that ends meanwhile forgets the round.
async fn ripen<S: Subnet>(shared: &Arc<Shared<S>>, task: &Arc<S::Task>) -> Result<(), RoundError> {
    let begun = Instant::now();
    loop {
        match ripeness(shared, task).await? {
            Ripeness::Now => return Ok(()),
            Ripeness::After(wait) if begun.elapsed() < LONGEST_WAIT => {
                tokio::time::sleep(wait.clamp(SHORTEST_WAIT, LONGEST_WAIT)).await;
            }
            Ripeness::After(_) => return Err(RoundError::Void("the truth took too long")),
            Ripeness::Never(reason) => return Err(RoundError::Void(reason)),
        }
    }
}

/// The block at which a round that began at `begun` is scored. Where the truth comes hours later, the block at which it began
/// is tempos old by then, and whoever is asked all the time would seem to have been idle all the time.
fn scored_at(begun: &View, views: &Views) -> u32 {
    let newest = views.borrow().as_ref().map_or(0, |view| view.block.number);
    newest.max(begun.block.number)
}

fn count<S: Subnet, R>(shared: &Arc<Shared<S>>, facts: &Facts, replies: &[Reply<R>], findings: &Findings) {
    let metrics = &shared.metrics;
    for (reply, miner) in replies.iter().zip(&findings.miners) {
        metrics.outcomes.with_label_values(&[reply.outcome]).inc();
        metrics.answers.with_label_values(&[facts.kind]).inc();
        metrics.scores.with_label_values(&[facts.kind]).inc_by((miner.score.value * 1e6) as u64);
        metrics.elapsed.with_label_values(&[reply.outcome]).observe(reply.elapsed.as_secs_f64());
        tracing::debug!(round = facts.number, kind = facts.kind, miner = %reply.neuron.hotkey.to_ss58(),
            outcome = reply.outcome, score = miner.score.value, "scored");
    }
}

fn receipt<S: Subnet, R>(
    shared: &Shared<S>,
    facts: &Facts,
    (reply, answer_hash): (&Reply<R>, Option<[u8; 32]>),
    (score, bits): (&Score, Bits),
) -> SignedReceipt {
    let receipt = Receipt {
        version: 1,
        netuid: shared.settings.netuid.0,
        validator: shared.settings.hotkey.public(),
        round: facts.number,
        block: facts.view.block.number,
        block_hash: hex::encode(facts.view.block.hash),
        epoch: facts.view.next_epoch,
        secret_hash: hex::encode(facts.secret.commitment()),
        promise: facts.promise.clone(),
        kind: facts.kind.to_owned(),
        neuron: reply.neuron.id.0,
        miner: reply.neuron.hotkey,
        request_hash: hex::encode(facts.request_hash),
        answer_hash: answer_hash.map(hex::encode),
        outcome: reply.outcome.to_owned(),
        elapsed_ms: u64::try_from(reply.elapsed.as_millis()).unwrap_or(u64::MAX),
        score: score.value,
        parts: score.parts.clone(),
        bits: Some(bits),
        time_ms: now_ms(),
    };
    SignedReceipt::sign(receipt, &shared.settings.hotkey)
}

/// The hash of the secret of the tempo after the one of `view`: its epoch comes a tempo and a block later, by the chain's
/// rule. `None` where there is none: a tempo of 0 means never.
fn promise(secret: &Secret, netuid: u16, view: &View) -> Option<Promise> {
    let epoch = view.next_epoch.checked_add(u32::from(view.subnet.tempo))?.checked_add(1)?;
    Some(Promise { epoch, hash: hex::encode(secret.of_tempo(netuid, epoch).commitment()) })
}

/// Asks one miner; `None` if the question couldn't even be written.
async fn ask<S: Subnet>(
    shared: &Arc<Shared<S>>,
    neuron: Neuron,
    request: &RequestOf<S>,
    task: &S::Task,
) -> Option<Reply<ResponseOf<S>>> {
    let address = neuron.address()?;
    let begun = Instant::now();
    if !shared.dendrite.may_call(address) {
        // That it can't be reached there is its own doing.
        return Some(Reply { neuron, outcome: "unreachable", answer: None, elapsed: begun.elapsed() });
    }
    let target = Target { hotkey: neuron.hotkey, address };
    let result = S::ask(&shared.dendrite, &target, request, task, shared.settings.timeout).await;
    let reply = |outcome, answer, elapsed| Reply { neuron, outcome, answer, elapsed };
    Some(match result {
        Ok(answer) => {
            let said = Said { response: answer.response, hash: answer.answer_hash, first: answer.first };
            reply("answered", Some(said), answer.elapsed)
        }
        Err(CallError::BadRequest(reason)) => {
            tracing::error!(synapse = S::Synapse::NAME, %reason, "a task can't be sent");
            return None;
        }
        Err(error) => reply(outcome_of(&error), None, begun.elapsed()),
    })
}

fn outcome_of(error: &CallError) -> &'static str {
    match error {
        CallError::Refused { .. } => "refused",
        CallError::Timeout { .. } => "timeout",
        CallError::Unreachable(_) => "unreachable",
        _ => "bad_answer",
    }
}

async fn blocking<T: Send + 'static>(
    what: &'static str,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, RoundError> {
    tokio::task::spawn_blocking(job).await.map_err(|_| RoundError::Logic(what))
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Block;
    use crate::scores::{Book, ScorePolicy};
    use ganglion_primitives::{NeuronId, SubnetInfo};
    use tokio::sync::watch;

    fn view(number: u32) -> View {
        let block = Block { number, hash: [0; 32] };
        View { block, subnet: SubnetInfo::default(), next_epoch: number, neurons: Vec::new() }
    }

    #[test]
    fn the_next_tempos_secret_is_promised() {
        let dir = tempfile::tempdir().expect("dir");
        let secret = Secret::open(&dir.path().join("secret")).expect("made");
        let at = |next_epoch: u32, tempo: u16| View {
            subnet: SubnetInfo { tempo, ..SubnetInfo::default() },
            next_epoch,
            ..view(9)
        };
        let hash = hex::encode(secret.of_tempo(5, 19).commitment());
        assert_eq!(promise(&secret, 5, &at(12, 6)), Some(Promise { epoch: 19, hash }));
        assert_eq!(promise(&secret, 5, &at(u32::MAX, 0)), None, "there are no epochs");
    }

    #[test]
    fn nobody_is_asked_what_is_known_too_late_to_be_scored() {
        assert!(worth_asking(Ripeness::Now).is_ok() && worth_asking(Ripeness::After(LONGEST_TRUTH)).is_ok());
        for wait in [LONGEST_TRUTH * 2, Duration::MAX] {
            let refused = worth_asking(Ripeness::After(wait)).expect_err("too far");
            assert!(refused.to_string().contains("two days"), "{refused}");
        }
        assert!(worth_asking(Ripeness::Never("nobody will know")).is_err());
    }

    #[test]
    fn who_is_asked_all_the_time_is_not_idle_however_late_the_truth_comes() {
        let (sender, views) = watch::channel(None);
        assert_eq!(scored_at(&view(100), &views), 100, "nothing newer is known");
        sender.send_replace(Some(Arc::new(view(2_600))));
        assert_eq!(scored_at(&view(2_700), &views), 2_700, "a node that fell back");
        // Asked seven tempos of 360 blocks before.
        let (policy, miner) = (ScorePolicy::default(), NeuronId(1));
        let mut book = Book::new(&[0; 32], 8);
        book.enter(miner, 0.6, scored_at(&view(100), &views), &policy);
        let before = book.estimate(miner).cloned();
        assert!(book.turn_epoch(2_880, 2_880 - 720, &[miner], &policy));
        assert_eq!(book.estimate(miner).cloned(), before);
    }
}
