//! `ganglion stake …`.

use anyhow::{bail, Result};
use ganglion_client::{Client, Write};
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountPositions, Rao};
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{public, Role};
use super::{block_on, connect, show, table, write, Page};
use crate::amount::{column, Amount, Tao};
use crate::chain::ss58;
use crate::cli::{StakeCommand, StakeListArgs, WalletArgs};

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
        let mut text = format!("{}: {} free, {} staked", self.coldkey, Tao(self.free_rao), Tao(self.staked_rao));
        if !self.stakes.is_empty() {
            let rows = self.stakes.iter().map(|row| {
                vec![column(row.stake_rao), if row.owned { "own" } else { "nominated" }.into(), row.hotkey.clone()]
            });
            text += &format!("\n\n{}", table::table(&["STAKE τ", "KIND", "HOTKEY"], &[0], rows));
        }
        if !self.leaving.is_empty() {
            let rows =
                self.leaving.iter().map(|row| vec![column(row.amount_rao), row.until.to_string(), row.hotkey.clone()]);
            text += &format!("\n\n{}", table::table(&["LEAVING τ", "FREE FROM BLOCK", "HOTKEY"], &[0, 1], rows));
        }
        text
    }
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &StakeCommand) -> Result<()> {
    let cold = Role::Coldkey;
    match command {
        StakeCommand::List(args) => list(args),
        StakeCommand::Add(args) => {
            let hotkey = backed(args.hotkey, &args.write.wallet)?;
            write::run(&args.write, cold, async |_, _| Ok(Write::add_stake(hotkey, args.amount.0)))
        }
        StakeCommand::Remove(args) => {
            let hotkey = backed(args.hotkey, &args.write.wallet)?;
            write::run(&args.write, cold, async |client, signer| {
                Ok(Write::remove_stake(hotkey, amount(client, signer, hotkey, args.amount).await?))
            })
        }
        StakeCommand::Move(args) => write::run(&args.write, cold, async |client, signer| {
            let rao = amount(client, signer, args.from, args.amount).await?;
            Ok(Write::move_stake(args.from, args.to, rao))
        }),
        StakeCommand::Withdraw(args) => write::run(&args.write, cold, async |_, _| Ok(Write::withdraw(args.hotkey))),
    }
}

/// The hotkey that was named, else the wallet's.
fn backed(named: Option<PublicKey>, wallet: &WalletArgs) -> Result<PublicKey> {
    named.map_or_else(|| public(wallet, Role::Hotkey), Ok)
}

/// RAO that `amount` stands for: all is what `coldkey` has on `hotkey`.
async fn amount(client: &Client, coldkey: PublicKey, hotkey: PublicKey, amount: Amount) -> Result<Rao> {
    match amount {
        Amount::Some(rao) => Ok(rao),
        Amount::All => {
            let positions = client.account(&coldkey).await?.positions;
            let found = positions.iter().find(|position| position.hotkey.as_ref() as &[u8] == hotkey.as_bytes());
            match found {
                Some(position) => Ok(position.stake),
                None => bail!("{coldkey} has no stake on {hotkey}: `ganglion stake list` shows where it has"),
            }
        }
    }
}

/// Lists a coldkey's stakes.
///
/// # Errors
/// The chain doesn't answer, the address is none, or there is no such wallet.
fn list(args: &StakeListArgs) -> Result<()> {
    let coldkey = args.address.map_or_else(|| public(&args.wallet, Role::Coldkey), Ok)?;
    let has = block_on(async { Ok(connect(&args.chain).await?.account(&coldkey).await?) })?;
    show(&StakeList::new(coldkey.to_ss58(), &has), args.chain.json)
}
