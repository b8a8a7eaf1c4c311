//! The neurons of a subnet, column by column.

use crate::*;
use alloc::collections::BTreeMap;
use ganglion_primitives::{ColdkeyId, Endpoint, Metagraph, NetUid, NeuronId, SubnetInfo};
use pallet_emission::{LastOutcome, NeuronOutcome};
use pallet_neurons::{Endpoints, PrometheusEndpoints, Seat};

/// The neurons of `netuid`: four reads a neuron, and one for each announced exporter.
pub fn metagraph(netuid: NetUid) -> Option<Metagraph> {
    let mut graph = empty(super::subnets::subnet(netuid)?);
    let mut outcomes = LastOutcome::<Runtime>::get(netuid).into_iter();
    let updates: BTreeMap<NeuronId, BlockNumber> = Weights::last_updates(netuid).into_iter().collect();
    // Few announce one. Asking for each neuron's would be a read for everybody.
    let exporters: BTreeMap<NeuronId, Endpoint> =
        PrometheusEndpoints::<Runtime>::iter_prefix(netuid).map(|(id, (endpoint, _))| (id, endpoint)).collect();
    let mut coldkeys = Coldkeys::default();
    for seat in Neurons::seats(netuid) {
        // A newcomer in a seat has no part in what its predecessor did.
        let outcome = outcomes.next().filter(|row| row.id == seat.id).unwrap_or_default();
        graph.last_update.push(updates.get(&seat.id).copied());
        graph.prometheus.push(exporters.get(&seat.id).cloned());
        push_identity(&mut graph, netuid, seat, &mut coldkeys);
        push_outcome(&mut graph, outcome);
    }
    Some(graph)
}

/// The keys of coldkeys: an owner of many neurons is read once.
#[derive(Default)]
struct Coldkeys(BTreeMap<ColdkeyId, AccountId>);

impl Coldkeys {
    fn account(&mut self, id: ColdkeyId) -> Option<AccountId> {
        if let Some(account) = self.0.get(&id) {
            return Some(account.clone());
        }
        let account = Staking::coldkey_account(id)?;
        self.0.insert(id, account.clone());
        Some(account)
    }
}

fn push_identity(graph: &mut Metagraph, netuid: NetUid, seat: Seat<BlockNumber>, coldkeys: &mut Coldkeys) {
    // A seat's hotkey is known, and owned: nothing falls out of step here.
    let (hotkey, coldkey) = match Staking::hotkey_and_owner(seat.hotkey) {
        Some((hotkey, owner)) => (hotkey.clone(), coldkeys.account(owner).unwrap_or(hotkey)),
        None => (AccountId::new([0; 32]), AccountId::new([0; 32])),
    };
    graph.hotkeys.push(hotkey);
    graph.coldkeys.push(coldkey);
    graph.ids.push(seat.id);
    graph.registered_at.push(seat.registered_at);
    graph.endpoints.push(Endpoints::<Runtime>::get(netuid, seat.id).map(|(endpoint, _)| endpoint));
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
