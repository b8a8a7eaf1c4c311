//! Members' votes on how emission is split among subnets.

use crate::{producer_account, Config, Error, Event, Pallet, RootRow, RootWeights, SubnetWeights};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, HotkeyId, NetUid, Rao, RetryIn};
use pallet_staking::Pallet as Staking;
use pallet_subnets::{OnSubnetRemoved, Pallet as Subnets};
use sp_runtime::{traits::Saturating, DispatchResult};

/// A member's stake in RAO, and its weights by subnet. Only ratios of weights matter; who has none has no say, but its
/// stake counts in what a majority is measured against.
pub type RootVote = (Rao, Vec<(NetUid, u16)>);

/// Knows how the block producers want emission to be split.
pub trait RootVotes {
    /// One vote for each block producer, in force now.
    fn votes() -> Vec<RootVote>;

    /// Makes `members` block producers who vote on all of `netuids`.
    #[cfg(feature = "runtime-benchmarks")]
    fn fill(_members: u32, _netuids: &[NetUid]) {}
}

/// Nobody votes.
impl RootVotes for () {
    fn votes() -> Vec<RootVote> {
        Vec::new()
    }
}

impl<T: Config> RootVotes for Pallet<T> {
    fn votes() -> Vec<RootVote> {
        let now = frame_system::Pallet::<T>::block_number();
        let in_force = |row: &RootRow<_>| now.saturating_sub(row.set_at) < T::RootWeightsLifetime::get();
        let weights = |hotkey| RootWeights::<T>::get(hotkey).filter(in_force).map(|row| row.weights.into_inner());
        Self::active().map(|hotkey| (Staking::<T>::stake_on(hotkey), weights(hotkey).unwrap_or_default())).collect()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn fill(members: u32, netuids: &[NetUid]) {
        crate::benchmarking::voters::<T>(members, netuids);
    }
}

impl<T: Config> Pallet<T> {
    /// The identity of the account `hotkey`, if it may set root weights now.
    ///
    /// # Errors
    /// [`Error::NotMember`], [`Error::TooSoon`].
    pub fn may_set_root(hotkey: &AccountId) -> Result<(HotkeyId, BlockNumberFor<T>), Error<T>> {
        let id = Staking::<T>::hotkey_id(hotkey).ok_or(Error::NotMember)?;
        ensure!(Self::is_member(id), Error::NotMember);
        let now = frame_system::Pallet::<T>::block_number();
        if let Some(last) = RootWeights::<T>::get(id) {
            let earliest = last.set_at.saturating_add(T::RootWeightsInterval::get());
            ensure!(now >= earliest, Error::TooSoon(RetryIn::until(now, earliest)));
        }
        Ok((id, now))
    }

    pub(crate) fn vote(hotkey: AccountId, weights: SubnetWeights) -> DispatchResult {
        let (id, set_at) = Self::may_set_root(&hotkey)?;
        let names: BTreeSet<NetUid> = weights.iter().map(|(netuid, _)| *netuid).collect();
        ensure!(names.len() == weights.len(), Error::<T>::DuplicateSubnet);
        ensure!(names.iter().all(|netuid| Subnets::<T>::exists(*netuid)), Error::<T>::UnknownSubnet);
        ensure!(weights.is_empty() || weights.iter().any(|(_, weight)| *weight > 0), Error::<T>::AllZero);
        // An empty row stays: withdrawing is rate-limited like voting.
        RootWeights::<T>::insert(id, RootRow { weights: weights.clone(), set_at });
        Self::deposit_event(Event::RootWeightsSet { hotkey, weights });
        Ok(())
    }

    /// Whether the hotkey is a block producer of this session.
    pub fn is_member(hotkey: HotkeyId) -> bool {
        pallet_session::Validators::<T>::get().contains(&producer_account(hotkey))
    }
}

impl<T: Config> OnSubnetRemoved for Pallet<T> {
    /// Takes the subnet out of members' weights, so that nobody who gets the number later inherits a vote.
    fn clear(netuid: NetUid, limit: u32) -> u32 {
        let votes = |hotkey: &HotkeyId| {
            RootWeights::<T>::get(hotkey).is_some_and(|row| row.weights.iter().any(|(named, _)| *named == netuid))
        };
        let voters: Vec<_> = Self::active().filter(votes).take(limit as usize).collect();
        for hotkey in &voters {
            RootWeights::<T>::mutate(hotkey, |row| {
                if let Some(row) = row {
                    row.weights.retain(|(named, _)| *named != netuid);
                }
            });
        }
        voters.len() as u32
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn fill(netuid: NetUid, rows: u32) {
        crate::benchmarking::voters::<T>(rows.min(crate::MAX_PRODUCERS), &[netuid]);
    }
}
