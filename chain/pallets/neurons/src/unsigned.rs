//! What the transaction pool checks before it takes work.

use crate::pallet::*;
use frame_support::{pallet_prelude::*, traits::Get};
use sp_runtime::traits::SaturatedConversion;

/// Codes of refused work, seen by the sender as `InvalidTransaction::Custom`.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Refusal {
    Seal = 1,
    AlreadyRegistered = 2,
    Closed = 3,
    NotOwner = 4,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn validate_work(call: &Call<T>) -> TransactionValidity {
        let Call::register { netuid, block_number, nonce, hotkey, coldkey } = call else {
            return InvalidTransaction::Call.into();
        };
        let refused = |code: Refusal| InvalidTransaction::Custom(code as u8);
        let open = pallet_subnets::Pallet::<T>::hyperparameters(*netuid).is_ok_and(|h| h.registration_open);
        ensure!(open, refused(Refusal::Closed));
        ensure!(!Uids::<T>::contains_key(netuid, hotkey), refused(Refusal::AlreadyRegistered));
        let owner = pallet_staking::Owner::<T>::get(hotkey);
        ensure!(owner.is_none_or(|owner| &owner == coldkey), refused(Refusal::NotOwner));
        Self::check_seal(*netuid, *block_number, *nonce, hotkey, coldkey).map_err(|_| refused(Refusal::Seal))?;
        ValidTransaction::with_tag_prefix("GanglionWork")
            // One registration of a hotkey in a subnet at a time; whose seal is found first stays.
            .and_provides((netuid, hotkey))
            .longevity(T::SealLifetime::get().saturated_into())
            .propagate(true)
            .build()
    }
}
