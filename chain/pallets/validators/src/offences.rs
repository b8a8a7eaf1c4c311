//! Equivocations: what they cost.

use crate::{hotkey_of, producer_account, ChillCause, Config, Event, Pallet, Slashed, WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use ganglion_primitives::{AccountId, HotkeyId};
use pallet_session::historical::IdentificationTuple;
use pallet_staking::Pallet as Staking;
use sp_runtime::{traits::Saturating, PerThing, Perbill};
use sp_staking::{
    offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
    SessionIndex,
};

impl<T: Config> OnOffenceHandler<AccountId, IdentificationTuple<T>, Weight> for Pallet<T> {
    fn on_offence(
        offenders: &[OffenceDetails<AccountId, IdentificationTuple<T>>],
        fractions: &[Perbill],
        session: SessionIndex,
    ) -> Weight {
        for (details, fraction) in offenders.iter().zip(fractions) {
            if let Some(hotkey) = hotkey_of(&details.offender.0) {
                Self::punish(hotkey, *fraction, session);
            }
        }
        <T as Config>::WeightInfo::punish().saturating_mul(offenders.len() as u64)
    }
}

impl<T: Config> Pallet<T> {
    /// Takes `fraction` of all stake on the hotkey, less what offences in the same session took before, and chills it.
    ///
    /// The offences pallet names everybody again when another member is found to have offended at the same time: the
    /// fraction rises with their number.
    fn punish(hotkey: HotkeyId, fraction: Perbill, session: SessionIndex) {
        let fraction = fraction.max(T::MinSlash::get());
        let before = Slashed::<T>::get(session, hotkey);
        let part = further(before, fraction);
        if part.is_zero() {
            return;
        }
        Slashed::<T>::insert(session, hotkey, fraction);
        let slashed = Staking::<T>::slash(hotkey, part);
        Self::deposit_event(Event::OffencePunished { hotkey, session, fraction, slashed });
        Self::put_to_rest(hotkey, ChillCause::Offence);
        pallet_session::Pallet::<T>::report_offence(producer_account(hotkey), OffenceSeverity(fraction));
    }
}

/// The part of what is left after `before` was taken that makes it `fraction` in all.
fn further(before: Perbill, fraction: Perbill) -> Perbill {
    let more = fraction.saturating_sub(before);
    if more.is_zero() {
        return more;
    }
    // Not 0, or nothing could be more.
    Perbill::from_rational(more.deconstruct(), before.left_from_one().deconstruct())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_of_a_session_add_up_to_the_dearest() {
        let percent = Perbill::from_percent;
        assert_eq!(further(percent(0), percent(20)), percent(20));
        // Of the 80 left, a quarter: 40 in all.
        assert_eq!(further(percent(20), percent(40)), percent(25));
        assert_eq!(further(percent(40), percent(40)), percent(0));
        assert_eq!(further(percent(40), percent(1)), percent(0));
        assert_eq!(further(percent(40), percent(100)), percent(100));
        assert_eq!(further(percent(100), percent(100)), percent(0));
    }
}
