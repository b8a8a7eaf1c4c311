//! Commit in one interval, reveal in the next.

use crate::pallet::*;
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, Hash, NetUid, NeuronId};
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
    /// First block that takes the reveal.
    pub reveal_from: BlockNumber,
    /// First block that no longer does.
    pub reveal_until: BlockNumber,
}

/// BLAKE2b-256 of the SCALE encoding of hotkey, netuid, weights, salt and version key, in this order.
pub fn commit_hash(
    hotkey: &AccountId,
    netuid: NetUid,
    weights: &[(NeuronId, u16)],
    salt: &[u8; 16],
    version_key: u64,
) -> Hash {
    BlakeTwo256::hash_of(&(hotkey, netuid, weights, salt, version_key))
}

impl<T: Config> Pallet<T> {
    /// The neuron of `hotkey` and the first block of its reveal, if it may commit now.
    ///
    /// # Errors
    /// `NotRegistered`, [`Error::CommitRevealOff`], [`Error::AlreadyCommitted`].
    pub fn may_commit(netuid: NetUid, hotkey: &AccountId) -> Result<(NeuronId, BlockNumberFor<T>), DispatchError> {
        let id = Self::committing(netuid, hotkey)?;
        let interval = Self::interval(netuid);
        let now = frame_system::Pallet::<T>::block_number();
        // Intervals are counted from block 0; the next one takes the reveal.
        let reveal_from = (now / interval).saturating_mul(interval).saturating_add(interval);
        if let Some(earlier) = Commitments::<T>::get(netuid, id) {
            ensure!(reveal_from > earlier.reveal_from, Error::<T>::AlreadyCommitted);
        }
        Ok((id, reveal_from))
    }

    /// The neuron of `hotkey` and its commitment, if it may reveal now.
    ///
    /// # Errors
    /// `NotRegistered`, [`Error::CommitRevealOff`], [`Error::NothingCommitted`], [`Error::RevealTooEarly`],
    /// [`Error::RevealTooLate`].
    pub fn may_reveal(
        netuid: NetUid,
        hotkey: &AccountId,
    ) -> Result<(NeuronId, Commitment<BlockNumberFor<T>>), DispatchError> {
        let id = Self::committing(netuid, hotkey)?;
        let commitment = Commitments::<T>::get(netuid, id).ok_or(Error::<T>::NothingCommitted)?;
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now >= commitment.reveal_from, Error::<T>::RevealTooEarly);
        ensure!(now < commitment.reveal_until, Error::<T>::RevealTooLate);
        Ok((id, commitment))
    }

    fn committing(netuid: NetUid, hotkey: &AccountId) -> Result<NeuronId, DispatchError> {
        let hyperparameters = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?;
        ensure!(hyperparameters.commit_reveal, Error::<T>::CommitRevealOff);
        Ok(pallet_neurons::Pallet::<T>::seat_of(netuid, hotkey)?.1.id)
    }

    fn interval(netuid: NetUid) -> BlockNumberFor<T> {
        pallet_subnets::Parameters::<T>::get(netuid).commit_interval.max(1).into()
    }

    pub(crate) fn commit(netuid: NetUid, hotkey: &AccountId, hash: Hash) -> DispatchResult {
        let (id, reveal_from) = Self::may_commit(netuid, hotkey)?;
        let reveal_until = reveal_from.saturating_add(Self::interval(netuid));
        Commitments::<T>::insert(netuid, id, Commitment { hash, reveal_from, reveal_until });
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
        let (id, commitment) = Self::may_reveal(netuid, hotkey)?;
        let revealed = commit_hash(hotkey, netuid, &weights, &salt, version_key);
        ensure!(revealed == commitment.hash, Error::<T>::HashMismatch);
        Commitments::<T>::remove(netuid, id);
        // A neuron that was pruned since the commit takes its weight with it.
        let present: Vec<_> =
            weights.into_iter().filter(|(id, _)| pallet_neurons::SeatOf::<T>::contains_key(id)).collect();
        Self::set(netuid, hotkey, present, version_key)
    }
}
