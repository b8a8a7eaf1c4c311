//! The pages, drawn from the index.
//!
//! A page is a function of the index (and, where that knows too little, of what a node says now) and of the address's
//! parameters; none of them writes, and all lists are bounded.

mod account;
mod block;
mod charts;
mod format;
mod governance;
mod home;
mod lists;
mod subnet;
mod token;
mod validators;
mod view;

pub(crate) use account::account;
pub(crate) use block::{block, event, extrinsic};
pub(crate) use governance::{governance, referendum};
pub(crate) use home::home;
pub(crate) use lists::{api, list, lists, search};
pub(crate) use subnet::{subnet, subnets};
pub(crate) use token::token;
pub(crate) use validators::validators;
pub(crate) use view::{Page, Place};

use crate::data::{find, rows, Answer, Ask, BadAsk, Dataset};
use crate::index::Progress;
use rusqlite::{types::Value, Connection};
use view::{Grid, Section};

/// Parameters of an address.
pub(crate) type Pairs = [(String, String)];

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum NoPage {
    /// There is no such thing.
    Missing(String),
    /// The address asks for what can't be.
    Bad(BadAsk),
    /// The index can't be read.
    Index(rusqlite::Error),
}

impl From<rusqlite::Error> for NoPage {
    fn from(error: rusqlite::Error) -> Self {
        Self::Index(error)
    }
}

impl From<BadAsk> for NoPage {
    fn from(bad: BadAsk) -> Self {
        Self::Bad(bad)
    }
}

/// A page, or why there is none.
pub(crate) type Drawn = Result<Page, NoPage>;

/// A dataset that must be there.
fn dataset(name: &'static str) -> Result<&'static Dataset, NoPage> {
    find(name).ok_or_else(|| NoPage::Missing(format!("there is no list {name}")))
}

/// The first rows of a dataset, narrowed by filters.
fn first(
    db: &Connection,
    name: &'static str,
    limit: u32,
    filters: &[(&str, Value)],
) -> Result<(&'static Dataset, Answer), NoPage> {
    let dataset = dataset(name)?;
    let ask =
        filters.iter().fold(Ask::first(dataset, limit), |ask, (name, value)| ask.with(dataset, name, value.clone()));
    Ok((dataset, rows(db, dataset, &ask)?))
}

/// A section with the first rows of a dataset, and a link to the rest.
fn excerpt(
    db: &Connection,
    name: &'static str,
    columns: &[&str],
    kept: &[(&str, String, Value)],
    limit: u32,
) -> Result<Section, NoPage> {
    let filters: Vec<(&str, Value)> = kept.iter().map(|(name, _, value)| (*name, value.clone())).collect();
    let (dataset, answer) = first(db, name, limit, &filters)?;
    let kept: Vec<(String, String)> = kept.iter().map(|(name, text, _)| ((*name).to_owned(), text.clone())).collect();
    let mut grid = Grid::of(dataset, &answer, columns).data(dataset, &kept);
    if answer.next.is_some() {
        let path = format!("/list/{name}");
        grid.next = Place { path, kept, anchor: String::new() }.with(&[]);
    }
    Ok(Section::new(name, dataset.title).grid(grid))
}

/// A value of a row by its column's name.
fn value<'a>(dataset: &Dataset, row: &'a [Value], key: &str) -> Option<&'a Value> {
    dataset.column(key).and_then(|place| row.get(place))
}

/// A whole number of a row.
fn number(dataset: &Dataset, row: &[Value], key: &str) -> Option<i64> {
    match value(dataset, row, key) {
        Some(Value::Integer(number)) => Some(*number),
        _ => None,
    }
}

/// A text of a row.
fn text<'a>(dataset: &Dataset, row: &'a [Value], key: &str) -> Option<&'a str> {
    match value(dataset, row, key) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// The foot of every page.
pub(crate) fn state(progress: &Progress) -> String {
    let indexed = progress.indexed.map_or_else(|| "no block yet".to_owned(), |number| format!("block {number}"));
    match (&progress.trouble, progress.finalized) {
        (Some(trouble), _) => format!("Index: {indexed}. No news from the chain: {trouble}"),
        (None, None) => format!("Index: {indexed}."),
        (None, Some(finalized)) => match progress.behind() {
            0 => format!("Index: {indexed}, the last finalised one."),
            behind => {
                let rate = progress.per_second.map(|rate| format!(", at {rate} a second")).unwrap_or_default();
                format!("Index: {indexed}; {behind} of {finalized} finalised blocks are still to come{rate}.")
            }
        },
    }
}
