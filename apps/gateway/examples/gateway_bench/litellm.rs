//! LiteLLM's proxy, from a Python environment that has `litellm[proxy]`.

use crate::Failure;
use std::{
    net::SocketAddr,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
};

/// How long it may take to load.
const PATIENCE: Duration = Duration::from_secs(180);
/// Lines of what it said that are shown if it ends early.
const LINES: usize = 30;
/// Where it says it.
const SAID: &str = "said.txt";
/// Lets newer ones start without a key for their users, which they refuse otherwise. Like the gateway beside it, it is on
/// loopback and checks nobody.
const OPEN: &str = "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY";

/// The process; it ends with this.
pub struct Process {
    child: Child,
    folder: TempDir,
    /// Its address, as a base for paths.
    pub url: String,
}

impl Process {
    /// Starts it before `upstream`, as its model `mock`.
    pub async fn start(python: &str, upstream: SocketAddr) -> Result<Self, Failure> {
        let program = Path::new(python).with_file_name("litellm");
        if !program.is_file() {
            return Err(format!("{} isn't there: install litellm[proxy] in that environment", program.display()).into());
        }
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("config.yaml");
        let model = format!(
            "model_list:\n  - model_name: mock\n    litellm_params:\n      model: openai/mock\n      api_base: \
             http://{upstream}/v1\n      api_key: none\nlitellm_settings:\n  telemetry: false\n"
        );
        std::fs::write(&config, model)?;
        // A port that was free a moment ago: it can't be told to take any.
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let mut command = Command::new(program);
        command.arg("--config").arg(&config).args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        command.env("HOME", folder.path()).env("LITELLM_LOCAL_MODEL_COST_MAP", "True").current_dir(folder.path());
        command
            .env(OPEN, "True")
            .env("NO_PROXY", "127.0.0.1")
            .env_remove("LITELLM_MASTER_KEY")
            .env_remove("DATABASE_URL");
        // A file, not a pipe: nobody reads while it is measured, and a full pipe would stop it.
        let said = std::fs::File::create(folder.path().join(SAID))?;
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said).kill_on_drop(true);
        let child = command.spawn()?;
        let mut process = Self { child, folder, url: format!("http://127.0.0.1:{port}") };
        process.wait().await?;
        Ok(process)
    }

    async fn wait(&mut self) -> Result<(), Failure> {
        let http = ganglion_outward::client().no_proxy().timeout(Duration::from_secs(5)).build()?;
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("LiteLLM ended ({status}) before it answered:\n{}", self.said()).into());
            }
            let answer = http.get(format!("{}/health/liveliness", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(format!("LiteLLM doesn't answer after {} s:\n{}", PATIENCE.as_secs(), self.said()).into())
    }

    /// The last lines that it said, on stdout and stderr.
    fn said(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join(SAID)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default();
        last.join("\n")
    }
}
