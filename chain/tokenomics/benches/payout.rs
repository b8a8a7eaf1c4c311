//! What a block spends on this crate's mathematics: `cargo bench -p ganglion-tokenomics`.

use criterion::{criterion_group, criterion_main, Criterion};
use ganglion_tokenomics::{
    emission::block_emission,
    pool::Pool,
    split::{split, Curve},
};
use std::hint::black_box;

fn payout(criterion: &mut Criterion) {
    criterion
        .bench_function("block_emission", |bench| bench.iter(|| block_emission(black_box(12_345_678_901_234_567))));

    let stakes: Vec<u64> = (1..=64).map(|i| i * 1_000_000_000_000).collect();
    let rows: Vec<Vec<(u16, u16)>> = (0..64).map(|i| (0..64).map(|j| (j, (i * j) % 997 + 1)).collect()).collect();
    criterion.bench_function("split_64_validators_64_subnets_full", |bench| {
        bench.iter(|| split(1_000_000_000, 64, black_box(&stakes), black_box(&rows), Curve::default()));
    });

    let pool = Pool::from_parts(1_234_567_890_123_456, 987_654_321_012_345 << 32);
    criterion.bench_function("pool_deposit", |bench| bench.iter(|| black_box(pool).deposit(black_box(5_000_000_000))));
    criterion.bench_function("pool_reward", |bench| bench.iter(|| black_box(pool).reward(black_box(5_000_000_000))));
    criterion.bench_function("pool_value_of", |bench| bench.iter(|| black_box(pool).value_of(black_box(5_000 << 62))));
}

criterion_group!(benches, payout);
criterion_main!(benches);
