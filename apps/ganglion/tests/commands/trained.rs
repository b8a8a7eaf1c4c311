//! A model that was trained a moment ago answers a user, through miner and gateway.

use crate::nodes::node::{free_port, Node};
use crate::nodes::wait::until;
use crate::run::{text, Home, LIMIT};
use ganglion_models::tiny::TinyEngine;
use ganglion_models::{GenerateRequest, TextEngine};
use ganglion_specs::LocalSpec;
use serde_json::json;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

const TEXT: &str = "What do bees make?\nBees make honey.\n\nWhat do cows give?\nCows give milk.\n\n";
const QUESTION: &str = "What do bees make?";
/// A model of some thousand weights, and enough steps for it to know the text: a few seconds.
const SIZES: &str = "--layers 2 --width 32 --heads 2 --context 64 --steps 300 --batch 4 --learning-rate 0.01 --seed 7";

/// A miner or a gateway. It ends with the value.
struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    fn start(home: &Home, name: &str, line: &str) -> Self {
        let log = home.place.file(&format!("{name}.log"));
        let mut command = home.command(line);
        command.env("RAYON_NUM_THREADS", "1").env("GANGLION_PARENT", std::process::id().to_string());
        let child = command.stdout(Stdio::null()).stderr(File::create(&log).expect("a log")).spawn();
        Self { child: child.expect("the binary starts"), log }
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

#[test]
fn a_trained_model_is_served() {
    let mut home = Home::new();
    let (learned, model) = (home.place.file("text"), home.place.file("bees"));
    fs::write(&learned, TEXT.repeat(40)).expect("the text is written");
    let options = format!("{} --out {} {SIZES}", learned.display(), model.display());
    let trained = home.json("models train", &options);
    assert!(trained["last_bits"].as_f64().is_some_and(|bits| bits < 1.5), "{trained}");

    // What it says, asked directly.
    let engine = TinyEngine::load(&model).expect("the model");
    let request = GenerateRequest { max_tokens: 40, ..GenerateRequest::ask(QUESTION) };
    let said = engine.complete(&request).expect("an answer").text;
    assert!(said.contains("make") || said.contains("give"), "{said:?}");

    let made = home.json("wallet create", "--plain --wallet-name miner");
    home.json("wallet create", "--plain --wallet-name gateway");
    let spec = home.place.file("spec.json");
    let network = LocalSpec { founders: 1, ..LocalSpec::default() };
    fs::write(&spec, network.json().expect("a specification")).expect("the specification is written");
    let program = Path::new(env!("CARGO_BIN_EXE_ganglion"));
    let mut node = Node::new(program, &home.place.file("."), &spec, "alice").with(&["--alice", "--sealing", "instant"]);
    node.start();
    home.talk_to(node.rpc.websocket());
    // To a block the miner's registration is bound; its transactions make the others.
    node.rpc.call("engine_createBlock", json!([true, true, null]));

    let (axon, door) = (free_port(), free_port());
    let serve = format!("--engine trained --model {} --temperature 0 --axon-port {axon}", model.display());
    let _miner = Process::start(&home, "miner", &format!("miner run --wallet-name miner {serve}"));
    let _gateway = Process::start(&home, "gateway", &format!("gateway run --wallet-name gateway --port {door}"));

    let line = format!("ask --json --max-tokens 40 --timeout 30 --gateway http://127.0.0.1:{door}");
    let answered = until("an answer", LIMIT, || {
        let mut command = home.command(&line);
        command.arg(QUESTION);
        Some(home.place.finish(command, LIMIT)).filter(|ended| ended.code == Some(0))
    });
    let answer = home.fits("ask", &line, &answered);
    assert_eq!(text(&answer["answer"]), said, "{answer}");
    assert_eq!(text(&answer["miner"]["hotkey"]), text(&made["keys"][1]["address"]), "{answer}");
}
