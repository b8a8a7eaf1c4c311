//! What hooks cost at worst, measured in the runtime.

use crate::{Pallet as Emission, *};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{NetUid, NeuronId, TAO};
use ganglion_yuma::Workspace;
use pallet_neurons::Pallet as Neurons;
use pallet_staking::Pallet as Staking;
use pallet_subnets::{Hyperparameters, Netuids, Parameters, MAX_NEURONS, MAX_SUBNETS};
use pallet_validators::{RootVotes, MAX_PRODUCERS};
use pallet_weights::{Opinion, Row, Weights};
use sp_runtime::traits::One;

/// The subnet of the benchmarks.
const NETUID: NetUid = NetUid(77);
/// Neurons with a permit.
const JUDGES: usize = 64;

/// A subnet with `neurons`, all of them staked, the first with more stake than all others together. The first 64 have a
/// permit. Much emission is pending.
fn subnet<T: Config>(neurons: u16) -> Result<Vec<NeuronId>, BenchmarkError> {
    frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::one());
    Parameters::<T>::insert(NETUID, Hyperparameters::default());
    pallet_neurons::fill::<T>(NETUID, neurons);
    let seats = Neurons::<T>::seats(NETUID);
    T::Currency::mint_into(&Staking::<T>::pot(), 2 * u64::from(neurons) * TAO)?;
    for (uid, seat) in seats.iter().enumerate() {
        let amount = if uid == 0 { u64::from(neurons) * TAO } else { TAO };
        Staking::<T>::credit_miner(seat.hotkey, amount).map_err(|_| BenchmarkError::Stop("can't be staked"))?;
    }
    let ids: Vec<_> = seats.into_iter().map(|seat| seat.id).collect();
    let mut permits: Vec<_> = ids.iter().copied().take(JUDGES).collect();
    permits.sort_unstable();
    Permitted::<T>::insert(NETUID, Permits::truncate_from(permits));
    T::Currency::mint_into(&Emission::<T>::pot(), 1_000 * TAO)?;
    Pending::<T>::insert(NETUID, 1_000 * TAO);
    Ok(ids)
}

/// Gives a judge weights and bonds in `targets`.
fn judge<T: Config>(id: NeuronId, targets: &[NeuronId]) {
    let row: Vec<_> = targets.iter().zip(1..).map(|(target, weight)| (*target, weight)).collect();
    let last_update = frame_system::Pallet::<T>::block_number();
    Weights::<T>::insert(NETUID, id, Opinion { last_update, row: Row::truncate_from(row.clone()) });
    Bonds::<T>::insert(NETUID, id, Row::truncate_from(row));
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn split(s: Linear<1, { MAX_SUBNETS as u32 }>, m: Linear<0, MAX_PRODUCERS>) {
        let netuids: Vec<_> = (1..).map(NetUid).take(s as usize).collect();
        for netuid in &netuids {
            pallet_neurons::Count::<T>::insert(netuid, 1);
        }
        Netuids::<T>::put(frame_support::BoundedVec::truncate_from(netuids.clone()));
        T::RootVotes::fill(m, &netuids);

        #[block]
        {
            Emission::<T>::mint_and_split();
        }

        assert_eq!(LastShares::<T>::get().len(), s as usize);
    }

    #[benchmark]
    fn schedule() {
        let netuids: Vec<_> = (1..).map(NetUid).take(MAX_SUBNETS.into()).collect();
        for netuid in &netuids {
            Parameters::<T>::insert(netuid, Hyperparameters::default());
        }
        Netuids::<T>::put(frame_support::BoundedVec::truncate_from(netuids));

        #[block]
        {
            Emission::<T>::run_due_epochs(BlockNumberFor::<T>::one());
        }

        assert!(DueEpochs::<T>::get().is_empty());
    }

    #[benchmark]
    fn epoch(n: Linear<64, { MAX_NEURONS as u32 }>) -> Result<(), BenchmarkError> {
        let ids = subnet::<T>(n as u16)?;
        for (place, id) in ids.iter().enumerate().take(JUDGES) {
            judge::<T>(*id, if place == 0 { &ids } else { &ids[..1] });
        }

        #[block]
        {
            Emission::<T>::run_epoch(NETUID, BlockNumberFor::<T>::one(), &mut Workspace::new());
        }

        assert!(Pending::<T>::get(NETUID) < TAO);
        Ok(())
    }

    #[benchmark]
    fn pairs(p: Linear<0, { MAX_NEURONS as u32 }>) -> Result<(), BenchmarkError> {
        let ids = subnet::<T>(MAX_NEURONS)?;
        for id in ids.iter().take(JUDGES) {
            judge::<T>(*id, &ids[..p as usize]);
        }

        #[block]
        {
            Emission::<T>::run_epoch(NETUID, BlockNumberFor::<T>::one(), &mut Workspace::new());
        }

        assert_eq!(LastOutcome::<T>::get(NETUID).len(), usize::from(MAX_NEURONS));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, ledger::ledger(), ledger::Ledger);
}

#[cfg(test)]
#[path = "../tests/rules/ledger.rs"]
#[allow(dead_code)] // The tests of the rules need more of it.
mod ledger;
