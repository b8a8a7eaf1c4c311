//! `ganglion doctor`: looks for what is wrong here, and says what to do.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{bail, Result};
use ganglion_client::{Client, Deadlines};
use ganglion_keys::agent;
use ganglion_keys::{KeyError, KeyName, Wallet, WalletFolder};
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{root, socket};
use super::{block_on, endpoints, show, table, Page};
use crate::cli::DoctorArgs;
use crate::folder::{Folder, Phase};

/// How long a node may take.
const WAIT: Duration = Duration::from_secs(3);
/// A block that is older than this many slots means that the chain stands still.
const STILL: u64 = 10;

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    /// Nothing is wrong.
    Well,
    /// Nothing that stops anything.
    Note,
    /// Something is wrong.
    Wrong,
}

/// One check.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it went.
    pub finding: Finding,
    /// What was found.
    pub detail: String,
    /// What to do about it; `null` if there is nothing to do.
    pub advice: Option<String>,
}

/// `ganglion doctor`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// What was looked at, in order.
    pub checks: Vec<Check>,
}

impl Check {
    fn well(name: &str, detail: impl Into<String>) -> Self {
        Self { name: name.into(), finding: Finding::Well, detail: detail.into(), advice: None }
    }

    fn note(name: &str, detail: impl Into<String>, advice: &str) -> Self {
        let advice = Some(advice.into());
        Self { name: name.into(), finding: Finding::Note, detail: detail.into(), advice }
    }

    fn wrong(name: &str, detail: impl Into<String>, advice: &str) -> Self {
        Self { finding: Finding::Wrong, ..Self::note(name, detail, advice) }
    }
}

impl Page for Diagnosis {
    fn text(&self) -> String {
        let mark = |finding| match finding {
            Finding::Well => "ok",
            Finding::Note => "note",
            Finding::Wrong => "WRONG",
        };
        let rows = self.checks.iter().map(|check| {
            let advice = check.advice.as_ref().map_or_else(String::new, |advice| format!(": {advice}"));
            vec![mark(check.finding).into(), check.name.clone(), format!("{}{advice}", check.detail)]
        });
        table::table(&["", "WHAT", "FOUND"], &[], rows)
    }
}

/// Looks at everything. Fails if anything is wrong.
///
/// # Errors
/// Something is wrong, or stdout can't be written to.
pub fn run(args: &DoctorArgs) -> Result<()> {
    let mut checks = vec![network(args)];
    match endpoints::of(&args.chain) {
        Ok(urls) => checks.extend(block_on(async { Ok(nodes(urls).await) })?),
        Err(error) => checks.push(Check::wrong("node", format!("{error:#}"), "start the network, or name a --node")),
    }
    checks.extend(wallets(args)?);
    checks.push(agent(args)?);
    let wrong = checks.iter().filter(|check| check.finding == Finding::Wrong).count();
    show(&Diagnosis { checks }, args.chain.json)?;
    match wrong {
        0 => Ok(()),
        1 => bail!("one thing is wrong"),
        many => bail!("{many} things are wrong"),
    }
}

/// The local network's folder.
fn network(args: &DoctorArgs) -> Check {
    const NAME: &str = "local network";
    let folder = match Folder::locate(args.chain.at.dir.as_deref()) {
        Ok(folder) => folder,
        Err(error) => return Check::wrong(NAME, format!("{error:#}"), "set HOME, or choose a folder with --dir"),
    };
    let place = folder.root().display();
    match folder.read() {
        Ok(Some(record)) if record.phase == Phase::Stopped => {
            Check::note(NAME, format!("it is stopped, in {place}"), "`ganglion up` starts it")
        }
        Ok(Some(record)) => {
            let gone = record.processes.iter().filter(|process| !process.process.is_some_and(|id| id.alive()));
            match gone.map(|process| process.name.as_str()).collect::<Vec<_>>().as_slice() {
                [] => Check::well(NAME, format!("{} processes run, in {place}", record.processes.len())),
                gone => {
                    let advice =
                        "look into their logs, in the folder `logs` there; then `ganglion down` and `ganglion up`";
                    Check::wrong(NAME, format!("{} don't run, in {place}", gone.join(", ")), advice)
                }
            }
        }
        Ok(None) => Check::note(NAME, format!("there is none in {place}"), "`ganglion up` makes one"),
        Err(error) => Check::wrong(NAME, error.to_string(), "`ganglion up --fresh` starts anew"),
    }
}

/// Every node that a command would ask.
async fn nodes(urls: Vec<String>) -> Vec<Check> {
    let mut checks = Vec::new();
    for url in urls {
        let name = format!("node {}", Client::plain_url(&url));
        let deadlines = Deadlines { connect: WAIT, call: WAIT, ..Deadlines::default() };
        match Client::connect_with(&[url], deadlines).await {
            Ok(client) => match node(&client, &name).await {
                Ok(found) => checks.extend(found),
                Err(error) => checks.push(Check::wrong(&name, error.to_string(), "look into the node's log")),
            },
            Err(error) => {
                let advice = "`ganglion up` starts a network here, --node names another node";
                checks.push(Check::wrong(&name, error.to_string(), advice));
            }
        }
    }
    checks
}

async fn node(client: &Client, name: &str) -> Result<Vec<Check>> {
    let (best, finalized, health) = futures::try_join!(client.best(), client.finalized(), client.health())?;
    let detail = format!("block {}, finalised {}, {} peers", best.number, finalized.number, health.peers);
    let mut checks = vec![if health.syncing {
        Check::note(name, format!("{detail}, catching up"), "wait until it has caught up")
    } else if best.number.saturating_sub(finalized.number) > 100 {
        Check::wrong(name, format!("{detail}: finality lags"), "see with `ganglion validators list` who is absent")
    } else {
        Check::well(name, detail)
    }];
    let changed = client.mismatches().await?;
    checks.push(match changed.as_slice() {
        [] => Check::well("calls", "this program knows all calls of the chain"),
        changed => Check::wrong("calls", changed.join("; "), "update this program or the node"),
    });
    let latest = client.latest();
    let (time, producers) = futures::try_join!(latest.timestamp(), latest.producers())?;
    checks.push(clock(time, producers.slot_millis.max(1)));
    Ok(checks)
}

/// The chain's time beside this machine's, milliseconds.
fn clock(chain: u64, slot: u64) -> Check {
    const NAME: &str = "clock";
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let now = u64::try_from(now).unwrap_or(u64::MAX);
    let limit = slot.saturating_mul(STILL).max(30_000);
    let seconds = now.abs_diff(chain) / 1_000;
    if chain > now.saturating_add(limit) {
        let text = format!("the chain's time is {seconds} s ahead of this machine's");
        return Check::note(NAME, text, "set the clock by NTP (a chain that seals on demand runs ahead too)");
    }
    if now > chain.saturating_add(limit) {
        let text = format!("the last block is {seconds} s old");
        return Check::note(NAME, text, "no blocks are written, or this machine's clock is wrong");
    }
    Check::well(NAME, format!("the last block is {seconds} s away from this machine's time"))
}

/// Key files: readable, closed to others, encrypted.
fn wallets(args: &DoctorArgs) -> Result<Vec<Check>> {
    let folder: PathBuf = root(args.wallet.wallet_path.as_ref())?;
    let entries = Wallet::list(&folder)?;
    if entries.is_empty() {
        let text = format!("there are none in {}", folder.display());
        return Ok(vec![Check::note("wallets", text, "`ganglion wallet create` makes one")]);
    }
    let mut checks = Vec::new();
    for entry in entries {
        let wallet = WalletFolder::new(&folder, &entry.name)?;
        checks.push(key(&wallet, &format!("wallet {}", entry.name), KeyName::Coldkey));
        for (hotkey, _) in &entry.hotkeys {
            let name = format!("wallet {}, hotkey {hotkey}", entry.name);
            let check = key(&wallet, &name, KeyName::Hotkey(hotkey));
            // A neuron's key without a password is as it should be.
            if check.finding == Finding::Wrong {
                checks.push(check);
            }
        }
    }
    Ok(checks)
}

fn key(wallet: &WalletFolder, name: &str, key: KeyName<'_>) -> Check {
    match wallet.encryption(key) {
        Ok(Some(kind)) => Check::well(name, format!("encrypted ({kind})")),
        Ok(None) => match wallet.open(key, &ganglion_keys::PasswordSource::Nothing) {
            Ok(_) => {
                let advice = "`ganglion wallet password` gives it one, unless it belongs to a test network";
                Check::note(name, "the coldkey has no password", advice)
            }
            Err(error) => Check::wrong(name, error.to_string(), "put it right before you use the key"),
        },
        Err(KeyError::Missing { .. }) => Check::well(name, "only watched: the secret is elsewhere"),
        Err(error) => Check::wrong(name, error.to_string(), "put it right before you use the key"),
    }
}

fn agent(args: &DoctorArgs) -> Result<Check> {
    const NAME: &str = "agent";
    let socket = socket(&args.agent)?;
    Ok(match agent::Client::new(&socket).keys() {
        Ok(keys) => Check::well(NAME, format!("it holds {} keys", keys.len())),
        Err(_) if args.agent.socket.is_none() => {
            Check::note(NAME, "none runs", "`ganglion agent run` would save typing passwords")
        }
        Err(error) => Check::wrong(NAME, error.to_string(), "check --agent and GANGLION_AGENT"),
    })
}
