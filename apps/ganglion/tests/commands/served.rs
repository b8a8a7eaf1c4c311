//! Miners serve a user through a gateway: models of one's own answer, pictures are drawn, prices foreseen.

use crate::network::{self, Process};
use crate::nodes::node::{free_port, Node};
use crate::nodes::wait::until;
use crate::run::{text, Home, LIMIT};
use ganglion_models::tiny::TinyEngine;
use ganglion_models::{models_dir, registry, GenerateRequest, TextEngine};
use serde_json::{json, Value};
use std::fs;
use std::process::Command;

const TEXT: &str = "What do bees make?\nBees make honey.\n\nWhat do cows give?\nCows give milk.\n\n";
/// A model of some thousand weights, and enough steps for it to know the text: a few seconds.
const SIZES: &str = "--layers 2 --width 32 --heads 2 --context 64 --steps 300 --batch 4 --learning-rate 0.01 --seed 7";
/// Longest answer, in tokens.
const MOST: usize = 40;

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
    /// A miner of the text subnet answers with `engine`, some options of its command.
    fn by(home: Home, engine: &str) -> Self {
        Self::with(home, &format!("miner run --temperature 0 {engine}"), "")
    }

    /// `miner` is its command, `options` are the gateway's.
    fn with(mut home: Home, miner: &str, options: &str) -> Self {
        let (_, hotkey) = network::wallet(&home, "miner");
        network::wallet(&home, "gateway");
        let node = network::begun(&mut home, &network::spec(&[], true));
        let (miner, _) = Process::miner(&home, miner);
        let (gateway, door) = Process::gateway(&home, "gateway", options);
        Self { _processes: [miner, gateway], node, home, hotkey, door }
    }

    /// The gateway's address.
    fn gateway(&self) -> String {
        format!("http://127.0.0.1:{}", self.door)
    }

    /// What a command that asks the gateway prints, as soon as the gateway knows the miner.
    fn told(&self, command: &str, words: &[&str]) -> Value {
        let line = format!("{command} --json --timeout 60 --gateway {}", self.gateway());
        let told = until(command, LIMIT, || {
            let mut command = self.home.command(&line);
            command.args(words);
            Some(self.home.place.finish(command, LIMIT)).filter(|ended| ended.code == Some(0))
        });
        self.home.fits(command, &line, &told)
    }

    /// The answer to a question.
    fn ask(&self, question: &str) -> Value {
        let answer = self.told("ask", &["--max-tokens", &MOST.to_string(), question]);
        assert_eq!(text(&answer["miner"]["hotkey"]), self.hotkey, "{answer}");
        answer
    }
}

#[test]
fn a_picture_is_drawn_into_a_file() {
    let served = Served::with(Home::new(), "miner run --netuid 5 --engine renderer", "");
    let home = &served.home;
    let (picture, report) = (home.place.file("stars.png"), home.place.file("stars.html"));
    let (file, page) = (picture.display().to_string(), report.display().to_string());
    let drawn = served.told("imagine", &["two red stars", "--size", "64x48", "-o", &file, "--report", &page]);
    let one = &drawn["pictures"][0];
    assert_eq!((text(&one["file"]), text(&one["miner"]["hotkey"])), (file, served.hotkey.clone()), "{drawn:#}");
    let bytes = fs::read(&picture).expect("the picture");
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "no PNG");
    // Width and height have the same place in every PNG.
    assert_eq!(bytes.get(16..24), Some(&[0u8, 0, 0, 64, 0, 0, 0, 48][..]));
    assert!(fs::read_to_string(&report).expect("the report").contains("<img"));

    let gateway = served.gateway();
    home.fails(&format!("imagine stars --size huge --gateway {gateway}"), 1, &["refused (400)", "256x256"]);
    home.fails(&format!("imagine stars -o /nowhere/stars.png --gateway {gateway}"), 1, &["/nowhere/stars.png"]);
    home.fails("imagine stars --gateway http://127.0.0.1:1", 1, &["does not answer"]);
    home.fails(&format!("forecast BTC --gateway {gateway}"), 1, &["no market subnet", "--market"]);
}

#[test]
fn a_price_is_foreseen() {
    let home = Home::new();
    // Five minutes a candle, up and down by some basis points.
    let candles = (0..400u64).map(|n| format!("{},{}\n", 1_700_000_100 + 300 * n, 10_000 + n * 7 % 13));
    let prices = home.secret("prices.csv", &format!("date,close\n{}", candles.collect::<String>()));
    let served = Served::with(home, &format!("miner market --netuid 8 --csv {prices}"), "--market 8");
    let home = &served.home;
    let fan = home.place.file("fan.svg");
    let told = served.told("forecast", &["BTC", "--horizon", "30m,3h", "--svg", &fan.display().to_string()]);
    let levels = told["levels"].as_array().expect("levels").len();
    let forecasts = told["forecasts"].as_array().expect("forecasts");
    assert_eq!(forecasts.iter().map(|one| text(&one["horizon"])).collect::<Vec<_>>(), ["30m", "3h"], "{told:#}");
    for forecast in forecasts {
        let quantiles = forecast["quantiles_bp"].as_array().expect("quantiles");
        let values: Vec<f64> = quantiles.iter().map(|value| value.as_f64().expect("a number")).collect();
        assert!(values.len() == levels && values.is_sorted() && values.first() < values.last(), "{told:#}");
    }
    assert_eq!(text(&told["miners"][0]["hotkey"]), served.hotkey, "{told:#}");
    assert!(fs::read_to_string(&fan).expect("the picture").starts_with("<svg"));

    let gateway = served.gateway();
    assert!(home.says(&format!("forecast BTC --gateway {gateway}")).contains("change of the price"));
    home.fails(&format!("forecast XYZ --gateway {gateway}"), 1, &["refused (502)", "no miner gave a forecast"]);
    home.fails("forecast BTC --gateway http://127.0.0.1:1", 1, &["does not answer"]);
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

/// Pictures: drawn by a miner of the image subnet, in a file, and with scores in a page.
#[test]
fn a_painter() {
    let served = Served::by(Home::new(), "--netuid 5 --engine renderer");
    let (home, door) = (&served.home, format!("http://127.0.0.1:{}", served.door));
    let file = home.place.file("out.png");
    let line = format!("imagine --json --size 64x64 --timeout 60 --gateway {door} -o {}", file.display());
    let drawn = until("a picture", LIMIT, || {
        let mut command = home.command(&line);
        command.arg("two red stars");
        Some(home.place.finish(command, LIMIT)).filter(|ended| ended.code == Some(0))
    });
    let drawn = home.fits("imagine", &line, &drawn);
    assert_eq!(text(&drawn["pictures"][0]["miner"]["hotkey"]), served.hotkey, "{drawn}");
    assert_eq!(drawn["pictures"][0]["miner"]["model"], "renderer", "{drawn}");
    assert!(fs::read(&file).expect("the picture").starts_with(b"\x89PNG"));

    let page = home.place.file("page.html");
    let options = format!("--size 64x64 --draw 2 -n 1 --timeout 60 --gateway {door} -o {}", page.display());
    let scored = home.json("image report", &options);
    let prompts = scored["prompts"].as_array().expect("prompts");
    assert_eq!((prompts.len(), &scored["failed"]), (2, &json!([])), "{scored:#}");
    for prompt in prompts {
        let score = prompt["pictures"][0]["score"].as_f64().expect("a score");
        assert!((0.0..=1.0).contains(&score), "{scored:#}");
    }
    let page = fs::read_to_string(page).expect("the page");
    assert_eq!(page.matches("<img").count(), 2);
    home.fails(&format!("image report --gateway {door} --size huge x"), 1, &["no prompt got a picture"]);
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
