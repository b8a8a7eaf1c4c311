//! What other pallets and clients ask.

use crate::{Config, Error, Netuids, Pallet, Parameters, Subnets};
use alloc::vec::Vec;
use ganglion_primitives::{Hyperparameters, NetUid};

impl<T: Config> Pallet<T> {
    /// All subnets' numbers, ascending.
    pub fn netuids() -> Vec<NetUid> {
        Netuids::<T>::get().into_inner()
    }

    /// Whether there is such a subnet.
    pub fn exists(netuid: NetUid) -> bool {
        Subnets::<T>::contains_key(netuid)
    }

    /// A subnet's hyperparameters.
    ///
    /// # Errors
    /// [`Error::UnknownSubnet`].
    pub fn hyperparameters(netuid: NetUid) -> Result<Hyperparameters, Error<T>> {
        Parameters::<T>::try_get(netuid).map_err(|()| Error::UnknownSubnet)
    }
}
