//! The user's side: putting TAO into a channel.

use crate::{Channel, Channels, ChannelsOf, ChannelsTo, Config, CurrencyOf, Error, Event, NextChannelId, Pallet};
use frame_support::{
    ensure,
    traits::{fungible::Mutate, tokens::Preservation, Get},
};
use ganglion_primitives::{ChannelId, Rao, VoucherKey};
use pallet_staking::Pallet as Staking;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn open(
        who: T::AccountId,
        hotkey: T::AccountId,
        deposit: Rao,
        voucher_key: VoucherKey,
    ) -> DispatchResult {
        ensure!(deposit >= T::MinDeposit::get(), Error::<T>::DepositTooSmall);
        // Anybody can sign for the all-zero key, which is also what a forgotten field looks like.
        ensure!(voucher_key != VoucherKey::default(), Error::<T>::InvalidVoucherKey);
        let provider = Staking::<T>::hotkey_id(&hotkey).ok_or(Error::<T>::UnknownProvider)?;
        let user = Staking::<T>::ensure_coldkey(&who)?;
        let id = Self::next_id()?;
        let listed = ChannelsOf::<T>::try_mutate(user, |ids| ids.try_push(id));
        ensure!(listed.is_ok(), Error::<T>::TooManyChannels);
        Self::deposit_into_pot(&who, deposit)?;
        ChannelsTo::<T>::insert(provider, id, ());
        Channels::<T>::insert(id, Channel::new(user, provider, voucher_key, deposit));
        Self::deposit_event(Event::ChannelOpened { channel: id, user: who, provider: hotkey, voucher_key, deposit });
        Ok(())
    }

    pub(crate) fn add(who: &T::AccountId, id: ChannelId, amount: Rao) -> DispatchResult {
        let mut channel = Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel)?;
        ensure!(Staking::<T>::coldkey_id(who) == Some(channel.user), Error::<T>::NotUser);
        channel.top_up(amount).map_err(Error::<T>::from)?;
        Self::deposit_into_pot(who, amount)?;
        Self::deposit_event(Event::ChannelToppedUp { channel: id, amount, deposit: channel.deposit });
        Channels::<T>::insert(id, channel);
        Ok(())
    }

    fn next_id() -> Result<ChannelId, DispatchError> {
        let id = NextChannelId::<T>::get();
        let next = id.0.checked_add(1).ok_or(Error::<T>::Overflow)?;
        NextChannelId::<T>::put(ChannelId(next));
        Ok(id)
    }

    /// The account that pays stays alive: emptied, it would lose the count of its transactions, and old ones could be
    /// sent again.
    fn deposit_into_pot(who: &T::AccountId, amount: Rao) -> DispatchResult {
        CurrencyOf::<T>::transfer(who, &Self::pot(), amount, Preservation::Preserve)?;
        Ok(())
    }
}
