//! The 64.

use crate::*;
use ganglion_primitives::{
    info::{Candidate, Producer, Producers, RootWeight},
    HotkeyId,
};
use pallet_validators::{Candidates, Member, RootWeights, SessionSlots, SlotMillis};

/// Who produces blocks in this session, and who wants to.
pub fn producers() -> Producers {
    let session_slots = SessionSlots::<Runtime>::get();
    Producers {
        block: System::block_number(),
        session: Session::current_index(),
        session_slots,
        slot_millis: SlotMillis::<Runtime>::get(),
        next_session_slot: (*Babe::current_epoch_start()).saturating_add(session_slots),
        producers: Validators::members().into_iter().filter_map(producer).collect(),
        candidates: Candidates::<Runtime>::get().into_iter().filter_map(|row| candidate(row.hotkey)).collect(),
    }
}

fn producer(member: Member<BlockNumber>) -> Option<Producer> {
    let said = RootWeights::<Runtime>::get(member.hotkey);
    Some(Producer {
        hotkey: Staking::hotkey_account(member.hotkey)?,
        coldkey: Staking::owner_account(member.hotkey),
        stake: member.stake,
        founder: member.founder,
        present: member.present,
        last_block: member.last_block,
        chilled: member.chilled,
        stays: member.stays,
        root_weights_at: said.as_ref().map(|row| row.set_at),
        root_weights: said
            .into_iter()
            .flat_map(|row| row.weights)
            .map(|(netuid, weight)| RootWeight { netuid, weight })
            .collect(),
    })
}

fn candidate(hotkey: HotkeyId) -> Option<Candidate> {
    Some(Candidate {
        hotkey: Staking::hotkey_account(hotkey)?,
        stake: Staking::stake_on(hotkey),
        chilled: Validators::is_chilled(hotkey),
    })
}
