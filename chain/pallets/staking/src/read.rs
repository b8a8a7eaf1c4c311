//! What positions are worth.

use crate::{Config, Pallet, Pools, Positions};
use ganglion_primitives::Rao;

impl<T: Config> Pallet<T> {
    /// All stake on `hotkey`, own and nominated, RAO.
    pub fn stake_on(hotkey: &T::AccountId) -> Rao {
        Pools::<T>::get(hotkey).value()
    }

    /// What `coldkey`'s position on `hotkey` is worth, RAO.
    pub fn stake_of(coldkey: &T::AccountId, hotkey: &T::AccountId) -> Rao {
        Pools::<T>::get(hotkey).value_of(Positions::<T>::get(coldkey, hotkey))
    }

    /// The first `limit` positions of `coldkey`: hotkey and worth in RAO.
    pub fn positions(coldkey: &T::AccountId, limit: usize) -> alloc::vec::Vec<(T::AccountId, Rao)> {
        Positions::<T>::iter_prefix(coldkey)
            .take(limit)
            .map(|(hotkey, shares)| {
                let worth = Pools::<T>::get(&hotkey).value_of(shares);
                (hotkey, worth)
            })
            .collect()
    }
}
