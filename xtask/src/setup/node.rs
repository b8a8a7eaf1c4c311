//! npm packages for tests, each set in a folder of its own. No program of ours needs them, nor Node.

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

/// Packages that belong together.
pub struct Packages {
    /// What they are called here, and in messages.
    name: &'static str,
    /// The folder's name.
    folder: &'static str,
    /// What is installed: a `package.json`.
    wanted: &'static str,
    /// Folders of `node_modules` that are there afterwards.
    holds: &'static [&'static str],
    /// What to expect, for people who wait.
    size: &'static str,
    /// The oldest Node that runs them.
    oldest: u32,
}

/// The client that tests drive a gateway with.
pub const OPENAI: Packages = Packages {
    name: "npm's openai",
    folder: "openai",
    wanted: include_str!("openai-package.json"),
    holds: &["openai"],
    size: "6.30.1, 10 MB",
    oldest: 18,
};

/// What looks at pages in a browser, without a browser.
const BROWSER: Packages = Packages {
    name: "Playwright and axe",
    folder: "browser",
    wanted: include_str!("../../../apps/explorer/browser/package.json"),
    holds: &["playwright-core", "axe-core"],
    size: "13 MB",
    oldest: 20,
};

/// Written last; holds what was installed.
const MARKER: &str = "finished.json";
const LIMIT: Duration = Duration::from_secs(600);
/// Debian's browser.
const CHROMIUM: &str = "/usr/bin/chromium";

/// A folder with the packages in its `node_modules`, made if it is missing. `None`, after a note, if there is no Node here, or
/// npm can't reach its registry.
///
/// # Errors
/// It can't be made for any other reason.
pub fn ensure(paths: &Paths, packages: &Packages) -> Result<Option<PathBuf>> {
    if process::find("npm").is_none() {
        return without(packages, "npm isn't here");
    }
    match process::capture(Command::new("node").arg("--version")).ok().as_deref().and_then(major) {
        Some(version) if version >= packages.oldest => {}
        _ => return without(packages, &format!("Node isn't here, or is older than {}", packages.oldest)),
    }
    let folder = paths.cache.join("node").join(packages.folder);
    if is_finished(&folder, packages) {
        return Ok(Some(folder));
    }
    make(&folder, packages)?.map_or_else(|failure| without(packages, &failure.to_string()), |()| Ok(Some(folder)))
}

/// [`ensure`] for Playwright and axe, with a browser: Debian's, installed if it is missing and may be, or the one that `CHROMIUM`
/// names, as for the test.
///
/// # Errors
/// As [`ensure`].
pub fn ensure_browser(paths: &Paths) -> Result<Option<PathBuf>> {
    // The small packages first: a browser is large, and no use without them.
    let Some(folder) = ensure(paths, &BROWSER)? else { return Ok(None) };
    match missing_browser() {
        Some(reason) => without(&BROWSER, &reason),
        None => Ok(Some(folder)),
    }
}

/// Why there is no browser, even after an attempt to install it.
fn missing_browser() -> Option<String> {
    let named = std::env::var_os("CHROMIUM");
    let chromium = named.as_ref().map_or(Path::new(CHROMIUM), Path::new);
    let reason = no_browser(chromium)?;
    if named.is_some() {
        return Some(reason);
    }
    match debian::install(&["chromium".to_owned()], false) {
        Ok(()) => no_browser(chromium),
        Err(failure) => Some(format!("{reason}, or CHROMIUM names another; {failure}")),
    }
}

/// Why nothing can be looked at with this browser: it isn't there.
fn no_browser(chromium: &Path) -> Option<String> {
    let why = || format!("there is no browser at {} (Debian's package chromium has it)", chromium.display());
    (!chromium.is_file()).then(why)
}

/// Says what is missing, and what of that.
fn without(packages: &Packages, reason: &str) -> Result<Option<PathBuf>> {
    ui::note(&format!("going on without {}, so tests with it are skipped: {reason}", packages.name));
    Ok(None)
}

/// The first number of `v20.1.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn is_finished(folder: &Path, packages: &Packages) -> bool {
    fs::read_to_string(folder.join(MARKER)).is_ok_and(|installed| installed == packages.wanted)
        && packages.holds.iter().all(|name| folder.join("node_modules").join(name).is_dir())
}

/// What was left unfinished is removed first. The inner error is that of a registry out of reach.
fn make(folder: &Path, packages: &Packages) -> Result<std::result::Result<(), Failure>> {
    if folder.exists() {
        fs::remove_dir_all(folder).context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    let wanted = folder.join("package.json");
    fs::write(&wanted, packages.wanted).context(|| format!("cannot write {}", wanted.display()))?;
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
    let step = format!("{} for tests ({})", packages.name, packages.size);
    if let Err(failure) = ui::step(&step, || process::logged(&mut npm, &log, LIMIT)) {
        let said = fs::read_to_string(&log).unwrap_or_default();
        return match is_out_of_reach(&said) {
            true => Ok(Err(failure)),
            false => Err(Failure::new(format!("{} for tests can't be set up: {failure}", packages.name))),
        };
    }
    let marker = folder.join(MARKER);
    fs::write(&marker, packages.wanted).context(|| format!("cannot write {}", marker.display()))?;
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
    fn the_packages_are_pinned() {
        for packages in [OPENAI, BROWSER] {
            for name in packages.holds {
                let is_it = |line: &&str| line.contains(&format!("\"{name}\": "));
                let pin = packages.wanted.lines().find(is_it).expect("the package");
                let version = pin.split('"').nth(3).expect("a version");
                let plain = version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
                assert!(version.split('.').count() == 3 && plain, "{pin}");
            }
        }
    }

    #[test]
    fn a_folder_counts_only_when_finished_with_these_packages() {
        let folder = std::env::temp_dir().join(format!("xtask-node-{}", std::process::id()));
        fs::create_dir_all(folder.join("node_modules").join("playwright-core")).unwrap();
        fs::write(folder.join(MARKER), BROWSER.wanted).unwrap();
        assert!(!is_finished(&folder, &BROWSER), "one of two");
        fs::create_dir_all(folder.join("node_modules").join("axe-core")).unwrap();
        assert!(is_finished(&folder, &BROWSER) && !is_finished(&folder, &OPENAI));
        fs::write(folder.join(MARKER), "{}").unwrap();
        assert!(!is_finished(&folder, &BROWSER));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_browser_that_is_not_there_is_named() {
        let reason = no_browser(Path::new("/no/such/browser")).unwrap();
        assert!(reason.contains("/no/such/browser"), "{reason}");
        assert_eq!(no_browser(&std::env::current_exe().unwrap()), None);
    }

    #[test]
    fn versions_are_read_and_only_a_lost_connection_excuses() {
        assert_eq!((major("v20.20.2\n"), major("v18"), major("20"), major("")), (Some(20), Some(18), None, None));
        assert!(is_out_of_reach("npm error code EAI_AGAIN\nnpm error syscall getaddrinfo"));
        assert!(!is_out_of_reach("npm error code ETARGET") && !is_out_of_reach("npm error code EINTEGRITY"));
    }
}
