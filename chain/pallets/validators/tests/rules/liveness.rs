//! Whatever members did, there is a next session, with somebody in it who may be there.

use crate::ledger::*;
use ganglion_pallet_validators::{producer_account, Attendances, Candidates};
use ganglion_primitives::{HotkeyId, TAO};
use sp_runtime::Perbill;
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

const ONE: HotkeyId = HotkeyId(0);
const OTHER: HotkeyId = HotkeyId(1);

fn until(block: u64) {
    while System::block_number() < block {
        next_block();
    }
}

fn offend(hotkey: HotkeyId) {
    let details = OffenceDetails { offender: (producer_account(hotkey), ()), reporters: vec![] };
    Validators::on_offence(&[details], &[Perbill::zero()], Session::current_index());
}

/// The second founder joins a subnet and is a candidate.
fn other_is_listed() {
    join(1, 2).expect("there is room");
    set_keys(2).expect("has a seat");
    assert!(Candidates::<Ledger>::get().iter().any(|candidate| candidate.hotkey == OTHER));
}

/// One founder offended. The other, a candidate with stake, was planned for the session after and then missed as well, so
/// that both are chilled when that session begins.
#[test]
fn who_alone_could_write_blocks_stays_though_it_was_missed() {
    ledger().execute_with(|| {
        until(6);
        other_is_listed();
        Staking::add_stake(RuntimeOrigin::signed(account(RICH)), account(2), 10 * TAO).expect("is rich");
        until(SESSION + 5);
        offend(ONE);
        Away::mutate(|away| away.insert(OTHER));
        until(3 * SESSION);
        assert!(Validators::is_chilled(ONE) && Validators::is_chilled(OTHER));
        assert_eq!(Validators::active().collect::<Vec<_>>(), [OTHER], "as was planned before it was missed");
        assert_eq!(Validators::planned().collect::<Vec<_>>(), [OTHER], "a session of nobody would be the last");
        Validators::check_invariants().expect("validators");
        // It comes back, for else no block is written.
        Away::mutate(|away| away.remove(&OTHER));
        until(4 * SESSION);
        assert_eq!(Validators::active().collect::<Vec<_>>(), [OTHER]);
        assert!(Attendances::<Ledger>::get(OTHER).is_some_and(|row| row.present), "it writes blocks");
        Validators::check_invariants().expect("validators");
    });
}

/// Without stake nobody is elected, so that it sits as a founder though it is on the list.
#[test]
fn a_founder_is_not_chilled_for_absence_because_it_is_listed() {
    ledger().execute_with(|| {
        until(6);
        other_is_listed();
        Away::mutate(|away| away.insert(OTHER));
        until(3 * SESSION);
        assert!(Attendances::<Ledger>::get(OTHER).is_some_and(|row| !row.present), "it was missed");
        assert!(!Validators::is_chilled(OTHER), "nobody could take its place");
        assert_eq!(Validators::planned().collect::<Vec<_>>(), [ONE, OTHER]);
        Away::mutate(|away| away.remove(&OTHER));
        until(4 * SESSION);
        assert!(Attendances::<Ledger>::get(OTHER).is_some_and(|row| row.present), "it came back by itself");
        Validators::check_invariants().expect("validators");
    });
}
