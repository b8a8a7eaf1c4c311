//! What a gateway adds to a miner's answer, on loopback: the miner is a real axon that answers at once, the gateway a process
//! of its own.
//!
//! `gateway_bench [--rate N] [--seconds N] [--streams N] [--litellm PYTHON [--litellm-rate N]]`
//!
//! With `--litellm`, LiteLLM's proxy is started from that Python environment, before the same answers in OpenAI's shape, and
//! measured in the same run, whole answers and streams' first words; the gateway then once more at the same rate, which is
//! one that a Python program can keep.

mod gateway;
mod litellm;
mod load;
mod miner;
mod streams;

use load::{Figures, Plan};
use std::{
    process::{Command, ExitCode},
    time::Duration,
};

/// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Set where this process has as many files as it may have.
const RAISED: &str = "GANGLION_BENCH_RAISED";
/// What it may cost at most: milliseconds that are added, and megabytes.
const GOALS: Goals = Goals { p50_ms: 0.5, p99_ms: 2.0, first_ms: 1.0, megabytes: 500.0 };

struct Goals {
    p50_ms: f64,
    p99_ms: f64,
    first_ms: f64,
    megabytes: f64,
}

/// What the command line says.
struct Options {
    rate: u32,
    seconds: u32,
    streams: usize,
    litellm: Option<String>,
    litellm_rate: u32,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self { rate: 1000, seconds: 10, streams: 10_000, litellm: None, litellm_rate: 50 };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--rate" => options.rate = value()?.parse()?,
                "--seconds" => options.seconds = value()?.parse()?,
                "--streams" => options.streams = value()?.parse()?,
                "--litellm" => options.litellm = Some(value()?),
                "--litellm-rate" => options.litellm_rate = value()?.parse()?,
                _ => {
                    return Err(format!("{name} is none of the options --rate, --seconds, --streams, --litellm").into())
                }
            }
        }
        Ok(options)
    }
}

fn main() -> Result<ExitCode, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let [mode, hotkey, address] = arguments.as_slice() {
        if mode == gateway::MODE {
            runtime.block_on(gateway::serve(hotkey, address))?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    if std::env::var_os(RAISED).is_none() {
        return again(&arguments);
    }
    let options = Options::read(arguments.into_iter())?;
    runtime.block_on(run(&options))?;
    Ok(ExitCode::SUCCESS)
}

/// This program once more, with as many open files as the system allows: a stream takes one here and one at the miner.
fn again(arguments: &[String]) -> Result<ExitCode, Failure> {
    let raise = "ulimit -n 65536 2>/dev/null || ulimit -n \"$(ulimit -H -n)\"; exec \"$0\" \"$@\"";
    let status = Command::new("sh")
        .args(["-c", raise])
        .arg(std::env::current_exe()?)
        .args(arguments)
        .env(RAISED, "1")
        .status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn run(options: &Options) -> Result<(), Failure> {
    let miner = miner::Mock::start().await?;
    let gateway = gateway::Process::start(&miner.target).await?;
    let plan = Plan { rate: options.rate.max(1), time: Duration::from_secs(u64::from(options.seconds.max(1))) };
    println!("whole answers, {} a second", plan.rate);
    let direct = show("  miner, directly", &load::whole_direct(&miner, plan).await?);
    let through = show("  through the gateway", &load::whole_http(&gateway.url, "text", plan).await?);
    added("    p50", through.p50_ms - direct.p50_ms, GOALS.p50_ms, "ms");
    added("    p99", through.p99_ms - direct.p99_ms, GOALS.p99_ms, "ms");

    let slower = Plan { rate: (plan.rate / 5).max(1), ..plan };
    println!("streams' first words, {} a second", slower.rate);
    let direct = show("  miner, directly", &load::first_direct(&miner, slower).await?);
    let through = show("  through the gateway", &load::first_http(&gateway.url, "text", slower).await?);
    added("    p50", through.p50_ms - direct.p50_ms, GOALS.first_ms, "ms");

    let opened = streams::open(&gateway, options.streams).await?;
    println!("open streams: {} of {} wanted", opened.count, options.streams);
    println!("    without them {:.0} MB, with them {:.0} MB resident", opened.before_mb, opened.with_mb);
    if opened.count < options.streams {
        // The goal is for all of them: what fewer take keeps it no more than it misses it.
        let each = (opened.with_mb - opened.before_mb) / opened.count.max(1) as f64;
        let all = opened.before_mb + each * options.streams as f64;
        println!("    memory: NOT MEASURED with all; they would take {all:.0} MB, goal {} MB", GOALS.megabytes);
    } else {
        added("    memory", opened.with_mb, GOALS.megabytes, "MB");
    }
    drop(opened);

    if let Some(python) = &options.litellm {
        let proxy = litellm::Process::start(python, miner.http).await?;
        beside(&proxy, &miner, &gateway, Plan { rate: options.litellm_rate.max(1), ..plan }).await?;
    }
    Ok(())
}

/// What LiteLLM adds to whole answers and to streams' first words, and what the gateway does at the same rate.
async fn beside(
    proxy: &litellm::Process,
    miner: &miner::Mock,
    gateway: &gateway::Process,
    plan: Plan,
) -> Result<(), Failure> {
    let bare = format!("http://{}", miner.http);
    println!("whole answers, {} a second, beside LiteLLM", plan.rate);
    let direct = show("  OpenAI-shaped answers, directly", &load::whole_http(&bare, "mock", plan).await?);
    more(&direct, &show("  through LiteLLM", &load::whole_http(&proxy.url, "mock", plan).await?));
    let direct = show("  miner, directly", &load::whole_direct(miner, plan).await?);
    more(&direct, &show("  through the gateway", &load::whole_http(&gateway.url, "text", plan).await?));

    println!("streams' first words, {} a second, beside LiteLLM", plan.rate);
    let direct = show("  OpenAI-shaped streams, directly", &load::first_http(&bare, "mock", plan).await?);
    more(&direct, &show("  through LiteLLM", &load::first_http(&proxy.url, "mock", plan).await?));
    let direct = show("  miner, directly", &load::first_direct(miner, plan).await?);
    more(&direct, &show("  through the gateway", &load::first_http(&gateway.url, "text", plan).await?));
    Ok(())
}

/// Prints what is added to direct answers.
fn more(direct: &Figures, through: &Figures) {
    println!("    added: p50 {:.2} ms, p99 {:.2} ms", through.p50_ms - direct.p50_ms, through.p99_ms - direct.p99_ms);
}

/// Prints figures and gives them back.
fn show(name: &str, figures: &Figures) -> Figures {
    let Figures { answered, failed, p50_ms, p99_ms } = *figures;
    println!("{name:<34} p50 {p50_ms:>8.2} ms  p99 {p99_ms:>8.2} ms  {answered} answered, {failed} failed");
    *figures
}

fn added(name: &str, value: f64, goal: f64, unit: &str) {
    let verdict = if value <= goal { "kept" } else { "MISSED" };
    println!("{name}: {value:.2} {unit}, goal {goal} {unit}: {verdict}");
}
