//! Changing the chain: plan, show, ask, sign, send, report.

use std::io::{self, Write as _};

use anyhow::{bail, Context, Result};
use ganglion_client::{Client, Inclusion, Plan, Write};
use ganglion_keys::agent::Kind;
use ganglion_keys::{PublicKey, Signer};
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{interactive, Key, Role};
use super::{block_on, connect, show, Page};
use crate::amount::Tao;
use crate::cli::WriteArgs;
use crate::exit::{Declined, Refused};
use crate::output;

/// What a writing command did, or would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// `Pallet.call`, as the chain names it.
    pub call: String,
    /// Address that signs; `null` for a call that is its own proof.
    pub signer: Option<String>,
    /// What the chain charges at most, RAO; 0 for calls of registered neurons within their limits.
    pub fee_rao: u64,
    /// What it does, a sentence each.
    pub effects: Vec<String>,
    /// What to know before signing, a sentence each.
    pub warnings: Vec<String>,
    /// Whether the chain would refuse it now.
    pub refused: bool,
    /// Where it went in; `null` if it wasn't sent.
    pub included: Option<Included>,
    /// Of the warnings, those for which it would be refused.
    #[serde(skip)]
    refusals: Vec<String>,
    /// Number of what was made (a subnet, a referendum, a channel), if anything was.
    pub number: Option<u64>,
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
    fn new(plan: &Plan) -> Self {
        Self {
            call: plan.title(),
            signer: plan.signer().map(PublicKey::to_ss58),
            fee_rao: plan.fee(),
            effects: plan.effects().iter().map(ToString::to_string).collect(),
            warnings: plan.warnings().iter().map(ToString::to_string).collect(),
            refused: plan.is_refused(),
            refusals: plan.warnings().iter().filter(|found| found.refused).map(ToString::to_string).collect(),
            included: None,
            number: None,
        }
    }

    fn included(self, at: &Inclusion, number: Option<u64>) -> Self {
        let hex = |hash: &[u8; 32]| format!("0x{}", hex::encode(hash));
        let included = Included {
            block: at.block_number,
            block_hash: hex(&at.block_hash),
            extrinsic_hash: hex(&at.extrinsic_hash),
        };
        Self { included: Some(included), number, ..self }
    }

    /// What is about to be signed, for the person who is asked.
    fn question(&self) -> String {
        let mut lines = vec![match &self.signer {
            Some(signer) => format!("{}, signed by {signer}", self.call),
            None => format!("{}, which is its own proof", self.call),
        }];
        lines.extend(self.effects.iter().map(|effect| format!("  · {effect}")));
        lines.extend(self.warnings.iter().map(|warning| format!("  {} {warning}", output::yellow("!"))));
        lines.push(match self.fee_rao {
            0 => "  · no fee".into(),
            fee => format!("  · fee {}", Tao(fee)),
        });
        lines.join("\n")
    }

    fn refusal(&self) -> Result<()> {
        match self.refused {
            true => bail!(Refused(format!("the chain would refuse {}: {}", self.call, self.refusals.join("; ")))),
            false => Ok(()),
        }
    }
}

impl Page for Report {
    fn text(&self) -> String {
        let Some(at) = &self.included else { return self.question() };
        let number = self.number.map_or_else(String::new, |number| format!("\nNumber {number}"));
        format!("Done in block {}: {}{number}\n{}", at.block, self.effects.join("; "), at.extrinsic_hash)
    }
}

/// An event whose field says the number of what a call made.
#[derive(Clone, Copy, Debug)]
pub struct Made(pub &'static str, pub &'static str, pub &'static str);

/// Plans what `make` says, asks, signs with the wallet's key of this role, sends and reports.
///
/// # Errors
/// The chain refuses or doesn't answer, nobody agrees, or the key can't be had.
pub fn run<F>(args: &WriteArgs, role: Role, make: F) -> Result<()>
where
    F: AsyncFnOnce(&Client, PublicKey) -> Result<Write>,
{
    perform(args, role, None, make).map(drop)
}

/// As [`run`], and reports the number of what was made.
///
/// # Errors
/// As there.
pub fn run_making<F>(args: &WriteArgs, role: Role, made: Made, make: F) -> Result<()>
where
    F: AsyncFnOnce(&Client, PublicKey) -> Result<Write>,
{
    perform(args, role, Some(made), make).map(drop)
}

/// As [`run`]; where it went in, if it was sent.
///
/// # Errors
/// As there.
pub fn perform<F>(args: &WriteArgs, role: Role, made: Option<Made>, make: F) -> Result<Option<Inclusion>>
where
    F: AsyncFnOnce(&Client, PublicKey) -> Result<Write>,
{
    let key = Key::find(&args.wallet, role)?;
    block_on(async {
        let client = connect(&args.chain).await?;
        let write = make(&client, key.public()).await?;
        let plan = client.plan(key.public(), write).await?;
        let planned = Report::new(&plan);
        if !agreed(args, &planned)? {
            return Ok(None);
        }
        let signer = key.unlock(Kind::Transaction, &args.agent, &args.password)?;
        send(args, &client, &plan, planned, signer.as_ref(), made).await.map(Some)
    })
}

/// As [`run`], for a call whose making changes something elsewhere. `foreseen` stands in for it while it is planned, shown
/// and asked about; `make` runs only when it is agreed and the key is there, so a dry run, a refusal, a no or a wrong
/// password leaves everything as it was.
///
/// # Errors
/// As there, and those of `make`.
pub fn run_late<F>(args: &WriteArgs, role: Role, foreseen: Write, make: F) -> Result<()>
where
    F: AsyncFnOnce(&Client) -> Result<Write>,
{
    let key = Key::find(&args.wallet, role)?;
    block_on(async {
        let client = connect(&args.chain).await?;
        if !agreed(args, &Report::new(&client.plan(key.public(), foreseen).await?))? {
            return Ok(());
        }
        let signer = key.unlock(Kind::Transaction, &args.agent, &args.password)?;
        let write = make(&client).await?;
        let plan = client.plan(key.public(), write).await?;
        let planned = Report::new(&plan);
        planned.refusal()?;
        send(args, &client, &plan, planned, signer.as_ref(), None).await.map(drop)
    })
}

/// Signs and sends what was agreed, and reports.
async fn send(
    args: &WriteArgs,
    client: &Client,
    plan: &Plan,
    planned: Report,
    signer: &dyn Signer,
    made: Option<Made>,
) -> Result<Inclusion> {
    let step = output::Step::start("Waiting for a block to take it");
    let inclusion = plan.send(signer).await?;
    drop(step);
    let number = number(client, &inclusion, made).await;
    show(&planned.included(&inclusion, number), args.chain.json)?;
    Ok(inclusion)
}

/// Whether the chain would take a call that is its own proof, as far as that shows before the proof is there: `call` has
/// a stand-in for it. The chain is known to have come to the block `known`.
///
/// # Errors
/// The chain would refuse it, or doesn't answer; or the node that answers is behind.
pub async fn check_unsigned(client: &Client, call: Write, known: u32) -> Result<()> {
    let plan = client.plan_unsigned(call).await?;
    caught_up(plan.at().number, known)?;
    Report::new(&plan).refusal()
}

/// What a node refuses says something about the chain only if it was asked at or behind the block `known`: another one, which
/// steps in for one that is away, may be behind and know neither the block nor the subnet.
///
/// # Errors
/// It was asked before: that is no [`Refused`].
pub fn caught_up(asked_at: u32, known: u32) -> Result<()> {
    if asked_at < known {
        bail!("the node is at block {asked_at}, and the chain was at {known} already: try again when it has caught up");
    }
    Ok(())
}

/// Plans a call that is its own proof, and sends it if that is what the arguments say. Nobody is asked: the work is done.
///
/// # Errors
/// The chain refuses or doesn't answer.
pub async fn send_unsigned(args: &WriteArgs, client: &Client, write: Write) -> Result<()> {
    let plan = client.plan_unsigned(write).await?;
    let planned = Report::new(&plan);
    planned.refusal()?;
    let inclusion = plan.send_unsigned().await?;
    show(&planned.included(&inclusion, None), args.chain.json)
}

/// Whether to go on: not for a dry run, which is shown here; and only with a person's word or `--yes`.
fn agreed(args: &WriteArgs, planned: &Report) -> Result<bool> {
    if args.dry_run {
        show(planned, args.chain.json)?;
        planned.refusal()?;
        return Ok(false);
    }
    planned.refusal()?;
    if args.yes {
        for warning in &planned.warnings {
            output::talk(&format!("{} {warning}", output::yellow("!")));
        }
    } else {
        ask(&planned.question(), "Sign and send it?")?;
    }
    Ok(true)
}

/// The number in the event that `made` names. A block whose events can't be read doesn't undo what was done.
async fn number(client: &Client, inclusion: &Inclusion, made: Option<Made>) -> Option<u64> {
    let Made(pallet, name, field) = made?;
    let events = client.latest().events_of(inclusion).await.ok()?;
    let event = events.iter().find(|event| event.pallet == pallet && event.name == name)?;
    event.number(field).and_then(|number| u64::try_from(number).ok())
}

/// Asks a person whether to go on.
///
/// # Errors
/// The person says no, or there is nobody to ask.
pub fn ask(what: &str, question: &str) -> Result<()> {
    if !interactive() {
        bail!(Declined(
            "nothing was done: there is no terminal to ask at; add --yes to go on without being asked".into()
        ));
    }
    output::talk(what);
    let mut err = io::stderr().lock();
    let _ = write!(err, "{question} [y/N] ");
    let _ = err.flush();
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("can't read the answer")?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => bail!(Declined("nothing was done".into())),
    }
}
