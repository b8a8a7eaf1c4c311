//! Applying a block's events to a metagraph.

use super::deed::Deed;
use ganglion_primitives::{AccountId, Metagraph, NetUid, NeuronId, Rao, SubnetInfo};
use std::collections::BTreeSet;

/// What became of a block.
pub(super) enum Outcome {
    /// So many changes were applied.
    Applied(u32),
    /// Only loading the subnet helps, for this reason.
    Load(&'static str),
}

/// Why events alone can't tell what a block did to `netuid`, if they can't.
pub(super) fn reason_to_load(
    netuid: NetUid,
    deeds: &[Deed],
    before: &[SubnetInfo],
    after: &[SubnetInfo],
) -> Option<&'static str> {
    for deed in deeds {
        match deed {
            Deed::Seats(other) if *other == netuid.0 => return Some("a neuron joined or left"),
            // Hotkeys have seats in several subnets: every epoch may pay ours.
            Deed::Epoch => return Some("an epoch ran"),
            Deed::Upgrade => return Some("the runtime was upgraded"),
            _ => {}
        }
    }
    // An epoch that ran without a word still moved the next one.
    let ran = |subnet: &SubnetInfo| {
        let earlier = before.iter().find(|earlier| earlier.netuid == subnet.netuid);
        earlier.is_some_and(|earlier| earlier.neurons > 0 && earlier.next_epoch != subnet.next_epoch)
    };
    after.iter().any(ran).then_some("an epoch ran")
}

/// The metagraph's hotkeys whose stake some event touched, as they are called after the block.
pub(super) fn staked(graph: &Metagraph, deeds: &[Deed]) -> BTreeSet<[u8; 32]> {
    let mut touched: BTreeSet<[u8; 32]> = BTreeSet::new();
    for deed in deeds {
        match deed {
            Deed::Stake(hotkey) => {
                touched.insert(*hotkey);
            }
            Deed::Hotkey { old, new } if touched.remove(old) => {
                touched.insert(*new);
            }
            _ => {}
        }
    }
    let mut known: BTreeSet<[u8; 32]> = graph.hotkeys.iter().map(|key| key.clone().into()).collect();
    for deed in deeds {
        if let Deed::Hotkey { old, new } = deed {
            if known.remove(old) {
                known.insert(*new);
            }
        }
    }
    touched.intersection(&known).copied().collect()
}

/// Applies what events say exactly. Says how many changes that made.
pub(super) fn apply(graph: &mut Metagraph, netuid: NetUid, block: u32, deeds: &[Deed]) -> u32 {
    let mut changes = 0u32;
    let mut count = |changed: bool| changes = changes.saturating_add(u32::from(changed));
    for deed in deeds {
        match *deed {
            Deed::Axon { netuid: other, id, endpoint } if other == netuid.0 => {
                count(set(&graph.ids, &mut graph.endpoints, id, Some(endpoint)));
            }
            Deed::Prometheus { netuid: other, id, endpoint } if other == netuid.0 => {
                count(set(&graph.ids, &mut graph.prometheus, id, Some(endpoint)));
            }
            Deed::Weights { netuid: other, id } if other == netuid.0 => {
                count(set(&graph.ids, &mut graph.last_update, id, Some(block)));
            }
            Deed::Hotkey { old, new } => count(replace(&mut graph.hotkeys, old, new)),
            Deed::Coldkey { old, new } => count(replace(&mut graph.coldkeys, old, new)),
            _ => {}
        }
    }
    changes
}

/// Notes a hotkey's stake, wherever it sits.
pub(super) fn set_stake(graph: &mut Metagraph, hotkey: [u8; 32], stake: Rao) -> u32 {
    let mut changes = 0u32;
    for (key, row) in graph.hotkeys.iter().zip(&mut graph.stake) {
        if *key == AccountId::new(hotkey) && *row != stake {
            *row = stake;
            changes = changes.saturating_add(1);
        }
    }
    changes
}

fn set<T: PartialEq>(ids: &[NeuronId], column: &mut [T], id: u64, value: T) -> bool {
    let uid = ids.iter().position(|other| other.0 == id);
    match uid.and_then(|uid| column.get_mut(uid)) {
        Some(row) if *row != value => {
            *row = value;
            true
        }
        _ => false,
    }
}

fn replace(column: &mut [AccountId], old: [u8; 32], new: [u8; 32]) -> bool {
    let mut changed = false;
    for key in column.iter_mut().filter(|key| **key == AccountId::new(old)) {
        *key = AccountId::new(new);
        changed = true;
    }
    changed
}
