//! A generator for every call of the runtime.
//!
//! Each pallet's file lists its calls: how often to try them, and how somebody might make them. [`NEVER`] names those
//! that must not work, and why.

mod access;
mod balances;
mod consensus;
mod garbage;
mod governance;
mod neurons;
mod staking;
mod subnets;
mod system;
mod weights;
mod wrappers;

use super::{forms::Idea, sandbox::Sandbox, tally::Tally};
use frame_support::traits::GetCallMetadata;
use ganglion_runtime::RuntimeCall;

/// How to make one call.
pub struct Entry {
    pallet: &'static str,
    call: &'static str,
    /// How often, in comparison with the others.
    chance: u64,
    /// Somebody making it, if the ledger's state allows to think of one.
    make: fn(&mut Sandbox) -> Option<Idea>,
}

/// An [`Entry`].
const fn entry(pallet: &'static str, call: &'static str, chance: u64, make: fn(&mut Sandbox) -> Option<Idea>) -> Entry {
    Entry { pallet, call, chance, make }
}

const PALLETS: [&[Entry]; 10] = [
    access::CALLS,
    balances::CALLS,
    consensus::CALLS,
    governance::CALLS,
    neurons::CALLS,
    staking::CALLS,
    subnets::CALLS,
    system::CALLS,
    weights::CALLS,
    wrappers::CALLS,
];

/// Calls that are tried but must not work, because the ledger keeps them out or because only root may make them and
/// nobody asks root to.
const NEVER: [(&str, &str, &str); 14] = [
    ("Balances", "burn", "TAO is destroyed by recycling only, which is counted"),
    ("Balances", "force_set_balance", "root could mint"),
    ("Balances", "force_adjust_total_issuance", "root could mint"),
    ("System", "set_code", "it would replace the runtime"),
    ("System", "set_code_without_checks", "it would replace the runtime"),
    ("System", "apply_authorized_upgrade", "it would replace the runtime"),
    ("System", "set_storage", "root could write anything"),
    ("System", "kill_storage", "root could erase anything"),
    ("System", "kill_prefix", "root could erase anything"),
    ("Sudo", "remove_key", "root calls would end"),
    ("Session", "set_keys", "keys are set through the validators pallet"),
    ("Session", "purge_keys", "keys are set through the validators pallet"),
    ("Timestamp", "set", "only a block's author tells the time"),
    ("MultiBlockMigrations", "force_set_active_cursor", "migrations would run that don't exist"),
];

/// Calls of which no value exists.
const NONE: [(&str, &str); 1] = [("System", "do_task")];

/// A random call by somebody: plausible, wrong or nonsense.
pub fn idea(sandbox: &mut Sandbox) -> Idea {
    loop {
        let thought = if sandbox.dice.percent(8) { garbage::idea(sandbox) } else { sensible(sandbox) };
        if let Some(idea) = thought {
            return idea;
        }
    }
}

fn sensible(sandbox: &mut Sandbox) -> Option<Idea> {
    let entries = || PALLETS.iter().copied().flatten();
    let mut left = sandbox.dice.below(entries().map(|entry| entry.chance).sum());
    for entry in entries() {
        if left < entry.chance {
            let idea = (entry.make)(sandbox)?;
            let made = idea.call.get_call_metadata();
            assert_eq!((made.pallet_name, made.function_name), (entry.pallet, entry.call));
            return Some(idea);
        }
        left -= entry.chance;
    }
    None
}

/// A call to put into another one: nothing that wraps, nothing that root must not do, and nothing with a signature in it,
/// as signatures are random and the hashes of calls are not to be.
fn inner(sandbox: &mut Sandbox) -> RuntimeCall {
    const TAME: [&[Entry]; 4] = [neurons::CALLS, staking::CALLS, subnets::CALLS, weights::CALLS];
    let pallet = *sandbox.dice.of(&TAME);
    let entry = sandbox.dice.of(pallet).make;
    let remark = frame_system::Call::remark_with_event { remark: sandbox.dice.bytes(8) }.into();
    match entry(sandbox) {
        Some(idea) if sandbox.dice.percent(80) => idea.call,
        _ => remark,
    }
}

/// What is wrong with a long run: calls that never worked, and calls that did but must not.
pub fn surprises(tally: &Tally) -> Vec<String> {
    let mut surprises = vec![];
    for pallet in RuntimeCall::get_module_names() {
        for call in RuntimeCall::get_call_names(pallet) {
            let never = NEVER.iter().find(|(other, name, _)| (other, name) == (pallet, call));
            let none = NONE.contains(&(pallet, call));
            match (tally.of(pallet, call).ok() > 0, never) {
                (true, Some((_, _, reason))) => surprises.push(format!("{pallet}.{call} worked, but {reason}")),
                (false, None) if !none => surprises.push(format!("{pallet}.{call} never worked")),
                _ => {}
            }
        }
    }
    surprises
}

/// Calls of the runtime that this module can't make.
pub fn missing() -> Vec<String> {
    let mut missing = vec![];
    for pallet in RuntimeCall::get_module_names() {
        for call in RuntimeCall::get_call_names(pallet) {
            let known = PALLETS.iter().copied().flatten().any(|entry| (&entry.pallet, &entry.call) == (pallet, call));
            if !known && !NONE.contains(&(pallet, call)) {
                missing.push(format!("{pallet}.{call}"));
            }
        }
    }
    missing
}
