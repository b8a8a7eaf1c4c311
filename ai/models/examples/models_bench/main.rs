//! Measures the llama engine, and llama.cpp beside it on the same file in one go: tokens a second, the time to read a long
//! prompt, memory; and checks that both choose the same words.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p ganglion-models --example models_bench -- [MODEL.gguf] [--peer PROGRAM]`
//!
//! PROGRAM is `cyllama` (`cargo xtask test` keeps one in `ganglion/python/cyllama-0.2.18/bin` of the user's cache folder) or
//! llama.cpp's own `llama-server`. It gets as many threads as we do. Each of its figures is taken on a process of its own,
//! because the server of that `cyllama` answers its first request only. Fails if the two part where our choice was clear, or,
//! on one thread with the pinned model, if a goal is missed.
//!
//! Wall-clock time says what a user waits, CPU time what it costs when other work disturbs the measurement.

mod peer;
mod usage;

use std::path::{Path, PathBuf};
use std::time::Instant;

use ganglion_models::llama::Chosen;
use ganglion_models::{models_dir, verify, Llama, Message};

use peer::Peer;
use usage::{cpu_seconds, megabytes};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Tokens that are generated to measure the rate.
const GENERATED: usize = 96;

/// Words of the long prompt: with the six tokens that stand around them in `cyllama`'s transcript 512, which the goal is about;
/// a model's own template makes more of them.
const WORDS: usize = 506;

/// How much likelier than the second our choice must be to count as clear, in natural logarithms. Both compute with the
/// file's own 4-bit numbers, but round what these are multiplied with in other places.
const CLEAR: f64 = 1.0;

/// Whose greedy answers are compared.
const QUESTIONS: [&str; 4] = [
    "What is the capital of France?",
    "Name the largest planet in the solar system.",
    "How many legs does a spider have?",
    "Write one sentence about the sea.",
];

/// What was measured of one engine.
struct Figures {
    tokens_a_second: f64,
    tokens_a_cpu_second: f64,
    prompt_tokens: usize,
    prompt_seconds: f64,
    prompt_cpu_seconds: f64,
    megabytes: u64,
}

fn main() -> Outcome<()> {
    let (path, program) = arguments()?;
    let threads = std::env::var("RAYON_NUM_THREADS").unwrap_or_else(|_| "all".to_owned());
    println!("{}, {threads} threads", path.display());
    let began = Instant::now();
    let model = Llama::load(&path)?;
    println!("loaded in {:.2} s\n", began.elapsed().as_secs_f64());

    let peer = program.map(|program| Peer::new(program, &path, &threads)).transpose()?;
    let ids = |question: &str| -> Outcome<Vec<u32>> { prompt(&model, peer.as_ref(), question) };
    let ours = measure_ours(&model, &ids("Tell me a long story.")?, &ids(&long())?)?;
    let theirs = peer.as_ref().map(measure_theirs).transpose()?;
    show(&ours, theirs.as_ref());
    let has_goals = threads == "1" && path.ends_with(verify::SMOLLM2.file_name);
    let missed = if has_goals { goals(&ours) } else { Vec::new() };
    let parted = peer.as_ref().map(|peer| compare(&model, peer)).transpose()?.unwrap_or_default();
    match (parted.is_empty(), missed.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(format!("missed: {missed:?}").into()),
        (false, _) => Err(format!("the two part where the choice was clear: {parted:?}; missed: {missed:?}").into()),
    }
}

/// Says which goals were reached, and returns the others. They are for SmolLM2 on one core.
fn goals(ours: &Figures) -> Vec<&'static str> {
    let goals = [
        ("32 generated tokens a second at least", ours.tokens_a_second >= 32.0),
        ("2.5 s for the long prompt at most", ours.prompt_seconds <= 2.5),
        ("800 MB of memory at most", ours.megabytes <= 800),
    ];
    println!();
    for (goal, reached) in &goals {
        println!("{goal}: {}", if *reached { "reached" } else { "missed" });
    }
    goals.into_iter().filter(|(_, reached)| !reached).map(|(goal, _)| goal).collect()
}

/// Which questions the two answer with other words although our choice was clear.
fn compare(model: &Llama, peer: &Peer) -> Outcome<Vec<&'static str>> {
    println!();
    let mut parted = Vec::new();
    for question in QUESTIONS {
        let chosen = model.greedy(&prompt(model, Some(peer), question)?, 24)?;
        let text = peer.answer(question, 24)?.text;
        let agreed = agreement(model, &chosen, &text);
        match chosen.get(agreed) {
            None => println!("{question} the same {agreed} tokens"),
            Some(at) => {
                println!("{question} the same {agreed} tokens, then another choice (our lead was {:.2})", at.margin);
                if at.margin >= CLEAR {
                    parted.push(question);
                }
            }
        }
    }
    Ok(parted)
}

/// The model's file, the pinned one unless another is named, and the other program.
fn arguments() -> Outcome<(PathBuf, Option<PathBuf>)> {
    let (mut model, mut peer) = (None, None);
    let mut given = std::env::args_os().skip(1);
    while let Some(argument) = given.next() {
        if argument == "--peer" {
            peer = Some(PathBuf::from(given.next().ok_or("--peer needs a program")?));
        } else {
            model = Some(PathBuf::from(argument));
        }
    }
    let pinned = || models_dir().map(|dir| dir.join(verify::SMOLLM2.file_name));
    Ok((model.or_else(pinned).ok_or("no model given and no folder of models known")?, peer))
}

fn long() -> String {
    "tide ".repeat(WORDS).trim_end().to_owned()
}

/// What the peer makes of a question, as our token ids: both must read the same.
fn prompt(model: &Llama, peer: Option<&Peer>, question: &str) -> Outcome<Vec<u32>> {
    Ok(match peer.and_then(|peer| peer.transcript(question)) {
        Some(text) => model.tokenize(&text)?,
        None => model.prompt_tokens(&[Message::user(question)], GENERATED)?,
    })
}

fn measure_ours(model: &Llama, short: &[u32], long: &[u32]) -> Outcome<Figures> {
    let timed = |ids: &[u32], most: usize| -> Outcome<(usize, f64, f64)> {
        let (cpu, wall) = (cpu_seconds(std::process::id()), Instant::now());
        let made = model.greedy(ids, most)?.len();
        Ok((made, wall.elapsed().as_secs_f64(), cpu_seconds(std::process::id()) - cpu))
    };
    let (_, first, first_cpu) = timed(short, 1)?;
    let (made, all, all_cpu) = timed(short, GENERATED)?;
    let (_, prompt_seconds, prompt_cpu_seconds) = timed(long, 1)?;
    Ok(Figures {
        tokens_a_second: rate(made, all - first),
        tokens_a_cpu_second: rate(made, all_cpu - first_cpu),
        prompt_tokens: long.len(),
        prompt_seconds,
        prompt_cpu_seconds,
        megabytes: megabytes(std::process::id()),
    })
}

fn measure_theirs(peer: &Peer) -> Outcome<Figures> {
    let story = "Tell me a long story.";
    // The first process of all finds the file on the disk, the others in memory.
    peer.answer(story, 1)?;
    let first = peer.answer(story, 1)?;
    let all = peer.answer(story, GENERATED)?;
    let prompt = peer.answer(&long(), 1)?;
    Ok(Figures {
        tokens_a_second: rate(all.tokens, all.seconds - first.seconds),
        tokens_a_cpu_second: rate(all.tokens, all.cpu_seconds - first.cpu_seconds),
        prompt_tokens: prompt.prompt_tokens,
        prompt_seconds: prompt.seconds,
        prompt_cpu_seconds: prompt.cpu_seconds,
        megabytes: all.megabytes.max(prompt.megabytes),
    })
}

/// Tokens after the first, a second.
fn rate(tokens: usize, seconds: f64) -> f64 {
    tokens.saturating_sub(1) as f64 / seconds.max(1e-9)
}

fn show(ours: &Figures, theirs: Option<&Figures>) {
    println!("{:<34}{:>10}{:>10}{:>8}", "", "ours", "peer", "ratio");
    let line = |name: &str, figure: &dyn Fn(&Figures) -> f64| {
        let our = figure(ours);
        match theirs.map(figure) {
            Some(their) => println!("{name:<34}{our:>10.2}{their:>10.2}{:>8.2}", our / their),
            None => println!("{name:<34}{our:>10.2}"),
        }
    };
    line("generated tokens a second", &|f| f.tokens_a_second);
    line("generated tokens a CPU second", &|f| f.tokens_a_cpu_second);
    line("tokens of the long prompt", &|f| f.prompt_tokens as f64);
    line("seconds to read it", &|f| f.prompt_seconds);
    line("CPU seconds to read it", &|f| f.prompt_cpu_seconds);
    line("memory at most, MB", &|f| f.megabytes as f64);
}

/// How many of our tokens the other text begins with.
fn agreement(model: &Llama, chosen: &[Chosen], text: &str) -> usize {
    let ids: Vec<u32> = chosen.iter().map(|c| c.id).collect();
    // Whole characters only: a token may end within one.
    let same = |n: &usize| {
        let ours = model.text(ids.get(..*n).unwrap_or_default());
        text.starts_with(ours.trim_end_matches(char::REPLACEMENT_CHARACTER))
    };
    (0..=ids.len()).rev().find(same).unwrap_or(0)
}

/// Keeps the path of the model where the peer can use it.
fn absolute(path: &Path) -> Outcome<PathBuf> {
    Ok(path.canonicalize()?)
}
