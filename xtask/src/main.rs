//! Set-up and developer tasks: `cargo xtask help`.
//!
//! Nothing but the standard library is used, because this crate is compiled before anything else exists.

mod build_env;
#[cfg(test)]
mod claims;
mod failure;
mod features;
mod loc;
mod pallets;
mod paths;
mod process;
mod rebuild;
mod selection;
mod setup;
mod test;
mod times;
mod ui;
mod up;

use failure::{Failure, Result};
use paths::Paths;

const HELP: &str = "\
cargo xtask <command>

  up [ARGS]       set up this machine, build, and run `ganglion up ARGS` (see `cargo xtask up --help`)
  test [ARGS]     set up, then check formatting, lints and run every test; ARGS go to the test runner
  check-features  compile what no test does: try-runtime, benchmarks and their tests, fuzzers (--run: run the tests too)
  setup           only the set-up; silent when nothing is missing (--offline: fetch nothing)
  env             print the build environment as `export` lines, for `eval \"$(cargo xtask env)\"`
  rebuild         touch a pallet, build, and say how long that took
  deps            check that building and testing compile the same dependencies
  loc             count lines of code per crate
  pallets         count storage items, calls and lines per pallet

Folders: CARGO_TARGET_DIR or <cache>/ganglion/target for build results, GANGLION_MODELS or
<cache>/ganglion/models for models, GANGLION_RUNTIMES or <cache>/ganglion/runtimes for compiled
runtimes, where <cache> is $XDG_CACHE_HOME or ~/.cache.";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(failure) = dispatch(&arguments) {
        ui::error(&failure.to_string());
        std::process::exit(failure.exit_code());
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments),
    };
    match command {
        "up" => up::run(&Paths::detect()?, rest),
        "test" => test::run(&Paths::detect()?, rest),
        "setup" => setup_only(rest),
        "env" => print_environment(),
        "check-features" => features::run(&Paths::detect()?, rest),
        "rebuild" => rebuild::run(&Paths::detect()?, rest),
        "deps" => selection::check(&Paths::detect()?),
        "loc" => loc::print(&Paths::detect()?),
        "pallets" => pallets::print(&Paths::detect()?),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(Failure::new(format!("no command `{other}`; `cargo xtask help` lists them"))),
    }
}

fn setup_only(arguments: &[String]) -> Result<()> {
    let offline = match arguments {
        [] => false,
        [one] if one == "--offline" => true,
        _ => return Err(Failure::new("`cargo xtask setup` takes no argument but --offline")),
    };
    let paths = Paths::detect()?;
    setup::run(&paths, offline, setup::Model::Required).map(|_| ())
}

fn print_environment() -> Result<()> {
    let paths = Paths::detect()?;
    let toolchain = setup::wasm::required(&paths)?;
    for (name, value) in build_env::variables(&paths, &toolchain) {
        println!("export {name}={}", build_env::shell_quoted(&value));
    }
    Ok(())
}
