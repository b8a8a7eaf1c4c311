//! The programs that the same build made, and a place of their own for them to run in.

#![allow(dead_code, reason = "each program uses its own part of this")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Why a program gave up.
pub type Failure = Box<dyn Error>;

/// The binary, and a folder for all that it writes. The folder goes with the value.
pub struct Bench {
    ganglion: PathBuf,
    examples: PathBuf,
    root: TempDir,
}

impl Bench {
    /// Finds the binary, and makes a folder whose name begins with `prefix`.
    pub fn new(prefix: &str) -> Result<Self, Failure> {
        let this = std::env::current_exe()?;
        let examples = this.parent().ok_or("this program is in no folder")?;
        let build = examples.parent().ok_or("this program is in no build folder")?;
        let ganglion = built(build.join("ganglion"))?;
        let root = tempfile::Builder::new().prefix(prefix).tempdir()?;
        for name in ["home", "models", "runtime"] {
            fs::create_dir(root.path().join(name))?;
        }
        Ok(Self { ganglion, examples: examples.to_path_buf(), root })
    }

    /// The binary's file.
    pub fn ganglion(&self) -> &Path {
        &self.ganglion
    }

    /// The file of another example.
    pub fn example(&self, name: &str) -> Result<PathBuf, Failure> {
        built(self.examples.join(name))
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The command `ganglion <words>`, away from the user's own networks, wallets and models. Of this process's
    /// surroundings it learns nothing but what to log.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.ganglion);
        command.args(words).env_clear().stdin(Stdio::null());
        for (variable, folder) in [
            ("HOME", "home"),
            ("XDG_RUNTIME_DIR", "runtime"),
            ("GANGLION_WALLETS", "wallets"),
            ("GANGLION_MODELS", "models"),
            // The runtime is compiled once for all runs.
            ("GANGLION_RUNTIMES", "runtimes"),
        ] {
            command.env(variable, self.root().join(folder));
        }
        if let Some(level) = std::env::var_os("RUST_LOG") {
            command.env("RUST_LOG", level);
        }
        command
    }
}

/// A program that must have been built.
fn built(program: PathBuf) -> Result<PathBuf, Failure> {
    if program.is_file() {
        return Ok(program);
    }
    let advice = "cargo build --release --workspace --examples --bins";
    Err(format!("{} is missing: build it with `{advice}`", program.display()).into())
}
