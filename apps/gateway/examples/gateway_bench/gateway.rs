//! The gateway, in a process of its own: this program, started once more.

use crate::Failure;
use ganglion_gateway::{run_with, Directory, GatewayConfig, Listing, Miner};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_wire::Target;
use std::{
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

/// The first argument of that process; the miner's hotkey and address follow.
pub const MODE: &str = "--serve-gateway";

/// The process; it ends with this.
pub struct Process {
    child: Child,
    /// Its address, as a base for paths.
    pub url: String,
}

impl Process {
    pub async fn start(target: &Target) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([MODE, &target.hotkey.to_ss58(), &target.address.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let line = BufReader::new(output).lines().next_line().await?.ok_or("the gateway ended at once")?;
        Ok(Self { child, url: format!("http://{line}") })
    }

    /// Its resident memory, MB.
    pub fn resident_mb(&self) -> Result<f64, Failure> {
        let id = self.child.id().ok_or("the gateway has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1000.0)
    }
}

/// One miner, for ever.
struct Single(Arc<Listing>);

impl Directory for Single {
    fn listing(&self) -> Option<Arc<Listing>> {
        Some(self.0.clone())
    }
}

/// Runs a gateway until standard input ends. The first line of the output is its address.
pub async fn serve(hotkey: &str, address: &str) -> Result<(), Failure> {
    let hotkey = PublicKey::from_ss58(hotkey)?;
    let miner = Miner { uid: 0, hotkey, address: address.parse()?, incentive: u16::MAX, promised: 0 };
    let listing = Listing { block: 1, read_at: Instant::now(), miners: vec![miner] };
    let patience = Duration::from_secs(600);
    let config = GatewayConfig {
        public_addresses_only: false,
        in_flight: 1 << 15,
        connections: 1 << 15,
        silence: patience,
        stream_deadline: patience,
        ..GatewayConfig::new(Vec::new(), Arc::new(Keypair::generate().0), 1)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let shutdown = async {
        let mut nothing = [0; 1];
        // Zero bytes are the end, and so is an error.
        while let Ok(1..) = tokio::io::stdin().read(&mut nothing).await {}
    };
    run_with(config, Arc::new(Single(Arc::new(listing))), listener, shutdown).await?;
    Ok(())
}
