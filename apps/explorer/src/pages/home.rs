//! The first page.

use super::{
    charts::{bars, Words},
    excerpt, first, format, number, text,
    view::{Cell, Grid, Page, Section},
    Drawn, NoPage,
};
use crate::data::{block_millis, Answer, Dataset};
use crate::index::Progress;
use ganglion_tokenomics::emission::MAX_SUPPLY;
use rusqlite::{types::Value, Connection};
use std::time::{SystemTime, UNIX_EPOCH};

/// How the network is.
pub(crate) fn home(db: &Connection, progress: &Progress) -> Drawn {
    let mut sections = vec![heights(db, progress)?];
    sections.extend(token(db)?);
    sections.push(emission(db)?);
    sections.extend(emission_chart(db)?);
    let columns = ["number", "time", "author", "extrinsics", "events"];
    sections.push(excerpt(db, "blocks", &columns, &[], 10)?);
    sections.push(excerpt(db, "transfers", &["block", "sender", "recipient", "amount"], &[], 5)?);
    Ok(Page {
        title: "The network".into(),
        lead: "A market for machine intelligence: what its chain says, as of the last finalised block.".into(),
        sections,
        ..Page::default()
    })
}

fn heights(db: &Connection, progress: &Progress) -> Result<Section, NoPage> {
    let (dataset, answer) = first(db, "chain", 1, &[])?;
    let of = |key: &str| answer.rows.first().and_then(|row| number(dataset, row, key));
    let height = of("height").unwrap_or(0);
    let finality = match (&progress.trouble, progress.finalized) {
        (Some(_), _) | (None, None) => "unknown: no news from a node".to_owned(),
        (None, Some(_)) if progress.behind() == 0 => finality(now(), of("time"), of("block_millis")),
        (None, Some(_)) => format!("{} blocks to come", progress.behind()),
    };
    let mut section = Section::new("chain", "The chain")
        .fact("Height", Cell::link(format::thousands(height), format!("/block/{height}")))
        .fact("Finality", Cell::text(finality));
    if let Some(time) = of("time") {
        section = section.fact("Time of that block (UTC)", Cell::text(format::time(time)));
    }
    if let Some(millis) = of("block_millis") {
        section = section.fact("A block every", Cell::text(format!("{:.1} s", millis as f64 / 1000.0)));
    }
    let count = |key: &str| format::thousands(of(key).unwrap_or(0));
    Ok(section
        .fact("Subnets", Cell::link(count("subnets"), "/subnets"))
        .fact("Neurons", Cell::text(count("neurons")))
        .fact("Block producers", Cell::link(count("producers"), "/validators"))
        .fact("Accounts seen", Cell::link(count("accounts"), "/list/accounts"))
        .data(dataset, &[]))
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Whether the newest final block, of this `time`, is as young as it should be; all in milliseconds. Blocks become final within
/// seconds; a network on one machine may miss a few.
fn finality(now: i64, time: Option<i64>, block: Option<i64>) -> String {
    let age = time.map_or(0, |time| now.saturating_sub(time).max(0));
    match age > block.unwrap_or(0).saturating_mul(20).max(60_000) {
        true => format!("late: the newest final block is {} old", format::duration(age.unsigned_abs() / 1000)),
        false => "up to date".to_owned(),
    }
}

/// The token, if it was ever read.
pub(super) fn token(db: &Connection) -> Result<Option<Section>, NoPage> {
    let (dataset, answer) = first(db, "summary", 1, &[])?;
    let Some(row) = answer.rows.first() else { return Ok(None) };
    let rao = |key: &str| number(dataset, row, key).unwrap_or(0);
    let (issuance, minted) = (rao("issuance"), rao("block_emission"));
    let most = i64::try_from(MAX_SUPPLY).unwrap_or(i64::MAX);
    let part = |amount: i64| format::percent(amount as f64 / issuance.max(1) as f64);
    let mut section = Section::new("token", "TAO")
        .fact("Supply", Cell::rao(issuance))
        .fact("Of 21 million", Cell::text(format::percent(issuance as f64 / most as f64)))
        .fact("Staked", Cell::rao(rao("staked")))
        .fact("Staked share", Cell::text(part(rao("staked"))))
        .fact("A block mints", Cell::rao(minted));
    let blocks = rao("next_halving").saturating_sub(issuance).max(0).checked_div(minted).unwrap_or(0);
    section = section
        .fact("Halves at", Cell::rao(rao("next_halving")))
        .fact("Blocks until it halves", Cell::text(format::thousands(blocks)));
    if let Some(millis) = block_millis(db)?.filter(|millis| *millis > 0) {
        let day = minted.saturating_mul(86_400_000 / millis);
        let seconds = u64::try_from(blocks.saturating_mul(millis) / 1000).unwrap_or(0);
        section = section
            .fact("Emission a day", Cell::rao(day))
            .fact("Time until it halves", Cell::text(format::duration(seconds)));
    }
    Ok(Some(
        section
            .fact("Pending", Cell::rao(rao("pending")))
            .fact("Behind subnets", Cell::rao(rao("locked")))
            .fact("In channels", Cell::rao(rao("prepaid")))
            .fact("Recycled", Cell::rao(rao("recycled")))
            .data(dataset, &[]),
    ))
}

/// What narrows the list of subnets to those.
fn shown() -> [(String, String); 1] {
    [("show".to_owned(), "present".to_owned())]
}

/// The subnets that are there, by their part of the emission.
fn present(db: &Connection) -> Result<(&'static Dataset, Answer), NoPage> {
    first(db, "subnets", 64, &[("show", Value::Text("present".into()))])
}

/// Subnets by their part of the emission.
pub(super) fn emission(db: &Connection) -> Result<Section, NoPage> {
    let (dataset, answer) = present(db)?;
    let columns = ["netuid", "name", "neurons", "emission", "pending", "stake", "tempo", "next_epoch"];
    let mut grid = Grid::of(dataset, &answer, &columns).data(dataset, &shown());
    name_links(&mut grid, 1, 0);
    Ok(Section::new("subnets", "Subnets by emission").grid(grid))
}

/// The same to look at; one bar alone says nothing.
pub(super) fn emission_chart(db: &Connection) -> Result<Option<Section>, NoPage> {
    let (dataset, answer) = present(db)?;
    if answer.rows.len() < 2 {
        return Ok(None);
    }
    let bar = |row: &Vec<Value>| {
        let emission = number(dataset, row, "emission").unwrap_or(0);
        let name = text(dataset, row, "name").unwrap_or_default();
        let netuid = number(dataset, row, "netuid").unwrap_or(0);
        (format!("{netuid} {name}: {} TAO a block", format::tao(emission)), emission as f64)
    };
    let shares: Vec<(String, f64)> = answer.rows.iter().map(bar).collect();
    let words = Words {
        about: "Emission of each subnet in the last block, largest first".into(),
        left: "largest".into(),
        right: "smallest".into(),
        top: "TAO a block".into(),
    };
    let Some(chart) = bars(&shares, words) else { return Ok(None) };
    let grid = Grid::of(dataset, &answer, &["netuid", "name", "emission"]).data(dataset, &shown());
    Ok(Some(Section::new("emission", "How the emission is divided").chart(Some(chart)).grid(grid)))
}

/// Makes names lead where numbers do.
pub(super) fn name_links(grid: &mut Grid, name: usize, number: usize) {
    for row in &mut grid.rows {
        let href = row.get(number).map(|cell| cell.href.clone()).unwrap_or_default();
        if let Some(cell) = row.get_mut(name) {
            cell.href = href;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::finality;

    #[test]
    fn finality_that_has_stopped_is_told() {
        let (minute, slot) = (60_000, Some(12_000));
        let at = |age: i64| finality(1_000_000 * minute, Some(1_000_000 * minute - age), slot);
        assert_eq!(at(30_000), "up to date");
        assert_eq!(at(4 * minute), "up to date", "twenty blocks");
        assert_eq!(at(25 * minute), "late: the newest final block is 25 min 0 s old");
        assert_eq!(at(-minute), "up to date", "another clock is no reason to worry");
        assert_eq!(finality(70_000, Some(0), Some(500)), "late: the newest final block is 1 min 10 s old");
        assert_eq!(finality(50_000, Some(0), None), "up to date");
    }
}
