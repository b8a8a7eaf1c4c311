//! `ganglion validator run`.

use std::net::SocketAddr;

use anyhow::Result;
use ganglion_primitives::NetUid;
use ganglion_subnet_text::{run_validator, ScorePolicy, ValidatorConfig};

use super::{aids, log_to_stderr, organics, public_addresses_only, until_signal, Identity};
use crate::cli::{NeuronArgs, ValidatorArgs};
use crate::loopback::are_loopback;

/// Runs a validator until it is ended.
///
/// # Errors
/// Wallet, models, port or chain are of no use.
pub fn run(args: ValidatorArgs) -> Result<()> {
    log_to_stderr();
    let identity = Identity::open(&args.neuron)?;
    let mut config =
        ValidatorConfig::new(args.neuron.nodes.clone(), identity.hotkey, identity.coldkey, identity.state_dir);
    config.netuid = NetUid(args.neuron.netuid);
    config.public_addresses_only = public_addresses_only(&args.reach, &args.neuron);
    if config.public_addresses_only {
        // Among strangers: more answers before the first pay, and clones share one.
        config.scoring = ScorePolicy::default();
    }
    config.organics = organics(args.aids.organics.as_deref())?;
    config.aids = aids::load(&args.aids)?;
    config.listen = Some(SocketAddr::new(args.axon.axon_ip, args.axon.axon_port));
    config.metrics = args.axon.metrics_port.map(|port| SocketAddr::new(args.axon.axon_ip, port));
    config.announce_metrics = args.announce_metrics.or(config.metrics.filter(|at| is_found(at, &args.neuron)));
    until_signal(|shutdown| async move { Ok(run_validator(config, shutdown).await?) })
}

/// Whether others find a neuron at the address that it listens at: in a network on this machine.
fn is_found(at: &SocketAddr, neuron: &NeuronArgs) -> bool {
    are_loopback(&neuron.nodes) && !at.ip().is_unspecified()
}
