//! Ids, amounts and the runtime API: what the ledger and its clients share.
//!
//! Nothing here knows how a rule works; it only names things, so that the AI layer can speak to the chain
//! without linking the runtime.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod amount;
pub mod api;
pub mod endpoint;
pub mod id;
pub mod info;

pub use amount::{Rao, SS58_PREFIX, TAO, TOKEN_DECIMALS, TOKEN_SYMBOL};
pub use endpoint::{Endpoint, EndpointError};
pub use id::{NetUid, NeuronId, Uid};
pub use info::{AccountPositions, EmissionInfo, Metagraph, Position, RegistrationTerms, SubnetInfo};

/// An account: an sr25519 public key.
pub type AccountId = sp_runtime::AccountId32;
/// A block's height.
pub type BlockNumber = u32;
/// How often an account has signed.
pub type Nonce = u32;
/// A 32-byte hash.
pub type Hash = sp_core::H256;
