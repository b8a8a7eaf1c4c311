//! What must always hold.

use crate::{Config, Owner, Pallet, Pools, Positions, TotalStake};
use alloc::collections::BTreeMap;
use frame_support::traits::fungible::Inspect;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        let mut shares: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for (_, hotkey, held) in Positions::<T>::iter() {
            let sum = shares.entry(hotkey).or_default();
            *sum = sum.saturating_add(held);
        }
        let mut staked = 0u64;
        for (hotkey, pool) in Pools::<T>::iter() {
            if !Owner::<T>::contains_key(&hotkey) {
                return Err("a pool's hotkey has no owner");
            }
            if shares.remove(&hotkey).unwrap_or(0) != pool.shares() {
                return Err("a pool's shares are not those of its positions");
            }
            staked = staked.saturating_add(pool.value());
        }
        if !shares.is_empty() {
            return Err("a position has no pool");
        }
        if staked != TotalStake::<T>::get() || staked != T::Currency::total_balance(&Self::pot()) {
            return Err("the pot doesn't hold what is staked");
        }
        Ok(())
    }
}
