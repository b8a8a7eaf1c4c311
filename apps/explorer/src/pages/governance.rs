//! Governance.

use super::{
    charts::{bars, Words},
    excerpt, first, format, number, text,
    view::{Cell, Page, Section},
    Drawn, NoPage,
};
use rusqlite::{types::Value, Connection};

/// Referenda and votes.
pub(crate) fn governance(db: &Connection) -> Drawn {
    let columns =
        ["number", "track", "state", "detail", "proposer", "submitted", "ayes", "nays", "support", "electorate"];
    let votes = ["block", "referendum", "voter", "vote", "conviction", "balance", "removed"];
    Ok(Page {
        title: "Governance".into(),
        lead: "Anybody proposes, all TAO votes, and what passes runs by itself.".into(),
        sections: vec![excerpt(db, "referenda", &columns, &[], 50)?, excerpt(db, "votes", &votes, &[], 50)?],
        ..Page::default()
    })
}

/// One referendum.
pub(crate) fn referendum(db: &Connection, index: u32) -> Drawn {
    let key = Value::Integer(index.into());
    let (dataset, answer) = first(db, "referenda", 1, &[("number", key.clone())])?;
    let missing = || NoPage::Missing(format!("the index has no referendum {index}"));
    let row = answer.rows.first().ok_or_else(missing)?;
    let mut section =
        Section::new("referendum", "How far it is").note(text(dataset, row, "detail").unwrap_or_default());
    for column in dataset.columns.iter().filter(|column| !["number", "detail"].contains(&column.key)) {
        let value = super::value(dataset, row, column.key).filter(|value| **value != Value::Null);
        if let Some(value) = value {
            section = section.fact(column.title, Cell::of(column, value));
        }
    }
    section = section.data(dataset, &[("number", index.to_string())]);
    let votes = [("referendum", index.to_string(), key)];
    let columns = ["block", "voter", "vote", "conviction", "balance", "removed"];
    let mut sections = vec![section];
    sections.extend(tally(db, &votes)?);
    sections.push(excerpt(db, "votes", &columns, &votes, 100)?);
    Ok(Page { title: format!("Referendum {index}"), sections, ..Page::default() })
}

/// The votes as bars.
fn tally(db: &Connection, named: &[(&str, String, Value)]) -> Result<Option<Section>, NoPage> {
    let filters: Vec<(&str, Value)> = named.iter().map(|(name, _, value)| (*name, value.clone())).collect();
    let (dataset, answer) = first(db, "tally", 3, &filters)?;
    let bar = |row: &Vec<Value>| {
        let amount = number(dataset, row, "amount").unwrap_or(0);
        let name = text(dataset, row, "what").unwrap_or_default();
        (format!("{name}: {} TAO", format::tao(amount)), amount as f64)
    };
    let values: Vec<(String, f64)> = answer.rows.iter().map(bar).collect();
    let words = Words {
        about: "Ayes, nays and support".into(),
        left: "ayes".into(),
        right: "support".into(),
        top: "nays".into(),
    };
    let Some(chart) = bars(&values, words) else { return Ok(None) };
    Ok(Some(excerpt(db, "tally", &[], named, 3)?.chart(Some(chart))))
}
