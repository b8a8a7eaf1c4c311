//! Stepping down, standing again, and whose stake is bound.

use crate::{Candidates, Chill, ChillCause, Config, Error, Event, Founders, Pallet, Standing, Standings, SweptTo};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, HotkeyId, RetryIn};
use pallet_staking::{Pallet as Staking, Surety};
use sp_runtime::{
    traits::{Bounded, Saturating},
    DispatchResult,
};

/// Most standings that a session looks at to forget them.
const SWEPT: usize = 64;

impl<T: Config> Pallet<T> {
    /// The identity of `hotkey`, if `signer` is that hotkey or its owner.
    pub(crate) fn controlled(signer: &AccountId, hotkey: &AccountId) -> Result<HotkeyId, Error<T>> {
        let id = Staking::<T>::hotkey_id(hotkey).ok_or(Error::UnknownHotkey)?;
        let controls = signer == hotkey || Staking::<T>::owner_account(id).as_ref() == Some(signer);
        ensure!(controls, Error::NotInControl);
        Ok(id)
    }

    /// The present block, if the hotkey's last change is long enough ago.
    pub(crate) fn ensure_due(hotkey: HotkeyId) -> Result<BlockNumberFor<T>, Error<T>> {
        let now = frame_system::Pallet::<T>::block_number();
        let earliest = Standings::<T>::get(hotkey).changed_at.map(|last| last.saturating_add(T::ChangeInterval::get()));
        match earliest {
            Some(earliest) if now < earliest => Err(Error::TooSoon(RetryIn::until(now, earliest))),
            _ => Ok(now),
        }
    }

    pub(crate) fn step_down(signer: &AccountId, hotkey: &AccountId) -> DispatchResult {
        let id = Self::controlled(signer, hotkey)?;
        let now = Self::ensure_due(id)?;
        let listed = Candidates::<T>::get().iter().any(|candidate| candidate.hotkey == id);
        ensure!(listed || Founders::<T>::get().contains(&id), Error::<T>::NotCandidate);
        ensure!(!Self::is_chilled(id), Error::<T>::AlreadyChilled);
        Self::put_to_rest(id, ChillCause::Wish);
        Standings::<T>::mutate(id, |standing| standing.changed_at = Some(now));
        Ok(())
    }

    pub(crate) fn stand_again(signer: &AccountId, hotkey: &AccountId) -> DispatchResult {
        let id = Self::controlled(signer, hotkey)?;
        let now = Self::ensure_due(id)?;
        let mut standing = Standings::<T>::get(id);
        let chill = standing.chill.take().ok_or(Error::<T>::NotChilled)?;
        let left = chill.until.saturating_sub(pallet_session::CurrentIndex::<T>::get());
        ensure!(left == 0, Error::<T>::ChillLasts(left.min(u8::MAX.into()) as u8));
        standing.changed_at = Some(now);
        Standings::<T>::insert(id, standing);
        Self::deposit_event(Event::Stood { hotkey: id });
        Ok(())
    }

    /// Whether the hotkey isn't elected at present.
    pub fn is_chilled(hotkey: HotkeyId) -> bool {
        Standings::<T>::get(hotkey).chill.is_some()
    }

    /// Chills a hotkey for the rest of this session and all of the next.
    pub(crate) fn put_to_rest(hotkey: HotkeyId, cause: ChillCause) {
        let until = pallet_session::CurrentIndex::<T>::get().saturating_add(2);
        Standings::<T>::mutate(hotkey, |standing| standing.chill = Some(Chill { cause, until }));
        Self::deposit_event(Event::Chilled { hotkey, cause, until });
    }

    /// From now on the hotkey's stake answers for what it does as a member.
    pub(crate) fn bind(hotkey: HotkeyId) {
        if !Self::is_bound_member(hotkey) {
            Standings::<T>::mutate(hotkey, |standing| standing.bound_until = Bounded::max_value());
        }
    }

    /// Its membership is over. Its stake answers for it for one more slash window.
    pub(crate) fn release(hotkey: HotkeyId) {
        let until = frame_system::Pallet::<T>::block_number().saturating_add(T::SlashWindow::get());
        Standings::<T>::mutate(hotkey, |standing| standing.bound_until = until);
    }

    /// Forgets standings that say nothing any more, of hotkeys that are neither candidates nor founders: looks at a few in
    /// each session, from where the last one stopped.
    pub(crate) fn sweep() {
        let rows: Vec<_> = match SweptTo::<T>::get() {
            Some(last) => Standings::<T>::iter_from_key(last).take(SWEPT).collect(),
            None => Standings::<T>::iter().take(SWEPT).collect(),
        };
        // Fewer are the last ones: then the next session begins anew.
        SweptTo::<T>::set(rows.get(SWEPT.saturating_sub(1)).map(|(hotkey, _)| *hotkey));
        let candidates = Candidates::<T>::get().into_iter().map(|candidate| candidate.hotkey);
        let kept: BTreeSet<HotkeyId> = candidates.chain(Founders::<T>::get()).collect();
        for (hotkey, standing) in rows {
            if !kept.contains(&hotkey) && Self::is_spent(&standing) {
                Standings::<T>::remove(hotkey);
            }
        }
    }

    /// Whether a hotkey that is neither candidate nor founder is as well off without this: its stake answers for nothing,
    /// it could stand again, and change its keys.
    pub(crate) fn is_spent(standing: &Standing<BlockNumberFor<T>>) -> bool {
        let now = frame_system::Pallet::<T>::block_number();
        let rested = standing.chill.is_none_or(|chill| chill.until <= pallet_session::CurrentIndex::<T>::get());
        let due = standing.changed_at.is_none_or(|last| last.saturating_add(T::ChangeInterval::get()) <= now);
        rested && due && standing.bound_until <= now
    }

    /// Whether the hotkey is a member of this session or the next.
    pub(crate) fn is_bound_member(hotkey: HotkeyId) -> bool {
        Standings::<T>::get(hotkey).bound_until == Bounded::max_value()
    }
}

impl<T: Config> Surety for Pallet<T> {
    fn is_bound(hotkey: HotkeyId) -> bool {
        Standings::<T>::get(hotkey).bound_until > frame_system::Pallet::<T>::block_number()
    }
}
