//! `ganglion wallet balance`.

use anyhow::Result;
use ganglion_primitives::AccountPositions;
use schemars::JsonSchema;
use serde::Serialize;

use crate::amount::Tao;
use crate::cli::BalanceArgs;
use crate::commands::keys::{public, Role};
use crate::commands::{block_on, connect, show, table, Page};

/// `ganglion wallet balance`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BalancePage {
    /// The address.
    pub address: String,
    /// What is neither staked nor on deposit, RAO.
    pub free_rao: u64,
    /// Of that, what can be spent now, RAO.
    pub spendable_rao: u64,
    /// What is staked, RAO.
    pub staked_rao: u64,
    /// What was staked and can't be withdrawn yet, or wasn't, RAO.
    pub leaving_rao: u64,
    /// What is on deposit, RAO.
    pub reserved_rao: u64,
    /// What votes bind, free or staked, RAO.
    pub voting_rao: u64,
    /// Subnets that it owns.
    pub subnets: Vec<u16>,
    /// Payment channels that it opened.
    pub channels: u32,
    /// Transactions that it has signed.
    pub nonce: u32,
}

impl BalancePage {
    fn new(address: String, has: &AccountPositions) -> Self {
        let sum = |amounts: &mut dyn Iterator<Item = u64>| amounts.fold(0u64, u64::saturating_add);
        Self {
            address,
            free_rao: has.free,
            spendable_rao: has.spendable,
            staked_rao: sum(&mut has.positions.iter().map(|position| position.stake)),
            leaving_rao: sum(&mut has.leaving.iter().map(|departure| departure.amount)),
            reserved_rao: has.reserved,
            voting_rao: has.voting,
            subnets: has.subnets.iter().map(|netuid| netuid.0).collect(),
            channels: has.channels,
            nonce: has.nonce,
        }
    }
}

impl Page for BalancePage {
    fn text(&self) -> String {
        let mut rows = vec![
            ("Address", self.address.clone()),
            ("Free", Tao(self.free_rao).to_string()),
            ("Spendable", Tao(self.spendable_rao).to_string()),
            ("Staked", Tao(self.staked_rao).to_string()),
        ];
        let others =
            [("Leaving", self.leaving_rao), ("On deposit", self.reserved_rao), ("Bound by votes", self.voting_rao)];
        rows.extend(others.into_iter().filter(|(_, rao)| *rao > 0).map(|(name, rao)| (name, Tao(rao).to_string())));
        table::properties(&rows)
    }
}

/// Shows what an account has.
///
/// # Errors
/// The chain doesn't answer, or there is no such wallet.
pub fn run(args: &BalanceArgs) -> Result<()> {
    let account = args.address.map_or_else(|| public(&args.wallet, Role::Coldkey), Ok)?;
    let has = block_on(async { Ok(connect(&args.chain).await?.account(&account).await?) })?;
    show(&BalancePage::new(account.to_ss58(), &has), args.chain.json)
}
