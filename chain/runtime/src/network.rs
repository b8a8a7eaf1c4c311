//! Reading the ledger for clients.

use crate::*;
use frame_support::traits::{fungible::Inspect, Get};
use ganglion_primitives::{AccountPositions, EmissionInfo, Metagraph, NetUid, Position, RegistrationTerms, SubnetInfo};
use pallet_emission::{LastShare, Pending};

/// Most positions that one answer lists.
const MAX_POSITIONS: usize = 256;

/// Every subnet, by number.
pub fn subnets() -> Vec<SubnetInfo> {
    pallet_subnets::Pallet::<Runtime>::netuids().into_iter().filter_map(subnet).collect()
}

fn subnet(netuid: NetUid) -> Option<SubnetInfo> {
    let subnet = pallet_subnets::Subnets::<Runtime>::get(netuid)?;
    let hyperparameters = pallet_subnets::Parameters::<Runtime>::get(netuid);
    Some(SubnetInfo {
        netuid,
        name: subnet.name.into_inner(),
        owner: subnet.owner,
        neurons: pallet_neurons::Count::<Runtime>::get(netuid),
        max_neurons: hyperparameters.max_neurons,
        tempo: hyperparameters.tempo,
        next_epoch: Emission::next_epoch(netuid, System::block_number()),
        pending: Pending::<Runtime>::get(netuid),
        emission: LastShare::<Runtime>::get(netuid),
        commit_reveal: hyperparameters.commit_reveal,
        commit_interval: hyperparameters.commit_interval,
        weights_rate_limit: hyperparameters.weights_rate_limit,
        weights_version: hyperparameters.weights_version,
    })
}

/// What it takes to join.
pub fn registration(netuid: NetUid) -> Option<RegistrationTerms> {
    let hyperparameters = pallet_subnets::Pallet::<Runtime>::hyperparameters(netuid).ok()?;
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

/// The state of the token.
pub fn emission() -> EmissionInfo {
    let issuance = Balances::total_issuance();
    EmissionInfo {
        block: System::block_number(),
        issuance,
        emitted: pallet_emission::Emitted::<Runtime>::get(),
        recycled: pallet_emission::Recycled::<Runtime>::get(),
        block_emission: ganglion_tokenomics::emission::block_emission(issuance),
        next_halving: ganglion_tokenomics::emission::next_halving(issuance),
        pending: Balances::total_balance(&Emission::pot()),
    }
}

/// What an account has.
pub fn account(account: AccountId) -> AccountPositions {
    let positions = Staking::positions(&account, MAX_POSITIONS)
        .into_iter()
        .map(|(hotkey, stake)| {
            let owned = pallet_staking::Owner::<Runtime>::get(&hotkey).as_ref() == Some(&account);
            Position { hotkey, owned, stake }
        })
        .collect();
    AccountPositions { free: Balances::free_balance(&account), positions }
}

/// The neurons of a subnet.
pub fn metagraph(netuid: NetUid) -> Option<Metagraph> {
    let hyperparameters = pallet_subnets::Pallet::<Runtime>::hyperparameters(netuid).ok()?;
    let block = System::block_number();
    let mut graph = empty(netuid, block, hyperparameters.tempo, Emission::next_epoch(netuid, block));
    let outcomes = pallet_emission::LastOutcome::<Runtime>::get(netuid);
    for (uid, seat) in Neurons::seats(netuid).into_iter().enumerate() {
        let outcome = outcomes.get(uid).filter(|row| row.id == seat.id).cloned().unwrap_or_default();
        let endpoint = pallet_neurons::Endpoints::<Runtime>::get(netuid, seat.id).map(|(endpoint, _)| endpoint);
        graph.ids.push(seat.id);
        graph.coldkeys.push(pallet_staking::Owner::<Runtime>::get(&seat.hotkey).unwrap_or(seat.hotkey.clone()));
        graph.registered_at.push(seat.registered_at);
        graph.last_update.push(pallet_weights::LastUpdate::<Runtime>::get(netuid, seat.id));
        graph.endpoints.push(endpoint);
        graph.stake.push(Staking::stake_on(&seat.hotkey));
        graph.hotkeys.push(seat.hotkey);
        graph.permits.push(outcome.permit);
        graph.active.push(outcome.active);
        graph.rank.push(outcome.rank);
        graph.trust.push(outcome.trust);
        graph.validator_trust.push(outcome.validator_trust);
        graph.consensus.push(outcome.consensus);
        graph.incentive.push(outcome.incentive);
        graph.dividends.push(outcome.dividends);
        graph.emission.push(outcome.emission);
        graph.earned.push(outcome.earned);
    }
    Some(graph)
}

fn empty(netuid: NetUid, block: BlockNumber, tempo: u16, next_epoch: BlockNumber) -> Metagraph {
    Metagraph {
        netuid,
        block,
        tempo,
        next_epoch,
        ids: vec![],
        hotkeys: vec![],
        coldkeys: vec![],
        registered_at: vec![],
        last_update: vec![],
        endpoints: vec![],
        stake: vec![],
        permits: vec![],
        active: vec![],
        rank: vec![],
        trust: vec![],
        validator_trust: vec![],
        consensus: vec![],
        incentive: vec![],
        dividends: vec![],
        emission: vec![],
        earned: vec![],
    }
}
