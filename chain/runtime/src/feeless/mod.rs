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

mod calls;
mod errors;

use self::{
    calls::{limited, Limited},
    errors::{code, failure, home, OTHER},
};
use crate::*;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
    dispatch::{GetDispatchInfo, Pays},
    traits::Contains,
};
use ganglion_primitives::NetUid;
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, Implication, PostDispatchInfoOf, TransactionExtension, ValidateResult,
    },
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError, ValidTransaction,
    },
    DispatchResult, Weight,
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

/// What only one waiting transaction of a hotkey may do: its kind and its subnet.
fn slot(limited: Option<&Limited>) -> (u8, NetUid) {
    limited.map_or((OTHER, NetUid(0)), |limited| (limited.refusal as u8, limited.netuid))
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
        let limited = limited(call, signer);
        let refused = limited.as_ref().filter(|limited| !limited.allowed).map(|limited| limited.refusal as u8);
        let attempt = || if source == TransactionSource::InBlock { None } else { failure(call, signer) };
        match refused.or_else(attempt) {
            Some(code) => Err(InvalidTransaction::Custom(code).into()),
            None => {
                let (kind, netuid) = slot(limited.as_ref());
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
