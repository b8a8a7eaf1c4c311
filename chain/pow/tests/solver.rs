//! The solver from outside: cancelling, replacing, reporting, and never losing a seal.

use ganglion_pow::{
    meets, seal,
    solver::{Control, Progress, Solver},
    Challenge,
};
use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    thread,
    time::Duration,
};

/// Nobody finds this by chance: 2⁶⁴ hashes.
const HOPELESS: u64 = u64::MAX;

fn challenge(block: u8) -> Challenge {
    Challenge { genesis_hash: [1; 32], netuid: 1, block_hash: [block; 32], hotkey: [3; 32], coldkey: [4; 32] }
}

#[test]
fn finds_valid_seals_with_any_number_of_threads() {
    for threads in [0, 1, 2, 7] {
        let found = Solver::new(threads).solve(&challenge(2), 2_000, &Control::new(), |_| ()).expect("not cancelled");
        assert_eq!(found.seal, seal(&challenge(2).digest(), found.nonce));
        assert!(meets(&found.seal, 2_000));
        assert!(found.hashes > 0);
    }
}

#[test]
fn starts_where_it_is_told_and_wraps() {
    let solver = Solver::new(1).with_first_nonce(u64::MAX - 3);
    let found = solver.solve(&challenge(2), 500, &Control::new(), |_| ()).expect("not cancelled");
    let tried = |nonce: u64| nonce.wrapping_sub(u64::MAX - 3);
    assert_eq!(found.hashes, tried(found.nonce) + 1);
    let earlier = (0..tried(found.nonce)).map(|offset| (u64::MAX - 3).wrapping_add(offset));
    assert!(earlier.into_iter().all(|nonce| !meets(&seal(&challenge(2).digest(), nonce), 500)));
}

#[test]
fn ends_when_cancelled() {
    let control = Control::new();
    let canceller = control.clone();
    let mut reports = 0;
    let found = Solver::new(2).with_interval(Duration::ZERO).solve(&challenge(2), HOPELESS, &control, |_| {
        reports += 1;
        if reports == 3 {
            canceller.cancel();
        }
    });
    assert_eq!(found, None);
    assert!(control.is_cancelled() && reports >= 3);
}

#[test]
fn cancelled_or_hopeless_from_the_start() {
    let control = Control::new();
    control.cancel();
    assert_eq!(Solver::new(2).solve(&challenge(2), 1, &control, |_| ()), None);
    assert_eq!(Solver::new(2).solve(&challenge(2), 0, &Control::new(), |_| ()), None);
}

#[test]
fn reports_grow() {
    let control = Control::new();
    let canceller = control.clone();
    let mut reports: Vec<Progress> = Vec::new();
    Solver::new(2).with_interval(Duration::from_millis(20)).solve(&challenge(2), HOPELESS, &control, |report| {
        reports.push(report);
        // Enough reports for a machine that is busy with something else to show some hashes.
        if report.hashes > 20_000 || reports.len() > 3_000 {
            canceller.cancel();
        }
    });
    assert!(reports.iter().all(|report| report.threads == 2 && report.rate.is_finite() && report.rate >= 0.0));
    assert!(reports.windows(2).all(|pair| pair[0].hashes <= pair[1].hashes && pair[0].elapsed < pair[1].elapsed));
    assert!(reports.iter().any(|report| report.rate > 0.0));
}

#[test]
fn a_new_block_restarts_the_search() {
    let control = Control::new();
    let chain = control.clone();
    let mut first = true;
    let solver = Solver::new(2).with_interval(Duration::from_millis(20));
    let found = solver
        .solve(&challenge(2), HOPELESS, &control, |_| {
            if std::mem::take(&mut first) {
                chain.replace_with(challenge(9), 1_000);
            }
        })
        .expect("the new difficulty is easy");
    assert_eq!(found.challenge, challenge(9));
    assert!(meets(&seal(&challenge(9).digest(), found.nonce), 1_000));
}

#[test]
fn replacing_keeps_the_difficulty_last_set() {
    let control = Control::new();
    control.replace_with(challenge(5), 1_000);
    control.replace(challenge(6));
    let found = Solver::new(1).solve(&challenge(2), HOPELESS, &control, |_| ()).expect("easy");
    assert_eq!(found.challenge, challenge(6));
    assert!(meets(&found.seal, 1_000));
}

#[test]
fn replacing_with_difficulty_zero_ends_the_search() {
    let control = Control::new();
    let chain = control.clone();
    let solver = Solver::new(2).with_interval(Duration::ZERO);
    let found = solver.solve(&challenge(2), HOPELESS, &control, |_| chain.replace_with(challenge(3), 0));
    assert_eq!(found, None);
}

#[test]
fn a_seal_found_amid_new_blocks_is_not_lost() {
    let control = Control::new();
    let chain = control.clone();
    let blocks = thread::spawn(move || {
        for block in 0..=u8::MAX {
            chain.replace(challenge(block));
            thread::yield_now();
        }
    });
    for _ in 0..20 {
        let found = Solver::new(2).solve(&challenge(2), 1_000, &control, |_| ()).expect("never cancelled");
        // Whichever block it was for, the seal belongs to the challenge it names.
        assert_eq!(found.seal, seal(&found.challenge.digest(), found.nonce));
        assert!(meets(&found.seal, 1_000));
    }
    blocks.join().expect("the chain runs on");
}

#[test]
fn a_panic_in_the_callback_stops_the_threads() {
    let solver = Solver::new(2).with_interval(Duration::ZERO);
    let control = Control::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        solver.solve(&challenge(2), HOPELESS, &control, |_| panic!("the caller's own bug"));
    }));
    // Getting here at all means that no thread was left searching.
    assert!(outcome.is_err());
}
