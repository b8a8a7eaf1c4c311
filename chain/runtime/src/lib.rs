//! The ledger: composition of the pallets.
//!
//! - [`configs`] chooses the pallets' constants.
//! - [`governance`] says who decides on what, and how all TAO votes; [`proxies`] what somebody may do for another.
//! - [`fees`] and [`feeless`] say what a transaction costs, and why what costs nothing can't be abused.
//! - [`apis`] answers nodes and clients.
//! - [`genesis`] names the presets, [`migrations`] says what an upgrade does to the state.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]
// The macro that composes the pallets writes items without documentation.
#![allow(missing_docs)]

extern crate alloc;

// Before the module that uses its macros.
#[cfg(feature = "runtime-benchmarks")]
#[macro_use]
mod benchmarks;

pub mod apis;
pub mod configs;
pub mod feeless;
pub mod fees;
pub mod genesis;
pub mod governance;
pub mod migrations;
mod network;
pub mod proxies;
#[cfg(feature = "std")]
pub mod signing;

pub use ganglion_primitives::{AccountId, BlockNumber, Hash, Header, Nonce, Rao};

use alloc::{vec, vec::Vec};
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{IdentifyAccount, Verify},
    Cow, MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

/// A transaction's signature.
pub type Signature = MultiSignature;
/// How transactions name accounts.
pub type Address = MultiAddress<AccountId, ()>;
/// What a transaction carries beside its call.
pub type TxExtension = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
    feeless::CheckFeeless,
);
/// A transaction.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// Runs blocks.
pub type Executive =
    frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

const _: () = {
    // The account that a signature names is the account that the ledger knows.
    fn same(id: <<Signature as Verify>::Signer as IdentifyAccount>::AccountId) -> AccountId {
        id
    }
    let _ = same;
};

/// The same types without the runtime's logic, for the node.
pub mod opaque {
    use super::*;

    pub use ganglion_primitives::OpaqueBlock as Block;
    pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

    impl_opaque_keys! {
        /// The keys with which a producer writes and finalises blocks.
        pub struct SessionKeys {
            /// Writes blocks.
            pub babe: Babe,
            /// Finalises them, once its owner is known to write blocks.
            pub grandpa: pallet_validators::PresentOnly<Runtime, Grandpa>,
        }
    }
}

macro_rules! version {
    ($spec_version:tt) => {
        /// Which runtime this is. Clients refuse what they can't speak; raise `spec_version` with every change of rules
        /// and `transaction_version` when calls change their encoding.
        #[sp_version::runtime_version]
        pub const VERSION: RuntimeVersion = RuntimeVersion {
            spec_name: Cow::Borrowed("ganglion"),
            impl_name: Cow::Borrowed("ganglion"),
            authoring_version: 1,
            spec_version: $spec_version,
            impl_version: 1,
            apis: apis::RUNTIME_API_VERSIONS,
            transaction_version: 1,
            system_version: 1,
        };
    };
}

#[cfg(not(feature = "upgrade-test"))]
version!(100);
#[cfg(feature = "upgrade-test")]
version!(101);

/// BABE's parameters at genesis: a fourth of the slots have a primary author by lot, the rest one by turn.
pub const BABE_GENESIS: sp_consensus_babe::BabeEpochConfiguration = sp_consensus_babe::BabeEpochConfiguration {
    c: (1, 4),
    allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryPlainSlots,
};

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask
    )]
    pub struct Runtime;

    // The order is that of work at the beginning of a block. Authorship comes before Session: `pallet_validators` says why.
    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Babe = pallet_babe;
    #[runtime::pallet_index(3)]
    pub type Authorship = pallet_authorship;
    #[runtime::pallet_index(4)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(5)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(6)]
    pub type Validators = pallet_validators;
    #[runtime::pallet_index(7)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(8)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(9)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(10)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(11)]
    pub type Historical = pallet_session::historical;
    #[runtime::pallet_index(12)]
    pub type Offences = pallet_offences;
    #[runtime::pallet_index(13)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(14)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(15)]
    pub type MultiBlockMigrations = pallet_migrations;

    #[runtime::pallet_index(20)]
    pub type Staking = pallet_staking;
    #[runtime::pallet_index(21)]
    pub type Subnets = pallet_subnets;
    #[runtime::pallet_index(22)]
    pub type Neurons = pallet_neurons;
    #[runtime::pallet_index(23)]
    pub type Weights = pallet_weights;
    #[runtime::pallet_index(24)]
    pub type Emission = pallet_emission;
    #[runtime::pallet_index(25)]
    pub type Access = pallet_access;

    #[runtime::pallet_index(30)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(31)]
    pub type Scheduler = pallet_scheduler;
    #[runtime::pallet_index(32)]
    pub type Governance = governance::origins;
    #[runtime::pallet_index(33)]
    pub type Referenda = pallet_referenda;
    #[runtime::pallet_index(34)]
    pub type ConvictionVoting = pallet_conviction_voting;
}
