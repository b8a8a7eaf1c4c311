//! What a node asks a runtime: the functions, without their answers.
//!
//! The client calls the runtime that the chain's state holds, in Wasm, through the types here. They have bodies because
//! the macro wants some; no native call reaches them.

#![allow(missing_docs, reason = "the macro writes items without documentation")]
#![allow(dead_code, reason = "the macro drops the bodies in a build that isn't Wasm")]

use ganglion_primitives::{AccountId, BlockNumber, Nonce, Rao};
use pallet_transaction_payment_rpc_runtime_api::{FeeDetails, RuntimeDispatchInfo};
use sp_api::impl_runtime_apis;
use sp_consensus_babe::{self as babe, BabeConfiguration, Epoch, Slot};
use sp_consensus_grandpa::{self as grandpa, AuthorityList, SetId};
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    traits::{Block as BlockT, GetNodeBlockType, GetRuntimeBlockType},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, ExtrinsicInclusionMode, Weight,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

/// A block whose transactions are bytes.
pub use ganglion_primitives::OpaqueBlock as Block;

/// Stands for the runtime that the chain's state holds.
pub struct Runtime;

impl GetNodeBlockType for Runtime {
    type NodeBlock = Block;
}

impl GetRuntimeBlockType for Runtime {
    type RuntimeBlock = Block;
}

/// The body of all.
fn in_wasm() -> ! {
    unreachable!("runtimes run in Wasm")
}

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            in_wasm()
        }

        fn execute_block(_: <Block as BlockT>::LazyBlock) {
            in_wasm()
        }

        fn initialize_block(_: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            in_wasm()
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            in_wasm()
        }

        fn metadata_at_version(_: u32) -> Option<OpaqueMetadata> {
            in_wasm()
        }

        fn metadata_versions() -> Vec<u32> {
            in_wasm()
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(_: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            in_wasm()
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            in_wasm()
        }

        fn inherent_extrinsics(_: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            in_wasm()
        }

        fn check_inherents(_: <Block as BlockT>::LazyBlock, _: InherentData) -> CheckInherentsResult {
            in_wasm()
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            _: TransactionSource,
            _: <Block as BlockT>::Extrinsic,
            _: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            in_wasm()
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(_: &<Block as BlockT>::Header) {
            in_wasm()
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(_: Vec<u8>, _: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
            in_wasm()
        }

        fn decode_session_keys(_: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            in_wasm()
        }
    }

    impl sp_consensus_babe::BabeApi<Block> for Runtime {
        fn configuration() -> BabeConfiguration {
            in_wasm()
        }

        fn current_epoch_start() -> Slot {
            in_wasm()
        }

        fn current_epoch() -> Epoch {
            in_wasm()
        }

        fn next_epoch() -> Epoch {
            in_wasm()
        }

        fn generate_key_ownership_proof(_: Slot, _: babe::AuthorityId) -> Option<babe::OpaqueKeyOwnershipProof> {
            in_wasm()
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            _: babe::EquivocationProof<<Block as BlockT>::Header>,
            _: babe::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            in_wasm()
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> AuthorityList {
            in_wasm()
        }

        fn current_set_id() -> SetId {
            in_wasm()
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            _: grandpa::EquivocationProof<<Block as BlockT>::Hash, BlockNumber>,
            _: grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            in_wasm()
        }

        fn generate_key_ownership_proof(_: SetId, _: grandpa::AuthorityId) -> Option<grandpa::OpaqueKeyOwnershipProof> {
            in_wasm()
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(_: AccountId) -> Nonce {
            in_wasm()
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Rao> for Runtime {
        fn query_info(_: <Block as BlockT>::Extrinsic, _: u32) -> RuntimeDispatchInfo<Rao> {
            in_wasm()
        }

        fn query_fee_details(_: <Block as BlockT>::Extrinsic, _: u32) -> FeeDetails<Rao> {
            in_wasm()
        }

        fn query_weight_to_fee(_: Weight) -> Rao {
            in_wasm()
        }

        fn query_length_to_fee(_: u32) -> Rao {
            in_wasm()
        }
    }
}
