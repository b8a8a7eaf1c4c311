//! Access: a user prepays a provider and pays with vouchers; no RAO appears, vanishes or moves twice.

use crate::world::*;
use frame_support::{assert_noop, assert_ok, traits::Get, BoundedVec};
use ganglion_primitives::{
    AccountId, BlockNumber, ChannelId, Hash, HotkeyId, Rao, RetryIn, SignedVoucher, Voucher, TAO,
};
use ganglion_runtime::*;
use pallet_access::{Channels, Error, Event};
use pallet_subnets::Hyperparameters;
use sp_core::{sr25519, Pair};
use sp_runtime::DispatchResult;

/// The user's coldkey, which has 20 TAO at the start. The provider is hotkey 1, owned by coldkey 11.
const USER: u8 = 50;

/// A provider with a seat, and a user with TAO.
fn market(scenario: impl FnOnce()) {
    market_with(|_| {}, scenario);
}

fn market_with(change: impl FnOnce(&mut Hyperparameters), scenario: impl FnOnce()) {
    chain(change, || {
        must_join(1, 11);
        must_join(2, 12);
        fund(&account(USER), 20 * TAO);
        scenario();
        sound();
    });
}

/// The pallet's invariants, and the pot holds what the channels do, to the RAO.
fn sound() {
    Access::check_invariants().expect("access");
    assert_eq!(Access::held(), free(&Access::pot()));
}

fn free(who: &AccountId) -> Rao {
    Balances::free_balance(who)
}

/// A key that signs vouchers.
fn key(number: u8) -> sr25519::Pair {
    sr25519::Pair::from_seed(&[number; 32])
}

/// A channel of the user to hotkey `provider`; key 1 signs for it.
fn open(provider: u8, deposit: Rao) -> ChannelId {
    let id = pallet_access::NextChannelId::<Runtime>::get();
    let user = RuntimeOrigin::signed(account(USER));
    assert_ok!(Access::open_channel(user, account(provider), deposit, key(1).public()));
    id
}

fn signed_by(pair: &sr25519::Pair, genesis: Hash, channel: ChannelId, total: Rao) -> SignedVoucher {
    let voucher = Voucher { channel, total };
    SignedVoucher { voucher, signature: pair.sign(&voucher.preimage(&genesis)) }
}

/// A good voucher.
fn voucher(channel: ChannelId, total: Rao) -> SignedVoucher {
    signed_by(&key(1), hash(0), channel, total)
}

fn redeem(who: u8, vouchers: &[SignedVoucher]) -> DispatchResult {
    let vouchers = BoundedVec::try_from(vouchers.to_vec()).expect("as many as a call takes");
    Access::redeem(RuntimeOrigin::signed(account(who)), vouchers)
}

/// What redeeming pays the provider's owner.
fn pays(who: u8, vouchers: &[SignedVoucher]) -> Rao {
    let before = free(&account(11));
    assert_ok!(redeem(who, vouchers));
    sound();
    free(&account(11)) - before
}

fn close(who: u8, channel: ChannelId) -> DispatchResult {
    Access::close(RuntimeOrigin::signed(account(who)), channel)
}

fn settle(who: u8, channel: ChannelId) -> DispatchResult {
    Access::settle(RuntimeOrigin::signed(account(who)), channel)
}

/// Lets `blocks` pass in which nothing happens. A day is too long to run block by block.
fn pass(blocks: BlockNumber) {
    System::set_block_number(System::block_number() + blocks);
}

fn close_delay() -> BlockNumber {
    <Runtime as pallet_access::Config>::CloseDelay::get()
}

#[test]
fn a_channel_pays_its_provider_and_gives_the_user_the_rest() {
    market(|| {
        let channel = open(1, 5 * TAO);
        assert_eq!(free(&account(USER)), 15 * TAO);
        assert_eq!(pays(11, &[voucher(channel, TAO)]), TAO);
        assert_eq!(pays(11, &[voucher(channel, 3 * TAO)]), 2 * TAO, "the difference to what was paid before");
        let (amount, redeemed, paid_to) = (2 * TAO, 3 * TAO, account(11));
        System::assert_has_event(Event::<Runtime>::Redeemed { channel, amount, redeemed, paid_to }.into());
        assert_ok!(close(USER, channel));
        pass(close_delay());
        assert_ok!(settle(USER, channel));
        let (user, refund) = (account(USER), 2 * TAO);
        System::assert_has_event(Event::<Runtime>::ChannelSettled { channel, user, refund }.into());
        assert_eq!(free(&account(USER)), 17 * TAO);
        assert_eq!(free(&Access::pot()), 0);
        assert!(Access::channel(channel).is_none());
    });
}

#[test]
fn a_voucher_works_on_one_channel_once() {
    market(|| {
        let (first, second) = (open(1, 2 * TAO), open(1, 2 * TAO));
        assert_eq!(pays(11, &[voucher(first, TAO)]), TAO);
        assert_noop!(redeem(11, &[voucher(first, TAO)]), Error::<Runtime>::NothingToRedeem);
        assert_noop!(redeem(11, &[voucher(first, TAO - 1)]), Error::<Runtime>::NothingToRedeem);
        assert_noop!(redeem(11, &[voucher(first, 0)]), Error::<Runtime>::NothingToRedeem);
        let mut moved = voucher(first, TAO);
        moved.voucher.channel = second;
        assert_noop!(redeem(11, &[moved]), Error::<Runtime>::BadSignature);
    });
}

#[test]
fn a_batch_with_duplicates_pays_once() {
    market(|| {
        let channel = open(1, 5 * TAO);
        let (small, large) = (voucher(channel, TAO), voucher(channel, 2 * TAO));
        assert_eq!(pays(11, &[large, small, large, small]), 2 * TAO);
        assert_noop!(redeem(11, &[large, small, large]), Error::<Runtime>::NothingToRedeem);
        assert_noop!(redeem(11, &[]), Error::<Runtime>::NoVoucher);
    });
}

#[test]
fn a_voucher_that_pays_nothing_does_not_hold_up_the_others() {
    market(|| {
        let (gone, good, spent) = (open(1, TAO), open(1, TAO), open(1, TAO));
        assert_eq!(pays(1, &[voucher(spent, TAO)]), TAO);
        assert_ok!(close(11, gone));
        let batch = [voucher(gone, TAO), voucher(ChannelId(999), TAO), voucher(spent, TAO), voucher(good, TAO)];
        assert_eq!(pays(11, &batch), TAO);
        let refused = |event: &frame_system::EventRecord<RuntimeEvent, Hash>| {
            matches!(event.event, RuntimeEvent::Access(pallet_access::Event::VoucherRefused { .. }))
        };
        assert_eq!(System::events().iter().filter(|event| refused(event)).count(), 3);
    });
}

#[test]
fn nobody_but_the_voucher_key_can_promise() {
    market(|| {
        let channel = open(1, TAO);
        let forged = signed_by(&key(2), hash(0), channel, TAO);
        assert_noop!(redeem(11, &[forged]), Error::<Runtime>::BadSignature);
        let mut raised = voucher(channel, TAO / 2);
        raised.voucher.total = TAO;
        assert_noop!(redeem(11, &[raised]), Error::<Runtime>::BadSignature);
        let good = voucher(channel, TAO);
        for bit in 0..512 {
            let mut bent = good;
            bent.signature.0[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(redeem(11, &[bent]), Err(Error::<Runtime>::BadSignature.into()));
        }
        // A second signature over the same promise is as good as the first, and worth nothing after it.
        let again = voucher(channel, TAO);
        assert_ne!(good.signature, again.signature);
        assert_eq!(pays(11, &[good]), TAO);
        assert_noop!(redeem(11, &[again]), Error::<Runtime>::NothingToRedeem);
    });
}

#[test]
fn a_voucher_is_bound_to_its_chain() {
    market(|| {
        let channel = open(1, TAO);
        let elsewhere = signed_by(&key(1), Hash::repeat_byte(9), channel, TAO);
        assert_noop!(redeem(11, &[elsewhere]), Error::<Runtime>::BadSignature);
        assert_eq!(Access::genesis_hash(), hash(0));
    });
}

#[test]
fn only_the_provider_redeems_and_its_owner_is_paid() {
    market(|| {
        let channel = open(1, 2 * TAO);
        for stranger in [2, 12, USER, 99] {
            assert_noop!(redeem(stranger, &[voucher(channel, TAO)]), Error::<Runtime>::NotProvider);
        }
        assert_eq!(pays(1, &[voucher(channel, TAO)]), TAO, "by the hotkey");
        assert_eq!(pays(11, &[voucher(channel, 2 * TAO)]), TAO, "by its owner");
        assert_eq!(free(&account(1)), 0);
    });
}

#[test]
fn a_provider_gets_at_most_the_deposit() {
    market(|| {
        let channel = open(1, TAO);
        let generous = voucher(channel, Rao::MAX);
        assert_eq!(pays(11, &[generous]), TAO);
        assert_noop!(redeem(11, &[generous]), Error::<Runtime>::NothingToRedeem);
        assert_ok!(Access::top_up(RuntimeOrigin::signed(account(USER)), channel, TAO / 2));
        assert_eq!(pays(11, &[generous]), TAO / 2, "what was promised and now is covered");
        assert_ok!(close(USER, channel));
        assert!(Access::channel(channel).is_none(), "nothing is left, so nobody has to wait");
    });
}

#[test]
fn the_provider_may_redeem_until_the_delay_is_over_and_the_user_settles_after_it() {
    market(|| {
        let channel = open(1, 4 * TAO);
        assert_noop!(settle(USER, channel), Error::<Runtime>::NotClosing);
        assert_ok!(close(USER, channel));
        assert_noop!(close(USER, channel), Error::<Runtime>::AlreadyClosing);
        let more = Access::top_up(RuntimeOrigin::signed(account(USER)), channel, TAO);
        assert_eq!(more, Err(Error::<Runtime>::AlreadyClosing.into()));
        assert_noop!(settle(USER, channel), Error::<Runtime>::TooEarly(RetryIn::new(close_delay())));
        pass(close_delay() - 1);
        assert_noop!(settle(USER, channel), Error::<Runtime>::TooEarly(RetryIn::new(1)));
        assert_eq!(pays(11, &[voucher(channel, TAO)]), TAO);
        pass(1);
        assert_noop!(redeem(11, &[voucher(channel, 2 * TAO)]), Error::<Runtime>::RedemptionOver);
        let before = free(&account(USER));
        assert_ok!(settle(99, channel));
        assert_eq!(free(&account(USER)) - before, 3 * TAO);
        assert_noop!(redeem(11, &[voucher(channel, 2 * TAO)]), Error::<Runtime>::UnknownChannel);
        assert_noop!(settle(USER, channel), Error::<Runtime>::UnknownChannel);
        assert_noop!(close(USER, channel), Error::<Runtime>::UnknownChannel);
        let newer = open(1, TAO);
        assert_ne!(newer, channel, "a number is never given out again");
    });
}

#[test]
fn a_provider_can_end_a_channel_at_once() {
    market(|| {
        for ender in [1, 11] {
            let channel = open(1, 2 * TAO);
            let before = free(&account(USER));
            assert_noop!(close(2, channel), Error::<Runtime>::NotParty);
            assert_ok!(close(ender, channel));
            assert_eq!(free(&account(USER)) - before, 2 * TAO);
            assert_noop!(redeem(11, &[voucher(channel, TAO)]), Error::<Runtime>::UnknownChannel);
        }
        let closing = open(1, TAO);
        assert_ok!(close(USER, closing));
        assert_ok!(close(1, closing));
        assert!(Access::channel(closing).is_none());
    });
}

fn swap_coldkey(old: u8, new: u8) {
    fund(&account(old), 2 * TAO);
    assert_ok!(Neurons::announce_coldkey_swap(RuntimeOrigin::signed(account(old)), account(new)));
    pass(<Runtime as pallet_neurons::Config>::ColdkeySwapDelay::get());
    assert_ok!(Neurons::swap_coldkey(RuntimeOrigin::signed(account(new)), account(old)));
}

#[test]
fn a_channel_outlives_swaps_of_all_keys() {
    market(|| {
        let channel = open(1, 4 * TAO);
        fund(&account(11), 2 * TAO);
        assert_ok!(Neurons::swap_hotkey(RuntimeOrigin::signed(account(11)), account(1), account(71)));
        swap_coldkey(USER, 72);
        let seen = Access::channel(channel).expect("is open");
        assert_eq!((seen.user, seen.provider), (account(72), account(71)));
        assert_noop!(redeem(1, &[voucher(channel, TAO)]), Error::<Runtime>::NotProvider);
        assert_eq!(pays(71, &[voucher(channel, TAO)]), TAO);
        swap_coldkey(11, 73);
        let before = free(&account(73));
        assert_ok!(redeem(73, &[voucher(channel, 2 * TAO)]));
        assert_eq!(free(&account(73)) - before, TAO, "the owner's new key is paid");
        assert_noop!(close(USER, channel), Error::<Runtime>::NotParty);
        assert_ok!(close(72, channel));
        pass(close_delay());
        let before = free(&account(72));
        assert_ok!(settle(72, channel));
        assert_eq!(free(&account(72)) - before, 2 * TAO, "the user's new key gets the rest");
    });
}

#[test]
fn a_channel_outlives_the_providers_seat() {
    let small = |rules: &mut Hyperparameters| {
        rules.max_neurons = 2;
        rules.max_validators = 2;
        rules.immunity_period = 0;
    };
    market_with(small, || {
        let channel = open(1, TAO);
        for newcomer in 3..7 {
            next_block();
            must_join(newcomer, newcomer + 10);
        }
        assert!(Neurons::seat_of(TEXT, &account(1)).is_err(), "newcomers took its seat");
        assert_eq!(pays(11, &[voucher(channel, TAO)]), TAO);
    });
}

#[test]
fn openings_that_make_no_sense_are_refused() {
    market(|| {
        let least: Rao = <Runtime as pallet_access::Config>::MinDeposit::get();
        let open = |provider: u8, deposit, key| {
            Access::open_channel(RuntimeOrigin::signed(account(USER)), account(provider), deposit, key)
        };
        let good = key(1).public();
        assert_noop!(open(1, least - 1, good), Error::<Runtime>::DepositTooSmall);
        assert_noop!(open(99, TAO, good), Error::<Runtime>::UnknownProvider);
        assert_noop!(open(1, TAO, sr25519::Public::default()), Error::<Runtime>::InvalidVoucherKey);
        assert!(open(1, 20 * TAO, good).is_err(), "the account has to stay alive");
        assert!(open(1, Rao::MAX, good).is_err());
        assert_eq!(Channels::<Runtime>::iter().count(), 0);
        assert_ok!(open(1, least, good));
        let channel = ChannelId(0);
        let top_up = |who: u8, amount| Access::top_up(RuntimeOrigin::signed(account(who)), channel, amount);
        assert_noop!(top_up(USER, 0), Error::<Runtime>::ZeroAmount);
        assert_noop!(top_up(USER, Rao::MAX), Error::<Runtime>::Overflow);
        assert_noop!(top_up(11, TAO), Error::<Runtime>::NotUser);
        assert!(top_up(USER, 100 * TAO).is_err(), "more than the user has");
    });
}

#[test]
fn a_user_has_a_bounded_number_of_channels() {
    market(|| {
        let least: Rao = <Runtime as pallet_access::Config>::MinDeposit::get();
        let most: u32 = <Runtime as pallet_access::Config>::MaxChannels::get();
        let ids: Vec<_> = (0..most).map(|_| open(1, least)).collect();
        let open_more =
            || Access::open_channel(RuntimeOrigin::signed(account(USER)), account(1), least, key(1).public());
        assert_noop!(open_more(), Error::<Runtime>::TooManyChannels);
        assert_eq!(Access::channels_of_user(&account(USER)).len(), most as usize);
        assert_ok!(close(1, ids[0]));
        assert_ok!(open_more());
        sound();
    });
}

#[test]
fn pages_show_every_channel_of_a_provider_once() {
    market(|| {
        let mut expected: Vec<_> = (0..7).map(|_| open(1, TAO)).collect();
        let other = open(2, TAO);
        let provider = Staking::hotkey_id(&account(1)).expect("is registered");
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = Access::channels_of_provider(provider, after, 3);
            assert!(page.len() <= 3);
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            seen.extend(page.iter().map(|info| info.id));
        }
        seen.sort();
        assert_eq!(seen, expected);
        // A channel that is settled between two pages doesn't break them.
        let first = Access::channels_of_provider(provider, None, 3);
        assert_ok!(close(1, first[2].id));
        let rest = Access::channels_of_provider(provider, Some(first[2].id), 100);
        assert_eq!(rest.len(), 4);
        expected.retain(|id| *id != first[2].id);
        expected.push(other);
        let users: Vec<_> = Access::channels_of_user(&account(USER)).iter().map(|info| info.id).collect();
        assert_eq!(users, expected, "oldest first");
        assert!(Access::channels_of_provider(HotkeyId(999), None, 10).is_empty());
        assert!(Access::channels_of_user(&account(99)).is_empty());
    });
}
