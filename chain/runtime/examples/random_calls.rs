//! Random calls on the whole ledger, as many as one likes.
//!
//! ```sh
//! cargo run --release -p ganglion-runtime --example random_calls -- 200000 1
//! ```
//!
//! The first argument is the number of calls, the second the seed. Each idea is tried plainly, in a batch, by a proxy and
//! by a multisig account. After every block all invariants are checked. In the end a table shows, for each call, how
//! often it worked in which form, was declined, or was refused; it is an error if one never worked.

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/ledger/blocks.rs"]
mod blocks;
#[path = "../tests/ledger/books.rs"]
mod books;
#[path = "../tests/ledger/crimes.rs"]
mod crimes;
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../tests/ledger/random/mod.rs"]
mod random;

use ganglion_runtime::{Balances, System};
use random::Run;
use sp_io::TestExternalities;
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

/// After how many blocks the state is tidied.
const BLOCKS: u32 = 500;

/// How often progress is shown.
const PROGRESS: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut number = |name: &str, default| match arguments.next().map(|text| text.parse::<u64>()) {
        None => Ok(default),
        Some(Ok(value)) => Ok(value),
        Some(Err(_)) => Err(format!("{name} is not a number")),
    };
    match (number("the number of calls", 200_000), number("the seed", 1)) {
        (Ok(calls), Ok(seed)) => run(calls, seed),
        (Err(problem), _) | (_, Err(problem)) => {
            eprintln!("{problem}; usage: random_calls [CALLS] [SEED]");
            ExitCode::FAILURE
        }
    }
}

fn run(calls: u64, seed: u64) -> ExitCode {
    let missing = random::missing();
    assert!(missing.is_empty(), "calls without a generator: {missing:?}");
    let (start, mut shown) = (Instant::now(), Instant::now());
    let mut state = TestExternalities::default();
    let mut run = state.execute_with(|| Run::new(seed));
    while run.calls() < calls {
        state = tidy(state);
        state.execute_with(|| {
            for _ in 0..BLOCKS {
                run.block();
                if shown.elapsed() >= PROGRESS {
                    shown = Instant::now();
                    progress(&run, calls, start);
                }
            }
        });
    }
    state.execute_with(|| progress(&run, calls, start));
    println!("\n{}", run.tally());
    let surprises = random::surprises(run.tally());
    for surprise in &surprises {
        println!("{surprise}");
    }
    if surprises.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The same state without the marks that deleted keys leave, over which every search would have to step.
fn tidy(mut state: TestExternalities) -> TestExternalities {
    let next = |key: &Vec<u8>| sp_io::storage::next_key(key);
    let pair = |key: Vec<u8>| sp_io::storage::get(&key).map(|value| (key, value));
    let pairs: Vec<_> = state.execute_with(|| std::iter::successors(next(&vec![]), next).filter_map(pair).collect());
    let mut tidied = TestExternalities::default();
    tidied.execute_with(|| pairs.iter().for_each(|(key, value)| sp_io::storage::set(key, value)));
    tidied
}

fn progress(run: &Run, calls: u64, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    let rate = run.calls() as f64 / seconds.max(0.001);
    let (block, issuance) = (System::block_number(), Balances::total_issuance());
    println!(
        "{:>8}/{calls} calls, block {block}, {rate:.0} calls/s, {seconds:.0} s, {issuance} RAO exist",
        run.calls()
    );
}
