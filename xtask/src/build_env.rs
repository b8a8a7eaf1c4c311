//! The environment of every build, so that a build by hand and one by `xtask` reuse each other's results.

use crate::{paths::Paths, setup::wasm::WasmToolchain};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where Debian puts libraries to link into a program, by the processor.
const LIBRARIES: [&str; 2] = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];

/// Variables to set for cargo.
pub fn variables(paths: &Paths, toolchain: &WasmToolchain) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("CARGO_TARGET_DIR", paths.target.display().to_string()),
        // The runtime's builder looks for Cargo.lock upwards from the target folder, which may lie elsewhere.
        ("WASM_BUILD_WORKSPACE_HINT", paths.workspace.display().to_string()),
    ];
    // Configuring and compiling jemalloc takes a core three minutes.
    if let Some(library) = jemalloc() {
        variables.push(("JEMALLOC_OVERRIDE", library.display().to_string()));
    }
    if let WasmToolchain::Linked(name) = toolchain {
        variables.push(("WASM_BUILD_TOOLCHAIN", name.clone()));
    }
    variables
}

/// The system's jemalloc, to link into the binary. Without it, the crate compiles its own.
pub fn jemalloc() -> Option<PathBuf> {
    LIBRARIES.map(|folder| Path::new(folder).join("libjemalloc_pic.a")).into_iter().find(|library| library.exists())
}

/// Whether this is a Debian that could have it and doesn't.
pub fn wants_jemalloc() -> bool {
    LIBRARIES.iter().any(|folder| Path::new(folder).is_dir()) && jemalloc().is_none()
}

/// A cargo command in the workspace with that environment.
pub fn cargo(paths: &Paths, toolchain: &WasmToolchain) -> Command {
    let mut command = Command::new(&paths.cargo);
    command.current_dir(&paths.workspace).envs(variables(paths, toolchain));
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| describes_a_package(name))
        .for_each(|name| {
            command.env_remove(name);
        });
    if matches!(toolchain, WasmToolchain::Active) {
        // A value left over from another machine would choose a toolchain that set-up did not check, and changing
        // it between builds compiles the runtime's dependencies again.
        command.env_remove("WASM_BUILD_TOOLCHAIN");
    }
    command
}

/// Whether cargo set `name` to describe the package that it runs: us. Some build scripts look at these, so that a build
/// from another checkout, or by hand, would compile them and everything above them again.
fn describes_a_package(name: &str) -> bool {
    let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// `value` as one word of a shell.
pub fn shell_quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_describes_the_running_package_is_taken_away() {
        assert!(describes_a_package("CARGO_MANIFEST_DIR") && describes_a_package("CARGO_PKG_NAME"));
        assert!(!describes_a_package("CARGO_HOME") && !describes_a_package("CARGO_TARGET_DIR"));
    }

    #[test]
    fn quoting_survives_the_shell() {
        for value in ["/plain/path", "with space", "it's", "$HOME `x` \"y\"", ""] {
            let script = format!("printf %s {}", shell_quoted(value));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
        }
    }
}
