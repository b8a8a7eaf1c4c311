//! Who votes with what, and why nothing votes twice.

use super::*;
use frame_support::{assert_noop, traits::Get};
use ganglion_runtime::governance::votes::{bound, power, Electorate};
use pallet_conviction_voting::Error;
use sp_runtime::TokenError;

/// Hotkey 1 of coldkey 11 is registered; coldkey 12 has staked 100 TAO on it and has `free` RAO beside.
fn nominator(free: Rao, scenario: impl FnOnce()) {
    chain(
        |_| {},
        || {
            must_join(1, 11);
            stake(12, 1, 100 * TAO);
            if free > 0 {
                fund(&account(12), free);
            }
            scenario();
        },
    );
}

fn unstake(amount: Rao) -> DispatchResult {
    Staking::remove_stake(RuntimeOrigin::signed(account(12)), account(1), amount)
}

#[test]
fn staked_tao_votes() {
    nominator(0, || {
        let poll = any_poll();
        assert_eq!(power(&account(12)), 100 * TAO);
        assert_noop!(aye(12, poll, 100 * TAO + 1), Error::<Runtime>::InsufficientFunds);
        assert_ok!(aye(12, poll, 100 * TAO));
        assert_eq!(tally(poll), (100 * TAO, 0));
    });
}

#[test]
fn tao_in_pots_has_no_vote_and_is_not_in_the_electorate() {
    nominator(0, || {
        fund(&account(98), 1_000 * TAO);
        let pending = Balances::free_balance(Emission::pot());
        assert!(pending > 0);
        assert_eq!(Electorate::get(), Balances::total_issuance() - pending);
        fund(&account(13), 10 * TAO);
        let before = Electorate::get();
        let key = sp_core::sr25519::Public::from_raw([7; 32]);
        assert_ok!(Access::open_channel(RuntimeOrigin::signed(account(13)), account(1), 4 * TAO, key));
        assert_eq!(Electorate::get(), before - 4 * TAO);
        assert_eq!(power(&account(13)), 6 * TAO);
    });
}

#[test]
fn the_electorate_is_never_less_than_what_two_weeks_emit() {
    nominator(0, || {
        assert_eq!(Electorate::get(), 14 * 20 * TAO, "a local day has 20 blocks");
        fund(&account(98), 1_000 * TAO);
        assert_eq!(Electorate::get(), 1_100 * TAO);
    });
    let founder = genesis::Founder { account: account(1), keys: keys(1) };
    let network = genesis::main_network(&[founder]).expect("a good founder");
    chain_from(genesis::MAIN, network, || assert_eq!(Electorate::get(), 100_800 * TAO));
}

#[test]
fn what_stake_covers_leaves_the_balance_free_for_fees() {
    nominator(TAO, || {
        let poll = any_poll();
        assert_ok!(aye(12, poll, 100 * TAO));
        assert_ok!(send(12, 13, TAO / 2));
        // The rest of the balance votes too: then it stays.
        assert_ok!(aye(12, poll, 100 * TAO + TAO / 2));
        assert_noop!(send(12, 13, TAO / 4), TokenError::Frozen);
    });
}

#[test]
fn what_comes_back_from_stake_is_frozen_by_votes() {
    nominator(0, || {
        let poll = any_poll();
        assert_ok!(aye(12, poll, 100 * TAO));
        assert_ok!(unstake(60 * TAO));
        assert_eq!(Balances::free_balance(account(12)), 60 * TAO);
        assert_noop!(send(12, 13, TAO), TokenError::Frozen);
        take_back(12, poll);
        assert_ok!(send(12, 13, 59 * TAO));
    });
}

#[test]
fn only_what_votes_bind_is_frozen() {
    nominator(0, || {
        let poll = any_poll();
        assert_ok!(aye(12, poll, 70 * TAO));
        assert_ok!(unstake(60 * TAO));
        // 40 are staked still, and cover as much of the 70.
        take_exact_stock();
        assert_ok!(send(12, 13, 30 * TAO));
        assert_noop!(send(12, 13, 1), TokenError::Frozen);
    });
}

/// `unlock` may be asked for at any time; it makes the freeze exact.
fn take_exact_stock() {
    let anybody = RuntimeOrigin::signed(account(77));
    assert_ok!(ConvictionVoting::unlock(anybody, governance::tracks::PARAMETERS, account(12).into()));
}

#[test]
fn frozen_tao_goes_nowhere() {
    nominator(0, || {
        let poll = any_poll();
        assert_ok!(aye(12, poll, 100 * TAO));
        assert_ok!(unstake(50 * TAO));
        let signed = || RuntimeOrigin::signed(account(12));
        let key = sp_core::sr25519::Public::from_raw([7; 32]);
        assert!(send(12, 13, 1).is_err());
        assert!(Staking::add_stake(signed(), account(1), TAO).is_err());
        assert!(Access::open_channel(signed(), account(1), TAO, key).is_err());
        assert!(Subnets::create(signed(), b"mine".to_vec().try_into().unwrap()).is_err());
        assert!(Neurons::burned_register(signed(), TEXT, account(20)).is_err());
        assert!(Neurons::announce_coldkey_swap(signed(), account(21)).is_err(), "its price is burned");
        assert_eq!(Balances::free_balance(account(12)), 50 * TAO);
    });
}

#[test]
fn a_deposit_stays_with_the_account_and_may_be_made_of_frozen_tao() {
    nominator(0, || {
        let poll = any_poll();
        assert_ok!(aye(12, poll, 100 * TAO));
        assert_ok!(unstake(50 * TAO));
        let signed = || RuntimeOrigin::signed(account(12));
        assert_ok!(Proxy::add_proxy(signed(), account(13).into(), proxies::ProxyType::Any, 0));
        assert!(Balances::reserved_balance(account(12)) > 0);
        assert_ok!(Proxy::remove_proxies(signed()));
        assert_eq!(Balances::reserved_balance(account(12)), 0);
        assert!(send(12, 13, 1).is_err());
    });
}

#[test]
fn staked_tao_that_voted_votes_nowhere_else() {
    // The attempt: vote with stake, take it out, send it on, vote with it again.
    nominator(0, || {
        let poll = any_poll();
        let total = power(&account(12));
        assert_ok!(aye(12, poll, total));
        assert_ok!(unstake(100 * TAO));
        for amount in [100 * TAO, 50 * TAO, 1] {
            assert!(send(12, 13, amount).is_err());
        }
        assert_eq!(power(&account(13)), 0);
        assert!(aye(13, poll, 1).is_err());
        assert_eq!(tally(poll), (total, 0));
    });
}

#[test]
fn stake_that_is_leaving_votes_and_is_frozen_when_it_arrives() {
    chain(
        |_| {},
        || {
            let producer = Validators::members()[0].hotkey;
            let producer = Staking::hotkey_account(producer).expect("is known");
            fund(&account(12), 100 * TAO);
            let signed = || RuntimeOrigin::signed(account(12));
            assert_ok!(Staking::add_stake(signed(), producer.clone(), 100 * TAO));
            assert_ok!(Staking::remove_stake(signed(), producer.clone(), 100 * TAO));
            assert_eq!(Balances::free_balance(account(12)), 0, "it waits out the slash window");
            let poll = any_poll();
            assert_ok!(aye(12, poll, 100 * TAO));
            let (_, _, until) = Staking::leaving(&account(12)).remove(0);
            run_to(until);
            assert_ok!(Staking::withdraw(signed(), producer));
            assert_eq!(Balances::free_balance(account(12)), 100 * TAO);
            assert_noop!(send(12, 13, 1), TokenError::Frozen);
        },
    );
}

/// Swaps coldkey 12 for account 22, after the delay.
fn swap() {
    fund(&account(12), 2 * TAO);
    assert_ok!(Neurons::announce_coldkey_swap(RuntimeOrigin::signed(account(12)), account(22)));
    run_to(Neurons::coldkey_swap(&account(12)).expect("is announced").due);
    assert_ok!(Neurons::swap_coldkey(RuntimeOrigin::signed(account(22)), account(12)));
}

/// Coldkey 12 has 100 TAO staked, and what it has decides nothing: a poll stays open until its period is over.
fn swapper(scenario: impl FnOnce()) {
    nominator(0, || {
        fund(&account(98), 1_000_000 * TAO);
        scenario();
    });
}

#[test]
fn a_coldkey_swap_takes_votes_back() {
    swapper(|| {
        let poll = any_poll();
        assert_ok!(vote(12, poll, true, Conviction::None, 100 * TAO));
        swap();
        assert_eq!(tally(poll), (0, 0));
        assert_eq!((bound(&account(12)), power(&account(12))), (0, 0), "nothing is left behind");
        let power = power(&account(22));
        assert!(power >= 100 * TAO);
        assert_ok!(aye(22, poll, power));
        assert_eq!(tally(poll), (power, 0));
    });
}

#[test]
fn a_coldkey_swap_takes_a_delegation_back_and_conviction_along() {
    swapper(|| {
        fund(&account(13), TAO);
        let poll = any_poll();
        assert_ok!(aye(13, poll, TAO));
        let delegate = ConvictionVoting::delegate(
            RuntimeOrigin::signed(account(12)),
            governance::tracks::PARAMETERS,
            account(13).into(),
            Conviction::Locked1x,
            100 * TAO,
        );
        assert!(delegate.is_ok());
        assert_eq!(tally(poll), (101 * TAO, 0));
        swap();
        assert_eq!(tally(poll), (TAO, 0));
        // Conviction binds the new account for as long as it would have bound the old one.
        assert_eq!((bound(&account(12)), bound(&account(22))), (0, 100 * TAO));
        let spare = Balances::free_balance(account(22));
        assert_ok!(Staking::remove_stake(RuntimeOrigin::signed(account(22)), account(1), 90 * TAO));
        assert_noop!(send(22, 23, 90 * TAO), TokenError::Frozen);
        assert_ok!(send(22, 23, spare));
    });
}

#[test]
fn a_coldkey_swap_does_not_revive_what_conviction_bound_once() {
    nominator(0, || {
        fund(&account(98), 1_000_000 * TAO);
        fund(&account(22), 50 * TAO);
        let week = <Runtime as pallet_conviction_voting::Config>::VoteLockingPeriod::get();
        // The new key voted with 50 TAO long ago, and never asked for an unlock.
        let first = any_poll();
        assert_ok!(aye(98, first, 900_000 * TAO));
        assert_ok!(vote(22, first, true, Conviction::Locked1x, 40 * TAO));
        assert!(decide(first));
        take_back(22, first);
        run_to(System::block_number() + week);
        // The old key is bound with 10 TAO now.
        let second = any_poll();
        assert_ok!(aye(98, second, 900_000 * TAO));
        assert_ok!(vote(12, second, true, Conviction::Locked6x, 10 * TAO));
        assert!(decide(second));
        take_back(12, second);
        swap();
        let anybody = RuntimeOrigin::signed(account(77));
        assert_ok!(ConvictionVoting::unlock(anybody, governance::tracks::PARAMETERS, account(22).into()));
        assert_eq!(bound(&account(22)), 10 * TAO);
    });
}

#[test]
fn a_key_that_conviction_binds_takes_no_other_over_until_it_is_free() {
    // The attempt: 100 TAO of each vote; as one account they would be bound as 100, which stake alone covers.
    nominator(0, || {
        fund(&account(98), 1_000_000 * TAO);
        fund(&account(22), 100 * TAO);
        let poll = any_poll();
        assert_ok!(aye(98, poll, 900_000 * TAO));
        assert_ok!(vote(12, poll, true, Conviction::Locked6x, 100 * TAO));
        assert_ok!(aye(22, poll, 100 * TAO));
        fund(&account(12), 2 * TAO);
        assert!(decide(poll));
        let ended = System::block_number();
        [12, 22].into_iter().for_each(|voter| take_back(voter, poll));
        assert_ok!(Neurons::announce_coldkey_swap(RuntimeOrigin::signed(account(12)), account(22)));
        run_to(Neurons::coldkey_swap(&account(12)).expect("is announced").due);
        let carry_out = || Neurons::swap_coldkey(RuntimeOrigin::signed(account(22)), account(12));
        assert_noop!(carry_out(), pallet_neurons::Error::<Runtime>::NewKeyVotes);
        assert_eq!((bound(&account(12)), bound(&account(22))), (100 * TAO, 100 * TAO));
        assert_noop!(send(22, 23, TAO), TokenError::Frozen);
        run_to(ended + <Runtime as pallet_conviction_voting::Config>::VoteLockingPeriod::get());
        // It need not ask for an unlock: what is over binds nobody.
        assert_ok!(carry_out());
        assert_eq!((bound(&account(12)), bound(&account(22))), (0, 100 * TAO));
        assert_ok!(send(22, 23, 100 * TAO));
    });
}

#[test]
fn open_votes_of_the_new_key_stand_in_the_way_of_a_swap_and_delegations_to_it_do_not() {
    swapper(|| {
        fund(&account(22), 10 * TAO);
        fund(&account(12), 2 * TAO);
        fund(&account(13), TAO);
        assert_ok!(Neurons::announce_coldkey_swap(RuntimeOrigin::signed(account(12)), account(22)));
        let delegate = ConvictionVoting::delegate(
            RuntimeOrigin::signed(account(13)),
            governance::tracks::PARAMETERS,
            account(22).into(),
            Conviction::None,
            TAO,
        );
        assert!(delegate.is_ok());
        let poll = any_poll();
        assert_ok!(vote(22, poll, true, Conviction::None, 10 * TAO));
        run_to(Neurons::coldkey_swap(&account(12)).expect("is announced").due);
        let carry_out = || Neurons::swap_coldkey(RuntimeOrigin::signed(account(22)), account(12));
        assert_noop!(carry_out(), pallet_neurons::Error::<Runtime>::NewKeyVotes);
        take_back(22, poll);
        assert_ok!(carry_out());
    });
}

#[test]
fn conviction_binds_after_the_referendum_and_no_longer_than_it_says() {
    nominator(0, || {
        let poll = any_poll();
        fund(&account(98), 1_000_000 * TAO);
        assert_ok!(aye(98, poll, 900_000 * TAO));
        assert_ok!(vote(12, poll, true, Conviction::Locked2x, 100 * TAO));
        assert!(decide(poll));
        let ended = System::block_number();
        take_back(12, poll);
        assert_eq!(bound(&account(12)), 100 * TAO, "it won, with conviction 2");
        let week = <Runtime as pallet_conviction_voting::Config>::VoteLockingPeriod::get();
        run_to(ended + 2 * week);
        take_exact_stock();
        assert_eq!(bound(&account(12)), 0);
        assert_ok!(unstake(100 * TAO));
        assert_ok!(send(12, 13, 99 * TAO));
    });
}

#[test]
fn votes_of_one_account_on_several_polls_bind_it_once() {
    nominator(0, || {
        let polls = [any_poll(), any_poll(), any_poll()];
        for (poll, amount) in polls.into_iter().zip([50, 100, 20]) {
            assert_ok!(aye(12, poll, amount * TAO));
        }
        assert_eq!(bound(&account(12)), 100 * TAO);
    });
}

#[test]
fn deposits_come_back_and_lost_ones_are_recycled() {
    nominator(0, || {
        let (kept, killed) = (any_poll(), any_poll());
        let reserved = Balances::reserved_balance(account(99));
        assert_eq!(reserved, 12 * TAO, "two of 1 TAO for submission and 5 TAO for a decision");
        let recycled = pallet_emission::Recycled::<Runtime>::get();
        assert_ok!(Referenda::cancel(RuntimeOrigin::root(), kept));
        assert_ok!(Referenda::kill(RuntimeOrigin::root(), killed));
        let anybody = || RuntimeOrigin::signed(account(12));
        assert_ok!(Referenda::refund_submission_deposit(anybody(), kept));
        assert_ok!(Referenda::refund_decision_deposit(anybody(), kept));
        assert_eq!(Balances::reserved_balance(account(99)), 0);
        assert_eq!(pallet_emission::Recycled::<Runtime>::get(), recycled + 6 * TAO);
    });
}

#[test]
fn a_vote_needs_the_tao_it_names() {
    nominator(0, || {
        let poll = any_poll();
        assert_noop!(aye(50, poll, 1), Error::<Runtime>::InsufficientFunds);
    });
}
