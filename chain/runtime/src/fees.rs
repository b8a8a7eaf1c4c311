//! Fees, out of the balance; for calls about stake, and those that free what votes, out of stake where the balance is empty.
//!
//! Whoever starts with nothing and works is paid in stake: a miner's coldkey would have no TAO for the fee of taking stake
//! out. So what such a fee lacks is taken off the payer's stake: for calls of the staking pallet, as after one of them there is
//! a balance for the others; and, since whoever votes with all it has finds that balance frozen, for taking a vote or a
//! delegation back and freeing what is bound no more. For nothing else.
//!
//! Nothing that was taken off stake is handed back, even if the call cost less than was charged. Otherwise dear calls
//! that turn out cheap would bring stake into the balance, past the slash window and past what votes bind.

use crate::*;
use core::marker::PhantomData;
use frame_support::{
    storage::with_transaction,
    traits::{
        fungible::{Balanced, Credit, Inspect},
        tokens::{Fortitude, Preservation},
        Imbalance,
    },
    weights::Weight,
};
use pallet_staking::WeightInfo;
use pallet_transaction_payment::{FungibleAdapter, OnChargeTransaction, TxCreditHold};
use sp_runtime::{
    traits::{DispatchInfoOf, PostDispatchInfoOf},
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    DispatchError, TransactionOutcome,
};

/// Charges, refunds and recycles out of the balance.
type FromBalance = FungibleAdapter<Balances, pallet_emission::Recycle<Runtime>>;

/// How this chain charges fees.
pub struct Fees;

/// What was charged for a transaction.
#[derive(Default)]
pub struct Charged {
    tip: Option<Credit<AccountId, Balances>>,
    /// The whole fee, if stake paid a part of it.
    final_fee: Option<Rao>,
}

/// Whether stake may pay for `call`. What it weighs has to include that.
fn is_paid_from_stake(call: &RuntimeCall) -> bool {
    use pallet_conviction_voting::Call::{remove_vote, undelegate, unlock};
    match call {
        RuntimeCall::Staking(_) => true,
        RuntimeCall::ConvictionVoting(call) => matches!(call, remove_vote { .. } | undelegate { .. } | unlock { .. }),
        _ => false,
    }
}

/// Makes sure that `who` has `fee` RAO to spend on `call`. Says how much of it came off stake.
fn provide(who: &AccountId, call: &RuntimeCall, fee: Rao) -> Result<Rao, TransactionValidityError> {
    let spendable = Balances::reducible_balance(who, Preservation::Preserve, Fortitude::Polite);
    let missing = fee.saturating_sub(spendable);
    if missing == 0 {
        return Ok(0);
    }
    if !is_paid_from_stake(call) {
        return Err(InvalidTransaction::Payment.into());
    }
    // An account without a balance needs one RAO beside to be one.
    let to_exist = if Balances::total_balance(who) == 0 { Balances::minimum_balance() } else { 0 };
    let credit = Staking::pay_from_stake(who, missing.saturating_add(to_exist))
        .map_err(|_| TransactionValidityError::from(InvalidTransaction::Payment))?;
    let taken = credit.peek();
    Balances::resolve(who, credit).map_err(|_| TransactionValidityError::from(InvalidTransaction::Payment))?;
    Ok(taken)
}

impl TxCreditHold<Runtime> for Fees {
    type Credit = <FromBalance as TxCreditHold<Runtime>>::Credit;
}

impl OnChargeTransaction<Runtime> for Fees {
    type Balance = Rao;
    type LiquidityInfo = Charged;

    fn withdraw_fee(
        who: &AccountId,
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        fee: Rao,
        tip: Rao,
    ) -> Result<Charged, TransactionValidityError> {
        let taken = provide(who, call, fee)?;
        let tip = <FromBalance as OnChargeTransaction<Runtime>>::withdraw_fee(who, call, info, fee, tip)?;
        Ok(Charged { tip, final_fee: (taken > 0).then_some(fee) })
    }

    fn can_withdraw_fee(
        who: &AccountId,
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        fee: Rao,
        tip: Rao,
    ) -> Result<(), TransactionValidityError> {
        let attempt = || {
            provide(who, call, fee)?;
            <FromBalance as OnChargeTransaction<Runtime>>::can_withdraw_fee(who, call, info, fee, tip)
        };
        with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(attempt())))
            .unwrap_or_else(|_| Err(InvalidTransaction::Payment.into()))
    }

    fn correct_and_deposit_fee(
        who: &AccountId,
        info: &DispatchInfoOf<RuntimeCall>,
        post_info: &PostDispatchInfoOf<RuntimeCall>,
        corrected_fee: Rao,
        tip: Rao,
        charged: Charged,
    ) -> Result<(), TransactionValidityError> {
        let fee = charged.final_fee.unwrap_or(corrected_fee);
        <FromBalance as OnChargeTransaction<Runtime>>::correct_and_deposit_fee(
            who,
            info,
            post_info,
            fee,
            tip,
            charged.tip,
        )
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn endow_account(who: &AccountId, amount: Rao) {
        <FromBalance as OnChargeTransaction<Runtime>>::endow_account(who, amount);
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn minimum_balance() -> Rao {
        Balances::minimum_balance()
    }
}

/// The staking pallet's weights `W`, its calls with what it takes to be paid from stake. Those that pay stake out have the
/// [freeze](governance::weights::freeze) of what votes bind beside: where `W` was measured, nobody votes.
pub struct PaidFromStake<W>(PhantomData<W>);

impl<W: WeightInfo> WeightInfo for PaidFromStake<W> {
    fn add_stake() -> Weight {
        W::add_stake().saturating_add(W::pay_from_stake())
    }

    fn remove_stake() -> Weight {
        W::remove_stake().saturating_add(W::pay_from_stake()).saturating_add(governance::weights::freeze())
    }

    fn leave() -> Weight {
        W::leave().saturating_add(W::pay_from_stake())
    }

    fn set_take() -> Weight {
        W::set_take().saturating_add(W::pay_from_stake())
    }

    fn withdraw() -> Weight {
        W::withdraw().saturating_add(W::pay_from_stake()).saturating_add(governance::weights::freeze())
    }

    fn pay_from_stake() -> Weight {
        W::pay_from_stake()
    }

    fn pay_from() -> Weight {
        W::pay_from()
    }

    fn credit() -> Weight {
        W::credit()
    }

    fn slash() -> Weight {
        W::slash()
    }

    fn rekey() -> Weight {
        W::rekey()
    }
}
