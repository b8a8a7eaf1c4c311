//! How long a node takes to import a block with an epoch of 4 096 neurons.
//!
//! `cargo run --release -p ganglion-node --example epoch_import [EPOCHS]` makes a chain whose genesis holds a full subnet:
//! 4 096 neurons with stake, of which 64 validators have set weights on all of them. One process writes blocks, another
//! imports them from the network: the Wasm runtime, ParityDB, nothing left out. The figure is the importer's own, from its
//! metrics: verification and import of that one block. From the second epoch on there are bonds to everybody, too.

#[path = "../support/mod.rs"]
mod support;

mod full_subnet;

use full_subnet::{NETUID, TEMPO};
use ganglion_runtime::Runtime;
use ganglion_specs::LocalSpec;
use ganglion_tokenomics::epoch_trigger::is_epoch;
use std::{process::ExitCode, time::Duration};
use support::{
    node::{program_or_node, Node},
    wait::until,
};

/// What it is to be at most, milliseconds.
const GOAL: f64 = 300.0;
/// How many epochs to see unless told.
const EPOCHS: usize = 5;
/// How long to wait for a block.
const BLOCK: Duration = Duration::from_secs(60);

/// A block that the importer imported.
struct Import {
    number: u32,
    milliseconds: f64,
}

impl Import {
    /// Whether the subnet's epoch ran in it.
    fn is_epoch(&self) -> bool {
        is_epoch(NETUID.0, TEMPO, self.number.into())
    }
}

fn main() -> ExitCode {
    let program = program_or_node();
    let epochs = std::env::args().nth(1).map_or(EPOCHS, |text| text.parse().expect("the first argument is epochs"));
    let place = tempfile::tempdir().expect("a temporary folder");
    let spec = place.path().join("spec.json");
    let genesis = LocalSpec { founders: 1, endowed: full_subnet::endowed(), ..LocalSpec::default() };
    let json = genesis.json_with(full_subnet::found).expect("a specification");
    std::fs::write(&spec, json).expect("the specification is written");
    let mut author = Node::new(&program, place.path(), &spec, "alice").with(&["--alice", "--force-authoring"]);
    let mut importer = Node::new(&program, place.path(), &spec, "importer").with(&["--bootnodes", &author.address]);
    author.start();
    importer.start();

    let mut imports: Vec<Import> = Vec::new();
    while imports.iter().filter(|import| import.is_epoch()).count() < epochs {
        let import = next_import(&importer);
        let what = if import.is_epoch() { "epoch" } else { "" };
        println!("block {:4}  {:7.1} ms  {what}", import.number, import.milliseconds);
        imports.push(import);
    }
    let (epochs, others): (Vec<_>, Vec<_>) = imports.iter().partition(|import| import.is_epoch());
    epochs.iter().for_each(|epoch| check(&importer, epoch.number));
    report(&epochs, &others)
}

/// Waits for a block that is imported alone, so that the importer's metrics tell its time.
fn next_import(importer: &Node) -> Import {
    const BLOCKS: &str = "substrate_block_verification_and_import_time_count";
    const SECONDS: &str = "substrate_block_verification_and_import_time_sum";
    let read = || importer.metrics([BLOCKS, SECONDS]);
    let mut before = until("metrics", BLOCK, read);
    until("a block", BLOCK, || {
        let now = read()?;
        let [blocks, seconds] = [now[0] - before[0], now[1] - before[1]];
        before = now;
        (blocks == 1.0).then_some(())?;
        Some(Import { number: importer.rpc.best()?, milliseconds: seconds * 1_000.0 })
    })
}

/// Checks that the epoch ran and paid: the outcome of all neurons is another than after the block before.
fn check(importer: &Node, number: u32) {
    let key = pallet_emission::LastOutcome::<Runtime>::hashed_key_for(NETUID);
    let outcome = |number: u32| {
        let hash = importer.rpc.hash(number).expect("the block");
        importer.rpc.storage(&key, Some(&hash)).expect("the state")
    };
    let after = outcome(number);
    assert!(after.is_some() && after != outcome(number - 1), "no epoch ran in block {number}");
}

fn report(epochs: &[&Import], others: &[&Import]) -> ExitCode {
    let mean = |imports: &[&Import]| {
        imports.iter().map(|import| import.milliseconds).sum::<f64>() / (imports.len().max(1)) as f64
    };
    let most = epochs.iter().map(|import| import.milliseconds).fold(0.0, f64::max);
    println!();
    println!(
        "epoch block, slowest  {most:.0} ms  (goal {GOAL:.0}: {})",
        if most <= GOAL { "reached" } else { "missed" }
    );
    println!("epoch block, mean     {:.0} ms of {}", mean(epochs), epochs.len());
    println!("other block, mean     {:.0} ms of {}", mean(others), others.len());
    println!("epoch                 {}", full_subnet::DESCRIPTION);
    println!("machine               {} cores", std::thread::available_parallelism().map_or(0, usize::from));
    ExitCode::from(u8::from(most > GOAL))
}
