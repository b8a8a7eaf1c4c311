//! Medians of one epoch, by size and filling. Run with `cargo bench -p ganglion-yuma -- --verbose`.

extern crate alloc;

use std::hint::black_box;
use std::time::Duration;

use criterion::{criterion_group, criterion_main, Criterion};
use ganglion_yuma::{LiquidAlpha, Options, Workspace};

#[path = "common/subnet.rs"]
mod subnet;

use subnet::{Subnet, CASES};

fn epochs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("epoch");
    group.sample_size(30).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for (neurons, validators, per_mille) in CASES {
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
