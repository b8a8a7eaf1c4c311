//! Transfers, and what root can do to balances.

use super::{entry, Entry};
use crate::random::sandbox::Sandbox;
use ganglion_primitives::TAO;
use ganglion_runtime::*;
use pallet_balances::{AdjustmentDirection, Call};

pub const CALLS: &[Entry] = &[
    entry("Balances", "transfer_allow_death", 4, |sandbox| {
        let (dest, value) = payment(sandbox);
        sandbox.by_anybody(Call::transfer_allow_death { dest, value })
    }),
    entry("Balances", "transfer_keep_alive", 4, |sandbox| {
        let (dest, value) = payment(sandbox);
        sandbox.by_anybody(Call::transfer_keep_alive { dest, value })
    }),
    entry("Balances", "transfer_all", 1, |sandbox| {
        let (dest, _) = payment(sandbox);
        let keep_alive = sandbox.dice.percent(50);
        sandbox.by_anybody(Call::transfer_all { dest, keep_alive })
    }),
    entry("Balances", "force_transfer", 1, |sandbox| {
        let (source, (dest, value)) = (sandbox.account().into(), payment(sandbox));
        sandbox.by_root(Call::force_transfer { source, dest, value })
    }),
    entry("Balances", "force_unreserve", 1, |sandbox| {
        let who = sandbox.account().into();
        // Deposits of stock pallets must stay: they would be paid back a second time.
        sandbox.by_root(Call::force_unreserve { who, amount: 0 })
    }),
    entry("Balances", "upgrade_accounts", 1, |sandbox| {
        let who = (0..3).map(|_| sandbox.account()).collect();
        sandbox.by_anybody(Call::upgrade_accounts { who })
    }),
    entry("Balances", "force_set_balance", 1, |sandbox| {
        let (who, new_free) = payment(sandbox);
        sandbox.by_anybody(Call::force_set_balance { who, new_free })
    }),
    entry("Balances", "force_adjust_total_issuance", 1, |sandbox| {
        let direction = AdjustmentDirection::Increase;
        sandbox.by_anybody(Call::force_adjust_total_issuance { direction, delta: TAO })
    }),
    entry("Balances", "burn", 2, |sandbox| {
        let (_, value) = payment(sandbox);
        sandbox.by_anybody(Call::burn { value, keep_alive: true })
    }),
];

/// To whom, and how much. Pots are accounts like others.
fn payment(sandbox: &mut Sandbox) -> (Address, Rao) {
    let pots = [Staking::pot(), Subnets::pot(), Emission::pot(), Access::pot()];
    let to = if sandbox.dice.percent(5) { sandbox.dice.of(&pots).clone() } else { sandbox.account() };
    (to.into(), sandbox.rao())
}
