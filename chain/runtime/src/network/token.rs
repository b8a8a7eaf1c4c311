//! The state of the token.

use crate::*;
use frame_support::traits::fungible::Inspect;
use ganglion_primitives::{info::NextEpoch, EmissionInfo};
use ganglion_tokenomics::emission::{block_emission, next_halving};

/// The state of the token.
pub fn emission() -> EmissionInfo {
    let block = System::block_number();
    let issuance = Balances::total_issuance();
    let next_epoch = |netuid| NextEpoch { netuid, block: Emission::next_epoch(netuid, block) };
    EmissionInfo {
        block,
        issuance,
        emitted: pallet_emission::Emitted::<Runtime>::get(),
        recycled: pallet_emission::Recycled::<Runtime>::get(),
        block_emission: block_emission(issuance),
        next_halving: next_halving(issuance),
        pending: Balances::total_balance(&Emission::pot()),
        staked: pallet_staking::TotalStake::<Runtime>::get(),
        locked: Balances::total_balance(&Subnets::pot()),
        prepaid: Balances::total_balance(&Access::pot()),
        subnet_price: Subnets::lock_price(),
        next_creation: Subnets::next_creation(),
        next_epochs: Subnets::netuids().into_iter().map(next_epoch).collect(),
    }
}
