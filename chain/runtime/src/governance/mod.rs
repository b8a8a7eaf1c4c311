//! Governance by TAO: who can vote, on what, and how long it takes.
//!
//! # Overview
//! Anybody may propose a call (a **referendum**, `pallet-referenda`) on one of three [tracks](tracks); everybody's TAO
//! decides (`pallet-conviction-voting`); what passes is scheduled and runs with the track's [origin](origins):
//!
//! | track | what its proposals may do |
//! |---|---|
//! | `parameters` | hyperparameters of every subnet; the terms on which subnets are created |
//! | `subnets` | found, describe, hand over and dissolve subnets, those of owners too |
//! | `upgrades` | everything (root): new runtimes, migrations, disputed key swaps, calling off other referenda |
//!
//! `sudo` is composed because there is one runtime for all chains, but it acts for a key alone, and only the development
//! preset names one. (Root may name one; who commands root could as well install a runtime that does what it wants.)
//!
//! # All TAO votes, none of it twice
//! An account votes with what it has: free, on deposit, staked, and leaving stake ([`votes`]). TAO in pots that belong to
//! nobody in particular (pending emission, locks behind subnets, payment channels) has no vote, and the electorate, of
//! which a track asks a share, is without them too, but never less than below.
//!
//! A vote **binds** its amount until it is taken back, or, with conviction, for some time after the referendum. What is
//! bound can't reach another account, which could vote with it again:
//!
//! 1. Of what is bound, stake covers as much as it can; the rest is **frozen** in the balance. So the fee of the next
//!    transaction can still be paid out of a free balance next to a stake that votes.
//! 2. Frozen TAO can't be transferred, staked, put into a channel, locked behind a subnet or used for fees and burns. It
//!    may be put on deposit, which stays with the account.
//! 3. Stake has one way out: to the balance of the coldkey that it belongs to. What comes back is frozen as far as stake no
//!    longer covers what is bound. Thus `frozen + staked ≥ bound` at all times, but for what was destroyed since: staking
//!    and rewards raise the left side, unstaking leaves it as it is.
//! 4. A coldkey swap moves stake to another account without paying it out. So the swap first takes back all votes on
//!    referenda that are open, and what conviction still binds moves along. An account that votes of its own bind
//!    can't take over another: of both bindings only the greater would be left ([`moves`]).
//! 5. What is slashed, or paid out of stake as a [fee](crate::fees), is destroyed: nobody can vote with it again. A vote that was cast with
//!    it counts until the referendum ends, as a vote does whose voter dies. No more is frozen than the account has, so that
//!    stake can go on paying fees.
//!
//! # While there is little TAO
//! A fair launch begins with no TAO at all. Whoever was paid in the first epoch has a large share of what can vote then,
//! and would need few others, or none, to install a runtime of their own: root would be for sale, for the price of the
//! first hours of mining. So the electorate counts as what the chain emits in fourteen days, until more than that can
//! vote ([`votes::Electorate`]). An upgrade that few have noticed then takes 10 080 TAO on the network, which no party can
//! have before the chain has run for more than a day, however small the turnout; one that passes at once takes half of
//! fourteen days' emission.
//!
//! The floor is a number of the chain's own days, so that local networks, whose days are short, reach it in minutes. Before
//! enough has been emitted nobody can change the runtime: who starts a network must not count on that in its first days.
//!
//! # When a migration fails
//! Governance is the only one who can mend a state that is half old and half new: [`repair`] lets it, and nobody else.
//!
//! # Time
//! Periods are shares of the chain's **day**, a genesis value ([`origins::DayLength`]): 7 200 blocks by default, 20 on local
//! networks, where a referendum can be over in a minute.

pub mod moves;
pub mod origins;
pub mod repair;
pub mod tracks;
pub mod votes;
pub mod weights;
