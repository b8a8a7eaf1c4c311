//! What clients ask.

use crate::{Channels, ChannelsOf, ChannelsTo, Config, Pallet, MAX_PAGE};
use alloc::vec::Vec;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{ChannelId, ChannelInfo, HotkeyId};
use pallet_staking::Pallet as Staking;
use sp_runtime::traits::AccountIdConversion;

/// A channel as this chain's clients read it.
pub type InfoOf<T> = ChannelInfo<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
    /// The account that holds the TAO of all channels.
    pub fn pot() -> T::AccountId {
        T::ChannelPotId::get().into_account_truncating()
    }

    /// One channel; `None` if there is none of that number, or it has been settled.
    pub fn channel(id: ChannelId) -> Option<InfoOf<T>> {
        let channel = Channels::<T>::get(id)?;
        Some(ChannelInfo {
            id,
            user: Staking::<T>::coldkey_account(channel.user)?,
            provider: Staking::<T>::hotkey_account(channel.provider)?,
            voucher_key: channel.voucher_key,
            deposit: channel.deposit,
            redeemed: channel.redeemed,
            closes_at: channel.closes_at,
        })
    }

    /// All channels that the coldkey `user` has, at most `MaxChannels`, in the order in which they were opened.
    pub fn channels_of_user(user: &T::AccountId) -> Vec<InfoOf<T>> {
        let Some(coldkey) = Staking::<T>::coldkey_id(user) else { return Vec::new() };
        ChannelsOf::<T>::get(coldkey).into_iter().filter_map(Self::channel).collect()
    }

    /// A page of the channels to `provider`: those behind `after` (the last one of the page before; `None` begins),
    /// at most `limit` and at most [`MAX_PAGE`], in an order that is always the same but not that of the numbers. An
    /// empty page is the end. `after` may have been settled meanwhile.
    pub fn channels_of_provider(provider: HotkeyId, after: Option<ChannelId>, limit: u32) -> Vec<InfoOf<T>> {
        let ids = match after {
            Some(id) => ChannelsTo::<T>::iter_key_prefix_from(provider, ChannelsTo::<T>::hashed_key_for(provider, id)),
            None => ChannelsTo::<T>::iter_key_prefix(provider),
        };
        ids.take(limit.min(MAX_PAGE) as usize).filter_map(Self::channel).collect()
    }
}
