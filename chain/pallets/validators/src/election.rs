//! Who gets the seats of the next session.

use crate::{producer_account, Attendances, Config, Founders, Pallet, MAX_PRODUCERS};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::HotkeyId;
use pallet_neurons::Pallet as Neurons;

/// What speaks for a founder's seat, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    /// It writes blocks.
    Present,
    /// It is a member, and had no time yet to show that it writes blocks.
    Seated,
    /// It is no member.
    Waiting,
    /// It is a member and was missed.
    Missed,
}

impl<T: Config> Pallet<T> {
    /// The members of the session after the one that has just begun, by id.
    ///
    /// Candidates with stake, richest first, with seats for newcomers as far as enough present members sit beside them;
    /// founders while they are needed; and whoever [must stay](Self::staying) if none of these is known to be there.
    pub(crate) fn plan() -> Vec<HotkeyId> {
        let present: BTreeSet<HotkeyId> =
            Attendances::<T>::iter().filter(|(_, row)| row.present).map(|(hotkey, _)| hotkey).collect();
        let mut elected = Self::electable();
        let founders = Self::needed_founders(&elected, &present);
        elected.extend(founders);
        let staying = Self::staying(&elected, &present);
        elected.retain(|hotkey| !staying.contains(hotkey));
        let mut seats: Vec<HotkeyId> = staying.iter().copied().chain(elected).collect();
        let mut probation = newcomers(seats.iter().filter(|hotkey| present.contains(hotkey)).count());
        seats.retain(|hotkey| {
            if present.contains(hotkey) || staying.contains(hotkey) {
                return true;
            }
            let sits = probation > 0;
            probation = probation.saturating_sub(1);
            sits
        });
        seats.truncate(MAX_PRODUCERS as usize);
        // By id, so that the same members are the same list however their stakes change.
        seats.sort_unstable();
        seats
    }

    /// The members of the session that has just begun who have to stay, whatever else is said of them: none, if somebody
    /// who follows is known to be there; else those that are; and all, if nobody is. For who of them comes back isn't known;
    /// and when this session has passed without a block, only those of the next one can write any.
    fn staying(elected: &[HotkeyId], present: &BTreeSet<HotkeyId>) -> BTreeSet<HotkeyId> {
        if elected.iter().any(|hotkey| present.contains(hotkey)) {
            return BTreeSet::new();
        }
        let members: BTreeSet<HotkeyId> = Self::active().collect();
        let there: BTreeSet<HotkeyId> = members.intersection(present).copied().collect();
        if there.is_empty() {
            members
        } else {
            there
        }
    }

    /// Candidates with seat, session keys and stake that aren't chilled, richest first.
    fn electable() -> Vec<HotkeyId> {
        let eligible = |hotkey: &HotkeyId| {
            Neurons::<T>::has_seat(*hotkey) && Self::has_keys(*hotkey) && !Self::is_chilled(*hotkey)
        };
        let backed = Self::refresh().into_iter().filter(|candidate| candidate.stake > 0);
        backed.map(|candidate| candidate.hotkey).filter(eligible).collect()
    }

    /// As many founders as present elected members are missing to the quorum: those with the best [`Claim`] first.
    fn needed_founders(elected: &[HotkeyId], present: &BTreeSet<HotkeyId>) -> Vec<HotkeyId> {
        let working = elected.iter().filter(|hotkey| present.contains(hotkey)).count();
        let missing = (T::Quorum::get() as usize).saturating_sub(working);
        let patience = Self::patience(Self::active().count());
        let claim = |founder: &HotkeyId| Self::claim(*founder, patience);
        let mut founders = Founders::<T>::get().into_inner();
        if let Some(missed) = founders.iter().rposition(|founder| claim(founder) == Claim::Missed) {
            // The next one's turn.
            founders.rotate_left(missed.saturating_add(1));
        }
        founders
            .retain(|founder| !elected.contains(founder) && Self::has_keys(*founder) && !Self::is_chilled(*founder));
        // Stable: among equals the order of genesis, from there. Each claim is read from storage once.
        founders.sort_by_cached_key(claim);
        founders.truncate(missing);
        founders
    }

    /// What speaks for a founder. Seats on probation are few, and nobody is chilled for it: if those that were missed kept
    /// theirs, one that is gone for good would shut out all others.
    fn claim(founder: HotkeyId, patience: BlockNumberFor<T>) -> Claim {
        match Attendances::<T>::get(founder) {
            Some(row) if row.present => Claim::Present,
            Some(row) if Self::is_overdue(&row, patience) => Claim::Missed,
            Some(_) => Claim::Seated,
            None => Claim::Waiting,
        }
    }

    /// Whether the session that has just begun has exactly these members, all present, with the same keys.
    pub(crate) fn is_unchanged(planned: &[HotkeyId]) -> bool {
        let running = pallet_session::QueuedKeys::<T>::get();
        let same = |(hotkey, (producer, keys)): (&HotkeyId, &(_, _))| {
            producer_account(*hotkey) == *producer
                && Self::is_present(*hotkey)
                && pallet_session::NextKeys::<T>::get(producer).as_ref() == Some(keys)
        };
        running.len() == planned.len() && planned.iter().zip(&running).all(same)
    }
}

/// Seats for members on probation beside `present` ones: half as many, which is a third of all, and at least one.
fn newcomers(present: usize) -> usize {
    (present / 2).min(MAX_PRODUCERS as usize / 3).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newcomers_hold_a_third_of_the_seats_at_most() {
        for present in 2..=MAX_PRODUCERS as usize {
            let seats = newcomers(present);
            let all = (present + seats).min(MAX_PRODUCERS as usize);
            assert!(seats >= 1 && seats * 3 <= all, "{seats} of {all}");
        }
        assert_eq!((newcomers(0), newcomers(1)), (1, 1), "somebody must be able to begin");
    }
}
