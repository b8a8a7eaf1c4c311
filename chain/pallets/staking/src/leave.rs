//! Taking TAO off a hotkey: at once, or after the slash window.

use crate::{
    position::Position,
    types::{Departure, Departures},
    Config, Error, Event, Leaving, LeavingPools, OnUnstaked, Pallet, Shares,
};
use frame_support::{
    ensure,
    traits::{fungible::Mutate, tokens::Preservation, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{ColdkeyId, HotkeyId, Rao};
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn unstake(
        who: &T::AccountId,
        hotkey: &T::AccountId,
        amount: Rao,
        is_bound: impl FnOnce(HotkeyId) -> bool,
    ) -> DispatchResult {
        let id = Self::hotkey_id(hotkey).ok_or(Error::<T>::UnknownHotkey)?;
        ensure!(amount > 0, Error::<T>::ZeroAmount);
        let coldkey = Self::coldkey_id(who).ok_or(Error::<T>::NotEnoughStake)?;
        let mut position = Position::load::<T>(id, coldkey)?;
        let amount = position.take::<T>(amount)?;
        if !is_bound(id) {
            position.store::<T>()?;
            return Self::pay_out(who, hotkey, amount);
        }
        let until = Self::depart(coldkey, id, amount)?;
        position.store::<T>()?;
        Self::deposit_event(Event::StakeLeaving { coldkey: who.clone(), hotkey: hotkey.clone(), amount, until });
        Ok(())
    }

    pub(crate) fn collect(who: &T::AccountId, hotkey: &T::AccountId) -> DispatchResult {
        let id = Self::hotkey_id(hotkey).ok_or(Error::<T>::UnknownHotkey)?;
        let coldkey = Self::coldkey_id(who).ok_or(Error::<T>::NothingToWithdraw)?;
        let departed = Self::arrive(coldkey, id)?;
        let mut position = Position::load::<T>(id, coldkey)?;
        // What a slash made worthless would occupy a place on the list for ever.
        let worthless = position.shares != Shares::default() && position.worth() == 0;
        let swept = if worthless { position.stake.fund.withdraw_all(&mut position.shares) } else { Ok(0) };
        let amount = departed.unwrap_or(0).saturating_add(swept.map_err(Error::<T>::from)?);
        let unused = position.owned && position.stake.listed && position.is_over::<T>();
        ensure!(departed.is_some() || worthless || unused, Error::<T>::NothingToWithdraw);
        if unused {
            position.unlist::<T>();
        }
        position.store::<T>()?;
        Self::pay_out(who, hotkey, amount)
    }

    /// Moves `amount` RAO, just taken off the hotkey's stake, into its leaving pool. Says until when it stays there.
    fn depart(coldkey: ColdkeyId, hotkey: HotkeyId, amount: Rao) -> Result<BlockNumberFor<T>, Error<T>> {
        let until = frame_system::Pallet::<T>::block_number().saturating_add(T::SlashWindow::get());
        let mut fund = LeavingPools::<T>::get(hotkey);
        Leaving::<T>::try_mutate(coldkey, hotkey, |departures| {
            match departures.last_mut().filter(|last| last.until == until) {
                Some(last) => fund.deposit(&mut last.shares, amount)?,
                None => {
                    let mut shares = Shares::default();
                    fund.deposit(&mut shares, amount)?;
                    departures.try_push(Departure { shares, until }).map_err(|_| Error::TooManyDepartures)?;
                }
            }
            Ok::<_, Error<T>>(())
        })?;
        LeavingPools::<T>::insert(hotkey, fund);
        Ok(until)
    }

    /// Takes everything that has left its window out of the hotkey's leaving pool. `None` if there is no such thing.
    fn arrive(coldkey: ColdkeyId, hotkey: HotkeyId) -> Result<Option<Rao>, Error<T>> {
        let now = frame_system::Pallet::<T>::block_number();
        let mut departures: Departures<T> = Leaving::<T>::get(coldkey, hotkey);
        let waiting = departures.len();
        let mut fund = LeavingPools::<T>::get(hotkey);
        let mut amount: Rao = 0;
        for departure in departures.iter_mut().filter(|departure| departure.until <= now) {
            amount = amount.saturating_add(fund.withdraw_all(&mut departure.shares)?);
        }
        departures.retain(|departure| departure.until > now);
        if departures.len() == waiting {
            return Ok(None);
        }
        if departures.is_empty() {
            Leaving::<T>::remove(coldkey, hotkey);
        } else {
            Leaving::<T>::insert(coldkey, hotkey, departures);
        }
        Self::put_leaving(hotkey, fund);
        Ok(Some(amount))
    }

    fn pay_out(who: &T::AccountId, hotkey: &T::AccountId, amount: Rao) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        Self::shrink_total(amount);
        T::Currency::transfer(&Self::pot(), who, amount, Preservation::Expendable)?;
        T::OnUnstaked::on_unstaked(who, amount);
        Self::deposit_event(Event::StakeRemoved { coldkey: who.clone(), hotkey: hotkey.clone(), amount });
        Ok(())
    }
}
