//! The neurons of a subnet, column by column.

use crate::*;
use alloc::collections::BTreeMap;
use ganglion_primitives::{ColdkeyId, Metagraph, NetUid, NeuronId, SubnetInfo, Uid};
use pallet_emission::{LastOutcome, NeuronOutcome};
use pallet_neurons::Seat;

/// The neurons of `netuid`: for each the rows of its hotkey and coldkey; all the rest lies in pages.
pub fn metagraph(netuid: NetUid) -> Option<Metagraph> {
    let seats = Neurons::seats(netuid);
    let stakes = Staking::stakes_on(seats.iter().map(|seat| seat.hotkey));
    let launches_at = Emission::launch_among(netuid, &seats, stakes.iter().copied());
    let mut graph = empty(super::subnets::subnet(netuid, launches_at)?);
    graph.stake = stakes;
    let mut outcomes = LastOutcome::<Runtime>::get(netuid).into_iter();
    let updates: BTreeMap<NeuronId, BlockNumber> = Weights::last_updates(netuid).into_iter().collect();
    let (mut axons, mut exporters) = (Neurons::axons(netuid), Neurons::exporters(netuid));
    let mut coldkeys = Coldkeys::default();
    for (uid, seat) in (0..).map(Uid).zip(seats) {
        // A newcomer in a seat has no part in what its predecessor did.
        let outcome = outcomes.next().filter(|row| row.id == seat.id).unwrap_or_default();
        graph.last_update.push(updates.get(&seat.id).copied());
        graph.endpoints.push(axons.remove(&uid));
        graph.prometheus.push(exporters.remove(&uid));
        push_identity(&mut graph, seat, &mut coldkeys);
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

fn push_identity(graph: &mut Metagraph, seat: Seat<BlockNumber>, coldkeys: &mut Coldkeys) {
    // A seat's hotkey is known, and owned: nothing falls out of step here.
    let (hotkey, coldkey) = match Staking::hotkey_and_owner(seat.hotkey) {
        Some((hotkey, owner)) => (hotkey.clone(), coldkeys.account(owner).unwrap_or(hotkey)),
        None => (AccountId::new([0; 32]), AccountId::new([0; 32])),
    };
    graph.hotkeys.push(hotkey);
    graph.coldkeys.push(coldkey);
    graph.ids.push(seat.id);
    graph.registered_at.push(seat.registered_at);
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
