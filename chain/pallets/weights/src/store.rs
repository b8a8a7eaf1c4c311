//! Rows: reading them, setting them, and forgetting them with their neuron.

use crate::{check::Setter, pallet::*};
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::{BoundedVec, ConstU32};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, NetUid, NeuronId};
use pallet_subnets::MAX_NEURONS;
use scale_info::TypeInfo;
use sp_runtime::DispatchResult;

/// Which neuron, how much.
pub type Row = BoundedVec<(NeuronId, u16), ConstU32<{ MAX_NEURONS as u32 }>>;

/// What a neuron thinks of others, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Opinion<BlockNumber> {
    /// Block of the last setting or reveal. First, so that it can be read alone.
    pub last_update: BlockNumber,
    /// The weights, in the order they were given, the largest 65535.
    pub row: Row,
}

impl<T: Config> Pallet<T> {
    /// The rows of all neurons of a subnet that ever set weights, by no particular order: who, when, what. One read each,
    /// whatever the subnet's size.
    pub fn rows(netuid: NetUid) -> Vec<(NeuronId, BlockNumberFor<T>, Row)> {
        Weights::<T>::iter_prefix(netuid).map(|(id, opinion)| (id, opinion.last_update, opinion.row)).collect()
    }

    /// When each neuron of a subnet that ever set weights did so last, by no particular order.
    pub fn last_updates(netuid: NetUid) -> Vec<(NeuronId, BlockNumberFor<T>)> {
        let read = |id: NeuronId| Some((id, Self::last_update(netuid, id)?));
        Weights::<T>::iter_key_prefix(netuid).filter_map(read).collect()
    }

    /// When a neuron last set or revealed weights.
    ///
    /// Of its row only the beginning is decoded: the weights behind it are up to 40 KiB.
    pub fn last_update(netuid: NetUid, id: NeuronId) -> Option<BlockNumberFor<T>> {
        let mut start = alloc::vec![0; BlockNumberFor::<T>::max_encoded_len()];
        sp_io::storage::read(&Weights::<T>::hashed_key_for(netuid, id), &mut start, 0)?;
        BlockNumberFor::<T>::decode(&mut &start[..]).ok()
    }

    /// A neuron's weights; none if it never set any.
    pub fn row(netuid: NetUid, id: NeuronId) -> Row {
        Weights::<T>::get(netuid, id).map_or_else(Default::default, |opinion| opinion.row)
    }

    pub(crate) fn set(
        netuid: NetUid,
        hotkey: &AccountId,
        weights: &[(NeuronId, u16)],
        version_key: u64,
    ) -> DispatchResult {
        let setter = Self::open_setter(netuid, hotkey)?;
        let row = Self::check_open(&setter, weights, version_key)?;
        Self::store(&setter, row);
        Ok(())
    }

    pub(crate) fn store(setter: &Setter, row: Row) {
        let (netuid, id) = (setter.netuid, setter.id);
        let last_update = frame_system::Pallet::<T>::block_number();
        Weights::<T>::insert(netuid, id, Opinion { last_update, row });
        Self::deposit_event(Event::WeightsSet { netuid, id });
    }
}

impl<T: Config> pallet_neurons::OnNeuronRemoved for Pallet<T> {
    fn on_neuron_removed(netuid: NetUid, id: NeuronId) {
        Weights::<T>::remove(netuid, id);
        Commitments::<T>::remove(netuid, id);
    }
}

impl<T: Config> pallet_subnets::OnSubnetRemoved for Pallet<T> {
    /// What is left once the subnet's neurons are gone: nothing, unless this is asked first.
    fn clear(netuid: NetUid, limit: u32) -> u32 {
        let rows = Weights::<T>::drain_prefix(netuid).take(limit as usize).count() as u32;
        let left = limit.saturating_sub(rows);
        let commitments = Commitments::<T>::drain_prefix(netuid).take(left as usize).count() as u32;
        rows.saturating_add(commitments)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn fill(netuid: NetUid, rows: u32) {
        crate::benchmarking::fill::<T>(netuid, rows);
    }
}
