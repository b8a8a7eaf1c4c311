//! A real model server as an engine: that of the Python package `cyllama`, llama.cpp with OpenAI's protocol before it.
//!
//! `cargo xtask test` sets `GANGLION_CYLLAMA` to its program. Without it, or without the model's file, these tests say so
//! and pass.

use std::net::TcpListener;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ganglion_models::{models_dir, verify, Backend, EngineError, GenerateRequest, Llama, Message, TextEngine};

/// How long the server may take to load its model, or to answer, on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
const QUESTION: &str = "What is the capital of France?";
/// How the server writes a conversation for the model.
const TRANSCRIPT: &str = "User: What is the capital of France?\nAssistant:";
/// From this lead on, in natural logarithms, our choice is clear: both compute with the file's 4-bit numbers, but round
/// what these are multiplied with in other places.
const CLEAR: f64 = 1.0;

/// Program and model.
fn found() -> Option<(PathBuf, PathBuf)> {
    let model = models_dir().map(|models| models.join(verify::SMOLLM2.file_name)).filter(|path| path.exists());
    let found = std::env::var_os("GANGLION_CYLLAMA").map(PathBuf::from).zip(model);
    if found.is_none() {
        eprintln!(
            "skipped: GANGLION_CYLLAMA is not set, or the model's file isn't here (`cargo xtask test` does both)"
        );
    }
    found
}

/// A server for one request: the package's server of this version answers its first only. It ends with the value.
struct Server {
    child: Child,
    engine: Backend,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(program: &Path, model: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut command = Command::new(program);
        command.arg("server").arg("-m").arg(model).args(["--host", "127.0.0.1", "--port", &free.port().to_string()]);
        // It takes no number of threads; the library under it obeys these.
        command.env("OMP_NUM_THREADS", "1").env("OMP_THREAD_LIMIT", "1");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let engine = Backend::new(&format!("http://{free}/v1"), "smollm2").expect("an address").with_timeout(PATIENCE);
        let mut server = Self { child: command.spawn().expect("the server starts"), engine };
        let since = Instant::now();
        while std::net::TcpStream::connect(free).is_err() {
            assert!(server.child.try_wait().expect("a status").is_none(), "the server ended");
            assert!(since.elapsed() < PATIENCE, "the server doesn't listen");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }
}

#[test]
fn it_answers_as_our_engine_does() {
    let Some((program, model)) = found() else { return };
    let server = Server::start(&program, &model);
    // A seed as miners pass it on: of 64 bits.
    let request = GenerateRequest { max_tokens: 8, seed: 0xFEDC_BA98_7654_3210, ..GenerateRequest::ask(QUESTION) };
    let mut pieces = String::new();
    let answer = server.engine.generate(&request, &mut |piece| {
        pieces.push_str(piece);
        ControlFlow::Continue(())
    });
    let answer = answer.expect("an answer");
    assert_eq!(pieces, answer.text);
    assert!((1..=8).contains(&answer.completion_tokens), "{answer:?}");

    let ours = Llama::load(&model).expect("loads");
    let prompt = ours.tokenize(TRANSCRIPT).expect("tokens");
    assert_eq!(answer.prompt_tokens, prompt.len(), "both read the same");
    let chosen = ours.greedy(&prompt, 8).expect("tokens");
    let clear: Vec<u32> = chosen.iter().take_while(|chosen| chosen.margin >= CLEAR).map(|chosen| chosen.id).collect();
    assert!(answer.text.starts_with(&ours.text(&clear)), "{answer:?} {chosen:?}");
    assert!(answer.text.contains("Paris"), "{answer:?}");
}

#[test]
fn it_ends_where_it_is_told_to() {
    let Some((program, model)) = found() else { return };
    let server = Server::start(&program, &model);
    let request = GenerateRequest { max_tokens: 24, stop: vec!["Paris".to_owned()], ..GenerateRequest::ask(QUESTION) };
    let answer = server.engine.complete(&request).expect("an answer");
    assert!(!answer.text.is_empty() && !answer.text.contains("Paris"), "{answer:?}");
}

#[test]
fn it_is_not_taken_to_give_probabilities_of_a_text() {
    let Some((program, model)) = found() else { return };
    let server = Server::start(&program, &model);
    let measured = server.engine.logprobs(&[Message::user(QUESTION)], " It is Paris.");
    assert!(matches!(measured, Err(EngineError::Unsupported { .. })), "{measured:?}");
}
