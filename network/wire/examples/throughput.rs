//! Signed calls per second over loopback: a 256-byte echo, both sides in this process.
//!
//! `cargo run --release -p ganglion-wire --example throughput [seconds] [calls in flight]`

use std::sync::Arc;
use std::time::{Duration, Instant};

use ganglion_keys::Keypair;
use ganglion_wire::{Axon, Dendrite, Limits, Synapse, Target};
use tokio::net::TcpListener;

struct Echo;

impl Synapse for Echo {
    const NAME: &'static str = "Echo";
    type Request = String;
    type Response = String;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let in_flight: usize = arguments.next().map_or(Ok(32), |text| text.parse())?;

    let hotkey = Arc::new(Keypair::generate().0);
    let folder = tempfile::tempdir()?;
    let limits = Limits { in_flight_per_caller: in_flight, replay_entries: 1 << 20, ..Limits::default() };
    let axon = Axon::builder(hotkey.clone())
        .limits(limits)
        .replay_store(folder.path().join("nonces"))
        .synapse::<Echo, _, _>(|_, text| async move { Ok(text) })
        .build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let target = Target { hotkey: hotkey.public(), address: listener.local_addr()? };
    tokio::spawn(axon.serve(listener, std::future::pending()));

    let dendrite = Dendrite::new(Arc::new(Keypair::generate().0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let workers: Vec<_> = (0..in_flight)
        .map(|_| {
            let dendrite = dendrite.clone();
            tokio::spawn(async move {
                let text = "x".repeat(256);
                let mut times = Vec::new();
                while Instant::now() < end {
                    times.push(dendrite.call::<Echo>(&target, &text, Duration::from_secs(5)).await?.elapsed);
                }
                Ok::<_, ganglion_wire::CallError>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for worker in workers {
        times.extend(worker.await??);
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 1000).copied().unwrap_or_default();
    println!("{} calls/s at {in_flight} in flight", times.len() as u64 / seconds.max(1));
    println!("p50 {:?}, p99 {:?}, p99.9 {:?}", at(500), at(990), at(999));
    Ok(())
}
