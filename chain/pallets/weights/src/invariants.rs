//! What must always hold.

use crate::pallet::*;
use alloc::collections::BTreeSet;
use ganglion_primitives::{NetUid, NeuronId};
use pallet_neurons::{NextId, SeatOf};

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the crate's documentation.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub fn check_invariants() -> Result<(), &'static str> {
        let now = frame_system::Pallet::<T>::block_number();
        for (netuid, id, opinion) in Weights::<T>::iter() {
            if !sits::<T>(netuid, id) {
                return Err("weights of a neuron that doesn't exist");
            }
            if opinion.last_update > now {
                return Err("weights were set in the future");
            }
            check_row::<T>(&opinion.row)?;
        }
        for (netuid, id, commitment) in Commitments::<T>::iter() {
            if !sits::<T>(netuid, id) {
                return Err("a commitment of a neuron that doesn't exist");
            }
            if commitment.reveal_from >= commitment.reveal_until {
                return Err("a commitment that can never be revealed");
            }
        }
        Ok(())
    }
}

fn sits<T: Config>(netuid: NetUid, id: NeuronId) -> bool {
    SeatOf::<T>::get(id).is_some_and(|(home, _)| home == netuid)
}

fn check_row<T: Config>(row: &Row) -> Result<(), &'static str> {
    let names: BTreeSet<_> = row.iter().map(|(id, _)| *id).collect();
    if names.len() != row.len() {
        return Err("a row names a neuron twice");
    }
    if names.last().is_some_and(|id| *id >= NextId::<T>::get()) {
        return Err("a row names a neuron that never was");
    }
    if row.iter().map(|(_, value)| *value).max() != Some(u16::MAX) {
        return Err("a row isn't scaled to its largest weight");
    }
    Ok(())
}
