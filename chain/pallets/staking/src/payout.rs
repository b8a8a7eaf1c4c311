//! Pay, as stake.

use crate::{stakes::OpenPage, types::MAX_POSITIONS, Config, Error, Hotkeys, Pallet, Pay, Stake};
use frame_support::{
    storage::with_storage_layer,
    traits::{fungible::Mutate, tokens::Preservation},
};
use ganglion_primitives::{HotkeyId, Rao};
use sp_runtime::{DispatchError, DispatchResult};

/// Pays many hotkeys; see [`Pallet::pay_from`].
pub struct Payout<T> {
    paid: Rao,
    page: OpenPage<T>,
}

impl<T: Config> Payout<T> {
    /// Pays one hotkey: touches its [`Stakes`] row, and reads its [`Hotkeys`] row if it has nominators to share with.
    /// (Should the owner's list not name it, it is put there.) Cheapest in the order of their ids: rows share pages.
    ///
    /// # Errors
    /// [`Error::UnknownHotkey`], [`Error::Overflow`]; nothing is paid then.
    pub fn credit(&mut self, hotkey: HotkeyId, pay: Pay) -> Result<(), Error<T>> {
        if pay == Pay::default() {
            return Ok(());
        }
        let paid = pay.total().and_then(|amount| self.paid.checked_add(amount)).ok_or(Error::Overflow)?;
        self.page.mutate(hotkey, |stake| Pallet::<T>::add(stake, hotkey, pay))?;
        self.paid = paid;
        Ok(())
    }
}

impl<T: Config> Pallet<T> {
    /// Pays hotkeys from the account `source`, all or none: `run` names them, and what it has named is then moved from
    /// `source` to the pot and added to [`TotalStake`](crate::TotalStake), once. Says how much that was.
    ///
    /// # Errors
    /// What `run` returns; the currency's, if `source` has too little. Nothing is changed then.
    pub fn pay_from(
        source: &T::AccountId,
        run: impl FnOnce(&mut Payout<T>) -> DispatchResult,
    ) -> Result<Rao, DispatchError> {
        with_storage_layer(|| {
            let mut payout = Payout { paid: 0, page: OpenPage::new() };
            run(&mut payout)?;
            payout.page.store();
            if payout.paid > 0 {
                T::Currency::transfer(source, &Self::pot(), payout.paid, Preservation::Expendable)?;
                Self::grow_total(payout.paid)?;
            }
            Ok(payout.paid)
        })
    }

    /// Credits a miner's incentive to the hotkey's owner, as stake. The caller has put `amount` RAO into the pot.
    /// For many hotkeys, [`Pallet::pay_from`] is cheaper.
    ///
    /// # Errors
    /// [`Error::UnknownHotkey`], [`Error::Overflow`].
    pub fn credit_miner(hotkey: HotkeyId, amount: Rao) -> Result<(), Error<T>> {
        Self::credit(hotkey, Pay { incentive: amount, dividends: 0 })?;
        Self::grow_total(amount)
    }

    /// Credits a validator's dividends: the take to the owner, the rest to everybody with stake on the hotkey, in one
    /// step. The caller has put `amount` RAO into the pot. For many hotkeys, [`Pallet::pay_from`] is cheaper.
    ///
    /// # Errors
    /// [`Error::UnknownHotkey`], [`Error::Overflow`].
    pub fn credit_validator(hotkey: HotkeyId, amount: Rao) -> Result<(), Error<T>> {
        Self::credit(hotkey, Pay { incentive: 0, dividends: amount })?;
        Self::grow_total(amount)
    }

    pub(crate) fn credit(hotkey: HotkeyId, pay: Pay) -> Result<(), Error<T>> {
        if pay == Pay::default() {
            return Ok(());
        }
        let mut page = OpenPage::<T>::new();
        page.mutate(hotkey, |stake| Self::add(stake, hotkey, pay))?;
        page.store();
        Ok(())
    }

    /// Adds `pay` to `stake`, which is on `hotkey`.
    fn add(stake: &mut Stake, hotkey: HotkeyId, pay: Pay) -> Result<(), Error<T>> {
        let shared = pay.dividends > 0 && stake.has_nominators();
        if stake.listed && !shared {
            stake.pay(pay, 0)?;
        } else {
            let row = Hotkeys::<T>::get(hotkey).ok_or(Error::UnknownHotkey)?;
            stake.pay(pay, row.take)?;
            stake.listed = stake.listed || Self::list(row.owner, hotkey, MAX_POSITIONS);
        }
        Ok(())
    }
}
