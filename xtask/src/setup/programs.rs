//! The programs and libraries that the C and C++ parts of our dependencies are built with.

use super::debian;
use crate::{build_env, failure::Result, process};
use std::process::Command;

/// Program, and the Debian package that has it.
const PROGRAMS: [(&str, &str); 6] = [
    ("cc", "build-essential"),
    ("c++", "build-essential"),
    ("make", "build-essential"),
    ("pkg-config", "pkg-config"),
    ("protoc", "protobuf-compiler"),
    ("sha256sum", "coreutils"),
];

/// Installs the missing ones.
///
/// # Errors
/// Not root, or offline, or apt failed; the message has the line to type.
pub fn ensure(offline: bool) -> Result<()> {
    let mut packages = missing(|program| process::find(program).is_some());
    if !has_openssl() {
        packages.push("libssl-dev".to_owned());
    }
    if build_env::wants_jemalloc() {
        packages.push("libjemalloc-dev".to_owned());
    }
    debian::install(&packages, offline)
}

/// Whether OpenSSL's headers and library are there, of a version that the network library can use.
fn has_openssl() -> bool {
    let found = Command::new("pkg-config").args(["--exists", "openssl >= 3.0"]).status();
    found.is_ok_and(|status| status.success())
}

fn missing(present: impl Fn(&str) -> bool) -> Vec<String> {
    let mut packages: Vec<String> = Vec::new();
    for (program, package) in PROGRAMS {
        if !present(program) && !packages.iter().any(|known| known == package) {
            packages.push(package.to_owned());
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_package_is_named_once() {
        assert_eq!(missing(|_| true), Vec::<String>::new());
        assert_eq!(
            missing(|program| !["cc", "c++", "protoc"].contains(&program)),
            ["build-essential", "protobuf-compiler"]
        );
    }
}
