//! Which release of Debian's compiler to take, and what it needs.

use crate::{
    failure::{Failure, Result},
    setup::debian,
};

/// The oldest compiler that builds this workspace: `rust-version` in the root `Cargo.toml`.
const OLDEST_MINOR: u32 = 95;

/// One release of Debian's `rustc-web`.
pub struct Release {
    /// Debian's version, as `1.96.0+dfsg1-1~deb12u2`.
    pub version: String,
    /// Rust's own, as `1.96.0`.
    pub upstream: String,
    /// LLVM's major version that it was linked with.
    pub llvm: u32,
}

/// The release that apt offers.
///
/// # Errors
/// None, or one too old for this workspace.
pub fn find() -> Result<Release> {
    debian::refresh_lists_for(&["rustc-web".to_owned()])?;
    let version = debian::candidate("rustc-web")?.ok_or_else(|| {
        Failure::new(
            "apt knows no package rustc-web. Type `sudo apt-get update`, check that Debian's security archive is among \
             apt's sources, and run this again",
        )
    })?;
    let (upstream, minor) = parse_upstream(&version)
        .ok_or_else(|| Failure::new(format!("cannot read the version of Debian's rustc-web: {version}")))?;
    if minor < OLDEST_MINOR {
        return Err(Failure::new(format!(
            "Debian's rustc-web is {upstream}, and Rust 1.{OLDEST_MINOR} is needed: add Debian's security archive to \
             apt's sources, type `sudo apt-get update`, and run this again"
        )));
    }
    let dependencies = debian::depends(&library_package(&upstream), &version)?;
    let llvm = parse_llvm(&dependencies)
        .ok_or_else(|| Failure::new(format!("Debian's Rust {upstream} names no LLVM among its dependencies")))?;
    Ok(Release { version, upstream, llvm })
}

impl Release {
    /// The packages to unpack, as `name=version`.
    pub fn packages(&self) -> Vec<String> {
        ["rustc-web", &library_package(&self.upstream), "libstd-rust-web-dev", "rust-web-src"]
            .map(|package| format!("{package}={}", self.version))
            .to_vec()
    }

    /// The packages that must be installed beside it and are not.
    pub fn missing_packages(&self) -> Vec<String> {
        let wanted = [format!("libllvm{}", self.llvm), format!("lld-{}", self.llvm)];
        wanted.into_iter().filter(|package| !debian::is_installed(package)).collect()
    }

    /// LLVM's linker.
    pub fn linker(&self) -> String {
        format!("lld-{}", self.llvm)
    }
}

/// The package of the compiler's library carries the version in its name: `libstd-rust-web-1.96`.
fn library_package(upstream: &str) -> String {
    let short = upstream.rsplit_once('.').map_or(upstream, |(short, _)| short);
    format!("libstd-rust-web-{short}")
}

/// `1.96.0` and 96 from `1.96.0+dfsg1-1~deb12u2`.
fn parse_upstream(version: &str) -> Option<(String, u32)> {
    let upstream = version.split(['+', '-', '~']).next()?;
    let mut parts = upstream.split('.');
    let (major, minor, _patch) = (parts.next()?, parts.next()?, parts.next()?);
    (major == "1").then_some(())?;
    Some((upstream.to_owned(), minor.parse().ok()?))
}

/// 22 from `…, libllvm22 (>= 1:22.1.0), …`.
fn parse_llvm(dependencies: &str) -> Option<u32> {
    let rest = dependencies.split("libllvm").nth(1)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_debian_writes_them() {
        assert_eq!(parse_upstream("1.96.0+dfsg1-1~deb12u2"), Some(("1.96.0".to_owned(), 96)));
        assert_eq!(parse_upstream("2.0.0+dfsg1-1"), None);
        assert_eq!(parse_upstream("nonsense"), None);
        assert_eq!(library_package("1.96.0"), "libstd-rust-web-1.96");
    }

    #[test]
    fn the_llvm_release_comes_from_the_dependencies() {
        assert_eq!(parse_llvm("libc6 (>= 2.34), libllvm22 (>= 1:22.1.0), zlib1g"), Some(22));
        assert_eq!(parse_llvm("libc6"), None);
    }
}
