//! Minting a block's emission and splitting it among subnets.

use crate::pallet::*;
use alloc::vec::Vec;
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        Get,
    },
    weights::Weight,
};
use ganglion_primitives::{NetUid, Rao};
use ganglion_tokenomics::{emission::block_emission, split};
use sp_runtime::traits::AccountIdConversion;

impl<T: Config> Pallet<T> {
    /// The account that holds pending emission.
    pub fn pot() -> T::AccountId {
        T::EmissionPotId::get().into_account_truncating()
    }

    pub(crate) fn mint_and_split() -> Weight {
        let emission = block_emission(T::Ledger::total_issuance());
        let minted = match T::Ledger::mint_into(&Self::pot(), emission) {
            Ok(_) => emission,
            // Only if the pot could overflow 64 bits, which the cap rules out.
            Err(_) => 0,
        };
        Emitted::<T>::mutate(|emitted| *emitted = emitted.saturating_add(minted));
        let taking = Self::subnets_with_neurons();
        let amount = Unallocated::<T>::take().saturating_add(minted);
        let rest = Self::credit(amount, &taking);
        Unallocated::<T>::put(rest);
        let subnets = taking.len() as u64;
        T::DbWeight::get().reads_writes(subnets.saturating_mul(3).saturating_add(6), subnets.saturating_mul(2) + 5)
    }

    fn subnets_with_neurons() -> Vec<NetUid> {
        let mut netuids = pallet_subnets::Pallet::<T>::netuids();
        netuids.retain(|netuid| pallet_neurons::Count::<T>::get(netuid) > 0);
        netuids
    }

    /// Credits `amount` equally, returning what is left. Root weights will decide the shares once the block
    /// producers can set them; without any, equal shares are the rule.
    fn credit(amount: Rao, netuids: &[NetUid]) -> Rao {
        let split = split::equal(amount, netuids.len());
        for (netuid, share) in netuids.iter().zip(&split.shares) {
            Pending::<T>::mutate(netuid, |pending| *pending = pending.saturating_add(*share));
            LastShare::<T>::insert(netuid, share);
        }
        split.dust
    }
}
