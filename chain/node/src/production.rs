//! Writing blocks and finalising them.

use crate::backend::{inherents, Client, Pool, SelectChain};
use ganglion_runtime::opaque::Block;
use sc_client_api::HeaderBackend;
use sc_consensus_babe::{BabeLink, BabeParams, SlotProportion};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network_sync::SyncingService;
use sc_service::{error::Error, TaskManager};
use sc_telemetry::TelemetryHandle;
use std::sync::Arc;
use substrate_prometheus_endpoint::Registry;

/// What writing blocks needs; `Import` is BABE's block import.
pub(crate) struct Producer<'a, Import> {
    pub client: Arc<Client>,
    pub pool: Arc<Pool>,
    pub select_chain: SelectChain,
    pub keystore: sp_keystore::KeystorePtr,
    pub import: Import,
    pub link: BabeLink<Block>,
    pub sync: Arc<SyncingService<Block>>,
    pub force_authoring: bool,
    pub registry: Option<&'a Registry>,
    pub telemetry: Option<TelemetryHandle>,
}

/// Starts the task that writes blocks.
pub(crate) fn start<Import>(producer: Producer<'_, Import>, tasks: &TaskManager) -> Result<(), Error>
where
    Import: sc_consensus::BlockImport<Block, Error = sp_consensus::Error> + Send + Sync + 'static,
{
    let env = sc_basic_authorship::ProposerFactory::new(
        tasks.spawn_handle(),
        producer.client.clone(),
        producer.pool,
        producer.registry,
        producer.telemetry.clone(),
    );
    let slot_duration = producer.link.config().slot_duration();
    // Finality follows within seconds; a chain that runs far ahead of it is a sign of trouble, so producers slow down.
    let backoff = BackoffAuthoringOnFinalizedHeadLagging::default();
    let babe = sc_consensus_babe::start_babe(BabeParams {
        keystore: producer.keystore,
        client: producer.client,
        select_chain: producer.select_chain,
        env,
        block_import: producer.import,
        sync_oracle: producer.sync.clone(),
        justification_sync_link: producer.sync,
        create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
        force_authoring: producer.force_authoring,
        backoff_authoring_blocks: Some(backoff),
        babe_link: producer.link,
        block_proposal_slot_portion: SlotProportion::new(0.5),
        max_block_proposal_slot_portion: None,
        telemetry: producer.telemetry,
    })?;
    tasks.spawn_essential_handle().spawn_blocking("babe-proposer", Some("block-authoring"), babe);
    Ok(())
}

/// The hash of block 0.
pub(crate) fn genesis_hash(client: &Client) -> Result<ganglion_runtime::Hash, Error> {
    client.hash(0).map_err(Error::Client)?.ok_or_else(|| Error::Other("the database has no genesis block".into()))
}
