//! Governance.

use super::{
    block::arguments,
    charts::{bars, Words},
    excerpt, first, format, number, text,
    view::{Cell, Page, Section},
    Drawn, NoPage,
};
use crate::data::Dataset;
use rusqlite::{types::Value, Connection};

/// What has a place of its own on a referendum's page.
const ELSEWHERE: [&str; 5] = ["number", "detail", "call", "args", "unreadable"];

/// Referenda and votes.
pub(crate) fn governance(db: &Connection) -> Drawn {
    let columns = [
        "number",
        "track",
        "call",
        "state",
        "detail",
        "proposer",
        "submitted",
        "ayes",
        "nays",
        "support",
        "electorate",
    ];
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
    for column in dataset.columns.iter().filter(|column| !ELSEWHERE.contains(&column.key)) {
        let value = super::value(dataset, row, column.key).filter(|value| **value != Value::Null);
        if let Some(value) = value {
            section = section.fact(column.title, Cell::of(column, value));
        }
    }
    let kept = [("number", index.to_string())];
    section = section.data(dataset, &kept);
    let votes = [("referendum", index.to_string(), key)];
    let columns = ["block", "voter", "vote", "conviction", "balance", "removed"];
    let mut sections = vec![section, proposal(dataset, row, &kept)];
    sections.extend(tally(db, &votes)?);
    sections.push(excerpt(db, "votes", &columns, &votes, 100)?);
    Ok(Page { title: format!("Referendum {index}"), sections, ..Page::default() })
}

/// What would be done.
fn proposal(dataset: &Dataset, row: &[Value], kept: &[(&str, String)]) -> Section {
    let section = Section::new("proposal", "What it proposes");
    match (text(dataset, row, "call"), text(dataset, row, "unreadable")) {
        (Some(call), _) => {
            let Section { text, note, .. } = arguments(text(dataset, row, "args"));
            let section = section.fact("Call", Cell::text(call)).data(dataset, kept);
            Section { text, note: if note.is_empty() { note } else { "It takes no arguments.".into() }, ..section }
        }
        (None, Some(why)) => {
            section.note(format!("Its bytes can't be told as a call: {why}. What the chain would make of them is open."))
        }
        (None, None) => section.note(
            "The ledger doesn't have the call (somebody must note its preimage), it is longer than 16 KiB, or all is over: \
             its hash is what is known.",
        ),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The section about the call of a referendum of which this is known.
    fn shown(known: Option<[Option<&str>; 3]>) -> Section {
        let db = Connection::open_in_memory().expect("SQLite");
        db.execute_batch(include_str!("../store/schema.sql")).expect("the tables");
        db.execute_batch("INSERT INTO referenda VALUES (3, 'x', 'deciding', '', NULL, x'07', 1, 0, 0, 0, 1, 1)")
            .expect("one");
        if let Some([call, args, why]) = known {
            db.execute("INSERT INTO proposals VALUES (3, ?1, ?2, ?3)", [call, args, why]).expect("told");
        }
        let sections = referendum(&db, 3).expect("a page").sections;
        sections.into_iter().find(|section| section.id == "proposal").expect("there")
    }

    #[test]
    fn a_proposed_call_is_told_as_those_of_extrinsics_are() {
        let key = format!("0x{}", "07".repeat(32));
        let args = format!("{{\"dest\":{{\"Id\":\"{key}\"}},\"to\":\"{key}\",\"value\":5}}");
        let section = shown(Some([Some("Balances.transfer_all"), Some(args.as_str()), None]));
        assert_eq!(section.facts.first().map(|(_, cell)| cell.text.as_str()), Some("Balances.transfer_all"));
        let address = ganglion_keys::PublicKey([7; 32]).to_ss58();
        assert!(section.text.contains(&address) && section.text.contains("\"value\": 5"), "{}", section.text);
        assert_eq!(section.json, "/api/v1/referenda?number=3");
        let bare = shown(Some([Some("System.nothing"), None, None]));
        assert_eq!((bare.text.as_str(), bare.note.as_str()), ("", "It takes no arguments."));
    }

    #[test]
    fn what_is_no_call_or_is_not_there_is_said_to_be_so() {
        let refused = shown(Some([None, None, Some("it is nested too deeply")]));
        assert!(refused.note.contains("nested too deeply") && refused.facts.is_empty(), "{}", refused.note);
        let unknown = shown(None);
        assert!(unknown.note.contains("preimage") && unknown.facts.is_empty(), "{}", unknown.note);
    }
}
