//! `ganglion delegate …`: validators that nominators can back.

use anyhow::{bail, Result};
use ganglion_client::{Client, Write};
use ganglion_keys::PublicKey;
use ganglion_primitives::info::{HotkeyInfo, Nomination};
use ganglion_primitives::HotkeyId;
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{public, Role};
use super::{block_on, connect, onward, share, show, table, write, Page};
use crate::amount::{column, Tao};
use crate::chain::ss58;
use crate::cli::{ChainArgs, DelegateCommand, DelegateShowArgs, DelegateTakeArgs};

/// Most rows that a node gives in one page.
const PAGE: u32 = 256;

/// A seat of a hotkey.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Seat {
    /// Number of the subnet.
    pub netuid: u16,
    /// Number of the seat.
    pub uid: u16,
}

/// A hotkey that can be nominated.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DelegateRow {
    /// Address of the hotkey.
    pub hotkey: String,
    /// Address of the coldkey that owns it.
    pub owner: String,
    /// The owner's share of validator dividends, 0 to 0.18.
    pub take: f64,
    /// Stake behind it, RAO.
    pub stake_rao: u64,
    /// The owner's part of that, RAO.
    pub own_rao: u64,
    /// Where it has a seat.
    pub seats: Vec<Seat>,
    /// Whether it is one of the 64.
    pub producer: bool,
}

impl DelegateRow {
    fn new(hotkey: String, info: &HotkeyInfo) -> Self {
        Self {
            hotkey,
            owner: ss58(&info.owner),
            take: share(info.take),
            stake_rao: info.stake,
            own_rao: info.own,
            seats: info.seats.iter().map(|(netuid, uid)| Seat { netuid: netuid.0, uid: uid.0 }).collect(),
            producer: info.producer,
        }
    }

    fn seats(&self) -> String {
        let seats: Vec<_> = self.seats.iter().map(|seat| format!("{}:{}", seat.netuid, seat.uid)).collect();
        seats.join(" ")
    }
}

/// `ganglion delegate list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DelegateList {
    /// Richest first.
    pub delegates: Vec<DelegateRow>,
}

impl Page for DelegateList {
    fn text(&self) -> String {
        if self.delegates.is_empty() {
            return "No neuron has a validator permit yet".into();
        }
        let headings = ["STAKE τ", "OWN τ", "TAKE", "SEATS", "PRODUCER", "HOTKEY"];
        table::table(
            &headings,
            &[0, 1, 2],
            self.delegates.iter().map(|row| {
                vec![
                    column(row.stake_rao),
                    column(row.own_rao),
                    format!("{:.2} %", row.take * 100.0),
                    row.seats(),
                    if row.producer { "yes" } else { "" }.into(),
                    row.hotkey.clone(),
                ]
            }),
        )
    }
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &DelegateCommand) -> Result<()> {
    match command {
        DelegateCommand::List(args) => list(args),
        DelegateCommand::Show(args) => of(args),
        DelegateCommand::Take(args) => take(args),
    }
}

/// Sets the owner's share.
fn take(args: &DelegateTakeArgs) -> Result<()> {
    let hotkey = args.hotkey.map_or_else(|| public(&args.write.wallet, Role::Hotkey), Ok)?;
    let parts = (args.percent / 100.0 * f64::from(u16::MAX)).round();
    write::run(&args.write, Role::Coldkey, async |_, _| Ok(Write::set_take(hotkey, parts as u16)))
}

/// Lists every neuron with a permit.
///
/// # Errors
/// The chain doesn't answer.
fn list(args: &ChainArgs) -> Result<()> {
    let mut delegates = block_on(async { permitted(&connect(args).await?).await })?;
    delegates.sort_by(|a, b| b.stake_rao.cmp(&a.stake_rao).then_with(|| a.hotkey.cmp(&b.hotkey)));
    show(&DelegateList { delegates }, args.json)
}

async fn permitted(client: &Client) -> Result<Vec<DelegateRow>> {
    let view = client.latest();
    let mut rows = Vec::new();
    let mut from = Some(HotkeyId(0));
    while let Some(start) = from {
        let page = view.delegates(start, PAGE).await?;
        rows.extend(page.delegates.iter().map(|delegate| DelegateRow::new(ss58(&delegate.hotkey), &delegate.info)));
        from = onward(&start, page.next);
    }
    Ok(rows)
}

/// One nominator.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NominatorRow {
    /// Address of its coldkey.
    pub coldkey: String,
    /// Worth now, RAO.
    pub stake_rao: u64,
}

impl NominatorRow {
    fn new(nomination: &Nomination) -> Self {
        Self { coldkey: ss58(&nomination.coldkey), stake_rao: nomination.stake }
    }
}

/// `ganglion delegate show`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DelegatePage {
    /// The hotkey.
    #[serde(flatten)]
    pub delegate: DelegateRow,
    /// Its nominators, as many as were asked for.
    pub nominators: Vec<NominatorRow>,
    /// Whether there are more.
    pub more: bool,
}

impl Page for DelegatePage {
    fn text(&self) -> String {
        let row = &self.delegate;
        let seats = row.seats();
        let facts = table::properties(&[
            ("Hotkey", row.hotkey.clone()),
            ("Owner", row.owner.clone()),
            ("Take", format!("{:.2} %", row.take * 100.0)),
            ("Stake", format!("{}, of which {} its owner's", Tao(row.stake_rao), Tao(row.own_rao))),
            ("Seats", if seats.is_empty() { "none".into() } else { seats }),
            ("Producer", if row.producer { "yes" } else { "no" }.into()),
        ]);
        if self.nominators.is_empty() {
            return format!("{facts}\n\nNo nominators");
        }
        let rows = self.nominators.iter().map(|row| vec![column(row.stake_rao), row.coldkey.clone()]);
        let more = if self.more { "\n(there are more: --limit)" } else { "" };
        format!("{facts}\n\n{}{more}", table::table(&["STAKE τ", "NOMINATOR"], &[0], rows))
    }
}

/// Shows a hotkey and its nominators.
///
/// # Errors
/// The chain doesn't answer or doesn't know the hotkey.
fn of(args: &DelegateShowArgs) -> Result<()> {
    let hotkey = args.hotkey;
    let page = block_on(async {
        let client = connect(&args.chain).await?;
        let mut nominators = Vec::new();
        let mut after = None;
        loop {
            let left = args.limit.saturating_sub(u32::try_from(nominators.len()).unwrap_or(u32::MAX));
            let Some(page) = client.latest().nominators(&hotkey, after, left.min(PAGE)).await? else {
                bail!("{hotkey} was never registered as a hotkey: check the address");
            };
            // A page of nobody, and another behind it, and so on, would have no end.
            let more = page.next.is_some() && !page.nominators.is_empty();
            nominators.extend(page.nominators.iter().take(left as usize).map(NominatorRow::new));
            if !more || nominators.len() >= args.limit as usize {
                let delegate = DelegateRow::new(hotkey.to_ss58(), &page.hotkey);
                return Ok(DelegatePage { delegate, nominators, more });
            }
            after = page.next.map(|account| PublicKey(*account.as_ref()));
        }
    })?;
    show(&page, args.chain.json)
}
