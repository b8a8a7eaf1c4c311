//! Finalising blocks.

use crate::runtime::Block;
use crate::{
    backend::{offchain_pool, FinalityLink, Pool},
    parts::JUSTIFICATION_PERIOD,
};
use sc_consensus_grandpa::{GrandpaParams, SharedVoterState, VotingRulesBuilder};
use sc_network::{service::traits::NetworkService, NotificationService, ProtocolName};
use sc_network_sync::SyncingService;
use sc_service::{error::Error, Role, TaskManager};
use sc_telemetry::TelemetryHandle;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

/// What GRANDPA's voter needs.
pub(crate) struct Voter {
    pub role: Role,
    pub name: String,
    pub keystore: sp_keystore::KeystorePtr,
    pub link: FinalityLink,
    pub protocol: ProtocolName,
    pub network: Arc<dyn NetworkService>,
    pub notifications: Box<dyn NotificationService>,
    pub sync: Arc<SyncingService<Block>>,
    pub state: SharedVoterState,
    pub pool: Arc<Pool>,
    pub registry: Option<Registry>,
    pub telemetry: Option<TelemetryHandle>,
}

/// Starts the task that votes on blocks, or follows the votes if this node has no say.
///
/// # Errors
/// The voter can't be made.
pub(crate) fn start(voter: Voter, tasks: &TaskManager) -> Result<(), Error> {
    let config = sc_consensus_grandpa::Config {
        gossip_duration: Duration::from_millis(333),
        justification_generation_period: JUSTIFICATION_PERIOD,
        observer_enabled: false,
        local_role: voter.role,
        name: Some(voter.name),
        keystore: voter.role.is_authority().then_some(voter.keystore),
        telemetry: voter.telemetry.clone(),
        protocol_name: voter.protocol,
    };
    let grandpa = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
        config,
        link: voter.link,
        network: voter.network,
        sync: voter.sync,
        notification_service: voter.notifications,
        voting_rule: VotingRulesBuilder::default().build(),
        prometheus_registry: voter.registry,
        shared_voter_state: voter.state,
        telemetry: voter.telemetry,
        offchain_tx_pool_factory: offchain_pool(&voter.pool),
    })?;
    tasks.spawn_essential_handle().spawn_blocking("grandpa-voter", None, grandpa);
    Ok(())
}
