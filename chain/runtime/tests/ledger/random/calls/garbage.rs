//! Nonsense: calls whose bytes were tampered with, and bytes that happen to be a call.

use super::{sensible, Idea};
use crate::random::{
    cast::{Actor, Cast},
    forms::{By, SUDO},
    sandbox::Sandbox,
};
use codec::{DecodeLimit, Encode};
use ganglion_runtime::RuntimeCall;

/// As deep as calls of transactions may be nested.
const DEPTH: u32 = 256;

/// A call from bytes that nobody meant to be one, if they are a call at all.
pub fn idea(sandbox: &mut Sandbox) -> Option<Idea> {
    let mut bytes = if sandbox.dice.percent(80) { sensible(sandbox)?.call.encode() } else { noise(sandbox) };
    for _ in 0..=sandbox.dice.below(3) {
        tamper(sandbox, &mut bytes);
    }
    let call = RuntimeCall::decode_all_with_depth_limit(DEPTH, &mut &bytes[..]).ok()?;
    // Root may do anything, and so may whoever acts for it: not with nonsense.
    let powerful = [SUDO, Cast::partner(SUDO)].map(Actor::Person);
    let actor = sandbox.anybody();
    (!powerful.contains(&actor)).then_some(Idea { by: By::Actor(actor), call })
}

fn noise(sandbox: &mut Sandbox) -> Vec<u8> {
    let pallets = [0, 2, 4, 6, 9, 11, 20, 21, 22, 23, 25];
    let pallet = *sandbox.dice.of(&pallets);
    let call = sandbox.dice.below(12) as u8;
    [vec![pallet, call], sandbox.dice.bytes(120)].concat()
}

fn tamper(sandbox: &mut Sandbox, bytes: &mut Vec<u8>) {
    let place = sandbox.dice.below(bytes.len() as u64) as usize;
    let Some(byte) = bytes.get_mut(place) else { return };
    match sandbox.dice.below(4) {
        0 => *byte ^= 1 << sandbox.dice.below(8),
        1 => *byte = sandbox.dice.number() as u8,
        2 => *byte = *sandbox.dice.of(&[0, 1, 0x7f, 0x80, 0xff]),
        _ => bytes.truncate(place + 1),
    }
}
