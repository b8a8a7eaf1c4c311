//! The 64: keys, root weights, and what they may be accused of.

use super::{entry, system::unauthorised, Entry, Idea};
use crate::{
    crimes,
    random::{
        cast::{session_keys, session_secrets},
        forms::By,
        sandbox::Sandbox,
    },
};
use ganglion_runtime::*;
use pallet_validators::Call;
use sp_core::{ed25519, sr25519, Pair};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Generations of session keys that somebody may have.
const ROUNDS: u64 = 3;

pub const CALLS: &[Entry] = &[
    entry("Validators", "set_keys", 6, |sandbox| {
        let hotkey = sandbox.hotkey();
        let (keys, proof) = session_keys(&hotkey, sandbox.dice.below(ROUNDS) as u8);
        let signer = if sandbox.dice.percent(50) { hotkey.clone() } else { sandbox.owner_of(&hotkey) };
        sandbox.by(&signer, Call::set_keys { hotkey, keys, proof })
    }),
    entry("Validators", "set_root_weights", 8, |sandbox| {
        let hotkey = member(sandbox).unwrap_or_else(|| sandbox.hotkey());
        let weights: Vec<_> =
            (0..sandbox.dice.below(4)).map(|_| (sandbox.netuid(), sandbox.dice.number() as u16)).collect();
        let weights = weights.try_into().ok()?;
        sandbox.by(&hotkey, Call::set_root_weights { weights })
    }),
    entry("Validators", "chill", 2, |sandbox| {
        let hotkey = sandbox.hotkey();
        let signer = sandbox.owner_of(&hotkey);
        sandbox.by(&signer, Call::chill { hotkey })
    }),
    entry("Validators", "stand", 4, |sandbox| {
        let hotkey = sandbox.hotkey();
        let signer = sandbox.owner_of(&hotkey);
        sandbox.by(&signer, Call::stand { hotkey })
    }),
    entry("Session", "set_keys", 1, |sandbox| {
        let account = sandbox.account();
        let (keys, proof) = session_keys(&account, 0);
        sandbox.by(&account, pallet_session::Call::set_keys { keys, proof })
    }),
    entry("Session", "purge_keys", 1, |sandbox| sandbox.by_anybody(pallet_session::Call::purge_keys {})),
    entry("Babe", "report_equivocation", 1, |sandbox| {
        let (key, _) = suspect(sandbox);
        let (equivocation_proof, key_owner_proof) = double_block(&key)?;
        sandbox.by_anybody(pallet_babe::Call::report_equivocation { equivocation_proof, key_owner_proof })
    }),
    entry("Babe", "report_equivocation_unsigned", 1, |sandbox| {
        let (key, _) = suspect(sandbox);
        let (equivocation_proof, key_owner_proof) = double_block(&key)?;
        let call = pallet_babe::Call::report_equivocation_unsigned { equivocation_proof, key_owner_proof };
        Some(Idea { by: By::Nobody, call: call.into() })
    }),
    entry("Babe", "plan_config_change", 1, |sandbox| {
        let config = sp_consensus_babe::digests::NextConfigDescriptor::V1 {
            c: (1, 4),
            allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryPlainSlots,
        };
        sandbox.by_root(pallet_babe::Call::plan_config_change { config })
    }),
    entry("Grandpa", "report_equivocation", 1, |sandbox| {
        let (_, key) = suspect(sandbox);
        let (equivocation_proof, key_owner_proof) = double_vote(&key)?;
        sandbox.by_anybody(pallet_grandpa::Call::report_equivocation { equivocation_proof, key_owner_proof })
    }),
    entry("Grandpa", "report_equivocation_unsigned", 1, |sandbox| {
        let (_, key) = suspect(sandbox);
        let (equivocation_proof, key_owner_proof) = double_vote(&key)?;
        let call = pallet_grandpa::Call::report_equivocation_unsigned { equivocation_proof, key_owner_proof };
        Some(Idea { by: By::Nobody, call: call.into() })
    }),
    entry("Grandpa", "note_stalled", 1, |sandbox| {
        let (delay, best_finalized_block_number) = (sandbox.blocks(), sandbox.blocks());
        let call = pallet_grandpa::Call::note_stalled { delay, best_finalized_block_number };
        if sandbox.dice.percent(5) {
            return sandbox.by_root(call);
        }
        unauthorised(sandbox, call)
    }),
];

/// The hotkey of one of the 64.
fn member(sandbox: &mut Sandbox) -> Option<AccountId> {
    let members = Validators::members();
    Staking::hotkey_account(sandbox.dice.any(members)?.hotkey)
}

/// The session keys of a producer, mostly.
fn suspect(sandbox: &mut Sandbox) -> (sr25519::Pair, ed25519::Pair) {
    if sandbox.dice.percent(20) {
        return (Sr25519Keyring::Alice.pair(), Ed25519Keyring::Alice.pair());
    }
    let hotkey = member(sandbox).unwrap_or_else(|| sandbox.hotkey());
    let rounds = (0..ROUNDS as u8).map(|round| session_secrets(&hotkey, round));
    let in_use = |key: &sr25519::Pair| Babe::authorities().iter().any(|(id, _)| *id == key.public().into());
    let used: Vec<_> = rounds.filter(|(key, _)| in_use(key)).collect();
    sandbox.dice.any(used).unwrap_or_else(|| session_secrets(&hotkey, 0))
}

/// What a report of two blocks says. The accused is a producer, or there is no report.
fn double_block(key: &sr25519::Pair) -> Option<(Box<crimes::DoubleBlock>, sp_session::MembershipProof)> {
    Some((Box::new(crimes::double_block(key)), crimes::babe_membership(key)?))
}

fn double_vote(key: &ed25519::Pair) -> Option<(Box<crimes::DoubleVote>, sp_session::MembershipProof)> {
    Some((Box::new(crimes::double_vote(key)), crimes::grandpa_membership(key)?))
}
