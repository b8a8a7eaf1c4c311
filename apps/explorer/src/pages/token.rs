//! TAO: supply, and who has it.

use super::{
    charts::{bars, line, Words},
    excerpt, first, format, home, number,
    view::{Cell, Grid, Page, Section},
    Drawn, NoPage,
};
use crate::data::{self, HALVINGS};
use rusqlite::{types::Value, Connection};

/// Points of the supply's curve.
const POINTS: i64 = 300;

/// The token.
pub(crate) fn token(db: &Connection) -> Drawn {
    let mut sections: Vec<Section> = home::token(db)?.into_iter().collect();
    sections.extend(curve(db)?);
    sections.push(future(db)?);
    sections.extend(distribution(db)?);
    sections.push(shares(db)?);
    let columns = ["account", "total", "free", "reserved", "staked", "last_block", "read_at"];
    sections.push(Section {
        title: "Who has most".into(),
        ..excerpt(db, "accounts", &columns, &[], 50)?
            .note("Of the accounts that blocks have named. Each balance is of the block in its last column.")
    });
    Ok(Page { title: "TAO".into(), sections, ..Page::default() })
}

/// Issuance over blocks, thinned out.
fn curve(db: &Connection) -> Result<Option<Section>, NoPage> {
    let end_of = |sql: &str| -> rusqlite::Result<Option<i64>> { db.query_row(sql, [], |row| row.get(0)) };
    let (low, high) = (end_of("SELECT min(block) FROM supply")?, end_of("SELECT max(block) FROM supply")?);
    let (Some(low), Some(high)) = (low, high) else { return Ok(None) };
    let sql = "SELECT block, issuance FROM supply WHERE block <= ?1 ORDER BY block DESC LIMIT 1";
    let mut statement = db.prepare_cached(sql)?;
    let mut points: Vec<(f64, f64)> = Vec::new();
    for step in 0..=POINTS {
        let mut rows = statement.query([low + (high - low) * step / POINTS])?;
        if let Some(row) = rows.next()? {
            let (block, issuance): (i64, i64) = (row.get(0)?, row.get(1)?);
            if points.last().is_none_or(|(last, _)| *last < block as f64) {
                points.push((block as f64, issuance as f64 / 1e9));
            }
        }
    }
    let (Some(start), Some(end)) = (points.first().copied(), points.last().copied()) else { return Ok(None) };
    let words = Words {
        about: format!("Supply from block {} to block {}", start.0, end.0),
        left: format!("block {}", start.0),
        right: format!("block {}", end.0),
        top: format!("{:.0} TAO", end.1),
    };
    let Some(chart) = line(&points, words) else { return Ok(None) };
    let (dataset, answer) = first(db, "supply", 20, &[])?;
    let columns = ["block", "time", "issuance", "emitted", "recycled", "staked", "pending"];
    let mut grid = Grid::of(dataset, &answer, &columns).data(dataset, &[]);
    grid.next = "/list/supply".into();
    Ok(Some(Section::new("curve", "Supply").chart(Some(chart)).grid(grid)))
}

/// The halvings to come.
fn future(db: &Connection) -> Result<Section, NoPage> {
    let answer = data::halvings(db)?;
    let mut grid = Grid::of(&HALVINGS, &answer, &[]).data(&HALVINGS, &[]);
    let place = HALVINGS.column("seconds");
    for (cells, row) in grid.rows.iter_mut().zip(&answer.rows) {
        let found = place.and_then(|place| Some((cells.get_mut(place)?, row.get(place)?)));
        if let Some((cell, Value::Integer(seconds))) = found {
            *cell = Cell::number(format::duration(u64::try_from(*seconds).unwrap_or(0)));
        }
    }
    Ok(Section::new("halvings", HALVINGS.title).note(HALVINGS.about).grid(grid))
}

/// How many have how much.
fn distribution(db: &Connection) -> Result<Option<Section>, NoPage> {
    let (dataset, mut answer) = first(db, "distribution", 32, &[])?;
    answer.rows.reverse();
    let range = |digits: i64| {
        let low = u32::try_from(digits.saturating_sub(1)).ok().and_then(|power| 10i64.checked_pow(power)).unwrap_or(0);
        format!("from {}", format::tao_exact(low))
    };
    let values: Vec<(String, f64)> = answer
        .rows
        .iter()
        .map(|row| {
            let accounts = number(dataset, row, "accounts").unwrap_or(0);
            let digits = number(dataset, row, "digits").unwrap_or(0);
            (format!("{}: {accounts} accounts", range(digits)), accounts as f64)
        })
        .collect();
    let words = Words {
        about: "Accounts by what they have, in powers of ten".into(),
        left: "least".into(),
        right: "most".into(),
        top: "accounts".into(),
    };
    let Some(chart) = bars(&values, words) else { return Ok(None) };
    let mut grid = Grid::of(dataset, &answer, &["digits", "accounts", "total"]).data(dataset, &[]);
    if let Some(head) = grid.heads.first_mut() {
        head.title = "Have".into();
    }
    for (row, source) in grid.rows.iter_mut().zip(&answer.rows) {
        if let Some(cell) = row.first_mut() {
            *cell = Cell::text(range(number(dataset, source, "digits").unwrap_or(0)));
        }
    }
    Ok(Some(Section::new("distribution", "Distribution").chart(Some(chart)).grid(grid)))
}

/// What the richest have of all.
fn shares(db: &Connection) -> Result<Section, NoPage> {
    let (dataset, answer) = first(db, "richest", 4, &[])?;
    let section = Section::new("shares", dataset.title).data(dataset, &[]);
    Ok(answer.rows.iter().fold(section, |section, row| {
        let count = number(dataset, row, "accounts").unwrap_or(0);
        let name = if count == 1 { "The richest".to_owned() } else { format!("The {count} richest") };
        let share = match super::value(dataset, row, "share") {
            Some(Value::Real(share)) => *share,
            _ => 0.0,
        };
        section.fact(&name, Cell::text(format::percent(share)))
    }))
}
