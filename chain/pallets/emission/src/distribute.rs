//! Paying an epoch's outcome.

use crate::pallet::*;
use frame_support::{
    storage::with_storage_layer,
    traits::{
        fungible::{Balanced, Mutate},
        tokens::{Fortitude, Precision, Preservation},
        Get,
    },
};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{NetUid, Rao};
use ganglion_yuma::Outcome;
use pallet_neurons::Seat;
use pallet_staking::{Pallet as Staking, Pay};
use sp_runtime::DispatchResult;

/// What an epoch has to pay, all from the subnet's pending emission.
pub(crate) struct Payment<AccountId> {
    pub netuid: NetUid,
    /// Who gets a cut.
    pub owner: Option<AccountId>,
    pub pending: Rao,
    /// Pending without the owner's cut.
    pub to_neurons: Rao,
}

impl<T: Config> Pallet<T> {
    /// Pays, or keeps the emission pending if there is no consensus. Says whether it paid.
    pub(crate) fn settle(payment: Payment<T::AccountId>, seats: &[Seat<BlockNumberFor<T>>], outcome: &Outcome) -> bool {
        if !outcome.consensus_reached {
            Self::keep_pending(payment.netuid, payment.pending);
            return false;
        }
        match with_storage_layer(|| Self::pay(&payment, seats, outcome)) {
            Ok(()) => {
                IdleEpochs::<T>::remove(payment.netuid);
                true
            }
            Err(error) => {
                log::error!(target: "runtime::emission", "subnet {} could not be paid: {error:?}", payment.netuid);
                false
            }
        }
    }

    fn pay(payment: &Payment<T::AccountId>, seats: &[Seat<BlockNumberFor<T>>], outcome: &Outcome) -> DispatchResult {
        Staking::<T>::pay_from(&Self::pot(), |payout| {
            for (uid, seat) in seats.iter().enumerate() {
                let (incentive, dividends) = outcome.pay(uid as u16);
                payout.credit(seat.hotkey, Pay { incentive, dividends })?;
            }
            Ok(())
        })?;
        let cut = payment.pending.saturating_sub(payment.to_neurons);
        if let (Some(owner), true) = (&payment.owner, cut > 0) {
            T::Currency::transfer(&Self::pot(), owner, cut, Preservation::Expendable)?;
        }
        let carried = outcome.carried;
        Pending::<T>::insert(payment.netuid, carried);
        Self::deposit_event(Event::EpochPaid {
            netuid: payment.netuid,
            miners: outcome.server_total,
            validators: outcome.validator_total,
            owner: cut,
            carried,
        });
        Ok(())
    }

    /// Leaves the emission where it is, until that has happened too often.
    fn keep_pending(netuid: NetUid, pending: Rao) {
        let idle_epochs = IdleEpochs::<T>::get(netuid).saturating_add(1);
        if idle_epochs <= T::MaxIdleEpochs::get() {
            IdleEpochs::<T>::insert(netuid, idle_epochs);
            Self::deposit_event(Event::NoConsensus { netuid, pending, idle_epochs });
            return;
        }
        IdleEpochs::<T>::remove(netuid);
        let destroyed =
            T::Currency::withdraw(&Self::pot(), pending, Precision::Exact, Preservation::Expendable, Fortitude::Force);
        match destroyed {
            Ok(credit) => {
                Pending::<T>::remove(netuid);
                Self::recycle(credit);
            }
            // The pot holds all that is pending: only a defect elsewhere can lead here.
            Err(error) => {
                log::error!(target: "runtime::emission", "subnet {netuid} could not be recycled: {error:?}");
            }
        }
    }
}
