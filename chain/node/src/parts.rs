//! The parts of a node that exist before its network does. Commands that work on the database need no others.

use crate::runtime::{Block, RuntimeApi};
use crate::{
    backend::{offchain_pool, Backend, Client, FinalityLink, Import, Pool, Queue, SelectChain},
    clock::Clock,
    executor,
};
use sc_consensus_babe::{BabeLink, BabeWorkerHandle};
use sc_service::{error::Error, Configuration, KeystoreContainer, TaskManager};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sp_consensus_babe::SlotDuration;
use std::sync::Arc;

/// How many blocks apart GRANDPA's proofs are kept. Each change of the authorities leaves one, too.
pub(crate) const JUSTIFICATION_PERIOD: u32 = 512;

/// See the module.
pub(crate) struct Parts {
    pub client: Arc<Client>,
    pub backend: Arc<Backend>,
    pub tasks: TaskManager,
    pub keystore: KeystoreContainer,
    pub select_chain: SelectChain,
    pub pool: Arc<Pool>,
    pub import: Import,
    pub queue: Queue,
    pub babe: BabeLink<Block>,
    pub babe_worker: BabeWorkerHandle<Block>,
    pub finality: FinalityLink,
    pub telemetry: Option<Telemetry>,
}

impl Parts {
    /// Opens the database, or makes it, and what stands on it; `clock` judges the blocks to import.
    ///
    /// # Errors
    /// A part can't be made: a database in use or of another chain, a keystore that can't be read.
    pub fn new(config: &Configuration, clock: impl FnOnce(SlotDuration) -> Clock) -> Result<Self, Error> {
        let worker = telemetry(config)?;
        let handle = worker.as_ref().map(|(_, telemetry)| telemetry.handle());
        let executor = executor::new(&config.executor);
        let (client, backend, keystore, tasks) =
            sc_service::new_full_parts::<Block, RuntimeApi, _>(config, handle.clone(), executor, vec![])?;
        let client = Arc::new(client);
        let telemetry = worker.map(|(worker, telemetry)| {
            tasks.spawn_handle().spawn("telemetry", None, worker.run());
            telemetry
        });
        let select_chain = sc_consensus::LongestChain::new(backend.clone());
        let pool = Arc::new(pool(config, &client, &tasks));
        let (finality_import, finality) = sc_consensus_grandpa::block_import(
            client.clone(),
            JUSTIFICATION_PERIOD,
            &client,
            select_chain.clone(),
            handle.clone(),
        )?;
        let babe_config = sc_consensus_babe::configuration(&*client)?;
        let slot_duration = babe_config.slot_duration();
        let (import, babe) = sc_consensus_babe::block_import(
            babe_config,
            finality_import.clone(),
            client.clone(),
            clock(slot_duration),
            select_chain.clone(),
            offchain_pool(&pool),
        )?;
        let (queue, babe_worker) = sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
            link: babe.clone(),
            block_import: import.clone(),
            justification_import: Some(Box::new(finality_import)),
            client: client.clone(),
            slot_duration,
            spawner: &tasks.spawn_essential_handle(),
            registry: config.prometheus_registry(),
            telemetry: handle,
        })?;
        Ok(Self {
            client,
            backend,
            tasks,
            keystore,
            select_chain,
            pool,
            import,
            queue,
            babe,
            babe_worker,
            finality,
            telemetry,
        })
    }

    /// Sends to the telemetry servers, if there are any.
    pub fn telemetry_handle(&self) -> Option<TelemetryHandle> {
        self.telemetry.as_ref().map(Telemetry::handle)
    }
}

fn telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, Error> {
    let endpoints = config.telemetry_endpoints.clone().filter(|endpoints| !endpoints.is_empty());
    let Some(endpoints) = endpoints else { return Ok(None) };
    let worker = TelemetryWorker::new(16)?;
    let telemetry = worker.handle().new_telemetry(endpoints);
    Ok(Some((worker, telemetry)))
}

fn pool(config: &Configuration, client: &Arc<Client>, tasks: &TaskManager) -> Pool {
    sc_transaction_pool::Builder::new(tasks.spawn_essential_handle(), client.clone(), config.role.is_authority().into())
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build()
}
