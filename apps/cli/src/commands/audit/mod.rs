//! `ganglion validator audit`: whether a validator drew its tasks as it must.
//!
//! A receipt names the block and the hash of the secret that its task was drawn from, and the validator shows the
//! secret when the tempo is over, on a page whose hash is signed, too. With both, the task is drawn again here. Whether
//! the block really had that hash, a node knows (`--node`). A round has one task: who signed two drew until it liked one. A
//! tempo has one secret, whose hash receipts of the tempo before promise: receipts of both show whether it was kept.

mod blocks;
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, Result};
use ganglion_keys::PublicKey;
use ganglion_subnet::audit::{broken, contradicted, promised, revealed, AuditError};
use ganglion_subnet::organics::Origin;
use ganglion_subnet::receipts::{Receipt, SignedReceipt};
use ganglion_subnet::secret_page::SecretPage;
use ganglion_subnet_image as image;
use ganglion_subnet_market as market;
use ganglion_subnet_text as text;
use schemars::JsonSchema;
use serde::Serialize;

use self::blocks::Blocks;
use self::sources::{Wanted, MOST_TEMPOS};
use super::{block_on, plain, show, table, Page};
use crate::cli::AuditArgs;
use crate::exit::Usage;

/// What a receipt turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Its task follows from the seed.
    Seed,
    /// Its task was a user's request, by the validator's word: nobody else can draw it again. The seed had one asked.
    Organic,
    /// Its task can't be drawn again here, or not yet; the signature holds.
    Unchecked,
    /// Something doesn't hold.
    Wrong,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Seed => "from the seed",
            Self::Organic => "a user's",
            Self::Unchecked => "unchecked",
            Self::Wrong => "WRONG",
        }
    }
}

/// What receipts are held against.
struct Known {
    /// The validator's word on the secrets of tempos, by the epoch that ends each.
    secrets: BTreeMap<u32, SecretPage>,
    /// A node's word on blocks.
    blocks: Blocks,
}

/// What the other receipts say of one.
#[derive(Clone, Copy, Debug, Default)]
struct Others {
    /// Another task for its round is signed, too.
    contradicted: bool,
    /// Another hash for its tempo's secret, or for the one that it promises, is signed, too.
    broken: bool,
    /// One of an earlier tempo promised its secret.
    promised: bool,
}

impl Others {
    /// For each receipt.
    fn of(receipts: &[SignedReceipt]) -> Vec<Self> {
        let all = contradicted(receipts).into_iter().zip(broken(receipts)).zip(promised(receipts));
        all.map(|((contradicted, broken), promised)| Self { contradicted, broken, promised }).collect()
    }
}

/// One receipt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditRow {
    /// The validator's round.
    pub round: u64,
    /// Block whose hash went into the task's seed.
    pub block: u32,
    /// That hash, as the receipt has it, hex: compared with what a node says, if one is named.
    pub block_hash: String,
    /// The epoch block with which the tempo of the task ends.
    pub epoch: u32,
    /// Kind of task.
    pub kind: String,
    /// Address of the miner's hotkey.
    pub miner: String,
    /// Whether another of these receipts, of an earlier tempo, promised the secret of this one's.
    pub promised: bool,
    /// What it turned out to be.
    pub verdict: Verdict,
    /// Why it is unchecked or wrong; `null` if it is neither.
    pub reason: Option<String>,
}

/// `ganglion validator audit`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditPage {
    /// Address of the validator's hotkey.
    pub validator: String,
    /// The subnet.
    pub netuid: u16,
    /// How many receipts' tasks follow from their seeds.
    pub seed: u32,
    /// How many are users' requests.
    pub organic: u32,
    /// How many can't be checked here, or not yet.
    pub unchecked: u32,
    /// How many don't hold.
    pub wrong: u32,
    /// How many are of a tempo whose secret others of these receipts, of an earlier tempo, promised: who had those then
    /// knows that the tasks weren't chosen afterwards.
    pub promised: u32,
    /// How many lines were no receipts.
    pub unreadable: u32,
    /// The receipts in the order in which they were given.
    pub receipts: Vec<AuditRow>,
}

impl AuditRow {
    fn new((signed, others): (&SignedReceipt, Others), netuid: u16, known: &Known) -> Self {
        let wrong = |why: &str| (Verdict::Wrong, Some(why.to_owned()));
        let (verdict, reason) = match judge(signed, netuid, &known.secrets) {
            (Verdict::Wrong, why) => (Verdict::Wrong, why),
            _ if others.contradicted => wrong("the validator signed another task for the same round, too"),
            _ if others.broken => {
                wrong("the validator signed another secret's hash for its tempo, or for the one that it promises, too")
            }
            (found, why) => match known.blocks.doubt(&signed.receipt) {
                Some((doubt, reason)) => (doubt, Some(reason)),
                None => (found, why),
            },
        };
        let receipt = &signed.receipt;
        Self {
            round: receipt.round,
            block: receipt.block,
            block_hash: receipt.block_hash.clone(),
            epoch: receipt.epoch,
            kind: receipt.kind.clone(),
            miner: receipt.miner.to_ss58(),
            promised: others.promised,
            verdict,
            reason,
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.round.to_string(),
            self.block.to_string(),
            self.epoch.to_string(),
            plain(self.kind.as_bytes()),
            table::short(&self.miner),
            self.verdict.word().into(),
            table::or_dash(self.reason.as_deref()),
        ]
    }
}

impl AuditPage {
    fn new(validator: String, netuid: u16, unreadable: usize, receipts: Vec<AuditRow>) -> Self {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let of = |verdict: Verdict| number(receipts.iter().filter(|row| row.verdict == verdict).count());
        Self {
            validator,
            netuid,
            seed: of(Verdict::Seed),
            organic: of(Verdict::Organic),
            unchecked: of(Verdict::Unchecked),
            wrong: of(Verdict::Wrong),
            promised: number(receipts.iter().filter(|row| row.promised).count()),
            unreadable: number(unreadable),
            receipts,
        }
    }
}

impl Page for AuditPage {
    fn text(&self) -> String {
        let headings = ["ROUND", "BLOCK", "TEMPO ENDS", "KIND", "MINER", "TASK", "WHY"];
        let rows = table::table(&headings, &[0, 1, 2], self.receipts.iter().map(AuditRow::cells));
        format!(
            "{rows}\n\nOf validator {}: {} tasks from the seed, {} users' requests (by its word), {} unchecked, {} wrong; \
             of {}, an earlier tempo's receipt promised the secret; {} lines are no receipts",
            self.validator, self.seed, self.organic, self.unchecked, self.wrong, self.promised, self.unreadable
        )
    }
}

/// What a receipt is, and why if it isn't good.
fn judge(signed: &SignedReceipt, netuid: u16, secrets: &BTreeMap<u32, SecretPage>) -> (Verdict, Option<String>) {
    let wrong = |why: &str| (Verdict::Wrong, Some(why.to_owned()));
    let unchecked = |why: String| (Verdict::Unchecked, Some(why));
    let receipt = &signed.receipt;
    // Unsigned, it could be anybody's, and what it says of its subnet and tempo too.
    if !signed.verify() {
        return wrong("the signature is not the validator's");
    }
    if receipt.netuid != netuid {
        return unchecked(format!("it is of subnet {}, whose tasks aren't known here", receipt.netuid));
    }
    let shown = receipt.promise.as_ref().and_then(|promise| Some((promise, secrets.get(&promise.epoch)?)));
    if shown.is_some_and(|(promise, page)| promise.hash != page.commitment.hash) {
        return wrong("the validator names another secret for a later tempo than it promised in the receipt");
    }
    let Some(page) = secrets.get(&receipt.epoch) else {
        return unchecked("its tempo's secret wasn't given".into());
    };
    let secret = match revealed(page, signed) {
        Ok(secret) => secret,
        Err(AuditError::Hidden) => {
            return unchecked("its tempo's secret isn't revealed yet: a tempo later it is".into())
        }
        Err(AuditError::Secret) => {
            return wrong("the validator names another secret for this tempo than in the receipt");
        }
        Err(error) => return wrong(&error.to_string()),
    };
    if receipt.netuid == market::NETUID.0 {
        // Its operator has chosen assets, times ahead and events, and no receipt says which.
        return unchecked(
            "signature and secret hold; what a market's validator asks depends on its settings, too".into(),
        );
    }
    let origin = match receipt.netuid == image::NETUID.0 {
        true => image::origin_of_task(signed, secret),
        false => text::origin_of_task(signed, secret),
    };
    match origin {
        Ok(Origin::Seed) => (Verdict::Seed, None),
        Ok(Origin::Organic) => (Verdict::Organic, None),
        Err(error) => wrong(&error.to_string()),
    }
}

/// Checks receipts, and fails if one doesn't hold.
///
/// # Errors
/// Receipts or secrets can't be read, or a receipt is wrong.
pub fn run(args: &AuditArgs) -> Result<()> {
    let page = block_on(audit(args))?;
    show(&page, args.json)?;
    match page.wrong {
        0 => Ok(()),
        wrong => bail!(
            "{wrong} of these receipts don't hold (if the validator runs another version of Ganglion, which draws other \
             tasks, audit with that one)"
        ),
    }
}

/// The tempos whose secrets are wanted: those of the receipts, and those that they promise as far as there is room, so that
/// nobody escapes an audit by promising many. What receipts promise is held against the other receipts anyway.
fn tempos(receipts: &[SignedReceipt], netuid: u16) -> BTreeSet<u32> {
    let all = receipts.iter().map(|signed| &signed.receipt);
    let ours: Vec<&Receipt> = all.filter(|receipt| receipt.netuid == netuid).collect();
    let mut epochs: BTreeSet<u32> = ours.iter().map(|receipt| receipt.epoch).collect();
    for promise in ours.iter().filter_map(|receipt| receipt.promise.as_ref()) {
        if epochs.len() >= MOST_TEMPOS {
            break;
        }
        epochs.insert(promise.epoch);
    }
    epochs
}

async fn audit(args: &AuditArgs) -> Result<AuditPage> {
    let receipts = sources::receipts(&args.receipts).await?;
    let validators: BTreeSet<PublicKey> = receipts.found.iter().map(|signed| signed.receipt.validator).collect();
    let (1, Some(&validator)) = (validators.len(), validators.first()) else {
        bail!(Usage(format!("these are receipts of {} validators: audit one at a time", validators.len())));
    };
    let wanted = Wanted { validator, netuid: args.netuid, epochs: tempos(&receipts.found, args.netuid) };
    let secrets = sources::secrets(&args.secrets, &wanted).await?;
    let named = receipts.found.iter().filter(|signed| signed.receipt.netuid == args.netuid);
    let numbers: BTreeSet<u32> = named.map(|signed| signed.receipt.block).collect();
    let chains: BTreeSet<&str> = secrets.values().map(|page| page.commitment.genesis.as_str()).collect();
    let blocks = Blocks::ask(&args.nodes, numbers, &chains).await?;
    let known = Known { secrets, blocks };
    let each = receipts.found.iter().zip(Others::of(&receipts.found));
    let rows = each.map(|each| AuditRow::new(each, args.netuid, &known)).collect();
    Ok(AuditPage::new(validator.to_ss58(), args.netuid, receipts.unreadable, rows))
}

#[cfg(test)]
mod tests;
