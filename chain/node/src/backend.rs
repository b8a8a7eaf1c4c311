//! The types that the parts of a node share.

use ganglion_runtime::{apis::RuntimeApi, opaque::Block};
use sc_consensus_grandpa::GrandpaBlockImport;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use std::sync::Arc;

/// Runs the runtime, Wasm only.
pub(crate) type Executor = sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>;
/// Knows the chain and its state.
pub(crate) type Client = sc_service::TFullClient<Block, RuntimeApi, Executor>;
/// Keeps them on disk.
pub(crate) type Backend = sc_service::TFullBackend<Block>;
/// Prefers the longest chain.
pub(crate) type SelectChain = sc_consensus::LongestChain<Backend, Block>;
/// Holds transactions until a block takes them.
pub(crate) type Pool = sc_transaction_pool::TransactionPoolHandle<Block, Client>;
/// Imports blocks on GRANDPA's terms.
pub(crate) type FinalityImport = GrandpaBlockImport<Backend, Block, Client, SelectChain>;
/// What a producer adds to a block: slot and time.
pub(crate) type Inherents = (sp_consensus_babe::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider);

/// Inherents for a block whose slot follows from the clock.
pub(crate) fn inherents(slot_duration: sp_consensus_babe::SlotDuration) -> Inherents {
    let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
    let slot =
        sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration);
    (slot, timestamp)
}

/// Lets runtime calls outside blocks submit transactions.
pub(crate) fn offchain_pool(pool: &Arc<Pool>) -> OffchainTransactionPoolFactory<Block> {
    OffchainTransactionPoolFactory::new(pool.clone())
}
