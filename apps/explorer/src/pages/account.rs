//! An account: what it has, what it did.

use super::{
    charts::{line, Words},
    dataset, excerpt, first, format, number,
    view::{Cell, Grid, Head, Page, Section},
    Drawn, NoPage,
};
use crate::data::{rows, Ask};
use ganglion_keys::PublicKey;
use ganglion_primitives::AccountPositions;
use rusqlite::{types::Value, Connection};

/// Epochs in the chart of rewards.
const EPOCHS: u32 = 300;

/// The page of `key`; `now` is what a node says of it, if one does.
pub(crate) fn account(db: &Connection, key: PublicKey, now: Option<&AccountPositions>) -> Drawn {
    let address = key.to_ss58();
    let blob = Value::Blob(key.0.to_vec());
    let named = |name: &'static str| [(name, address.clone(), blob.clone())];
    let mut sections = vec![balances(db, &blob, now)?];
    sections.extend(now.and_then(positions));
    sections.extend(seats(db, key)?);
    sections.extend(rewards(db, &blob, &address)?);
    let lists: [(&'static str, &[&str], &'static str, &str); 11] = [
        ("transfers", &["block", "sender", "recipient", "amount"], "account", "Transfers"),
        ("stakes", &["block", "action", "hotkey", "amount"], "coldkey", "Stake that it moved"),
        ("stakes", &["block", "action", "coldkey", "amount"], "hotkey", "Stake behind it that moved"),
        (
            "channels",
            &["channel", "provider", "deposit", "redeemed", "closes_at", "settled_at"],
            "user",
            "Channels that it opened",
        ),
        (
            "channels",
            &["channel", "user", "deposit", "redeemed", "closes_at", "settled_at"],
            "provider",
            "Channels to it",
        ),
        ("registrations", &["block", "netuid", "uid", "pruned", "burned"], "hotkey", "Registrations and prunings"),
        (
            "receipts",
            &["block", "netuid", "score", "absolute_bits", "kind", "outcome", "validator"],
            "miner",
            "Receipts of its answers",
        ),
        (
            "receipts",
            &["block", "netuid", "miner", "score", "absolute_bits", "kind", "outcome"],
            "validator",
            "Receipts that it signed",
        ),
        ("votes", &["block", "referendum", "vote", "conviction", "balance", "removed"], "voter", "Votes"),
        ("extrinsics", &["id", "call", "success", "error", "fee"], "signer", "What it signed"),
        ("events", &["id", "event", "args"], "account", "Events that name it"),
    ];
    for (name, columns, filter, title) in lists {
        let section = excerpt(db, name, columns, &named(filter), 20)?;
        // What never happened needs no heading.
        if section.grid.as_ref().is_some_and(|grid| !grid.rows.is_empty()) {
            sections.push(Section { id: format!("{name}-{filter}"), title: title.into(), ..section });
        }
    }
    Ok(Page { title: "Account".into(), lead: address, sections, ..Page::default() })
}

fn balances(db: &Connection, key: &Value, now: Option<&AccountPositions>) -> Result<Section, NoPage> {
    let (dataset, answer) = first(db, "accounts", 1, &[("account", key.clone())])?;
    let row = answer.rows.first();
    let of = |name: &str| row.and_then(|row| number(dataset, row, name));
    let whole = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
    let mut section = Section::new("balances", "What it has");
    section = match (now, of("read_at")) {
        (Some(now), _) => {
            let staked = now.positions.iter().map(|position| position.stake).fold(0, u64::saturating_add);
            section
                .note("As a node says now.")
                .fact("Free", Cell::rao(whole(now.free)))
                .fact("Can be spent", Cell::rao(whole(now.spendable)))
                .fact("On deposit", Cell::rao(whole(now.reserved)))
                .fact("Staked", Cell::rao(whole(staked)))
                .fact("Bound by votes", Cell::rao(whole(now.voting)))
                .fact("Transactions", Cell::text(now.nonce.to_string()))
                .fact("Open channels", Cell::text(now.channels.to_string()))
        }
        (None, Some(block)) => section
            .note(format!("No node answers now; this is as of block {block}."))
            .fact("Free", Cell::rao(of("free").unwrap_or(0)))
            .fact("On deposit", Cell::rao(of("reserved").unwrap_or(0)))
            .fact("Staked, or leaving", Cell::rao(of("staked").unwrap_or(0))),
        (None, None) => section.note("No node answers now, and the index doesn't know its balances."),
    };
    if let (Some(first), Some(last)) = (of("first_block"), of("last_block")) {
        section = section
            .fact("First seen", Cell::link(format::thousands(first), format!("/block/{first}")))
            .fact("Last seen", Cell::link(format::thousands(last), format!("/block/{last}")));
    }
    for (name, title) in [("earned", "Earned as a hotkey"), ("blocks", "Blocks written")] {
        let count = of(name).unwrap_or(0);
        if count > 0 {
            let cell = if name == "earned" { Cell::rao(count) } else { Cell::text(format::thousands(count)) };
            section = section.fact(title, cell);
        }
    }
    Ok(section)
}

/// Stakes, and what is leaving.
fn positions(now: &AccountPositions) -> Option<Section> {
    let whole = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
    let address = |key: &ganglion_primitives::AccountId| PublicKey(*AsRef::<[u8; 32]>::as_ref(key)).to_ss58();
    let staked = now.positions.iter().map(|position| {
        let kind = if position.owned { "own" } else { "nominated" };
        vec![Cell::account(&address(&position.hotkey), false), Cell::text(kind), Cell::rao(whole(position.stake))]
    });
    let leaving = now.leaving.iter().map(|departure| {
        let until = format!("leaving until block {}", departure.until);
        vec![Cell::account(&address(&departure.hotkey), false), Cell::text(until), Cell::rao(whole(departure.amount))]
    });
    let rows: Vec<_> = staked.chain(leaving).collect();
    if rows.is_empty() {
        return None;
    }
    let head = |title: &str, number: bool| Head { title: title.into(), number, ..Head::default() };
    let heads = vec![head("Hotkey", false), head("How", false), head("Worth", true)];
    let grid = Grid { caption: "Stakes".into(), heads, rows, ..Grid::default() };
    Some(Section::new("positions", "Stakes").grid(grid))
}

/// Seats in subnets, as hotkey or as owner.
fn seats(db: &Connection, key: PublicKey) -> Result<Option<Section>, NoPage> {
    let sql = "SELECT n.netuid, s.name, n.uid, h.address, n.stake, n.incentive, n.dividends, n.emission FROM neurons n
               JOIN accounts h ON h.id = n.hotkey LEFT JOIN subnets s ON s.netuid = n.netuid
               WHERE n.hotkey = (SELECT id FROM accounts WHERE key = ?1)
               OR n.coldkey = (SELECT id FROM accounts WHERE key = ?1) ORDER BY n.netuid, n.uid LIMIT 100";
    let mut statement = db.prepare_cached(sql)?;
    let mut found = statement.query([key.0.to_vec()])?;
    let mut cells = Vec::new();
    while let Some(row) = found.next()? {
        let (netuid, name): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
        let title = format!("{netuid} {}", name.unwrap_or_default());
        cells.push(vec![
            Cell::link(title, format!("/subnet/{netuid}")),
            Cell::number(row.get::<_, i64>(2)?.to_string()),
            Cell::account(&row.get::<_, String>(3)?, false),
            Cell::rao(row.get(4)?),
            Cell::number(format::share(row.get(5)?)),
            Cell::number(format::share(row.get(6)?)),
            Cell::rao(row.get(7)?),
        ]);
    }
    if cells.is_empty() {
        return Ok(None);
    }
    let head = |title: &str, number: bool| Head { title: title.into(), number, ..Head::default() };
    let grid = Grid {
        caption: "Seats".into(),
        heads: vec![
            head("Subnet", false),
            head("Uid", true),
            head("Hotkey", false),
            head("Stake", true),
            head("Incentive", true),
            head("Dividends", true),
            head("Paid", true),
        ],
        rows: cells,
        ..Grid::default()
    };
    Ok(Some(Section::new("seats", "Seats in subnets").grid(grid)))
}

/// What epochs paid to it, over time.
fn rewards(db: &Connection, key: &Value, address: &str) -> Result<Option<Section>, NoPage> {
    let dataset = dataset("rewards")?;
    let ask = Ask::first(dataset, EPOCHS).with(dataset, "hotkey", key.clone());
    let mut answer = rows(db, dataset, &ask)?;
    let mut points: Vec<(f64, f64)> = Vec::new();
    for row in answer.rows.iter().rev() {
        let block = number(dataset, row, "block").unwrap_or(0) as f64;
        let paid = number(dataset, row, "emission").unwrap_or(0) as f64 / 1e9;
        match points.last_mut() {
            // Seats in two subnets whose epochs came together.
            Some(last) if last.0 >= block => last.1 += paid,
            _ => points.push((block, paid)),
        }
    }
    let (Some(start), Some(end)) = (points.first().copied(), points.last().copied()) else { return Ok(None) };
    let words = Words {
        about: format!("TAO paid by each of the last {} epochs", points.len()),
        left: format!("block {}", start.0),
        right: format!("block {}", end.0),
        top: "TAO an epoch".into(),
    };
    let more = answer.rows.len() > 20;
    answer.rows.truncate(20);
    let kept = [("hotkey".to_owned(), address.to_owned())];
    let columns = ["block", "netuid", "uid", "incentive", "dividends", "stake", "emission"];
    let mut grid = Grid::of(dataset, &answer, &columns).data(dataset, &kept);
    if more {
        grid.next = format!("/list/rewards?hotkey={address}");
    }
    Ok(Some(Section::new("rewards", "Rewards").chart(line(&points, words)).grid(grid)))
}
