//! People who act.

pub use crate::ledger::*;
use frame_system::pallet_prelude::BlockNumberFor;
pub use ganglion_pallet_staking::{Error, Event};
use ganglion_primitives::{HotkeyId, Rao};
use sp_runtime::DispatchResult;

/// Runs `scenario` on a new ledger and checks the invariants afterwards.
pub fn run(scenario: impl FnOnce()) {
    ledger().execute_with(|| {
        scenario();
        check();
    });
}

pub fn check() {
    Staking::check_invariants().expect("invariants");
}

/// Makes `hotkey` known as `coldkey`'s.
pub fn register(hotkey: u64, coldkey: u64) -> HotkeyId {
    Staking::ensure_owned(&hotkey, &coldkey).expect("is free")
}

pub fn add(coldkey: u64, hotkey: u64, amount: Rao) -> DispatchResult {
    Staking::add_stake(RuntimeOrigin::signed(coldkey), hotkey, amount)
}

pub fn remove(coldkey: u64, hotkey: u64, amount: Rao) -> DispatchResult {
    Staking::remove_stake(RuntimeOrigin::signed(coldkey), hotkey, amount)
}

pub fn withdraw(coldkey: u64, hotkey: u64) -> DispatchResult {
    Staking::withdraw(RuntimeOrigin::signed(coldkey), hotkey)
}

pub fn set_take(coldkey: u64, hotkey: u64, take: u16) -> DispatchResult {
    Staking::set_take(RuntimeOrigin::signed(coldkey), hotkey, take)
}

/// Makes `hotkey`'s stake answer for what it does.
pub fn bind(hotkey: HotkeyId) {
    Bound::mutate(|bound| bound.insert(hotkey.0));
}

pub fn pass(blocks: BlockNumberFor<Ledger>) {
    System::set_block_number(System::block_number() + blocks);
}

/// The last event of the pallet.
pub fn last_event() -> Event<Ledger> {
    let of_staking = |event| match event {
        RuntimeEvent::Staking(event) => Some(event),
        _ => None,
    };
    System::events().into_iter().rev().find_map(|record| of_staking(record.event)).expect("an event")
}
