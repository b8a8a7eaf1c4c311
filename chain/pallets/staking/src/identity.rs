//! Who is who: the ids behind keys.

use crate::{
    types::{HotkeyOf, MAX_TAKE, OWN_PLACES},
    ColdkeyIds, Coldkeys, Config, Error, HotkeyIds, Hotkeys, NextColdkeyId, NextHotkeyId, Pallet, RetiredColdkeys,
    RetiredHotkeys, Stake, Stakes,
};
use frame_support::{ensure, traits::Get};
use frame_system::Pallet as System;
use ganglion_primitives::{ColdkeyId, HotkeyId};
use sp_runtime::traits::AccountIdConversion;

impl<T: Config> Pallet<T> {
    /// The account that holds all staked TAO.
    pub fn pot() -> T::AccountId {
        T::PotId::get().into_account_truncating()
    }

    /// The identity behind a hotkey; `None` if nobody ever registered it.
    pub fn hotkey_id(account: &T::AccountId) -> Option<HotkeyId> {
        HotkeyIds::<T>::get(account)
    }

    /// The key that `hotkey` has now.
    pub fn hotkey_account(hotkey: HotkeyId) -> Option<T::AccountId> {
        Self::hotkey_and_owner(hotkey).map(|(account, _)| account)
    }

    /// The key behind a hotkey's identity, and the identity of its owner: one read.
    pub fn hotkey_and_owner(hotkey: HotkeyId) -> Option<(T::AccountId, ColdkeyId)> {
        Hotkeys::<T>::get(hotkey).map(|row| (row.account, row.owner))
    }

    /// The identity behind a coldkey; `None` if it never owned or staked anything.
    pub fn coldkey_id(account: &T::AccountId) -> Option<ColdkeyId> {
        ColdkeyIds::<T>::get(account)
    }

    /// The key that `coldkey` has now.
    pub fn coldkey_account(coldkey: ColdkeyId) -> Option<T::AccountId> {
        Coldkeys::<T>::get(coldkey)
    }

    /// Whom `hotkey` belongs to.
    pub fn owner_of(hotkey: HotkeyId) -> Option<ColdkeyId> {
        Hotkeys::<T>::get(hotkey).map(|row| row.owner)
    }

    /// The key of whom `hotkey` belongs to.
    pub fn owner_account(hotkey: HotkeyId) -> Option<T::AccountId> {
        Self::owner_of(hotkey).and_then(Self::coldkey_account)
    }

    /// The identity behind a coldkey, which is made if there is none yet. Its account then exists without a balance:
    /// who starts with nothing and is paid in stake can sign.
    ///
    /// # Errors
    /// [`Error::Overflow`] when ids run out.
    pub fn ensure_coldkey(account: &T::AccountId) -> Result<ColdkeyId, Error<T>> {
        if let Some(known) = Self::coldkey_id(account) {
            return Ok(known);
        }
        let id = NextColdkeyId::<T>::get();
        NextColdkeyId::<T>::put(id.0.checked_add(1).map(ColdkeyId).ok_or(Error::Overflow)?);
        Coldkeys::<T>::insert(id, account);
        ColdkeyIds::<T>::insert(account, id);
        RetiredColdkeys::<T>::remove(account);
        System::<T>::inc_sufficients(account);
        Ok(id)
    }

    /// The identity behind `hotkey`, which is made `coldkey`'s if nobody has it yet. Its account then exists for good,
    /// without a balance: it can sign, and its nonce never starts anew.
    ///
    /// # Errors
    /// [`Error::NotOwner`] if it belongs to another; [`Error::HotkeyRetired`] if another's hotkey had this key before;
    /// [`Error::Overflow`] when ids run out.
    pub fn ensure_owned(hotkey: &T::AccountId, coldkey: &T::AccountId) -> Result<HotkeyId, Error<T>> {
        if let Some(known) = Self::hotkey_id(hotkey) {
            ensure!(Self::coldkey_id(coldkey).is_some_and(|id| Self::owner_of(known) == Some(id)), Error::NotOwner);
            return Ok(known);
        }
        // Before anything is written: a refusal makes nobody a coldkey.
        Self::revive(hotkey, Self::coldkey_id(coldkey))?;
        let owner = Self::ensure_coldkey(coldkey)?;
        let id = NextHotkeyId::<T>::get();
        NextHotkeyId::<T>::put(id.0.checked_add(1).map(HotkeyId).ok_or(Error::Overflow)?);
        let take_changed_at = System::<T>::block_number();
        Hotkeys::<T>::insert(id, HotkeyOf::<T> { account: hotkey.clone(), owner, take: MAX_TAKE, take_changed_at });
        HotkeyIds::<T>::insert(hotkey, id);
        System::<T>::inc_sufficients(hotkey);
        let listed = Self::list(owner, id, OWN_PLACES);
        Stakes::<T>::put(id, Stake { listed, ..Stake::default() });
        Ok(id)
    }

    /// Gives the identity of hotkey `old` the key `new`. Stake, seats and whatever else is bound to the identity stay.
    /// The caller checks who may ask for this, and announces it.
    ///
    /// The old key is **retired**: only the identity's owner can make a hotkey of it again. Those who know the old key
    /// only, and stake on it, must not find a stranger there. Its account stays, lest its nonce start anew and what it
    /// signed before count again.
    ///
    /// # Errors
    /// [`Error::UnknownHotkey`]; [`Error::HotkeyTaken`] when `new` is a hotkey already; [`Error::HotkeyRetired`] when
    /// another's hotkey had it before.
    pub fn rekey_hotkey(old: &T::AccountId, new: &T::AccountId) -> Result<HotkeyId, Error<T>> {
        let id = Self::hotkey_id(old).ok_or(Error::UnknownHotkey)?;
        ensure!(!HotkeyIds::<T>::contains_key(new), Error::HotkeyTaken);
        let mut row = Hotkeys::<T>::get(id).ok_or(Error::UnknownHotkey)?;
        Self::revive(new, Some(row.owner))?;
        row.account = new.clone();
        Hotkeys::<T>::insert(id, row);
        HotkeyIds::<T>::remove(old);
        HotkeyIds::<T>::insert(new, id);
        RetiredHotkeys::<T>::insert(old, id);
        System::<T>::inc_sufficients(new);
        Ok(id)
    }

    /// Lets `owner` use `account` as a hotkey: it never was one, or was `owner`'s and is retired.
    fn revive(account: &T::AccountId, owner: Option<ColdkeyId>) -> Result<(), Error<T>> {
        if let Some(former) = RetiredHotkeys::<T>::get(account) {
            ensure!(owner.is_some() && Self::owner_of(former) == owner, Error::HotkeyRetired);
            RetiredHotkeys::<T>::remove(account);
        }
        Ok(())
    }

    /// Gives the identity of coldkey `old` the key `new`. What it owns and has staked stays; its free balance is the
    /// caller's business, as is who may ask for this. The old account stays, as a hotkey's does.
    ///
    /// # Errors
    /// [`Error::UnknownColdkey`]; [`Error::ColdkeyTaken`] when `new` is a coldkey already.
    pub fn rekey_coldkey(old: &T::AccountId, new: &T::AccountId) -> Result<ColdkeyId, Error<T>> {
        let id = Self::coldkey_id(old).ok_or(Error::UnknownColdkey)?;
        ensure!(!ColdkeyIds::<T>::contains_key(new), Error::ColdkeyTaken);
        Coldkeys::<T>::insert(id, new);
        ColdkeyIds::<T>::remove(old);
        ColdkeyIds::<T>::insert(new, id);
        RetiredColdkeys::<T>::insert(old, id);
        RetiredColdkeys::<T>::remove(new);
        System::<T>::inc_sufficients(new);
        Ok(id)
    }
}
