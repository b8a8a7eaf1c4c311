//! Where neurons listen.

use crate::pallet::*;
use frame_support::ensure;
use ganglion_primitives::{AccountId, Endpoint, EndpointError, NetUid, NeuronId};
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
    /// The neuron of `hotkey`, if it may announce an endpoint now.
    ///
    /// # Errors
    /// [`Error::NotRegistered`], [`Error::ServingTooFast`].
    pub fn may_announce(netuid: NetUid, hotkey: &AccountId) -> Result<NeuronId, Error<T>> {
        let (_, seat) = Self::seat_of(netuid, hotkey)?;
        if let Some((_, announced)) = Endpoints::<T>::get(netuid, seat.id) {
            let limit = pallet_subnets::Parameters::<T>::get(netuid).serving_rate_limit;
            let earliest = announced.saturating_add(limit.into());
            ensure!(frame_system::Pallet::<T>::block_number() >= earliest, Error::<T>::ServingTooFast);
        }
        Ok(seat.id)
    }

    pub(crate) fn announce(netuid: NetUid, hotkey: &AccountId, endpoint: Endpoint) -> DispatchResult {
        let id = Self::may_announce(netuid, hotkey)?;
        endpoint.check(PrivateEndpoints::<T>::get()).map_err(|error| match error {
            EndpointError::Type => Error::<T>::InvalidIpType,
            EndpointError::Address => Error::<T>::AddressUnreachable,
            EndpointError::Port => Error::<T>::InvalidPort,
        })?;
        Endpoints::<T>::insert(netuid, id, (endpoint, frame_system::Pallet::<T>::block_number()));
        Self::deposit_event(Event::AxonServed { netuid, id, endpoint });
        Ok(())
    }
}
