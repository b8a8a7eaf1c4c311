//! Python neurons for tests: an environment with the packages that deployed neurons run. No program of ours needs it.

use super::debian;
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

/// Every package with its version.
const REQUIREMENTS: &str = include_str!("python-requirements.txt");
const NAME: &str = "bittensor-7.4.0";
/// Written last; holds the requirements that were installed.
const MARKER: &str = "finished.txt";
const LIMIT: Duration = Duration::from_secs(1800);

/// The interpreter of the environment, made if it is missing; `None`, after a note, if PyPI can't be reached. Tests must
/// pass without it, but not because something else is broken: nobody would ever notice that they don't run.
///
/// # Errors
/// It can't be made for any other reason.
pub fn ensure(paths: &Paths) -> Result<Option<PathBuf>> {
    let folder = paths.cache.join("python").join(NAME);
    if is_finished(&folder) {
        return Ok(Some(interpreter(&folder)));
    }
    match make(&folder) {
        Ok(Made::Finished) => Ok(Some(interpreter(&folder))),
        Ok(Made::Unreachable(failure)) => {
            ui::note(&format!(
                "PyPI can't be reached: going on without Python neurons, so tests against them are skipped: {failure}"
            ));
            Ok(None)
        }
        Err(failure) => Err(Failure::new(format!("the Python neurons for tests can't be set up: {failure}"))),
    }
}

/// How the making of an environment ended.
enum Made {
    Finished,
    /// The packages can't be fetched now.
    Unreachable(Failure),
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

fn is_finished(folder: &Path) -> bool {
    fs::read_to_string(folder.join(MARKER)).is_ok_and(|installed| installed == REQUIREMENTS) && {
        // The system's Python, which the environment points to, may have gone since.
        process::capture(Command::new(interpreter(folder)).arg("--version")).is_ok()
    }
}

/// An environment knows its own path, so it is made in place; the marker makes it count. What was left unfinished is
/// removed first.
fn make(folder: &Path) -> Result<Made> {
    if folder.exists() {
        fs::remove_dir_all(folder).context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    let missing = missing_packages(|module| {
        process::capture(Command::new("python3").args(["-c", &format!("import {module}")])).is_ok()
    });
    debian::install(&missing, false)?;
    process::capture(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let wanted = folder.join("requirements.txt");
    fs::write(&wanted, REQUIREMENTS).context(|| format!("cannot write {}", wanted.display()))?;
    let mut pip = Command::new(interpreter(folder));
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-cache-dir", "--retries=2"])
        .args(["--timeout=60", "--no-deps", "-r"])
        .arg(&wanted);
    let log = folder.join("pip.log");
    let installed =
        ui::step("Python neurons for tests (bittensor 7.4.0, 300 MB)", || process::logged(&mut pip, &log, LIMIT));
    if let Err(failure) = installed {
        return match is_out_of_reach(&fs::read_to_string(&log).unwrap_or_default()) {
            true => Ok(Made::Unreachable(failure)),
            false => Err(failure),
        };
    }
    process::capture(
        Command::new(interpreter(folder)).args(["-c", "import bittensor, bittensor_wallet"]).env("HOME", folder),
    )
    .map_err(|failure| Failure::new(format!("the packages are installed but can't be loaded: {failure}")))?;
    let marker = folder.join(MARKER);
    let unfinished = folder.join("finishing.txt");
    fs::write(&unfinished, REQUIREMENTS).context(|| format!("cannot write {}", unfinished.display()))?;
    fs::rename(&unfinished, &marker).context(|| format!("cannot write {}", marker.display()))?;
    Ok(Made::Finished)
}

/// Whether pip says that it had no connection, in the words of its library for that.
fn is_out_of_reach(log: &str) -> bool {
    const SIGNS: [&str; 6] = [
        "NewConnectionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "NameResolutionError",
        "ProxyError",
        "Network is unreachable",
    ];
    SIGNS.iter().any(|sign| log.contains(sign))
}

/// Debian packages for what `python3` can't import.
fn missing_packages(imports: impl Fn(&str) -> bool) -> Vec<String> {
    // Debian's Python has `venv` itself but, without its package, not the pip that goes into an environment.
    match imports("venv, ensurepip") {
        true => Vec::new(),
        false => vec!["python3".to_owned(), "python3-venv".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_counts_only_when_finished_with_these_versions() {
        let folder = std::env::temp_dir().join(format!("xtask-python-{}", std::process::id()));
        fs::create_dir_all(folder.join("bin")).unwrap();
        assert!(!is_finished(&folder));
        fs::write(folder.join(MARKER), REQUIREMENTS).unwrap();
        assert!(!is_finished(&folder), "there is no interpreter");
        std::os::unix::fs::symlink(process::find("true").unwrap(), interpreter(&folder)).unwrap();
        assert!(is_finished(&folder));
        fs::write(folder.join(MARKER), "bittensor==7.3.0\n").unwrap();
        assert!(!is_finished(&folder));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_a_lost_connection_excuses_from_the_tests() {
        let away = "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError(': Failed to \
                    establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/bittensor/\n\
                    ERROR: No matching distribution found for bittensor==7.4.0";
        assert!(is_out_of_reach(away));
        for broken in [
            "",
            "ERROR: No matching distribution found for bittensor==7.4.0",
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
        ] {
            assert!(!is_out_of_reach(broken), "{broken}");
        }
    }

    #[test]
    fn every_package_is_pinned() {
        let packages: Vec<&str> = REQUIREMENTS.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(packages.iter().all(|line| line.contains("==")), "{packages:?}");
        for wanted in ["bittensor==7.4.0", "bittensor-wallet==4.1.1"] {
            assert!(packages.contains(&wanted));
        }
    }

    #[test]
    fn debian_is_asked_only_for_what_is_missing() {
        assert!(missing_packages(|_| true).is_empty());
        assert_eq!(missing_packages(|_| false), ["python3", "python3-venv"]);
    }
}
