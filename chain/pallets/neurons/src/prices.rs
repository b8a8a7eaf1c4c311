//! What joining costs, and how demand moves it.

use crate::{pallet::*, seats::Seals};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{NetUid, Rao};
use ganglion_tokenomics::adjustment::{adjust, Bounds, Counts, Terms};
use pallet_subnets::Hyperparameters;
use scale_info::TypeInfo;
use sp_runtime::traits::{SaturatedConversion, Saturating, UniqueSaturatedInto};

/// What joining costs now, and who joined lately.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Prices {
    /// Expected number of hashes of a seal.
    pub difficulty: u64,
    /// RAO.
    pub burn: Rao,
    /// Block of the last adjustment.
    pub adjusted_at: u32,
    /// Registrations by work since then.
    pub by_work: u16,
    /// Registrations by burn since then.
    pub by_burn: u16,
    /// Registrations in the current block.
    pub this_block: u16,
}

impl Prices {
    fn start(hyperparameters: &Hyperparameters, now: u32) -> Self {
        Self {
            difficulty: hyperparameters.min_difficulty,
            burn: hyperparameters.min_burn,
            adjusted_at: now,
            by_work: 0,
            by_burn: 0,
            this_block: 0,
        }
    }
}

impl<T: Config> Pallet<T> {
    /// What joining `netuid` costs now.
    pub fn prices(netuid: NetUid) -> Prices {
        let start = || Prices::start(&pallet_subnets::Parameters::<T>::get(netuid), 0);
        JoiningPrices::<T>::get(netuid).unwrap_or_else(start)
    }

    /// Moves each subnet's prices once an interval, and forgets seals past their lifetime.
    pub(crate) fn adjust_prices(now: BlockNumberFor<T>) -> Weight {
        let netuids = pallet_subnets::Pallet::<T>::netuids();
        for netuid in &netuids {
            let hyperparameters = pallet_subnets::Parameters::<T>::get(netuid);
            let before = JoiningPrices::<T>::get(netuid);
            let mut prices =
                before.clone().unwrap_or_else(|| Prices::start(&hyperparameters, now.saturated_into::<u32>()));
            prices.this_block = 0;
            let age = now.saturated_into::<u32>().saturating_sub(prices.adjusted_at);
            if age >= u32::from(hyperparameters.adjustment_interval) {
                prices = adjusted(prices, &hyperparameters, now.unique_saturated_into());
            }
            if before.as_ref() != Some(&prices) {
                JoiningPrices::<T>::insert(netuid, prices);
            }
            Self::forget_seals(*netuid, now);
        }
        let subnets = netuids.len() as u64;
        T::DbWeight::get().reads_writes(subnets.saturating_mul(4), subnets.saturating_mul(2))
    }

    fn forget_seals(netuid: NetUid, now: BlockNumberFor<T>) {
        let seals: Seals<T> = UsedSeals::<T>::get(netuid);
        let fresh = |(block, _): &(BlockNumberFor<T>, [u8; 32])| block.saturating_add(T::SealLifetime::get()) >= now;
        if seals.iter().all(fresh) {
            return;
        }
        let mut kept = seals;
        kept.retain(fresh);
        UsedSeals::<T>::insert(netuid, kept);
    }
}

fn adjusted(prices: Prices, hyperparameters: &Hyperparameters, now: u32) -> Prices {
    let bounds = Bounds {
        min_difficulty: hyperparameters.min_difficulty,
        max_difficulty: hyperparameters.max_difficulty,
        min_burn: hyperparameters.min_burn,
        max_burn: hyperparameters.max_burn,
        alpha: hyperparameters.adjustment_alpha,
        target: hyperparameters.target_registrations,
    };
    let counts = Counts { by_work: prices.by_work, by_burn: prices.by_burn };
    let terms = adjust(Terms { difficulty: prices.difficulty, burn: prices.burn }, counts, &bounds);
    Prices {
        difficulty: terms.difficulty,
        burn: terms.burn,
        adjusted_at: now,
        by_work: 0,
        by_burn: 0,
        this_block: prices.this_block,
    }
}
