//! TAO as votes: staked TAO counts, and what votes bind can't vote elsewhere.
//!
//! [`super`] says why that holds. Here are the two places where it is done: [`Ballots`] stands between the voting pallet
//! and the balances, and [`Unstaked`] hears of stake that comes back.

use super::origins::days;
use crate::{AccountId, Balances, BlockNumber, Rao, Runtime, Staking};
use frame_support::traits::{
    fungible::Inspect,
    tokens::{DepositConsequence, Fortitude, Preservation, Provenance, WithdrawConsequence},
    BalanceStatus, Currency, ExistenceRequirement, Get, LockIdentifier, LockableCurrency, ReservableCurrency,
    SignedImbalance, WithdrawReasons,
};
use ganglion_primitives::TAO;
use pallet_conviction_voting::ClassLocksFor;
use sp_runtime::{DispatchError, DispatchResult};

/// Under which the voting pallet's locks are kept.
const VOTES: LockIdentifier = *b"pyconvot";

type Plus = <Balances as Currency<AccountId>>::PositiveImbalance;
type Minus = <Balances as Currency<AccountId>>::NegativeImbalance;

/// RAO that `who`'s votes bind: the most that it gave for one track, as the same TAO votes on all of them.
pub fn bound(who: &AccountId) -> Rao {
    ClassLocksFor::<Runtime>::get(who).into_iter().map(|(_, amount)| amount).max().unwrap_or(0)
}

/// RAO that `who` can vote with: free, on deposit, staked and leaving.
pub fn power(who: &AccountId) -> Rao {
    <Balances as Inspect<AccountId>>::total_balance(who).saturating_add(Staking::staked_by(who))
}

/// Freezes what `who`'s stake doesn't cover of `bound`, and no more than it has.
///
/// What it voted with and has no more was slashed or went into a fee. Frozen beyond the balance, it would take the fee as
/// well that the next call about stake brings from there, and nobody could unstake before the vote's end.
pub(super) fn freeze(who: &AccountId, bound: Rao) {
    let uncovered = bound.saturating_sub(Staking::staked_by(who));
    let frozen = uncovered.min(<Balances as Inspect<AccountId>>::total_balance(who));
    Balances::set_lock(VOTES, who, frozen, WithdrawReasons::all());
}

/// Freezes what comes back from stake, as far as votes bind it.
pub struct Unstaked;

impl pallet_staking::OnUnstaked<AccountId> for Unstaked {
    fn on_unstaked(who: &AccountId, amount: Rao) {
        let bound = bound(who);
        if bound == 0 {
            return;
        }
        let frozen = Balances::locks(who).iter().find(|lock| lock.id == VOTES).map_or(0, |lock| lock.amount);
        // Exact would be `freeze`, which looks at every position. This is never less, and `unlock` makes it exact.
        Balances::set_lock(VOTES, who, frozen.saturating_add(amount).min(bound), WithdrawReasons::all());
    }
}

/// Days whose emission the electorate counts as, while it is less: as many as an upgrade can take to be decided.
const LEAST_ELECTORATE: u32 = 14;

/// RAO of which a track asks a share in favour: what can vote, or [`Electorate::least`] if that is more.
pub struct Electorate;

impl Electorate {
    /// What the chain emits in its first fourteen days, a TAO a block. On the network, with its day of 7 200 blocks, that
    /// is 100 800 TAO; on local networks, with one of 20, it is 280.
    pub fn least() -> Rao {
        Rao::from(days((LEAST_ELECTORATE, 1))).saturating_mul(TAO)
    }

    /// RAO that can vote: all but what lies in pots that speak for nobody.
    fn able() -> Rao {
        let silent = [crate::Emission::pot(), crate::Subnets::pot(), crate::Access::pot()];
        let silent = silent.iter().map(Balances::free_balance).fold(0, Rao::saturating_add);
        <Balances as Inspect<AccountId>>::total_issuance().saturating_sub(silent)
    }
}

impl Get<Rao> for Electorate {
    fn get() -> Rao {
        Self::able().max(Self::least())
    }
}

/// The balances as the voting pallet sees them: with stake, and with locks that stake covers first.
pub struct Ballots;

macro_rules! as_balances {
    ($trait:ident: $(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        $(
            fn $name($($argument: $type),*) $(-> $result)? {
                <Balances as $trait<AccountId>>::$name($($argument),*)
            }
        )*
    };
}

impl Currency<AccountId> for Ballots {
    type Balance = Rao;
    type PositiveImbalance = Plus;
    type NegativeImbalance = Minus;

    fn total_balance(who: &AccountId) -> Rao {
        power(who)
    }

    as_balances! { Currency:
        fn can_slash(who: &AccountId, value: Rao) -> bool;
        fn total_issuance() -> Rao;
        fn minimum_balance() -> Rao;
        fn burn(amount: Rao) -> Plus;
        fn issue(amount: Rao) -> Minus;
        fn free_balance(who: &AccountId) -> Rao;
        fn ensure_can_withdraw(who: &AccountId, amount: Rao, why: WithdrawReasons, left: Rao) -> DispatchResult;
        fn transfer(from: &AccountId, to: &AccountId, value: Rao, keep: ExistenceRequirement) -> DispatchResult;
        fn slash(who: &AccountId, value: Rao) -> (Minus, Rao);
        fn deposit_into_existing(who: &AccountId, value: Rao) -> Result<Plus, DispatchError>;
        fn deposit_creating(who: &AccountId, value: Rao) -> Plus;
        fn withdraw(who: &AccountId, value: Rao, why: WithdrawReasons, keep: ExistenceRequirement)
            -> Result<Minus, DispatchError>;
        fn make_free_balance_be(who: &AccountId, balance: Rao) -> SignedImbalance<Rao, Plus>;
    }
}

impl ReservableCurrency<AccountId> for Ballots {
    as_balances! { ReservableCurrency:
        fn can_reserve(who: &AccountId, value: Rao) -> bool;
        fn slash_reserved(who: &AccountId, value: Rao) -> (Minus, Rao);
        fn reserved_balance(who: &AccountId) -> Rao;
        fn reserve(who: &AccountId, value: Rao) -> DispatchResult;
        fn unreserve(who: &AccountId, value: Rao) -> Rao;
        fn repatriate_reserved(from: &AccountId, to: &AccountId, value: Rao, status: BalanceStatus)
            -> Result<Rao, DispatchError>;
    }
}

impl LockableCurrency<AccountId> for Ballots {
    type Moment = BlockNumber;
    type MaxLocks = <Balances as LockableCurrency<AccountId>>::MaxLocks;

    fn set_lock(_: LockIdentifier, who: &AccountId, amount: Rao, _: WithdrawReasons) {
        freeze(who, amount);
    }

    fn extend_lock(_: LockIdentifier, who: &AccountId, amount: Rao, _: WithdrawReasons) {
        freeze(who, amount.max(bound(who)));
    }

    fn remove_lock(_: LockIdentifier, who: &AccountId) {
        freeze(who, 0);
    }
}

impl Inspect<AccountId> for Ballots {
    type Balance = Rao;

    fn total_balance(who: &AccountId) -> Rao {
        power(who)
    }

    as_balances! { Inspect:
        fn total_issuance() -> Rao;
        fn minimum_balance() -> Rao;
        fn balance(who: &AccountId) -> Rao;
        fn reducible_balance(who: &AccountId, keep: Preservation, force: Fortitude) -> Rao;
        fn can_deposit(who: &AccountId, amount: Rao, from: Provenance) -> DepositConsequence;
        fn can_withdraw(who: &AccountId, amount: Rao) -> WithdrawConsequence<Rao>;
    }
}
