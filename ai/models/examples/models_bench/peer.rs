//! llama.cpp's server, from the Python package `cyllama` or from llama.cpp itself, asked over OpenAI's protocol.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ganglion_models::{Backend, GenerateRequest, TextEngine};

use crate::usage::{cpu_seconds, megabytes};
use crate::Outcome;

/// How long a server may take to load its model.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program that serves a model.
pub struct Peer {
    program: PathBuf,
    model: PathBuf,
    threads: Option<u32>,
    is_llama_server: bool,
}

/// One answer and what it took.
pub struct Answer {
    /// Its text.
    pub text: String,
    /// Tokens generated, by the server's count.
    pub tokens: usize,
    /// Tokens of the prompt, by the server's count.
    pub prompt_tokens: usize,
    /// From the question to the end of the answer.
    pub seconds: f64,
    /// CPU time of the server meanwhile.
    pub cpu_seconds: f64,
    /// The most memory the server had, MB.
    pub megabytes: u64,
}

/// A server that is ended when nobody needs it any more.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Peer {
    /// A program for a model's file; `threads` is a number or all that there are.
    pub fn new(program: PathBuf, model: &Path, threads: &str) -> Outcome<Self> {
        let is_llama_server = program.file_stem().is_some_and(|name| name == "llama-server");
        Ok(Self { program, model: crate::absolute(model)?, threads: threads.parse().ok(), is_llama_server })
    }

    /// What the server makes of a question, if it doesn't use the model's own template.
    pub fn transcript(&self, question: &str) -> Option<String> {
        (!self.is_llama_server).then(|| format!("User: {question}\nAssistant:"))
    }

    /// The likeliest answer, from a server of its own.
    pub fn answer(&self, question: &str, most: usize) -> Outcome<Answer> {
        let (mut server, address) = self.start()?;
        let process = server.0.id();
        wait(&mut server.0, address)?;
        let engine = Backend::new(&format!("http://{address}/v1"), "peer")?.with_timeout(PATIENCE);
        let mut request = GenerateRequest::ask(question);
        request.max_tokens = most;
        let (cpu, wall) = (cpu_seconds(process), Instant::now());
        let answer = engine.complete(&request)?;
        let seconds = wall.elapsed().as_secs_f64();
        if answer.text.is_empty() {
            return Err("the peer's answer is empty: see what its server says on a terminal".into());
        }
        Ok(Answer {
            text: answer.text,
            tokens: answer.completion_tokens,
            prompt_tokens: answer.prompt_tokens,
            seconds,
            cpu_seconds: cpu_seconds(process) - cpu,
            megabytes: megabytes(process),
        })
    }

    fn start(&self) -> Outcome<(Running, SocketAddr)> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(&self.program);
        if !self.is_llama_server {
            command.arg("server");
        }
        command.arg("-m").arg(&self.model).args(["--host", "127.0.0.1", "--port", &address.port().to_string()]);
        if let Some(threads) = self.threads.map(|n| n.to_string()) {
            if self.is_llama_server {
                command.args(["-t", &threads, "-tb", &threads]);
            }
            // The package takes no number of threads; the library under it obeys these.
            command.env("OMP_NUM_THREADS", &threads).env("OMP_THREAD_LIMIT", &threads);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.map_err(|error| format!("{} can't be run: {error}", self.program.display()))?;
        Ok((Running(child), address))
    }
}

/// Waits until the server says which models it has.
fn wait(server: &mut Child, address: SocketAddr) -> Outcome<()> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(status) = server.try_wait()? {
            return Err(format!("the peer ended at once: {status}").into());
        }
        if is_ready(address) {
            return Ok(());
        }
        sleep(Duration::from_millis(100));
    }
    Err("the peer was not ready in time".into())
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut socket = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        socket.write_all(b"GET /v1/models HTTP/1.0\r\nhost: localhost\r\n\r\n")?;
        let mut head = [0; 12];
        socket.read_exact(&mut head)?;
        Ok(head.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
