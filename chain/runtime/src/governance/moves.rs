//! Votes when a coldkey moves to another account.
//!
//! The stake goes along in one step, so the votes must not stay behind: it could vote again under its new account. Votes
//! on open referenda are taken back (the new account may cast them again). What conviction binds, from these or older
//! referenda, binds the new account for the same time.
//!
//! The new account must be bound by nothing of its own. Votes of one account bind it **once**, with the most that it gave:
//! the same TAO stands behind all of them. What two accounts are bound with is TAO of each, and one account can't say so:
//! the greater would hide the smaller, which could then go elsewhere and vote again.

use super::votes::{bound, freeze};
use crate::{AccountId, BlockNumber, ConvictionVoting, Rao, Runtime, RuntimeOrigin, System};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use core::mem;
use frame_support::{dispatch::DispatchResult, ensure, traits::Get, weights::Weight};
use pallet_conviction_voting::{Casting, ClassLocksFor, Config, Delegating, Voting, VotingFor, WeightInfo};
use pallet_referenda::TracksInfo;
use sp_runtime::DispatchError;

/// Takes votes back before a coldkey swap and binds the new account after it.
pub struct MoveVotes;

impl pallet_neurons::OnColdkeySwap<AccountId> for MoveVotes {
    fn before_swap(old: &AccountId, new: &AccountId) -> DispatchResult {
        ensure_unbound(new)?;
        for (track, _) in ClassLocksFor::<Runtime>::take(old) {
            take_back(old, track)?;
            move_binding(old, new, track);
        }
        freeze(old, 0);
        Ok(())
    }

    fn after_swap(_: &AccountId, new: &AccountId) {
        freeze(new, bound(new));
    }

    fn weight() -> Weight {
        type Weights = <Runtime as Config>::WeightInfo;
        let tracks = super::tracks::Tracks::track_ids().count() as u64;
        let votes: u32 = <Runtime as Config>::MaxVotes::get();
        let one_track = Weights::remove_vote()
            .saturating_mul(votes.into())
            .max(Weights::undelegate(votes))
            // Of the new account's own locks, and of those that move.
            .saturating_add(Weights::unlock().saturating_mul(2));
        one_track.saturating_mul(tracks)
    }
}

/// Refuses an account that votes or delegations of its own bind. What is over binds nobody, whether or not the account
/// asked for the unlock.
fn ensure_unbound(who: &AccountId) -> DispatchResult {
    for (track, _) in ClassLocksFor::<Runtime>::get(who) {
        ConvictionVoting::unlock(RuntimeOrigin::signed(who.clone()), track, who.clone().into())?;
    }
    ensure!(bound(who) == 0, pallet_neurons::Error::<Runtime>::NewKeyVotes);
    Ok(())
}

/// Takes back every vote, or the delegation, of `who` on a track. What conviction binds stays in the row.
fn take_back(who: &AccountId, track: u16) -> Result<(), DispatchError> {
    let origin = || RuntimeOrigin::signed(who.clone());
    match VotingFor::<Runtime>::get(who, track) {
        Voting::Casting(Casting { votes, .. }) => {
            let polls: Vec<_> = votes.iter().map(|(poll, _)| *poll).collect();
            polls.into_iter().try_for_each(|poll| ConvictionVoting::remove_vote(origin(), Some(track), poll))
        }
        Voting::Delegating(_) => {
            ConvictionVoting::undelegate(origin(), track).map(|_| ()).map_err(|failure| failure.error)
        }
    }
}

/// Lets what binds `old` on a track bind `new` instead. Delegations to `old` stay with it: they are others' votes.
fn move_binding(old: &AccountId, new: &AccountId, track: u16) {
    let now = System::block_number();
    let mut prior = VotingFor::<Runtime>::mutate(old, track, |voting| match voting {
        Voting::Casting(Casting { prior, .. }) | Voting::Delegating(Delegating { prior, .. }) => mem::take(prior),
    });
    // What is over binds nobody, whichever account forgot to unlock it: the new time must not revive it.
    prior.rejig(now);
    let amount = prior.locked();
    // Its parts are private; its encoding is that of a pair.
    let Ok((until, _)) = <(BlockNumber, Rao)>::decode(&mut &prior.encode()[..]) else { return };
    if amount == 0 {
        return;
    }
    VotingFor::<Runtime>::mutate(new, track, |voting| match voting {
        Voting::Casting(Casting { prior, .. }) | Voting::Delegating(Delegating { prior, .. }) => {
            prior.rejig(now);
            prior.accumulate(until, amount)
        }
    });
    // There is room for one entry a track, and the new account, bound by nothing, has none.
    ClassLocksFor::<Runtime>::mutate(new, |locks| {
        let _fits = locks.try_push((track, amount));
    });
}
