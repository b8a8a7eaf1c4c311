//! One neuron or one gateway: arguments in, a library's configuration out.

mod aids;
pub mod gateway;
pub mod market;
pub mod miner;
pub mod personal;
pub mod validator;

use std::future::Future;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::NetUid;
use ganglion_subnet::NeuronConfig;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::cli::{AxonArgs, NeuronArgs, ReachArgs, RootArgs};
use crate::commands::keys::source;
use crate::commands::weights;
use crate::exit::Usage;
use crate::folder::user_folder;
use crate::loopback::are_loopback;
use crate::signals::Signals;
use crate::wallets;

/// How long a command may take to end after it was asked.
const GRACE: Duration = Duration::from_millis(4500);
/// Worker threads of a process: neurons wait more than they compute.
const WORKERS: usize = 2;

/// Who a neuron is and what it works with.
struct Identity {
    hotkey: Arc<Keypair>,
    coldkey: PublicKey,
    state_dir: PathBuf,
}

impl Identity {
    /// Opens the wallet that the arguments name. It isn't made here: who mistypes a name would register, and earn for, a
    /// key that nobody has written down.
    fn open(args: &NeuronArgs) -> Result<Self> {
        let root = match &args.wallet_path {
            Some(root) => root.clone(),
            None => wallets::default_root()?,
        };
        let wallet = wallets::open(&root, &args.wallet_name, &args.wallet_hotkey, &source(&args.password))?;
        let state_dir = match &args.state_dir {
            Some(dir) => dir.clone(),
            None => state_dir(args.netuid, &args.wallet_name, &args.wallet_hotkey)?,
        };
        std::fs::create_dir_all(&state_dir).with_context(|| format!("can't make {}", state_dir.display()))?;
        Ok(Self { hotkey: Arc::new(wallet.hotkey().clone()), coldkey: wallet.coldkey_public(), state_dir })
    }
}

/// The neuron that the arguments name.
///
/// # Errors
/// As [`Identity::open`].
fn neuron(args: &NeuronArgs, axon: &AxonArgs) -> Result<NeuronConfig> {
    let Identity { hotkey, coldkey, state_dir } = Identity::open(args)?;
    let metrics = axon.metrics_port.map(|port| SocketAddr::new(axon.axon_ip, port));
    let neuron = NeuronConfig::new(NetUid(args.netuid), args.nodes.clone(), hotkey, coldkey, state_dir);
    Ok(NeuronConfig { metrics, ..neuron })
}

/// Refuses the number of the market subnet, whose neurons have commands of their own: a miner of anything else is asked by
/// nobody there, and a validator asks what nobody answers.
fn not_the_market(role: &str, neuron: &NeuronArgs) -> Result<()> {
    let market = ganglion_subnet_market::NETUID.0;
    if neuron.netuid == market {
        bail!(Usage(format!("subnet {market} is the market subnet: take `ganglion {role} market --netuid {market}`")));
    }
    Ok(())
}

/// Where it listens.
fn listen(axon: &AxonArgs) -> SocketAddr {
    SocketAddr::new(axon.axon_ip, axon.axon_port)
}

/// Where a neuron keeps what it must remember, unless it is told otherwise.
///
/// # Errors
/// There is no user's data folder.
pub fn state_dir(netuid: u16, wallet: &str, hotkey: &str) -> Result<PathBuf> {
    let name = format!("{netuid}-{wallet}-{hotkey}");
    Ok(user_folder("XDG_DATA_HOME", ".local/share")?.join("ganglion").join("state").join(name))
}

/// Whether miners at private addresses stay uncalled. A chain that isn't a local network's takes no such addresses, and
/// a node of one's own checks that; a node elsewhere may say anything.
fn public_addresses_only(reach: &ReachArgs, neuron: &NeuronArgs) -> bool {
    !reach.private_addresses && !are_loopback(&neuron.nodes)
}

/// What a validator says of subnets, as the chain takes it.
fn root_weights(args: &RootArgs) -> Result<Vec<(NetUid, u16)>> {
    let scaled = weights::scaled(&args.root_weights)?;
    Ok(scaled.into_iter().map(|(netuid, weight)| (NetUid(netuid), weight)).collect())
}

/// The file of users' requests that an option names, which may come later; its folder may not.
fn organics(option: &str, file: Option<&Path>) -> Result<Option<PathBuf>> {
    let Some(file) = file else { return Ok(None) };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() || file.is_dir() {
        bail!("{option} {}: name a file in a folder that exists", file.display());
    }
    Ok(Some(file.to_owned()))
}

/// Runs `work` until it ends or a signal comes; `work` is told through its token and has some seconds to end.
pub(crate) fn until_signal<F: Future<Output = Result<()>>>(work: impl FnOnce(CancellationToken) -> F) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let result = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let token = CancellationToken::new();
        let work = work(token.clone());
        tokio::pin!(work);
        tokio::select! {
            ended = &mut work => return ended,
            () = signals.any() => tracing::info!("ending"),
        }
        token.cancel();
        match tokio::time::timeout(GRACE, work).await {
            Ok(ended) => ended,
            Err(_) => {
                tracing::warn!("ended with work unfinished");
                Ok(())
            }
        }
    });
    // An engine in the middle of an answer is not waited for.
    runtime.shutdown_background();
    result
}

/// Log lines go to stderr; `RUST_LOG` chooses which.
pub(crate) fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Fails only if there is a logger already.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .try_init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, GatewayCommand, ValidatorCommand};
    use clap::Parser;

    #[test]
    fn users_requests_have_a_folder_to_be_in() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("organics.json");
        assert_eq!(organics("--organics", None).expect("none"), None);
        assert_eq!(organics("--organics", Some(file.as_path())).expect("not there yet"), Some(file.clone()));
        assert_eq!(organics("--organics", Some(Path::new("o.json"))).expect("here"), Some("o.json".into()));
        for wrong in [folder.path().to_owned(), folder.path().join("none").join("organics.json")] {
            assert!(organics("--organics", Some(wrong.as_path())).is_err(), "{}", wrong.display());
        }
    }

    #[test]
    fn private_addresses_are_called_in_local_networks_alone() {
        for (options, careful) in [
            ("", false),
            (" --node ws://127.0.0.1:1 --node ws://[::1]:2", false),
            (" --node wss://node.example", true),
            (" --node ws://127.0.0.1:1 --node ws://10.0.0.1:2", true),
            (" --node wss://node.example --private-addresses", false),
        ] {
            for role in ["gateway", "validator"] {
                let line = format!("ganglion {role} run{options}");
                let (reach, neuron) = match Cli::parse_from(line.split(' ')).command {
                    Command::Gateway(Deferred(GatewayCommand::Run(args))) => (args.reach, args.neuron),
                    Command::Validator(Deferred(ValidatorCommand::Run(args))) => (args.reach, args.neuron),
                    other => panic!("neither: {other:?}"),
                };
                assert_eq!(public_addresses_only(&reach, &neuron), careful, "{line}");
            }
        }
    }
}
