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

/// The process; it ends with this.
pub struct Process {
    child: Child,
    _folder: TempDir,
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
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
        let mut process = Self { child, _folder: folder, url: format!("http://127.0.0.1:{port}") };
        process.wait().await?;
        Ok(process)
    }

    async fn wait(&mut self) -> Result<(), Failure> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("LiteLLM ended ({status}) before it answered: start it by hand to see why").into());
            }
            let answer = http.get(format!("{}/health/liveliness", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(format!("LiteLLM doesn't answer after {} s", PATIENCE.as_secs()).into())
    }
}
