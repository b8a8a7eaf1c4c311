//! `ganglion validator receipts`: what was asked, what came back, what it was worth; signed.

use anyhow::{bail, Context, Result};
use ganglion_keys::PublicKey;
use ganglion_subnet::receipts::{self, Receipt, SignedReceipt};
use schemars::JsonSchema;
use serde::Serialize;

use super::{show, table, Page};
use crate::cli::ReceiptsArgs;
use crate::run::state_dir;

/// A part of a score.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PartRow {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// One receipt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReceiptRow {
    /// The subnet.
    pub netuid: u16,
    /// The validator's round.
    pub round: u64,
    /// Block whose hash went into the task's seed.
    pub block: u32,
    /// Kind of task.
    pub kind: String,
    /// Address of the validator's hotkey.
    pub validator: String,
    /// Address of the miner's hotkey.
    pub miner: String,
    /// The miner's identity for life.
    pub neuron: u64,
    /// `answered`, `timeout`, `unreachable`, `refused` or `bad_answer`.
    pub outcome: String,
    /// Milliseconds until the answer was there or the attempt failed.
    pub elapsed_ms: u64,
    /// The score, 0 to 1.
    pub score: f64,
    /// What it is made of.
    pub parts: Vec<PartRow>,
    /// Gain over the public baseline, bits; `null` in receipts of earlier versions.
    pub absolute_bits: Option<f64>,
    /// What it added to the others' answers, bits; `null` if nobody else was asked (in receipts of earlier versions also
    /// where all together hardly knew anything).
    pub marginal_bits: Option<f64>,
    /// What nobody else said, bits; `null` if nobody else answered.
    pub novelty_bits: Option<f64>,
    /// When, milliseconds since 1970 by the validator's clock.
    pub time_ms: u64,
    /// Whether the signature is the validator's.
    pub valid: bool,
    /// The receipt as it was written, `{"receipt":…,"signature":…}`: what others check.
    pub line: String,
}

/// `ganglion validator receipts`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReceiptsPage {
    /// Where they lie.
    pub folder: String,
    /// The newest that were asked for, newest last.
    pub receipts: Vec<ReceiptRow>,
    /// How many of these have a wrong signature.
    pub invalid: u32,
}

impl ReceiptRow {
    fn new(signed: &SignedReceipt) -> Result<Self> {
        let Receipt { parts, bits, .. } = &signed.receipt;
        let receipt = &signed.receipt;
        Ok(Self {
            netuid: receipt.netuid,
            round: receipt.round,
            block: receipt.block,
            kind: receipt.kind.clone(),
            validator: receipt.validator.to_ss58(),
            miner: receipt.miner.to_ss58(),
            neuron: receipt.neuron,
            outcome: receipt.outcome.clone(),
            elapsed_ms: receipt.elapsed_ms,
            score: receipt.score,
            parts: parts.iter().map(|(name, value)| PartRow { name: name.clone(), value: *value }).collect(),
            absolute_bits: bits.map(|bits| bits.absolute),
            marginal_bits: bits.and_then(|bits| bits.marginal),
            novelty_bits: bits.and_then(|bits| bits.novelty),
            time_ms: receipt.time_ms,
            valid: signed.verify(),
            line: serde_json::to_string(signed)?,
        })
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.round.to_string(),
            self.block.to_string(),
            self.kind.clone(),
            table::short(&self.miner),
            self.outcome.clone(),
            self.elapsed_ms.to_string(),
            format!("{:.3}", self.score),
            table::or_dash(self.absolute_bits.map(|bits| format!("{bits:.2}"))),
            table::or_dash(self.marginal_bits.map(|bits| format!("{bits:.2}"))),
            table::or_dash(self.novelty_bits.map(|bits| format!("{bits:.2}"))),
            if self.valid { "ok" } else { "WRONG" }.into(),
        ]
    }
}

impl Page for ReceiptsPage {
    fn text(&self) -> String {
        if self.receipts.is_empty() {
            return format!("No receipts of that kind in {}", self.folder);
        }
        let headings =
            ["ROUND", "BLOCK", "KIND", "MINER", "OUTCOME", "MS", "SCORE", "BITS", "ADDED", "NOVEL", "SIGNATURE"];
        table::table(&headings, &[0, 1, 5, 6, 7, 8, 9], self.receipts.iter().map(ReceiptRow::cells))
    }
}

/// Shows a validator's receipts, and fails if a signature is wrong.
///
/// # Errors
/// There are none, they can't be read, or one isn't what the validator signed.
pub fn run(args: &ReceiptsArgs) -> Result<()> {
    let state = match &args.state_dir {
        Some(folder) => folder.clone(),
        None => state_dir(args.netuid, &args.wallet_name, &args.wallet_hotkey)?,
    };
    let folder = state.join("receipts");
    if !folder.is_dir() {
        bail!("there are no receipts in {}: name the validator's folder with --state-dir", state.display());
    }
    let miner = match &args.miner {
        Some(address) => Some(PublicKey::from_ss58(address).with_context(|| format!("{address} is no address"))?),
        None => None,
    };
    let blocks = args.from_block..=args.to_block.unwrap_or(u32::MAX);
    let wanted = |receipt: &Receipt| {
        miner.is_none_or(|miner| receipt.miner == miner)
            && args.kind.as_ref().is_none_or(|kind| receipt.kind == *kind)
            && blocks.contains(&receipt.block)
    };
    let most = usize::try_from(args.last).unwrap_or(usize::MAX);
    let found = receipts::find(&folder, most, wanted)?;
    let rows = found.iter().map(ReceiptRow::new).collect::<Result<Vec<_>>>()?;
    let invalid = rows.iter().filter(|row| !row.valid).count();
    let page = ReceiptsPage {
        folder: folder.display().to_string(),
        receipts: rows,
        invalid: u32::try_from(invalid).unwrap_or(u32::MAX),
    };
    show(&page, args.json)?;
    match invalid {
        0 => Ok(()),
        _ => bail!("{invalid} of these receipts are not what the validator signed"),
    }
}
