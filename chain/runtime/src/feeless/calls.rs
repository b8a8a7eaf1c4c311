//! The calls that a neuron's hotkey may make without a fee, and who may make which now.

use crate::*;
use ganglion_primitives::NetUid;
use pallet_neurons::Call as NeuronCall;
use pallet_validators::Call as ValidatorCall;
use pallet_weights::Call as WeightCall;

/// Codes of refusals, seen by the sender as `InvalidTransaction::Custom`: who may not, or not now.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Refusal {
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

/// A feeless call with a limit that can be looked up without making the call.
pub(super) struct Limited {
    /// With which code it is refused. Each call has its own, which therefore names its kind as well.
    pub refusal: Refusal,
    /// The subnet for which the limit counts; 0 if it counts for all of them together.
    pub netuid: NetUid,
    /// Whether the signer may make it now.
    pub allowed: bool,
}

/// What can be said of `call` by `signer` without looking at what it would do. `None`: nothing, whoever signs it.
pub(super) fn limited(call: &RuntimeCall, signer: &AccountId) -> Option<Limited> {
    let (refusal, netuid, allowed) = match call {
        RuntimeCall::Neurons(NeuronCall::serve_axon { netuid, .. }) => {
            (Refusal::Serve, *netuid, Neurons::may_announce(*netuid, signer).is_ok())
        }
        RuntimeCall::Neurons(NeuronCall::serve_prometheus { netuid, .. }) => {
            (Refusal::ServePrometheus, *netuid, Neurons::may_announce_prometheus(*netuid, signer).is_ok())
        }
        RuntimeCall::Weights(WeightCall::set_weights { netuid, .. }) => {
            (Refusal::SetWeights, *netuid, Weights::may_set(*netuid, signer).is_ok())
        }
        RuntimeCall::Weights(WeightCall::commit_weights { netuid, .. }) => {
            (Refusal::Commit, *netuid, Weights::may_commit(*netuid, signer).is_ok())
        }
        RuntimeCall::Weights(WeightCall::reveal_weights { netuid, .. }) => {
            (Refusal::Reveal, *netuid, Weights::may_reveal(*netuid, signer).is_ok())
        }
        RuntimeCall::Validators(ValidatorCall::set_root_weights { .. }) => {
            (Refusal::SetRootWeights, NetUid(0), Validators::may_set_root(signer).is_ok())
        }
        _ => return None,
    };
    Some(Limited { refusal, netuid, allowed })
}
