//! An npm package for tests, in a folder of its own. No program of ours needs it, nor Node.

use crate::{
    failure::{Context, Failure, Result},
    paths::Paths,
    process, ui,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// What is installed.
const PACKAGE: &str = include_str!("openai-package.json");
/// Written last; holds what was installed.
const MARKER: &str = "finished.json";
const LIMIT: Duration = Duration::from_secs(600);
/// The oldest Node that runs the package.
const OLDEST: u32 = 18;

/// A folder with npm's `openai` in its `node_modules`, made if it is missing. `None`, after a note, if there is no Node here,
/// or npm can't reach its registry.
///
/// # Errors
/// It can't be made for any other reason.
pub fn openai(paths: &Paths) -> Result<Option<PathBuf>> {
    let without = |reason: &str| {
        ui::note(&format!("going on without npm's openai, so tests with it are skipped: {reason}"));
        Ok(None)
    };
    if process::find("npm").is_none() {
        return without("npm isn't here");
    }
    match process::capture(Command::new("node").arg("--version")).ok().as_deref().and_then(major) {
        Some(version) if version >= OLDEST => {}
        _ => return without("Node isn't here, or is older than 18"),
    }
    let folder = paths.cache.join("node").join("openai");
    if is_finished(&folder) {
        return Ok(Some(folder));
    }
    make(&folder)?.map_or_else(|failure| without(&failure.to_string()), |()| Ok(Some(folder)))
}

/// The first number of `v20.1.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn is_finished(folder: &Path) -> bool {
    fs::read_to_string(folder.join(MARKER)).is_ok_and(|installed| installed == PACKAGE)
        && folder.join("node_modules").join("openai").is_dir()
}

/// What was left unfinished is removed first. The inner error is that of a registry out of reach.
fn make(folder: &Path) -> Result<std::result::Result<(), Failure>> {
    if folder.exists() {
        fs::remove_dir_all(folder).context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    let wanted = folder.join("package.json");
    fs::write(&wanted, PACKAGE).context(|| format!("cannot write {}", wanted.display()))?;
    let mut npm = Command::new("npm");
    npm.current_dir(folder).args([
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--fetch-retries=2",
    ]);
    let log = folder.join("npm.log");
    if let Err(failure) = ui::step("npm's openai for tests (6.30.1, 10 MB)", || process::logged(&mut npm, &log, LIMIT))
    {
        let said = fs::read_to_string(&log).unwrap_or_default();
        return match is_out_of_reach(&said) {
            true => Ok(Err(failure)),
            false => Err(Failure::new(format!("npm's openai for tests can't be set up: {failure}"))),
        };
    }
    let marker = folder.join(MARKER);
    fs::write(&marker, PACKAGE).context(|| format!("cannot write {}", marker.display()))?;
    Ok(Ok(()))
}

/// Whether npm says that it had no connection.
fn is_out_of_reach(log: &str) -> bool {
    const SIGNS: [&str; 6] = ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH"];
    SIGNS.iter().any(|sign| log.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_pinned() {
        let pin = PACKAGE.lines().find(|line| line.contains("\"openai\"")).expect("the package");
        let version = pin.split('"').nth(3).expect("a version");
        assert!(version.split('.').count() == 3 && version.bytes().all(|b| b.is_ascii_digit() || b == b'.'), "{pin}");
    }

    #[test]
    fn a_folder_counts_only_when_finished_with_this_package() {
        let folder = std::env::temp_dir().join(format!("xtask-node-{}", std::process::id()));
        fs::create_dir_all(folder.join("node_modules").join("openai")).unwrap();
        assert!(!is_finished(&folder));
        fs::write(folder.join(MARKER), PACKAGE).unwrap();
        assert!(is_finished(&folder));
        fs::write(folder.join(MARKER), "{}").unwrap();
        assert!(!is_finished(&folder));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn versions_are_read_and_only_a_lost_connection_excuses() {
        assert_eq!((major("v20.20.2\n"), major("v18"), major("20"), major("")), (Some(20), Some(18), None, None));
        assert!(is_out_of_reach("npm error code EAI_AGAIN\nnpm error syscall getaddrinfo"));
        assert!(!is_out_of_reach("npm error code ETARGET") && !is_out_of_reach("npm error code EINTEGRITY"));
    }
}
