//! A whole node: database, network, transaction pool, block production, finality, RPC.

use crate::{
    backend::{inherents, offchain_pool, Backend, Client, FinalityImport, Pool, SelectChain},
    production::{self, genesis_hash, Producer},
    rpc,
};
use ganglion_runtime::{apis::RuntimeApi, opaque::Block, Hash};
use sc_consensus_grandpa::{GrandpaParams, LinkHalf, SharedVoterState};
use sc_network::{config::NetworkBackendType, NetworkBackend};
use sc_network_sync::WarpSyncConfig;
use sc_service::{error::Error, Configuration, TaskManager};
use sc_telemetry::{Telemetry, TelemetryWorker};
use std::{sync::Arc, time::Duration};

/// How many blocks apart GRANDPA's proofs are kept.
const JUSTIFICATION_PERIOD: u32 = 512;

/// The parts of a node that exist before its network does.
struct Parts {
    client: Arc<Client>,
    backend: Arc<Backend>,
    tasks: TaskManager,
    keystore: sc_service::KeystoreContainer,
    select_chain: SelectChain,
    pool: Arc<Pool>,
    finality_import: FinalityImport,
    finality_link: LinkHalf<Block, Client, SelectChain>,
    telemetry: Option<Telemetry>,
}

fn parts(config: &Configuration) -> Result<Parts, Error> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;
    let executor = sc_service::new_wasm_executor::<sp_io::SubstrateHostFunctions>(&config.executor);
    let (client, backend, keystore, tasks) = sc_service::new_full_parts::<Block, RuntimeApi, _>(
        config,
        telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
        executor,
        vec![],
    )?;
    let client = Arc::new(client);
    let telemetry = telemetry.map(|(worker, telemetry)| {
        tasks.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });
    let select_chain = sc_consensus::LongestChain::new(backend.clone());
    let pool = sc_transaction_pool::Builder::new(
        tasks.spawn_essential_handle(),
        client.clone(),
        config.role.is_authority().into(),
    )
    .with_options(config.transaction_pool.clone())
    .with_prometheus(config.prometheus_registry())
    .build();
    let (finality_import, finality_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &client,
        select_chain.clone(),
        telemetry.as_ref().map(|telemetry| telemetry.handle()),
    )?;
    Ok(Parts {
        client,
        backend,
        tasks,
        keystore,
        select_chain,
        pool: Arc::new(pool),
        finality_import,
        finality_link,
        telemetry,
    })
}

/// The peer-to-peer network. The SDK recommends litep2p and keeps libp2p for old networks; building both would double
/// the time this crate takes to compile.
type Network = sc_network::Litep2pNetworkBackend;

/// Starts a node; it runs until the returned task manager ends.
///
/// # Errors
/// Whatever keeps a part from starting, or another network backend than litep2p.
pub(crate) fn start(config: Configuration) -> Result<TaskManager, Error> {
    if !matches!(config.network.network_backend, NetworkBackendType::Litep2p) {
        return Err(Error::Other("this node speaks litep2p only: leave --network-backend out".into()));
    }
    let Parts {
        client,
        backend,
        mut tasks,
        keystore,
        select_chain,
        pool,
        finality_import,
        finality_link,
        mut telemetry,
    } = parts(&config)?;
    let telemetry_handle = telemetry.as_ref().map(|telemetry| telemetry.handle());
    let babe_config = sc_consensus_babe::configuration(&*client)?;
    let slot_duration = babe_config.slot_duration();
    let (import, link) = sc_consensus_babe::block_import(
        babe_config,
        finality_import.clone(),
        client.clone(),
        move |_, ()| async move { Ok(inherents(slot_duration)) },
        select_chain.clone(),
        offchain_pool(&pool),
    )?;
    let (queue, babe_handle) = sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
        link: link.clone(),
        block_import: import.clone(),
        justification_import: Some(Box::new(finality_import)),
        client: client.clone(),
        slot_duration,
        spawner: &tasks.spawn_essential_handle(),
        registry: config.prometheus_registry(),
        telemetry: telemetry_handle.clone(),
    })?;

    let metrics = <Network as NetworkBackend<Block, Hash>>::register_notification_metrics(config.prometheus_registry());
    let mut net_config = sc_network::config::FullNetworkConfiguration::<_, _, Network>::new(
        &config.network,
        config.prometheus_registry().cloned(),
    );
    let peers = net_config.peer_store_handle();
    let grandpa_protocol = sc_consensus_grandpa::protocol_standard_name(&genesis_hash(&client)?, &config.chain_spec);
    let (grandpa_config, grandpa_notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<Block, Network>(
        grandpa_protocol.clone(),
        metrics.clone(),
        peers,
    );
    net_config.add_notification_protocol(grandpa_config);
    let warp = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        backend.clone(),
        finality_link.shared_authority_set().clone(),
        vec![],
    ));
    let (network, system_rpc_tx, tx_handler_controller, sync, _bitswap) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: pool.clone(),
            spawn_handle: tasks.spawn_handle(),
            spawn_essential_handle: tasks.spawn_essential_handle(),
            import_queue: queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(warp)),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    let voter_state = SharedVoterState::empty();
    let rpc_parts = rpc::Parts {
        client: client.clone(),
        pool: pool.clone(),
        select_chain: select_chain.clone(),
        keystore: keystore.keystore(),
        babe: babe_handle,
        authorities: finality_link.shared_authority_set().clone(),
        voter_state: voter_state.clone(),
        justifications: finality_link.justification_stream(),
        finality_proofs: sc_consensus_grandpa::FinalityProofProvider::new_for_service(
            backend.clone(),
            Some(finality_link.shared_authority_set().clone()),
        ),
    };
    let role = config.role;
    let name = config.network.node_name.clone();
    let force_authoring = config.force_authoring;
    let run_grandpa = !config.disable_grandpa;
    let registry = config.prometheus_registry().cloned();

    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        client: client.clone(),
        backend,
        task_manager: &mut tasks,
        keystore: keystore.keystore(),
        transaction_pool: pool.clone(),
        rpc_builder: Box::new(move |executor| rpc::module(&rpc_parts, executor).map_err(Into::into)),
        network: network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    if role.is_authority() {
        let producer = Producer {
            client,
            pool: pool.clone(),
            select_chain,
            keystore: keystore.keystore(),
            import,
            link,
            sync: sync.clone(),
            force_authoring,
            registry: registry.as_ref(),
            telemetry: telemetry_handle.clone(),
        };
        production::start(producer, &tasks)?;
    }
    if run_grandpa {
        let config = sc_consensus_grandpa::Config {
            gossip_duration: Duration::from_millis(333),
            justification_generation_period: JUSTIFICATION_PERIOD,
            observer_enabled: false,
            local_role: role,
            name: Some(name),
            keystore: role.is_authority().then(|| keystore.keystore()),
            telemetry: telemetry_handle.clone(),
            protocol_name: grandpa_protocol,
        };
        let voter = GrandpaParams {
            config,
            link: finality_link,
            network,
            sync,
            notification_service: grandpa_notifications,
            voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
            prometheus_registry: registry,
            shared_voter_state: voter_state,
            telemetry: telemetry_handle,
            offchain_tx_pool_factory: offchain_pool(&pool),
        };
        tasks.spawn_essential_handle().spawn_blocking(
            "grandpa-voter",
            None,
            sc_consensus_grandpa::run_grandpa_voter(voter)?,
        );
    }
    Ok(tasks)
}
