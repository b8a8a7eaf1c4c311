//! What keeps feeless calls from being free spam.
//!
//! A registered neuron's hotkey may call a few things without a fee, each within a rate limit. The limit must hold before
//! a block takes the call: otherwise whoever isn't registered, or calls too often, or sends nonsense, fills blocks with
//! failures for nothing. So the pool tries a signed call that pays no fee out first, in a layer of storage that is thrown
//! away, and keeps only what would succeed. A block doesn't try: it makes the call, and if that fails, the transaction was
//! never valid. Whoever builds the block leaves it out, with all it did, and nobody imports a block that holds it.
//!
//! A neuron's calls succeed within their limits only, and what waits in a pool is tried out on the state of now. So that a
//! hotkey can't fill pools with calls each of which would succeed if it were the first, only one of a kind and subnet waits
//! there at a time: their tag is the same.
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
use ganglion_primitives::NetUid;
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, Dispatchable, Implication, PostDispatchInfoOf, TransactionExtension,
        ValidateResult,
    },
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError, ValidTransaction,
    },
    DispatchError, DispatchResult, TransactionOutcome, Weight,
};

/// Refuses a feeless call that fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CheckFeeless;

/// Whether a transaction is signed and pays no fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feeless {
    /// It is neither, or not both.
    No,
    /// It is; the index of its call's pallet if that pallet's errors have codes.
    Yes(Option<usize>),
}

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

/// What only one waiting transaction of a hotkey may do: its kind and its subnet.
fn kind(call: &RuntimeCall) -> (u8, NetUid) {
    use pallet_neurons::Call as Neuron;
    use pallet_weights::Call as Weight;
    match call {
        RuntimeCall::Neurons(Neuron::serve_axon { netuid, .. }) => (Refusal::Serve as u8, *netuid),
        RuntimeCall::Neurons(Neuron::serve_prometheus { netuid, .. }) => (Refusal::ServePrometheus as u8, *netuid),
        RuntimeCall::Weights(Weight::set_weights { netuid, .. }) => (Refusal::SetWeights as u8, *netuid),
        RuntimeCall::Weights(Weight::commit_weights { netuid, .. }) => (Refusal::Commit as u8, *netuid),
        RuntimeCall::Weights(Weight::reveal_weights { netuid, .. }) => (Refusal::Reveal as u8, *netuid),
        RuntimeCall::Validators(pallet_validators::Call::set_root_weights { .. }) => {
            (Refusal::SetRootWeights as u8, NetUid(0))
        }
        _ => (OTHER, NetUid(0)),
    }
}

/// The code of the error that `call` would end with.
fn failure(call: &RuntimeCall, signer: &AccountId) -> Option<u8> {
    let attempt = || call.clone().dispatch(RuntimeOrigin::signed(signer.clone())).map_err(|failed| failed.error);
    let tried = with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(attempt())));
    tried.and_then(|result| result).err().map(|error| code(error, home(call)))
}

/// The code of `error`, which a call of the pallet with index `home` ended with.
fn code(error: DispatchError, home: Option<usize>) -> u8 {
    match error {
        DispatchError::Module(error) if home == Some(usize::from(error.index)) => ERRORS.saturating_add(error.error[0]),
        _ => OTHER,
    }
}

/// The index of `call`'s pallet, if its errors have codes.
fn home(call: &RuntimeCall) -> Option<usize> {
    match call {
        RuntimeCall::Neurons(_) => Some(Neurons::index()),
        RuntimeCall::Weights(_) => Some(Weights::index()),
        RuntimeCall::Validators(_) => Some(Validators::index()),
        _ => None,
    }
}

/// Refuses an unsigned call that the runtime takes from nobody now.
fn ensure_taken(call: &RuntimeCall) -> Result<(), TransactionValidityError> {
    let taken = <Runtime as frame_system::Config>::BaseCallFilter::contains(call);
    taken.then_some(()).ok_or_else(|| InvalidTransaction::Call.into())
}

impl TransactionExtension<RuntimeCall> for CheckFeeless {
    const IDENTIFIER: &'static str = "CheckFeeless";
    type Implicit = ();
    type Val = Feeless;
    type Pre = Feeless;

    fn weight(&self, call: &RuntimeCall) -> Weight {
        let info = call.get_dispatch_info();
        match info.pays_fee {
            Pays::Yes => Weight::zero(),
            // Who may and when.
            Pays::No => <Runtime as frame_system::Config>::DbWeight::get().reads(5),
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
        source: TransactionSource,
    ) -> ValidateResult<Feeless, RuntimeCall> {
        let (Pays::No, Some(signer)) = (info.pays_fee, origin.as_system_origin_signer()) else {
            return Ok((ValidTransaction::default(), Feeless::No, origin));
        };
        let attempt = || if source == TransactionSource::InBlock { None } else { failure(call, signer) };
        match refusal(call, signer).map(|refusal| refusal as u8).or_else(attempt) {
            Some(code) => Err(InvalidTransaction::Custom(code).into()),
            None => {
                let (kind, netuid) = kind(call);
                let valid = ValidTransaction::with_tag_prefix(Self::IDENTIFIER).and_provides((signer, kind, netuid));
                Ok((valid.build()?, Feeless::Yes(home(call)), origin))
            }
        }
    }

    fn prepare(
        self,
        feeless: Feeless,
        _: &RuntimeOrigin,
        _: &RuntimeCall,
        _: &DispatchInfoOf<RuntimeCall>,
        _: usize,
    ) -> Result<Feeless, TransactionValidityError> {
        Ok(feeless)
    }

    fn post_dispatch_details(
        feeless: Feeless,
        _: &DispatchInfoOf<RuntimeCall>,
        _: &PostDispatchInfoOf<RuntimeCall>,
        _: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        match (feeless, result) {
            (Feeless::Yes(home), Err(error)) => Err(InvalidTransaction::Custom(code(*error, home)).into()),
            _ => Ok(Weight::zero()),
        }
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
}
