//! The account under which the session, offences and authorship pallets know a block producer.
//!
//! A hotkey's account changes with a key swap, its id doesn't. The SDK's pallets want an account, so a producer gets one
//! that is computed from the id. Nobody has a key to it and it holds nothing. A swap changes nothing there: seat, session
//! keys and proofs of past membership stay valid.

use core::marker::PhantomData;
use frame_support::PalletId;
use ganglion_primitives::{AccountId, HotkeyId};
use sp_runtime::traits::{AccountIdConversion, Convert};

use crate::{Config, Pallet};

/// Marks producers' accounts.
const PRODUCER: PalletId = PalletId(*b"gn/produ");

/// The account that stands for `hotkey` in the session pallet. Genesis founds hotkey *i* for founder *i*, counted from 0.
pub fn producer_account(hotkey: HotkeyId) -> AccountId {
    // 4 + 8 + 8 of 32 bytes: nothing is cut off.
    PRODUCER.into_sub_account_truncating(hotkey)
}

/// The hotkey for which `producer` stands.
pub fn hotkey_of(producer: &AccountId) -> Option<HotkeyId> {
    let (kind, hotkey) = <PalletId as AccountIdConversion<AccountId>>::try_from_sub_account::<HotkeyId>(producer)?;
    (kind == PRODUCER).then_some(hotkey)
}

/// A hotkey's account to the account of the producer: the session pallet's `ValidatorIdOf`.
pub struct ProducerOf<T>(PhantomData<T>);

impl<T: Config> Convert<AccountId, Option<AccountId>> for ProducerOf<T> {
    fn convert(hotkey: AccountId) -> Option<AccountId> {
        pallet_staking::Pallet::<T>::hotkey_id(&hotkey).map(producer_account)
    }
}

/// Nothing beside its account identifies a producer: the historical pallet's `FullIdentificationOf`.
pub struct NothingMore;

impl Convert<AccountId, Option<()>> for NothingMore {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

impl<T: Config> Pallet<T> {
    /// The block producers of this session.
    pub fn active() -> impl Iterator<Item = HotkeyId> {
        pallet_session::Validators::<T>::get().into_iter().filter_map(|producer| hotkey_of(&producer))
    }

    /// The block producers of the next session.
    pub fn planned() -> impl Iterator<Item = HotkeyId> {
        pallet_session::QueuedKeys::<T>::get().into_iter().filter_map(|(producer, _)| hotkey_of(&producer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hotkey_has_an_account_of_its_own() {
        for id in [0, 1, 255, 256, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(hotkey_of(&producer_account(HotkeyId(id))), Some(HotkeyId(id)));
        }
        assert_eq!(hotkey_of(&AccountId::new([7; 32])), None);
        let other: AccountId = PalletId(*b"gn/stake").into_sub_account_truncating(HotkeyId(1));
        assert_eq!(hotkey_of(&other), None);
    }
}
