//! What an account has.

use crate::{governance::votes, *};
use frame_support::traits::{
    fungible::Inspect,
    tokens::{Fortitude, Preservation},
};
use ganglion_primitives::{
    info::{Departure, Position},
    AccountPositions, NetUid,
};

/// What `account` has.
pub fn account(account: &AccountId) -> AccountPositions {
    let positions = Staking::positions(account);
    let leaving = Staking::leaving(account);
    AccountPositions {
        free: Balances::free_balance(account),
        positions: positions.into_iter().map(|(hotkey, owned, stake)| Position { hotkey, owned, stake }).collect(),
        spendable: Balances::reducible_balance(account, Preservation::Expendable, Fortitude::Polite),
        reserved: Balances::reserved_balance(account),
        voting: votes::bound(account),
        leaving: leaving.into_iter().map(|(hotkey, amount, until)| Departure { hotkey, amount, until }).collect(),
        subnets: owned_subnets(account),
        channels: Access::channels_of_user(account).len() as u32,
        nonce: System::account_nonce(account),
    }
}

fn owned_subnets(account: &AccountId) -> Vec<NetUid> {
    let Some(coldkey) = Staking::coldkey_id(account) else { return vec![] };
    Subnets::netuids().into_iter().filter(|netuid| Subnets::owner(*netuid) == Some(coldkey)).collect()
}
