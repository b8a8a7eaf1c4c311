//! Measures the SmolLM2 engine: load time, prompt and generation speed, memory.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p ganglion-models --example smollm_bench [model.gguf]`
//!
//! Prints wall-clock rates and, because other work on the machine slows those, the CPU time per token as well.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use ganglion_models::{models_dir, verify, GenerateRequest, Message, SmolLm2, TextEngine};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args_os().nth(1).map(PathBuf::from);
    let default = models_dir().map(|dir| dir.join(verify::SMOLLM2.file_name));
    let path = given.or(default).ok_or("no model given and no models folder known")?;

    let clock = Clock::start();
    let model = SmolLm2::load(&path)?;
    println!("load            {}", clock.read());
    println!("memory          {} MB now", status_megabytes("VmRSS:"));

    for words in [20usize, 110, 460] {
        let text = "tide ".repeat(words);
        let request = GenerateRequest { messages: vec![Message::user(text)], max_tokens: 1, ..Default::default() };
        let clock = Clock::start();
        let answer = model.complete(&request)?;
        println!("prompt {:4}     {}", answer.prompt_tokens, clock.per(answer.prompt_tokens));
    }

    let mut request = GenerateRequest::ask("Tell me a long story about a lighthouse keeper and the sea.");
    request.max_tokens = 128;
    let clock = Clock::start();
    let mut first = None;
    let answer = model.generate(&request, &mut |_| {
        first.get_or_insert_with(|| clock.read());
        ControlFlow::Continue(())
    })?;
    println!("first text      {}", first.unwrap_or_default());
    println!(
        "generate {:4}   {} ({} prompt tokens included)",
        answer.completion_tokens,
        clock.per(answer.completion_tokens),
        answer.prompt_tokens
    );
    println!("memory          {} MB now, {} MB at most", status_megabytes("VmRSS:"), status_megabytes("VmHWM:"));
    println!("---\n{}", answer.text);
    Ok(())
}

/// Wall-clock and CPU time since a moment.
struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu: cpu_seconds() }
    }

    fn read(&self) -> String {
        format!("{:.2} s wall, {:.2} s CPU", self.wall.elapsed().as_secs_f64(), cpu_seconds() - self.cpu)
    }

    fn per(&self, tokens: usize) -> String {
        let (wall, cpu, n) = (self.wall.elapsed().as_secs_f64(), cpu_seconds() - self.cpu, tokens.max(1) as f64);
        format!("{wall:.2} s wall, {cpu:.2} s CPU: {:.1} tokens/s, {:.1} tokens per CPU second", n / wall, n / cpu)
    }
}

/// CPU time of this process in seconds (Linux, 100 ticks a second; 0 elsewhere).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// A memory figure of this process (Linux; 0 elsewhere).
fn status_megabytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}
