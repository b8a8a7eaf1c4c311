//! What keeps feeless calls from being free spam.
//!
//! A registered neuron's hotkey may call a few things without a fee, each within a rate limit. The limit must hold before
//! a block takes the call: otherwise whoever isn't registered, or calls too often, or sends nonsense, fills blocks with
//! failures for nothing. So a signed call that pays no fee is tried out first, in a layer of storage that is thrown away,
//! by the pool and by the block; only what would succeed is let in.
//!
//! That is a property of the transaction, whatever the call: a pallet that makes a call feeless need not be named here. A
//! call wrapped in a batch, proxy or multisig pays the wrapper's fee instead.
//!
//! Unsigned calls are checked by their pallets. What a pallet doesn't know is that the runtime takes no calls of it at
//! present: they would fail in a block for nothing as well, and are refused here.

use crate::*;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
    dispatch::{GetDispatchInfo, Pays},
    storage::with_transaction,
    traits::{Contains, PalletInfoAccess},
};
use scale_info::TypeInfo;
use sp_runtime::{
    impl_tx_ext_default,
    traits::{AsSystemOriginSigner, DispatchInfoOf, Dispatchable, Implication, TransactionExtension, ValidateResult},
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError, ValidTransaction,
    },
    DispatchError, TransactionOutcome, Weight,
};

/// Refuses, before a block does, a feeless call that would fail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CheckFeeless;

/// Codes of refusals, seen by the sender as `InvalidTransaction::Custom`: who may not, or not now.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Refusal {
    /// The hotkey may not announce an axon now: it isn't registered, or it did not long ago.
    Serve = 10,
    /// The hotkey may not set weights now: it isn't registered, or it did not long ago.
    SetWeights = 11,
    /// The hotkey may not commit now: it isn't registered, or it did in this interval.
    Commit = 12,
    /// The hotkey has nothing to reveal now.
    Reveal = 13,
    /// The hotkey may not announce a metrics endpoint now: it isn't registered, or it did not long ago.
    ServePrometheus = 14,
    /// The hotkey may not set root weights now: it isn't one of the 64, or it did not long ago.
    SetRootWeights = 15,
}

/// From here on a code says which error of its own pallet the call would end with: this plus the error's number.
const ERRORS: u8 = 64;

/// The call would end with an error of another pallet.
const OTHER: u8 = u8::MAX;

/// Whether `signer` may do such a thing now, where that can be said without looking at what it would do.
fn refusal(call: &RuntimeCall, signer: &AccountId) -> Option<Refusal> {
    use pallet_neurons::Call as Neuron;
    use pallet_weights::Call as Weight;
    let (allowed, refusal) = match call {
        RuntimeCall::Neurons(Neuron::serve_axon { netuid, .. }) => {
            (Neurons::may_announce(*netuid, signer).is_ok(), Refusal::Serve)
        }
        RuntimeCall::Neurons(Neuron::serve_prometheus { netuid, .. }) => {
            (Neurons::may_announce_prometheus(*netuid, signer).is_ok(), Refusal::ServePrometheus)
        }
        RuntimeCall::Weights(Weight::set_weights { netuid, .. }) => {
            (Weights::may_set(*netuid, signer).is_ok(), Refusal::SetWeights)
        }
        RuntimeCall::Weights(Weight::commit_weights { netuid, .. }) => {
            (Weights::may_commit(*netuid, signer).is_ok(), Refusal::Commit)
        }
        RuntimeCall::Weights(Weight::reveal_weights { netuid, .. }) => {
            (Weights::may_reveal(*netuid, signer).is_ok(), Refusal::Reveal)
        }
        RuntimeCall::Validators(pallet_validators::Call::set_root_weights { .. }) => {
            (Validators::may_set_root(signer).is_ok(), Refusal::SetRootWeights)
        }
        _ => return None,
    };
    (!allowed).then_some(refusal)
}

/// The code of the error that `call` would end with.
fn failure(call: &RuntimeCall, signer: &AccountId) -> Option<u8> {
    let attempt = || call.clone().dispatch(RuntimeOrigin::signed(signer.clone())).map_err(|failed| failed.error);
    let tried = with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(attempt())));
    match tried.and_then(|result| result) {
        Ok(_) => None,
        Err(DispatchError::Module(error)) if is_home(call, error.index) => Some(ERRORS.saturating_add(error.error[0])),
        Err(_) => Some(OTHER),
    }
}

/// Whether `call` is one of the pallet with this index.
fn is_home(call: &RuntimeCall, index: u8) -> bool {
    let home = match call {
        RuntimeCall::Neurons(_) => Neurons::index(),
        RuntimeCall::Weights(_) => Weights::index(),
        RuntimeCall::Validators(_) => Validators::index(),
        _ => return false,
    };
    home == usize::from(index)
}

/// Refuses an unsigned call that the runtime takes from nobody now.
fn ensure_taken(call: &RuntimeCall) -> Result<(), TransactionValidityError> {
    let taken = <Runtime as frame_system::Config>::BaseCallFilter::contains(call);
    taken.then_some(()).ok_or_else(|| InvalidTransaction::Call.into())
}

impl TransactionExtension<RuntimeCall> for CheckFeeless {
    const IDENTIFIER: &'static str = "CheckFeeless";
    type Implicit = ();
    type Val = ();
    type Pre = ();

    fn weight(&self, call: &RuntimeCall) -> Weight {
        let info = call.get_dispatch_info();
        match info.pays_fee {
            Pays::Yes => Weight::zero(),
            // Once for trying, and who may and when.
            Pays::No => info.call_weight.saturating_add(<Runtime as frame_system::Config>::DbWeight::get().reads(5)),
        }
    }

    fn validate(
        &self,
        origin: RuntimeOrigin,
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        _: usize,
        (): (),
        _: &impl Implication,
        _: TransactionSource,
    ) -> ValidateResult<(), RuntimeCall> {
        if let (Pays::No, Some(signer)) = (info.pays_fee, origin.as_system_origin_signer()) {
            let code = refusal(call, signer).map(|refusal| refusal as u8).or_else(|| failure(call, signer));
            if let Some(code) = code {
                return Err(InvalidTransaction::Custom(code).into());
            }
        }
        Ok((Default::default(), (), origin))
    }

    fn bare_validate(call: &RuntimeCall, _: &DispatchInfoOf<RuntimeCall>, _: usize) -> TransactionValidity {
        ensure_taken(call).map(|()| ValidTransaction::default())
    }

    fn bare_validate_and_prepare(
        call: &RuntimeCall,
        _: &DispatchInfoOf<RuntimeCall>,
        _: usize,
    ) -> Result<(), TransactionValidityError> {
        ensure_taken(call)
    }

    impl_tx_ext_default!(RuntimeCall; prepare);
}
