//! A node as a process of its own. It ends with the value, and with the process that started it.

use super::{rpc::Rpc, wait::until};
use nix::{
    sys::{prctl, signal::Signal},
    unistd::Uid,
};
use std::{
    collections::BTreeSet,
    fs::File,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::Duration,
};

/// How long a node may take to answer after its start, on a slow and busy machine.
const START: Duration = Duration::from_secs(120);

/// Ports given so far: the system may offer one twice.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A free port on the loopback address.
pub fn free_port() -> u16 {
    let mut given = GIVEN.lock().expect("no thread failed here");
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback address");
        let port = listener.local_addr().expect("an address").port();
        if given.insert(port) {
            return port;
        }
    }
}

/// This program, for [`Node::new`]. If it was started as such a node, runs the node instead, and doesn't return.
pub fn program_or_node() -> PathBuf {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|word| word == "node") {
        // The node ends when the process that started it does, however that ends.
        prctl::set_pdeathsig(Signal::SIGKILL).expect("the kernel watches the parent");
        match ganglion_node::run(arguments, ganglion_specs::LEDGER) {
            Ok(()) => std::process::exit(0),
            Err(error) => {
                eprintln!("{error}");
                std::process::exit(1)
            }
        }
    }
    std::env::current_exe().expect("this program's file")
}

/// A node.
pub struct Node {
    /// What it is called, and its folder.
    pub name: String,
    /// Its JSON-RPC.
    pub rpc: Rpc,
    /// Its name on the network.
    pub peer_id: String,
    /// Its address there.
    pub address: String,
    /// Its database and keys.
    pub folder: PathBuf,
    metrics_port: u16,
    program: PathBuf,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl Node {
    /// A node that doesn't run yet: `program node …` with the chain of `spec`, keeping everything in `place/name`.
    pub fn new(program: &Path, place: &Path, spec: &Path, name: &str) -> Self {
        let [p2p, rpc, metrics] = [free_port(), free_port(), free_port()];
        let mut secret = [7u8; 32];
        secret.iter_mut().zip(name.bytes()).for_each(|(byte, letter)| *byte = letter);
        let peer_id = ganglion_node::peer_id(&secret).expect("any 32 bytes are a key");
        let address = format!("/ip4/127.0.0.1/tcp/{p2p}/p2p/{peer_id}");
        let folder = place.join(name);
        std::fs::create_dir_all(&folder).expect("the node's folder");
        let node = Self {
            name: name.into(),
            rpc: Rpc::new(rpc),
            peer_id,
            address,
            folder,
            metrics_port: metrics,
            program: program.into(),
            arguments: vec![],
            child: None,
        };
        let (spec, folder) = (spec.display().to_string(), node.folder.display().to_string());
        node.with(&["node", "--chain", &spec, "--base-path", &folder, "--name", name])
            .with(&["--listen-addr", &format!("/ip4/127.0.0.1/tcp/{p2p}"), "--node-key", &hex::encode(secret)])
            .with(&["--rpc-port", &rpc.to_string(), "--rpc-methods", "unsafe"])
            .with(&["--prometheus-port", &metrics.to_string(), "--database", "paritydb"])
            .with(&["--no-mdns", "--no-telemetry", "--allow-private-ip", "--disable-log-color"])
    }

    /// The same with more arguments.
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| argument.to_string()));
        self
    }

    /// Starts the process and waits until it answers.
    pub fn start(&mut self) {
        self.spawn();
        let what = format!("{} answers", self.name);
        until(&what, START, || {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            assert!(ended.is_none(), "{} ended with {ended:?}:\n{}", self.name, self.log_end());
            self.rpc.best()
        });
    }

    /// Starts the process.
    pub fn spawn(&mut self) {
        let log = File::options().create(true).append(true).open(self.log()).expect("the log");
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            // The binary ends with the process that this names. (The examples end with it anyway.)
            .env("GANGLION_PARENT", std::process::id().to_string())
            // All nodes of tests and benches share the compiled runtime.
            .env("GANGLION_RUNTIMES", std::env::temp_dir().join(format!("ganglion-runtimes-{}", Uid::effective())))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.child = Some(command.spawn().expect("the node starts"));
    }

    /// Kills the process outright, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The values of Prometheus metrics, all of one moment; `None` if the node lacks one of them yet.
    pub fn metrics<const N: usize>(&self, names: [&str; N]) -> Option<[f64; N]> {
        let text = self.rpc.text(&format!("http://127.0.0.1:{}/metrics", self.metrics_port)).ok()?;
        let mut values = [0.0; N];
        for (value, name) in values.iter_mut().zip(names) {
            let is_it = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
            *value = text.lines().find(is_it)?.rsplit(' ').next()?.parse().ok()?;
        }
        Some(values)
    }

    /// Where it writes what it does.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The last lines of that.
    pub fn log_end(&self) -> String {
        let text = std::fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the end of {}'s log\n{}", self.name, self.log_end());
        }
    }
}
