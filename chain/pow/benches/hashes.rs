//! Hashes a second: `cargo bench -p ganglion-pow`. The aim is 1.5 million a second and core.

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use ganglion_pow::{
    seal,
    solver::{Control, Solver},
    Challenge,
};
use std::{
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

/// Hashes of one measured search: a difficulty nobody meets, cancelled by the callback.
fn search(threads: usize, for_at_least: Duration) -> (u64, Duration) {
    let challenge =
        Challenge { genesis_hash: [1; 32], netuid: 1, block_hash: [2; 32], hotkey: [3; 32], coldkey: [4; 32] };
    let control = Control::new();
    let (began, mut hashes) = (Instant::now(), 0);
    let solver = Solver::new(threads).with_interval(for_at_least);
    solver.solve(&challenge, u64::MAX, &control, |progress| {
        hashes = progress.hashes;
        control.cancel();
    });
    (hashes, began.elapsed())
}

/// Time of `count` hashes at the rate that a search reaches.
fn time_of(count: u64, threads: usize) -> Duration {
    let (hashes, elapsed) = search(threads, Duration::from_millis(100));
    elapsed.mul_f64(count as f64 / hashes.max(1) as f64)
}

/// Seconds of processor time this process has had, where the system tells (Linux, in ticks of 10 ms).
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// The solver's speed on one core that it has for itself, also when the machine is busy with something else.
fn per_processor_second() {
    let Some(before) = processor_seconds() else { return };
    let (mut hashes, mut seconds) = (0, 0.0);
    while seconds < 2.0 {
        hashes += search(1, Duration::from_millis(500)).0;
        let Some(after) = processor_seconds() else { return };
        seconds = after - before;
    }
    println!("solver: {:.2} million hashes a second of processor time", hashes as f64 / seconds / 1e6);
}

fn hashes(criterion: &mut Criterion) {
    per_processor_second();
    let mut group = criterion.benchmark_group("hashes");
    group.throughput(Throughput::Elements(1));
    group.bench_function("one_seal_as_the_chain_checks_it", |bench| {
        let mut nonce = 0;
        bench.iter(|| {
            nonce += 1;
            seal(black_box(&[7; 32]), nonce)
        });
    });
    group.sample_size(20);
    group.bench_function("solver_one_core", |bench| bench.iter_custom(|count| time_of(count, 1)));
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    group.bench_function(format!("solver_all_{cores}_cores"), |bench| bench.iter_custom(|count| time_of(count, 0)));
    group.finish();
}

criterion_group!(benches, hashes);
criterion_main!(benches);
