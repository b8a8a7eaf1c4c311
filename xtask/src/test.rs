//! `cargo xtask test`: formatting, lints and every test, from cheapest to dearest.

use crate::{
    build_env,
    failure::{Failure, Result},
    paths::Paths,
    process, selection,
    setup::{self, wasm::WasmToolchain},
    ui,
};
use std::{path::PathBuf, process::Command};

const TUTORIAL: &str = include_str!("../../examples/README.md");

/// Sets up and checks everything; `arguments` go to the test runner.
pub fn run(paths: &Paths, arguments: &[String]) -> Result<()> {
    let start = std::time::Instant::now();
    let toolchain = setup::run(paths, false, setup::Model::Wanted)?;
    let others = [
        ("GANGLION_PYTHON", "Python neurons", setup::python_neurons(paths)?),
        ("GANGLION_CYLLAMA", "llama.cpp", setup::llama_cpp(paths)?),
        ("GANGLION_BTC_HOURS", "hours of bitcoin", setup::btc_hours(paths)?),
        ("GANGLION_TEST_MODELS", "models of others", Some(setup::test_models(paths)?)),
        ("GANGLION_OPENAI_PYTHON", "PyPI's openai", setup::openai_python(paths)?),
        ("GANGLION_OPENAI_NODE", "npm's openai", setup::openai_node(paths)?),
        ("GANGLION_BROWSER_NODE", "the pages in a browser", setup::browser_node(paths)?),
    ];
    let is_missing = |name: &str, path: &Option<PathBuf>| path.is_none() && std::env::var_os(name).is_none();
    let missing: Vec<&str> =
        others.iter().filter(|(name, _, path)| is_missing(name, path)).map(|(_, what, _)| *what).collect();
    let cargo = |words: &[&str]| {
        let mut command = build_env::cargo(paths, &toolchain);
        command.args(words).env("GANGLION_MODELS", &paths.models);
        command.env("GANGLION_FACTORS", paths.target.join("release").join("examples").join("factors"));
        command.envs(others.iter().filter_map(|(name, _, path)| Some((name, path.as_ref()?))));
        command
    };

    run_stage("formatting", &mut cargo(&["fmt", "--all", "--check"]), "run `cargo fmt --all`")?;
    selection::check(paths)?;
    run_stage("lints", &mut lints(paths, &toolchain), "see the warnings above")?;
    // A test types the tutorial's other lines.
    run_stage("the tutorial's programs", cargo(&tutorials_build()).arg("--locked"), "see the errors above")?;
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
    ui::note(&passed(&ui::duration(start.elapsed()), &missing));
    Ok(())
}

/// The last line. Tests pass without what they can't have, so what that was is told where the result is read, too.
fn passed(time: &str, missing: &[&str]) -> String {
    match missing {
        [] => format!("everything passed in {time}"),
        _ => format!(
            "all that could be tested here passed in {time}; NOT TESTED: {} (the first lines say why)",
            missing.join(", ")
        ),
    }
}

/// The line by which the tutorial has its programs built, as cargo's arguments.
fn tutorials_build() -> Vec<&'static str> {
    let line = TUTORIAL.lines().find_map(|line| line.strip_prefix("$ cargo "));
    line.unwrap_or_default().split_whitespace().collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tutorials_programs_are_built_as_it_says_and_with_the_selection_of_all_builds() {
        let line = tutorials_build();
        assert!(line.starts_with(&["build", "--release", "--workspace"]), "{line:?}");
        assert!(line.ends_with(&["--example", "factors"]), "{line:?}");
    }

    #[test]
    fn what_was_not_tested_is_in_the_last_line() {
        assert_eq!(passed("9 s", &[]), "everything passed in 9 s");
        let line = passed("9 s", &["npm's openai", "the pages in a browser"]);
        assert!(line.contains("NOT TESTED: npm's openai, the pages in a browser"), "{line}");
        assert!(!line.contains("everything"), "{line}");
    }
}
