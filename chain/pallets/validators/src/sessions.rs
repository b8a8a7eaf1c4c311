//! The session pallet's questions, answered.
//!
//! When session *i* begins, the session pallet ends *i* − 1, starts *i* with the members planned before, and asks for those
//! of *i* + 1.

use crate::{
    producer_account, Attendance, Attendances, ChillCause, Config, Event, Founders, HistoryDepth, Pallet, RootWeights,
    Slashed, Standings, MAX_PRODUCERS,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::traits::Get;
use ganglion_primitives::{AccountId, HotkeyId};
use pallet_session::{historical, SessionManager};
use sp_runtime::{traits::Zero, Perbill};
use sp_staking::{offence::OffenceSeverity, SessionIndex};

impl<T: Config> SessionManager<AccountId> for Pallet<T> {
    fn new_session(session: SessionIndex) -> Option<Vec<AccountId>> {
        let members = Self::plan();
        members.iter().for_each(|hotkey| Self::bind(*hotkey));
        let present = members.iter().filter(|hotkey| Self::is_present(**hotkey)).count() as u32;
        Self::deposit_event(Event::SessionPlanned { session, members: members.len() as u32, present });
        let unchanged = Self::is_unchanged(&members);
        (!unchanged).then(|| members.into_iter().map(producer_account).collect())
    }

    fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
        let founders = Founders::<T>::get();
        for founder in &founders {
            assert!(Self::has_keys(*founder), "founder {founder} has no session keys in genesis");
            Self::bind(*founder);
        }
        Some(founders.into_iter().map(producer_account).collect())
    }

    fn end_session(_: SessionIndex) {
        Self::judge_attendance();
        let next: BTreeSet<HotkeyId> = Self::planned().collect();
        for hotkey in Self::active().filter(|hotkey| !next.contains(hotkey)) {
            Attendances::<T>::remove(hotkey);
            RootWeights::<T>::remove(hotkey);
            Self::release(hotkey);
        }
    }

    fn start_session(session: SessionIndex) {
        let now = frame_system::Pallet::<T>::block_number();
        for hotkey in Self::active().filter(|hotkey| !Attendances::<T>::contains_key(hotkey)) {
            // At genesis somebody must be trusted to be there.
            Attendances::<T>::insert(hotkey, Attendance { last_block: now, present: session.is_zero() });
        }
        Self::disable_offenders();
        Self::forget_history(session);
        Self::sweep();
    }
}

impl<T: Config> historical::SessionManager<AccountId, ()> for Pallet<T> {
    fn new_session(session: SessionIndex) -> Option<Vec<(AccountId, ())>> {
        <Self as SessionManager<_>>::new_session(session).map(identified)
    }

    fn new_session_genesis(session: SessionIndex) -> Option<Vec<(AccountId, ())>> {
        <Self as SessionManager<_>>::new_session_genesis(session).map(identified)
    }

    fn start_session(session: SessionIndex) {
        <Self as SessionManager<_>>::start_session(session);
    }

    fn end_session(session: SessionIndex) {
        <Self as SessionManager<_>>::end_session(session);
    }
}

fn identified(members: Vec<AccountId>) -> Vec<(AccountId, ())> {
    members.into_iter().map(|member| (member, ())).collect()
}

impl<T: Config> Pallet<T> {
    /// Who was planned before its offence came out serves its session, but writes no blocks in it.
    fn disable_offenders() {
        let offended = |hotkey: &HotkeyId| {
            Standings::<T>::get(hotkey).chill.is_some_and(|chill| chill.cause == ChillCause::Offence)
        };
        for hotkey in Self::active().filter(offended).collect::<Vec<_>>() {
            pallet_session::Pallet::<T>::report_offence(producer_account(hotkey), OffenceSeverity(Perbill::one()));
        }
    }

    /// Forgets sessions for which no stake answers any more.
    fn forget_history(session: SessionIndex) {
        let Some(first) = session.checked_sub(HistoryDepth::<T>::get()) else { return };
        if let Some(last) = first.checked_sub(1) {
            // One session's offenders: at most its members. The cursor isn't needed.
            let _ = Slashed::<T>::clear_prefix(last, MAX_PRODUCERS, None);
        }
        historical::Pallet::<T>::prune_up_to(first);
    }
}
