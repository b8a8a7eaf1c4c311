//! Whatever people do, every RAO is minted, split, paid or recycled, and none is lost.

use crate::ledger::*;
use frame_support::storage::with_storage_layer;
use ganglion_pallet_emission::{Emitted, Event, Pending, Recycled, Unallocated};
use ganglion_primitives::{HotkeyId, NetUid, Rao, TAO};
use ganglion_tokenomics::emission::block_emission;
use pallet_staking::TotalStake;
use pallet_subnets::Parameters;
use proptest::prelude::*;
use sp_runtime::{DispatchResult, Perbill};

/// Keys are few, so that they meet. The first are the people's with TAO.
const KEYS: u8 = 9;

#[derive(Clone, Debug)]
enum Act {
    Work(u16, u8, u8),
    Burn(u16, u8, u8),
    Stake(u8, u8, Rao),
    Unstake(u8, u8, Rao),
    Weigh(u16, u8, Vec<u16>),
    Slash(u64, u32),
    Vote(Vec<(Rao, u16, u16)>),
    Cut(u16, u16),
    Give(u16, u8),
    Dissolve(u16),
    Create,
    Pass(u8),
}

fn key() -> impl Strategy<Value = u8> {
    1..=KEYS
}

fn person() -> impl Strategy<Value = u8> {
    1..=PEOPLE
}

fn netuid() -> impl Strategy<Value = u16> {
    1..=4u16
}

fn amount() -> impl Strategy<Value = Rao> {
    prop_oneof![0..3u64, 0..TAO, 0..ENDOWMENT]
}

fn act() -> impl Strategy<Value = Act> {
    let votes = prop::collection::vec((amount(), netuid(), any::<u16>()), 0..4);
    let row = prop::collection::vec(any::<u16>(), 1..5);
    prop_oneof![
        6 => (netuid(), key(), key()).prop_map(|(netuid, hotkey, coldkey)| Act::Work(netuid, hotkey, coldkey)),
        2 => (netuid(), key(), person()).prop_map(|(netuid, hotkey, coldkey)| Act::Burn(netuid, hotkey, coldkey)),
        4 => (person(), key(), amount()).prop_map(|(who, hotkey, amount)| Act::Stake(who, hotkey, amount)),
        2 => (key(), key(), amount()).prop_map(|(who, hotkey, amount)| Act::Unstake(who, hotkey, amount)),
        8 => (netuid(), key(), row).prop_map(|(netuid, hotkey, row)| Act::Weigh(netuid, hotkey, row)),
        1 => (0..9u64, 0..=1_000_000_000u32).prop_map(|(hotkey, part)| Act::Slash(hotkey, part)),
        1 => votes.prop_map(Act::Vote),
        1 => (netuid(), 0..=11_796u16).prop_map(|(netuid, cut)| Act::Cut(netuid, cut)),
        1 => (netuid(), key()).prop_map(|(netuid, owner)| Act::Give(netuid, owner)),
        1 => netuid().prop_map(Act::Dissolve),
        1 => Just(Act::Create),
        10 => (1..12u8).prop_map(Act::Pass),
    ]
}

fn signed(key: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

fn run(act: Act) -> DispatchResult {
    match act {
        Act::Work(netuid, hotkey, coldkey) => work(netuid, hotkey, coldkey),
        Act::Burn(netuid, hotkey, coldkey) => {
            Neurons::burned_register(signed(coldkey), NetUid(netuid), account(hotkey))
        }
        Act::Stake(who, hotkey, amount) => Staking::add_stake(signed(who), account(hotkey), amount),
        Act::Unstake(who, hotkey, amount) => Staking::remove_stake(signed(who), account(hotkey), amount),
        Act::Weigh(netuid, hotkey, row) => {
            let weights = Neurons::ids(NetUid(netuid)).into_iter().zip(row).collect();
            Weights::set_weights(signed(hotkey), NetUid(netuid), weights, 0)
        }
        Act::Slash(hotkey, part) => {
            Staking::slash(HotkeyId(hotkey), Perbill::from_parts(part));
            Ok(())
        }
        Act::Vote(votes) => {
            let vote = |(stake, netuid, weight)| (stake, vec![(NetUid(netuid), weight)]);
            Votes::set(votes.into_iter().map(vote).collect());
            Ok(())
        }
        Act::Cut(netuid, cut) => {
            if Subnets::netuids().contains(&NetUid(netuid)) {
                Parameters::<Ledger>::mutate(NetUid(netuid), |rules| rules.owner_cut = cut);
            }
            Ok(())
        }
        Act::Give(netuid, owner) => Subnets::transfer_ownership(RuntimeOrigin::root(), NetUid(netuid), account(owner)),
        Act::Dissolve(netuid) => Subnets::dissolve(RuntimeOrigin::root(), NetUid(netuid)),
        Act::Create => {
            let before = Subnets::netuids();
            Subnets::create(RuntimeOrigin::root(), b"new".to_vec().try_into().expect("fits"))?;
            for netuid in Subnets::netuids().into_iter().filter(|netuid| !before.contains(netuid)) {
                Parameters::<Ledger>::insert(netuid, rules(2));
            }
            Ok(())
        }
        Act::Pass(blocks) => {
            (0..blocks).for_each(|_| block());
            Ok(())
        }
    }
}

/// RAO that wait for an epoch, or for a subnet.
fn waiting() -> Rao {
    Pending::<Ledger>::iter_values().sum::<Rao>() + Unallocated::<Ledger>::get()
}

/// One block: it mints what it should, and what no longer waits was paid or recycled, to the RAO.
fn block() {
    let (waited, emitted, recycled) = (waiting(), Emitted::<Ledger>::get(), Recycled::<Ledger>::get());
    let (staked, expected) = (TotalStake::<Ledger>::get(), block_emission(Balances::total_issuance()));
    next_block();
    let minted = Emitted::<Ledger>::get() - emitted;
    assert_eq!(minted, expected, "a block minted other than it should");
    let (mut neurons, mut owners) = (0, 0);
    for record in System::events() {
        if let RuntimeEvent::Emission(Event::EpochPaid { miners, validators, owner, .. }) = record.event {
            // Shares are `I32F32`, each rounded down, and so is each pay: a neuron may miss 2⁻³² of its half
            // (6 RAO of 25.5 TAO) and one RAO. What is missed stays pending.
            let rounding = 10 + miners.max(validators) / (1 << 28);
            let halves = miners.abs_diff(validators) <= rounding;
            assert!(halves || miners == 0 || validators == 0, "{miners} and {validators}");
            neurons += miners + validators;
            owners += owner;
        }
    }
    assert_eq!(TotalStake::<Ledger>::get() - staked, neurons, "pay is stake, to the RAO");
    let destroyed = Recycled::<Ledger>::get() - recycled;
    assert_eq!(waited + minted, waiting() + neurons + owners + destroyed, "emission was lost on the way");
    check();
}

fn check() {
    Staking::check_invariants().expect("staking");
    Neurons::check_invariants().expect("neurons");
    Weights::check_invariants().expect("weights");
    Emission::check_invariants().expect("emission");
    // Nobody sends the pot a gift here.
    assert_eq!(Balances::free_balance(Emission::pot()), waiting());
    assert_eq!(Balances::total_issuance(), Emitted::<Ledger>::get() - Recycled::<Ledger>::get());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_rao_is_waiting_paid_or_recycled_after_every_step(acts in prop::collection::vec(act(), 1..60)) {
        ledger().execute_with(|| {
            assert_eq!(Emitted::<Ledger>::get() - 2 * TAO, Rao::from(PEOPLE) * ENDOWMENT, "endowments count");
            for act in acts {
                // Calls are transactions: a refusal changes nothing.
                let _ = with_storage_layer(|| run(act));
                check();
            }
        });
    }

    #[test]
    fn votes_split_a_block_and_leave_only_dust(
        votes in prop::collection::vec((amount(), netuid(), any::<u16>()), 0..6),
    ) {
        ledger().execute_with(|| {
            (1..=3u16).for_each(|netuid| work(netuid, netuid as u8 + 20, 20).expect("there is room"));
            run(Act::Vote(votes)).expect("votes");
            let before: Rao = waiting();
            block();
            prop_assert!(Unallocated::<Ledger>::get() < 3, "{} left of {before}", Unallocated::<Ledger>::get());
            Ok(())
        })?;
    }
}
