//! Signed calls per second over loopback: a 256-byte echo, both sides in this process; then, if `GANGLION_PYTHON` is an
//! interpreter that has it, the same with the Python package `bittensor==7.4.0`, whose sides get a process each.
//!
//! `cargo run --release -p ganglion-wire --example echo_bench [seconds] [calls in flight] [worker threads]`

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ganglion_keys::{verify_batch, Keypair, Proof};
use ganglion_wire::{Axon, CallError, Dendrite, DendriteLimits, Limits, Synapse, Target};
use tokio::net::TcpListener;

/// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the Python package is asked to do at the same time. With more, its own time-outs begin.
const PYTHON_IN_FLIGHT: usize = 16;

struct Echo;

impl Synapse for Echo {
    const NAME: &'static str = "Echo";
    type Request = String;
    type Response = String;
}

struct Figures {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// Processor time of both sides for one call, in the program and in the kernel, where it could be measured.
    cpu_us: Option<(f64, f64)>,
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let in_flight: usize = arguments.next().map_or(Ok(32), |text| text.parse())?;
    let threads: usize = arguments.next().map_or(Ok(2), |text| text.parse())?;
    signatures();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let ours = runtime.block_on(ganglion(seconds.max(1), in_flight.max(1)))?;
    println!(
        "ganglion   {:>8.0} calls/s at {in_flight} in flight on {threads} threads, p50 {:.2} ms, p99 {:.2} ms, {:.1} MB resident at most",
        ours.per_second,
        ours.p50_ms,
        ours.p99_ms,
        peak_memory()
    );
    if let Some((program, kernel)) = ours.cpu_us {
        let sum = program + kernel;
        println!(
            "           {sum:.0} µs of processor time a call, both sides ({program:.0} ours, {kernel:.0} the kernel's)"
        );
    }
    let Some(python) = std::env::var_os("GANGLION_PYTHON") else {
        println!("GANGLION_PYTHON is not set: no comparison with the Python package");
        return Ok(());
    };
    let theirs = bittensor(Path::new(&python), seconds.max(1))?;
    println!(
        "bittensor  {:>8.0} calls/s at {PYTHON_IN_FLIGHT} in flight in two processes, p50 {:.2} ms, p99 {:.2} ms",
        theirs.per_second, theirs.p50_ms, theirs.p99_ms
    );
    println!(
        "ratio      {:>8.1} times the calls, p99 {:.0} times shorter",
        ours.per_second / theirs.per_second,
        theirs.p99_ms / ours.p99_ms
    );
    Ok(())
}

/// What signatures cost by themselves, in processor time of one thread.
fn signatures() {
    const TIMES: usize = 2000;
    const TOGETHER: usize = 16;
    let pair = Keypair::generate().0;
    let key = pair.public();
    let message = [7u8; 250];
    let signature = pair.sign(&message);
    let proofs = vec![Proof { key, message: message.to_vec(), signature }; TOGETHER];
    let sign = each(TIMES, || _ = pair.sign(&message));
    let verify = each(TIMES, || assert!(key.verify(&message, &signature)));
    let batch = each(TIMES / TOGETHER, || assert!(verify_batch(&proofs).iter().all(|good| *good)));
    println!(
        "signatures {sign:.1} µs to sign, {verify:.1} µs to verify, {:.1} µs to verify with {} others",
        batch / TOGETHER as f64,
        TOGETHER - 1
    );
}

/// Microseconds of processor time that one run takes.
fn each(times: usize, mut run: impl FnMut()) -> f64 {
    let before = processor_time();
    (0..times).for_each(|_| run());
    let (program, kernel) = since(before).unwrap_or_default();
    (program + kernel) * 1e6 / times as f64
}

/// Seconds that this process has spent in the program and in the kernel.
fn processor_time() -> Option<(f64, f64)> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name, which may hold anything, comes the third field.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // Linux counts in hundredths of a second here, whatever its own clock does.
    let seconds = |place: usize| fields.get(place - 3)?.parse::<f64>().ok().map(|ticks| ticks / 100.0);
    Some((seconds(14)?, seconds(15)?))
}

fn since(before: Option<(f64, f64)>) -> Option<(f64, f64)> {
    let ((old_program, old_kernel), (program, kernel)) = (before?, processor_time()?);
    Some((program - old_program, kernel - old_kernel))
}

async fn ganglion(seconds: u64, in_flight: usize) -> Result<Figures, Failure> {
    let hotkey = Arc::new(Keypair::generate().0);
    let folder = tempfile::tempdir()?;
    let limits = Limits { in_flight_per_caller: in_flight, ..Limits::default() };
    let axon = Axon::builder(hotkey.clone())
        .limits(limits)
        .replay_store(folder.path().join("nonces"))
        .synapse::<Echo, _, _>(|_, text| async move { Ok(text) })
        .build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let target = Target { hotkey: hotkey.public(), address: listener.local_addr()? };
    tokio::spawn(axon.serve(listener, std::future::pending()));

    let limits = DendriteLimits { idle_per_target: in_flight, ..DendriteLimits::default() };
    let dendrite = Dendrite::with_limits(Arc::new(Keypair::generate().0), limits);
    let before = processor_time();
    let end = Instant::now() + Duration::from_secs(seconds);
    let workers: Vec<_> = (0..in_flight)
        .map(|_| {
            let dendrite = dendrite.clone();
            tokio::spawn(async move {
                let text = "x".repeat(256);
                let mut micros: Vec<u32> = Vec::new();
                while Instant::now() < end {
                    let began = Instant::now();
                    dendrite.call::<Echo>(&target, &text, Duration::from_secs(5)).await?;
                    micros.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
                Ok::<_, CallError>(micros)
            })
        })
        .collect();
    let mut micros = Vec::new();
    for worker in workers {
        micros.extend(worker.await??);
    }
    let calls = micros.len().max(1) as f64;
    let cpu_us = since(before).map(|(program, kernel)| (program * 1e6 / calls, kernel * 1e6 / calls));
    micros.sort_unstable();
    let at = |share: usize| f64::from(micros.get(micros.len() * share / 100).copied().unwrap_or_default()) / 1000.0;
    Ok(Figures { per_second: calls / seconds as f64, p50_ms: at(50), p99_ms: at(99), cpu_us })
}

/// The most memory this process ever had resident, in MB.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1000.0
}

/// A script of ours, ended by its process id when dropped.
struct Script(Child);

impl Script {
    fn start(python: &Path, name: &str, arguments: &[String], home: &Path) -> Result<Self, Failure> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(name);
        let mut command = Command::new(python);
        command.arg("-B").arg(script).args(arguments).env("HOME", home).current_dir(home);
        Ok(Self(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?))
    }

    /// The first line that begins so, without the beginning.
    fn line(&mut self, start: &str) -> Result<String, Failure> {
        let output = self.0.stdout.take().ok_or("asked twice")?;
        for line in BufReader::new(output).lines() {
            if let Some(rest) = line?.strip_prefix(start) {
                return Ok(rest.to_owned());
            }
        }
        Err(format!("a Python process ended without saying {start:?}").into())
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn bittensor(python: &Path, seconds: u64) -> Result<Figures, Failure> {
    let home = tempfile::tempdir()?;
    let mut axon = Script::start(python, "axon.py", &[], home.path())?;
    let port = axon.line("ready ")?;
    let arguments = [port, seconds.to_string(), PYTHON_IN_FLIGHT.to_string()];
    let mut dendrite = Script::start(python, "bench.py", &arguments, home.path())?;
    let figures: serde_json::Value = serde_json::from_str(&dendrite.line("figures ")?)?;
    let figure = |name: &str| figures[name].as_f64().ok_or(format!("no {name} in {figures}"));
    let (per_second, p50_ms, p99_ms) = (figure("per_second")?, figure("p50_ms")?, figure("p99_ms")?);
    Ok(Figures { per_second, p50_ms, p99_ms, cpu_us: None })
}
