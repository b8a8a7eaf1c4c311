//! Where neurons listen.
//!
//! Endpoints lie in pages of [`ENDPOINTS`] by uid, so that a metagraph of 4 096 neurons reads 64 pages, while an
//! announcement rewrites one of at most 1.9 KiB.

use crate::pallet::*;
use alloc::collections::BTreeMap;
use frame_support::{ensure, pallet_prelude::ConstU32, BoundedBTreeMap, StorageDoubleMap};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, Endpoint, EndpointError, NetUid, NeuronId, RetryIn, Uid};
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult};

/// Endpoints on a page, at most.
pub const ENDPOINTS: u16 = 64;

/// An endpoint, and the block that announced it.
pub type Announced<BlockNumber> = (Endpoint, BlockNumber);

/// The endpoints of the uids `64 * page ..`, by uid.
pub type EndpointPage<BlockNumber> = BoundedBTreeMap<Uid, Announced<BlockNumber>, ConstU32<{ ENDPOINTS as u32 }>>;

/// Pages by netuid and uid / 64: [`Endpoints`] or [`PrometheusEndpoints`].
trait Pages<T: Config>:
    StorageDoubleMap<NetUid, u8, EndpointPage<BlockNumberFor<T>>, Query = EndpointPage<BlockNumberFor<T>>>
{
    fn page(uid: Uid) -> u8 {
        // At most 4 096 seats: 64 pages.
        (uid.0 / ENDPOINTS) as u8
    }

    fn of(netuid: NetUid, uid: Uid) -> Option<Announced<BlockNumberFor<T>>> {
        Self::get(netuid, Self::page(uid)).get(&uid).cloned()
    }

    fn put(netuid: NetUid, uid: Uid, endpoint: Endpoint) {
        let announced = (endpoint, frame_system::Pallet::<T>::block_number());
        let mut page = Self::get(netuid, Self::page(uid));
        // As many uids lead to a page as it has places.
        if page.try_insert(uid, announced).is_ok() {
            Self::insert(netuid, Self::page(uid), page);
        }
    }

    fn forget(netuid: NetUid, uid: Uid) {
        let mut page = Self::get(netuid, Self::page(uid));
        if page.remove(&uid).is_none() {
            return;
        }
        if page.is_empty() {
            Self::remove(netuid, Self::page(uid));
        } else {
            Self::insert(netuid, Self::page(uid), page);
        }
    }

    fn all(netuid: NetUid) -> BTreeMap<Uid, Endpoint> {
        let pages = Count::<T>::get(netuid).div_ceil(ENDPOINTS) as u8;
        (0..pages).flat_map(|page| Self::get(netuid, page)).map(|(uid, (endpoint, _))| (uid, endpoint)).collect()
    }
}

impl<T: Config> Pages<T> for Endpoints<T> {}
impl<T: Config> Pages<T> for PrometheusEndpoints<T> {}

impl<T: Config> Pallet<T> {
    /// Where the axon of `uid` listens, and since when.
    pub fn axon(netuid: NetUid, uid: Uid) -> Option<Announced<BlockNumberFor<T>>> {
        Endpoints::<T>::of(netuid, uid)
    }

    /// Where the metrics of `uid` are, and since when.
    pub fn prometheus(netuid: NetUid, uid: Uid) -> Option<Announced<BlockNumberFor<T>>> {
        PrometheusEndpoints::<T>::of(netuid, uid)
    }

    /// Where the axons of a subnet listen. Reads a page for each 64 seats.
    pub fn axons(netuid: NetUid) -> BTreeMap<Uid, Endpoint> {
        Endpoints::<T>::all(netuid)
    }

    /// Where the metrics of a subnet are. Reads a page for each 64 seats.
    pub fn exporters(netuid: NetUid) -> BTreeMap<Uid, Endpoint> {
        PrometheusEndpoints::<T>::all(netuid)
    }

    /// Puts endpoints down for `uid`, unchecked.
    #[cfg(feature = "runtime-benchmarks")]
    pub(crate) fn put_endpoints(netuid: NetUid, uid: Uid, endpoint: Endpoint) {
        Endpoints::<T>::put(netuid, uid, endpoint);
        PrometheusEndpoints::<T>::put(netuid, uid, endpoint);
    }

    pub(crate) fn forget_endpoints(netuid: NetUid, uid: Uid) {
        Endpoints::<T>::forget(netuid, uid);
        PrometheusEndpoints::<T>::forget(netuid, uid);
    }

    /// The neuron of `hotkey`, if it may announce an axon now.
    ///
    /// # Errors
    /// `UnknownSubnet`, [`Error::NotRegistered`], [`Error::ServingTooFast`].
    pub fn may_announce(netuid: NetUid, hotkey: &AccountId) -> Result<NeuronId, DispatchError> {
        Ok(Self::announcer(netuid, hotkey, Self::axon)?.1)
    }

    /// The neuron of `hotkey`, if it may announce a Prometheus endpoint now.
    ///
    /// # Errors
    /// See [`may_announce`](Self::may_announce); the two limits don't count each other.
    pub fn may_announce_prometheus(netuid: NetUid, hotkey: &AccountId) -> Result<NeuronId, DispatchError> {
        Ok(Self::announcer(netuid, hotkey, Self::prometheus)?.1)
    }

    fn announcer(
        netuid: NetUid,
        hotkey: &AccountId,
        last: impl FnOnce(NetUid, Uid) -> Option<Announced<BlockNumberFor<T>>>,
    ) -> Result<(Uid, NeuronId), DispatchError> {
        let limit = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?.serving_rate_limit;
        let (uid, id) = Self::seat_of(netuid, hotkey)?;
        if let Some((_, announced)) = last(netuid, uid) {
            let now = frame_system::Pallet::<T>::block_number();
            let earliest = announced.saturating_add(limit.into());
            ensure!(now >= earliest, Error::<T>::ServingTooFast(RetryIn::until(now, earliest)));
        }
        Ok((uid, id))
    }

    fn check_endpoint(endpoint: &Endpoint) -> Result<(), Error<T>> {
        endpoint.check(PrivateEndpoints::<T>::get()).map_err(|error| match error {
            EndpointError::Type => Error::InvalidIpType,
            EndpointError::Address => Error::AddressUnreachable,
            EndpointError::Port => Error::InvalidPort,
        })
    }

    pub(crate) fn announce_axon(netuid: NetUid, hotkey: &AccountId, endpoint: Endpoint) -> DispatchResult {
        let (uid, id) = Self::announcer(netuid, hotkey, Self::axon)?;
        Self::check_endpoint(&endpoint)?;
        Endpoints::<T>::put(netuid, uid, endpoint);
        Self::deposit_event(Event::AxonServed { netuid, id, endpoint });
        Ok(())
    }

    pub(crate) fn announce_prometheus(netuid: NetUid, hotkey: &AccountId, endpoint: Endpoint) -> DispatchResult {
        let (uid, id) = Self::announcer(netuid, hotkey, Self::prometheus)?;
        Self::check_endpoint(&endpoint)?;
        PrometheusEndpoints::<T>::put(netuid, uid, endpoint);
        Self::deposit_event(Event::PrometheusServed { netuid, id, endpoint });
        Ok(())
    }
}
