//! When a neuron may act again.

use crate::*;
use frame_support::traits::Get;
use ganglion_primitives::{
    info::{Limits, RevealWindow},
    HotkeyId, Hyperparameters, NetUid, NeuronId,
};
use pallet_neurons::Announced;
use pallet_weights::{Commitment, Commitments};

/// When `hotkey` may act again in `netuid`.
pub fn limits(netuid: NetUid, hotkey: &AccountId) -> Option<Limits> {
    let rules = Subnets::hyperparameters(netuid).ok()?;
    let block = System::block_number();
    // The block that a transaction can be in.
    let next = block.saturating_add(1);
    let mut limits = Limits {
        block,
        uid: None,
        serve_axon: None,
        serve_prometheus: None,
        set_weights: None,
        commit_weights: None,
        reveal_weights: None,
        set_root_weights: Staking::hotkey_id(hotkey).and_then(|id| next_root_weights(id, next)),
    };
    let Ok((uid, id)) = Neurons::seat_of(netuid, hotkey) else { return Some(limits) };
    let neuron = Neuron { netuid, id, rules: &rules, next };
    limits.uid = Some(uid);
    limits.serve_axon = Some(neuron.next_announcement(Neurons::axon(netuid, uid)));
    limits.serve_prometheus = Some(neuron.next_announcement(Neurons::prometheus(netuid, uid)));
    if rules.commit_reveal {
        let commitment = Commitments::<Runtime>::get(netuid, id);
        limits.commit_weights = Some(neuron.next_commit(commitment.as_ref()));
        limits.reveal_weights = commitment.and_then(|commitment| neuron.reveal_window(&commitment));
    } else {
        limits.set_weights = Some(neuron.next_weights());
    }
    Some(limits)
}

fn next_root_weights(hotkey: HotkeyId, next: BlockNumber) -> Option<BlockNumber> {
    let interval = <Runtime as pallet_validators::Config>::RootWeightsInterval::get();
    let last = pallet_validators::RootWeights::<Runtime>::get(hotkey);
    let earliest = last.map_or(next, |row| row.set_at.saturating_add(interval).max(next));
    Validators::is_member(hotkey).then_some(earliest)
}

struct Neuron<'a> {
    netuid: NetUid,
    id: NeuronId,
    rules: &'a Hyperparameters,
    next: BlockNumber,
}

impl Neuron<'_> {
    /// `limit` blocks after `last`, if that is later than the next block. Feeless calls are taken once a block at most.
    fn after(&self, last: Option<BlockNumber>, limit: BlockNumber) -> BlockNumber {
        last.map_or(self.next, |last| last.saturating_add(limit).max(self.next))
    }

    fn next_announcement(&self, last: Option<Announced<BlockNumber>>) -> BlockNumber {
        self.after(last.map(|(_, block)| block), self.rules.serving_rate_limit)
    }

    fn next_weights(&self) -> BlockNumber {
        self.after(Weights::last_update(self.netuid, self.id), self.rules.weights_rate_limit)
    }

    fn next_commit(&self, commitment: Option<&Commitment<BlockNumber>>) -> BlockNumber {
        let interval = self.rules.commit_interval.max(1);
        let upcoming = (self.next / interval).saturating_add(1).saturating_mul(interval);
        match commitment {
            Some(commitment) if commitment.reveal_from == upcoming => upcoming,
            _ => self.next,
        }
    }

    fn reveal_window(&self, commitment: &Commitment<BlockNumber>) -> Option<RevealWindow> {
        let window =
            RevealWindow { from: commitment.reveal_from.max(self.next_weights()), until: commitment.reveal_until };
        (window.from < window.until).then_some(window)
    }
}
