//! Who takes part in finality.

use crate::{hotkey_of, Config, Pallet};
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::traits::OneSessionHandler;
use ganglion_primitives::AccountId;
use sp_runtime::BoundToRuntimeAppPublic;

/// A session handler that hears of present members only, to stand between the session pallet and GRANDPA.
///
/// GRANDPA stops when a third of its voters is away: that others vote from now on is final only with their votes, too.
/// (How root goes on without them, the crate's documentation says.) So nobody becomes a voter who never showed that its
/// node runs. BABE, where one producer is enough to go on, hears of all.
pub struct PresentOnly<T, Handler>(PhantomData<(T, Handler)>);

impl<T, Handler: BoundToRuntimeAppPublic> BoundToRuntimeAppPublic for PresentOnly<T, Handler> {
    type Public = Handler::Public;
}

impl<T: Config, Handler: OneSessionHandler<AccountId>> OneSessionHandler<AccountId> for PresentOnly<T, Handler> {
    type Key = Handler::Key;

    fn on_genesis_session<'a, I>(members: I)
    where
        I: Iterator<Item = (&'a AccountId, Self::Key)> + 'a,
    {
        Handler::on_genesis_session(members);
    }

    fn on_new_session<'a, I>(changed: bool, members: I, queued: I)
    where
        I: Iterator<Item = (&'a AccountId, Self::Key)> + 'a,
    {
        Handler::on_new_session(changed, present::<T, _>(members), present::<T, _>(queued));
    }

    fn on_before_session_ending() {
        Handler::on_before_session_ending();
    }

    // The place among all members isn't the place among the voters, and finality knows no disabled voters.
    fn on_disabled(_: u32) {}
}

/// Those who are present; all, if none is: voters there must be.
fn present<'a, T: Config, Key>(
    members: impl Iterator<Item = (&'a AccountId, Key)>,
) -> alloc::vec::IntoIter<(&'a AccountId, Key)> {
    let is_present = |(member, _): &(&AccountId, Key)| hotkey_of(member).is_some_and(Pallet::<T>::is_present);
    let (there, away): (Vec<_>, Vec<_>) = members.partition(is_present);
    if there.is_empty() { away } else { there }.into_iter()
}
