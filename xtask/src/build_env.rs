//! The environment of every build, so that a build by hand and one by `xtask` reuse each other's results.

use crate::{paths::Paths, setup::wasm::WasmToolchain};
use std::process::Command;

/// Variables to set for cargo.
pub fn variables(paths: &Paths, toolchain: &WasmToolchain) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("CARGO_TARGET_DIR", paths.target.display().to_string()),
        // The runtime's builder looks for Cargo.lock upwards from the target folder, which may lie elsewhere.
        ("WASM_BUILD_WORKSPACE_HINT", paths.workspace.display().to_string()),
    ];
    if let WasmToolchain::Linked(name) = toolchain {
        variables.push(("WASM_BUILD_TOOLCHAIN", name.clone()));
    }
    variables
}

/// A cargo command in the workspace with that environment.
pub fn cargo(paths: &Paths, toolchain: &WasmToolchain) -> Command {
    let mut command = Command::new(&paths.cargo);
    command.current_dir(&paths.workspace).envs(variables(paths, toolchain));
    if matches!(toolchain, WasmToolchain::Active) {
        // A value left over from another machine would choose a toolchain that set-up did not check, and changing
        // it between builds compiles the runtime's dependencies again.
        command.env_remove("WASM_BUILD_TOOLCHAIN");
    }
    command
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
    fn quoting_survives_the_shell() {
        for value in ["/plain/path", "with space", "it's", "$HOME `x` \"y\"", ""] {
            let script = format!("printf %s {}", shell_quoted(value));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
        }
    }
}
