//! `ganglion up`: plan → prepare → start → wait → watch → stop.

mod arrivals;
mod detach;
mod fresh;
mod lineup;
mod plan;
mod prepare;
pub mod preview;
mod ready;
mod room;
mod runtime;
pub mod screen;
mod session;
mod since;
mod start;

use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use ganglion_client::Client;
use nix::sys::signal::Signal;

use crate::cli::{LocalSubnet, UpArgs};
use crate::folder::{Folder, Phase, Record, Role, Seconds};
use crate::model::{self, Found};
use crate::node::Ledger;
use crate::output::{self, Step};
use crate::process::{wait_gone, ProcessId};
use crate::signals::Signals;

use arrivals::Arrivals;
use plan::Plan;
use session::Session;
use start::Starter;

/// Runs a network until it is ended; with `--detach`, until it is ready.
///
/// # Errors
/// The network can't be started, or all of it died. Whatever was started has been stopped then.
pub fn run(args: UpArgs, ledger: Ledger) -> Result<()> {
    let folder = Folder::locate(args.at.dir.as_deref())?;
    if args.dry_run {
        return preview::run(&args, &folder);
    }
    if args.detach {
        return detach::run(&args, &folder);
    }
    // One thread only: children are bound to the life of the thread that starts them (see `leash`).
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(up(&args, &folder, ledger));
    runtime.shutdown_background();
    result
}

async fn up(args: &UpArgs, folder: &Folder, ledger: Ledger) -> Result<()> {
    let begin = Instant::now();
    folder.create()?;
    let _lock = folder.lock()?;
    if args.fresh {
        fresh::wipe(folder, args.yes)?;
    }
    // From here on there is something to end in order. Until now Ctrl-C ended this process at once, its question too.
    let signals = Signals::listen()?;
    let previous = folder.read()?;
    if let Some(record) = &previous {
        clear_left_overs(record)?;
    }
    room::to_start(folder.root())?;
    let slot_ms = prepare::slot_ms(args.slot_ms, previous.as_ref())?;
    let model = find_model(args)?;
    let plan = Plan::make(args, model, previous.as_ref())?;
    for notice in &plan.notices {
        output::talk(&format!("{} {notice}", output::yellow("note:")));
    }
    let starter = Starter { program: start::this_program()?, folder, plan: &plan, slot_ms };

    let mut record = Record::new(slot_ms);
    record.phase = Phase::Starting;
    record.supervisor = ProcessId::own();
    record.nodes = plan.nodes.clone();
    record.gateway = Some(start::gateway_url(&plan));
    record.explorer = start::explorer_url(&plan);
    output::talk(&format!("The network in {}:", folder.root().display()));
    // First of all, so that the folder is known as ours whatever happens next.
    folder.write(&record)?;

    let step = Step::start("wallets");
    let hotkeys = prepare::hotkeys(folder, &plan)?;
    record.processes = starter.records(&hotkeys);
    folder.write(&record)?;
    step.done(&hotkeys.len().to_string());

    let mut session = Session::new(folder, record, signals, !args.no_restart);
    let result = operate(args, ledger, &starter, &mut session, begin).await;
    let step = Step::start("stopped");
    session.stop().await;
    step.done("");
    result
}

/// Starts everything, waits until it is ready, and watches it.
async fn operate(
    args: &UpArgs,
    ledger: Ledger,
    starter: &Starter<'_>,
    session: &mut Session<'_>,
    begin: Instant,
) -> Result<()> {
    let (folder, plan) = (starter.folder, starter.plan);
    runtime::compile(session, &starter.program).await?;
    let step = Step::start("chain");
    prepare::chain_spec(folder, ledger, session.record.slot_ms, plan)?;
    let keys = plan.nodes.iter().map(|node| prepare::node_key(folder, &node.name)).collect::<Result<Vec<_>>>()?;
    for (index, node) in plan.nodes.iter().enumerate() {
        session.start(starter.node(node, &keys, index))?;
    }
    step.done(&format!("slots of {} ms", session.record.slot_ms));

    let clients = ready::nodes(session, &plan.nodes).await?;
    let client = clients.first().context("the plan has no node")?;
    let beside = beside(session, client, plan).await?;
    // Neurons look for their keys, models and nodes while the chain finalises its first blocks.
    let mut neurons = plan.of(LocalSubnet::Text);
    if let Some(first) = neurons.next() {
        session.start(starter.neuron(first))?;
        ready::seat(session, client, &first.name).await?;
    }
    for neuron in neurons {
        session.start(starter.neuron(neuron))?;
    }
    session.start(starter.gateway())?;
    ready::finality(session, &clients).await?;
    let first_finalised = begin.elapsed().as_secs_f64();
    let listed = ready::neurons(session, client, Role::Miner).await?;
    ready::neurons(session, client, Role::Validator).await?;
    let gateway = start::gateway_url(plan);
    ready::gateway(session, &gateway, listed).await?;
    session.record.seconds = Some(Seconds { first_finalised, ready: begin.elapsed().as_secs_f64() });
    // The explorer and the other subnets take no time from the text subnet's start.
    if let Some(explorer) = starter.explorer() {
        session.start(explorer)?;
    }
    let mut arrivals = Arrivals::new(client);
    for subnet in beside {
        let mut plans = plan.of(subnet).map(|neuron| starter.neuron(neuron));
        if let Some(first) = plans.next() {
            session.start(first)?;
        }
        arrivals.expect(subnet, &session.record, plans.collect());
    }
    session.enter(Phase::Ready)?;

    let shown = args.at.dir.as_deref().map(|_| folder.root());
    let said = if args.json {
        screen::json(folder.root(), &session.record)
    } else {
        screen::table(folder.root(), &session.record, shown, detach::in_background())
    };
    // A reader that left is no reason to end the network.
    if let Err(error) = said {
        output::talk(&format!("{} {error:#}", output::yellow("note:")));
    }
    session.watch(&mut arrivals).await
}

/// The subnets beside the text subnet that will run: those that were chosen, as far as the chain has them.
async fn beside(session: &mut Session<'_>, client: &Client, plan: &Plan) -> Result<Vec<LocalSubnet>> {
    let chosen: Vec<_> = plan.subnets().filter(|subnet| *subnet != LocalSubnet::Text).collect();
    let (there, missing) = arrivals::sorted(client, chosen).await?;
    for subnet in missing {
        output::talk(&format!(
            "{} this chain has no {} subnet, for it was made by an earlier version: `ganglion up --fresh` makes one that has",
            output::yellow("note:"),
            subnet.word()
        ));
        session.record.processes.retain(|process| process.netuid != Some(subnet.netuid()));
    }
    Ok(there)
}

/// Whether the language model can be used; tells the user when it can't.
fn find_model(args: &UpArgs) -> Result<bool> {
    match model::find()? {
        Found::Ready(_) => Ok(true),
        Found::Missing(path) if args.offline => {
            output::talk(&format!(
                "{} no language model at {}: the miners that would use it answer by rules and word statistics only",
                output::yellow("note:"),
                path.display()
            ));
            Ok(false)
        }
        Found::Missing(path) => bail!(
            "the language model {} isn't there: fetch it with `ganglion models pull` (or `cargo xtask setup`), or start \
             without it by --offline",
            path.display()
        ),
    }
}

/// Ends what an earlier supervisor that was killed may have left running.
fn clear_left_overs(record: &Record) -> Result<()> {
    let left = record.alive();
    if left.is_empty() {
        return Ok(());
    }
    output::talk(&format!("{} ending {} processes of an earlier run", output::yellow("note:"), left.len()));
    end(&left)
}

/// Ends recorded processes: SIGTERM, five seconds, SIGKILL.
///
/// # Errors
/// Some process can't be ended, for instance because it is another user's.
pub(crate) fn end(processes: &[ProcessId]) -> Result<()> {
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        for process in processes {
            process.signal(signal).with_context(|| format!("can't end process {}", process.pid))?;
        }
        if wait_gone(processes, Duration::from_secs(5)).is_empty() {
            return Ok(());
        }
    }
    bail!("some processes don't end: {:?}", wait_gone(processes, Duration::ZERO))
}
