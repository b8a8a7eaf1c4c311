//! What the transaction pool checks before it takes work.

use crate::pallet::*;
use frame_support::{pallet_prelude::*, storage::with_transaction, traits::Get};
use sp_runtime::{
    traits::{SaturatedConversion, Saturating},
    ModuleError, TransactionOutcome,
};

/// Codes of refused work, seen by the sender as `InvalidTransaction::Custom`.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Refusal {
    /// The seal is too weak, too old, or used.
    Seal = 1,
    /// The hotkey has a seat in the subnet.
    AlreadyRegistered = 2,
    /// The subnet takes no registrations, has no seat to give, or doesn't exist.
    Closed = 3,
    /// The hotkey belongs, or belonged before a swap, to another coldkey.
    NotOwner = 4,
    /// Enough neurons joined in this interval.
    Full = 5,
    /// The coldkey awaits a swap.
    Coldkey = 6,
}

impl<T: Config> Pallet<T> {
    /// Tries the registration and undoes it: the pool, and a block's author, refuse whatever the ledger would. So work
    /// that fails never gets into a block, where it would take space for free.
    pub(crate) fn validate_work(call: &Call<T>) -> TransactionValidity {
        let Call::register { netuid, block_number, nonce, hotkey, coldkey } = call else {
            return InvalidTransaction::Call.into();
        };
        with_transaction(|| {
            let (hotkey, coldkey) = (hotkey.clone(), coldkey.clone());
            TransactionOutcome::Rollback(Self::register_by_work(*netuid, *block_number, *nonce, hotkey, coldkey))
        })
        .map_err(refusal::<T>)?;
        let end = block_number.saturating_add(T::SealLifetime::get());
        let left = end.saturating_sub(frame_system::Pallet::<T>::block_number());
        ValidTransaction::with_tag_prefix("GanglionWork")
            // One registration of a hotkey in a subnet at a time; whose seal is found first stays.
            .and_provides((netuid, hotkey))
            // Work pays no fee that could speak for it, and each costs its sender a search: a full pool drops others first.
            .priority(TransactionPriority::MAX / 2)
            .longevity(left.saturated_into())
            .propagate(true)
            .build()
    }
}

fn refusal<T: Config>(error: DispatchError) -> InvalidTransaction {
    let refused = variant(error);
    let is = |other: Error<T>| refused == variant(other.into());
    let code = if is(Error::TooManyRegistrationsThisBlock) {
        // The pool keeps it for the next block.
        return InvalidTransaction::ExhaustsResources;
    } else if is(Error::SealBlockOutOfRange) || is(Error::SealTooWeak) || is(Error::SealUsed) {
        Refusal::Seal
    } else if is(Error::AlreadyRegistered) {
        Refusal::AlreadyRegistered
    } else if is(Error::TooManyRegistrationsThisInterval(Default::default())) {
        Refusal::Full
    } else if [pallet_staking::Error::<T>::NotOwner, pallet_staking::Error::<T>::HotkeyRetired]
        .into_iter()
        .any(|error| refused == variant(error.into()))
    {
        Refusal::NotOwner
    } else if is(Error::KeyAwaited) {
        Refusal::Coldkey
    } else {
        Refusal::Closed
    };
    InvalidTransaction::Custom(code as u8)
}

/// Pallet and variant of an error, without what it carries.
fn variant(error: DispatchError) -> Option<(u8, u8)> {
    let DispatchError::Module(ModuleError { index, error: [variant, ..], .. }) = error else { return None };
    Some((index, variant))
}
