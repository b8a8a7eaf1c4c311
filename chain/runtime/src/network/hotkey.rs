//! A hotkey and who backs it.

use super::MAX_PAGE;
use crate::*;
use ganglion_primitives::{
    info::{HotkeyInfo, Nomination, NominatorPage},
    HotkeyId, NetUid, Uid,
};

/// A hotkey at a glance.
pub fn hotkey(account: &AccountId) -> Option<HotkeyInfo> {
    let id = Staking::hotkey_id(account)?;
    let row = pallet_staking::Hotkeys::<Runtime>::get(id)?;
    let owner = Staking::coldkey_account(row.owner)?;
    Some(HotkeyInfo {
        take: row.take,
        stake: Staking::stake_on(id),
        own: Staking::stake_of(&owner, account),
        seats: seats(id),
        producer: Validators::is_member(id),
        owner,
    })
}

fn seats(hotkey: HotkeyId) -> Vec<(NetUid, Uid)> {
    let seat = |netuid| Some((netuid, Neurons::uid_of(netuid, hotkey)?));
    Subnets::netuids().into_iter().filter_map(seat).collect()
}

/// The nominators of `account` after `after`.
pub fn nominators(account: &AccountId, after: Option<AccountId>, limit: u32) -> Option<NominatorPage> {
    let limit = limit.clamp(1, MAX_PAGE);
    let rows = Staking::nominators(account, after, limit);
    let full = rows.len() == limit as usize;
    Some(NominatorPage {
        hotkey: hotkey(account)?,
        next: rows.last().filter(|_| full).map(|(coldkey, _)| coldkey.clone()),
        nominators: rows.into_iter().map(|(coldkey, stake)| Nomination { coldkey, stake }).collect(),
    })
}
