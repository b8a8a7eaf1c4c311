//! Changing the chain: plan, show, ask, sign, send, report.

use std::io::{self, IsTerminal, Write as _};

use anyhow::{bail, Context, Result};
use ganglion_client::{Client, Inclusion, Plan, Write};
use schemars::JsonSchema;
use serde::Serialize;

use super::signing::{Key, Signing};
use super::{block_on, connect, show, Page};
use crate::amount::Tao;
use crate::cli::WriteArgs;
use crate::output;

/// What a writing command did, or would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// `Pallet.call`, as the chain names it.
    pub call: String,
    /// Address that signs; `null` for a call that is its own proof.
    pub signer: Option<String>,
    /// What the chain charges, RAO; 0 for calls of registered neurons within their limits.
    pub fee_rao: u64,
    /// What it does, a sentence each.
    pub effects: Vec<String>,
    /// What to know before signing, a sentence each.
    pub warnings: Vec<String>,
    /// Whether the chain would refuse it now.
    pub refused: bool,
    /// Where it went in; `null` if it wasn't sent.
    pub included: Option<Included>,
}

/// Where a transaction went in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Included {
    /// Height of the block.
    pub block: u32,
    /// Hash of the block, 0x….
    pub block_hash: String,
    /// Hash of the transaction, 0x….
    pub extrinsic_hash: String,
}

impl Report {
    fn new(plan: &Plan, inclusion: Option<Inclusion>) -> Self {
        Self {
            call: plan.title(),
            signer: plan.signer().map(|key| key.to_ss58()),
            fee_rao: plan.fee(),
            effects: plan.effects().iter().map(ToString::to_string).collect(),
            warnings: plan.warnings().iter().map(ToString::to_string).collect(),
            refused: plan.is_refused(),
            included: inclusion.map(|at| Included {
                block: at.block_number,
                block_hash: format!("0x{}", hex::encode(at.block_hash)),
                extrinsic_hash: format!("0x{}", hex::encode(at.extrinsic_hash)),
            }),
        }
    }

    /// What is about to be signed, for the person who is asked.
    fn question(&self) -> String {
        let mut lines = vec![format!("{} signed by {}", self.call, self.signer.as_deref().unwrap_or("nobody"))];
        lines.extend(self.effects.iter().map(|effect| format!("  · {effect}")));
        lines.extend(self.warnings.iter().map(|warning| format!("  {} {warning}", output::yellow("!"))));
        lines.push(match self.fee_rao {
            0 => "  no fee".into(),
            fee => format!("  fee {}", Tao(fee)),
        });
        lines.join("\n")
    }
}

impl Page for Report {
    fn text(&self) -> String {
        match &self.included {
            Some(at) => {
                let done = self.effects.join("; ");
                format!("Done in block {}: {done}\n{}", at.block, at.extrinsic_hash)
            }
            None => self.question(),
        }
    }
}

/// Plans what `make` says, asks, signs with `key`, sends and reports.
///
/// # Errors
/// The chain refuses or doesn't answer, the person says no, nobody can be asked, or the key can't be had.
pub fn run<F>(args: &WriteArgs, key: Key, make: F) -> Result<()>
where
    F: AsyncFnOnce(&Client, &Signing) -> Result<Write>,
{
    block_on(async {
        let signing = Signing::find(args, key)?;
        let client = connect(&args.chain).await?;
        let write = make(&client, &signing).await?;
        let plan = client.plan(signing.public(), write).await?;
        let planned = Report::new(&plan, None);
        if args.dry_run {
            return show(&planned, args.chain.json);
        }
        if planned.refused {
            bail!("the chain would refuse it: {}", planned.warnings.join("; "));
        }
        if !args.yes {
            ask(&planned.question())?;
        }
        let signer = signing.unlock(args)?;
        let step = output::Step::start("Waiting for a block to take it");
        let inclusion = plan.send(&signer).await?;
        drop(step);
        show(&Report::new(&plan, Some(inclusion)), args.chain.json)
    })
}

/// Sends a call that is its own proof, and reports.
///
/// # Errors
/// The chain refuses or doesn't answer.
pub async fn send_unsigned(client: &Client, write: Write, json: bool) -> Result<()> {
    let plan = client.plan_unsigned(write).await?;
    let inclusion = plan.send_unsigned().await?;
    show(&Report::new(&plan, Some(inclusion)), json)
}

/// Asks a person whether to go on.
///
/// # Errors
/// The person says no, or there is nobody to ask.
pub fn ask(question: &str) -> Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        bail!("nothing was signed: there is no terminal to ask at; add --yes to go on without being asked");
    }
    output::talk(question);
    let mut err = io::stderr().lock();
    let _ = write!(err, "Sign and send it? [y/N] ");
    let _ = err.flush();
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("can't read the answer")?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => bail!("nothing was signed"),
    }
}
