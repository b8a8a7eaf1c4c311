//! Creating a subnet, in the place of the weakest if all are taken.

use crate::{
    identity::is_text, Config, Dissolving, Error, Event, LastCreation, Netuids, Pallet, Parameters, Subnet, Subnets,
    Terms,
};
use alloc::vec::Vec;
use frame_support::{ensure, pallet_prelude::BoundedVec};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{ColdkeyId, Hyperparameters, NetUid, Rao, RetryIn};
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult};

/// Knows what subnets are worth to the network.
pub trait SubnetValue {
    /// RAO of each block's emission that go to `netuid`. Of subnets to replace, the one with least goes first.
    fn emission_of(netuid: NetUid) -> Rao;
}

impl SubnetValue for () {
    fn emission_of(_: NetUid) -> Rao {
        0
    }
}

impl<T: Config> Pallet<T> {
    /// The first block in which a subnet can be created again.
    pub fn next_creation() -> BlockNumberFor<T> {
        let interval = Terms::<T>::get().creation_interval.into();
        LastCreation::<T>::get().map_or_else(Default::default, |(last, _)| last.saturating_add(interval))
    }

    /// Creates a subnet for `creator`, who locks TAO for it; or for governance, which doesn't and needn't wait.
    pub(crate) fn found(creator: Option<T::AccountId>, name: BoundedVec<u8, T::MaxNameLength>) -> DispatchResult {
        ensure!(!name.is_empty() && is_text(&name, false), Error::<T>::InvalidText);
        if creator.is_some() {
            Self::ensure_creation_due()?;
        }
        Self::make_room()?;
        let (owner, lock) = match &creator {
            Some(creator) => Self::charge(creator)?,
            None => (None, 0),
        };
        let netuid = Self::free_netuid();
        let created_at = frame_system::Pallet::<T>::block_number();
        let subnet = Subnet { name: name.clone(), owner, created_at, lock };
        Self::insert(netuid, subnet, Hyperparameters::default())?;
        Self::deposit_event(Event::SubnetCreated { netuid, owner: creator, name, lock });
        Ok(())
    }

    fn ensure_creation_due() -> Result<(), Error<T>> {
        let (now, next) = (frame_system::Pallet::<T>::block_number(), Self::next_creation());
        ensure!(now >= next, Error::CreatedTooSoon(RetryIn::until(now, next)));
        Ok(())
    }

    /// Takes the price from `creator` and lets the next one rise.
    fn charge(creator: &T::AccountId) -> Result<(Option<ColdkeyId>, Rao), DispatchError> {
        let lock = Self::lock_price();
        Self::lock(creator, lock)?;
        LastCreation::<T>::put((frame_system::Pallet::<T>::block_number(), lock));
        Ok((Some(pallet_staking::Pallet::<T>::ensure_coldkey(creator)?), lock))
    }

    /// Writes a new subnet's rows.
    ///
    /// # Errors
    /// [`Error::NoRoom`].
    pub(crate) fn insert(netuid: NetUid, subnet: Subnet<T>, hyperparameters: Hyperparameters) -> Result<(), Error<T>> {
        Netuids::<T>::try_mutate(|netuids| {
            let place = netuids.partition_point(|other| *other < netuid);
            netuids.try_insert(place, netuid).map_err(|_| Error::NoRoom)
        })?;
        Subnets::<T>::insert(netuid, subnet);
        Parameters::<T>::insert(netuid, hyperparameters);
        Ok(())
    }

    /// The lowest number from 1 that neither a subnet nor what is left of one has.
    fn free_netuid() -> NetUid {
        let (netuids, dissolving) = (Netuids::<T>::get(), Dissolving::<T>::get());
        let taken = |netuid: &NetUid| netuids.contains(netuid) || dissolving.contains(netuid);
        // Both lists are bounded, so that one of the first 257 numbers is free.
        (1..u16::MAX).map(NetUid).find(|netuid| !taken(netuid)).unwrap_or(NetUid(u16::MAX))
    }

    /// Dissolves the weakest subnet if there are as many as there can be.
    fn make_room() -> DispatchResult {
        if Netuids::<T>::decode_len().unwrap_or(0) < usize::from(Terms::<T>::get().max_subnets) {
            return Ok(());
        }
        let weakest = Self::weakest()?;
        Self::remove(weakest)
    }

    /// The subnet that the next one replaces: of those with an owner and past their immunity, the one with the lowest
    /// emission; among equals the one with the smallest lock, then the oldest. Governance's are not up for it.
    ///
    /// # Errors
    /// [`Error::AllImmune`], or [`Error::NoRoom`] if all are governance's.
    pub fn weakest() -> Result<NetUid, Error<T>> {
        let now = frame_system::Pallet::<T>::block_number();
        let immunity = Terms::<T>::get().immunity_period.into();
        let owned: Vec<(NetUid, ColdkeyId, Subnet<T>)> = Netuids::<T>::get()
            .into_iter()
            .filter_map(|netuid| Subnets::<T>::get(netuid).and_then(|subnet| Some((netuid, subnet.owner?, subnet))))
            .collect();
        let mortal = |subnet: &Subnet<T>| subnet.created_at.saturating_add(immunity);
        let earliest = owned.iter().map(|(_, _, subnet)| mortal(subnet)).min().ok_or(Error::NoRoom)?;
        owned
            .into_iter()
            .filter(|(_, _, subnet)| mortal(subnet) <= now)
            .min_by_key(|(netuid, _, subnet)| {
                (T::SubnetValue::emission_of(*netuid), subnet.lock, subnet.created_at, *netuid)
            })
            .map(|(netuid, ..)| netuid)
            .ok_or(Error::AllImmune(RetryIn::until(now, earliest)))
    }
}
