//! How long a person waits for commands that do little: `ganglion --help`, and `ganglion wallet balance` on a local node
//! that seals on demand; then, if `btcli` lies beside the interpreter that `GANGLION_PYTHON` names, its `--help`.
//!
//! ```text
//! startup_bench [RUNS]
//! ```
//!
//! Each command runs 50 times, or `RUNS` times, one after the other, each a process of its own; its time is from before
//! the start until after the end. Fails if a median misses its goal: a percentile says too much of a busy machine.
//!
//! The help is that of an installed copy, which counts, and that of the file as the linker left it: how the system's cache
//! holds a file of 140 MB moves this time by a millisecond or two either way.
//!
//! Needs `ganglion` in the same build folder: `cargo build --release --workspace --examples --bins`.

#[path = "../../../chain/node/examples/support/mod.rs"]
mod nodes;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, TAO};
use ganglion_specs::LocalSpec;
use nodes::node::Node;
use serde_json::{json, Value};
use support::{Bench, Failure};

/// How often each command runs unless told.
const RUNS: usize = 50;
/// How often btcli runs at most: it takes seconds.
const PYTHON_RUNS: usize = 10;
/// What the help may take.
const HELP: Duration = Duration::from_millis(10);
/// What a balance may take.
const BALANCE: Duration = Duration::from_millis(50);

/// How long the runs of one command took.
struct Times {
    median: Duration,
    p99: Duration,
}

/// A wallet; the address of its coldkey.
fn wallet(bench: &Bench) -> Result<String, Failure> {
    let made = bench.command(&["wallet", "create", "--plain", "--json"]).stderr(Stdio::null()).output()?;
    let made: Value = serde_json::from_slice(&made.stdout)?;
    Ok(made["keys"][0]["address"].as_str().ok_or("no wallet was made")?.to_owned())
}

/// A node that has written a block, on whose chain `owner` has something.
fn node(bench: &Bench, owner: &str) -> Result<Node, Failure> {
    let owner = AccountId::from(PublicKey::from_ss58(owner)?.0);
    let spec = LocalSpec { founders: 1, endowed: vec![(owner, 10 * TAO)], ..LocalSpec::default() }.json()?;
    let path = bench.root().join("spec.json");
    fs::write(&path, spec)?;
    let mut node = Node::new(bench.ganglion(), bench.root(), &path, "alice").with(&["--alice", "--sealing", "instant"]);
    node.start();
    node.rpc.call("engine_createBlock", json!([true, true, null]));
    Ok(node)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("a goal was missed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures everything; whether all goals were reached.
fn run() -> Result<bool, Failure> {
    let runs = match std::env::args().nth(1) {
        Some(word) => word.parse::<usize>().map_err(|_| "startup_bench [RUNS], a number")?,
        None => RUNS,
    };
    let bench = Bench::new("ganglion-startup-")?;
    let installed = bench.root().join("installed");
    fs::copy(bench.ganglion(), &installed)?;
    let help = measure(runs, || {
        let mut command = Command::new(&installed);
        command.arg("--help").stdin(Stdio::null());
        command
    })?;
    let mut well = report("ganglion --help", &help, Some(HELP));
    report("  as just linked", &measure(runs, || bench.command(&["--help"]))?, None);
    let node = node(&bench, &wallet(&bench)?)?;
    let url = node.rpc.websocket();
    let balance = measure(runs, || {
        let mut command = bench.command(&["wallet", "balance"]);
        command.env("GANGLION_NODE", &url);
        command
    })?;
    well &= report("ganglion wallet balance", &balance, Some(BALANCE));
    python(runs, &help)?;
    Ok(well)
}

/// The same of the Python tool, if it is there.
fn python(runs: usize, ours: &Times) -> Result<(), Failure> {
    let interpreter = std::env::var_os("GANGLION_PYTHON").map(PathBuf::from);
    let btcli = interpreter.as_deref().and_then(Path::parent).map(|folder| folder.join("btcli"));
    let Some(btcli) = btcli.filter(|program| program.is_file()) else {
        println!("no btcli beside GANGLION_PYTHON: no comparison with it");
        return Ok(());
    };
    let theirs = measure(runs.min(PYTHON_RUNS), || {
        let mut command = Command::new(&btcli);
        command.arg("--help").stdin(Stdio::null());
        command
    })?;
    report("btcli --help", &theirs, None);
    println!("btcli's help takes {:.0} times as long", theirs.median.as_secs_f64() / ours.median.as_secs_f64());
    Ok(())
}

/// Runs a command this often; it must end well each time. The first run, which reads its file from the disk, doesn't
/// count.
fn measure(runs: usize, command: impl Fn() -> Command) -> Result<Times, Failure> {
    let mut times = Vec::new();
    for _ in 0..=runs.max(1) {
        let mut command = command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let since = Instant::now();
        let status = command.status()?;
        times.push(since.elapsed());
        if !status.success() {
            return Err(format!("{command:?} ended with {status}").into());
        }
    }
    times.remove(0);
    times.sort_unstable();
    Ok(Times { median: percentile(&times, 50), p99: percentile(&times, 99) })
}

/// The least of these sorted times that so many percent of them don't exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// Prints a line; whether the median reaches the goal.
fn report(name: &str, times: &Times, goal: Option<Duration>) -> bool {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let reached = goal.is_none_or(|goal| times.median <= goal);
    let verdict = match goal {
        Some(goal) => format!("goal {:.0} ms: {}", ms(goal), if reached { "reached" } else { "MISSED" }),
        None => String::new(),
    };
    println!("{name:24} median {:8.1} ms   p99 {:8.1} ms   {verdict}", ms(times.median), ms(times.p99));
    reached
}
