//! The `ganglion` binary: the command line, and the ledger that its nodes run.
//!
//! They meet here and nowhere below, so that a change of the ledger's rules compiles neither of them again.

use std::process::ExitCode;

fn main() -> ExitCode {
    ganglion_cli::main(std::env::args_os().collect(), ganglion_specs::LEDGER)
}
