//! A new key for a coldkey: announced, delayed, disputable.

use crate::pallet::*;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Preservation},
        Get,
    },
    weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, ColdkeyId, RetryIn};
use pallet_staking::Pallet as Staking;
use scale_info::TypeInfo;
use sp_runtime::{traits::Saturating, DispatchResult};

/// Keeps something under coldkeys' accounts that must move along, such as votes.
pub trait OnColdkeySwap<AccountId> {
    /// What belongs to `old` is about to become `new`'s.
    ///
    /// # Errors
    /// What stops the swap.
    fn before_swap(old: &AccountId, new: &AccountId) -> DispatchResult;
    /// Stake and free balance are `new`'s now.
    fn after_swap(old: &AccountId, new: &AccountId);
    /// Of both, at worst.
    fn weight() -> Weight;
}

impl<AccountId> OnColdkeySwap<AccountId> for () {
    fn before_swap(_: &AccountId, _: &AccountId) -> DispatchResult {
        Ok(())
    }

    fn after_swap(_: &AccountId, _: &AccountId) {}

    fn weight() -> Weight {
        Weight::zero()
    }
}

/// A swap to come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct ColdkeySwap<BlockNumber> {
    /// The key that will take over.
    pub new: AccountId,
    /// First block that takes the swap.
    pub due: BlockNumber,
    /// Frozen until root resolves it.
    pub disputed: bool,
}

impl<T: Config> Pallet<T> {
    /// The announced swap of the account `coldkey`.
    pub fn coldkey_swap(coldkey: &AccountId) -> Option<ColdkeySwap<BlockNumberFor<T>>> {
        ColdkeySwaps::<T>::get(Staking::<T>::coldkey_id(coldkey)?)
    }

    fn announced(coldkey: &AccountId) -> Result<(ColdkeyId, ColdkeySwap<BlockNumberFor<T>>), Error<T>> {
        let id = Staking::<T>::coldkey_id(coldkey).ok_or(Error::NothingAnnounced)?;
        let swap = ColdkeySwaps::<T>::get(id).ok_or(Error::NothingAnnounced)?;
        Ok((id, swap))
    }

    pub(crate) fn announce_swap(old: AccountId, new: AccountId) -> DispatchResult {
        ensure!(old != new, Error::<T>::SameKey);
        let id = Staking::<T>::coldkey_id(&old).ok_or(pallet_staking::Error::<T>::UnknownColdkey)?;
        ensure!(Staking::<T>::coldkey_id(&new).is_none(), pallet_staking::Error::<T>::ColdkeyTaken);
        ensure!(SwapTargets::<T>::get(&new).is_none_or(|other| other == id), Error::<T>::KeyAwaited);
        if let Some(earlier) = ColdkeySwaps::<T>::get(id) {
            ensure!(!earlier.disputed, Error::<T>::SwapDisputed);
            SwapTargets::<T>::remove(earlier.new);
        }
        Self::pay_for_swap(&old)?;
        let due = frame_system::Pallet::<T>::block_number().saturating_add(T::ColdkeySwapDelay::get());
        SwapTargets::<T>::insert(&new, id);
        // So that it can decline without a balance. The reference stays, paid for: the account's nonce never starts anew.
        frame_system::Pallet::<T>::inc_sufficients(&new);
        ColdkeySwaps::<T>::insert(id, ColdkeySwap { new: new.clone(), due, disputed: false });
        Self::deposit_event(Event::ColdkeySwapAnnounced { old, new, due });
        Ok(())
    }

    /// `by` is the signer: nobody inherits votes and locks that it didn't ask for.
    pub(crate) fn execute_swap(by: &AccountId, old: AccountId) -> DispatchResult {
        let (id, swap) = Self::announced(&old)?;
        ensure!(!swap.disputed, Error::<T>::SwapDisputed);
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now >= swap.due, Error::<T>::SwapNotDue(RetryIn::until(now, swap.due)));
        ensure!(*by == swap.new, Error::<T>::NotTheNewKey);
        Self::exchange_coldkey(id, old, swap.new)
    }

    /// `by` is the signer, or nobody for root.
    pub(crate) fn dispute_swap(by: Option<AccountId>, old: AccountId) -> DispatchResult {
        ensure!(by.is_none_or(|signer| signer == old), Error::<T>::NotYourSwap);
        let (id, swap) = Self::announced(&old)?;
        ensure!(!swap.disputed, Error::<T>::SwapDisputed);
        ColdkeySwaps::<T>::insert(id, ColdkeySwap { disputed: true, ..swap });
        Self::deposit_event(Event::ColdkeySwapDisputed { old });
        Ok(())
    }

    pub(crate) fn resolve_swap(old: AccountId, allow: bool) -> DispatchResult {
        let (id, swap) = Self::announced(&old)?;
        ensure!(swap.disputed, Error::<T>::NotDisputed);
        if allow {
            // At once: otherwise who lost the dispute could raise it again.
            return Self::exchange_coldkey(id, old, swap.new);
        }
        ColdkeySwaps::<T>::remove(id);
        SwapTargets::<T>::remove(swap.new);
        Self::deposit_event(Event::ColdkeySwapDismissed { old });
        Ok(())
    }

    /// `by` is the signer.
    pub(crate) fn decline_swap(by: AccountId, old: AccountId) -> DispatchResult {
        let (id, swap) = Self::announced(&old)?;
        ensure!(by == swap.new, Error::<T>::NotTheNewKey);
        // A thief who named a key of its own would get rid of the dispute, and announce again.
        ensure!(!swap.disputed, Error::<T>::SwapDisputed);
        ColdkeySwaps::<T>::remove(id);
        SwapTargets::<T>::remove(&by);
        Self::deposit_event(Event::ColdkeySwapDeclined { old, new: by });
        Ok(())
    }

    fn exchange_coldkey(id: ColdkeyId, old: AccountId, new: AccountId) -> DispatchResult {
        T::OnColdkeySwap::before_swap(&old, &new)?;
        Staking::<T>::rekey_coldkey(&old, &new)?;
        ColdkeySwaps::<T>::remove(id);
        SwapTargets::<T>::remove(&new);
        let free = <T as pallet_staking::Config>::Currency::reducible_balance(
            &old,
            Preservation::Expendable,
            Fortitude::Polite,
        );
        if free > 0 {
            <T as pallet_staking::Config>::Currency::transfer(&old, &new, free, Preservation::Expendable)?;
        }
        T::OnColdkeySwap::after_swap(&old, &new);
        Self::deposit_event(Event::ColdkeySwapped { old, new, moved: free });
        Ok(())
    }
}
