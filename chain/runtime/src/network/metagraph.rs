//! The neurons of a subnet, column by column.

use crate::*;
use alloc::collections::BTreeMap;
use ganglion_primitives::{Metagraph, NetUid, NeuronId, SubnetInfo};
use pallet_emission::{LastOutcome, NeuronOutcome};
use pallet_neurons::{Endpoints, PrometheusEndpoints, Seat};

/// The neurons of `netuid`.
pub fn metagraph(netuid: NetUid) -> Option<Metagraph> {
    let mut graph = empty(super::subnets::subnet(netuid)?);
    let mut outcomes = LastOutcome::<Runtime>::get(netuid).into_iter();
    let updates: BTreeMap<NeuronId, BlockNumber> =
        Weights::rows(netuid).into_iter().map(|(id, block, _)| (id, block)).collect();
    for seat in Neurons::seats(netuid) {
        // A newcomer in a seat has no part in what its predecessor did.
        let outcome = outcomes.next().filter(|row| row.id == seat.id).unwrap_or_default();
        graph.last_update.push(updates.get(&seat.id).copied());
        push_identity(&mut graph, netuid, seat);
        push_outcome(&mut graph, outcome);
    }
    Some(graph)
}

fn push_identity(graph: &mut Metagraph, netuid: NetUid, seat: Seat<BlockNumber>) {
    // A seat's hotkey is known, and owned: nothing falls out of step here.
    let hotkey = Staking::hotkey_account(seat.hotkey).unwrap_or(AccountId::new([0; 32]));
    graph.coldkeys.push(Staking::owner_account(seat.hotkey).unwrap_or(hotkey.clone()));
    graph.hotkeys.push(hotkey);
    graph.ids.push(seat.id);
    graph.registered_at.push(seat.registered_at);
    graph.endpoints.push(Endpoints::<Runtime>::get(netuid, seat.id).map(|(endpoint, _)| endpoint));
    graph.prometheus.push(PrometheusEndpoints::<Runtime>::get(netuid, seat.id).map(|(endpoint, _)| endpoint));
    graph.stake.push(Staking::stake_on(seat.hotkey));
}

fn push_outcome(graph: &mut Metagraph, outcome: NeuronOutcome) {
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

fn empty(subnet: SubnetInfo) -> Metagraph {
    Metagraph {
        netuid: subnet.netuid,
        block: System::block_number(),
        tempo: subnet.tempo,
        next_epoch: subnet.next_epoch,
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
        prometheus: vec![],
        subnet,
    }
}
