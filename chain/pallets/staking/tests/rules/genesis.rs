//! Stake from the start.

use crate::world::*;
use ganglion_pallet_staking::TotalStake;

/// `protocol.md` §14, defect 14: the original's genesis stakes were missing in its totals and lists.
#[test]
fn stake_that_is_there_at_block_0_is_in_every_total_and_list() {
    start(vec![(1, 100, 5 * TAO), (2, 100, TAO), (1, 101, 0)]).execute_with(|| {
        assert_eq!(Staking::positions(&1), [(100, true, 5 * TAO), (101, true, 0)]);
        assert_eq!(Staking::positions(&2), [(100, false, TAO)]);
        assert_eq!(Staking::nominators(&100, None, 10), [(2, TAO)]);
        assert_eq!((Staking::staked_by(&1), TotalStake::<Ledger>::get()), (5 * TAO, 6 * TAO));
        assert_eq!(Balances::free_balance(1), ENDOWMENT - 5 * TAO);
        check();
    });
}

#[test]
#[should_panic(expected = "could not be staked")]
fn genesis_without_the_tao_fails() {
    start(vec![(1, 100, ENDOWMENT + 1)]);
}
