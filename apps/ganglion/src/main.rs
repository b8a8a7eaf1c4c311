//! The `ganglion` binary: everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    ganglion::main(std::env::args_os().collect())
}
