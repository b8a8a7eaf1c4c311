//! What must always hold.

use crate::{Config, Dissolving, Identities, Pallet, Parameters, Subnets, Terms};
use frame_support::traits::fungible::Inspect;
use ganglion_primitives::{NetUid, Rao};

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        let netuids = Self::netuids();
        check_list(&netuids)?;
        check_list_against(&netuids, &Dissolving::<T>::get())?;
        Self::check_rows(&netuids)?;
        Self::check_locks()?;
        if !Terms::<T>::get().is_valid() {
            return Err("the terms of creation are out of bounds");
        }
        Ok(())
    }

    fn check_rows(netuids: &[NetUid]) -> Result<(), &'static str> {
        for netuid in netuids {
            if !Subnets::<T>::contains_key(netuid) {
                return Err("a number in the list has no subnet");
            }
            let hyperparameters = Parameters::<T>::try_get(netuid).map_err(|()| "a subnet has no hyperparameters")?;
            hyperparameters.check().map_err(|_| "a hyperparameter is out of bounds")?;
        }
        if Subnets::<T>::iter_keys().count() != netuids.len() {
            return Err("a subnet is not in the list");
        }
        if Parameters::<T>::iter_keys().count() != netuids.len() {
            return Err("hyperparameters outlived their subnet");
        }
        if Identities::<T>::iter_keys().any(|netuid| !netuids.contains(&netuid)) {
            return Err("an identity outlived its subnet");
        }
        Ok(())
    }

    fn check_locks() -> Result<(), &'static str> {
        let mut locks: Rao = 0;
        for subnet in Subnets::<T>::iter_values() {
            locks = locks.checked_add(subnet.lock).ok_or("the locks exceed the range of 64 bits")?;
            match subnet.owner {
                Some(owner) => {
                    pallet_staking::Pallet::<T>::coldkey_account(owner).ok_or("a subnet's owner has no account")?;
                }
                None if subnet.lock > 0 => return Err("a lock belongs to nobody"),
                None => {}
            }
        }
        // Anybody can send TAO to any account, so that the pot may hold more.
        if T::Currency::total_balance(&Self::pot()) < locks {
            return Err("the pot holds less than what is locked");
        }
        Ok(())
    }
}

fn check_list(netuids: &[NetUid]) -> Result<(), &'static str> {
    if !netuids.is_sorted_by(|a, b| a < b) {
        return Err("the list of subnets is not strictly ascending");
    }
    if netuids.contains(&NetUid(0)) {
        return Err("there is a subnet 0");
    }
    Ok(())
}

fn check_list_against(netuids: &[NetUid], dissolving: &[NetUid]) -> Result<(), &'static str> {
    for (place, netuid) in dissolving.iter().enumerate() {
        if netuids.contains(netuid) {
            return Err("a number was given out before it was clean");
        }
        if dissolving.iter().skip(place.saturating_add(1)).any(|other| other == netuid) {
            return Err("a number is being cleaned twice");
        }
    }
    Ok(())
}
