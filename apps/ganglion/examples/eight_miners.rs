//! Who earns what when not everybody is honest, with real processes: eight miners on a local network, for twenty tempos unless said otherwise.
//!
//! ```text
//! eight_miners RUNS SEED [SLOT_MS [ROUND_MS [TEMPOS]]]
//! ```
//!
//! | | | usual |
//! |---|---|---|
//! | `RUNS` | networks, one after the other | |
//! | `SEED` | makes the miners' mistakes; each run has its own | |
//! | `SLOT_MS` | milliseconds from block to block, 250 at least | 500 |
//! | `ROUND_MS` | mean milliseconds between two questions of a validator | 500 |
//! | `TEMPOS` | tempos in which pay is counted; with fewer than twenty the order may not be clear yet | 20 |
//!
//! A run takes as long as its blocks, (4 + `TEMPOS`) · 20 of them, and about a minute besides: five minutes as usual. With
//! questions as often as that it keeps two cores busy. Pay goes to stdout, a line a run; how far a run is, to stderr.
//!
//! The network's own miner answers by rules and is the best. A miner that is right less often and its clone, a fair and a
//! poor one, a copier of the best, a parrot and one that is mostly too late join it as processes of `cast_miner`. Four
//! tempos after the last has joined, those begin in which pay is counted. It must follow what each one is worth: a
//! clone's and a copier's worth is what they add, nothing. Whoever earns less than a hundredth of what the best does earns
//! nothing, and two of these are equal.
//!
//! Needs `ganglion` and `cast_miner` in the same build folder: `cargo build --release --workspace --examples --bins`.

mod support;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use ganglion_cli::leash::PARENT;
use serde_json::Value;
use support::{Bench, Failure};

/// Blocks from one epoch to the next in a local network.
const TEMPO: u64 = 20;
/// Tempos before pay is counted.
const WARM: u64 = 4;
/// Tempos in which it is, if nobody says.
const TEMPOS: u64 = 20;
/// How long a network may take to start, and a miner to join.
const START: Duration = Duration::from_secs(300);
/// How long whatever is asked to end may take.
const END: Duration = Duration::from_secs(30);
/// How often the chain is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// The program of those that join.
const CAST_PROGRAM: &str = "cast_miner";
/// The miner that `ganglion up --miners 1` starts.
const BEST: &str = "skills";
/// Those that join it: name, conduct, and whose salt they have. The copier's victim comes in the place of `BEST`.
const CAST: [(&str, &[&str], u64); 7] = [
    ("model", &["honest", "80"], 1),
    ("clone", &["clone", "80"], 1),
    ("fair", &["honest", "60"], 2),
    ("poor", &["honest", "35"], 3),
    ("copier", &["copier", BEST], 4),
    ("parrot", &["parrot"], 5),
    ("slow", &["slow", "60"], 6),
];

/// What was asked for.
struct Options {
    runs: u64,
    seed: u64,
    slot_ms: u64,
    round_ms: u64,
    tempos: u64,
}

impl Options {
    fn read() -> Result<Self, Failure> {
        let numbers: Result<Vec<u64>, _> = std::env::args().skip(1).map(|word| word.parse()).collect();
        match numbers.as_deref() {
            Ok([runs, seed, rest @ ..]) if *runs > 0 && rest.len() <= 3 && rest.get(2) != Some(&0) => Ok(Self {
                runs: *runs,
                seed: *seed,
                slot_ms: rest.first().copied().unwrap_or(500),
                round_ms: rest.get(1).copied().unwrap_or(500),
                tempos: rest.get(2).copied().unwrap_or(TEMPOS),
            }),
            _ => Err("eight_miners RUNS SEED [SLOT_MS [ROUND_MS [TEMPOS]]], all of them numbers".into()),
        }
    }
}

/// The command `ganglion <words> --dir <dir>`.
fn command(bench: &Bench, words: &[&str], dir: &Path) -> Command {
    let mut command = bench.command(words);
    command.arg("--dir").arg(dir);
    command
}

/// A process, which is ended by its id and no other way.
struct Running(Child);

impl Running {
    /// Waits for its end, and makes it end after a while.
    fn end(&mut self) {
        // A miner of the cast ends with its standard input.
        drop(self.0.stdin.take());
        let since = Instant::now();
        while since.elapsed() < END {
            match self.0.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(50)),
                _ => return,
            }
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// The first line that it prints.
    fn line(&mut self, what: &str) -> Result<String, Failure> {
        let out = self.0.stdout.take().ok_or("its output was read already")?;
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            let mut line = String::new();
            let _ = out.read_line(&mut line);
            let _ = sender.send(line);
            // Its output stays open until it ends.
            let _ = std::io::copy(&mut out, &mut std::io::sink());
        });
        let line = receiver.recv_timeout(START).map_err(|_| format!("{what} did not start in time"))?;
        match line.trim() {
            "" => Err(format!("{what} ended at once").into()),
            line => Ok(line.to_owned()),
        }
    }
}

/// Says how far a run is.
struct Progress {
    run: String,
    since: Instant,
}

impl Progress {
    fn begin(number: u64, runs: u64) -> Self {
        Self { run: format!("run {} of {runs}", number + 1), since: Instant::now() }
    }

    fn say(&self, what: &str) {
        eprintln!("{}, {:>4} s: {what}", self.run, self.since.elapsed().as_secs());
    }
}

/// A network with its miners.
struct Network<'a> {
    bench: &'a Bench,
    dir: PathBuf,
    supervisor: Running,
    cast: Vec<Running>,
    /// A node's address.
    node: String,
    /// Everybody's hotkey, by name.
    hotkeys: BTreeMap<&'static str, String>,
}

impl Drop for Network<'_> {
    fn drop(&mut self) {
        for miner in &mut self.cast {
            drop(miner.0.stdin.take());
        }
        self.cast.iter_mut().for_each(Running::end);
        let _ = command(self.bench, &["down"], &self.dir).stdout(Stdio::null()).stderr(Stdio::null()).status();
        self.supervisor.end();
    }
}

/// A subnet's neurons at a block.
struct Seen {
    block: u64,
    neurons: Vec<Value>,
}

impl Seen {
    fn of(&self, hotkey: &str) -> Option<&Value> {
        self.neurons.iter().find(|neuron| neuron["hotkey"] == hotkey)
    }
}

impl<'a> Network<'a> {
    /// Starts the network with its best miner.
    fn up(bench: &'a Bench, number: u64, options: &Options) -> Result<Self, Failure> {
        let dir = bench.root().join(format!("run-{number}"));
        let (slot, round) = (options.slot_ms.to_string(), options.round_ms.to_string());
        let fixed = ["up", "--json", "--base-port", "0", "--offline", "--miners", "1", "--validators", "2", "--strict"];
        let paces = ["--subnets", "text", "--slot-ms", slot.as_str(), "--round-ms", round.as_str()];
        let words: Vec<&str> = fixed.into_iter().chain(paces).collect();
        let mut command = command(bench, &words, &dir);
        // Should this program be killed, the network ends too.
        command.env(PARENT, std::process::id().to_string());
        let log = File::create(bench.root().join(format!("run-{number}.log")))?;
        let mut supervisor = Running(command.stdout(Stdio::piped()).stderr(log).spawn()?);
        let ready = supervisor.line("the network");
        // From here on it ends whatever fails.
        let mut network =
            Self { bench, dir, supervisor, cast: Vec::new(), node: String::new(), hotkeys: BTreeMap::new() };
        let ready: Value = serde_json::from_str(&ready?)?;
        network.node = ready["nodes"][0].as_str().ok_or("the network has no node")?.to_owned();
        let mut processes = ready["processes"].as_array().ok_or("the network has no processes")?.iter();
        let best = processes.find(|process| process["name"] == BEST).ok_or("the network has no miner")?;
        network.hotkeys.insert(BEST, best["hotkey"].as_str().ok_or("its miner has no hotkey")?.to_owned());
        Ok(network)
    }

    /// Starts the others. `seed` makes their mistakes.
    fn join(&mut self, seed: u64) -> Result<(), Failure> {
        let best =
            self.until("the best miner", START, |seen, hotkeys| Some(seen.of(&hotkeys[BEST])?["uid"].to_string()))?;
        for (name, conduct, salt) in CAST {
            let mut command = Command::new(self.bench.example(CAST_PROGRAM)?);
            command.args([self.node.as_str(), "1"]).arg(self.dir.join("wallets")).arg(name);
            command.arg(self.dir.join("state").join(name)).arg(seed.wrapping_mul(1_000).wrapping_add(salt).to_string());
            command.args(conduct.iter().map(|word| if *word == BEST { best.as_str() } else { *word }));
            let log = File::create(self.dir.join("logs").join(format!("{name}.log")))?;
            let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn()?;
            self.cast.push(Running(child));
            let hotkey = self.cast.last_mut().ok_or("nobody was started")?.line(name)?;
            self.hotkeys.insert(name, hotkey);
        }
        self.until("all miners", START, |seen, hotkeys| {
            let is_there = |hotkey: &String| seen.of(hotkey).is_some_and(|neuron| neuron["axon"].is_string());
            hotkeys.values().all(is_there).then_some(())
        })
    }

    /// The subnet now; `None` if the command failed, as it may on a busy machine.
    fn look(&self) -> Option<Seen> {
        let ended = command(self.bench, &["subnet", "metagraph", "1", "--json"], &self.dir).output().ok()?;
        let page: Value = serde_json::from_slice(&ended.stdout).ok()?;
        Some(Seen { block: page["block"].as_u64()?, neurons: page["neurons"].as_array()?.clone() })
    }

    /// Looks until there is something to find.
    fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        find: impl Fn(&Seen, &BTreeMap<&'static str, String>) -> Option<T>,
    ) -> Result<T, Failure> {
        let since = Instant::now();
        while since.elapsed() < limit {
            if let Some(found) = self.look().and_then(|seen| find(&seen, &self.hotkeys)) {
                return Ok(found);
            }
            std::thread::sleep(LOOK);
        }
        Err(format!("{what}: not within {} s", limit.as_secs()).into())
    }

    /// RAO that everybody has earned by the first look at or after `block`, and the block of that look. `hear` is told
    /// the block of each look before.
    fn earned(
        &self,
        block: u64,
        limit: Duration,
        hear: &dyn Fn(u64),
    ) -> Result<(u64, BTreeMap<&'static str, u64>), Failure> {
        self.until(&format!("block {block}"), limit, |seen, hotkeys| {
            if seen.block < block {
                hear(seen.block);
                return None;
            }
            let of = |hotkey: &String| seen.of(hotkey).and_then(|neuron| neuron["earned_rao"].as_u64());
            let earned: Option<BTreeMap<&'static str, u64>> =
                hotkeys.iter().map(|(name, hotkey)| Some((*name, of(hotkey)?))).collect();
            Some((seen.block, earned?))
        })
    }
}

/// What everybody was paid in one run, TAO.
fn run(bench: &Bench, number: u64, options: &Options) -> Result<BTreeMap<&'static str, f64>, Failure> {
    let progress = Progress::begin(number, options.runs);
    progress.say("a network begins");
    let mut network = Network::up(bench, number, options)?;
    progress.say("it is up; seven miners join the first");
    network.join(options.seed.wrapping_add(number))?;
    // Three times what the blocks take, and some time besides.
    let millis = |tempos: u64| options.slot_ms.saturating_mul(TEMPO).saturating_mul(tempos);
    let limit = |tempos: u64| START + Duration::from_millis(millis(tempos).saturating_mul(3));
    let (joined, _) = network.earned(0, START, &|_| ())?;
    let seconds = millis(WARM.saturating_add(options.tempos)) / 1_000;
    progress.say(&format!("all have joined by block {joined}; the rest takes about {seconds} s"));
    // A line a tempo.
    let told = Cell::new(0);
    let count = |from: u64, what: &str, tempos: u64, block: u64| {
        let over = block.saturating_sub(from) / TEMPO;
        if told.replace(over) < over {
            progress.say(&format!("{over} of {tempos} tempos {what}, block {block}"));
        }
    };
    let warm = |block| count(joined, "before pay counts", WARM, block);
    let (begun, before) = network.earned(joined.saturating_add(WARM * TEMPO), limit(WARM), &warm)?;
    told.set(0);
    let paying = |block| count(begun, "of pay", options.tempos, block);
    let end = begun.saturating_add(options.tempos.saturating_mul(TEMPO));
    let (last, after) = network.earned(end, limit(options.tempos), &paying)?;
    progress.say(&format!("the last block is {last}; the network ends"));
    let paid = |(name, rao): (&&'static str, &u64)| {
        (*name, rao.saturating_sub(before.get(name).copied().unwrap_or(0)) as f64 / 1e9)
    };
    Ok(after.iter().map(paid).collect())
}

/// What isn't as it should be.
fn faults(paid: &BTreeMap<&'static str, f64>) -> Vec<String> {
    let of = |name: &str| paid.get(name).copied().unwrap_or(0.0);
    let best = of(BEST);
    let (leader, follower) = (of("model").max(of("clone")), of("model").min(of("clone")));
    let order = [
        (BEST, best),
        ("model", leader),
        ("fair", of("fair")),
        ("poor", of("poor")),
        ("slow", of("slow")),
        ("parrot", of("parrot")),
    ];
    let nothing = best / 100.0;
    let mut faults = Vec::new();
    for pair in order.windows(2) {
        let ((one, more), (other, less)) = (pair[0], pair[1]);
        if more <= less && less >= nothing {
            faults.push(format!("{one} earned no more than {other}"));
        }
    }
    if best <= 0.0 {
        faults.push("the best earned nothing".to_owned());
    }
    if follower > leader / 2.0 {
        faults.push("the clones didn't share one pay".to_owned());
    }
    if of("copier") > best / 3.0 {
        faults.push("the copier earned more than a third of what its victim did".to_owned());
    }
    faults
}

fn main() -> Result<(), Failure> {
    let options = Options::read()?;
    let bench = Bench::new("ganglion-eight-")?;
    // Better missed now than when a network is up.
    bench.example(CAST_PROGRAM)?;
    let names: Vec<&str> = std::iter::once(BEST).chain(CAST.iter().map(|(name, _, _)| *name)).collect();
    let head: String = names.iter().map(|name| format!("{name:>8}")).collect();
    println!("TAO in {} tempos\n run {head}", options.tempos);
    let mut ordered = 0;
    for number in 0..options.runs {
        let verdict = match run(&bench, number, &options) {
            Ok(paid) => {
                let cells = names.iter().map(|name| format!("{:>8.2}", paid.get(name).copied().unwrap_or(0.0)));
                print!("{:>4} {}", number + 1, cells.collect::<String>());
                faults(&paid)
            }
            Err(error) => {
                print!("{:>4} ", number + 1);
                vec![error.to_string()]
            }
        };
        ordered += u64::from(verdict.is_empty());
        println!("  {}", if verdict.is_empty() { "in order".to_owned() } else { verdict.join("; ") });
    }
    println!("{ordered} of {} runs in order", options.runs);
    match ordered == options.runs {
        true => Ok(()),
        false => Err("pay did not always follow worth".into()),
    }
}
