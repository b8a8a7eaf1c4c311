//! What joining costs, and how demand moves it.
//!
//! All subnets' prices are one row of at most 5 KiB, so that a block sees in one read that nothing is due.

use crate::{pallet::*, WeightInfo};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::weights::Weight;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{NetUid, Rao};
use ganglion_tokenomics::adjustment::{adjust, Bounds, Counts, Terms};
use pallet_subnets::{Hyperparameters, Pallet as Subnets};
use scale_info::TypeInfo;
use sp_runtime::traits::AtLeast32BitUnsigned;

/// What joining a subnet costs now, and who joined lately.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Prices<BlockNumber> {
    /// Expected number of hashes of a seal.
    pub difficulty: u64,
    /// RAO.
    pub burn: Rao,
    /// Block of the next adjustment. A new `adjustment_interval` counts from there on.
    pub adjust_at: BlockNumber,
    /// Registrations by work since the last one.
    pub by_work: u16,
    /// Registrations by burn since the last one.
    pub by_burn: u16,
    /// Block of the last registration.
    pub joined_at: BlockNumber,
    /// Registrations in that block.
    pub joined: u16,
}

impl<BlockNumber: AtLeast32BitUnsigned + Copy> Prices<BlockNumber> {
    fn start(hyperparameters: &Hyperparameters, now: BlockNumber) -> Self {
        Self {
            difficulty: hyperparameters.min_difficulty,
            burn: hyperparameters.min_burn,
            adjust_at: now.saturating_add(u32::from(hyperparameters.adjustment_interval).into()),
            by_work: 0,
            by_burn: 0,
            joined_at: BlockNumber::zero(),
            joined: 0,
        }
    }

    fn within(self, hyperparameters: &Hyperparameters) -> Self {
        let Hyperparameters { min_difficulty, max_difficulty, min_burn, max_burn, .. } = *hyperparameters;
        Self {
            difficulty: self.difficulty.max(min_difficulty).min(max_difficulty),
            burn: self.burn.max(min_burn).min(max_burn),
            ..self
        }
    }

    /// Registrations in block `now`.
    pub(crate) fn joined_in(&self, now: BlockNumber) -> u16 {
        if self.joined_at == now {
            self.joined
        } else {
            0
        }
    }

    /// Registrations since the last adjustment.
    pub(crate) fn joined_in_interval(&self) -> u16 {
        self.by_work.saturating_add(self.by_burn)
    }

    /// Counts a registration in block `now`, not yet of what kind.
    pub(crate) fn count(&mut self, now: BlockNumber) {
        self.joined = self.joined_in(now).saturating_add(1);
        self.joined_at = now;
    }

    fn adjust(&mut self, hyperparameters: &Hyperparameters, now: BlockNumber) {
        let bounds = Bounds {
            min_difficulty: hyperparameters.min_difficulty,
            max_difficulty: hyperparameters.max_difficulty,
            min_burn: hyperparameters.min_burn,
            max_burn: hyperparameters.max_burn,
            alpha: hyperparameters.adjustment_alpha,
            target: hyperparameters.target_registrations,
        };
        let counts = Counts { by_work: self.by_work, by_burn: self.by_burn };
        let terms = adjust(Terms { difficulty: self.difficulty, burn: self.burn }, counts, &bounds);
        self.difficulty = terms.difficulty;
        self.burn = terms.burn;
        self.by_work = 0;
        self.by_burn = 0;
        self.adjust_at = now.saturating_add(u32::from(hyperparameters.adjustment_interval).into());
    }
}

impl<T: Config> Pallet<T> {
    /// What joining `netuid` costs now. Bounds that were changed hold at once.
    pub fn prices(netuid: NetUid) -> Prices<BlockNumberFor<T>> {
        let hyperparameters = pallet_subnets::Parameters::<T>::get(netuid);
        match JoiningPrices::<T>::get().remove(&netuid) {
            Some(prices) => prices.within(&hyperparameters),
            None => Prices::start(&hyperparameters, frame_system::Pallet::<T>::block_number()),
        }
    }

    pub(crate) fn count_registration(netuid: NetUid, kind: impl FnOnce(&mut Prices<BlockNumberFor<T>>)) {
        let mut prices = Self::prices(netuid);
        prices.count(frame_system::Pallet::<T>::block_number());
        kind(&mut prices);
        JoiningPrices::<T>::mutate(|all| {
            // There are at most as many subnets as the row has places; those that are gone leave it each block.
            let _ = all.try_insert(netuid, prices);
        });
    }

    /// Gives new subnets their first prices, forgets those of dissolved ones, and moves those whose interval is over.
    pub(crate) fn adjust_prices(now: BlockNumberFor<T>) -> Weight {
        let netuids = Subnets::<T>::netuids();
        let mut all = JoiningPrices::<T>::get();
        let due: alloc::vec::Vec<NetUid> = netuids
            .iter()
            .copied()
            .filter(|netuid| all.get(netuid).is_none_or(|prices| prices.adjust_at <= now))
            .collect();
        let before = all.len();
        all.retain(|netuid, _| netuids.contains(netuid));
        if due.is_empty() && all.len() == before {
            return <T as Config>::WeightInfo::adjust_prices(0);
        }
        for netuid in &due {
            let hyperparameters = pallet_subnets::Parameters::<T>::get(netuid);
            match all.get_mut(netuid) {
                Some(prices) => prices.adjust(&hyperparameters, now),
                None => {
                    let _ = all.try_insert(*netuid, Prices::start(&hyperparameters, now));
                }
            }
        }
        JoiningPrices::<T>::put(all);
        <T as Config>::WeightInfo::adjust_prices(due.len() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices<u32> {
        Prices::start(&Hyperparameters { adjustment_interval: 10, ..Default::default() }, 5)
    }

    #[test]
    fn the_count_of_a_block_ends_with_it() {
        let mut prices = prices();
        prices.count(7);
        prices.count(7);
        assert_eq!((prices.joined_in(7), prices.joined_in(8)), (2, 0));
        prices.count(8);
        assert_eq!(prices.joined_in(8), 1);
    }

    #[test]
    fn an_adjustment_starts_the_next_interval() {
        let mut prices = Prices { by_work: 9, ..prices() };
        assert_eq!(prices.adjust_at, 15);
        let before = prices.difficulty;
        prices.adjust(&Hyperparameters { adjustment_interval: 100, ..Default::default() }, 15);
        assert!(prices.difficulty > before);
        assert_eq!((prices.joined_in_interval(), prices.adjust_at), (0, 115));
    }
}
