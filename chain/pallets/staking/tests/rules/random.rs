//! Whatever people do, the books are right after every step.

use crate::world::*;
use frame_support::traits::Imbalance;
use ganglion_pallet_staking::{Pay, TotalStake};
use ganglion_primitives::{HotkeyId, Rao};
use proptest::prelude::*;
use sp_runtime::Perbill;

/// People and hotkeys are few, so that they meet.
const PEOPLE: u64 = 5;
const HOTKEYS: u64 = 4;

#[derive(Clone, Copy, Debug)]
enum Act {
    Register(u64, u64),
    Add(u64, u64, Rao),
    Remove(u64, u64, Rao),
    RemoveAll(u64, u64),
    Withdraw(u64, u64),
    Take(u64, u64, u16),
    Pay(u64, Rao, Rao),
    Slash(u64, Perbill),
    Fee(u64, Rao),
    RekeyHotkey(u64, u64),
    RekeyColdkey(u64, u64),
    Bind(u64, bool),
    Gift(u64, Rao),
    Pass(u64),
}

fn person() -> impl Strategy<Value = u64> {
    1..=PEOPLE
}

fn hotkey() -> impl Strategy<Value = u64> {
    100..100 + HOTKEYS
}

fn amount() -> impl Strategy<Value = Rao> {
    prop_oneof![0..3u64, MIN_NOMINATION - 2..MIN_NOMINATION + 2, 0..TAO, 0..2 * ENDOWMENT, Just(Rao::MAX)]
}

fn part() -> impl Strategy<Value = Perbill> {
    prop_oneof![Just(Perbill::one()), (0..=1_000_000_000u32).prop_map(Perbill::from_parts)]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (hotkey(), person()).prop_map(|(hotkey, who)| Act::Register(hotkey, who)),
        6 => (person(), hotkey(), amount()).prop_map(|(who, hotkey, amount)| Act::Add(who, hotkey, amount)),
        4 => (person(), hotkey(), amount()).prop_map(|(who, hotkey, amount)| Act::Remove(who, hotkey, amount)),
        2 => (person(), hotkey()).prop_map(|(who, hotkey)| Act::RemoveAll(who, hotkey)),
        3 => (person(), hotkey()).prop_map(|(who, hotkey)| Act::Withdraw(who, hotkey)),
        1 => (person(), hotkey(), any::<u16>()).prop_map(|(who, hotkey, take)| Act::Take(who, hotkey, take)),
        4 => (0..HOTKEYS, amount(), amount()).prop_map(|(id, incentive, dividends)| Act::Pay(id, incentive, dividends)),
        1 => (0..HOTKEYS, part()).prop_map(|(id, part)| Act::Slash(id, part)),
        1 => (person(), amount()).prop_map(|(who, amount)| Act::Fee(who, amount)),
        1 => (hotkey(), hotkey()).prop_map(|(old, new)| Act::RekeyHotkey(old, new)),
        1 => (person(), person()).prop_map(|(old, new)| Act::RekeyColdkey(old, new)),
        2 => (0..HOTKEYS, any::<bool>()).prop_map(|(id, bound)| Act::Bind(id, bound)),
        1 => (person(), amount()).prop_map(|(who, amount)| Act::Gift(who, amount)),
        2 => (0..2 * WINDOW).prop_map(Act::Pass),
    ]
}

/// What is out of everybody's hands: destroyed by slashes and fees, given to the pot.
#[derive(Default)]
struct Books {
    destroyed: Rao,
    given: Rao,
}

impl Books {
    /// Refusals are part of the game: what counts is what the books say afterwards.
    fn run(&mut self, act: Act) {
        match act {
            Act::Register(hotkey, who) => ignore(Staking::ensure_owned(&hotkey, &who)),
            Act::Add(who, hotkey, amount) => ignore(add(who, hotkey, amount)),
            Act::Remove(who, hotkey, amount) => ignore(remove(who, hotkey, amount)),
            Act::RemoveAll(who, hotkey) => Self::remove_all(who, hotkey),
            Act::Withdraw(who, hotkey) => ignore(withdraw(who, hotkey)),
            Act::Take(who, hotkey, take) => ignore(set_take(who, hotkey, take)),
            Act::Pay(id, incentive, dividends) => {
                let pay = Pay { incentive, dividends };
                ignore(Staking::pay_from(&50, |payout| Ok(payout.credit(HotkeyId(id), pay)?)));
            }
            Act::Slash(id, part) => self.destroyed += Staking::slash(HotkeyId(id), part),
            Act::Fee(who, amount) => {
                let paid = Staking::pay_from_stake(&who, amount);
                self.destroyed += paid.map_or(0, |credit| credit.peek());
            }
            Act::RekeyHotkey(old, new) => ignore(Staking::rekey_hotkey(&old, &new)),
            Act::RekeyColdkey(old, new) => ignore(Staking::rekey_coldkey(&old, &new)),
            Act::Bind(id, true) => bind(HotkeyId(id)),
            Act::Bind(id, false) => Bound::mutate(|bound| ignore(bound.remove(&id))),
            Act::Gift(who, amount) => {
                let gift = Balances::transfer_allow_death(RuntimeOrigin::signed(who), Staking::pot(), amount);
                self.given += gift.map_or(0, |()| amount);
            }
            Act::Pass(blocks) => pass(blocks),
        }
    }

    /// Whoever has something can take it all out.
    fn remove_all(who: u64, hotkey: u64) {
        let worth = Staking::stake_of(&who, &hotkey);
        if worth > 0 {
            match remove(who, hotkey, worth) {
                Err(error) => assert_eq!(error, Error::<Ledger>::TooManyDepartures.into()),
                Ok(()) => assert_eq!(Staking::stake_of(&who, &hotkey), 0),
            }
        }
    }

    fn check(&self) {
        check();
        assert_eq!(Balances::total_issuance(), 99 * ENDOWMENT - self.destroyed, "TAO appeared or vanished");
        assert_eq!(Balances::free_balance(Staking::pot()), TotalStake::<Ledger>::get() + self.given);
        let owned: Rao = (1..=PEOPLE).map(|who| Staking::staked_by(&who)).sum();
        assert!(owned <= TotalStake::<Ledger>::get(), "people own more than there is");
    }
}

fn ignore<R>(_: R) {}

/// Calls are transactions: a refusal changes nothing.
fn transact(act: impl FnOnce()) {
    let _ = frame_support::storage::with_storage_layer(|| {
        act();
        Ok::<_, sp_runtime::DispatchError>(())
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_books_are_right_after_every_step(acts in proptest::collection::vec(act(), 1..120)) {
        ledger().execute_with(|| {
            let mut books = Books::default();
            for act in acts {
                transact(|| books.run(act));
                books.check();
            }
        });
    }

    #[test]
    fn in_the_end_everybody_can_leave(acts in proptest::collection::vec(act(), 1..60)) {
        ledger().execute_with(|| {
            let mut books = Books::default();
            acts.into_iter().for_each(|act| transact(|| books.run(act)));
            let everybody = || (1..=PEOPLE).flat_map(|who| (100..100 + HOTKEYS).map(move |hotkey| (who, hotkey)));
            // More than once: what is worth nothing may be worth the RAO that rounding left, once others have gone.
            for _ in 0..4 {
                pass(2 * WINDOW);
                everybody().for_each(|(who, hotkey)| ignore(withdraw(who, hotkey)));
                everybody().for_each(|(who, hotkey)| Books::remove_all(who, hotkey));
            }
            books.check();
            assert_eq!(TotalStake::<Ledger>::get(), 0, "something stayed behind");
        });
    }
}
