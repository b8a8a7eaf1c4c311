//! What must always hold.

use crate::{Channels, ChannelsOf, ChannelsTo, Config, CurrencyOf, NextChannelId, Pallet};
use frame_support::traits::fungible::Inspect;
use ganglion_primitives::Rao;

impl<T: Config> Pallet<T> {
    /// RAO that the rows of all channels say are in the pot. Reads every channel: for tests and checks.
    pub fn held() -> Rao {
        Channels::<T>::iter_values().fold(0, |sum: Rao, channel| sum.saturating_add(channel.rest()))
    }

    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        let next = NextChannelId::<T>::get();
        let mut count = 0;
        for (id, channel) in Channels::<T>::iter() {
            count += 1;
            if id >= next {
                return Err("a channel's number was never given out");
            }
            if channel.redeemed > channel.deposit {
                return Err("a provider got more than the deposit");
            }
            if !ChannelsTo::<T>::contains_key(channel.provider, id) {
                return Err("a channel is missing among its provider's");
            }
            if ChannelsOf::<T>::get(channel.user).iter().filter(|other| **other == id).count() != 1 {
                return Err("a channel isn't once among its user's");
            }
        }
        if ChannelsTo::<T>::iter_keys().count() != count {
            return Err("a provider has a channel that doesn't exist");
        }
        if ChannelsOf::<T>::iter_values().map(|ids| ids.len()).sum::<usize>() != count {
            return Err("a user has a channel that doesn't exist");
        }
        if ChannelsOf::<T>::iter_values().any(|ids| ids.is_empty()) {
            return Err("a user without channels has a list of them");
        }
        // Not equal: anybody can send TAO to the pot's account, as to any other.
        if Self::held() > CurrencyOf::<T>::total_balance(&Self::pot()) {
            return Err("the pot doesn't hold what the channels do");
        }
        Ok(())
    }
}
