//! The 64.

use super::{
    charts::{bars, Words},
    dataset, excerpt, number, text,
    view::{Cell, Grid, Page, Place, Section},
    Drawn, NoPage, Pairs,
};
use crate::data::{rows, Answer, Ask, Dataset};
use rusqlite::Connection;

/// Most producers of a session.
const MOST: u32 = 64;

/// Who writes blocks.
pub(crate) fn validators(db: &Connection, pairs: &Pairs) -> Drawn {
    let dataset = dataset("validators")?;
    let mut ask = Ask::parse(dataset, pairs, MOST)?;
    ask.limit = MOST;
    let answer = rows(db, dataset, &ask)?;
    let place = Place { path: "/validators".into(), anchor: "validators".into(), ..Place::default() };
    let columns = [
        "seat",
        "hotkey",
        "stake",
        "own",
        "nominators",
        "take",
        "dividends",
        "blocks",
        "all_blocks",
        "uptime",
        "votes",
        "last_block",
        "present",
        "chilled",
        "founder",
    ];
    let grid = Grid::of(dataset, &answer, &columns).linked(dataset, &ask, &answer, &place);
    let mut sections = vec![facts(dataset, &answer), Section::new("validators", dataset.title).grid(grid)];
    sections.extend(written(dataset, &answer));
    let columns = ["hotkey", "stake", "netuid", "weight"];
    sections.push(opinions(db, &columns)?);
    Ok(Page {
        title: "Validators".into(),
        lead:
            "The up to 64 with the most stake behind them: they write blocks, make them final, and divide the emission \
               among subnets."
                .into(),
        sections,
        ..Page::default()
    })
}

fn opinions(db: &Connection, columns: &[&str]) -> Result<Section, NoPage> {
    let section = excerpt(db, "root_weights", columns, &[], 100)?;
    Ok(section.note("How each would divide the emission among subnets. Only the proportions of one's own count."))
}

fn facts(dataset: &Dataset, answer: &Answer) -> Section {
    let flags = |key: &str| answer.rows.iter().filter(|row| number(dataset, row, key) == Some(1)).count();
    let sum = |key: &str| answer.rows.iter().filter_map(|row| number(dataset, row, key)).fold(0, i64::saturating_add);
    let session = answer.rows.first().and_then(|row| number(dataset, row, "session")).unwrap_or(0);
    Section::new("session", "The session")
        .fact("Session", Cell::text(session.to_string()))
        .fact("Producers", Cell::text(answer.rows.len().to_string()))
        .fact("Present", Cell::text(flags("present").to_string()))
        .fact("Founders", Cell::text(flags("founder").to_string()))
        .fact("Stake behind them", Cell::rao(sum("stake")))
        .fact("Blocks in this session", Cell::text(sum("blocks").to_string()))
        .data(dataset, &[])
}

/// Blocks by author.
fn written(dataset: &Dataset, answer: &Answer) -> Option<Section> {
    let count = |row: &Vec<rusqlite::types::Value>| number(dataset, row, "all_blocks").unwrap_or(0);
    let mut rows = answer.rows.clone();
    rows.sort_by_key(|row| std::cmp::Reverse(count(row)));
    let values: Vec<(String, f64)> = rows
        .iter()
        .map(|row| {
            let who = text(dataset, row, "hotkey").unwrap_or_default();
            (format!("{}: {} blocks", super::format::short(who), count(row)), count(row) as f64)
        })
        .collect();
    let words = Words {
        about: "Blocks that each producer of this session ever wrote, most first".into(),
        left: "most blocks".into(),
        right: "fewest".into(),
        top: "blocks".into(),
    };
    let chart = bars(&values, words)?;
    let sorted = Answer { rows, next: None };
    let grid = Grid::of(dataset, &sorted, &["hotkey", "all_blocks", "blocks", "uptime"]).data(dataset, &[]);
    Some(Section::new("written", "Blocks by author").chart(Some(chart)).grid(grid))
}
