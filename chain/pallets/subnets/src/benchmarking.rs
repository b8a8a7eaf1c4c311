//! What the calls cost at worst, measured in the runtime.

use crate::*;
use alloc::{boxed::Box, vec};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, EnsureOrigin, Get},
    BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use ganglion_primitives::{NetUid, Rao, TAO};

/// Somebody with more TAO than any price.
fn rich<T: Config>(seed: u32) -> Result<T::AccountId, BenchmarkError> {
    let who: T::AccountId = account("owner", seed, 0);
    T::Currency::mint_into(&who, 100_000 * TAO)?;
    Ok(who)
}

fn name<T: Config>() -> BoundedVec<u8, T::MaxNameLength> {
    BoundedVec::truncate_from(vec![b'n'; T::MaxNameLength::get() as usize])
}

fn identity() -> SubnetIdentity {
    let line = || Line::truncate_from(vec![b'l'; 256]);
    SubnetIdentity {
        description: Paragraph::truncate_from(vec![b'd'; 1_024]),
        url: line(),
        repository: line(),
        logo: line(),
        discord: line(),
        contact: line(),
    }
}

/// Subnet `netuid`, described, of a new owner, with a lock of `lock` RAO.
fn owned<T: Config>(netuid: u16, lock: Rao) -> Result<(NetUid, T::AccountId), BenchmarkError> {
    let owner = rich::<T>(netuid.into())?;
    let id = pallet_staking::Pallet::<T>::ensure_coldkey(&owner).map_err(|_| BenchmarkError::Stop("no coldkey"))?;
    Pallet::<T>::lock(&owner, lock)?;
    let netuid = NetUid(netuid);
    Pallet::<T>::remove_row(netuid);
    let subnet = Subnet { name: name::<T>(), owner: Some(id), created_at: Default::default(), lock };
    Pallet::<T>::insert(netuid, subnet, Hyperparameters::default()).map_err(|_| BenchmarkError::Stop("no room"))?;
    Identities::<T>::insert(netuid, identity());
    Ok((netuid, owner))
}

impl<T: Config> Pallet<T> {
    /// Makes way for a subnet of the benchmark where genesis has one.
    fn remove_row(netuid: NetUid) {
        Netuids::<T>::mutate(|netuids| netuids.retain(|other| *other != netuid));
        Subnets::<T>::remove(netuid);
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_hyperparameters() -> Result<(), BenchmarkError> {
        let (netuid, owner) = owned::<T>(1, TAO)?;
        let update = HyperparameterUpdate { kappa: Some(40_000), max_burn: Some(TAO), ..Default::default() };
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), netuid, Box::new(update));
        assert_eq!(Parameters::<T>::get(netuid).kappa, 40_000);
        Ok(())
    }

    #[benchmark]
    fn create() -> Result<(), BenchmarkError> {
        for netuid in 1..=MAX_SUBNETS {
            owned::<T>(netuid, TAO)?;
        }
        let past_immunity: BlockNumberFor<T> = Terms::<T>::get().immunity_period.saturating_add(1).into();
        frame_system::Pallet::<T>::set_block_number(past_immunity);
        let creator = rich::<T>(0)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(creator), name::<T>());
        assert_eq!(Dissolving::<T>::get().len(), 1);
        assert_eq!(Netuids::<T>::get().len(), usize::from(MAX_SUBNETS));
        Ok(())
    }

    #[benchmark]
    fn dissolve() -> Result<(), BenchmarkError> {
        let (netuid, owner) = owned::<T>(1, TAO)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), netuid);
        assert!(!Subnets::<T>::contains_key(netuid));
        Ok(())
    }

    #[benchmark]
    fn set_identity() -> Result<(), BenchmarkError> {
        let (netuid, owner) = owned::<T>(1, TAO)?;
        Identities::<T>::remove(netuid);
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), netuid, Box::new(identity()));
        assert_eq!(Identities::<T>::get(netuid), Some(identity()));
        Ok(())
    }

    #[benchmark]
    fn transfer_ownership() -> Result<(), BenchmarkError> {
        let (netuid, owner) = owned::<T>(1, TAO)?;
        let heir: T::AccountId = account("heir", 0, 0);
        pallet_staking::Pallet::<T>::ensure_coldkey(&heir).map_err(|_| BenchmarkError::Stop("no ids are left"))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), netuid, heir.clone());
        assert_eq!(Pallet::<T>::owner_account(netuid), Some(heir));
        Ok(())
    }

    #[benchmark]
    fn set_terms() -> Result<(), BenchmarkError> {
        let origin = T::ParametersOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
        let terms = CreationTerms { min_lock: TAO, ..Default::default() };
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, terms.clone());
        assert_eq!(Terms::<T>::get(), terms);
        Ok(())
    }

    // `r` rows in every pallet, all removed: a row that is counted weighs at most as much as one of each pallet.
    #[benchmark]
    fn clear(r: Linear<0, CLEAR_LIMIT>) -> Result<(), BenchmarkError> {
        let (netuid, _) = owned::<T>(1, TAO)?;
        <T as Config>::OnSubnetRemoved::fill(netuid, r);
        Pallet::<T>::remove(netuid)?;
        #[block]
        {
            Pallet::<T>::clear_rows(netuid, u32::MAX);
        }
        assert!(Dissolving::<T>::get().is_empty());
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, ledger::ledger(), ledger::Ledger);
}

#[cfg(test)]
#[path = "../tests/rules/ledger.rs"]
mod ledger;
