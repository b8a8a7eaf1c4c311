//! Weights: set, committed, revealed.

use super::{entry, Entry};
use crate::random::sandbox::{Promise, Sandbox, Sitting};
use ganglion_primitives::NeuronId;
use ganglion_runtime::*;
use pallet_weights::{commit_hash, Call, Commitment, Commitments};

pub const CALLS: &[Entry] = &[
    entry("Weights", "set_weights", 10, |sandbox| {
        let sitting = judge(sandbox, false)?;
        let weights = weights(sandbox, &sitting);
        let version_key = sandbox.dice.below(2);
        sandbox.by(&sitting.hotkey, Call::set_weights { netuid: sitting.netuid, weights, version_key })
    }),
    entry("Weights", "commit_weights", 8, |sandbox| {
        let sitting = judge(sandbox, true)?;
        let weights = weights(sandbox, &sitting);
        let (netuid, hotkey, salt) = (sitting.netuid, sitting.hotkey, sandbox.dice.array());
        let hash = commit_hash(&hotkey, netuid, &weights, &salt, 0);
        sandbox.promise(Promise { netuid, hotkey: hotkey.clone(), weights, salt });
        sandbox.by(&hotkey, Call::commit_weights { netuid, hash })
    }),
    entry("Weights", "reveal_weights", 25, |sandbox| {
        let Promise { netuid, hotkey, weights, salt } = promise(sandbox)?;
        let salt = if sandbox.dice.percent(90) { salt } else { [0; 16] };
        sandbox.by(&hotkey, Call::reveal_weights { netuid, weights, salt, version_key: 0 })
    }),
];

/// A neuron with a permit, mostly, where weights are set in this manner.
fn judge(sandbox: &mut Sandbox, commit_reveal: bool) -> Option<Sitting> {
    if sandbox.dice.percent(15) {
        return sandbox.sitting();
    }
    let fits = |sitting: &Sitting| {
        Subnets::hyperparameters(sitting.netuid).is_ok_and(|rules| rules.commit_reveal == commit_reveal)
            && pallet_emission::Permitted::<Runtime>::get(sitting.netuid).contains(&sitting.id)
    };
    let judges = sandbox.seats.iter().filter(|sitting| fits(sitting)).cloned().collect();
    sandbox.dice.any(judges)
}

/// A promise that the ledger waits for to be kept, if any; otherwise, rarely, an old one.
fn promise(sandbox: &mut Sandbox) -> Option<Promise> {
    let awaited = |promise: &Promise| {
        let Promise { netuid, hotkey, weights, salt } = promise;
        let Ok((_, id)) = Neurons::seat_of(*netuid, hotkey) else { return false };
        let hash = commit_hash(hotkey, *netuid, weights, salt, 0);
        let due = |commitment: Commitment<BlockNumber>| {
            let window = commitment.reveal_from..commitment.reveal_until;
            commitment.hash == hash && window.contains(&System::block_number())
        };
        Commitments::<Runtime>::get(netuid, id).is_some_and(due)
    };
    let open: Vec<_> = sandbox.promises.iter().filter(|promise| awaited(promise)).cloned().collect();
    let promises = if open.is_empty() && sandbox.dice.percent(10) { sandbox.promises.clone() } else { open };
    sandbox.dice.any(promises)
}

/// Weights on neurons of the subnet, rarely on others or twice on the same.
fn weights(sandbox: &mut Sandbox, sitting: &Sitting) -> Vec<(NeuronId, u16)> {
    let others: Vec<_> = sandbox.seats.iter().filter(|other| other.netuid == sitting.netuid).cloned().collect();
    let mut weights = vec![];
    for other in others {
        if sandbox.dice.percent(60) {
            weights.push((other.id, sandbox.dice.number() as u16));
        }
    }
    match sandbox.dice.below(20) {
        0 => weights.push((NeuronId(sandbox.dice.below(99)), 1)),
        1 => weights.extend(weights.first().copied()),
        2 => weights = vec![(sitting.id, u16::MAX)],
        _ => {}
    }
    weights
}
