//! Commit in one interval, reveal in the next.
//!
//! Intervals of `commit_interval` blocks are counted from block 0. A neuron commits once in an interval, and may reveal
//! in the next one, once: the reveal deletes the commitment. A newer commitment replaces an older one, revealed or not.
//!
//! A commitment belongs to a neuron and names the hotkey account that signed it. So nobody can reveal a copy of another's
//! commitment, and a key swap between commit and reveal neither voids it (the account that signed is kept with it; the
//! new key reveals the same weights and salt) nor doubles it (the neuron has it, not the key).

use crate::{check::Setter, pallet::*};
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, Hash, NetUid, NeuronId, RetryIn};
use pallet_subnets::MAX_NEURONS;
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{BlakeTwo256, Hash as _, Saturating},
    DispatchError, DispatchResult,
};

/// A promise to reveal certain weights.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Commitment<BlockNumber> {
    /// See [`commit_hash`].
    pub hash: Hash,
    /// The hotkey's account when it committed, which the hash names.
    pub hotkey: AccountId,
    /// First block that takes the reveal.
    pub reveal_from: BlockNumber,
    /// First block that no longer does.
    pub reveal_until: BlockNumber,
}

/// BLAKE2b-256 of the SCALE encoding of hotkey, netuid, weights, salt and version key, in this order: 32 bytes, a `u16`,
/// a compact length with a `u64` id and a `u16` value each, 16 bytes, a `u64`; all little-endian.
///
/// The salt must be random and secret: few weights are easily guessed.
pub fn commit_hash(
    hotkey: &AccountId,
    netuid: NetUid,
    weights: &[(NeuronId, u16)],
    salt: &[u8; 16],
    version_key: u64,
) -> Hash {
    BlakeTwo256::hash_of(&(hotkey, netuid, weights, salt, version_key))
}

type CommitmentOf<T> = Commitment<BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
    /// The neuron of `hotkey` and the first block of its reveal, if it may commit now.
    ///
    /// # Errors
    /// `UnknownSubnet`, `NotRegistered`, [`Error::CommitRevealOff`], [`Error::AlreadyCommitted`].
    pub fn may_commit(netuid: NetUid, hotkey: &AccountId) -> Result<(NeuronId, BlockNumberFor<T>), DispatchError> {
        let (setter, reveal_from) = Self::resting_committer(netuid, hotkey)?;
        Ok((setter.id, reveal_from))
    }

    /// The committer that has not committed in this interval, and the first block of its reveal.
    fn resting_committer(netuid: NetUid, hotkey: &AccountId) -> Result<(Setter, BlockNumberFor<T>), DispatchError> {
        let setter = Self::committer(netuid, hotkey)?;
        let now = frame_system::Pallet::<T>::block_number();
        let reveal_from = Self::next_interval(&setter, now);
        // A window of another beginning is an older one, or the interval's length was changed.
        let earlier = Commitments::<T>::get(netuid, setter.id);
        let first = earlier.is_none_or(|earlier| earlier.reveal_from != reveal_from);
        ensure!(first, Error::<T>::AlreadyCommitted(RetryIn::until(now, reveal_from)));
        Ok((setter, reveal_from))
    }

    /// The neuron of `hotkey` and its commitment, if it may reveal now.
    ///
    /// # Errors
    /// `UnknownSubnet`, `NotRegistered`, [`Error::CommitRevealOff`], [`Error::NothingCommitted`],
    /// [`Error::RevealTooEarly`], [`Error::RevealTooLate`], [`Error::TooSoon`].
    pub fn may_reveal(netuid: NetUid, hotkey: &AccountId) -> Result<(NeuronId, CommitmentOf<T>), DispatchError> {
        let (setter, commitment) = Self::revealer(netuid, hotkey)?;
        Ok((setter.id, commitment))
    }

    fn revealer(netuid: NetUid, hotkey: &AccountId) -> Result<(Setter, CommitmentOf<T>), DispatchError> {
        let setter = Self::committer(netuid, hotkey)?;
        let commitment = Commitments::<T>::get(netuid, setter.id).ok_or(Error::<T>::NothingCommitted)?;
        let now = frame_system::Pallet::<T>::block_number();
        let from = commitment.reveal_from;
        ensure!(now >= from, Error::<T>::RevealTooEarly(RetryIn::until(now, from)));
        ensure!(now < commitment.reveal_until, Error::<T>::RevealTooLate);
        Self::check_rate(&setter)?;
        Ok((setter, commitment))
    }

    fn committer(netuid: NetUid, hotkey: &AccountId) -> Result<Setter, DispatchError> {
        let setter = Self::setter(netuid, hotkey)?;
        ensure!(setter.hyperparameters.commit_reveal, Error::<T>::CommitRevealOff);
        Ok(setter)
    }

    fn next_interval(setter: &Setter, now: BlockNumberFor<T>) -> BlockNumberFor<T> {
        let interval = Self::interval(setter);
        (now / interval).saturating_mul(interval).saturating_add(interval)
    }

    /// Blocks of an interval of the setter's subnet.
    fn interval(setter: &Setter) -> BlockNumberFor<T> {
        setter.hyperparameters.commit_interval.max(1).into()
    }

    pub(crate) fn commit(netuid: NetUid, hotkey: AccountId, hash: Hash) -> DispatchResult {
        let (setter, reveal_from) = Self::resting_committer(netuid, &hotkey)?;
        let (id, reveal_until) = (setter.id, reveal_from.saturating_add(Self::interval(&setter)));
        Commitments::<T>::insert(netuid, id, Commitment { hash, hotkey, reveal_from, reveal_until });
        Self::deposit_event(Event::WeightsCommitted { netuid, id, hash, reveal_from, reveal_until });
        Ok(())
    }

    pub(crate) fn reveal(
        netuid: NetUid,
        hotkey: &AccountId,
        weights: Vec<(NeuronId, u16)>,
        salt: [u8; 16],
        version_key: u64,
    ) -> DispatchResult {
        let (setter, commitment) = Self::revealer(netuid, hotkey)?;
        // Before the work of a hash.
        ensure!(weights.len() <= usize::from(MAX_NEURONS), Error::<T>::TooManyWeights);
        let revealed = commit_hash(&commitment.hotkey, netuid, &weights, &salt, version_key);
        ensure!(revealed == commitment.hash, Error::<T>::HashMismatch);
        let row = Self::check_revealed(&setter, weights, version_key)?;
        Commitments::<T>::remove(netuid, setter.id);
        Self::store(&setter, row);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_over_the_documented_bytes() {
        let mut bytes = vec![9u8; 32];
        bytes.extend(258u16.to_le_bytes());
        // Compact lengths below 64 are four times the length.
        bytes.push(2 << 2);
        for (id, value) in [(3u64, 700u16), (1 << 40, 65_535)] {
            bytes.extend(id.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([7; 16]);
        bytes.extend(5u64.to_le_bytes());
        let weights = [(NeuronId(3), 700), (NeuronId(1 << 40), 65_535)];
        let hash = commit_hash(&AccountId::new([9; 32]), NetUid(258), &weights, &[7; 16], 5);
        assert_eq!(hash, BlakeTwo256::hash(&bytes));
    }
}
