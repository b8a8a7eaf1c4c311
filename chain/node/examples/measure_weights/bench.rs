//! The benchmarks there are, and running one.

use crate::machine::Machine;
use codec::Encode;
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkList, BenchmarkParameter, BenchmarkResult};
use frame_support::traits::StorageInfo;
use std::error::Error;

/// Values of each component that are measured.
const STEPS: u32 = 8;
/// Measurements of time for each.
const REPEATS: u32 = 8;

/// A pallet that has benchmarks.
pub struct Pallet {
    /// As the runtime knows it, such as `pallet_staking`.
    pub name: String,
    /// As the runtime's list of benchmarks names it.
    instance: Vec<u8>,
    pub benchmarks: Vec<Benchmark>,
}

impl Pallet {
    /// Its folder below `chain/pallets`.
    pub fn folder(&self) -> &str {
        self.name.trim_start_matches("pallet_")
    }
}

/// A call or hook, and how large the parts can be that make it heavy.
pub struct Benchmark {
    pub name: String,
    /// Name, least and greatest value.
    pub components: Vec<(BenchmarkParameter, u32, u32)>,
}

/// What was measured of one benchmark.
pub struct Runs {
    pub times: Vec<BenchmarkResult>,
    pub rows: Vec<BenchmarkResult>,
}

/// The pallets whose benchmarks the runtime has.
pub fn list(machine: &Machine) -> Result<Vec<Pallet>, Box<dyn Error>> {
    let (lists, _): (Vec<BenchmarkList>, Vec<StorageInfo>) =
        machine.call("Benchmark_benchmark_metadata", &false.encode(), false)?;
    let mut pallets = Vec::new();
    for list in lists {
        let mut benchmarks = Vec::new();
        for benchmark in list.benchmarks {
            benchmarks.push(Benchmark { name: String::from_utf8(benchmark.name)?, components: benchmark.components });
        }
        pallets.push(Pallet { name: String::from_utf8(list.pallet)?, instance: list.instance, benchmarks });
    }
    Ok(pallets)
}

/// Measures a benchmark; with `check`, only whether it does what it says at the limits of its components.
pub fn run(machine: &Machine, pallet: &Pallet, benchmark: &Benchmark, check: bool) -> Result<Runs, Box<dyn Error>> {
    let mut runs = Runs { times: Vec::new(), rows: Vec::new() };
    let (steps, repeats) = if check { (2, 1) } else { (STEPS, REPEATS) };
    for selected in values(&benchmark.components, steps) {
        let once = |verify, internal_repeats, count| -> Result<Vec<BenchmarkResult>, Box<dyn Error>> {
            let config = BenchmarkConfig {
                pallet: pallet.name.clone().into_bytes(),
                instance: pallet.instance.clone(),
                benchmark: benchmark.name.clone().into_bytes(),
                selected_components: selected.clone(),
                verify,
                internal_repeats,
            };
            dispatch(machine, &config, count)
                .map_err(|error| format!("{}::{} with {selected:?}: {error}", pallet.name, benchmark.name).into())
        };
        once(true, 1, false)?;
        runs.rows.extend(once(false, 1, true)?);
        runs.times.extend(once(false, repeats, false)?);
    }
    Ok(runs)
}

fn dispatch(machine: &Machine, config: &BenchmarkConfig, count: bool) -> Result<Vec<BenchmarkResult>, Box<dyn Error>> {
    let answer: Result<Vec<BenchmarkBatch>, String> =
        machine.call("Benchmark_dispatch_benchmark", &config.encode(), count)?;
    Ok(answer?.into_iter().flat_map(|batch| batch.results).collect())
}

/// The values to measure: each component from least to greatest while the others are at their greatest.
fn values(components: &[(BenchmarkParameter, u32, u32)], steps: u32) -> Vec<Vec<(BenchmarkParameter, u32)>> {
    if components.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (moving, (_, least, greatest)) in components.iter().enumerate() {
        for step in 0..steps {
            let value = least + (u64::from(greatest - least) * u64::from(step) / u64::from(steps - 1)) as u32;
            let select = |(place, &(name, _, most)): (usize, &(BenchmarkParameter, u32, u32))| {
                (name, if place == moving { value } else { most })
            };
            all.push(components.iter().enumerate().map(select).collect());
        }
    }
    all
}
