//! Paying an epoch's outcome.

use crate::pallet::*;
use frame_support::traits::{
    fungible::{Balanced, Mutate},
    tokens::{Fortitude, Precision, Preservation},
    Get,
};
use ganglion_primitives::{AccountId, NetUid, Rao};
use ganglion_yuma::Outcome;
use sp_runtime::DispatchResult;

/// What an epoch may pay, all from the subnet's pending emission.
pub(crate) struct Payment {
    pub netuid: NetUid,
    pub owner: Option<AccountId>,
    pub pending: Rao,
    /// Pending without the owner's cut.
    pub to_neurons: Rao,
}

impl<T: Config> Pallet<T> {
    /// Pays, or keeps the emission pending if there is no consensus. Says whether it paid.
    pub(crate) fn settle(payment: Payment, hotkeys: &[AccountId], outcome: &Outcome) -> bool {
        if !outcome.consensus_reached {
            Self::keep_pending(payment.netuid, payment.pending);
            return false;
        }
        let paid = frame_support::storage::with_storage_layer(|| Self::pay(&payment, hotkeys, outcome));
        match paid {
            Ok(()) => {
                IdleEpochs::<T>::remove(payment.netuid);
                true
            }
            Err(error) => {
                log::error!(target: "runtime::emission", "subnet {} could not be paid: {error:?}", payment.netuid);
                Pending::<T>::insert(payment.netuid, payment.pending);
                false
            }
        }
    }

    fn pay(payment: &Payment, hotkeys: &[AccountId], outcome: &Outcome) -> DispatchResult {
        let to_stake = outcome.server_total.saturating_add(outcome.validator_total);
        let stakes = pallet_staking::Pallet::<T>::pot();
        T::Ledger::transfer(&Self::pot(), &stakes, to_stake, Preservation::Expendable)?;
        for (uid, hotkey) in hotkeys.iter().enumerate() {
            let (miner, validator) = outcome.pay(uid as u16);
            pallet_staking::Pallet::<T>::credit_miner(hotkey, miner)?;
            pallet_staking::Pallet::<T>::credit_validator(hotkey, validator)?;
        }
        let cut = payment.pending.saturating_sub(payment.to_neurons);
        if let (Some(owner), true) = (&payment.owner, cut > 0) {
            T::Ledger::transfer(&Self::pot(), owner, cut, Preservation::Expendable)?;
        }
        let carried = outcome.carried;
        Pending::<T>::mutate(payment.netuid, |pending| *pending = pending.saturating_add(carried));
        Self::deposit_event(Event::EpochPaid {
            netuid: payment.netuid,
            miners: outcome.server_total,
            validators: outcome.validator_total,
            owner: cut,
            carried,
        });
        Ok(())
    }

    fn keep_pending(netuid: NetUid, pending: Rao) {
        let idle_epochs = IdleEpochs::<T>::get(netuid).saturating_add(1);
        if idle_epochs <= T::MaxIdleEpochs::get() {
            IdleEpochs::<T>::insert(netuid, idle_epochs);
            Pending::<T>::insert(netuid, pending);
            Self::deposit_event(Event::NoConsensus { netuid, pending, idle_epochs });
            return;
        }
        IdleEpochs::<T>::remove(netuid);
        let destroyed =
            T::Ledger::withdraw(&Self::pot(), pending, Precision::Exact, Preservation::Expendable, Fortitude::Force);
        match destroyed {
            Ok(credit) => Self::recycle(credit),
            Err(_) => Pending::<T>::insert(netuid, pending),
        }
    }
}
