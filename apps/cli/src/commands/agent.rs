//! `ganglion agent …`.

use std::path::Path;
use std::time::Duration;

use anyhow::{bail, Result};
use ganglion_keys::agent::{Agent, Client, KeyInfo, Kind};
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{explain, folder, socket, source, Role};
use super::{block_on, show, table, Page};
use crate::cli::{AgentAddArgs, AgentCommand, AgentListArgs, Purpose};
use crate::output;
use crate::signals::Signals;

/// A key that the agent holds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HeldKey {
    /// Its address.
    pub address: String,
    /// What it is called: wallet and key.
    pub name: String,
    /// What it may sign: `transaction`, `text`.
    pub purposes: Vec<String>,
    /// Seconds until it is forgotten.
    pub seconds: u64,
}

/// `ganglion agent list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HeldKeys {
    /// The keys.
    pub keys: Vec<HeldKey>,
}

impl HeldKey {
    fn new(info: &KeyInfo) -> Self {
        Self {
            address: info.key.to_ss58(),
            name: info.name.clone(),
            purposes: info.kinds.iter().map(ToString::to_string).collect(),
            seconds: info.seconds,
        }
    }
}

impl Page for HeldKeys {
    fn text(&self) -> String {
        if self.keys.is_empty() {
            return "The agent holds no keys: `ganglion agent add` gives it one".into();
        }
        let rows = self.keys.iter().map(|key| {
            let minutes = key.seconds.div_ceil(60);
            vec![key.name.clone(), key.purposes.join(", "), format!("{minutes} min"), key.address.clone()]
        });
        table::table(&["NAME", "SIGNS", "FOR", "ADDRESS"], &[2], rows)
    }
}

impl Purpose {
    fn kind(self) -> Kind {
        match self {
            Self::Transaction => Kind::Transaction,
            Self::Text => Kind::Text,
        }
    }
}

/// Runs a command.
///
/// # Errors
/// No agent answers, or it refuses; for `run`: another agent runs, or the socket can't be made.
pub fn run(command: &AgentCommand) -> Result<()> {
    match command {
        AgentCommand::Run(args) => serve(&socket(&args.at)?),
        AgentCommand::Add(args) => add(args),
        AgentCommand::List(args) => list(args),
        AgentCommand::Remove(args) => Ok(Client::new(&socket(&args.at)?).remove(args.key)?),
        AgentCommand::Lock(args) => Ok(Client::new(&socket(&args.at)?).lock()?),
        AgentCommand::Stop(args) => Ok(Client::new(&socket(&args.at)?).stop()?),
    }
}

/// Serves until a signal or a client ends it.
fn serve(socket: &Path) -> Result<()> {
    let agent = Agent::bind(socket)?;
    Agent::seal_process()?;
    let handle = agent.handle();
    output::talk(&format!("The agent listens at {}; it holds no keys yet", socket.display()));
    block_on(async {
        let mut signals = Signals::listen()?;
        let mut serving = tokio::task::spawn_blocking(move || agent.run());
        tokio::select! {
            ended = &mut serving => ended??,
            () = signals.any() => {
                handle.stop();
                serving.await??;
            }
        }
        Ok(())
    })
}

/// Unlocks a key and hands it to the agent.
fn add(args: &AgentAddArgs) -> Result<()> {
    let client = Client::new(&socket(&args.at)?);
    // Before a password is typed in vain.
    client.keys()?;
    let role = Role::of(args.hotkey);
    let keyfile = folder(&args.wallet)?.open(role.name(&args.wallet), &source(&args.password)).map_err(explain)?;
    let Some(pair) = keyfile.keypair() else { bail!("the key file holds no secret") };
    let kinds: Vec<Kind> = match args.purposes.as_slice() {
        [] => Kind::ALL.to_vec(),
        named => named.iter().map(|purpose| purpose.kind()).collect(),
    };
    let name = match role {
        Role::Coldkey => format!("{}/coldkey", args.wallet.wallet_name),
        Role::Hotkey => format!("{}/{}", args.wallet.wallet_name, args.wallet.wallet_hotkey),
    };
    client.add(&name, pair, Duration::from_secs(u64::from(args.minutes) * 60), &kinds)?;
    output::talk(&format!("The agent signs for {} for {} minutes", pair.public(), args.minutes));
    Ok(())
}

fn list(args: &AgentListArgs) -> Result<()> {
    let keys = Client::new(&socket(&args.at)?).keys()?;
    show(&HeldKeys { keys: keys.iter().map(HeldKey::new).collect() }, args.json)
}
