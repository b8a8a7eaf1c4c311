//! How long a user of `ganglion up` waits: questions with an exact answer, questions for the language model, pictures and
//! forecasts through the gateway, one after the other, while the network does all else that it does.
//!
//! ```text
//! waiting_bench [FOLDER] [--rounds N] [--pause SECONDS] [--after SECONDS]
//! ```
//!
//! | | | usual |
//! |---|---|---|
//! | `FOLDER` | of a network that runs, as `up --dir` was told | one is started on free ports, in a temporary folder, and ended |
//! | `--rounds` | questions of each sort | 10 |
//! | `--pause` | seconds between two rounds | 5 |
//! | `--after` | seconds before the first round, once every subnet has answered | 60 for a network of its own, else 0 |
//!
//! Prints the median and the slowest of each sort, how many got no answer or a wrong one, and whose answers they were; then
//! what each subnet has paid so far. A time is from before the request is sent until after its answer is read; of a request
//! that failed, until that was known. Nothing is a goal here: what else the machine does counts as much.
//!
//! Needs `ganglion` in the same build folder: `cargo build --release --workspace --examples --bins`. A network of its own uses
//! the user's models (`GANGLION_MODELS`).

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use ganglion_cli::folder::{Folder, Record};
use ganglion_cli::leash::PARENT;
use ganglion_cli::supervise::tail;
use reqwest::Client;
use serde_json::{json, Value};
use support::{Bench, Failure};

/// How long a network may take to start, and all its subnets to answer after that.
const START: Duration = Duration::from_secs(300);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(120);
/// How long whatever is asked to end may take.
const END: Duration = Duration::from_secs(30);
/// How soon a subnet that doesn't answer yet is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// RAO in a TAO.
const TAO: f64 = 1e9;

/// What was asked for.
struct Options {
    folder: Option<PathBuf>,
    rounds: usize,
    pause: Duration,
    after: Option<Duration>,
}

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self { folder: None, rounds: 10, pause: Duration::from_secs(5), after: None };
        while let Some(word) = words.next() {
            let mut number = || -> Result<u32, Failure> {
                let value = words.next().ok_or_else(|| format!("{word} needs a number"))?;
                Ok(value.parse().map_err(|_| format!("{word} needs a number, and {value} is none"))?)
            };
            match word.as_str() {
                "--rounds" => options.rounds = usize::try_from(number()?.max(1))?,
                "--pause" => options.pause = Duration::from_secs(number()?.into()),
                "--after" => options.after = Some(Duration::from_secs(number()?.into())),
                folder if !folder.starts_with('-') && options.folder.is_none() => options.folder = Some(folder.into()),
                _ => return Err("waiting_bench [FOLDER] [--rounds N] [--pause SECONDS] [--after SECONDS]".into()),
            }
        }
        Ok(options)
    }
}

/// A network that this program started. It ends with the value.
struct Network<'a> {
    bench: &'a Bench,
    dir: PathBuf,
    supervisor: Child,
}

impl<'a> Network<'a> {
    fn up(bench: &'a Bench) -> Result<Self, Failure> {
        let dir = bench.root().join("net");
        let models = ganglion_models::models_dir().ok_or("no folder for models is known: set GANGLION_MODELS")?;
        let log = bench.root().join("up.log");
        let mut command = bench.command(&["up", "--json", "--base-port", "0", "--dir"]);
        // Should this program be killed, the network ends too.
        command.arg(&dir).env("GANGLION_MODELS", models).env(PARENT, std::process::id().to_string());
        let mut supervisor = command.stdout(Stdio::piped()).stderr(File::create(&log)?).spawn()?;
        let out = supervisor.stdout.take();
        // From here on it ends whatever fails.
        let network = Self { bench, dir, supervisor };
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            if let Some(out) = out {
                let mut out = BufReader::new(out);
                let _ = out.read_line(&mut line);
                let _ = sender.send(line);
                // Its output stays open until it ends.
                let _ = std::io::copy(&mut out, &mut std::io::sink());
            }
        });
        match receiver.recv_timeout(START) {
            Ok(line) if !line.trim().is_empty() => Ok(network),
            _ => Err(format!("the network did not start:\n{}", tail(&log, 20).join("\n")).into()),
        }
    }
}

impl Drop for Network<'_> {
    fn drop(&mut self) {
        let mut down = self.bench.command(&["down", "--dir"]);
        let _ = down.arg(&self.dir).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let since = Instant::now();
        while since.elapsed() < END {
            match self.supervisor.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(50)),
                _ => return,
            }
        }
        let _ = self.supervisor.kill();
        let _ = self.supervisor.wait();
    }
}

/// What is asked, in the order of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Exact,
    Language,
    Picture,
    Forecast,
}

impl Sort {
    /// Those that a network answers.
    fn of(record: &Record) -> Vec<Self> {
        let runs = |netuid| record.of(netuid).next().is_some();
        let beside = [(Self::Picture, runs(5)), (Self::Forecast, runs(8))];
        let beside = beside.into_iter().filter_map(|(sort, runs)| runs.then_some(sort));
        [Self::Exact, Self::Language].into_iter().chain(beside).collect()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact question",
            Self::Language => "language question",
            Self::Picture => "picture",
            Self::Forecast => "forecast",
        }
    }

    /// What is asked in a round: path, and body if there is one.
    fn request(self, round: usize) -> (&'static str, Option<Value>) {
        let chat = |question: String| json!({ "model": "text", "messages": [{ "role": "user", "content": question }] });
        match self {
            Self::Exact => ("/v1/chat/completions", Some(chat(format!("What is {} + 25?", 7 * round)))),
            Self::Language => ("/v1/chat/completions", Some(chat(format!("Tell me a fact about the number {round}.")))),
            Self::Picture => ("/v1/images/generations", Some(json!({ "prompt": "three red circles on a beach" }))),
            Self::Forecast => ("/v1/forecasts?asset=BTC&horizon=3h", None),
        }
    }

    /// Whether that is what was asked for, as far as it can be known.
    fn is_right(self, round: usize, body: &Value) -> bool {
        let said = || body["choices"][0]["message"]["content"].as_str().unwrap_or_default();
        match self {
            Self::Exact => {
                let mut numbers = said().split(|letter: char| !letter.is_ascii_digit());
                let sum = (7 * round + 25).to_string();
                numbers.any(|number| number == sum)
            }
            Self::Language => !said().trim().is_empty(),
            Self::Picture => body["data"][0]["b64_json"].as_str().is_some_and(|image| !image.is_empty()),
            Self::Forecast => body.is_object(),
        }
    }
}

/// An answer: what it says, and who gave it, if that is told.
struct Heard {
    body: Value,
    hotkey: Option<String>,
}

/// Asks the gateway; `Err` is what went wrong.
async fn ask(http: &Client, gateway: &str, sort: Sort, round: usize) -> Result<Heard, String> {
    let (path, body) = sort.request(round);
    let url = format!("{gateway}{path}");
    let request = match body {
        Some(body) => http.post(url).json(&body),
        None => http.get(url),
    };
    let response = request.timeout(ANSWER).send().await.map_err(|error| error.to_string())?;
    let status = response.status();
    let hotkey = response.headers().get("x-ganglion-miner").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let text = response.text().await.map_err(|error| error.to_string())?;
    if !status.is_success() {
        return Err(format!("{status}: {text}"));
    }
    let body = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(Heard { body, hotkey })
}

/// What came of one sort.
#[derive(Default)]
struct Tally {
    times: Vec<Duration>,
    failed: usize,
    wrong: usize,
    /// Answers, by the names of those who gave them.
    by: BTreeMap<String, usize>,
}

impl Tally {
    fn line(&mut self, name: &str) -> String {
        self.times.sort_unstable();
        let rank = self.times.len().div_ceil(2).saturating_sub(1);
        let seconds = |time: Option<&Duration>| time.map_or(0.0, Duration::as_secs_f64);
        let (median, slowest) = (seconds(self.times.get(rank)), seconds(self.times.last()));
        let by: Vec<String> = self.by.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let (failed, wrong) = (self.failed, self.wrong);
        format!("{name:18} {median:8.2} {slowest:10.2} {failed:8} {wrong:7}   {}", by.join(", ")).trim_end().to_owned()
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let options = Options::read(std::env::args().skip(1))?;
    let bench = Bench::new("ganglion-waiting-")?;
    let own = match options.folder {
        Some(_) => None,
        None => Some(Network::up(&bench)?),
    };
    let dir = own.as_ref().map(|network| network.dir.as_path()).or(options.folder.as_deref());
    let folder = Folder::locate(dir)?;
    let record = folder.read()?.filter(Record::is_running);
    let record = record.ok_or_else(|| format!("no network runs in {}", folder.root().display()))?;
    let after = options.after.unwrap_or(Duration::from_secs(if own.is_some() { 60 } else { 0 }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tallies = runtime.block_on(measure(&record, &options, after))?;
    println!("{:18} {:>8} {:>10} {:>8} {:>7}   answered by", "", "p50 s", "slowest s", "failed", "wrong");
    for (sort, mut tally) in tallies {
        println!("{}", tally.line(sort.name()));
    }
    pay(&bench, folder.root())
}

/// All rounds.
async fn measure(record: &Record, options: &Options, after: Duration) -> Result<Vec<(Sort, Tally)>, Failure> {
    let gateway = record.gateway.as_deref().ok_or("the network has no gateway")?;
    let http = ganglion_outward::client().no_proxy().build()?;
    let sorts = Sort::of(record);
    complete(&http, gateway, &sorts).await?;
    tokio::time::sleep(after).await;
    let mut tallies: Vec<(Sort, Tally)> = sorts.into_iter().map(|sort| (sort, Tally::default())).collect();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        for (sort, tally) in &mut tallies {
            let began = Instant::now();
            let heard = ask(&http, gateway, *sort, round).await;
            tally.times.push(began.elapsed());
            match heard {
                Ok(heard) => {
                    tally.wrong += usize::from(!sort.is_right(round, &heard.body));
                    if let Some(name) = heard.hotkey.and_then(|hotkey| name(record, &hotkey)) {
                        *tally.by.entry(name).or_default() += 1;
                    }
                }
                Err(reason) => {
                    tally.failed += 1;
                    eprintln!("  {}: {reason}", sort.name());
                }
            }
        }
        if round < options.rounds {
            tokio::time::sleep(options.pause).await;
        }
    }
    Ok(tallies)
}

/// Waits until every subnet answers: they come up one after the other.
async fn complete(http: &Client, gateway: &str, sorts: &[Sort]) -> Result<(), Failure> {
    let since = Instant::now();
    for sort in sorts {
        while let Err(reason) = ask(http, gateway, *sort, 0).await {
            if since.elapsed() >= START {
                return Err(format!("no {} within {} s: {reason}", sort.name(), START.as_secs()).into());
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
    Ok(())
}

/// The name of the process that has this hotkey.
fn name(record: &Record, hotkey: &str) -> Option<String> {
    let mut processes = record.processes.iter();
    processes.find(|process| process.hotkey.as_deref() == Some(hotkey)).map(|process| process.name.clone())
}

/// Prints what each subnet has paid so far, and to whom.
fn pay(bench: &Bench, dir: &Path) -> Result<(), Failure> {
    let ended = bench.command(&["status", "--json", "--dir"]).arg(dir).output()?;
    if !ended.status.success() {
        return Err(format!("ganglion status: {}", String::from_utf8_lossy(&ended.stderr)).into());
    }
    let status: Value = serde_json::from_slice(&ended.stdout)?;
    println!("\npaid until block {}, TAO", status["issuance_block"]);
    for subnet in status["subnets"].as_array().into_iter().flatten() {
        let earned = |neuron: &Value| neuron["earned_rao"].as_u64().unwrap_or_default() as f64 / TAO;
        let neurons = || subnet["neurons"].as_array().into_iter().flatten();
        let told = |neuron: &Value| {
            let name = neuron["process"].as_str().or(neuron["hotkey"].as_str()).unwrap_or("?").to_owned();
            format!("{name} {:.2}", earned(neuron))
        };
        let all: f64 = neurons().map(earned).sum();
        let each: Vec<String> = neurons().map(told).collect();
        println!("{:18} {all:8.2}   {}", subnet["name"].as_str().unwrap_or("?"), each.join(", "));
    }
    Ok(())
}
