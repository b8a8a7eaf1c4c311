//! Who gets the seats of the next session.

use crate::{producer_account, Attendances, Config, Founders, Pallet, MAX_PRODUCERS};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::traits::Get;
use ganglion_primitives::HotkeyId;
use pallet_neurons::Pallet as Neurons;

/// The hotkeys whose nodes are known to write blocks.
type Present = BTreeSet<HotkeyId>;

impl<T: Config> Pallet<T> {
    /// The members of the session after the one that has just begun, by id.
    ///
    /// Candidates with stake, richest first, with seats for newcomers as far as enough present members sit beside them;
    /// founders while they are needed; and whoever is present now if nobody else is.
    pub(crate) fn plan() -> Vec<HotkeyId> {
        let present: Present =
            Attendances::<T>::iter().filter(|(_, row)| row.present).map(|(hotkey, _)| hotkey).collect();
        let mut seats = Self::electable();
        let founders = Self::needed_founders(&seats, &present);
        seats.extend(founders);
        if !seats.iter().any(|hotkey| present.contains(hotkey)) {
            // Nobody who could follow is known to be there: without those who are, the chain might stop.
            seats.extend(Self::active().filter(|hotkey| present.contains(hotkey)));
        }
        let mut probation = newcomers(seats.iter().filter(|hotkey| present.contains(hotkey)).count());
        seats.retain(|hotkey| {
            let sits = present.contains(hotkey) || probation > 0;
            if !present.contains(hotkey) {
                probation = probation.saturating_sub(1);
            }
            sits
        });
        seats.truncate(MAX_PRODUCERS as usize);
        // By id, so that the same members are the same list however their stakes change.
        seats.sort_unstable();
        seats
    }

    /// Candidates with seat, session keys and stake that aren't chilled, richest first.
    fn electable() -> Vec<HotkeyId> {
        let eligible = |hotkey: &HotkeyId| {
            Neurons::<T>::has_seat(*hotkey) && Self::has_keys(*hotkey) && !Self::is_chilled(*hotkey)
        };
        let backed = Self::refresh().into_iter().filter(|candidate| candidate.stake > 0);
        backed.map(|candidate| candidate.hotkey).filter(eligible).collect()
    }

    /// As many founders as present elected members are missing to the quorum: those that are present themselves first.
    fn needed_founders(elected: &[HotkeyId], present: &Present) -> Vec<HotkeyId> {
        let working = elected.iter().filter(|hotkey| present.contains(hotkey)).count();
        let missing = (T::Quorum::get() as usize).saturating_sub(working);
        let mut founders = Founders::<T>::get().into_inner();
        founders
            .retain(|founder| !elected.contains(founder) && Self::has_keys(*founder) && !Self::is_chilled(*founder));
        // Stable: among equals the order of genesis.
        founders.sort_by_key(|founder| !present.contains(founder));
        founders.truncate(missing);
        founders
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
