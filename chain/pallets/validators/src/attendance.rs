//! Which members write blocks.

use crate::{hotkey_of, Attendance, Attendances, Candidates, ChillCause, Config, Event, Pallet};
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::{
    traits::{FindAuthor, Get},
    ConsensusEngineId,
};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{AccountId, HotkeyId};
use pallet_session::ShouldEndSession;
use pallet_staking::Pallet as Staking;
use sp_runtime::traits::Saturating;

/// Finds a block's author by the place that `Babe` reads from the block: the authorship pallet's `FindAuthor`.
///
/// The first block of a session names a place among the members that take over in that same block, but only after the
/// author was asked for.
pub struct Author<T, Babe>(PhantomData<(T, Babe)>);

impl<T: Config, Babe: FindAuthor<u32>> FindAuthor<AccountId> for Author<T, Babe> {
    fn find_author<'a, I>(digests: I) -> Option<AccountId>
    where
        I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
    {
        let place = Babe::find_author(digests)? as usize;
        let now = frame_system::Pallet::<T>::block_number();
        if <T as pallet_session::Config>::ShouldEndSession::should_end_session(now) {
            pallet_session::QueuedKeys::<T>::get().into_iter().nth(place).map(|(member, _)| member)
        } else {
            pallet_session::Validators::<T>::get().into_iter().nth(place)
        }
    }
}

impl<T: Config> pallet_authorship::EventHandler<AccountId, BlockNumberFor<T>> for Pallet<T> {
    fn note_author(author: AccountId) {
        let Some(hotkey) = hotkey_of(&author) else { return };
        // A new member has no row before its first session has begun.
        let Some(before) = Attendances::<T>::get(hotkey) else { return };
        let last_block = frame_system::Pallet::<T>::block_number();
        Attendances::<T>::insert(hotkey, Attendance { last_block, present: true });
        if !before.present {
            Self::deposit_event(Event::MemberPresent { hotkey });
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Whether the hotkey is a member whose node is there.
    pub fn is_present(hotkey: HotkeyId) -> bool {
        Attendances::<T>::get(hotkey).is_some_and(|row| row.present)
    }

    /// Blocks of which a member wrote none when it counts as absent, among `members`.
    pub(crate) fn patience(members: usize) -> BlockNumberFor<T> {
        T::Patience::get().saturating_mul(members as u32).into()
    }

    /// Whether the member of this row wrote none of the last `patience` blocks.
    pub(crate) fn is_overdue(row: &Attendance<BlockNumberFor<T>>, patience: BlockNumberFor<T>) -> bool {
        frame_system::Pallet::<T>::block_number().saturating_sub(row.last_block) >= patience
    }

    /// Judges the members of the session that ends: see the crate's documentation.
    pub(crate) fn judge_attendance() {
        let members: Vec<_> = Self::active().collect();
        let patience = Self::patience(members.len());
        let candidates = Candidates::<T>::get();
        for hotkey in members {
            let Some(row) = Attendances::<T>::get(hotkey) else { continue };
            if !Self::is_overdue(&row, patience) {
                continue;
            }
            Attendances::<T>::insert(hotkey, Attendance { present: false, ..row });
            Self::deposit_event(Event::MemberAbsent { hotkey });
            // By its stake of now: the list's figure is as old as the last election. A founder can be listed without any,
            // and sits all the same.
            let listed = candidates.iter().any(|candidate| candidate.hotkey == hotkey);
            let electable = listed && Staking::<T>::stake_on(hotkey) > 0;
            if electable && !Self::is_chilled(hotkey) {
                Self::put_to_rest(hotkey, ChillCause::Absence);
            }
        }
    }
}
