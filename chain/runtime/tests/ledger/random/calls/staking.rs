//! Stake.

use super::{entry, Entry};
use crate::random::sandbox::Sandbox;
use ganglion_primitives::AccountId;
use ganglion_runtime::*;
use pallet_staking::Call;

pub const CALLS: &[Entry] = &[
    entry("Staking", "add_stake", 10, |sandbox| {
        let hotkey = sandbox.hotkey();
        let coldkey = if sandbox.dice.percent(50) { sandbox.account() } else { sandbox.owner_of(&hotkey) };
        let amount = sandbox.rao();
        sandbox.by(&coldkey, Call::add_stake { hotkey, amount })
    }),
    entry("Staking", "remove_stake", 8, |sandbox| {
        let (coldkey, hotkey) = backing(sandbox)?;
        let amount = match sandbox.dice.below(3) {
            0 => Staking::stake_of(&coldkey, &hotkey),
            _ => sandbox.rao(),
        };
        sandbox.by(&coldkey, Call::remove_stake { hotkey, amount })
    }),
    entry("Staking", "set_take", 3, |sandbox| {
        let hotkey = sandbox.hotkey();
        let coldkey = sandbox.owner_of(&hotkey);
        let take = sandbox.dice.below(13_000) as u16;
        sandbox.by(&coldkey, Call::set_take { hotkey, take })
    }),
    entry("Staking", "withdraw", 4, |sandbox| {
        let (coldkey, hotkey) = leaving(sandbox)?;
        sandbox.by(&coldkey, Call::withdraw { hotkey })
    }),
];

/// Somebody with stake, and where.
fn backing(sandbox: &mut Sandbox) -> Option<(AccountId, AccountId)> {
    let coldkey = sandbox.account();
    let positions = Staking::positions(&coldkey);
    let (hotkey, ..) = sandbox.dice.any(positions)?;
    Some((coldkey, hotkey))
}

/// Somebody whose stake is leaving, and from where.
fn leaving(sandbox: &mut Sandbox) -> Option<(AccountId, AccountId)> {
    let departures: Vec<_> = pallet_staking::Leaving::<Runtime>::iter_keys().collect();
    let (coldkey, hotkey) = sandbox.dice.any(departures)?;
    Some((Staking::coldkey_account(coldkey)?, Staking::hotkey_account(hotkey)?))
}
