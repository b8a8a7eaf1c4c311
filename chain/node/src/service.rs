//! A whole node: database, network, transaction pool, block production, finality, RPC.

use crate::runtime::Block;
use crate::{
    clock::Clock,
    finality::{self, Voter},
    parts::Parts,
    production::{self, Producer},
    rpc,
    sealing::{self, Sealing},
};
use futures::channel::mpsc;
use ganglion_primitives::Hash;
use sc_client_api::HeaderBackend;
use sc_consensus_grandpa::{warp_proof, FinalityProofProvider, SharedVoterState};
use sc_network::{
    config::{FullNetworkConfiguration, NetworkBackendType, TransportConfig},
    NetworkBackend,
};
use sc_network_sync::WarpSyncConfig;
use sc_service::{error::Error, Configuration, TaskManager};
use std::sync::Arc;

/// The peer-to-peer network. The SDK recommends litep2p and keeps libp2p for old networks; building both would double
/// the time this crate takes to compile.
type Network = sc_network::Litep2pNetworkBackend;

/// Starts a node; it runs until the returned task manager ends.
///
/// # Errors
/// Whatever keeps a part from starting, or options that don't go together.
pub(crate) fn start(mut config: Configuration, sealing: Option<Sealing>) -> Result<TaskManager, Error> {
    let parts = parts(&mut config, sealing)?;
    let telemetry_handle = parts.telemetry_handle();
    let Parts {
        client,
        backend,
        mut tasks,
        keystore,
        select_chain,
        pool,
        import,
        queue,
        babe,
        babe_worker,
        finality,
        mut telemetry,
    } = parts;
    let registry = config.prometheus_registry().cloned();

    let mut net_config = FullNetworkConfiguration::<_, _, Network>::new(&config.network, registry.clone());
    let metrics = <Network as NetworkBackend<Block, Hash>>::register_notification_metrics(registry.as_ref());
    let protocol = sc_consensus_grandpa::protocol_standard_name(&client.info().genesis_hash, &config.chain_spec);
    let (grandpa_config, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<Block, Network>(
        protocol.clone(),
        metrics.clone(),
        net_config.peer_store_handle(),
    );
    net_config.add_notification_protocol(grandpa_config);
    let authorities = finality.shared_authority_set().clone();
    let warp = warp_proof::NetworkProvider::new(backend.clone(), authorities.clone(), vec![]);
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
            warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp))),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    let voter_state = SharedVoterState::empty();
    let (order, orders) = mpsc::channel(64);
    let rpc_parts = rpc::Parts {
        client: client.clone(),
        pool: pool.clone(),
        select_chain: select_chain.clone(),
        keystore: keystore.keystore(),
        babe: babe_worker,
        authorities: authorities.clone(),
        voter_state: voter_state.clone(),
        justifications: finality.justification_stream(),
        finality_proofs: FinalityProofProvider::new_for_service(backend.clone(), Some(authorities)),
        orders: sealing.map(|_| order),
    };
    let (role, name) = (config.role, config.network.node_name.clone());
    let (alone, votes) = (config.force_authoring, !config.disable_grandpa);
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        client: client.clone(),
        backend,
        task_manager: &mut tasks,
        // Fills the keystore with the keys that `--dev` and `--alice` stand for; the tasks below look for them there.
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

    let producer = Producer {
        client,
        pool: pool.clone(),
        select_chain,
        keystore: keystore.keystore(),
        import,
        babe,
        registry: registry.clone(),
        telemetry: telemetry_handle.clone(),
    };
    let voter = Voter {
        role,
        name,
        keystore: keystore.keystore(),
        link: finality,
        protocol,
        network,
        notifications,
        sync: sync.clone(),
        state: voter_state,
        pool,
        registry,
        telemetry: telemetry_handle,
    };
    match sealing {
        // Blocks are final as they are written: there is nothing to vote on.
        Some(sealing) => sealing::start(sealing, producer, orders, &tasks)?,
        None => {
            if role.is_authority() {
                production::start(producer, sync, alone, &tasks)?;
            }
            if votes {
                finality::start(voter, &tasks)?;
            }
        }
    }
    Ok(tasks)
}

fn parts(config: &mut Configuration, sealing: Option<Sealing>) -> Result<Parts, Error> {
    if !matches!(config.network.network_backend, NetworkBackendType::Litep2p) {
        return Err(Error::Other("this node speaks litep2p only: leave --network-backend out".into()));
    }
    if sealing.is_none() {
        return Parts::new(config, Clock::system);
    }
    config.network.transport = TransportConfig::Normal { enable_mdns: false, allow_private_ip: false };
    let parts = Parts::new(config, Clock::end_of_time)?;
    sealing::check(config, parts.babe.config())?;
    Ok(parts)
}
