//! The rules that weights must keep.
//!
//! One check of the original (`protocol.md` §9.1) has no counterpart: `WeightsMinStake`, the least stake of who sets weights.
//! It is 0 there, and permits, which go to the neurons with most stake, stand in for it. One is stricter: a vector that is empty,
//! or all zeros, says nothing of anybody, and is refused.

use crate::{pallet::*, Permits};
use alloc::vec::Vec;
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, NetUid, NeuronId, RetryIn, Uid};
use ganglion_yuma::{
    limit::lower_to,
    math::{check_max_limited, max_upscale_u16},
};
use pallet_neurons::Pallet as Neurons;
use pallet_subnets::Hyperparameters;
use sp_runtime::{traits::Saturating, DispatchError};

/// Who sets weights, and by which numbers.
pub(crate) struct Setter {
    pub netuid: NetUid,
    pub uid: Uid,
    pub id: NeuronId,
    pub hyperparameters: Hyperparameters,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn setter(netuid: NetUid, hotkey: &AccountId) -> Result<Setter, DispatchError> {
        let hyperparameters = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?;
        let (uid, id) = Neurons::<T>::seat_of(netuid, hotkey)?;
        Ok(Setter { netuid, uid, id, hyperparameters })
    }

    /// The seat of `hotkey`, if it may set weights now.
    ///
    /// # Errors
    /// `UnknownSubnet`, [`Error::CommitRevealOn`], `NotRegistered`, [`Error::TooSoon`].
    pub fn may_set(netuid: NetUid, hotkey: &AccountId) -> Result<(Uid, NeuronId), DispatchError> {
        let setter = Self::open_setter(netuid, hotkey)?;
        Ok((setter.uid, setter.id))
    }

    pub(crate) fn open_setter(netuid: NetUid, hotkey: &AccountId) -> Result<Setter, DispatchError> {
        let setter = Self::setter(netuid, hotkey)?;
        ensure!(!setter.hyperparameters.commit_reveal, Error::<T>::CommitRevealOn);
        Self::check_rate(&setter)?;
        Ok(setter)
    }

    /// The first block that takes weights of the neuron again, as far as the rate limit goes.
    pub(crate) fn rested(setter: &Setter) -> BlockNumberFor<T> {
        let limit = setter.hyperparameters.weights_rate_limit;
        let last = Self::last_update(setter.netuid, setter.id);
        last.map_or_else(Default::default, |block| block.saturating_add(limit.into()))
    }

    pub(crate) fn check_rate(setter: &Setter) -> Result<(), Error<T>> {
        let now = frame_system::Pallet::<T>::block_number();
        let earliest = Self::rested(setter);
        ensure!(now >= earliest, Error::TooSoon(RetryIn::until(now, earliest)));
        Ok(())
    }

    /// The row to store for openly set `weights`.
    pub(crate) fn check_open(setter: &Setter, weights: &[(NeuronId, u16)], version_key: u64) -> Result<Row, Error<T>> {
        let on_itself = Self::check_right(setter, weights, version_key)?;
        let names = names(weights)?;
        ensure!(Self::seated(setter.netuid, &names).len() == names.len(), Error::UnknownNeuron);
        Self::as_chosen(setter, weights, on_itself)
    }

    /// The row to store for revealed `weights`. They are bound to the neurons they name: those that lost their seats
    /// since the commit take their weights with them. What remains was not the committer's choice, so weights that
    /// exceed the limit only now are lowered to it.
    pub(crate) fn check_revealed(
        setter: &Setter,
        mut weights: Vec<(NeuronId, u16)>,
        version_key: u64,
    ) -> Result<Row, Error<T>> {
        let names = names(&weights)?;
        let on_itself = Self::check_right(setter, &weights, version_key)?;
        let seated = Self::seated(setter.netuid, &names);
        if seated.len() == weights.len() {
            return Self::as_chosen(setter, &weights, on_itself);
        }
        weights.retain(|(id, _)| seated.binary_search(id).is_ok());
        let lowered = lower_to(&values(&weights)?, setter.hyperparameters.max_weight_limit);
        row(&weights, lowered.ok_or(Error::WeightTooLarge)?)
    }

    /// The row to store for weights all of which are still the setter's choice.
    fn as_chosen(setter: &Setter, weights: &[(NeuronId, u16)], on_itself: bool) -> Result<Row, Error<T>> {
        let values = values(weights)?;
        let limit = setter.hyperparameters.max_weight_limit;
        ensure!(on_itself || check_max_limited(&values, limit), Error::WeightTooLarge);
        row(weights, max_upscale_u16(&values))
    }

    /// Whether the neuron may set that many weights on others. Says whether it only names itself, which needs no permit.
    fn check_right(setter: &Setter, weights: &[(NeuronId, u16)], version_key: u64) -> Result<bool, Error<T>> {
        ensure!(version_key >= setter.hyperparameters.weights_version, Error::VersionTooOld);
        let neurons = pallet_neurons::Count::<T>::get(setter.netuid);
        ensure!(weights.len() <= usize::from(neurons), Error::TooManyWeights);
        let on_itself = matches!(weights, [(id, _)] if *id == setter.id);
        let least = setter.hyperparameters.min_allowed_weights.min(neurons);
        ensure!(on_itself || weights.len() >= usize::from(least), Error::TooFewWeights);
        let permitted = || T::Permits::has_permit(setter.netuid, setter.uid, setter.id);
        ensure!(on_itself || permitted(), Error::NoPermit);
        Ok(on_itself)
    }

    /// Those of `names`, which are sorted, that have a seat in the subnet, sorted. The subnet's seats are read once,
    /// however many are named.
    fn seated(netuid: NetUid, names: &[NeuronId]) -> Vec<NeuronId> {
        let mut seated = Neurons::<T>::ids(netuid);
        seated.retain(|id| names.binary_search(id).is_ok());
        seated.sort_unstable();
        seated
    }
}

/// The named neurons, sorted; none may be named twice.
fn names<T>(weights: &[(NeuronId, u16)]) -> Result<Vec<NeuronId>, Error<T>> {
    let mut names: Vec<NeuronId> = weights.iter().map(|(id, _)| *id).collect();
    names.sort_unstable();
    let twice = names.windows(2).any(|pair| matches!(pair, [one, other] if one == other));
    ensure!(!twice, Error::DuplicateNeuron);
    Ok(names)
}

/// The weights without their names, which must not all be zero.
fn values<T>(weights: &[(NeuronId, u16)]) -> Result<Vec<u16>, Error<T>> {
    let values: Vec<u16> = weights.iter().map(|(_, value)| *value).collect();
    ensure!(values.iter().any(|value| *value > 0), Error::AllZero);
    Ok(values)
}

fn row<T>(weights: &[(NeuronId, u16)], values: Vec<u16>) -> Result<Row, Error<T>> {
    let row: Vec<_> = weights.iter().zip(values).map(|((id, _), value)| (*id, value)).collect();
    row.try_into().map_err(|_| Error::TooManyWeights)
}
