//! What calls and services cost at worst.

use crate::*;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        Get, Imbalance,
    },
    BoundedVec,
};
use frame_system::{Pallet as System, RawOrigin};
use ganglion_primitives::{ColdkeyId, HotkeyId, Rao, TAO};
use sp_runtime::{
    traits::{One, Saturating},
    Perbill,
};

/// Enough for a nomination many times over.
const PLENTY: Rao = 1_000_000 * TAO;

fn account_with_tao<T: Config>(name: &'static str) -> Result<T::AccountId, BenchmarkError> {
    let who: T::AccountId = account(name, 0, 0);
    T::Currency::mint_into(&who, PLENTY)?;
    Ok(who)
}

/// Fills `coldkey`'s list with others' hotkeys, up to one place.
fn fill_list<T: Config>(coldkey: ColdkeyId) {
    let others = (1 << 40..).take(MAX_POSITIONS as usize - 1).map(HotkeyId);
    Backed::<T>::insert(coldkey, BoundedVec::truncate_from(others.collect()));
}

/// A hotkey on which its owner and a nominator have stake, and the nominator; the nominator's list is full.
fn nominated<T: Config>() -> Result<(T::AccountId, HotkeyId, T::AccountId), BenchmarkError> {
    let (owner, hotkey) = (account_with_tao::<T>("owner")?, account::<T::AccountId>("hotkey", 0, 0));
    let id = Pallet::<T>::ensure_owned(&hotkey, &owner).map_err(|_| BenchmarkError::Stop("the hotkey is taken"))?;
    Pallet::<T>::stake(&owner, &hotkey, PLENTY / 2)?;
    let nominator = account_with_tao::<T>("nominator")?;
    let coldkey = Pallet::<T>::ensure_coldkey(&nominator).map_err(|_| BenchmarkError::Stop("no ids are left"))?;
    fill_list::<T>(coldkey);
    Pallet::<T>::stake(&nominator, &hotkey, PLENTY / 2)?;
    Ok((hotkey, id, nominator))
}

fn pass<T: Config>(blocks: frame_system::pallet_prelude::BlockNumberFor<T>) {
    System::<T>::set_block_number(System::<T>::block_number().saturating_add(blocks));
}

/// Fills the nominator's departures up to `free` places.
fn depart<T: Config>(nominator: &T::AccountId, hotkey: &T::AccountId, free: u32) -> Result<(), BenchmarkError> {
    for _ in free..MAX_DEPARTURES {
        Pallet::<T>::unstake(nominator, hotkey, PLENTY / 100, |_| true)?;
        pass::<T>(One::one());
    }
    Ok(())
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// A new coldkey nominates.
    #[benchmark]
    fn add_stake() -> Result<(), BenchmarkError> {
        let (hotkey, _, _) = nominated::<T>()?;
        let caller = account_with_tao::<T>("caller")?;
        fill_list::<T>(NextColdkeyId::<T>::get());

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), hotkey.clone(), PLENTY / 2);

        assert_eq!(Pallet::<T>::stake_of(&caller, &hotkey), PLENTY / 2);
        Ok(())
    }

    /// All of a nomination leaves at once.
    #[benchmark]
    fn remove_stake() -> Result<(), BenchmarkError> {
        let (hotkey, _, nominator) = nominated::<T>()?;

        #[extrinsic_call]
        _(RawOrigin::Signed(nominator.clone()), hotkey.clone(), PLENTY / 2);

        assert_eq!(Pallet::<T>::stake_of(&nominator, &hotkey), 0);
        Ok(())
    }

    /// The last departure that has room.
    #[benchmark]
    fn leave() -> Result<(), BenchmarkError> {
        let (hotkey, _, nominator) = nominated::<T>()?;
        depart::<T>(&nominator, &hotkey, 1)?;

        #[block]
        {
            Pallet::<T>::unstake(&nominator, &hotkey, PLENTY / 100, |_| true)?;
        }

        assert_eq!(Pallet::<T>::leaving(&nominator).len(), MAX_DEPARTURES as usize);
        Ok(())
    }

    #[benchmark]
    fn set_take() -> Result<(), BenchmarkError> {
        let (hotkey, id, _) = nominated::<T>()?;
        let owner = Pallet::<T>::owner_account(id).ok_or(BenchmarkError::Stop("no owner"))?;
        Pallet::<T>::change_take(&owner, &hotkey, 0)?;
        pass::<T>(T::TakeInterval::get());

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), hotkey.clone(), MAX_TAKE);

        assert_eq!(Pallet::<T>::take_of(&hotkey), Some(MAX_TAKE));
        Ok(())
    }

    /// Everything has left the window; the position is over.
    #[benchmark]
    fn withdraw() -> Result<(), BenchmarkError> {
        let (hotkey, _, nominator) = nominated::<T>()?;
        depart::<T>(&nominator, &hotkey, 1)?;
        Pallet::<T>::unstake(&nominator, &hotkey, Pallet::<T>::stake_of(&nominator, &hotkey), |_| true)?;
        pass::<T>(T::SlashWindow::get());

        #[extrinsic_call]
        _(RawOrigin::Signed(nominator.clone()), hotkey);

        assert_eq!(T::Currency::balance(&nominator), PLENTY);
        Ok(())
    }

    /// The sixteenth position pays.
    #[benchmark]
    fn pay_from_stake() -> Result<(), BenchmarkError> {
        let payer = account_with_tao::<T>("payer")?;
        for seed in 0..16 {
            let hotkey = account::<T::AccountId>("nominated", seed, 0);
            Pallet::<T>::ensure_owned(&hotkey, &account("another", 0, 0))
                .map_err(|_| BenchmarkError::Stop("the hotkey is taken"))?;
            Pallet::<T>::stake(&payer, &hotkey, T::MinNomination::get().saturating_add(seed.into()))?;
        }
        let fee = T::MinNomination::get().saturating_add(15);
        let taken;

        #[block]
        {
            taken = Pallet::<T>::pay_from_stake(&payer, fee)?;
        }

        assert_eq!(taken.peek(), fee);
        Ok(())
    }

    /// With one payment.
    #[benchmark]
    fn pay_from() -> Result<(), BenchmarkError> {
        let (_, id, payer) = nominated::<T>()?;

        #[block]
        {
            Pallet::<T>::pay_from(&payer, |payout| {
                payout.credit(id, Pay { incentive: 1, dividends: 1 })?;
                Ok(())
            })?;
        }

        Ok(())
    }

    /// The owner's list doesn't name the hotkey yet.
    #[benchmark]
    fn credit() -> Result<(), BenchmarkError> {
        let (_, id, _) = nominated::<T>()?;
        fill_list::<T>(Pallet::<T>::owner_of(id).ok_or(BenchmarkError::Stop("no owner"))?);
        Stakes::<T>::put(id, Stake { listed: false, ..Stakes::<T>::get(id) });

        #[block]
        {
            Pallet::<T>::credit(id, Pay { incentive: TAO, dividends: TAO })
                .map_err(|_| BenchmarkError::Stop("is not paid"))?;
        }

        assert!(Stakes::<T>::get(id).listed);
        Ok(())
    }

    #[benchmark]
    fn slash() -> Result<(), BenchmarkError> {
        let (hotkey, id, nominator) = nominated::<T>()?;
        depart::<T>(&nominator, &hotkey, 0)?;
        let amount;

        #[block]
        {
            amount = Pallet::<T>::slash(id, Perbill::from_percent(10));
        }

        assert_eq!(amount, PLENTY / 10);
        Ok(())
    }

    /// Of a hotkey that gets a key back which its owner retired.
    #[benchmark]
    fn rekey() -> Result<(), BenchmarkError> {
        let (former, id, _) = nominated::<T>()?;
        let key = account::<T::AccountId>("new", 0, 0);
        let taken = |_| BenchmarkError::Stop("the key is taken");
        Pallet::<T>::rekey_hotkey(&former, &key).map_err(taken)?;

        #[block]
        {
            Pallet::<T>::rekey_hotkey(&key, &former).map_err(taken)?;
        }

        assert_eq!(Pallet::<T>::hotkey_account(id), Some(former));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, ledger::ledger(), ledger::Ledger);
}

#[cfg(test)]
#[path = "../tests/rules/ledger.rs"]
mod ledger;
