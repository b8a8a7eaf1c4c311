//! What misbehaviour costs.

use crate::{Config, Event, Fund, LeavingPools, Pallet, Stakes};
use frame_support::traits::{
    fungible::Balanced,
    tokens::{Fortitude, Precision, Preservation},
    OnUnbalanced,
};
use ganglion_primitives::{HotkeyId, Rao};
use sp_runtime::Perbill;

impl<T: Config> Pallet<T> {
    /// Takes `part` of all stake on `hotkey`, its owner's and its nominators' alike, and of what is leaving it. The TAO
    /// goes to [`Config::OnSlashed`]. Says how much that was, RAO. Costs the same for any number of nominators.
    pub fn slash(hotkey: HotkeyId, part: Perbill) -> Rao {
        let (mut stake, mut leaving) = (Stakes::<T>::get(hotkey), LeavingPools::<T>::get(hotkey));
        let amount = stake.fund.slash(part).saturating_add(leaving.slash(part));
        let Some(account) = Self::hotkey_account(hotkey).filter(|_| amount > 0) else { return 0 };
        let withdrawn =
            T::Currency::withdraw(&Self::pot(), amount, Precision::Exact, Preservation::Expendable, Fortitude::Force);
        match withdrawn {
            Ok(credit) => T::OnSlashed::on_unbalanced(credit),
            Err(error) => {
                // The pot holds at least all stake: only a defect elsewhere can lead here.
                log::error!(target: "runtime::staking", "hotkey {hotkey} could not be slashed: {error:?}");
                return 0;
            }
        }
        Stakes::<T>::put(hotkey, stake);
        Self::put_leaving(hotkey, leaving);
        Self::shrink_total(amount);
        Self::deposit_event(Event::StakeSlashed { hotkey: account, amount });
        amount
    }

    pub(crate) fn put_leaving(hotkey: HotkeyId, fund: Fund) {
        if fund == Fund::default() {
            LeavingPools::<T>::remove(hotkey);
        } else {
            LeavingPools::<T>::insert(hotkey, fund);
        }
    }
}
