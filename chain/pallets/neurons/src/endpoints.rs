//! Where neurons listen.

use crate::pallet::*;
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, Endpoint, EndpointError, NetUid, NeuronId, RetryIn};
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult};

/// An endpoint, and the block that announced it.
pub type Announced<BlockNumber> = (Endpoint, BlockNumber);

impl<T: Config> Pallet<T> {
    /// The neuron of `hotkey`, if it may announce an axon now.
    ///
    /// # Errors
    /// `UnknownSubnet`, [`Error::NotRegistered`], [`Error::ServingTooFast`].
    pub fn may_announce(netuid: NetUid, hotkey: &AccountId) -> Result<NeuronId, DispatchError> {
        Self::announcer(netuid, hotkey, |id| Endpoints::<T>::get(netuid, id))
    }

    /// The neuron of `hotkey`, if it may announce a Prometheus endpoint now.
    ///
    /// # Errors
    /// See [`may_announce`](Self::may_announce); the two limits don't count each other.
    pub fn may_announce_prometheus(netuid: NetUid, hotkey: &AccountId) -> Result<NeuronId, DispatchError> {
        Self::announcer(netuid, hotkey, |id| PrometheusEndpoints::<T>::get(netuid, id))
    }

    fn announcer(
        netuid: NetUid,
        hotkey: &AccountId,
        last: impl FnOnce(NeuronId) -> Option<Announced<BlockNumberFor<T>>>,
    ) -> Result<NeuronId, DispatchError> {
        let limit = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?.serving_rate_limit;
        let (_, seat) = Self::seat_of(netuid, hotkey)?;
        if let Some((_, announced)) = last(seat.id) {
            let now = frame_system::Pallet::<T>::block_number();
            let earliest = announced.saturating_add(limit.into());
            ensure!(now >= earliest, Error::<T>::ServingTooFast(RetryIn::until(now, earliest)));
        }
        Ok(seat.id)
    }

    fn check_endpoint(endpoint: &Endpoint) -> Result<(), Error<T>> {
        endpoint.check(PrivateEndpoints::<T>::get()).map_err(|error| match error {
            EndpointError::Type => Error::InvalidIpType,
            EndpointError::Address => Error::AddressUnreachable,
            EndpointError::Port => Error::InvalidPort,
        })
    }

    pub(crate) fn announce_axon(netuid: NetUid, hotkey: &AccountId, endpoint: Endpoint) -> DispatchResult {
        let id = Self::may_announce(netuid, hotkey)?;
        Self::check_endpoint(&endpoint)?;
        Endpoints::<T>::insert(netuid, id, (endpoint, frame_system::Pallet::<T>::block_number()));
        Self::deposit_event(Event::AxonServed { netuid, id, endpoint });
        Ok(())
    }

    pub(crate) fn announce_prometheus(netuid: NetUid, hotkey: &AccountId, endpoint: Endpoint) -> DispatchResult {
        let id = Self::may_announce_prometheus(netuid, hotkey)?;
        Self::check_endpoint(&endpoint)?;
        PrometheusEndpoints::<T>::insert(netuid, id, (endpoint, frame_system::Pallet::<T>::block_number()));
        Self::deposit_event(Event::PrometheusServed { netuid, id, endpoint });
        Ok(())
    }
}
