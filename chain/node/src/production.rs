//! Writing blocks by the clock.

use crate::runtime::Block;
use crate::{
    backend::{Client, Import, Pool, SelectChain},
    clock::Clock,
};
use ganglion_primitives::BlockNumber;
use sc_consensus_babe::{BabeLink, BabeParams, SlotProportion};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network_sync::SyncingService;
use sc_service::{error::Error, TaskManager};
use sc_telemetry::TelemetryHandle;
use std::sync::Arc;
use substrate_prometheus_endpoint::Registry;

/// What writing blocks needs, by the clock or on demand.
pub(crate) struct Producer {
    pub client: Arc<Client>,
    pub pool: Arc<Pool>,
    pub select_chain: SelectChain,
    pub keystore: sp_keystore::KeystorePtr,
    pub import: Import,
    pub babe: BabeLink<Block>,
    pub registry: Option<Registry>,
    pub telemetry: Option<TelemetryHandle>,
}

/// Puts blocks together.
pub(crate) type Proposers = sc_basic_authorship::ProposerFactory<Pool, Client>;

impl Producer {
    /// What puts blocks together.
    pub fn proposers(&self, tasks: &TaskManager) -> Proposers {
        sc_basic_authorship::ProposerFactory::new(
            tasks.spawn_handle(),
            self.client.clone(),
            self.pool.clone(),
            self.registry.as_ref(),
            self.telemetry.clone(),
        )
    }
}

/// Starts the task that writes blocks in the slots that are this node's; `alone`: even without peers.
///
/// # Errors
/// BABE's worker can't be made.
pub(crate) fn start(
    producer: Producer,
    sync: Arc<SyncingService<Block>>,
    alone: bool,
    tasks: &TaskManager,
) -> Result<(), Error> {
    let env = producer.proposers(tasks);
    let clock = Clock::system(producer.babe.config().slot_duration());
    let backoff = backoff(producer.babe.config().epoch_length);
    let babe = sc_consensus_babe::start_babe(BabeParams {
        keystore: producer.keystore,
        client: producer.client,
        select_chain: producer.select_chain,
        env,
        block_import: producer.import,
        sync_oracle: sync.clone(),
        justification_sync_link: sync,
        create_inherent_data_providers: clock,
        force_authoring: alone,
        backoff_authoring_blocks: Some(backoff),
        babe_link: producer.babe,
        // Of this the proposer uses two thirds and leaves the rest to finish the block. Importing one's own executes nothing,
        // so what is left of the slot is enough to send it.
        block_proposal_slot_portion: SlotProportion::new(0.9),
        max_block_proposal_slot_portion: None,
        telemetry: producer.telemetry,
    })?;
    tasks.spawn_essential_handle().spawn_blocking("babe-proposer", Some("block-authoring"), babe);
    Ok(())
}

/// How producers slow down, in a network with sessions of so many `slots`. Finality follows within seconds; a chain that runs
/// far ahead of it is a sign of trouble.
///
/// But where finality has stopped, root's word, a referendum of days of blocks, is the only way on, and a session's first
/// block has no room for transactions: a pause is a tenth of a session at most. It isn't shorter than that, for a node that
/// keeps no old states settles on what is 4 096 blocks behind its best one, final or not (the SDK's choice): from then on
/// it can't go over to another branch that began earlier. With sessions of an hour and slots of 12 s the parts of a network
/// that was split have seventeen days to find together.
fn backoff(slots: u64) -> BackoffAuthoringOnFinalizedHeadLagging<BlockNumber> {
    let usual = BackoffAuthoringOnFinalizedHeadLagging::<BlockNumber>::default();
    let tenth = BlockNumber::try_from(slots / 10).unwrap_or(BlockNumber::MAX);
    BackoffAuthoringOnFinalizedHeadLagging { max_interval: tenth.clamp(1, usual.max_interval), ..usual }
}
