//! Who may change a subnet, and changing whose it is.

use crate::{Config, Error, Event, Pallet, Parameters, Subnets};
use frame_support::{
    ensure,
    traits::{Contains, EnsureOrigin},
};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use ganglion_primitives::{ColdkeyId, HyperparameterUpdate, NetUid, Setter};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Whose word `origin` is in the matters of `netuid`: its owner's, or governance's.
    ///
    /// # Errors
    /// [`Error::UnknownSubnet`]; [`Error::NotOwner`] for every other signer, and for all of them if governance owns the
    /// subnet.
    pub fn ensure_owner_or_root(origin: OriginFor<T>, netuid: NetUid) -> Result<Setter, DispatchError> {
        Self::ensure_owner_or::<T::SubnetsOrigin>(origin, netuid)
    }

    /// As [`Self::ensure_owner_or_root`], with `Governance` to speak for governance.
    pub(crate) fn ensure_owner_or<Governance: EnsureOrigin<T::RuntimeOrigin>>(
        origin: OriginFor<T>,
        netuid: NetUid,
    ) -> Result<Setter, DispatchError> {
        let subnet = Subnets::<T>::get(netuid).ok_or(Error::<T>::UnknownSubnet)?;
        let Err(origin) = Governance::try_origin(origin) else { return Ok(Setter::Root) };
        let signer = pallet_staking::Pallet::<T>::coldkey_id(&ensure_signed(origin)?);
        ensure!(signer.is_some() && signer == subnet.owner, Error::<T>::NotOwner);
        Ok(Setter::Owner)
    }

    /// Whether `origin` may end `netuid` or hand it over.
    pub(crate) fn ensure_may_give_away(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
        if Self::ensure_owner_or_root(origin, netuid)? == Setter::Owner {
            // The signer is the owner.
            let leaves = Self::owner_account(netuid).is_some_and(|owner| T::Leaving::contains(&owner));
            ensure!(!leaves, Error::<T>::SwapAnnounced);
        }
        Ok(())
    }

    /// Who owns `netuid`; `None` if governance does, or if there is no such subnet.
    pub fn owner(netuid: NetUid) -> Option<ColdkeyId> {
        Subnets::<T>::get(netuid)?.owner
    }

    /// The present account of `netuid`'s owner.
    pub fn owner_account(netuid: NetUid) -> Option<T::AccountId> {
        pallet_staking::Pallet::<T>::coldkey_account(Self::owner(netuid)?)
    }

    pub(crate) fn change_hyperparameters(
        netuid: NetUid,
        setter: Setter,
        update: HyperparameterUpdate,
    ) -> DispatchResult {
        let beyond = update.named().find(|field| setter < field.setter());
        if let Some(field) = beyond {
            return Err(Error::<T>::RootOnly(field).into());
        }
        let hyperparameters = update.apply(Self::hyperparameters(netuid)?);
        hyperparameters.check().map_err(|outside| Error::<T>::OutOfBounds(outside.0))?;
        Parameters::<T>::insert(netuid, &hyperparameters);
        Self::deposit_event(Event::HyperparametersSet { netuid, hyperparameters });
        Ok(())
    }

    pub(crate) fn hand_over(netuid: NetUid, to: &T::AccountId) -> DispatchResult {
        // Its own consent: who is made a coldkey by others could no longer take another coldkey's place.
        let owner = pallet_staking::Pallet::<T>::coldkey_id(to).ok_or(Error::<T>::NoColdkey)?;
        let from = Self::owner_account(netuid);
        Subnets::<T>::mutate(netuid, |subnet| {
            if let Some(subnet) = subnet {
                if subnet.owner.is_none() {
                    subnet.created_at = frame_system::Pallet::<T>::block_number();
                }
                subnet.owner = Some(owner);
            }
        });
        Self::deposit_event(Event::OwnershipTransferred { netuid, from, to: to.clone() });
        Ok(())
    }
}
