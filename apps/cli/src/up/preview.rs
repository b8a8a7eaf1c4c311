//! `--dry-run`: what would run where. It looks at all that a start looks at, and changes nothing.

use std::path::PathBuf;

use anyhow::{bail, Result};
use schemars::JsonSchema;
use serde::Serialize;

use super::plan::Plan;
use super::start::{self, Starter};
use super::{find_model, prepare, room, screen};
use crate::cli::UpArgs;
use crate::commands::{show, Page};
use crate::folder::{Folder, LockError, ProcessRecord, Record};
use crate::status::table::plain_table;

/// `ganglion up --dry-run`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Preview {
    /// The network's folder.
    dir: PathBuf,
    /// Whether the chain that is there would go on; else one would be made.
    continues: bool,
    /// What `--fresh` would delete first.
    deletes: Vec<PathBuf>,
    /// Ids of processes that an earlier run left, and that would be ended first.
    ends: Vec<u32>,
    /// Length of a slot, milliseconds.
    slot_ms: u64,
    /// Where the gateway would listen, a URL.
    gateway: String,
    /// Where the explorer's pages would be, a URL.
    explorer: Option<String>,
    /// The nodes' JSON-RPC, `ws://` URLs.
    nodes: Vec<String>,
    /// What would run. Where any free port was asked for (`--base-port 0`), a start takes others.
    processes: Vec<ProcessRecord>,
    /// What to know about the ports, a sentence each.
    notes: Vec<String>,
}

impl Page for Preview {
    fn text(&self) -> String {
        let mut lines: Vec<_> = self.deletes.iter().map(|path| format!("Would delete {}", path.display())).collect();
        if !self.ends.is_empty() {
            lines.push(format!("Would end {} processes of an earlier run", self.ends.len()));
        }
        let chain = if self.continues { "continue the chain" } else { "make a chain" };
        lines.push(format!("Would {chain} in {}, with slots of {} ms, and run", self.dir.display(), self.slot_ms));
        let mut table = plain_table(&["NAME", "ROLE", "SUBNET", "ADDRESS", "LOG"]);
        for process in &self.processes {
            let log = process.log.strip_prefix(&self.dir).unwrap_or(&process.log).display().to_string();
            let (name, role) = (process.name.clone(), process.role.name().to_string());
            table.add_row([name, role, screen::subnet(process), process.address.clone(), log]);
        }
        lines.push(table.trim_fmt());
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines.join("\n")
    }
}

/// Says what `ganglion up` would do with the same options.
///
/// # Errors
/// What would keep the network from starting, as far as it can be seen without starting it.
pub fn run(args: &UpArgs, folder: &Folder) -> Result<()> {
    folder.check()?;
    let record = match folder.read() {
        // What is deleted needn't be understood.
        Err(_) if args.fresh => None,
        found => found?,
    };
    if let Some(supervisor) = record.as_ref().and_then(|record| record.supervisor).filter(|process| process.alive()) {
        bail!(LockError::Running { pid: supervisor.pid.to_string() });
    }
    let previous = record.filter(|_| !args.fresh);
    let disk = folder.root().ancestors().find(|path| path.is_dir());
    room::to_start(disk.unwrap_or(folder.root()))?;
    let preview = foresee(args, folder, previous.as_ref())?;
    show(&preview, args.json)
}

fn foresee(args: &UpArgs, folder: &Folder, previous: Option<&Record>) -> Result<Preview> {
    let slot_ms = prepare::slot_ms(args.slot_ms, previous)?;
    let plan = Plan::make(args, find_model(args)?, previous)?;
    let starter = Starter { program: start::this_program()?, folder, plan: &plan, slot_ms };
    // Hotkeys are known when there are wallets.
    let processes = starter.records(&[]);
    Ok(Preview {
        dir: folder.root().to_path_buf(),
        continues: !args.fresh && folder.chain_spec().exists(),
        deletes: if args.fresh { folder.contents() } else { Vec::new() },
        ends: previous.map_or_else(Vec::new, |record| record.alive().iter().map(|process| process.pid).collect()),
        slot_ms,
        gateway: start::gateway_url(&plan),
        explorer: start::explorer_url(&plan),
        nodes: plan.nodes.iter().map(|node| node.rpc.clone()).collect(),
        processes,
        notes: plan.notices.clone(),
    })
}
