//! `cargo xtask check-features`: compiles what neither a build nor `cargo xtask test` does.
//!
//! That is the ledger and its tests with the feature `try-runtime`, the benchmarks and their tests (feature
//! `runtime-benchmarks`), and the fuzzers' own workspaces. Each feature checks the SDK's pallets anew, so it is a command
//! of its own. It shares the build folder with the lints: nothing that a feature doesn't change is compiled twice.

use crate::{
    build_env,
    failure::{Failure, Result},
    paths::Paths,
    setup::wasm,
    test::run_stage,
    ui,
};

/// Pallets whose benchmarks have tests beside them; the others' run in the runtime alone (`measure_weights --check`).
const TESTED: [&str; 6] = ["access", "emission", "neurons", "staking", "subnets", "weights"];
/// Folders of fuzzers.
const FUZZERS: [&str; 3] = ["chain/runtime/fuzz", "chain/yuma/fuzz", "network/wire/fuzz"];

/// One run of cargo.
struct Stage {
    name: String,
    words: Vec<String>,
    advice: &'static str,
}

/// Compiles everything; with `--run` the benchmarks' tests run too, and random calls after whose blocks the SDK's pallets
/// check their state as well.
///
/// # Errors
/// Something doesn't compile, or a test failed: what cargo said is above.
pub fn run(paths: &Paths, arguments: &[String]) -> Result<()> {
    let run = match arguments {
        [] => false,
        [one] if one == "--run" => true,
        _ => return Err(Failure::new("`cargo xtask check-features` takes no argument but --run")),
    };
    let start = std::time::Instant::now();
    let toolchain = wasm::required(paths)?;
    for stage in checks().into_iter().chain(if run { runs() } else { Vec::new() }) {
        run_stage(&stage.name, build_env::cargo(paths, &toolchain).args(&stage.words), stage.advice)?;
    }
    let done = if run { "all of it compiles and what runs passed" } else { "all of it compiles" };
    ui::note(&format!("{done}, in {}", ui::duration(start.elapsed())));
    Ok(())
}

impl Stage {
    /// `cargo WORDS`, where `words` are parted by spaces.
    fn new(name: &str, words: &str, advice: &'static str) -> Self {
        Self { name: name.to_owned(), words: words.split_whitespace().map(str::to_owned).collect(), advice }
    }
}

/// What compiles only.
fn checks() -> Vec<Stage> {
    let check =
        |name, words: &str| Stage::new(name, &format!("check --release --locked {words}"), "see the errors above");
    let mut stages = vec![
        check("the ledger with try-runtime", "--package ganglion-runtime --all-targets --features try-runtime"),
        check("the ledger with its benchmarks", "--package ganglion-runtime --lib --features runtime-benchmarks"),
        check("the benchmarks' tests", &format!("--tests {} --features runtime-benchmarks", packages())),
    ];
    stages.extend(FUZZERS.map(|folder| check(folder, &format!("--manifest-path {folder}/Cargo.toml"))));
    stages
}

/// What runs, too.
fn runs() -> Vec<Stage> {
    let test =
        |name, words: &str| Stage::new(name, &format!("test --release --locked {words}"), "see the failures above");
    let random = "--package ganglion-runtime --test ledger --features try-runtime random_calls_keep_the_books";
    vec![
        test("the benchmarks' tests, run", &format!("--lib {} --features runtime-benchmarks", packages())),
        test("random calls, with what the SDK's pallets say of their state", random),
    ]
}

fn packages() -> String {
    TESTED.map(|pallet| format!("--package ganglion-pallet-{pallet}")).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    fn workspace() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above")
    }

    /// The folders of the workspace's members.
    fn members() -> Vec<String> {
        let manifest = fs::read_to_string(workspace().join("Cargo.toml")).expect("can be read");
        let list = manifest.lines().skip_while(|line| *line != "members = [").skip(1).take_while(|line| *line != "]");
        list.map(|line| line.trim().trim_matches(['"', ',']).to_owned()).collect()
    }

    #[test]
    fn every_fuzzer_is_checked() {
        let members = members();
        assert!(members.iter().any(|member| member == "chain/yuma"), "{members:?}");
        let mut fuzzers: Vec<_> = members.iter().map(|member| format!("{member}/fuzz")).collect();
        fuzzers.retain(|folder| workspace().join(folder).join("Cargo.toml").exists());
        fuzzers.sort_unstable();
        assert_eq!(fuzzers, FUZZERS);
    }

    #[test]
    fn every_pallet_whose_benchmarks_have_tests_is_checked() {
        let pallets = fs::read_dir(workspace().join("chain/pallets")).expect("can be read");
        let has_tests = |folder: &Path| {
            let benchmarks =
                fs::read_to_string(folder.join("src/benchmarking.rs")).expect("every pallet has benchmarks");
            benchmarks.contains("impl_benchmark_test_suite!")
        };
        let folders = pallets.flatten().map(|entry| entry.path()).filter(|folder| has_tests(folder));
        let mut tested: Vec<_> =
            folders.map(|folder| folder.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect();
        tested.sort_unstable();
        assert_eq!(tested, TESTED);
    }
}
