//! `cargo xtask up`: from a bare machine to a running network.

use crate::{
    build_env,
    failure::{Context, Failure, Result},
    paths::Paths,
    process,
    setup::{self, wasm::WasmToolchain},
    times::FirstBuild,
    ui,
};
use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

/// Free space that a first build needs, in GiB.
const COLD_BUILD_GIB: u64 = 10;

/// What to say of the options before there is a binary that knows them all.
const HELP: &str = include_str!("up.txt");

/// Tells `ganglion up` when all of this began, milliseconds since 1970, for it to say how long it took in all.
const SINCE: &str = "GANGLION_UP_SINCE";

/// Sets up, builds and becomes `ganglion up` with `arguments`.
pub fn run(paths: &Paths, arguments: &[String]) -> Result<()> {
    if let Some(word) = arguments.iter().find(|word| asks_for_help(word)) {
        help(paths, word);
        return Ok(());
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let first = FirstBuild::start(paths);
    let offline = arguments.iter().any(|argument| argument == "--offline");
    let toolchain = setup::run(paths, offline, setup::Model::Required)?;
    check_disk(paths)?;
    build(paths, &toolchain, offline)?;
    first.done(paths);
    let binary = paths.binary();
    // exec, so that Ctrl-C and the exit code are the program's own.
    let error = Command::new(&binary)
        .arg("up")
        .args(arguments)
        .env("GANGLION_MODELS", &paths.models)
        .env(SINCE, since.to_string())
        .exec();
    Err(error).context(|| format!("cannot start {}", binary.display()))
}

/// Builds the whole workspace, as in tests: another selection of packages may unify other features and so compile the
/// dependencies a second time.
///
/// # Errors
/// The build failed; what the compiler said is above.
pub fn build(paths: &Paths, toolchain: &WasmToolchain, offline: bool) -> Result<()> {
    let mut build = build_env::cargo(paths, toolchain);
    build.args(["build", "--release", "--workspace", "--locked"]);
    if offline {
        build.env("CARGO_NET_OFFLINE", "true");
    }
    ui::stage("build", || {
        let status = process::attached(&mut build)?;
        match status.success() {
            true => Ok(()),
            false => Err(Failure::of_child("the build failed; the compiler's messages are above", status.code())),
        }
    })
}

fn asks_for_help(word: &str) -> bool {
    matches!(word, "--help" | "-h")
}

/// Shows the options, without building anything: as the binary that was built last knows them, or the ones used most.
fn help(paths: &Paths, word: &str) {
    let binary = paths.binary();
    // If it can't be run, it is as good as not there.
    let shown =
        binary.is_file() && Command::new(&binary).args(["up", word]).status().is_ok_and(|status| status.success());
    if !shown {
        print!("{HELP}");
    }
}

/// Says beforehand that a first build won't fit, rather than after twenty minutes.
fn check_disk(paths: &Paths) -> Result<()> {
    if paths.binary().is_file() {
        return Ok(());
    }
    let Some(existing) = paths.target.ancestors().find(|folder| folder.is_dir()) else { return Ok(()) };
    let Ok(table) = process::capture(Command::new("df").args(["--output=avail", "-BG"]).arg(existing)) else {
        return Ok(()); // Another df than GNU's: no early word, then.
    };
    free_gib(&table).and_then(|free| too_little(free, existing)).map_or(Ok(()), Err)
}

/// Why so much free space (GiB) in this folder isn't enough for a first build; `None` if it is.
fn too_little(free: u64, folder: &Path) -> Option<Failure> {
    (free < COLD_BUILD_GIB).then(|| {
        Failure::new(format!(
            "a first build needs about {COLD_BUILD_GIB} GiB, and {} has {free} GiB free: make room, or set \
             CARGO_TARGET_DIR to a folder on a larger disk",
            folder.display()
        ))
    })
}

/// The number in the last line of `df --output=avail -BG`.
fn free_gib(table: &str) -> Option<u64> {
    table.lines().last()?.trim().strip_suffix('G')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_needs_no_binary_and_no_other_word_asks_for_it() {
        assert!(asks_for_help("--help") && asks_for_help("-h"));
        assert!(!asks_for_help("--offline") && !asks_for_help("help"));
        assert!(HELP.starts_with("cargo xtask up") && HELP.ends_with("\n"));
    }

    #[test]
    fn free_space_is_read_from_df() {
        assert_eq!(free_gib("Avail\n  77G"), Some(77));
        assert_eq!(free_gib("Avail\n  many"), None);
        assert_eq!(free_gib(""), None);
    }

    #[test]
    fn a_first_build_that_would_not_fit_is_refused_with_advice() {
        let folder = Path::new("/builds");
        assert!(too_little(COLD_BUILD_GIB, folder).is_none());
        let said = too_little(COLD_BUILD_GIB - 1, folder).expect("too little").to_string();
        assert!(said.contains("/builds has 9 GiB free") && said.contains("CARGO_TARGET_DIR"), "{said}");
    }
}
