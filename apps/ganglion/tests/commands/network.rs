//! The small networks of tests: wallets, a chain of one node that seals at once, and processes beside it.

use crate::nodes::node::{free_port, Node};
use crate::run::{text, Home};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, Rao};
use ganglion_specs::LocalSpec;
use serde_json::json;

/// Makes a wallet. Answers the addresses of its coldkey and its hotkey.
pub fn wallet(home: &Home, name: &str) -> (String, String) {
    let made = home.json("wallet create", &format!("--plain --wallet-name {name}"));
    (text(&made["keys"][0]["address"]), text(&made["keys"][1]["address"]))
}

/// A chain on which these addresses have that much from the start, as JSON: with all subnets that the world knows, or that
/// of text alone.
pub fn spec(endowed: &[(&str, Rao)], all: bool) -> String {
    let account = |address: &str| AccountId::from(PublicKey::from_ss58(address).expect("an address").0);
    let endowed = endowed.iter().map(|(address, amount)| (account(address), *amount)).collect();
    let spec = LocalSpec { founders: 1, endowed, keepers: all.then(Vec::new), ..LocalSpec::default() };
    spec.json().expect("a specification")
}

/// The chain's node, which writes a block for each transaction. From now on commands talk to it.
pub fn sealing(home: &mut Home, spec: &str, options: &[&str]) -> Node {
    let path = home.place.file("spec.json");
    fs::write(&path, spec).expect("the specification is written");
    let node = Node::new(Path::new(env!("CARGO_BIN_EXE_ganglion")), &home.place.file("."), &path, "alice");
    let mut node = node.with(&["--alice", "--sealing", "instant"]).with(options);
    node.start();
    home.talk_to(node.rpc.websocket());
    node
}

/// The same with a first block: registrations are bound to one, and transactions make the others.
pub fn begun(home: &mut Home, spec: &str) -> Node {
    let node = sealing(home, spec, &[]);
    node.rpc.call("engine_createBlock", json!([true, true, null]));
    node
}

/// A process. It ends with the value.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    pub fn start(home: &Home, name: &str, mut command: Command) -> Self {
        let log = home.place.file(&format!("{name}.log"));
        let errors = File::create(&log).expect("a log");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors).spawn();
        Self { child: child.unwrap_or_else(|error| panic!("{name} can't be started: {error}")), log }
    }

    /// `ganglion <line>`.
    fn ganglion(home: &Home, name: &str, line: &str) -> Self {
        let mut command = home.command(line);
        command.env("RAYON_NUM_THREADS", "1").env("GANGLION_PARENT", std::process::id().to_string());
        Self::start(home, name, command)
    }

    /// `line` with the wallet `miner`, and the port of its axon.
    pub fn miner(home: &Home, line: &str) -> (Self, u16) {
        let axon = free_port();
        (Self::ganglion(home, "miner", &format!("{line} --wallet-name miner --axon-port {axon}")), axon)
    }

    /// A gateway with this wallet, and its port.
    pub fn gateway(home: &Home, wallet: &str, options: &str) -> (Self, u16) {
        let door = free_port();
        (Self::ganglion(home, wallet, &format!("gateway run --wallet-name {wallet} --port {door} {options}")), door)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- {}\n{}", self.log.display(), fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}
