//! The list of candidates: getting on it by setting session keys, and off it.

use crate::{producer_account, Candidate, Candidates, Config, Error, Event, Founders, Pallet, Standings};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{ensure, traits::Get, BoundedVec};
use ganglion_primitives::{AccountId, HotkeyId};
use pallet_neurons::Pallet as Neurons;
use pallet_session::{Pallet as SessionOf, SessionInterface};
use pallet_staking::Pallet as Staking;
use sp_runtime::{traits::OpaqueKeys, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn change_keys(
        signer: &AccountId,
        hotkey: AccountId,
        keys: <T as pallet_session::Config>::Keys,
        proof: &[u8],
    ) -> DispatchResult {
        let id = Self::controlled(signer, &hotkey)?;
        let now = Self::ensure_due(id)?;
        if Neurons::<T>::has_seat(id) {
            Self::enlist(id)?;
        } else {
            ensure!(Founders::<T>::get().contains(&id), Error::<T>::NoSeat);
        }
        let proved = hotkey.using_encoded(|owner| keys.ownership_proof_is_valid(owner, proof));
        ensure!(proved, Error::<T>::InvalidProof);
        Self::store_keys(&hotkey, |account| <SessionOf<T> as SessionInterface>::set_keys(account, keys))?;
        Standings::<T>::mutate(id, |standing| standing.changed_at = Some(now));
        Self::deposit_event(Event::KeysSet { hotkey });
        Ok(())
    }

    /// Changes the session keys of the hotkey `account` without touching references to that account: keys belong to the
    /// id, and the account can change.
    fn store_keys(account: &AccountId, change: impl FnOnce(&AccountId) -> DispatchResult) -> DispatchResult {
        pallet_session::ExternallySetKeys::<T>::insert(account, ());
        let changed = change(account);
        pallet_session::ExternallySetKeys::<T>::remove(account);
        changed
    }

    /// Puts a hotkey on the list, in place of the poorest if that is full.
    fn enlist(hotkey: HotkeyId) -> Result<(), Error<T>> {
        let mut list = Candidates::<T>::get();
        if list.iter().any(|candidate| candidate.hotkey == hotkey) {
            return Ok(());
        }
        let candidate = Candidate { hotkey, stake: Staking::<T>::stake_on(hotkey) };
        if list.len() >= T::MaxCandidates::get() as usize {
            Self::displace(&mut list, &candidate)?;
        }
        let place = list.partition_point(|other| rank(other) < rank(&candidate));
        list.try_insert(place, candidate).map_err(|_| Error::TooManyCandidates)?;
        Candidates::<T>::put(list);
        Ok(())
    }

    /// Removes the poorest candidate that isn't a member, if `newcomer` is richer.
    fn displace(list: &mut BoundedVec<Candidate, T::MaxCandidates>, newcomer: &Candidate) -> Result<(), Error<T>> {
        let poorest = list.iter().rposition(|candidate| !Self::is_bound_member(candidate.hotkey));
        let place = poorest.filter(|place| list.get(*place).is_some_and(|poorest| poorest.stake < newcomer.stake));
        let dropped = list.remove(place.ok_or(Error::TooManyCandidates)?);
        Self::retire(dropped.hotkey);
        Ok(())
    }

    /// Forgets a candidate that is no member.
    fn retire(hotkey: HotkeyId) {
        // Founders keep their keys, with which they may have to come back.
        if !Founders::<T>::get().contains(&hotkey) {
            if let Some(account) = Staking::<T>::hotkey_account(hotkey) {
                // Fails only if there are no keys to remove.
                let _ = Self::store_keys(&account, <SessionOf<T> as SessionInterface>::purge_keys);
            }
        }
        // Its standing stays as long as it matters: see `sweep`.
        Self::deposit_event(Event::CandidateDropped { hotkey });
    }

    /// Brings the list up to date: drops who has lost its seat, unless it is a member still, and sorts by stake as of now.
    pub(crate) fn refresh() -> Vec<Candidate> {
        let mut list = Candidates::<T>::get();
        list.retain(|candidate| {
            let stays = Neurons::<T>::has_seat(candidate.hotkey) || Self::is_bound_member(candidate.hotkey);
            if !stays {
                Self::retire(candidate.hotkey);
            }
            stays
        });
        for candidate in list.iter_mut() {
            candidate.stake = Staking::<T>::stake_on(candidate.hotkey);
        }
        list.sort_by_key(rank);
        Candidates::<T>::put(&list);
        list.into_inner()
    }

    /// Whether the hotkey has session keys.
    pub fn has_keys(hotkey: HotkeyId) -> bool {
        pallet_session::NextKeys::<T>::contains_key(producer_account(hotkey))
    }
}

/// Richest first; among equals who came to the network first.
pub(crate) fn rank(candidate: &Candidate) -> (core::cmp::Reverse<u64>, HotkeyId) {
    (core::cmp::Reverse(candidate.stake), candidate.hotkey)
}
