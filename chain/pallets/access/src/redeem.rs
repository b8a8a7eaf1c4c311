//! The provider's side: vouchers become TAO.

use crate::{party::Party, Channels, Config, CurrencyOf, Error, Event, Pallet};
use frame_support::{
    ensure,
    traits::{fungible::Mutate, tokens::Preservation},
};
use ganglion_primitives::{Hash, Rao, SignedVoucher};
use pallet_staking::Pallet as Staking;
use sp_runtime::{traits::Zero, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Redeems what can be redeemed. A voucher that pays nothing doesn't hold up the others: else a user could spoil a
    /// provider's whole batch by ending one channel.
    pub(crate) fn redeem_all(who: &T::AccountId, vouchers: &[SignedVoucher]) -> DispatchResult {
        let (claimant, genesis) = (Party::of::<T>(who), Self::genesis_hash());
        let mut refusal = None;
        let mut paid: Rao = 0;
        for signed in vouchers {
            match Self::redeem_one(&claimant, &genesis, signed) {
                Ok(amount) => paid = paid.saturating_add(amount),
                Err(reason) => {
                    refusal.get_or_insert(reason);
                    Self::deposit_event(Event::VoucherRefused { channel: signed.voucher.channel, reason });
                }
            }
        }
        match refusal {
            Some(reason) if paid == 0 => Err(reason),
            None if paid == 0 => Err(Error::<T>::NoVoucher.into()),
            _ => Ok(()),
        }
    }

    /// Pays one voucher and says how much, RAO. Writes nothing if it fails. The signature comes last: it costs most.
    fn redeem_one(claimant: &Party, genesis: &Hash, signed: &SignedVoucher) -> Result<Rao, DispatchError> {
        let id = signed.voucher.channel;
        let mut channel = Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel)?;
        ensure!(claimant.is_provider::<T>(channel.provider), Error::<T>::NotProvider);
        let now = frame_system::Pallet::<T>::block_number();
        let amount = channel.redeem(signed.voucher.total, now).map_err(Error::<T>::from)?;
        ensure!(signed.is_signed_by(&channel.voucher_key, genesis), Error::<T>::BadSignature);
        let owner = Staking::<T>::owner_account(channel.provider).ok_or(Error::<T>::UnknownProvider)?;
        CurrencyOf::<T>::transfer(&Self::pot(), &owner, amount, Preservation::Expendable)?;
        Self::deposit_event(Event::Redeemed { channel: id, amount, redeemed: channel.redeemed, paid_to: owner });
        Channels::<T>::insert(id, channel);
        Ok(amount)
    }

    /// Hash of block 0, which every voucher is bound to. The system pallet never forgets it.
    pub fn genesis_hash() -> Hash {
        frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::zero())
    }
}
