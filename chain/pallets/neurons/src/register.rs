//! Joining a subnet, by work or by burn.

use crate::{pallet::*, Prices};
use frame_support::{
    ensure,
    traits::{
        fungible::Balanced,
        tokens::{Fortitude, Precision, Preservation},
        OnUnbalanced,
    },
};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, NetUid, Rao, RetryIn};
use pallet_staking::Pallet as Staking;
use sp_runtime::{DispatchError, DispatchResult};

/// How many times the target may join in an interval. Burn fills all but one part of these places.
const QUOTA: u16 = 3;

impl<T: Config> Pallet<T> {
    /// Nobody signs this: the seal proves that somebody worked for exactly these keys, not that the coldkey agreed.
    pub(crate) fn register_by_work(
        netuid: NetUid,
        block: BlockNumberFor<T>,
        nonce: u64,
        hotkey: AccountId,
        coldkey: AccountId,
    ) -> DispatchResult {
        Self::check_open(netuid, &hotkey, |quota, prices| prices.joined_in_interval() < quota)?;
        let seal = Self::check_seal(netuid, block, nonce, &hotkey, &coldkey)?;
        Self::use_seal(netuid, block, seal)?;
        // Otherwise a stranger could spoil an announced swap by making the new key somebody's before it comes. Who is one
        // already, by its own TAO, can't take over any more, and needn't wait for the end of a dispute among others.
        let awaited = Staking::<T>::coldkey_id(&coldkey).is_none() && SwapTargets::<T>::contains_key(&coldkey);
        ensure!(!awaited, Error::<T>::KeyAwaited);
        let id = Staking::<T>::ensure_owned(&hotkey, &coldkey)?;
        Self::count_registration(netuid, |prices| prices.by_work = prices.by_work.saturating_add(1));
        Ok(Self::take_seat(netuid, id, hotkey, 0)?)
    }

    pub(crate) fn register_by_burn(netuid: NetUid, hotkey: AccountId, coldkey: AccountId) -> DispatchResult {
        // A third is left to those who work: whoever has TAO could otherwise shut out who has none.
        let for_burns = |quota: u16| quota.saturating_sub(quota / QUOTA);
        Self::check_open(netuid, &hotkey, |quota, prices| {
            prices.joined_in_interval() < quota && prices.by_burn < for_burns(quota)
        })?;
        let burn = Self::prices(netuid).burn;
        Self::recycle(&coldkey, burn).map_err(|_| Error::<T>::CannotPayBurn)?;
        let id = Staking::<T>::ensure_owned(&hotkey, &coldkey)?;
        Self::count_registration(netuid, |prices| prices.by_burn = prices.by_burn.saturating_add(1));
        Ok(Self::take_seat(netuid, id, hotkey, burn)?)
    }

    /// Takes exactly `amount` RAO from an account's free balance and hands it to whoever counts what is recycled. The
    /// account keeps at least the existential deposit: if it vanished, it would forget its nonce.
    pub(crate) fn recycle(from: &AccountId, amount: Rao) -> Result<(), DispatchError> {
        let (exact, alive, polite) = (Precision::Exact, Preservation::Preserve, Fortitude::Polite);
        let paid = <T as pallet_staking::Config>::Currency::withdraw(from, amount, exact, alive, polite)?;
        T::OnRecycled::on_unbalanced(paid);
        Ok(())
    }

    /// Everything that work and burn have in common: does the subnet take this hotkey now? `has_place` knows whether the
    /// interval's quota has a place for this kind of registration.
    fn check_open(
        netuid: NetUid,
        hotkey: &AccountId,
        has_place: impl FnOnce(u16, &Prices<BlockNumberFor<T>>) -> bool,
    ) -> DispatchResult {
        let hyperparameters = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?;
        ensure!(hyperparameters.registration_open, Error::<T>::RegistrationClosed);
        let now = frame_system::Pallet::<T>::block_number();
        let prices = Self::prices(netuid);
        let quota = hyperparameters.target_registrations.saturating_mul(QUOTA);
        let next_interval = RetryIn::until(now, prices.adjust_at);
        ensure!(has_place(quota, &prices), Error::<T>::TooManyRegistrationsThisInterval(next_interval));
        let per_block = hyperparameters.max_registrations_per_block;
        ensure!(prices.joined_in(now) < per_block, Error::<T>::TooManyRegistrationsThisBlock);
        let seat = Staking::<T>::hotkey_id(hotkey).and_then(|id| Self::uid_of(netuid, id));
        ensure!(seat.is_none(), Error::<T>::AlreadyRegistered);
        Ok(())
    }
}
