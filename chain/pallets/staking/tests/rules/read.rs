//! What clients see.

use crate::world::*;
use frame_support::assert_ok;
use ganglion_pallet_staking::Pay;
use sp_runtime::Perbill;

#[test]
fn pages_of_nominators_show_each_once() {
    run(|| {
        register(100, 1);
        assert_ok!(add(1, 100, TAO));
        for coldkey in 2..52 {
            assert_ok!(add(coldkey, 100, coldkey * TAO));
        }
        let (mut seen, mut last) = (Vec::new(), None);
        loop {
            let page = Staking::nominators(&100, last, 7);
            last = page.last().map(|(coldkey, _)| *coldkey);
            seen.extend(page.iter().copied());
            if page.len() < 7 {
                break;
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (2..52).map(|coldkey| (coldkey, coldkey * TAO)).collect::<Vec<_>>());
        assert_eq!(Staking::nominators(&100, None, 0), []);
        assert_eq!(Staking::nominators(&999, None, 7), []);
        assert_eq!(Staking::nominators(&100, None, u32::MAX).len(), 50);
    });
}

#[test]
fn a_list_goes_on_behind_a_nominator_whose_key_was_swapped() {
    run(|| {
        register(100, 1);
        for coldkey in 2..12 {
            assert_ok!(add(coldkey, 100, coldkey * TAO));
        }
        let all = Staking::nominators(&100, None, 20);
        let (last, _) = all[3];
        assert!(Staking::rekey_coldkey(&last, &90).is_ok());
        assert_eq!(Staking::nominators(&100, Some(last), 20), all[4..]);
        assert_eq!(Staking::nominators(&100, Some(90), 20), all[4..]);
        // Nor does it matter if it has left meanwhile.
        assert_ok!(remove(90, 100, last * TAO));
        assert_eq!(Staking::nominators(&100, Some(last), 20), all[4..]);
        assert!(Staking::check_invariants().is_ok());
    });
}

#[test]
fn who_lost_everything_is_no_nominator() {
    run(|| {
        let hotkey = register(100, 1);
        assert_ok!(add(2, 100, TAO));
        Staking::slash(hotkey, Perbill::one());
        assert_ok!(add(3, 100, TAO));
        assert_eq!(Staking::nominators(&100, None, 10), [(3, TAO)]);
    });
}

#[test]
fn an_accounts_positions_say_what_is_owned() {
    run(|| {
        let own = register(100, 1);
        register(101, 2);
        assert_ok!(add(1, 101, TAO));
        assert_ok!(Staking::pay_from(&9, |payout| Ok(payout.credit(own, Pay { incentive: 3, dividends: 4 })?)));
        assert_eq!(Staking::positions(&1), [(100, true, 7), (101, false, TAO)]);
        assert_eq!(Staking::staked_by(&1), TAO + 7);
        assert_eq!((Staking::staked_by(&77), Staking::positions(&77), Staking::leaving(&77)), (0, vec![], vec![]));
    });
}
