//! Models of one's own answer a user, through miner and gateway.

use crate::nodes::node::{free_port, Node};
use crate::nodes::wait::until;
use crate::run::{text, Home, LIMIT};
use ganglion_models::tiny::TinyEngine;
use ganglion_models::{models_dir, registry, GenerateRequest, TextEngine};
use ganglion_specs::LocalSpec;
use serde_json::{json, Value};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const TEXT: &str = "What do bees make?\nBees make honey.\n\nWhat do cows give?\nCows give milk.\n\n";
/// A model of some thousand weights, and enough steps for it to know the text: a few seconds.
const SIZES: &str = "--layers 2 --width 32 --heads 2 --context 64 --steps 300 --batch 4 --learning-rate 0.01 --seed 7";
/// Longest answer, in tokens.
const MOST: usize = 40;

/// A process. It ends with the value.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    fn start(home: &Home, name: &str, mut command: Command) -> Self {
        let log = home.place.file(&format!("{name}.log"));
        let errors = File::create(&log).expect("a log");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors).spawn();
        Self { child: child.unwrap_or_else(|error| panic!("{name} can't be started: {error}")), log }
    }

    /// `ganglion <line>`.
    pub fn ganglion(home: &Home, name: &str, line: &str) -> Self {
        let mut command = home.command(line);
        command.env("RAYON_NUM_THREADS", "1").env("GANGLION_PARENT", std::process::id().to_string());
        Self::start(home, name, command)
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

/// A chain with a miner and a gateway.
struct Served {
    _processes: [Process; 2],
    node: Node,
    home: Home,
    hotkey: String,
    /// The gateway's port.
    door: u16,
}

impl Served {
    /// The miner answers with `engine`, some options of its command.
    fn by(mut home: Home, engine: &str) -> Self {
        let made = home.json("wallet create", "--plain --wallet-name miner");
        home.json("wallet create", "--plain --wallet-name gateway");
        let spec = home.place.file("spec.json");
        let network = LocalSpec { founders: 1, ..LocalSpec::default() };
        fs::write(&spec, network.json().expect("a specification")).expect("the specification is written");
        let program = Path::new(env!("CARGO_BIN_EXE_ganglion"));
        let node = Node::new(program, &home.place.file("."), &spec, "alice");
        let mut node = node.with(&["--alice", "--sealing", "instant"]);
        node.start();
        home.talk_to(node.rpc.websocket());
        // The miner's registration is bound to a block; its transactions make the others.
        node.rpc.call("engine_createBlock", json!([true, true, null]));
        let (axon, door) = (free_port(), free_port());
        let miner = format!("miner run --wallet-name miner --temperature 0 --axon-port {axon} {engine}");
        let gateway = format!("gateway run --wallet-name gateway --port {door}");
        let processes = [("miner", miner), ("gateway", gateway)];
        let processes = processes.map(|(name, line)| Process::ganglion(&home, name, &line));
        Self { _processes: processes, node, home, hotkey: text(&made["keys"][1]["address"]), door }
    }

    /// The answer to a question, as soon as the gateway knows the miner.
    fn ask(&self, question: &str) -> Value {
        let line = format!("ask --json --max-tokens {MOST} --timeout 60 --gateway http://127.0.0.1:{}", self.door);
        let answered = until("an answer", LIMIT, || {
            let mut command = self.home.command(&line);
            command.arg(question);
            Some(self.home.place.finish(command, LIMIT)).filter(|ended| ended.code == Some(0))
        });
        let answer = self.home.fits("ask", &line, &answered);
        assert_eq!(text(&answer["miner"]["hotkey"]), self.hotkey, "{answer}");
        answer
    }
}

#[test]
fn a_model_that_was_trained_a_moment_ago() {
    let home = Home::new();
    let (learned, model) = (home.place.file("text"), home.place.file("bees"));
    fs::write(&learned, TEXT.repeat(40)).expect("the text is written");
    let options = format!("{} --out {} {SIZES}", learned.display(), model.display());
    let trained = home.json("models train", &options);
    assert!(trained["last_bits"].as_f64().is_some_and(|bits| bits < 1.5), "{trained}");

    // What it says, asked directly.
    let engine = TinyEngine::load(&model).expect("the model");
    let request = GenerateRequest { max_tokens: MOST, ..GenerateRequest::ask("What do bees make?") };
    let said = engine.complete(&request).expect("an answer").text;
    assert!(said.contains("make") || said.contains("give"), "{said:?}");

    let served = Served::by(home, &format!("--engine trained --model {}", model.display()));
    let answer = served.ask("What do bees make?");
    assert_eq!(text(&answer["answer"]), said, "{answer}");
}

/// The server of the Python package `cyllama`, which is llama.cpp's. `cargo xtask test` sets `GANGLION_CYLLAMA`.
#[test]
fn a_model_server() {
    let known = registry::find("smollm2-135m-instruct").expect("a known model");
    let model = models_dir().map(|models| known.path(&models)).filter(|path| path.exists());
    let (Some(program), Some(model)) = (std::env::var_os("GANGLION_CYLLAMA"), model) else {
        eprintln!("skipped: GANGLION_CYLLAMA is not set, or smollm2-135m-instruct isn't here (`cargo xtask test`)");
        return;
    };
    let (home, port) = (Home::new(), free_port());
    let mut server = Command::new(program);
    server.arg("server").arg("-m").arg(model).args(["--host", "127.0.0.1", "--port", &port.to_string()]);
    server.env("OMP_NUM_THREADS", "1").env("OMP_THREAD_LIMIT", "1");
    let _server = Process::start(&home, "cyllama", server);

    let served = Served::by(home, &format!("--backend http://127.0.0.1:{port}/v1 --model smollm2"));
    // It answers its first request only, so that one must find it ready.
    let page = format!("http://127.0.0.1:{port}/v1/models");
    until("the model server", LIMIT, || served.node.rpc.text(&page).ok());
    let answer = served.ask("What is the capital of France?");
    assert!(text(&answer["answer"]).contains("Paris"), "{answer}");
}
