//! `ganglion gateway run`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{bail, Context, Result};
use ganglion_client::Client;
use ganglion_gateway::{ChainLedger, GatewayConfig, PublicAccess, PublicSettings};
use ganglion_primitives::NetUid;
use tokio::net::TcpListener;

use super::{log_to_stderr, organics, personal, public_addresses_only, until_signal, Identity};
use crate::cli::GatewayArgs;
use crate::exit::Usage;

/// Runs a gateway until it is ended.
///
/// # Errors
/// Wallet, port or nodes are of no use.
pub fn run(args: GatewayArgs) -> Result<()> {
    log_to_stderr();
    let (keypair, purse, access) = if args.personal.personal {
        let purse = personal::purse(&args.personal, &args.neuron, args.ip)?;
        (purse.key(), Some(purse), None)
    } else {
        let identity = Identity::open(&args.neuron)?;
        let access = args.public.public.then(|| public(&args, &identity)).transpose()?;
        (identity.hotkey, None, access)
    };
    // It waits for its nodes for ever, and would for one that can't be.
    Client::check_urls(&args.neuron.nodes)?;
    let mut config = GatewayConfig::new(args.neuron.nodes.clone(), keypair, args.neuron.netuid);
    config.purse = purse;
    config.access = access;
    config.public_addresses_only = public_addresses_only(&args.reach, &args.neuron);
    config.market = args.market.map(NetUid);
    config.in_flight = usize::try_from(args.in_flight)?;
    config.connections = usize::try_from(args.connections)?;
    config.organics = organics("--organics", args.organics.as_deref())?;
    config.image_organics = organics("--image-organics", args.image_organics.as_deref())?;
    let both = config.organics.as_ref().filter(|file| config.image_organics.as_ref() == Some(*file));
    if let Some(file) = both {
        let file = file.display();
        bail!(Usage(format!("--organics and --image-organics are both {file}: name a file for each")));
    }
    let address = SocketAddr::new(args.ip, args.port);
    until_signal(|shutdown| async move {
        let listener = TcpListener::bind(address).await.with_context(|| format!("can't listen at {address}"))?;
        Ok(ganglion_gateway::run(config, listener, shutdown.cancelled_owned()).await?)
    })
}

/// The books of a public gateway.
fn public(args: &GatewayArgs, identity: &Identity) -> Result<PublicAccess> {
    let settings = PublicSettings { charge: args.public.charge, free_per_tao: args.public.free_per_tao };
    let ledger = Arc::new(ChainLedger::new(args.neuron.nodes.clone(), identity.hotkey.clone()));
    Ok(PublicAccess::open(&identity.state_dir.join("public"), identity.hotkey.public(), settings, ledger)?)
}
