//! A channel's end: the rest goes back to the user.

use crate::{party::Party, Channel, Channels, ChannelsOf, ChannelsTo, Config, CurrencyOf, Error, Event, Pallet};
use frame_support::{
    ensure,
    traits::{fungible::Mutate, tokens::Preservation, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{ChannelId, ColdkeyId, RetryIn};
use pallet_staking::Pallet as Staking;
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Only the provider can lose by an end (vouchers not redeemed yet), so only the user's wish to end has to wait.
    pub(crate) fn begin_close(who: &T::AccountId, id: ChannelId) -> DispatchResult {
        let mut channel = Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel)?;
        let party = Party::of::<T>(who);
        if party.is_provider::<T>(channel.provider) {
            return Self::end(id, &channel);
        }
        ensure!(party.is_user(channel.user), Error::<T>::NotParty);
        if channel.rest() == 0 {
            return Self::end(id, &channel);
        }
        let closes_at = frame_system::Pallet::<T>::block_number().saturating_add(T::CloseDelay::get());
        channel.close(closes_at).map_err(Error::<T>::from)?;
        Channels::<T>::insert(id, channel);
        Self::deposit_event(Event::ChannelClosing { channel: id, closes_at });
        Ok(())
    }

    pub(crate) fn settle_closed(id: ChannelId) -> DispatchResult {
        let channel = Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel)?;
        let closes_at = channel.closes_at.ok_or(Error::<T>::NotClosing)?;
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(channel.is_over(now), Error::<T>::TooEarly(RetryIn::until(now, closes_at)));
        Self::end(id, &channel)
    }

    /// Pays the user what is left and forgets the channel.
    fn end(id: ChannelId, channel: &Channel<BlockNumberFor<T>>) -> DispatchResult {
        let user = Staking::<T>::coldkey_account(channel.user).ok_or(Error::<T>::UnknownUser)?;
        let refund = channel.rest();
        if refund > 0 {
            CurrencyOf::<T>::transfer(&Self::pot(), &user, refund, Preservation::Expendable)?;
        }
        Channels::<T>::remove(id);
        ChannelsTo::<T>::remove(channel.provider, id);
        Self::unlist(channel.user, id);
        Self::deposit_event(Event::ChannelSettled { channel: id, user, refund });
        Ok(())
    }

    fn unlist(user: ColdkeyId, id: ChannelId) {
        ChannelsOf::<T>::mutate_exists(user, |list| {
            let left = list.take().map(|mut ids| {
                ids.retain(|other| *other != id);
                ids
            });
            *list = left.filter(|ids| !ids.is_empty());
        });
    }
}
