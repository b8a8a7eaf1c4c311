//! Running the built binary in a temporary place, with bounded waits.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::unistd::Uid;
use serde_json::Value;
use tempfile::TempDir;

pub mod numbers;
pub mod schema;
pub mod terminal;

/// Longer than the printing of a schema takes, on a slow and busy machine.
const SCHEMA: Duration = Duration::from_secs(120);

/// A home folder and a network folder for one test.
pub struct Place {
    root: TempDir,
    models: PathBuf,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    /// A place whose models are in `models`.
    pub fn new(models: &Path) -> Self {
        let root = tempfile::Builder::new().prefix("ganglion-test-").tempdir().expect("temporary folder");
        fs::create_dir(root.path().join("home")).expect("home");
        Self { root, models: models.to_path_buf() }
    }

    /// A place without models.
    pub fn bare() -> Self {
        let place = Self::new(Path::new(""));
        let models = place.root.path().join("models");
        fs::create_dir(&models).expect("models");
        Self { models, ..place }
    }

    /// The folder that holds the models.
    pub fn models(&self) -> &Path {
        &self.models
    }

    /// The network's folder.
    pub fn dir(&self) -> PathBuf {
        self.root.path().join("net")
    }

    /// A file beside the network's folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The command `ganglion <words> --dir <the network's folder>`; words from `--dir` on are left to the caller.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ganglion"));
        command
            .args(words)
            .arg("--dir")
            .arg(self.dir())
            .env("HOME", self.root.path().join("home"))
            .env("GANGLION_MODELS", &self.models)
            // The runtime is compiled once for all tests.
            .env("GANGLION_RUNTIMES", std::env::temp_dir().join(format!("ganglion-runtimes-{}", Uid::effective())))
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("GANGLION_DIR")
            .env_remove("GANGLION_PARENT")
            .env_remove("GANGLION_DETACHED")
            .stdin(Stdio::null());
        command
    }

    /// Runs such a command to its end, at most `limit`.
    pub fn run(&self, words: &[&str], limit: Duration) -> Ended {
        self.finish(self.command(words), limit)
    }

    /// The one line of JSON that `text` is, which must be what `ganglion schema <schema>` describes.
    pub fn described(&self, schema: &str, text: &str) -> Value {
        assert_eq!(text.lines().count(), 1, "{schema}: {text}");
        let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{schema}: {error}: {text}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_ganglion"));
        // `--dry-run` is part of a schema's name, not an option.
        command.args(["schema", "--"]).args(schema.split(' ')).env_remove("GANGLION_PARENT").stdin(Stdio::null());
        let ended = self.finish(command, SCHEMA);
        assert_eq!(ended.code, Some(0), "{schema}: {ended:?}");
        let described: Value = serde_json::from_str(&ended.stdout).expect("a schema");
        let found = schema::faults(&described, &value);
        assert!(found.is_empty(), "{schema}: {found:#?}\n{value:#}");
        value
    }

    /// Runs `command` to its end, at most `limit`.
    pub fn finish(&self, mut command: Command, limit: Duration) -> Ended {
        let scratch = tempfile::tempdir_in(self.root.path()).expect("temporary folder");
        let (out, err) = (scratch.path().join("out"), scratch.path().join("err"));
        command.stdout(File::create(&out).expect("out")).stderr(File::create(&err).expect("err"));
        let mut child = command.spawn().expect("the binary starts");
        let status = wait(&mut child, limit);
        if status.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let stderr = fs::read_to_string(err).expect("stderr");
        assert!(status.is_some(), "{command:?} took longer than {limit:?}; stderr:\n{stderr}");
        let code = status.and_then(|status| status.code());
        Ended { code, stdout: fs::read_to_string(out).expect("stdout"), stderr }
    }
}

/// Waits for a child's end, at most `limit`.
pub fn wait(child: &mut Child, limit: Duration) -> Option<std::process::ExitStatus> {
    let since = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("wait") {
            return Some(status);
        }
        if since.elapsed() >= limit {
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
