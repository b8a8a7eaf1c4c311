//! What a node answers over JSON-RPC beside Substrate's own methods.

use crate::runtime::Block;
use crate::{
    backend::{Backend, Client, Pool, SelectChain},
    sealing::Order,
};
use futures::channel::mpsc;
use ganglion_primitives::{BlockNumber, Hash};
use jsonrpsee::RpcModule;
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_rpc::SubscriptionTaskExecutor;
use std::sync::Arc;

/// What the methods need.
pub(crate) struct Parts {
    pub client: Arc<Client>,
    pub pool: Arc<Pool>,
    pub select_chain: SelectChain,
    pub keystore: sp_keystore::KeystorePtr,
    pub babe: BabeWorkerHandle<Block>,
    pub authorities: SharedAuthoritySet<Hash, BlockNumber>,
    pub voter_state: SharedVoterState,
    pub justifications: GrandpaJustificationStream<Block>,
    pub finality_proofs: Arc<FinalityProofProvider<Backend, Block>>,
    /// Takes orders to write blocks, if they are written on demand.
    pub orders: Option<mpsc::Sender<Order>>,
}

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Account nonces, fees, BABE and GRANDPA; orders to write blocks if there is somebody to take them.
pub(crate) fn module(parts: &Parts, executor: SubscriptionTaskExecutor) -> Result<RpcModule<()>, Error> {
    use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
    use sc_consensus_babe_rpc::{Babe, BabeApiServer};
    use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
    use sc_consensus_manual_seal::rpc::{ManualSeal, ManualSealApiServer};
    use substrate_frame_rpc_system::{System, SystemApiServer};

    let mut module = RpcModule::new(());
    module.merge(System::new(parts.client.clone(), parts.pool.clone()).into_rpc())?;
    module.merge(TransactionPayment::new(parts.client.clone()).into_rpc())?;
    let babe = Babe::new(parts.client.clone(), parts.babe.clone(), parts.keystore.clone(), parts.select_chain.clone());
    module.merge(babe.into_rpc())?;
    let grandpa = Grandpa::new(
        executor,
        parts.authorities.clone(),
        parts.voter_state.clone(),
        parts.justifications.clone(),
        parts.finality_proofs.clone(),
    );
    module.merge(grandpa.into_rpc())?;
    if let Some(orders) = &parts.orders {
        module.merge(ManualSeal::new(orders.clone()).into_rpc())?;
    }
    Ok(module)
}
