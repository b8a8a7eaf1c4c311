//! Everything an epoch reads, in columns by uid.

use crate::pallet::*;
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{NetUid, NeuronId, Rao};
use ganglion_yuma::Roster;
use pallet_neurons::Seat;
use pallet_subnets::Hyperparameters;
use sp_runtime::traits::{SaturatedConversion, UniqueSaturatedInto};

/// What an epoch reads of a subnet's neurons.
pub(crate) struct Columns<BlockNumber> {
    pub seats: Vec<Seat<BlockNumber>>,
    /// Zero for everybody while the subnet counts as [unstaked](crate::launch).
    pub stakes: Vec<Rao>,
    pub registered_at: Vec<u64>,
    /// Who judges: it has a permit and has ever set weights. Who hasn't has no say, or its stake would keep the others
    /// below the majority.
    pub permits: Vec<bool>,
    pub last_update: Vec<u64>,
    pub weights: Vec<Vec<(u16, u16)>>,
    pub bonds: Vec<Vec<(u16, u16)>>,
    /// How many neurons have a permit, whether they ever used it or not: each one's weights were looked up.
    pub permitted: u32,
}

impl<BlockNumber> Columns<BlockNumber> {
    /// Weights and bonds in all.
    pub fn pairs(&self) -> u32 {
        self.weights.iter().chain(&self.bonds).map(|row| row.len() as u32).sum()
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn columns(
        netuid: NetUid,
        now: BlockNumberFor<T>,
        hyperparameters: &Hyperparameters,
    ) -> (Columns<BlockNumberFor<T>>, Roster<NeuronId>) {
        let seats = pallet_neurons::Pallet::<T>::seats(netuid);
        let roster = Roster::new(seats.iter().map(|seat| seat.id));
        let neurons = seats.len();
        let permitted = Permitted::<T>::get(netuid);
        let mut columns = Columns {
            stakes: Self::stakes(&seats),
            registered_at: seats.iter().map(|seat| seat.registered_at.unique_saturated_into()).collect(),
            permits: alloc::vec![false; neurons],
            last_update: alloc::vec![0; neurons],
            weights: alloc::vec![Vec::new(); neurons],
            bonds: alloc::vec![Vec::new(); neurons],
            permitted: permitted.len() as u32,
            seats,
        };
        for id in permitted {
            if let Some(uid) = roster.uid_of(id) {
                columns.read_judge::<T>(netuid, id, uid, now, hyperparameters, &roster);
            }
        }
        (columns, roster)
    }
}

impl<BlockNumber> Columns<BlockNumber> {
    /// Fills in what a neuron with a permit says and holds.
    fn read_judge<T: Config>(
        &mut self,
        netuid: NetUid,
        id: NeuronId,
        uid: u16,
        now: BlockNumberFor<T>,
        hyperparameters: &Hyperparameters,
        roster: &Roster<NeuronId>,
    ) {
        let Some(opinion) = pallet_weights::Weights::<T>::get(netuid, id) else { return };
        let (now, last_update): (u64, u64) = (now.saturated_into(), opinion.last_update.saturated_into());
        let row = roster.resolve(&opinion.row);
        let place = usize::from(uid);
        let stale = last_update.saturating_add(hyperparameters.activity_cutoff.into()) < now;
        // Old bonds must not go on earning for a validator that has stopped judging.
        if !stale && row.iter().any(|(other, weight)| *other != uid && *weight > 0) {
            self.bonds[place] = roster.resolve(&Bonds::<T>::get(netuid, id));
        }
        self.permits[place] = true;
        self.last_update[place] = last_update;
        self.weights[place] = row;
    }
}
