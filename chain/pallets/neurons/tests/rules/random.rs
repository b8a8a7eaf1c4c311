//! Whatever people do, seats, keys and books are right after every step.

use crate::ledger::*;
use frame_support::storage::with_storage_layer;
use ganglion_pallet_neurons::{Count, SeatOf, Seats};
use ganglion_primitives::{AccountId, Endpoint, HotkeyId, NetUid, NeuronId, Rao};
use pallet_subnets::Parameters;
use proptest::prelude::*;
use sp_runtime::DispatchError;
use std::collections::{BTreeMap, BTreeSet};

/// Keys are few, so that they meet. The first are the people's with TAO.
const KEYS: u8 = 12;

#[derive(Clone, Copy, Debug)]
enum Act {
    Work(u16, u8, u8),
    Burn(u16, u8, u8),
    Serve(u16, u8),
    SwapHotkey(u8, u8, u8),
    Announce(u8, u8),
    CarryOut(u8, u8),
    Decline(u8, u8),
    Dispute(u8),
    Resolve(u8, bool),
    Seats(u16, u16),
    Score(u64, u16),
    Dissolve(u16),
    Create,
    Pass(u64),
}

fn key() -> impl Strategy<Value = u8> {
    1..=KEYS
}

fn person() -> impl Strategy<Value = u8> {
    1..=PEOPLE
}

fn netuid() -> impl Strategy<Value = u16> {
    1..=3u16
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (netuid(), key(), key()).prop_map(|(netuid, hotkey, coldkey)| Act::Work(netuid, hotkey, coldkey)),
        4 => (netuid(), key(), person()).prop_map(|(netuid, hotkey, coldkey)| Act::Burn(netuid, hotkey, coldkey)),
        2 => (netuid(), key()).prop_map(|(netuid, hotkey)| Act::Serve(netuid, hotkey)),
        4 => (person(), key(), key()).prop_map(|(owner, old, new)| Act::SwapHotkey(owner, old, new)),
        3 => (person(), key()).prop_map(|(old, new)| Act::Announce(old, new)),
        3 => (key(), person()).prop_map(|(new, old)| Act::CarryOut(new, old)),
        1 => (key(), person()).prop_map(|(new, old)| Act::Decline(new, old)),
        1 => person().prop_map(Act::Dispute),
        1 => (person(), any::<bool>()).prop_map(|(old, allow)| Act::Resolve(old, allow)),
        1 => (netuid(), 1..6u16).prop_map(|(netuid, seats)| Act::Seats(netuid, seats)),
        3 => (0..40u64, any::<u16>()).prop_map(|(id, score)| Act::Score(id, score)),
        1 => netuid().prop_map(Act::Dissolve),
        1 => Just(Act::Create),
        6 => (1..8u64).prop_map(Act::Pass),
    ]
}

fn signed(key: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

fn run(act: Act) -> Result<(), DispatchError> {
    match act {
        Act::Work(netuid, hotkey, coldkey) => work(netuid, hotkey, coldkey),
        Act::Burn(netuid, hotkey, coldkey) => {
            Neurons::burned_register(signed(coldkey), NetUid(netuid), account(hotkey))
        }
        Act::Serve(netuid, hotkey) => {
            let endpoint = Endpoint::new("127.0.0.1:8091".parse().expect("an address"), 1);
            Neurons::serve_axon(signed(hotkey), NetUid(netuid), endpoint)
        }
        Act::SwapHotkey(owner, old, new) => Neurons::swap_hotkey(signed(owner), account(old), account(new)),
        Act::Announce(old, new) => Neurons::announce_coldkey_swap(signed(old), account(new)),
        Act::CarryOut(new, old) => Neurons::swap_coldkey(signed(new), account(old)),
        Act::Decline(new, old) => Neurons::decline_coldkey_swap(signed(new), account(old)),
        Act::Dispute(old) => Neurons::dispute_coldkey_swap(signed(old), account(old)),
        Act::Resolve(old, allow) => Neurons::resolve_coldkey_swap(RuntimeOrigin::root(), account(old), allow),
        Act::Seats(netuid, seats) => {
            if Subnets::netuids().contains(&NetUid(netuid)) {
                Parameters::<Ledger>::mutate(NetUid(netuid), |rules| rules.max_neurons = seats);
            }
            Ok(())
        }
        Act::Score(id, score) => {
            Scores::mutate(|scores| scores.insert(NeuronId(id), score));
            Ok(())
        }
        Act::Dissolve(netuid) => Subnets::dissolve(RuntimeOrigin::root(), NetUid(netuid)),
        Act::Create => {
            let before = Subnets::netuids();
            Subnets::create(RuntimeOrigin::root(), b"new".to_vec().try_into().expect("fits"))?;
            for netuid in Subnets::netuids().into_iter().filter(|netuid| !before.contains(netuid)) {
                Parameters::<Ledger>::insert(netuid, rules(3));
            }
            Ok(())
        }
        Act::Pass(blocks) => {
            pass(blocks);
            Ok(())
        }
    }
}

/// What was seen so far.
#[derive(Default)]
struct Memory {
    /// A neuron's hotkey and subnet are its own for life.
    neurons: BTreeMap<NeuronId, (HotkeyId, NetUid)>,
    /// Keys that ever were a hotkey or a coldkey.
    keys: BTreeSet<AccountId>,
    counts: BTreeMap<NetUid, u16>,
}

impl Memory {
    fn check(&mut self) {
        Staking::check_invariants().expect("staking");
        Subnets::check_invariants().expect("subnets");
        Neurons::check_invariants().expect("neurons");
        self.check_neurons();
        self.check_keys();
        self.check_counts();
        let endowed = Rao::from(PEOPLE) * ENDOWMENT;
        assert_eq!(Balances::total_issuance(), endowed - Destroyed::get(), "TAO appeared or vanished");
    }

    fn check_neurons(&mut self) {
        for (netuid, _, page) in Seats::<Ledger>::iter() {
            for seat in page {
                let known = self.neurons.entry(seat.id).or_insert((seat.hotkey, netuid));
                assert_eq!(*known, (seat.hotkey, netuid), "a neuron became another");
            }
        }
        let gone = Gone::get();
        for id in self.neurons.keys() {
            assert_ne!(SeatOf::<Ledger>::contains_key(id), gone.contains(id), "{id} neither sits nor is forgotten");
        }
    }

    fn check_keys(&mut self) {
        self.keys.extend(pallet_staking::Hotkeys::<Ledger>::iter_values().map(|row| row.account));
        self.keys.extend(pallet_staking::Coldkeys::<Ledger>::iter_values());
        for key in &self.keys {
            assert!(System::sufficients(key) > 0, "a key's nonce may start anew");
        }
    }

    /// A subnet grows below its limit only.
    fn check_counts(&mut self) {
        for (netuid, count) in Count::<Ledger>::iter() {
            let before = self.counts.get(&netuid).copied().unwrap_or(0);
            let limit = Parameters::<Ledger>::get(netuid).max_neurons;
            assert!(count <= before || count <= limit, "subnet {netuid} outgrew its {limit} seats");
        }
        self.counts = Count::<Ledger>::iter().collect();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn seats_keys_and_books_are_right_after_every_step(acts in prop::collection::vec(act(), 1..60)) {
        ledger().execute_with(|| {
            let mut memory = Memory::default();
            for act in acts {
                let gone = Gone::get();
                let destroyed = Destroyed::get();
                // Calls are transactions: a refusal changes nothing.
                if with_storage_layer(|| run(act)).is_err() {
                    Gone::set(gone);
                    Destroyed::set(destroyed);
                }
                memory.check();
            }
        });
    }

    #[test]
    fn no_interval_takes_more_than_three_times_its_target_nor_burns_more_than_two_thirds(
        burns in prop::collection::vec(any::<bool>(), 1..60),
    ) {
        ledger().execute_with(|| {
            Parameters::<Ledger>::mutate(NetUid(1), |rules| (rules.immunity_period, rules.max_neurons) = (0, 64));
            for (number, burn) in (100..).zip(burns) {
                let _ = with_storage_layer(|| {
                    if burn {
                        Neurons::burned_register(signed(1), NetUid(1), account(number))
                    } else {
                        work(1, number, number)
                    }
                });
                let prices = Neurons::prices(NetUid(1));
                prop_assert!(prices.by_work + prices.by_burn <= 12);
                prop_assert!(prices.by_burn <= 8, "{} burned", prices.by_burn);
                pass(1);
            }
            Ok(())
        })?;
    }
}
