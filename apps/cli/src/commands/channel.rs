//! `ganglion channel …`: prepaid access.

use std::collections::BTreeMap;

use anyhow::Result;
use ganglion_client::Write;
use ganglion_primitives::{ChannelId, ChannelInfo};
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{public, Role};
use super::write::{self, Made};
use super::{block_on, connect, redeem, show, table, Page};
use crate::amount::column;
use crate::chain::ss58;
use crate::cli::{ChannelCommand, ChannelListArgs};

/// Most rows that a node gives in one page.
const PAGE: u32 = 256;

/// One payment channel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChannelRow {
    /// Its number.
    pub channel: u64,
    /// Address of the coldkey that opened it.
    pub user: String,
    /// Address of the hotkey that serves and redeems.
    pub provider: String,
    /// Address of the key whose signature vouchers need.
    pub voucher_key: String,
    /// All RAO ever put in.
    pub deposit_rao: u64,
    /// RAO that the provider has redeemed.
    pub redeemed_rao: u64,
    /// The first block at which the provider can redeem no more; `null` while nobody closes it.
    pub closes_at: Option<u32>,
}

impl ChannelRow {
    fn new(channel: &ChannelInfo) -> Self {
        Self {
            channel: channel.id.0,
            user: ss58(&channel.user),
            provider: ss58(&channel.provider),
            voucher_key: ganglion_keys::PublicKey(channel.voucher_key.0).to_ss58(),
            deposit_rao: channel.deposit,
            redeemed_rao: channel.redeemed,
            closes_at: channel.closes_at,
        }
    }
}

/// `ganglion channel list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChannelList {
    /// Oldest first.
    pub channels: Vec<ChannelRow>,
}

impl Page for ChannelList {
    fn text(&self) -> String {
        if self.channels.is_empty() {
            return "No channels".into();
        }
        let headings = ["CHANNEL", "DEPOSIT τ", "REDEEMED τ", "STATE", "USER", "PROVIDER"];
        table::table(
            &headings,
            &[0, 1, 2],
            self.channels.iter().map(|row| {
                vec![
                    row.channel.to_string(),
                    column(row.deposit_rao),
                    column(row.redeemed_rao),
                    row.closes_at.map_or_else(|| "open".into(), |block| format!("closes at {block}")),
                    table::short(&row.user),
                    table::short(&row.provider),
                ]
            }),
        )
    }
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &ChannelCommand) -> Result<()> {
    let cold = Role::Coldkey;
    match command {
        ChannelCommand::List(args) => list(args),
        ChannelCommand::Open(args) => {
            let voucher_key = args.voucher_key.map_or_else(|| public(&args.write.wallet, Role::Hotkey), Ok)?;
            write::run_making(&args.write, cold, Made("Access", "ChannelOpened", "channel"), async |_, _| {
                Ok(Write::open_channel(args.provider, args.deposit.0, voucher_key))
            })
        }
        ChannelCommand::TopUp(args) => {
            write::run(&args.write, cold, async |_, _| Ok(Write::top_up(args.channel, args.amount.0)))
        }
        ChannelCommand::Redeem(args) => redeem::run(args),
        ChannelCommand::Close(args) => {
            let role = Role::of(args.as_provider);
            write::run(&args.write, role, async |_, _| Ok(Write::close_channel(args.channel)))
        }
        ChannelCommand::Settle(args) => {
            write::run(&args.write, cold, async |_, _| Ok(Write::settle_channel(args.channel)))
        }
    }
}

/// Lists the channels that a coldkey opened, or those to a provider.
///
/// # Errors
/// The chain doesn't answer, an address is none, or there is no such wallet.
fn list(args: &ChannelListArgs) -> Result<()> {
    let provider = args.provider;
    let user = match (args.user, provider) {
        (Some(user), _) => Some(user),
        (None, None) => Some(public(&args.wallet, Role::Coldkey)?),
        (None, Some(_)) => None,
    };
    let channels = block_on(async {
        let client = connect(&args.chain).await?;
        if let Some(user) = user {
            return Ok(client.latest().channels_of(&user).await?);
        }
        let (mut all, mut last) = (BTreeMap::new(), None);
        while let Some(provider) = &provider {
            let page = client.latest().channels_to(provider, last, PAGE).await?;
            last = page.last().map(|channel| channel.id);
            if !add(&mut all, page) {
                break;
            }
        }
        Ok(all.into_values().collect::<Vec<_>>())
    })?;
    show(&ChannelList { channels: channels.iter().map(ChannelRow::new).collect() }, args.chain.json)
}

/// Puts a page to the channels that are known, by number: the ledger gives a provider's in no order. Whether there was a new
/// one: a node that tells of the same ones again would do so for ever.
fn add(known: &mut BTreeMap<ChannelId, ChannelInfo>, page: Vec<ChannelInfo>) -> bool {
    let before = known.len();
    known.extend(page.into_iter().map(|channel| (channel.id, channel)));
    known.len() > before
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::{AccountId, VoucherKey};

    fn channel(number: u64) -> ChannelInfo {
        ChannelInfo {
            id: ChannelId(number),
            user: AccountId::new([1; 32]),
            provider: AccountId::new([2; 32]),
            voucher_key: VoucherKey::from_raw([3; 32]),
            deposit: 5,
            redeemed: 0,
            closes_at: None,
        }
    }

    #[test]
    fn a_providers_channels_are_in_order_and_have_an_end() {
        let mut known = BTreeMap::new();
        assert!(add(&mut known, vec![channel(9), channel(4)]));
        assert!(add(&mut known, vec![channel(4), channel(7)]));
        for page in [vec![], vec![channel(7)], vec![channel(9), channel(4)]] {
            assert!(!add(&mut known, page), "nothing new");
        }
        assert_eq!(known.keys().map(|id| id.0).collect::<Vec<_>>(), [4, 7, 9]);
    }
}
