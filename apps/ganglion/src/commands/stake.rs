//! `ganglion stake …`.

use anyhow::Result;
use ganglion_primitives::AccountPositions;
use schemars::JsonSchema;
use serde::Serialize;

use super::{address, block_on, connect, show, table, wallet, Page};
use crate::amount::{column, Tao};
use crate::chain::ss58;
use crate::cli::StakeListArgs;

/// One stake.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StakeRow {
    /// Address of the hotkey that is backed.
    pub hotkey: String,
    /// Whether the coldkey owns that hotkey.
    pub owned: bool,
    /// Worth now, RAO.
    pub stake_rao: u64,
}

/// Stake that waits out its slash window.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LeavingRow {
    /// Address of the hotkey that it backed.
    pub hotkey: String,
    /// Worth now, RAO.
    pub amount_rao: u64,
    /// The first block in which it can be withdrawn.
    pub until: u32,
}

/// `ganglion stake list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StakeList {
    /// Address of the coldkey.
    pub coldkey: String,
    /// What isn't staked, RAO.
    pub free_rao: u64,
    /// All that is staked, RAO.
    pub staked_rao: u64,
    /// Its stakes.
    pub stakes: Vec<StakeRow>,
    /// Stake on its way out.
    pub leaving: Vec<LeavingRow>,
}

impl StakeList {
    fn new(coldkey: String, has: &AccountPositions) -> Self {
        let stakes = has.positions.iter().map(|position| StakeRow {
            hotkey: ss58(&position.hotkey),
            owned: position.owned,
            stake_rao: position.stake,
        });
        let leaving = has.leaving.iter().map(|departure| LeavingRow {
            hotkey: ss58(&departure.hotkey),
            amount_rao: departure.amount,
            until: departure.until,
        });
        Self {
            coldkey,
            free_rao: has.free,
            staked_rao: has.positions.iter().fold(0, |sum, position| position.stake.saturating_add(sum)),
            stakes: stakes.collect(),
            leaving: leaving.collect(),
        }
    }
}

impl Page for StakeList {
    fn text(&self) -> String {
        let mut text =
            format!("{}: {} free, {} staked", self.coldkey, Tao(self.free_rao), Tao(self.staked_rao));
        if !self.stakes.is_empty() {
            let rows = self.stakes.iter().map(|row| {
                vec![column(row.stake_rao), if row.owned { "own" } else { "nominated" }.into(), row.hotkey.clone()]
            });
            text += &format!("\n\n{}", table::table(&["STAKE", "KIND", "HOTKEY"], &[0], rows));
        }
        if !self.leaving.is_empty() {
            let rows = self
                .leaving
                .iter()
                .map(|row| vec![column(row.amount_rao), row.until.to_string(), row.hotkey.clone()]);
            text += &format!("\n\n{}", table::table(&["LEAVING", "FREE FROM BLOCK", "HOTKEY"], &[0, 1], rows));
        }
        text
    }
}

/// Lists a coldkey's stakes.
///
/// # Errors
/// The chain doesn't answer, the address is none, or there is no such wallet.
pub fn list(args: &StakeListArgs) -> Result<()> {
    let coldkey = match &args.address {
        Some(text) => address(text)?,
        None => wallet(&args.wallet)?.coldkey_public(),
    };
    let has = block_on(async { Ok(connect(&args.chain).await?.account(&coldkey).await?) })?;
    show(&StakeList::new(coldkey.to_ss58(), &has), args.chain.json)
}
