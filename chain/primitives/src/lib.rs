//! Ids, amounts and the runtime API: what the ledger and its clients share.
//!
//! Nothing here knows how a rule works; it only names things, so that the AI layer can speak to the chain
//! without linking the runtime.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod amount;
pub mod api;
pub mod channel;
pub mod endpoint;
pub mod hyperparameters;
pub mod id;
pub mod info;
#[cfg(feature = "frame")]
pub mod measured;
pub mod retry;
pub mod voucher;

pub use amount::{Rao, SS58_PREFIX, TAO, TOKEN_DECIMALS, TOKEN_SYMBOL};
pub use channel::{ChannelId, ChannelInfo, VoucherKey};
pub use endpoint::{Endpoint, EndpointError};
pub use hyperparameters::{
    Hyperparameter, HyperparameterUpdate, Hyperparameters, OutOfBounds, Setter, MAX_NEURONS, MAX_VALIDATORS,
};
pub use id::{ColdkeyId, HotkeyId, NetUid, NeuronId, Uid};
pub use info::{AccountPositions, EmissionInfo, Metagraph, Position, RegistrationTerms, SubnetInfo};
#[cfg(feature = "frame")]
pub use measured::weight;
pub use retry::RetryIn;
pub use voucher::{SignedVoucher, Voucher};

/// An account: an sr25519 public key.
pub type AccountId = sp_runtime::AccountId32;
/// A block's height.
pub type BlockNumber = u32;
/// How often an account has signed.
pub type Nonce = u32;
/// A 32-byte hash.
pub type Hash = sp_core::H256;
/// A block's header.
pub type Header = sp_runtime::generic::Header<BlockNumber, sp_runtime::traits::BlakeTwo256>;
/// A block whose transactions are bytes: what a node handles.
pub type OpaqueBlock = sp_runtime::generic::Block<Header, sp_runtime::OpaqueExtrinsic>;
