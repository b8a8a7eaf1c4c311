//! Joining a subnet with proof of work, and joining again if the seat is lost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ganglion_keys::PublicKey;
use ganglion_pow::solver::{Control, Solution, Solver};
use ganglion_pow::Challenge;
use ganglion_primitives::{NetUid, RegistrationTerms};
use tokio_util::sync::CancellationToken;

use crate::chain::{Chain, ChainError};
use crate::view::{self, pause, Views};

/// How often the terms are read again while searching.
const LOOK: Duration = Duration::from_secs(4);
/// Pause after a refusal.
const RETRY: Duration = Duration::from_secs(3);
/// Views to wait for the seat after a seal was taken.
const PATIENCE: u32 = 8;

/// Who joins what.
#[derive(Clone, Copy, Debug)]
pub struct Joining {
    /// The subnet.
    pub netuid: NetUid,
    /// The neuron's key.
    pub hotkey: PublicKey,
    /// Its owner's key.
    pub coldkey: PublicKey,
    /// Threads that search; 0 is all cores.
    pub threads: usize,
}

/// Sees to it that the neuron is registered, until `shutdown`. Every failure is logged and tried again.
pub async fn stay<C: Chain>(chain: Arc<C>, joining: Joining, mut views: Views, shutdown: CancellationToken) {
    let mut seated = false;
    let mut told = false;
    // Views left before a taken seal counts as lost.
    let mut patience = 0;
    loop {
        let Some(view) = view::newest(&mut views, &shutdown).await else { return };
        views.mark_unchanged();
        match view.neuron_of(&joining.hotkey) {
            Some(me) => {
                if !seated {
                    tracing::info!(netuid = joining.netuid.0, uid = me.uid, "registered");
                }
                seated = true;
                patience = 0;
            }
            None if patience > 0 => patience -= 1,
            None => {
                if seated {
                    tracing::warn!(netuid = joining.netuid.0, "the seat was lost; joining again");
                }
                seated = false;
                match attempt(chain.as_ref(), &joining, &shutdown).await {
                    Ok(()) => patience = PATIENCE,
                    Err(_) if shutdown.is_cancelled() => return,
                    Err(JoinError::NoBlockYet) => {
                        if !told {
                            tracing::info!("waiting for the chain's first block, which registration is bound to");
                        }
                        told = true;
                        pause(RETRY, &shutdown).await;
                        continue;
                    }
                    Err(error) => {
                        tracing::warn!(%error, "registration failed; trying again");
                        pause(RETRY, &shutdown).await;
                        continue;
                    }
                }
            }
        }
        tokio::select! {
            changed = views.changed() => if changed.is_err() { return },
            () = shutdown.cancelled() => return,
        }
    }
}

/// Why one attempt failed.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The chain is away or took another's seal first.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// There is no block yet that the work could be bound to.
    #[error("the chain has no block yet, and work is bound to one")]
    NoBlockYet,
    /// The subnet takes nobody in.
    #[error("subnet {0} is closed to new neurons")]
    Closed(NetUid),
    /// The search ended without a seal.
    #[error("the search for a seal was interrupted")]
    Interrupted,
}

/// Searches for one seal, under terms that follow the chain, and sends it.
///
/// # Errors
/// See [`JoinError`]; try again with fresh terms.
pub async fn attempt<C: Chain>(chain: &C, joining: &Joining, shutdown: &CancellationToken) -> Result<(), JoinError> {
    let terms = chain.registration(joining.netuid).await?;
    // The ledger learns its own genesis hash, which the work is bound to, in block 1: until then all work is in vain.
    if terms.genesis_hash.0 != chain.genesis_hash() {
        return Err(JoinError::NoBlockYet);
    }
    if !terms.open {
        return Err(JoinError::Closed(joining.netuid));
    }
    tracing::info!(netuid = joining.netuid.0, difficulty = terms.difficulty, "searching for a registration seal");
    let control = Control::new();
    // However this function ends, the search ends with it.
    let _cancel = CancelOnDrop(control.clone());
    let known = Arc::new(Mutex::new(vec![(terms.block_hash.0, terms.block_number)]));
    let mut search = tokio::task::spawn_blocking(search(joining, &terms, control.clone()));
    let mut latest = terms;
    let solution = loop {
        tokio::select! {
            found = &mut search => break found.ok().flatten().ok_or(JoinError::Interrupted)?,
            () = shutdown.cancelled() => return Err(JoinError::Interrupted),
            () = tokio::time::sleep(LOOK) => {
                if let Some(fresh) = fresher(chain, joining.netuid, &latest).await {
                    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                    known.push((fresh.block_hash.0, fresh.block_number));
                    let surplus = known.len().saturating_sub(64);
                    known.drain(..surplus);
                    control.replace_with(challenge(joining, &fresh), fresh.difficulty);
                    latest = fresh;
                }
            }
        }
    };
    let block = known
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .find(|(hash, _)| *hash == solution.challenge.block_hash)
        .map(|(_, number)| *number)
        .ok_or(JoinError::Interrupted)?;
    tracing::info!(block, hashes = solution.hashes, "seal found");
    tokio::select! {
        sent = chain.register(joining.netuid, joining.coldkey, joining.hotkey, solution.nonce, block) => Ok(sent?),
        () = shutdown.cancelled() => Err(JoinError::Interrupted),
    }
}

/// The search as a blocking job that reports its progress now and then.
fn search(
    joining: &Joining,
    terms: &RegistrationTerms,
    control: Control,
) -> impl FnOnce() -> Option<Solution> + Send + 'static {
    let (challenge, difficulty, threads) = (challenge(joining, terms), terms.difficulty, joining.threads);
    move || {
        let solver = Solver::new(threads).with_interval(Duration::from_secs(5));
        solver.solve(&challenge, difficulty, &control, |progress| {
            tracing::info!(hashes = progress.hashes, per_second = progress.rate as u64, "searching for a seal");
        })
    }
}

/// The newest terms, if the search should move to them: half of a seal's life is over, or the difficulty has changed.
async fn fresher<C: Chain>(chain: &C, netuid: NetUid, latest: &RegistrationTerms) -> Option<RegistrationTerms> {
    let fresh = chain.registration(netuid).await.ok()?;
    let age = fresh.block_number.saturating_sub(latest.block_number);
    let moved = age > latest.seal_lifetime / 2 || fresh.difficulty != latest.difficulty;
    (moved && fresh.open).then_some(fresh)
}

fn challenge(joining: &Joining, terms: &RegistrationTerms) -> Challenge {
    Challenge {
        genesis_hash: terms.genesis_hash.0,
        netuid: joining.netuid.0,
        block_hash: terms.block_hash.0,
        hotkey: joining.hotkey.0,
        coldkey: joining.coldkey.0,
    }
}

struct CancelOnDrop(Control);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
