//! Debian's packages through apt.

use crate::{
    failure::{Failure, Result},
    process, ui,
};
use std::{path::Path, process::Command, time::Duration};

const UPDATE_LIMIT: Duration = Duration::from_secs(300);
const INSTALL_LIMIT: Duration = Duration::from_secs(1200);

/// Installs `packages`; does nothing when there are none.
///
/// # Errors
/// Not Debian, not root, offline, or apt failed.
pub fn install(packages: &[String], offline: bool) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    if let Some(failure) = obstacle(&names, process::find("apt-get").is_some(), offline, is_root()?) {
        return Err(failure);
    }
    refresh_lists_for(packages)?;
    ui::step(&format!("Debian packages {names}"), || {
        let mut command = apt(&["install", "-y", "--no-install-recommends"]);
        process::logged(command.args(packages), &log_file("install"), INSTALL_LIMIT)
    })
}

/// Downloads `packages` (each `name=version`) into `folder` without installing them. apt checks their signatures.
///
/// # Errors
/// apt does not know them or could not fetch them.
pub fn download(packages: &[String], folder: &Path) -> Result<()> {
    let mut command = apt(&["download"]);
    if is_root()? {
        // Else apt steps down to a user who may not write to our folder, and grumbles.
        command.args(["-o", "APT::Sandbox::User=root"]);
    }
    process::logged(command.args(packages).current_dir(folder), &folder.join("apt.log"), INSTALL_LIMIT)
}

/// Version that apt would install now, if it knows the package at all.
pub fn candidate(package: &str) -> Result<Option<String>> {
    Ok(parse_candidate(&process::capture(&mut apt_cache(&["policy", package]))?))
}

/// The `Depends:` line of one version of a package.
///
/// # Errors
/// apt does not know it.
pub fn depends(package: &str, version: &str) -> Result<String> {
    let shown = process::capture(&mut apt_cache(&["show", &format!("{package}={version}")]))?;
    let line = shown.lines().find_map(|line| line.strip_prefix("Depends:"));
    line.map(|line| line.trim().to_owned())
        .ok_or_else(|| Failure::new(format!("package {package} names no dependencies")))
}

/// Fetches apt's package lists when one of `packages` is not in them (a new machine often has no lists at all).
///
/// # Errors
/// apt failed; without root nothing is tried.
pub fn refresh_lists_for(packages: &[String]) -> Result<()> {
    let mut known = true;
    for package in packages {
        known &= candidate(package)?.is_some();
    }
    if known || !is_root()? {
        return Ok(());
    }
    ui::step("Debian's package lists", || process::logged(&mut apt(&["update"]), &log_file("update"), UPDATE_LIMIT))
}

/// Whether the package is installed.
pub fn is_installed(package: &str) -> bool {
    process::capture(Command::new("dpkg-query").args(["-W", "-f", "${Status}", package]))
        .is_ok_and(|status| status == "install ok installed")
}

fn is_root() -> Result<bool> {
    Ok(process::capture(Command::new("id").arg("-u"))? == "0")
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    // "-o …Retries": a short outage of a mirror is no reason to start all over.
    command
        .args(["-q", "-o", "Acquire::Retries=3"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C");
    command
}

fn apt_cache(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-cache");
    command.args(arguments).env("LC_ALL", "C");
    command
}

fn log_file(what: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("ganglion-apt-{what}-{}.log", std::process::id()))
}

fn parse_candidate(policy: &str) -> Option<String> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:"))?.trim();
    (version != "(none)").then(|| version.to_owned())
}

/// Why these packages can't be installed here and now, and what to do; `None` if they can.
fn obstacle(names: &str, has_apt: bool, offline: bool, root: bool) -> Option<Failure> {
    if !has_apt {
        return Some(Failure::new(format!(
            "this machine lacks programs that Debian has in the packages {names}; install them its own way and run this again"
        )));
    }
    if offline {
        return Some(Failure::new(format!("missing Debian packages: {names}. Run once without --offline")));
    }
    (!root).then(|| {
        Failure::new(format!(
            "some Debian packages are missing. Type this line, then run the command again:\n\n  \
             sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}\n"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_install_gets_the_line_to_type() {
        let names = "pkg-config protobuf-compiler";
        assert!(obstacle(names, true, false, true).is_none());
        for (has_apt, offline, root, words) in [
            (true, false, false, "\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends NAMES\n"),
            (true, true, true, "missing Debian packages: NAMES. Run once without --offline"),
            (false, false, true, "in the packages NAMES; install them its own way"),
        ] {
            let said = obstacle(names, has_apt, offline, root).expect("an obstacle").to_string();
            assert!(said.contains(&words.replace("NAMES", names)), "{said}");
        }
    }

    #[test]
    fn the_candidate_version_is_read_from_apt() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n  Version table:\n";
        assert_eq!(parse_candidate(policy).as_deref(), Some("1.96.0+dfsg1-1~deb12u2"));
        assert_eq!(parse_candidate("x:\n  Installed: (none)\n  Candidate: (none)\n"), None);
        assert_eq!(parse_candidate(""), None);
    }
}
