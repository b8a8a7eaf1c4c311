//! What calls cost at worst, measured in the runtime: in a subnet of 4 096 neurons.

use crate::{Pallet as WeightsPallet, *};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use ganglion_primitives::{AccountId, NetUid, NeuronId, Uid};
use pallet_neurons::Pallet as Neurons;
use pallet_subnets::{Hyperparameters, MAX_NEURONS};
use sp_runtime::traits::One;

/// The subnet of the benchmarks.
const NETUID: NetUid = NetUid(77);
const SALT: [u8; 16] = [7; 16];

/// Gives the first `rows` neurons of a subnet a row of 256 weights and a commitment.
pub(crate) fn fill<T: Config>(netuid: NetUid, rows: u32) {
    let ids = Neurons::<T>::ids(netuid);
    let row: Vec<_> = ids.iter().take(256).map(|id| (*id, u16::MAX)).collect();
    let commitment = Commitment {
        hash: Default::default(),
        hotkey: account("hotkey", 0, 0),
        reveal_from: Default::default(),
        reveal_until: BlockNumberFor::<T>::one(),
    };
    for id in ids.into_iter().take(rows as usize) {
        let opinion = Opinion { last_update: Default::default(), row: Row::truncate_from(row.clone()) };
        Weights::<T>::insert(netuid, id, opinion);
        Commitments::<T>::insert(netuid, id, commitment.clone());
    }
}

/// A full subnet, a hotkey in it that has a permit and weighed everybody a block ago, and weights on `named` of its
/// neurons.
fn validator<T: Config>(commit_reveal: bool, named: u32) -> (AccountId, Vec<(NeuronId, u16)>) {
    let numbers = Hyperparameters { commit_reveal, commit_interval: 10, weights_rate_limit: 1, ..Default::default() };
    pallet_subnets::Parameters::<T>::insert(NETUID, numbers);
    frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::one());
    pallet_neurons::fill::<T>(NETUID, MAX_NEURONS);
    let ids = Neurons::<T>::ids(NETUID);
    if let Some(id) = ids.first() {
        T::Permits::grant(NETUID, Uid(0), *id);
        let row = Row::truncate_from(ids.iter().map(|id| (*id, u16::MAX)).collect());
        Weights::<T>::insert(NETUID, id, Opinion { last_update: Default::default(), row });
    }
    let weights = ids.into_iter().rev().zip(1..).take(named as usize).collect();
    (account("hotkey", 0, NETUID.0.into()), weights)
}

/// When each row was set, and how many weights it has.
fn rows<T: Config>() -> Vec<(BlockNumberFor<T>, usize)> {
    Weights::<T>::iter_prefix_values(NETUID).map(|opinion| (opinion.last_update, opinion.row.len())).collect()
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_weights(n: Linear<1, { MAX_NEURONS as u32 }>) {
        let (hotkey, weights) = validator::<T>(false, n);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, weights, 0);
        assert_eq!(rows::<T>(), [(BlockNumberFor::<T>::one(), n as usize)]);
    }

    #[benchmark]
    fn commit_weights() {
        let (hotkey, _) = validator::<T>(true, 1);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, Default::default());
        assert_eq!(Commitments::<T>::iter_prefix(NETUID).count(), 1);
    }

    #[benchmark]
    fn reveal_weights(n: Linear<1, { MAX_NEURONS as u32 }>) -> Result<(), BenchmarkError> {
        let (hotkey, weights) = validator::<T>(true, n);
        let hash = commit_hash(&hotkey, NETUID, &weights, &SALT, 0);
        WeightsPallet::<T>::commit(NETUID, hotkey.clone(), hash)?;
        frame_system::Pallet::<T>::set_block_number(10u32.into());
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, weights, SALT, 0);
        assert_eq!(rows::<T>(), [(BlockNumberFor::<T>::from(10u32), n as usize)]);
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, ledger::ledger(), ledger::Ledger);
}

#[cfg(test)]
#[path = "../tests/rules/ledger.rs"]
#[allow(dead_code)] // The tests of the rules need more of it.
mod ledger;
