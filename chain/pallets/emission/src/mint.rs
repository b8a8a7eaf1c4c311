//! Minting a block's emission and splitting it among subnets.

use crate::{pallet::*, WeightInfo};
use alloc::vec::Vec;
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        Get,
    },
    weights::Weight,
};
use ganglion_primitives::{NetUid, Rao};
use ganglion_tokenomics::{
    emission::{block_emission, MAX_SUPPLY},
    split::{split, Curve, Split},
};
use pallet_neurons::Count;
use pallet_subnets::{Pallet as Subnets, SubnetValue};
use pallet_validators::{RootVote, RootVotes};
use sp_runtime::traits::AccountIdConversion;

impl<T: Config> Pallet<T> {
    /// The account that holds pending emission.
    pub fn pot() -> T::AccountId {
        T::EmissionPotId::get().into_account_truncating()
    }

    /// Counts what genesis endowed as emitted: it is part of the 21 000 000 TAO, and of what halvings go by.
    ///
    /// # Panics
    /// If it is more than can exist. A panic at genesis stops a chain that could never be right.
    pub(crate) fn count_endowments() {
        // Account by account, in a wider type: the balances add up in 64 bits, which such a genesis may leave.
        let accounts = frame_system::Account::<T>::iter_keys();
        let endowed: u128 = accounts.map(|account| u128::from(T::Currency::total_balance(&account))).sum();
        assert!(
            endowed <= u128::from(MAX_SUPPLY),
            "genesis endows accounts with {endowed} RAO, more than the 21 000 000 TAO that can exist: lower the balances"
        );
        Emitted::<T>::put(T::Currency::total_issuance());
    }

    pub(crate) fn mint_and_split() -> Weight {
        let emission = block_emission(T::Currency::total_issuance());
        let minted = match T::Currency::mint_into(&Self::pot(), emission) {
            Ok(_) => emission,
            // Only if the pot could overflow 64 bits, which the cap rules out.
            Err(_) => 0,
        };
        Emitted::<T>::mutate(|emitted| *emitted = emitted.saturating_add(minted));
        let amount = Unallocated::<T>::get().saturating_add(minted);
        let netuids = Subnets::<T>::netuids();
        let taking: Vec<NetUid> = netuids.iter().copied().filter(|netuid| Count::<T>::get(netuid) > 0).collect();
        let votes = T::RootVotes::votes();
        let Split { shares, dust } = divide(amount, &taking, &votes);
        Self::credit(taking.into_iter().zip(shares).collect());
        Unallocated::<T>::put(dust);
        <T as Config>::WeightInfo::split(netuids.len() as u32, votes.len() as u32)
    }

    fn credit(shares: Vec<(NetUid, Rao)>) {
        for (netuid, share) in shares.iter().filter(|(_, share)| *share > 0) {
            Pending::<T>::mutate(netuid, |pending| *pending = pending.saturating_add(*share));
        }
        // There are at most as many subnets as places.
        let shares = Shares::truncate_from(shares);
        if shares != LastShares::<T>::get() {
            LastShares::<T>::put(shares);
        }
    }

    /// RAO that a subnet got from the last block.
    pub fn last_share(netuid: NetUid) -> Rao {
        LastShares::<T>::get().iter().find(|(other, _)| *other == netuid).map_or(0, |(_, share)| *share)
    }
}

/// Divides `amount` RAO among `taking`, which ascend. Votes for other subnets count for nothing.
fn divide(amount: Rao, taking: &[NetUid], votes: &[RootVote]) -> Split {
    let place = |(netuid, weight): &(NetUid, u16)| {
        // There are at most 128 subnets.
        taking.binary_search(netuid).ok().map(|place| (place as u16, *weight))
    };
    let stakes: Vec<Rao> = votes.iter().map(|(stake, _)| *stake).collect();
    let rows: Vec<Vec<(u16, u16)>> =
        votes.iter().map(|(_, weights)| weights.iter().filter_map(place).collect()).collect();
    split(amount, taking.len(), &stakes, &rows, Curve::default())
}

impl<T: Config> SubnetValue for Pallet<T> {
    fn emission_of(netuid: NetUid) -> Rao {
        Self::last_share(netuid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::TAO;

    const SUBNETS: [NetUid; 3] = [NetUid(1), NetUid(5), NetUid(8)];

    #[test]
    fn without_votes_subnets_share_equally() {
        for votes in [vec![], vec![(TAO, vec![])], vec![(TAO, vec![(NetUid(9), 1)])], vec![(0, vec![(NetUid(1), 1)])]] {
            let divided = divide(TAO, &SUBNETS, &votes);
            assert_eq!((divided.shares, divided.dust), (vec![333_333_333; 3], 1));
        }
    }

    #[test]
    fn without_a_subnet_everything_is_left() {
        let divided = divide(TAO, &[], &[(TAO, vec![(NetUid(1), 1)])]);
        assert_eq!((divided.shares, divided.dust), (vec![], TAO));
    }

    #[test]
    fn votes_go_by_number_not_by_place() {
        let divided = divide(TAO, &SUBNETS, &[(TAO, vec![(NetUid(8), 7), (NetUid(2), 9)])]);
        assert_eq!(divided.shares, [0, 0, TAO]);
    }
}
