//! Subnets, and what it takes to join them.

use crate::*;
use frame_support::traits::Get;
use ganglion_primitives::{info::SubnetIdentity, NetUid, RegistrationTerms, SubnetInfo};
use pallet_subnets::{Identities, Subnet};

/// Every subnet, by number.
pub fn subnets() -> Vec<SubnetInfo> {
    Subnets::netuids().into_iter().filter_map(|netuid| subnet(netuid, Emission::launches_at(netuid))).collect()
}

/// One subnet, which launches at `launches_at`.
pub(super) fn subnet(netuid: NetUid, launches_at: Option<BlockNumber>) -> Option<SubnetInfo> {
    let subnet = pallet_subnets::Subnets::<Runtime>::get(netuid)?;
    let hyperparameters = Subnets::hyperparameters(netuid).ok()?;
    let prices = Neurons::prices(netuid);
    Some(SubnetInfo {
        netuid,
        owner: subnet.owner.and_then(Staking::coldkey_account),
        neurons: pallet_neurons::Count::<Runtime>::get(netuid),
        max_neurons: hyperparameters.max_neurons,
        tempo: hyperparameters.tempo,
        next_epoch: Emission::next_epoch(netuid, System::block_number()),
        pending: pallet_emission::Pending::<Runtime>::get(netuid),
        emission: Emission::last_share(netuid),
        commit_reveal: hyperparameters.commit_reveal,
        commit_interval: hyperparameters.commit_interval,
        weights_rate_limit: hyperparameters.weights_rate_limit,
        weights_version: hyperparameters.weights_version,
        created_at: subnet.created_at,
        lock: subnet.lock,
        replaceable_from: replaceable_from(&subnet),
        launches_at,
        difficulty: prices.difficulty,
        burn: prices.burn,
        identity: identity(netuid),
        hyperparameters,
        name: subnet.name.into_inner(),
    })
}

/// Newcomers replace owned subnets only, and those not before their immunity is over.
fn replaceable_from(subnet: &Subnet<Runtime>) -> Option<BlockNumber> {
    let immunity = pallet_subnets::Terms::<Runtime>::get().immunity_period;
    subnet.owner.map(|_| subnet.created_at.saturating_add(immunity))
}

fn identity(netuid: NetUid) -> Option<SubnetIdentity> {
    let identity = Identities::<Runtime>::get(netuid)?;
    Some(SubnetIdentity {
        description: identity.description.into_inner(),
        url: identity.url.into_inner(),
        repository: identity.repository.into_inner(),
        logo: identity.logo.into_inner(),
        discord: identity.discord.into_inner(),
        contact: identity.contact.into_inner(),
    })
}

/// What it takes to join.
pub fn registration(netuid: NetUid) -> Option<RegistrationTerms> {
    let hyperparameters = Subnets::hyperparameters(netuid).ok()?;
    let prices = Neurons::prices(netuid);
    // Called on the state after a block, whose own hash that state doesn't know yet.
    let block_number = System::block_number().saturating_sub(1);
    Some(RegistrationTerms {
        open: hyperparameters.registration_open,
        difficulty: prices.difficulty,
        burn: prices.burn,
        genesis_hash: Neurons::genesis_hash().into(),
        block_number,
        block_hash: System::block_hash(block_number),
        seal_lifetime: <Runtime as pallet_neurons::Config>::SealLifetime::get(),
    })
}
