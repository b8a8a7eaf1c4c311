//! Measures what the pallets' calls and hooks weigh, and writes it into their sources.
//!
//! `measure_weights [PALLET…]` builds the runtime with its benchmarks, runs each in the executor and database layout that
//! a node has, fits time, reads and writes to a straight line in each component, and writes
//! `chain/pallets/<pallet>/src/weights/measured.rs`. Run it on a quiet machine: the times are of this machine, and the
//! slowest of the machines that shall keep up with the chain is the one that counts. `--check` runs each benchmark once
//! at its limits and writes nothing.

#[path = "../support/mod.rs"]
mod nodes;

mod bench;
mod line;
mod machine;
mod source;

use machine::Machine;
use std::{error::Error, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let (options, wanted): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let check = match &options[..] {
        [] => false,
        [option] if option == "--check" => true,
        _ => return Err("measure_weights [--check] [PALLET…]".into()),
    };
    let program = std::env::current_exe()?;
    let release = program.ancestors().nth(2).ok_or("the program is in no build folder")?;
    eprintln!("building the runtime with its benchmarks");
    let machine = Machine::new(nodes::variant::build(release, "runtime-benchmarks", "benchmarks"))?;
    let pallets = bench::list(&machine)?;
    if let Some(unknown) = wanted.iter().find(|name| !pallets.iter().any(|pallet| pallet.folder() == name.as_str())) {
        let names: Vec<_> = pallets.iter().map(bench::Pallet::folder).collect();
        return Err(format!("no benchmarks of {unknown:?}: there are {}", names.join(", ")).into());
    }
    let mut failed = 0;
    for pallet in pallets.iter().filter(|pallet| wanted.is_empty() || wanted.iter().any(|name| name == pallet.folder()))
    {
        let mut lines = Vec::new();
        for benchmark in &pallet.benchmarks {
            match bench::run(&machine, pallet, benchmark, check).and_then(|runs| line::Lines::fit(&runs)) {
                Ok(fitted) => {
                    println!("{:<12}{:<24}{fitted}", pallet.folder(), benchmark.name);
                    lines.push((benchmark, fitted));
                }
                Err(error) => {
                    eprintln!("{error}");
                    failed += 1;
                }
            }
        }
        if !check && lines.len() == pallet.benchmarks.len() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pallets").join(pallet.folder());
            let path = folder.join("src/weights/measured.rs");
            std::fs::create_dir_all(path.parent().ok_or("no folder")?)?;
            std::fs::write(&path, source::source(&lines))?;
        }
    }
    if failed > 0 {
        return Err(format!("{failed} benchmarks failed; nothing was written for their pallets").into());
    }
    Ok(())
}
