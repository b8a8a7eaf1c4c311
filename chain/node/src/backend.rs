//! The types that the parts of a node share.

use crate::clock::Clock;
use crate::runtime::{Block, RuntimeApi};
use sc_consensus_babe::BabeBlockImport;
use sc_consensus_grandpa::{GrandpaBlockImport, LinkHalf};
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
/// What the import of blocks and GRANDPA's voter share.
pub(crate) type FinalityLink = LinkHalf<Block, Client, SelectChain>;
/// Imports blocks on BABE's terms, then on GRANDPA's. Reports producers that write two blocks in one slot.
pub(crate) type Import = BabeBlockImport<Block, Client, FinalityImport, Clock, SelectChain>;
/// Checks and imports blocks in turn.
pub(crate) type Queue = sc_consensus::DefaultImportQueue<Block>;

/// Lets runtime calls outside blocks submit transactions: reports of equivocations.
pub(crate) fn offchain_pool(pool: &Arc<Pool>) -> OffchainTransactionPoolFactory<Block> {
    OffchainTransactionPoolFactory::new(pool.clone())
}
