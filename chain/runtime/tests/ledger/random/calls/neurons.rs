//! Seats, endpoints and key swaps.

use super::{entry, Entry, Idea};
use crate::random::{forms::By, sandbox::Sandbox};
use ganglion_pow::{meets, seal, Challenge};
use ganglion_primitives::{Endpoint, NetUid};
use ganglion_runtime::*;
use pallet_neurons::{Call, ColdkeySwaps};

/// Hashes that somebody is willing to compute.
const PATIENCE: u64 = 2_000;

pub const CALLS: &[Entry] = &[
    entry("Neurons", "register", 8, |sandbox| {
        let netuid = sandbox.netuid();
        let hotkey = if sandbox.dice.percent(50) { sandbox.fresh_account() } else { sandbox.account() };
        let coldkey = sandbox.owner_of(&hotkey);
        let block_number = System::block_number().saturating_sub(sandbox.dice.below(4) as u32);
        let nonce = work(netuid, block_number, &hotkey, &coldkey)?;
        let call = Call::register { netuid, block_number, nonce, hotkey, coldkey };
        Some(Idea { by: By::Nobody, call: call.into() })
    }),
    entry("Neurons", "burned_register", 5, |sandbox| {
        let netuid = sandbox.netuid();
        let hotkey = if sandbox.dice.percent(50) { sandbox.fresh_account() } else { sandbox.account() };
        let coldkey = sandbox.owner_of(&hotkey);
        sandbox.by(&coldkey, Call::burned_register { netuid, hotkey })
    }),
    entry("Neurons", "serve_axon", 4, |sandbox| {
        let (sitting, endpoint) = (sandbox.sitting()?, endpoint(sandbox));
        sandbox.by(&sitting.hotkey, Call::serve_axon { netuid: sitting.netuid, endpoint })
    }),
    entry("Neurons", "serve_prometheus", 3, |sandbox| {
        let (sitting, endpoint) = (sandbox.sitting()?, endpoint(sandbox));
        sandbox.by(&sitting.hotkey, Call::serve_prometheus { netuid: sitting.netuid, endpoint })
    }),
    entry("Neurons", "swap_hotkey", 3, |sandbox| {
        let old = sandbox.hotkey();
        let (owner, new) = (sandbox.owner_of(&old), sandbox.fresh_account());
        sandbox.by(&owner, Call::swap_hotkey { old, new })
    }),
    entry("Neurons", "announce_coldkey_swap", 3, |sandbox| {
        let (old, new) = (sandbox.account(), sandbox.fresh_account());
        sandbox.by(&old, Call::announce_coldkey_swap { new })
    }),
    entry("Neurons", "swap_coldkey", 3, |sandbox| {
        let old = swapping(sandbox)?;
        let new = Neurons::coldkey_swap(&old)?.new;
        sandbox.by(&new, Call::swap_coldkey { old })
    }),
    entry("Neurons", "dispute_coldkey_swap", 1, |sandbox| {
        let old = swapping(sandbox)?;
        sandbox.by(&old.clone(), Call::dispute_coldkey_swap { old })
    }),
    entry("Neurons", "decline_coldkey_swap", 1, |sandbox| {
        let old = swapping(sandbox)?;
        let new = Neurons::coldkey_swap(&old)?.new;
        sandbox.by(&new, Call::decline_coldkey_swap { old })
    }),
    entry("Neurons", "resolve_coldkey_swap", 2, |sandbox| {
        let (old, allow) = (swapping(sandbox)?, sandbox.dice.percent(50));
        sandbox.by_root(Call::resolve_coldkey_swap { old, allow })
    }),
];

fn work(netuid: NetUid, block: BlockNumber, hotkey: &AccountId, coldkey: &AccountId) -> Option<u64> {
    let digest = Challenge {
        genesis_hash: Neurons::genesis_hash(),
        netuid: netuid.0,
        block_hash: System::block_hash(block).0,
        hotkey: hotkey.clone().into(),
        coldkey: coldkey.clone().into(),
    }
    .digest();
    let difficulty = Neurons::prices(netuid).difficulty;
    (0..PATIENCE).find(|nonce| meets(&seal(&digest, *nonce), difficulty))
}

fn endpoint(sandbox: &mut Sandbox) -> Endpoint {
    let addresses = ["127.0.0.1:8091", "203.0.113.7:80", "0.0.0.0:1", "[2001:db8::1]:9", "203.0.113.7:0"];
    let good = Endpoint::new(sandbox.dice.of(&addresses).parse().expect("an address"), 1);
    let (ip, port) = (sandbox.dice.number().into(), sandbox.dice.number() as u16);
    let wrong = Endpoint { ip, port, ip_type: sandbox.dice.number() as u8, ..good };
    if sandbox.dice.percent(90) {
        good
    } else {
        wrong
    }
}

/// A coldkey that awaits a swap.
fn swapping(sandbox: &mut Sandbox) -> Option<AccountId> {
    let coldkeys = ColdkeySwaps::<Runtime>::iter_keys().collect();
    Staking::coldkey_account(sandbox.dice.any(coldkeys)?)
}
