//! A real node: the one that `GANGLION_TEST_NODE` names (`ws://…`), else a process of the `ganglion` that the same build made,
//! with a development chain of its own that nobody has used yet.

use crate::support::{bounded, connect};
use ganglion_client::Client;
use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{net::TcpStream, time::sleep};

/// Names a node to test against instead of one of our own.
const NAMED: &str = "GANGLION_TEST_NODE";
/// How long a node may take to answer after its start, on a slow and busy machine.
const START: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(100);

/// A node to test against.
pub struct RealNode {
    url: String,
    /// The process, if it is ours.
    _process: Option<Process>,
}

impl RealNode {
    /// A node that answers; `None`, with a notice, where none is named and the client is tested without the binary.
    pub async fn find() -> Option<Self> {
        if let Ok(url) = std::env::var(NAMED) {
            return Some(Self { url, _process: None });
        }
        let program = program();
        if !program.is_file() {
            let build = "cargo nextest run --workspace --release";
            eprintln!("skipped: no {}: test by `{build}`, or set {NAMED} to a node's ws:// address", program.display());
            return None;
        }
        let (process, port) = Process::start(&program).await;
        Some(Self { url: format!("ws://127.0.0.1:{port}"), _process: Some(process) })
    }

    /// A client of it. There is a block by then: work for a seat is bound to one.
    pub async fn client(&self) -> Client {
        let client = connect(std::slice::from_ref(&self.url)).await;
        bounded(async {
            while client.best().await.expect("best").number == 0 {
                sleep(PAUSE).await;
            }
        })
        .await;
        client
    }
}

/// Where the build that made this test puts the binary: beside the folder of the tests.
fn program() -> PathBuf {
    let this = std::env::current_exe().expect("this program's file");
    let build = this.parent().and_then(Path::parent).expect("target/<profile>/deps");
    build.join("ganglion")
}

/// A node of ours. It ends with the value, and with the test that started it.
struct Process {
    child: Child,
    folder: TempDir,
}

impl Process {
    /// Starts it and waits until its JSON-RPC port, which comes second, answers.
    async fn start(program: &Path) -> (Self, u16) {
        let folder = tempfile::Builder::new().prefix("ganglion-client-").tempdir().expect("temporary folder");
        let user = folder.path().metadata().expect("there").uid();
        let port = free_port();
        let child = Command::new(program)
            .args(["node", "--dev", "--database", "paritydb", "--base-path"])
            .arg(folder.path().join("node"))
            .args(["--rpc-port", &port.to_string(), "--listen-addr", "/ip4/127.0.0.1/tcp/0"])
            .args(["--no-prometheus", "--no-telemetry", "--no-mdns", "--disable-log-color"])
            // It ends with the process that this names.
            .env("GANGLION_PARENT", std::process::id().to_string())
            // All nodes of tests share the compiled runtime.
            .env("GANGLION_RUNTIMES", std::env::temp_dir().join(format!("ganglion-runtimes-{user}")))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("log")).expect("the log"))
            .spawn()
            .expect("the node starts");
        let mut process = Self { child, folder };
        let since = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            let ended = process.child.try_wait().expect("wait");
            assert!(ended.is_none(), "the node ended: {ended:?}");
            assert!(since.elapsed() < START, "the node doesn't answer within {START:?}");
            sleep(PAUSE).await;
        }
        (process, port)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
            let log = String::from_utf8_lossy(&log);
            let lines: Vec<_> = log.lines().collect();
            eprintln!("--- the end of the node's log\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback address");
    listener.local_addr().expect("an address").port()
}
