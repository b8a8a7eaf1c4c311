//! The calls that this client makes, and their arguments as the chain names them.
//!
//! Arguments are matched by name against the live metadata and encoded as the types found there, so that a chain
//! may wrap or reorder them without breaking a deployed client.

use ganglion_primitives::{Endpoint, NeuronId};
use subxt::{
    ext::scale_encode::{EncodeAsFields, EncodeAsType},
    utils::{AccountId32, MultiAddress},
};

/// A call with its arguments.
pub(crate) trait Call: EncodeAsFields + Send + Sync {
    /// The pallet's name in the metadata.
    const PALLET: &'static str;
    /// The call's name in the metadata.
    const NAME: &'static str;
    /// The arguments' names in the metadata.
    const ARGUMENTS: &'static [&'static str];
}

/// `Pallet.call`, for messages.
pub(crate) fn title<C: Call>() -> String {
    format!("{}.{}", C::PALLET, C::NAME)
}

macro_rules! calls {
    ($($(#[$doc:meta])* $call:ident = $pallet:literal $name:literal { $($field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, EncodeAsType)]
            #[encode_as_type(crate_path = "subxt::ext::scale_encode")]
            pub(crate) struct $call { $(pub(crate) $field: $type),* }

            impl Call for $call {
                const PALLET: &'static str = $pallet;
                const NAME: &'static str = $name;
                const ARGUMENTS: &'static [&'static str] = &[$(stringify!($field)),*];
            }
        )*

        /// Every call made here: pallet, call, arguments.
        pub(crate) const ALL: &[(&str, &str, &[&str])] = &[$(($call::PALLET, $call::NAME, $call::ARGUMENTS)),*];
    };
}

calls! {
    /// Joins a subnet by work; unsigned.
    Register = "Neurons" "register" { netuid: u16, block_number: u32, nonce: u64, hotkey: [u8; 32], coldkey: [u8; 32] }
    /// Joins a subnet by payment.
    BurnedRegister = "Neurons" "burned_register" { netuid: u16, hotkey: [u8; 32] }
    /// Announces where a neuron's axon listens.
    ServeAxon = "Neurons" "serve_axon" { netuid: u16, endpoint: WireEndpoint }
    /// Backs a hotkey.
    AddStake = "Staking" "add_stake" { hotkey: [u8; 32], amount: u64 }
    /// Stops backing a hotkey.
    RemoveStake = "Staking" "remove_stake" { hotkey: [u8; 32], amount: u64 }
    /// Sets a hotkey's take.
    SetTake = "Staking" "set_take" { hotkey: [u8; 32], take: u16 }
    /// Sets weights openly.
    SetWeights = "Weights" "set_weights" { netuid: u16, weights: Vec<(u64, u16)>, version_key: u64 }
    /// Commits to weights.
    CommitWeights = "Weights" "commit_weights" { netuid: u16, hash: [u8; 32] }
    /// Reveals committed weights.
    RevealWeights = "Weights" "reveal_weights" {
        netuid: u16, weights: Vec<(u64, u16)>, salt: [u8; 16], version_key: u64,
    }
    /// Moves TAO without closing the sender's account.
    Transfer = "Balances" "transfer_keep_alive" { dest: MultiAddress<AccountId32, u32>, value: u64 }
}

/// An endpoint that can be encoded by metadata.
#[derive(Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct WireEndpoint {
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
    protocol: u8,
}

impl From<Endpoint> for WireEndpoint {
    fn from(endpoint: Endpoint) -> Self {
        let Endpoint { version, ip, port, ip_type, protocol } = endpoint;
        Self { version, ip, port, ip_type, protocol }
    }
}

/// Weights in the form the calls take.
pub(crate) fn plain(weights: &[(NeuronId, u16)]) -> Vec<(u64, u16)> {
    weights.iter().map(|(id, weight)| (id.0, *weight)).collect()
}
