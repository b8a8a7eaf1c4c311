//! Setting weights: in the right window, and with commit–reveal where the subnet asks for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ganglion_client::commit_hash;
use ganglion_keys::Keypair;
use ganglion_primitives::{NetUid, NeuronId};
use rand::{rngs::OsRng, RngCore};
use serde::{Deserialize, Serialize};

use crate::chain::{Chain, ChainError};
use crate::store::{self, StoreError};
use crate::view::{Neuron, View};

/// After a failure, this many blocks pass before the next attempt, unless the chain says when it will take it.
const RETRY_BLOCKS: u32 = 4;
const FILE_LIMIT: u64 = 1 << 20;

/// Weights that are committed but not revealed. Lost, they could never be revealed; so they are on disk first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    genesis: String,
    weights: Vec<(NeuronId, u16)>,
    salt: [u8; 16],
    version_key: u64,
    /// First block that takes the reveal.
    reveal_from: u32,
    /// First block that no longer does.
    reveal_until: u32,
}

/// What there is to do at a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Wait,
    /// Set weights in the open.
    Set,
    /// Commit to hidden weights.
    Commit,
    /// Reveal what was committed.
    Reveal,
    /// The window of a commitment is over: forget it.
    Forget,
}

/// Decides, from what the chain shows and what waits for its reveal. `last_set` is the block at which this process
/// last set weights: the view may be older than that.
pub fn plan(view: &View, me: &Neuron, pending: Option<&Pending>, last_set: Option<u32>) -> Step {
    // Whatever is sent now is in the next block at the earliest.
    let next = view.block.number.saturating_add(1);
    let last = me.last_update.max(last_set);
    let limit = view.subnet.weights_rate_limit;
    let rate_ok = last.is_none_or(|last| next >= last.saturating_add(limit));
    if let Some(pending) = pending {
        if next >= pending.reveal_until || !view.subnet.commit_reveal {
            return Step::Forget;
        }
        return if next > pending.reveal_from && rate_ok { Step::Reveal } else { Step::Wait };
    }
    if !me.permit {
        return Step::Wait;
    }
    if !view.subnet.commit_reveal {
        // Twice a tempo, so that every epoch sees weights of this tempo even if one attempt fails.
        let pace = limit.max(u32::from(view.subnet.tempo) / 2);
        return if last.is_none_or(|last| next >= last.saturating_add(pace)) { Step::Set } else { Step::Wait };
    }
    let (_, until) = window(next, view.subnet.commit_interval);
    let in_time = last.is_none_or(|last| until > last.saturating_add(limit));
    if in_time {
        Step::Commit
    } else {
        Step::Wait
    }
}

/// The reveal window of a commitment in `block`: the commit interval after its own.
fn window(block: u32, interval: u32) -> (u32, u32) {
    let interval = interval.max(1);
    let from = (block - block % interval).saturating_add(interval);
    (from, from.saturating_add(interval))
}

/// The first block at which a failed step is tried again. What the chain says counts, within reason: no wait of its rules
/// is longer than a rate limit or the next commit interval, and a node may say anything.
fn next_try(view: &View, error: &WeighError) -> u32 {
    let now = view.block.number;
    let soon = now.saturating_add(RETRY_BLOCKS);
    let WeighError::Chain(ChainError::TooEarly { block, .. }) = error else { return soon };
    let longest = view.subnet.weights_rate_limit.max(view.subnet.commit_interval.saturating_mul(2)).max(RETRY_BLOCKS);
    // What is sent at a block is in the next one at the earliest.
    block.saturating_sub(1).clamp(now.saturating_add(1), now.saturating_add(longest).max(now.saturating_add(1)))
}

/// Does what [`plan`] says, one view after another.
pub struct Weigher<C> {
    chain: Arc<C>,
    hotkey: Arc<Keypair>,
    netuid: NetUid,
    path: PathBuf,
    pending: Option<Pending>,
    last_set: Option<u32>,
    last_commit_window: u32,
    not_before: u32,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    Idle,
    /// The chain has new weights of ours.
    Set,
    /// The chain has a commitment of ours.
    Committed,
}

/// Why a step failed. All are tried again some blocks later.
#[derive(Debug, thiserror::Error)]
pub enum WeighError {
    /// The chain said no or is away.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The commitment can't be kept on disk.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<C: Chain> Weigher<C> {
    /// Opens the file of the pending commitment; one of another chain is forgotten.
    ///
    /// # Errors
    /// If the file can't be read or is damaged.
    pub fn open(path: &Path, chain: Arc<C>, hotkey: Arc<Keypair>, netuid: NetUid) -> Result<Self, StoreError> {
        let genesis = hex::encode(chain.genesis_hash());
        let pending = match store::read(path, FILE_LIMIT)? {
            Some(content) => Some(
                serde_json::from_slice::<Pending>(&content)
                    .map_err(|error| StoreError::Damaged { path: path.into(), reason: error.to_string() })?,
            )
            .filter(|pending| pending.genesis == genesis),
            None => None,
        };
        Ok(Self {
            chain,
            hotkey,
            netuid,
            path: path.into(),
            pending,
            last_set: None,
            last_commit_window: 0,
            not_before: 0,
        })
    }

    /// Looks at a view and does what is due. `weights` is asked for the vector only when one is needed; an empty one
    /// means that there is nothing to say yet.
    ///
    /// # Errors
    /// See [`WeighError`]; call again with the next view.
    pub async fn step(
        &mut self,
        view: &View,
        weights: impl FnOnce() -> Vec<(NeuronId, u16)>,
    ) -> Result<Outcome, WeighError> {
        let now = view.block.number;
        let Some(me) = view.neuron_of(&self.hotkey.public()) else { return Ok(Outcome::Idle) };
        if now < self.not_before {
            return Ok(Outcome::Idle);
        }
        // Also if this future is dropped half-way.
        self.not_before = now.saturating_add(RETRY_BLOCKS);
        let outcome = match plan(view, me, self.pending.as_ref(), self.last_set) {
            Step::Wait => Ok(Outcome::Idle),
            Step::Set => self.set(view, weights()).await,
            Step::Commit => self.commit(view, weights()).await,
            Step::Reveal => self.reveal(now).await,
            Step::Forget => self.forget().map(|()| Outcome::Idle).map_err(WeighError::from),
        };
        self.not_before = outcome.as_ref().map_or_else(|error| next_try(view, error), |_| 0);
        outcome
    }

    async fn set(&mut self, view: &View, weights: Vec<(NeuronId, u16)>) -> Result<Outcome, WeighError> {
        if weights.is_empty() {
            return Ok(Outcome::Idle);
        }
        self.chain.set_weights(&self.hotkey, self.netuid, &weights, view.subnet.weights_version).await?;
        self.last_set = Some(view.block.number);
        Ok(Outcome::Set)
    }

    async fn commit(&mut self, view: &View, weights: Vec<(NeuronId, u16)>) -> Result<Outcome, WeighError> {
        let interval = view.subnet.commit_interval;
        let (expected, until) = window(view.block.number.saturating_add(1), interval);
        if weights.is_empty() || expected <= self.last_commit_window {
            return Ok(Outcome::Idle);
        }
        let mut salt = [0; 16];
        OsRng.fill_bytes(&mut salt);
        let version_key = view.subnet.weights_version;
        let hash = commit_hash(&self.hotkey.public(), self.netuid, &weights, &salt, version_key);
        let mut pending = Pending {
            genesis: hex::encode(self.chain.genesis_hash()),
            weights,
            salt,
            version_key,
            // If the answer is never heard (a kill, a dead node), the commitment may be in: reveal it if so.
            reveal_from: expected,
            reveal_until: until,
        };
        self.keep(pending.clone())?;
        match self.chain.commit_weights(&self.hotkey, self.netuid, hash).await {
            Ok(block) => {
                let (from, until) = window(block, interval);
                pending.reveal_from = from;
                pending.reveal_until = until;
                self.last_commit_window = from;
                self.keep(pending)?;
                Ok(Outcome::Committed)
            }
            Err(error) => {
                if !matches!(error, ChainError::Away(_)) {
                    self.forget()?;
                }
                Err(error.into())
            }
        }
    }

    async fn reveal(&mut self, now: u32) -> Result<Outcome, WeighError> {
        let Some(pending) = self.pending.clone() else { return Ok(Outcome::Idle) };
        let Pending { weights, salt, version_key, .. } = &pending;
        self.chain.reveal_weights(&self.hotkey, self.netuid, weights, *salt, *version_key).await?;
        self.last_set = Some(now);
        self.forget()?;
        Ok(Outcome::Set)
    }

    fn keep(&mut self, pending: Pending) -> Result<(), StoreError> {
        let content = serde_json::to_vec(&pending)
            .map_err(|error| StoreError::Damaged { path: self.path.clone(), reason: error.to_string() })?;
        store::write_private(&self.path, &content)?;
        self.pending = Some(pending);
        Ok(())
    }

    fn forget(&mut self) -> Result<(), StoreError> {
        self.pending = None;
        store::remove(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Block;
    use ganglion_keys::PublicKey;
    use ganglion_primitives::SubnetInfo;

    fn view(number: u32, commit_reveal: bool) -> View {
        let subnet = SubnetInfo {
            netuid: NetUid(1),
            tempo: 20,
            commit_reveal,
            commit_interval: 10,
            weights_rate_limit: 5,
            ..SubnetInfo::default()
        };
        View { block: Block { number, hash: [0; 32] }, subnet, next_epoch: 40, neurons: Vec::new() }
    }

    fn me(permit: bool, last_update: Option<u32>) -> Neuron {
        Neuron {
            uid: 0,
            id: NeuronId(0),
            hotkey: PublicKey([0; 32]),
            endpoint: None,
            prometheus: None,
            permit,
            registered_at: 1,
            stake: 0,
            last_update,
            incentive: 0.0,
            dividends: 0.0,
        }
    }

    fn pending(reveal_from: u32) -> Pending {
        Pending {
            genesis: String::new(),
            weights: vec![(NeuronId(1), 1)],
            salt: [0; 16],
            version_key: 0,
            reveal_from,
            reveal_until: reveal_from + 10,
        }
    }

    #[test]
    fn open_weights_are_set_twice_a_tempo() {
        assert_eq!(plan(&view(30, false), &me(true, None), None, None), Step::Set);
        assert_eq!(plan(&view(30, false), &me(true, Some(22)), None, None), Step::Wait);
        assert_eq!(plan(&view(31, false), &me(true, Some(22)), None, None), Step::Set);
        // The view doesn't show yet what this process has just done.
        assert_eq!(plan(&view(31, false), &me(true, Some(22)), None, Some(30)), Step::Wait);
        assert_eq!(plan(&view(30, false), &me(false, None), None, None), Step::Wait);
    }

    #[test]
    fn commitments_are_revealed_in_their_window_and_forgotten_after_it() {
        let at = |number| plan(&view(number, true), &me(true, None), Some(&pending(40)), None);
        assert_eq!(
            [at(35), at(39), at(40), at(48), at(49)],
            [Step::Wait, Step::Wait, Step::Reveal, Step::Reveal, Step::Forget]
        );
        // A reveal sets weights, so it obeys the rate limit.
        assert_eq!(plan(&view(40, true), &me(true, Some(38)), Some(&pending(40)), None), Step::Wait);
        assert_eq!(plan(&view(30, true), &me(true, None), None, None), Step::Commit);
        assert_eq!(plan(&view(41, false), &me(true, None), Some(&pending(40)), None), Step::Forget);
    }

    #[test]
    fn a_failed_step_is_tried_again_when_the_chain_takes_it() {
        let early = |block| WeighError::Chain(ChainError::TooEarly { reason: String::new(), block });
        let view = view(100, false);
        // Sent at 113 it is in 114; commit intervals of 10 blocks.
        assert_eq!(next_try(&view, &early(114)), 113);
        assert_eq!(next_try(&view, &early(102)), 101, "sooner than a blind wait");
        // What it says is bounded, and never in the past.
        assert_eq!(next_try(&view, &early(u32::MAX)), 120);
        assert_eq!([0, 100, 101].map(|block| next_try(&view, &early(block))), [101; 3]);
        let away = WeighError::Chain(ChainError::Away(String::new()));
        assert_eq!(next_try(&view, &away), 100 + RETRY_BLOCKS);
    }

    #[test]
    fn the_window_is_the_interval_after_the_commitments() {
        assert_eq!(window(0, 100), (100, 200));
        assert_eq!(window(99, 100), (100, 200));
        assert_eq!(window(100, 100), (200, 300));
        assert_eq!(window(7, 0), (8, 9));
    }
}
