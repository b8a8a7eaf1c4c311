//! Fees of those who have nothing but stake.

use crate::{position::Position, Backed, Config, Error, Event, Pallet};
use frame_support::traits::{
    fungible::{Balanced, Credit},
    tokens::{Fortitude, Precision, Preservation},
};
use ganglion_primitives::Rao;
use sp_runtime::DispatchError;

/// How many of the payer's positions are looked at: it costs nothing to ask.
const POSITIONS_TRIED: usize = 16;

impl<T: Config> Pallet<T> {
    /// Takes `amount` RAO out of one of `who`'s positions (the first of its first 16 that is worth so much), for a fee.
    /// Who begins with nothing is paid in stake, and could not pay for taking it out.
    ///
    /// Stake behind a block producer pays too: a fee doesn't come back. What of it is handed back to a balance, left
    /// without having answered for anything, so give back as little as possible.
    ///
    /// Rounding may make the credit one RAO more. Nothing is changed on an error, if the caller's storage layer is
    /// rolled back.
    ///
    /// # Errors
    /// [`Error::NotEnoughStake`]; [`Error::ZeroAmount`].
    pub fn pay_from_stake(who: &T::AccountId, amount: Rao) -> Result<Credit<T::AccountId, T::Currency>, DispatchError> {
        let coldkey = Self::coldkey_id(who).ok_or(Error::<T>::NotEnoughStake)?;
        let mut position = Backed::<T>::get(coldkey)
            .into_iter()
            .take(POSITIONS_TRIED)
            .filter_map(|hotkey| Position::load::<T>(hotkey, coldkey).ok())
            .find(|position| position.worth() >= amount)
            .ok_or(Error::<T>::NotEnoughStake)?;
        let hotkey = Self::hotkey_account(position.hotkey).ok_or(Error::<T>::UnknownHotkey)?;
        let paid = position.stake.fund.withdraw(&mut position.shares, amount).map_err(Error::<T>::from)?;
        position.store::<T>()?;
        Self::shrink_total(paid);
        Self::deposit_event(Event::StakeRemoved { coldkey: who.clone(), hotkey, amount: paid });
        T::Currency::withdraw(&Self::pot(), paid, Precision::Exact, Preservation::Expendable, Fortitude::Force)
    }
}
