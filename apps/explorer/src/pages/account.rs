//! An account: what it has, what it did.

use super::{
    charts::{line, Words},
    dataset, excerpt, first, format, home, number,
    view::{Cell, Chart, Grid, Page, Section},
    Drawn, NoPage,
};
use crate::data::{self, rows, Answer, Ask, Dataset, BALANCES, OWNER_REWARDS, POSITIONS};
use ganglion_keys::PublicKey;
use ganglion_primitives::AccountPositions;
use rusqlite::{types::Value, Connection};

/// Epochs in the chart of rewards.
const EPOCHS: u32 = 300;

/// Why a nominator sees no rewards over time.
const NOMINATORS: &str =
    "A nominator is paid nothing: its share of dividends makes what its stake is worth grow. What \
                          that was worth from epoch to epoch isn't in the index.";

/// The page of `key`; `now` is what a node says of it, if one does.
pub(crate) fn account(db: &Connection, key: PublicKey, now: Option<&AccountPositions>) -> Drawn {
    let address = key.to_ss58();
    let blob = Value::Blob(key.0.to_vec());
    let named = |name: &'static str| [(name, address.clone(), blob.clone())];
    let mut sections = vec![balances(db, &blob, &address, now)?];
    sections.extend(now.and_then(|now| positions(now, &address)));
    sections.extend(seats(db, &named("account"))?);
    sections.extend(rewards(db, &blob, &address)?);
    sections.extend(owner_rewards(db, key, &address)?);
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
            // Where a node answers, its stakes say so.
            let note = if filter == "coldkey" && now.is_none() { NOMINATORS } else { "" };
            let id = format!("{name}-{filter}");
            sections.push(Section { id, title: title.into(), note: note.into(), ..section });
        }
    }
    Ok(Page { title: "Account".into(), lead: address, sections, ..Page::default() })
}

fn balances(db: &Connection, key: &Value, address: &str, now: Option<&AccountPositions>) -> Result<Section, NoPage> {
    let (dataset, answer) = first(db, "accounts", 1, &[("account", key.clone())])?;
    let row = answer.rows.first();
    let of = |name: &str| row.and_then(|row| number(dataset, row, name));
    let kept = [("account", address.to_owned())];
    let mut section = Section::new("balances", "What it has").data(dataset, &kept);
    section = match (now, of("read_at")) {
        (Some(now), _) => {
            let said = data::balances(now);
            let row = said.rows.first().map(Vec::as_slice).unwrap_or_default();
            let section = section.note("As a node says now.").data(&BALANCES, &kept);
            let facts = BALANCES.columns.iter().zip(row);
            facts.fold(section, |section, (column, value)| section.fact(column.title, Cell::of(column, value)))
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
fn positions(now: &AccountPositions, address: &str) -> Option<Section> {
    let said = data::positions(now);
    if said.rows.is_empty() {
        return None;
    }
    let kept = [("account".to_owned(), address.to_owned())];
    let grid = Grid::of(&POSITIONS, &said, &[]).data(&POSITIONS, &kept);
    Some(Section::new("positions", POSITIONS.title).note(NOMINATORS).grid(grid))
}

/// Seats in subnets, as hotkey or as owner.
fn seats(db: &Connection, named: &[(&str, String, Value)]) -> Result<Option<Section>, NoPage> {
    let columns = ["netuid", "subnet", "uid", "hotkey", "stake", "incentive", "dividends", "emission"];
    let mut section = excerpt(db, "seats", &columns, named, 100)?;
    if let Some(grid) = &mut section.grid {
        home::name_links(grid, 1, 0);
    }
    Ok(section.grid.as_ref().is_some_and(|grid| !grid.rows.is_empty()).then_some(section))
}

/// What epochs paid to it, over time.
fn rewards(db: &Connection, key: &Value, address: &str) -> Result<Option<Section>, NoPage> {
    let dataset = dataset("rewards")?;
    let ask = Ask::first(dataset, EPOCHS).with(dataset, "hotkey", key.clone());
    let mut answer = rows(db, dataset, &ask)?;
    if answer.rows.is_empty() {
        return Ok(None);
    }
    let chart = paid(dataset, &answer);
    let more = answer.rows.len() > 20;
    answer.rows.truncate(20);
    let kept = [("hotkey".to_owned(), address.to_owned())];
    let columns = ["block", "netuid", "uid", "incentive", "dividends", "stake", "emission"];
    let mut grid = Grid::of(dataset, &answer, &columns).data(dataset, &kept);
    if more {
        grid.next = format!("/list/rewards?hotkey={address}");
    }
    let note = "What epochs paid to it as a hotkey, its nominators' share of dividends included.";
    Ok(Some(Section::new("rewards", "Rewards").note(note).chart(chart).grid(grid)))
}

/// What epochs paid to all the hotkeys that it owns, over time.
fn owner_rewards(db: &Connection, key: PublicKey, address: &str) -> Result<Option<Section>, NoPage> {
    let dataset = &OWNER_REWARDS;
    let answer = data::owner_rewards(db, key)?;
    let Some(newest) = answer.rows.first() else { return Ok(None) };
    let mut note = "What epochs paid together to the hotkeys that it owns and that have seats now, their nominators' \
                    share of dividends included. Left out are hotkeys that have lost their seats, the cut of a subnet's \
                    owner, and its own share as a nominator: that isn't paid, it shows as growth of its position."
        .to_owned();
    if number(dataset, newest, "whole") == Some(0) {
        note.push_str(" It has so many seats that only the first 512, by subnet and uid, are in these sums.");
    }
    let kept = [("coldkey".to_owned(), address.to_owned())];
    let grid = Grid::of(dataset, &answer, &["block", "seats", "emission"]).data(dataset, &kept);
    let section = Section::new(dataset.name, dataset.title).note(note);
    Ok(Some(section.chart(paid(dataset, &answer)).grid(grid)))
}

/// What was paid, newest first, as a line. `None` if there is nothing to see.
fn paid(dataset: &Dataset, answer: &Answer) -> Option<Chart> {
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
    let (start, end) = (points.first().copied()?, points.last().copied()?);
    let words = Words {
        about: format!("TAO paid by each of the last {} epochs", points.len()),
        left: format!("block {}", start.0),
        right: format!("block {}", end.0),
        top: "TAO an epoch".into(),
    };
    line(&points, words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::{AccountId, Position};

    fn tables() -> Connection {
        let connection = Connection::open_in_memory().expect("SQLite");
        connection.execute_batch(include_str!("../store/schema.sql")).expect("the tables");
        connection
    }

    #[test]
    fn what_a_node_says_is_shown_with_where_it_is_as_data() {
        let key = PublicKey([7; 32]);
        let position = Position { hotkey: AccountId::new([1; 32]), owned: true, stake: 3_000_000_000 };
        let now = AccountPositions {
            free: 5_000_000_000,
            positions: vec![position],
            spendable: 0,
            reserved: 0,
            voting: 0,
            leaving: Vec::new(),
            subnets: Vec::new(),
            channels: 0,
            nonce: 0,
        };
        let page = account(&tables(), key, Some(&now)).expect("a page");
        let section = |id: &str| page.sections.iter().find(|section| section.id == id).expect("there");
        let (has, backs) = (section("balances"), section("positions"));
        assert!(backs.note.contains("from epoch to epoch isn't in the index"), "{}", backs.note);
        let fact = |name: &str| has.facts.iter().find(|(known, _)| known == name).map(|(_, cell)| cell.text.as_str());
        assert_eq!((fact("Free"), fact("Staked")), (Some("5.0000"), Some("3.0000")));
        assert_eq!(has.json, format!("/api/v1/balances?account={}", key.to_ss58()));
        let grid = backs.grid.as_ref().expect("a table");
        assert_eq!(grid.csv, format!("/api/v1/positions.csv?account={}", key.to_ss58()));
        let cells: Vec<&str> = grid.rows.iter().flatten().map(|cell| cell.text.as_str()).collect();
        let hotkey = format::short(&PublicKey([1; 32]).to_ss58());
        assert_eq!(cells, [hotkey.as_str(), "own", "3.0000", "–"]);
        let alone = account(&tables(), key, None).expect("a page");
        assert_eq!(alone.sections[0].json, format!("/api/v1/accounts?account={}", key.to_ss58()));
        assert!(alone.sections.iter().all(|section| section.id != "positions"), "no node, no positions");
    }
}
