//! What a proxy may do for the account that named it.

use crate::RuntimeCall;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::InstanceFilter;
use scale_info::TypeInfo;

/// Kinds of proxies. A batch goes through a kind only if the kind allows batches, and then each call in it is checked
/// by itself.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    Any,
    /// Everything that leaves the account's TAO and identity where they are: no transfers, burns or channels, no key
    /// swaps, no handing over of subnets, no further proxies.
    NonTransfer,
    /// Stake, unstake, take.
    Staking,
    /// Registration of neurons by burn.
    Registration,
    /// Referenda and votes.
    Governance,
    /// What a validator does all day: weights, commitments, root weights, endpoints.
    Weights,
    /// What a producer's owner does: session keys, rests.
    Producing,
    /// Payment channels.
    Access,
    /// A subnet's hyperparameters and description.
    Subnet,
}

fn moves_tao(call: &RuntimeCall) -> bool {
    use pallet_neurons::Call as Neurons;
    use pallet_subnets::Call as Subnets;
    match call {
        RuntimeCall::Balances(_) | RuntimeCall::Access(_) | RuntimeCall::Proxy(_) | RuntimeCall::Sudo(_) => true,
        RuntimeCall::Neurons(call) => matches!(
            call,
            Neurons::burned_register { .. } | Neurons::swap_hotkey { .. } | Neurons::announce_coldkey_swap { .. }
        ),
        RuntimeCall::Subnets(call) => {
            matches!(call, Subnets::create { .. } | Subnets::dissolve { .. } | Subnets::transfer_ownership { .. })
        }
        _ => false,
    }
}

fn tends_a_neuron(call: &RuntimeCall) -> bool {
    use pallet_neurons::Call as Neurons;
    match call {
        RuntimeCall::Weights(_) => true,
        RuntimeCall::Neurons(call) => matches!(call, Neurons::serve_axon { .. } | Neurons::serve_prometheus { .. }),
        RuntimeCall::Validators(call) => matches!(call, pallet_validators::Call::set_root_weights { .. }),
        _ => false,
    }
}

fn tends_a_subnet(call: &RuntimeCall) -> bool {
    use pallet_subnets::Call as Subnets;
    let RuntimeCall::Subnets(call) = call else { return false };
    matches!(call, Subnets::set_hyperparameters { .. } | Subnets::set_identity { .. })
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        match self {
            Self::Any => true,
            Self::NonTransfer => !moves_tao(call),
            Self::Staking => matches!(call, RuntimeCall::Staking(_)),
            Self::Registration => {
                matches!(call, RuntimeCall::Neurons(pallet_neurons::Call::burned_register { .. }))
            }
            Self::Governance => matches!(
                call,
                RuntimeCall::Referenda(_)
                    | RuntimeCall::ConvictionVoting(_)
                    | RuntimeCall::Preimage(_)
                    | RuntimeCall::Utility(_)
            ),
            Self::Weights => tends_a_neuron(call),
            Self::Producing => matches!(call, RuntimeCall::Validators(_)),
            Self::Access => matches!(call, RuntimeCall::Access(_)),
            Self::Subnet => tends_a_subnet(call),
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (one, same) if one == same => true,
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (Self::NonTransfer, kind) => !matches!(kind, Self::Registration | Self::Access),
            _ => false,
        }
    }
}
