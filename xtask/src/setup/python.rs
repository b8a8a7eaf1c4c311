//! Python packages for tests, each set in an environment of its own. No program of ours needs them.

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

/// Written last; holds the requirements that were installed.
const MARKER: &str = "finished.txt";
const LIMIT: Duration = Duration::from_secs(1800);

/// An environment to make.
pub struct Environment {
    /// Its folder's name.
    name: &'static str,
    /// Every package with its version.
    requirements: &'static str,
    /// What a person reads.
    title: &'static str,
    /// What is skipped without it.
    without: &'static str,
    /// The modules that must load.
    modules: &'static str,
    /// The program in it that tests start.
    program: &'static str,
    /// Whether there may be no packages for this system's Python and processor. Then, too, tests go without.
    may_lack_packages: bool,
}

/// The Python neurons that tests talk to: the packages that deployed neurons run.
pub const NEURONS: Environment = Environment {
    name: "bittensor-7.4.0",
    requirements: include_str!("python-requirements.txt"),
    title: "Python neurons for tests (bittensor 7.4.0, 300 MB)",
    without: "Python neurons",
    modules: "bittensor, bittensor_wallet",
    program: "python",
    may_lack_packages: false,
};

/// llama.cpp, and its server.
pub const LLAMA_CPP: Environment = Environment {
    name: "cyllama-0.2.18",
    requirements: include_str!("llama-cpp-requirements.txt"),
    title: "llama.cpp for tests (cyllama 0.2.18, 70 MB)",
    without: "llama.cpp",
    modules: "cyllama",
    program: "cyllama",
    may_lack_packages: true,
};

/// The client that most programs for language models use.
pub const OPENAI: Environment = Environment {
    name: "openai-3.57.0",
    requirements: include_str!("openai-requirements.txt"),
    title: "PyPI's openai for tests (3.57.0, 40 MB)",
    without: "PyPI's openai",
    modules: "openai",
    program: "python",
    may_lack_packages: true,
};

/// The environment's program; the environment is made if it is missing. `None`, after a note, if PyPI can't be reached.
/// Tests must pass without it, but not because something else is broken: nobody would ever notice that they don't run.
///
/// # Errors
/// It can't be made for any other reason.
pub fn ensure(paths: &Paths, environment: &Environment) -> Result<Option<PathBuf>> {
    let folder = paths.cache.join("python").join(environment.name);
    let program = folder.join("bin").join(environment.program);
    if is_finished(&folder, environment) {
        return Ok(Some(program));
    }
    let without = environment.without;
    match make(&folder, environment) {
        Ok(Made::Finished) => Ok(Some(program)),
        Ok(Made::Unreachable(failure)) => {
            ui::note(&format!("going on without {without}, so tests against it are skipped: {failure}"));
            Ok(None)
        }
        Err(failure) => Err(Failure::new(format!("{without} for tests can't be set up: {failure}"))),
    }
}

/// How the making of an environment ended.
enum Made {
    Finished,
    /// The packages can't be fetched now, or not here.
    Unreachable(Failure),
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

fn is_finished(folder: &Path, environment: &Environment) -> bool {
    fs::read_to_string(folder.join(MARKER)).is_ok_and(|installed| installed == environment.requirements) && {
        // The system's Python, which the environment points to, may have gone since.
        process::capture(Command::new(interpreter(folder)).arg("--version")).is_ok()
    }
}

/// An environment knows its own path, so it is made in place; the marker makes it count. What was left unfinished is
/// removed first.
fn make(folder: &Path, environment: &Environment) -> Result<Made> {
    let requirements = environment.requirements;
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
    fs::write(&wanted, requirements).context(|| format!("cannot write {}", wanted.display()))?;
    let mut pip = Command::new(interpreter(folder));
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-cache-dir", "--retries=2"])
        .args(["--timeout=60", "--no-deps", "-r"])
        .arg(&wanted);
    if environment.may_lack_packages {
        // Its sources would take half an hour to compile.
        pip.arg("--only-binary=:all:");
    }
    let log = folder.join("pip.log");
    if let Err(failure) = ui::step(environment.title, || process::logged(&mut pip, &log, LIMIT)) {
        let said = fs::read_to_string(&log).unwrap_or_default();
        return match is_out_of_reach(&said) || (environment.may_lack_packages && is_for_others(&said)) {
            true => Ok(Made::Unreachable(failure)),
            false => Err(failure),
        };
    }
    let load = format!("import {}", environment.modules);
    process::capture(Command::new(interpreter(folder)).args(["-c", &load]).env("HOME", folder))
        .map_err(|failure| Failure::new(format!("the packages are installed but can't be loaded: {failure}")))?;
    let marker = folder.join(MARKER);
    let unfinished = folder.join("finishing.txt");
    fs::write(&unfinished, requirements).context(|| format!("cannot write {}", unfinished.display()))?;
    fs::rename(&unfinished, &marker).context(|| format!("cannot write {}", marker.display()))?;
    Ok(Made::Finished)
}

/// Whether pip says that it had no connection, in the words of its library for that.
pub(super) fn is_out_of_reach(log: &str) -> bool {
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

/// Whether pip says that there is no package for this Python and processor.
fn is_for_others(log: &str) -> bool {
    log.contains("No matching distribution found")
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
        assert!(!is_finished(&folder, &NEURONS));
        fs::write(folder.join(MARKER), NEURONS.requirements).unwrap();
        assert!(!is_finished(&folder, &NEURONS), "there is no interpreter");
        std::os::unix::fs::symlink(process::find("true").unwrap(), interpreter(&folder)).unwrap();
        assert!(is_finished(&folder, &NEURONS));
        assert!(!is_finished(&folder, &LLAMA_CPP), "these are others' packages");
        fs::write(folder.join(MARKER), "bittensor==7.3.0\n").unwrap();
        assert!(!is_finished(&folder, &NEURONS));
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
    fn machine_code_for_other_systems_excuses_only_where_there_is_machine_code() {
        assert!(is_for_others("ERROR: No matching distribution found for cyllama==0.2.18"));
        assert!(!is_for_others("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE"));
        assert_eq!((LLAMA_CPP.may_lack_packages, NEURONS.may_lack_packages), (true, false));
    }

    #[test]
    fn every_package_is_pinned() {
        for (environment, named) in [
            (&NEURONS, ["bittensor==7.4.0", "bittensor-wallet==4.1.1"].as_slice()),
            (&LLAMA_CPP, ["cyllama==0.2.18"].as_slice()),
            (&OPENAI, ["openai==3.57.0", "pydantic==2.14.4"].as_slice()),
        ] {
            let packages: Vec<&str> = environment.requirements.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(packages.iter().all(|line| line.contains("==")), "{packages:?}");
            assert!(named.iter().all(|wanted| packages.contains(wanted)), "{packages:?}");
        }
    }

    #[test]
    fn debian_is_asked_only_for_what_is_missing() {
        assert!(missing_packages(|_| true).is_empty());
        assert_eq!(missing_packages(|_| false), ["python3", "python3-venv"]);
    }
}
