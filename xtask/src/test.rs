//! `cargo xtask test`: formatting, lints and every test, from cheapest to dearest.

use crate::{
    build_env,
    failure::{Failure, Result},
    paths::Paths,
    process, selection,
    setup::{self, wasm::WasmToolchain},
    ui,
};
use std::process::Command;

/// Sets up and checks everything; `arguments` go to the test runner.
pub fn run(paths: &Paths, arguments: &[String]) -> Result<()> {
    let start = std::time::Instant::now();
    let toolchain = setup::run(paths, false, setup::Model::Wanted)?;
    let others = [
        ("GANGLION_PYTHON", setup::python_neurons(paths)?),
        ("GANGLION_CYLLAMA", setup::llama_cpp(paths)?),
        ("GANGLION_BTC_HOURS", setup::btc_hours(paths)?),
        ("GANGLION_TEST_MODELS", Some(setup::test_models(paths)?)),
        ("GANGLION_OPENAI_PYTHON", setup::openai_python(paths)?),
        ("GANGLION_OPENAI_NODE", setup::openai_node(paths)?),
        ("GANGLION_BROWSER_NODE", setup::browser_node(paths)?),
    ];
    let cargo = |words: &[&str]| {
        let mut command = build_env::cargo(paths, &toolchain);
        command.args(words).env("GANGLION_MODELS", &paths.models);
        command.envs(others.iter().filter_map(|(name, path)| Some((name, path.as_ref()?))));
        command
    };

    run_stage("formatting", &mut cargo(&["fmt", "--all", "--check"]), "run `cargo fmt --all`")?;
    selection::check(paths)?;
    run_stage("lints", &mut lints(paths, &toolchain), "see the warnings above")?;
    if has_nextest(paths, &toolchain) {
        // Not the examples: the lints have compiled them, and linking three dozen programs takes minutes.
        let mut tests = cargo(&["nextest", "run", "--workspace", "--tests", "--release", "--locked"]);
        run_stage("tests", tests.args(arguments), "see the failures above")?;
    } else {
        let mut tests = cargo(&["test", "--workspace", "--tests", "--release", "--locked"]);
        run_stage("tests", tests.args(arguments), "see the failures above")?;
    }
    // The same selection of packages, so nothing is rebuilt.
    let mut examples = cargo(&["test", "--doc", "--workspace", "--release", "--locked"]);
    run_stage("examples in the documentation", &mut examples, "see the failures above")?;
    ui::note(&format!("everything passed in {}", ui::duration(start.elapsed())));
    Ok(())
}

/// Lints need the types of our dependencies only, not their code, so this does not repeat the long part of a build.
fn lints(paths: &Paths, toolchain: &WasmToolchain) -> Command {
    let mut command = build_env::cargo(paths, toolchain);
    command
        .args(["clippy", "--workspace", "--all-targets", "--release", "--locked", "--", "-D", "warnings"])
        // clippy's run of the runtime's build script is apart from the build's, and would build the Wasm file with
        // clippy in the compiler's place.
        .env("SKIP_WASM_BUILD", "1");
    command
}

fn has_nextest(paths: &Paths, toolchain: &WasmToolchain) -> bool {
    process::capture(build_env::cargo(paths, toolchain).args(["nextest", "--version"])).is_ok()
}

/// Runs a program on our own terminal, between a heading and a closing line.
///
/// # Errors
/// It is missing or failed: then the message ends with `advice`.
pub fn run_stage(name: &str, command: &mut Command, advice: &str) -> Result<()> {
    ui::stage(name, || {
        let status = process::attached(command)?;
        match status.success() {
            true => Ok(()),
            false => Err(Failure::of_child(format!("{name} failed: {advice}"), status.code())),
        }
    })
}
