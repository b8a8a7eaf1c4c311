//! The rules that weights must keep.

use crate::{pallet::*, Permits};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::ensure;
use ganglion_primitives::{AccountId, NetUid, NeuronId, Uid};
use ganglion_yuma::math::check_max_limited;
use pallet_neurons::SeatOf;
use pallet_subnets::Hyperparameters;
use sp_runtime::{traits::Saturating, DispatchError};

/// Who sets weights, and by which numbers.
pub(crate) struct Setter<'a> {
    pub netuid: NetUid,
    pub uid: Uid,
    pub id: NeuronId,
    pub hyperparameters: &'a Hyperparameters,
}

impl<T: Config> Pallet<T> {
    /// Whether `setter` may set `weights` now.
    pub(crate) fn check(setter: &Setter, weights: &[(NeuronId, u16)], version_key: u64) -> Result<(), Error<T>> {
        ensure!(version_key >= setter.hyperparameters.weights_version, Error::<T>::VersionTooOld);
        let on_itself = matches!(weights, [(id, _)] if *id == setter.id);
        let permitted = T::Permits::has_permit(setter.netuid, setter.uid, setter.id);
        ensure!(on_itself || permitted, Error::<T>::NoPermit);
        Self::check_names(setter.netuid, weights)?;
        ensure!(weights.iter().any(|(_, value)| *value > 0), Error::<T>::AllZero);
        if !on_itself {
            Self::check_shape(setter, weights)?;
        }
        Ok(())
    }

    /// The seat of `hotkey`, if it may set weights now.
    ///
    /// # Errors
    /// `NotRegistered`, [`Error::TooSoon`].
    pub fn may_set(netuid: NetUid, hotkey: &AccountId) -> Result<(Uid, NeuronId), DispatchError> {
        let limit = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?.weights_rate_limit;
        let (uid, seat) = pallet_neurons::Pallet::<T>::seat_of(netuid, hotkey)?;
        if let Some(last) = LastUpdate::<T>::get(netuid, seat.id) {
            let earliest = last.saturating_add(limit.into());
            ensure!(frame_system::Pallet::<T>::block_number() >= earliest, Error::<T>::TooSoon);
        }
        Ok((uid, seat.id))
    }

    fn check_names(netuid: NetUid, weights: &[(NeuronId, u16)]) -> Result<(), Error<T>> {
        let neurons = pallet_neurons::Count::<T>::get(netuid);
        ensure!(weights.len() <= usize::from(neurons), Error::<T>::TooManyWeights);
        let names: BTreeSet<_> = weights.iter().map(|(id, _)| *id).collect();
        ensure!(names.len() == weights.len(), Error::<T>::DuplicateNeuron);
        let known = |id: &NeuronId| SeatOf::<T>::get(id).is_some_and(|(home, _)| home == netuid);
        ensure!(names.iter().all(known), Error::<T>::UnknownNeuron);
        Ok(())
    }

    fn check_shape(setter: &Setter, weights: &[(NeuronId, u16)]) -> Result<(), Error<T>> {
        let neurons = pallet_neurons::Count::<T>::get(setter.netuid);
        let least = setter.hyperparameters.min_allowed_weights.min(neurons);
        ensure!(weights.len() >= usize::from(least), Error::<T>::TooFewWeights);
        let values: Vec<u16> = weights.iter().map(|(_, value)| *value).collect();
        let limit = setter.hyperparameters.max_weight_limit;
        ensure!(check_max_limited(&values, limit), Error::<T>::WeightTooLarge);
        Ok(())
    }
}
