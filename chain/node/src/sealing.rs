//! Writing blocks on demand: a chain of one node whose time doesn't follow the clock, for tests.

use crate::runtime::Block;
use crate::{backend::Client, production::Producer};
use futures::{channel::mpsc, stream, StreamExt};
use ganglion_primitives::Hash;
use sc_consensus_manual_seal::{
    consensus::{babe::BabeConsensusDataProvider, timestamp::SlotTimestampProvider},
    run_manual_seal, EngineCommand, ManualSealParams,
};
use sc_service::{error::Error, Configuration, TaskManager};
use sc_transaction_pool_api::TransactionPool;
use sp_consensus_babe::BabeConfiguration;
use sp_core::{crypto::key_types::BABE, ByteArray};
use std::{sync::Arc, time::Duration};

/// When a block is written, if not by the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Sealing {
    /// As soon as the pool has a transaction, or at most half a second later.
    Instant,
    /// When `engine_createBlock` is called.
    Manual,
}

/// How often the pool is looked at. It announces a transaction once, maybe before it is ready: while the block before
/// is written, its nonce lies in the future.
const LOOK: Duration = Duration::from_millis(500);

/// An order to write a block, or to finalise one.
pub(crate) type Order = EngineCommand<Hash>;

/// Refuses what can't work together with sealing.
///
/// # Errors
/// The chain has several producers, or other nodes to talk to.
pub(crate) fn check(config: &Configuration, babe: &BabeConfiguration) -> Result<(), Error> {
    let (chain, producers) = (config.chain_spec.id(), babe.authorities.len());
    if producers != 1 {
        return Err(Error::Other(format!(
            "--sealing is for a chain with one producer, and `{chain}` has {producers}: add --dev, or leave --sealing out"
        )));
    }
    if !config.network.boot_nodes.is_empty() {
        return Err(Error::Other(format!(
            "--sealing is for a node alone, and the specification of `{chain}` names boot nodes: add --dev, or leave --sealing out"
        )));
    }
    Ok(())
}

/// Starts the task that writes and finalises blocks as `orders` say and, with [`Sealing::Instant`], as transactions come.
///
/// # Errors
/// The keystore doesn't hold the producer's key.
pub(crate) fn start(
    sealing: Sealing,
    producer: Producer,
    orders: mpsc::Receiver<Order>,
    tasks: &TaskManager,
) -> Result<(), Error> {
    let authorities = producer.babe.config().authorities.clone();
    let keys: Vec<_> = authorities.iter().map(|(key, _)| (key.to_raw_vec(), BABE)).collect();
    if !producer.keystore.has_keys(&keys) {
        return Err(Error::Other(
            "--sealing needs the producer's session key: add --dev, or insert the key with `key insert`".into(),
        ));
    }
    let digests = BabeConsensusDataProvider::new(
        producer.client.clone(),
        producer.keystore.clone(),
        producer.babe.epoch_changes().clone(),
        authorities,
    )
    .map_err(|error| Error::Other(error.to_string()))?;
    let pool = producer.pool.clone();
    // Asked for a block after each one: transactions that came together go into one block, not into one each.
    let arrivals = pool.import_notification_stream().map(|_| ());
    let looks = stream::unfold((), |()| async { Some((tokio::time::sleep(LOOK).await, ())) });
    let transactions = stream::select(arrivals, Box::pin(looks)).filter_map(move |()| {
        let waiting = sealing == Sealing::Instant && pool.status().ready > 0;
        std::future::ready(waiting.then_some(EngineCommand::SealNewBlock {
            create_empty: true,
            finalize: true,
            parent_hash: None,
            sender: None,
        }))
    });
    let clock = producer.client.clone();
    let params = ManualSealParams {
        block_import: producer.import.clone(),
        env: producer.proposers(tasks),
        client: producer.client,
        pool: producer.pool,
        commands_stream: stream::select(orders, transactions),
        select_chain: producer.select_chain,
        consensus_data_provider: Some(Box::new(digests)),
        create_inherent_data_providers: move |_, ()| next_slot(clock.clone()),
    };
    tasks.spawn_essential_handle().spawn_blocking("sealer", Some("block-authoring"), run_manual_seal(params));
    Ok(())
}

/// The slot after the best block's.
async fn next_slot(
    client: Arc<Client>,
) -> Result<
    (sp_consensus_babe::inherents::InherentDataProvider, SlotTimestampProvider),
    Box<dyn std::error::Error + Send + Sync>,
> {
    let timestamp = SlotTimestampProvider::new_babe::<Block, _>(client).map_err(|error| error.to_string())?;
    Ok((sp_consensus_babe::inherents::InherentDataProvider::new(timestamp.slot()), timestamp))
}
