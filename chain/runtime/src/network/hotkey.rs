//! A hotkey and who backs it.

use super::MAX_PAGE;
use crate::*;
use alloc::collections::BTreeMap;
use ganglion_primitives::{
    info::{Delegate, DelegatePage, HotkeyInfo, Nomination, NominatorPage},
    HotkeyId, NetUid, NeuronId, Uid,
};
use pallet_emission::Permitted;

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

/// The hotkeys with a permit from `from` on. Reads the seats of all subnets, but the rest for the page only.
pub fn delegates(from: HotkeyId, limit: u32) -> DelegatePage {
    let limit = limit.clamp(1, MAX_PAGE) as usize;
    let mut permitted = BTreeMap::<HotkeyId, Vec<NetUid>>::new();
    for netuid in Subnets::netuids() {
        for hotkey in permits(netuid) {
            permitted.entry(hotkey).or_default().push(netuid);
        }
    }
    let mut rest = permitted.split_off(&from).into_iter();
    DelegatePage {
        block: System::block_number(),
        delegates: rest.by_ref().take(limit).filter_map(|(id, permits)| delegate(id, permits)).collect(),
        next: rest.next().map(|(id, _)| id),
    }
}

fn delegate(id: HotkeyId, permits: Vec<NetUid>) -> Option<Delegate> {
    let account = Staking::hotkey_account(id)?;
    Some(Delegate { info: hotkey(&account)?, hotkey: account, permits })
}

/// Who had a permit in `netuid` at its last epoch, and is still there.
fn permits(netuid: NetUid) -> Vec<HotkeyId> {
    let permitted = Permitted::<Runtime>::get(netuid);
    let seats = if permitted.is_empty() { vec![] } else { Neurons::seats(netuid) };
    let holds = |id: &NeuronId| permitted.binary_search(id).is_ok();
    seats.into_iter().filter(|seat| holds(&seat.id)).map(|seat| seat.hotkey).collect()
}
