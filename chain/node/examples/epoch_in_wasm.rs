//! How much longer an epoch takes in Wasm than natively, in the executor that runs the runtime.
//!
//! `cargo run --release -p ganglion-node --example epoch_in_wasm` prints, for each size, the median of native and Wasm epochs.
//! The Wasm module (`chain/yuma/benches/guest`) is built here, with the runtime's settings; what a call costs beside its
//! epochs (making the subnet, entering Wasm) is measured by a call of no epochs and taken off.

extern crate alloc;

#[path = "../../yuma/benches/common/subnet.rs"]
mod subnet;

use ganglion_yuma::{Options, Workspace};
use sc_executor::WasmExecutor;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use std::{
    error::Error,
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use subnet::{fingerprint, Subnet, CASES};

/// Measurements of each kind; the middle one counts.
const ROUNDS: usize = 9;

fn main() -> Result<(), Box<dyn Error>> {
    let guest = Guest::load(&build()?)?;
    println!("{:<24}{:>12}{:>12}{:>9}", "neurons x validators", "native", "Wasm", "ratio");
    for (neurons, validators, per_mille) in CASES {
        let epochs = if u32::from(neurons) * u32::from(validators) > 500_000 && per_mille == 1_000 { 5 } else { 40 };
        let subnet = Subnet::new(neurons, validators, per_mille);
        let (native, expected) = natively(&subnet, epochs)?;
        let input = input(neurons, validators, per_mille, epochs);
        let wasm = guest.epochs(&input, expected)?;
        println!(
            "{:<24}{:>9.2} ms{:>9.2} ms{:>9.2}",
            format!("{neurons} x {validators}, {} %", per_mille as f64 / 10.0),
            native.as_secs_f64() * 1e3,
            wasm.as_secs_f64() * 1e3,
            wasm.as_secs_f64() / native.as_secs_f64()
        );
    }
    Ok(())
}

/// The guest's arguments.
fn input(neurons: u16, validators: u16, per_mille: u64, epochs: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in [neurons, validators, per_mille as u16] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(epochs.to_le_bytes());
    bytes
}

/// The median time of an epoch, and the result's fingerprint.
fn natively(subnet: &Subnet, epochs: u32) -> Result<(Duration, u64), Box<dyn Error>> {
    let mut workspace = Workspace::new();
    let mut last = 0;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..epochs {
            let outcome = workspace.run(black_box(&subnet.input()), &Options::default());
            last = fingerprint(&outcome.map_err(|error| format!("{error:?}"))?);
        }
        times.push(start.elapsed() / epochs);
    }
    Ok((median(times), last))
}

/// The Wasm module in the node's executor.
struct Guest {
    executor: WasmExecutor<sp_io::SubstrateHostFunctions>,
    code: WrappedRuntimeCode<'static>,
}

impl Guest {
    fn load(path: &Path) -> Result<Self, Box<dyn Error>> {
        let code = std::fs::read(path)?;
        Ok(Self { executor: WasmExecutor::builder().build(), code: WrappedRuntimeCode(code.into()) })
    }

    /// The median time of an epoch, by calls of as many epochs as `input` says and calls of none.
    fn epochs(&self, input: &[u8], expected: u64) -> Result<Duration, Box<dyn Error>> {
        let (shape, count) = input.split_at(6);
        let count = u32::from_le_bytes(count.try_into()?);
        let nothing = [shape, &[0; 4]].concat();
        self.call(&nothing)?;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let (empty, _) = self.call(&nothing)?;
            let (full, answer) = self.call(input)?;
            if answer != expected {
                return Err(format!("Wasm says {answer:x}, native {expected:x}").into());
            }
            times.push(full.saturating_sub(empty) / count);
        }
        Ok(median(times))
    }

    fn call(&self, input: &[u8]) -> Result<(Duration, u64), Box<dyn Error>> {
        let runtime = RuntimeCode { code_fetcher: &self.code, heap_pages: None, hash: vec![1] };
        let mut state = sp_io::TestExternalities::default();
        let start = Instant::now();
        let (answer, _) = self.executor.call(&mut state.ext(), &runtime, "run", input, CallContext::Offchain);
        let time = start.elapsed();
        let bytes: [u8; 8] = answer?.try_into().map_err(|_| "the guest's answer has another length")?;
        Ok((time, u64::from_le_bytes(bytes)))
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Builds the guest as the runtime is built, and says where it is.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../yuma/benches/guest");
    let target = std::env::temp_dir().join("ganglion-yuma-guest");
    let mut cargo = Command::new("cargo");
    // Where the active toolchain has no Wasm target, set-up links one that has (see `cargo xtask env`).
    if let Ok(name) = std::env::var("WASM_BUILD_TOOLCHAIN") {
        cargo.arg(format!("+{name}"));
    }
    let flags = "-C target-cpu=mvp -C link-arg=--export=__heap_base -C link-arg=--import-memory";
    let status = cargo
        .args(["build", "--release", "--quiet", "--target", "wasm32v1-none"])
        .current_dir(guest)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", flags)
        .status()?;
    if !status.success() {
        return Err("the guest could not be built: is the target wasm32v1-none there (cargo xtask setup)?".into());
    }
    Ok(target.join("wasm32v1-none/release/ganglion_yuma_guest.wasm"))
}
