//! Medians of one epoch, by size and filling. Run with `cargo bench -p ganglion-yuma -- --verbose`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{criterion_group, criterion_main, Criterion};
use ganglion_yuma::{EpochInput, LiquidAlpha, Options, Parameters, Workspace};

type Row = Vec<(u16, u16)>;

/// A small generator, so that every run measures the same subnet.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn chance(&mut self, per_mille: u64) -> bool {
        self.next() % 1_000 < per_mille
    }
}

struct Subnet {
    stakes: Vec<u64>,
    last_update: Vec<u64>,
    registered_at: Vec<u64>,
    permits: Vec<bool>,
    weights: Vec<Row>,
    bonds: Vec<Row>,
    parameters: Parameters,
}

impl Subnet {
    fn new(neurons: u16, validators: u16, per_mille: u64) -> Self {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let n = usize::from(neurons);
        // What miners are worth, and how much validators differ about it.
        let worth: Vec<u64> = (0..n).map(|_| 1_000 + random.next() % 50_000).collect();
        let rows = |random: &mut Random| -> Vec<Row> {
            (0..neurons)
                .map(|i| {
                    if i >= validators {
                        return Row::new();
                    }
                    (0..neurons)
                        .filter(|j| *j != i && (per_mille == 1_000 || random.chance(per_mille)))
                        .map(|j| (j, 0))
                        .collect::<Row>()
                        .into_iter()
                        .map(|(j, _)| (j, (worth[usize::from(j)] + random.next() % 14_000) as u16))
                        .collect()
                })
                .collect()
        };
        let (weights, bonds) = (rows(&mut random), rows(&mut random));
        Self {
            stakes: (0..neurons)
                .map(|i| if i < validators { 1_000_000_000_000 + random.next() % (1 << 42) } else { 0 })
                .collect(),
            last_update: vec![900; n],
            registered_at: (0..n).map(|_| random.next() % 800).collect(),
            permits: (0..neurons).map(|i| i < validators).collect(),
            weights,
            bonds,
            parameters: Parameters { max_validators: validators, ..Parameters::default() },
        }
    }

    fn input(&self) -> EpochInput<'_, Row> {
        EpochInput {
            now: 1_000,
            stakes: &self.stakes,
            last_update: &self.last_update,
            registered_at: &self.registered_at,
            permits: &self.permits,
            weights: &self.weights,
            bonds: &self.bonds,
            emission: 360_000_000_000,
            parameters: self.parameters,
        }
    }
}

fn epochs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("epoch");
    group.sample_size(30).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let sizes = [(256, 64, 1_000), (4_096, 64, 1_000), (4_096, 256, 1_000), (4_096, 256, 10), (16_384, 64, 10)];
    for (neurons, validators, per_mille) in sizes {
        let subnet = Subnet::new(neurons, validators, per_mille);
        let filling = if per_mille == 1_000 { "full".into() } else { format!("{} %", per_mille as f64 / 10.0) };
        let mut workspace = Workspace::new();
        group.bench_function(format!("{neurons} x {validators}, {filling}"), |bencher| {
            bencher.iter(|| workspace.run(black_box(&subnet.input()), &Options::default()))
        });
        group.bench_function(format!("{neurons} x {validators}, {filling}, cold"), |bencher| {
            bencher.iter(|| Workspace::new().run(black_box(&subnet.input()), &Options::reference()))
        });
    }
    let mut subnet = Subnet::new(4_096, 64, 1_000);
    subnet.parameters.liquid_alpha = Some(LiquidAlpha::default());
    let mut workspace = Workspace::new();
    group.bench_function("4096 x 64, full, liquid alpha", |bencher| {
        bencher.iter(|| workspace.run(black_box(&subnet.input()), &Options::default()))
    });
    group.finish();
}

criterion_group!(benches, epochs);
criterion_main!(benches);
