//! Calls of the subnets pallet.

use super::Described;
use subxt::ext::scale_encode::EncodeAsType;

calls! {
    /// Changes the hyperparameters that are named.
    SetHyperparameters = "Subnets" "set_hyperparameters" { netuid: u16, update: Described }
    /// Creates a subnet.
    Create = "Subnets" "create" { name: Vec<u8> }
    /// Ends a subnet.
    Dissolve = "Subnets" "dissolve" { netuid: u16 }
    /// Describes a subnet.
    SetIdentity = "Subnets" "set_identity" { netuid: u16, identity: Identity }
    /// Gives a subnet and its lock away.
    TransferOwnership = "Subnets" "transfer_ownership" { netuid: u16, to: [u8; 32] }
    /// Changes what it takes to create a subnet; for referenda.
    SetTerms = "Subnets" "set_terms" { terms: Terms }
}

/// What a subnet's owner says about it.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct Identity {
    pub(crate) description: Vec<u8>,
    pub(crate) url: Vec<u8>,
    pub(crate) repository: Vec<u8>,
    pub(crate) logo: Vec<u8>,
    pub(crate) discord: Vec<u8>,
    pub(crate) contact: Vec<u8>,
}

/// The terms on which anybody can create a subnet.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct Terms {
    pub(crate) min_lock: u64,
    pub(crate) lock_reduction_interval: u32,
    pub(crate) creation_interval: u32,
    pub(crate) immunity_period: u32,
    pub(crate) max_subnets: u16,
}
