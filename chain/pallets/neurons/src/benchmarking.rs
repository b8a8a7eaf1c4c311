//! What calls cost at worst, measured in the runtime.

use crate::{Pallet as Neurons, *};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, Get, UnfilteredDispatchable};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use ganglion_primitives::{AccountId, Endpoint, NetUid, Uid, TAO};
use pallet_staking::Pallet as Staking;
use pallet_subnets::{Hyperparameters, Subnet, MAX_NEURONS, MAX_SUBNETS};
use sp_runtime::traits::One;

/// The subnet of the benchmarks.
const NETUID: NetUid = NetUid(77);

fn endpoint() -> Endpoint {
    Endpoint { version: 1, ip: u128::from(u32::from_be_bytes([1, 2, 3, 4])), port: 8_091, ip_type: 4, protocol: 4 }
}

/// Somebody with TAO enough for every price.
fn rich<T: Config>(name: &'static str) -> Result<AccountId, BenchmarkError> {
    let who: AccountId = account(name, 0, 0);
    T::Currency::mint_into(&who, 10_000 * TAO)?;
    Ok(who)
}

/// Makes the subnet, open, with room for everybody, of `owner`.
fn found<T: Config>(netuid: NetUid, owner: &AccountId) -> Result<(), BenchmarkError> {
    let owner = Staking::<T>::ensure_coldkey(owner).map_err(|_| BenchmarkError::Stop("no coldkey"))?;
    let subnet = Subnet { name: Default::default(), owner: Some(owner), created_at: Default::default(), lock: 0 };
    pallet_subnets::Subnets::<T>::insert(netuid, subnet);
    let hyperparameters = Hyperparameters {
        max_neurons: MAX_NEURONS,
        max_registrations_per_block: 256,
        immunity_period: 0,
        min_difficulty: 1,
        ..Default::default()
    };
    pallet_subnets::Parameters::<T>::insert(netuid, hyperparameters);
    let _ = pallet_subnets::Netuids::<T>::try_append(netuid);
    Ok(())
}

/// Seats `count` neurons with endpoints in a subnet, whatever it allows. Every 21st hotkey is of one coldkey, which so
/// has as many as it can; the others have coldkeys of their own. Answers with that coldkey.
pub fn fill<T: Config>(netuid: NetUid, count: u16) -> AccountId {
    let whale: AccountId = account("whale", 0, 0);
    pallet_subnets::Parameters::<T>::mutate(netuid, |numbers| numbers.max_neurons = MAX_NEURONS);
    for uid in 0..u32::from(count) {
        let hotkey: AccountId = account("hotkey", uid, netuid.0.into());
        let coldkey = if uid % 21 == 0 { whale.clone() } else { account("coldkey", uid, 0) };
        let Ok(id) = Staking::<T>::ensure_owned(&hotkey, &coldkey) else { continue };
        if Neurons::<T>::take_seat(netuid, id, hotkey, 0).is_ok() {
            Neurons::<T>::put_endpoints(netuid, Uid(uid as u16), endpoint());
        }
    }
    whale
}

/// A full subnet whose owner has as many hotkeys in it as count.
fn full<T: Config>() -> Result<(), BenchmarkError> {
    frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::one());
    let whale = fill::<T>(NETUID, 0);
    found::<T>(NETUID, &whale)?;
    fill::<T>(NETUID, MAX_NEURONS);
    T::Scores::fill(NETUID, &Neurons::<T>::ids(NETUID));
    frame_system::Pallet::<T>::set_block_number(2u32.into());
    Ok(())
}

/// A hotkey with a seat, of a rich coldkey.
fn seated<T: Config>() -> Result<(AccountId, AccountId), BenchmarkError> {
    full::<T>()?;
    let (hotkey, coldkey) = (account("new hotkey", 0, 0), rich::<T>("rich")?);
    let stop = |_| BenchmarkError::Stop("no seat");
    let id = Staking::<T>::ensure_owned(&hotkey, &coldkey).map_err(stop)?;
    Neurons::<T>::take_seat(NETUID, id, hotkey.clone(), 0).map_err(|_| BenchmarkError::Stop("no seat"))?;
    Ok((hotkey, coldkey))
}

/// A coldkey whose swap is announced.
fn announced<T: Config>() -> Result<(AccountId, AccountId), BenchmarkError> {
    let (old, new) = (rich::<T>("rich")?, account("new", 0, 0));
    Staking::<T>::ensure_coldkey(&old).map_err(|_| BenchmarkError::Stop("no coldkey"))?;
    Neurons::<T>::announce_swap(old.clone(), account("mistake", 0, 0))?;
    Ok((old, new))
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() -> Result<(), BenchmarkError> {
        full::<T>()?;
        let call = Call::<T>::register {
            netuid: NETUID,
            block_number: BlockNumberFor::<T>::one(),
            nonce: 0,
            hotkey: account("new hotkey", 0, 0),
            coldkey: account("new coldkey", 0, 0),
        };
        #[block]
        {
            Neurons::<T>::validate_work(&call).map_err(|_| BenchmarkError::Stop("refused"))?;
            call.dispatch_bypass_filter(RawOrigin::None.into()).map_err(|failed| failed.error)?;
        }
        assert!(Neurons::<T>::seat_of(NETUID, &account("new hotkey", 0, 0)).is_ok());
        Ok(())
    }

    #[benchmark]
    fn burned_register() -> Result<(), BenchmarkError> {
        full::<T>()?;
        let (hotkey, coldkey): (AccountId, _) = (account("new hotkey", 0, 0), rich::<T>("rich")?);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), NETUID, hotkey.clone());
        assert!(Neurons::<T>::seat_of(NETUID, &hotkey).is_ok());
        Ok(())
    }

    #[benchmark]
    fn serve_axon() -> Result<(), BenchmarkError> {
        let (hotkey, _) = seated::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, endpoint());
        Ok(())
    }

    #[benchmark]
    fn serve_prometheus() -> Result<(), BenchmarkError> {
        let (hotkey, _) = seated::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, endpoint());
        Ok(())
    }

    #[benchmark]
    fn swap_hotkey() -> Result<(), BenchmarkError> {
        let (former, coldkey) = seated::<T>()?;
        let key: AccountId = account("new", 0, 0);
        // It gets a key back that its owner retired.
        Neurons::<T>::exchange_hotkey(coldkey.clone(), former.clone(), key.clone())?;
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), key, former.clone());
        assert!(Neurons::<T>::seat_of(NETUID, &former).is_ok());
        Ok(())
    }

    #[benchmark]
    fn announce_coldkey_swap() -> Result<(), BenchmarkError> {
        let (old, new) = announced::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(old), new.clone());
        assert!(SwapTargets::<T>::contains_key(&new));
        Ok(())
    }

    #[benchmark]
    fn swap_coldkey() -> Result<(), BenchmarkError> {
        let (old, new) = announced::<T>()?;
        Neurons::<T>::announce_swap(old.clone(), new.clone())?;
        let now = frame_system::Pallet::<T>::block_number();
        frame_system::Pallet::<T>::set_block_number(now + T::ColdkeySwapDelay::get());
        #[extrinsic_call]
        _(RawOrigin::Signed(new.clone()), old);
        assert!(Staking::<T>::coldkey_id(&new).is_some());
        Ok(())
    }

    #[benchmark]
    fn dispute_coldkey_swap() -> Result<(), BenchmarkError> {
        let (old, _) = announced::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(old.clone()), old.clone());
        assert!(Neurons::<T>::coldkey_swap(&old).is_some_and(|swap| swap.disputed));
        Ok(())
    }

    #[benchmark]
    fn decline_coldkey_swap() -> Result<(), BenchmarkError> {
        let (old, new) = announced::<T>()?;
        Neurons::<T>::announce_swap(old.clone(), new.clone())?;
        #[extrinsic_call]
        _(RawOrigin::Signed(new.clone()), old);
        assert!(!SwapTargets::<T>::contains_key(&new));
        Ok(())
    }

    #[benchmark]
    fn resolve_coldkey_swap() -> Result<(), BenchmarkError> {
        let (old, new) = announced::<T>()?;
        Neurons::<T>::announce_swap(old.clone(), new.clone())?;
        Neurons::<T>::dispute_swap(None, old.clone())?;
        #[extrinsic_call]
        _(RawOrigin::Root, old, true);
        assert!(Staking::<T>::coldkey_id(&new).is_some());
        Ok(())
    }

    #[benchmark]
    fn adjust_prices(d: Linear<0, { MAX_SUBNETS as u32 }>) -> Result<(), BenchmarkError> {
        let owner = rich::<T>("rich")?;
        let netuids: Vec<NetUid> = (1..=MAX_SUBNETS).map(NetUid).collect();
        pallet_subnets::Netuids::<T>::kill();
        for netuid in &netuids {
            found::<T>(*netuid, &owner)?;
        }
        let start = BlockNumberFor::<T>::one();
        Neurons::<T>::adjust_prices(start);
        JoiningPrices::<T>::mutate(|all| {
            for netuid in netuids.iter().take(d as usize) {
                if let Some(prices) = all.get_mut(netuid) {
                    prices.adjust_at = start;
                }
            }
        });
        #[block]
        {
            Neurons::<T>::adjust_prices(start);
        }
        assert!(JoiningPrices::<T>::get().values().all(|prices| prices.adjust_at > start));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, ledger::ledger(), ledger::Ledger);
}

#[cfg(test)]
#[path = "../tests/rules/ledger.rs"]
#[allow(dead_code)] // The tests of the rules need more of it.
mod ledger;
