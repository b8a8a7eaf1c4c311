//! What keeps feeless calls from being free spam.
//!
//! A registered neuron's hotkey may call a few things without a fee, each within a rate limit. The transaction pool
//! must see the limit too: otherwise whoever isn't registered, or calls too often, fills blocks with failures for
//! nothing. A call wrapped in a batch, proxy or multisig pays the wrapper's fee instead.

use crate::*;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use sp_runtime::{
    impl_tx_ext_default,
    traits::{AsSystemOriginSigner, DispatchInfoOf, Implication, TransactionExtension, ValidateResult},
    transaction_validity::{InvalidTransaction, TransactionSource},
    Weight,
};

/// Refuses, before a block does, a feeless call that would fail for who signs it or when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CheckFeeless;

/// Codes of refusals, seen by the sender as `InvalidTransaction::Custom`.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Refusal {
    /// The hotkey may not announce an endpoint now: it isn't registered, or it did not long ago.
    Serve = 10,
    /// The hotkey may not set weights now: it isn't registered, or it did not long ago.
    SetWeights = 11,
    /// The hotkey may not commit now: it isn't registered, or it did in this interval.
    Commit = 12,
    /// The hotkey has nothing to reveal now.
    Reveal = 13,
}

fn refusal(call: &RuntimeCall, signer: &AccountId) -> Option<Refusal> {
    match call {
        RuntimeCall::Neurons(pallet_neurons::Call::serve_axon { netuid, .. }) => {
            Neurons::may_announce(*netuid, signer).is_err().then_some(Refusal::Serve)
        }
        RuntimeCall::Weights(pallet_weights::Call::set_weights { netuid, .. }) => {
            Weights::may_set(*netuid, signer).is_err().then_some(Refusal::SetWeights)
        }
        RuntimeCall::Weights(pallet_weights::Call::commit_weights { netuid, .. }) => {
            Weights::may_commit(*netuid, signer).is_err().then_some(Refusal::Commit)
        }
        RuntimeCall::Weights(pallet_weights::Call::reveal_weights { netuid, .. }) => {
            Weights::may_reveal(*netuid, signer).is_err().then_some(Refusal::Reveal)
        }
        _ => None,
    }
}

impl TransactionExtension<RuntimeCall> for CheckFeeless {
    const IDENTIFIER: &'static str = "CheckFeeless";
    type Implicit = ();
    type Val = ();
    type Pre = ();

    fn weight(&self, _: &RuntimeCall) -> Weight {
        <Runtime as frame_system::Config>::DbWeight::get().reads(5)
    }

    fn validate(
        &self,
        origin: RuntimeOrigin,
        call: &RuntimeCall,
        _: &DispatchInfoOf<RuntimeCall>,
        _: usize,
        (): (),
        _: &impl Implication,
        _: TransactionSource,
    ) -> ValidateResult<(), RuntimeCall> {
        let refused = origin.as_system_origin_signer().and_then(|signer| refusal(call, signer));
        match refused {
            Some(code) => Err(InvalidTransaction::Custom(code as u8).into()),
            None => Ok((Default::default(), (), origin)),
        }
    }

    impl_tx_ext_default!(RuntimeCall; prepare);
}
