//! Blocks, extrinsics, events.

use super::{
    dataset, excerpt, format, number, text, value,
    view::{Cell, Page, Section},
    Drawn, NoPage,
};
use crate::data::{self, place_text, rows, Ask, Dataset};
use crate::store::{id, is_account_field, place};
use ganglion_keys::PublicKey;
use rusqlite::{types::Value, Connection};
use serde_json::Value as Json;

/// Extrinsics and events of a block that are shown on its page.
const SHOWN: u32 = 100;

/// A block by height or hash.
pub(crate) fn block(db: &Connection, which: &str) -> Drawn {
    let missing = || NoPage::Missing(format!("the index has no block {}", format::short(which)));
    let height = match which.parse::<u32>() {
        Ok(height) => height,
        Err(_) => data::block_of(db, hash(which).ok_or_else(missing)?)?.ok_or_else(missing)?,
    };
    let dataset = dataset("blocks")?;
    let next = i64::from(height).saturating_add(1);
    let ask = Ask { before: Some(next), ..Ask::first(dataset, 2) };
    let found = rows(db, dataset, &ask)?;
    let is_it = |row: &&Vec<Value>| number(dataset, row, "number") == Some(height.into());
    let row = found.rows.first().filter(is_it).ok_or_else(missing)?;
    let parent = found.rows.get(1).and_then(|row| value(dataset, row, "hash"));
    let mut section = facts(dataset, row, &["number", "time", "author", "slot"]);
    section = section.fact("Hash", whole_hash(value(dataset, row, "hash")));
    if let Some(parent) = parent {
        section = section
            .fact("Parent", Cell { href: format!("/block/{}", height.saturating_sub(1)), ..whole_hash(Some(parent)) });
    }
    let above: bool = db.prepare_cached("SELECT 1 FROM blocks WHERE number = ?1")?.exists([next])?;
    if above {
        section = section.fact("Next", Cell::link(format::thousands(next), format!("/block/{next}")));
    }
    let named = [("block", height.to_string(), Value::Integer(height.into()))];
    section = section.data(dataset, &[("number", height.to_string())]);
    let extrinsics = ["id", "call", "signer", "success", "error", "fee", "args"];
    Ok(Page {
        title: format!("Block {height}"),
        sections: vec![
            section,
            excerpt(db, "extrinsics", &extrinsics, &named, SHOWN)?,
            excerpt(db, "events", &["id", "event", "extrinsic", "args"], &named, SHOWN)?,
        ],
        ..Page::default()
    })
}

/// The 32 bytes of a hash as people write it.
fn hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut hash).ok()?;
    Some(hash)
}

fn whole_hash(value: Option<&Value>) -> Cell {
    match value {
        Some(Value::Blob(bytes)) => Cell::text(format!("0x{}", hex::encode(bytes))),
        _ => Cell::text("–"),
    }
}

/// Some values of a row by their headings.
fn facts(dataset: &Dataset, row: &[Value], keys: &[&str]) -> Section {
    let mut section = Section::new("facts", "What it is");
    for key in keys {
        let found = dataset.column(key).and_then(|place| Some((dataset.columns.get(place)?, row.get(place)?)));
        if let Some((column, value)) = found.filter(|(_, value)| !matches!(value, Value::Null)) {
            section = section.fact(column.title, Cell::of(column, value));
        }
    }
    section
}

/// The row with an id.
fn row_of(db: &Connection, dataset: &Dataset, id: i64) -> Result<Vec<Value>, NoPage> {
    let ask = Ask { before: Some(id.saturating_add(1)), ..Ask::first(dataset, 1) };
    let found = rows(db, dataset, &ask)?.rows.into_iter().next();
    let it = found.filter(|row| number(dataset, row, "id") == Some(id));
    it.ok_or_else(|| NoPage::Missing(format!("the index has nothing at {}", place_text(id))))
}

/// An extrinsic by height and place, or by hash.
pub(crate) fn extrinsic(db: &Connection, which: &str) -> Drawn {
    let missing = || NoPage::Missing(format!("the index has no extrinsic {}", format::short(which)));
    let id = match data::pair(which) {
        Some((block, place)) => id(block, place),
        None => data::extrinsic_of(db, hash(which).ok_or_else(missing)?)?.ok_or_else(missing)?,
    };
    let dataset = dataset("extrinsics")?;
    let row = row_of(db, dataset, id)?;
    let keys = ["id", "block", "call", "signer", "success", "error", "fee", "tip", "nonce", "length"];
    let mut section = facts(dataset, &row, &keys);
    if let Some(hash) = value(dataset, &row, "hash").filter(|hash| **hash != Value::Null) {
        section = section.fact("Hash", whole_hash(Some(hash)));
    }
    section = section.data(dataset, &[("id", place_text(id))]);
    let (block, at) = place(id);
    let named = [("block", block.to_string(), Value::Integer(block)), ("place", at.to_string(), Value::Integer(at))];
    Ok(Page {
        title: format!("Extrinsic {}", place_text(id)),
        sections: vec![
            section,
            arguments(text(dataset, &row, "args")),
            excerpt(db, "events", &["id", "event", "args"], &named, SHOWN)?,
        ],
        ..Page::default()
    })
}

/// An event by height and place.
pub(crate) fn event(db: &Connection, which: &str) -> Drawn {
    let missing = || NoPage::Missing(format!("the index has no event {}", format::short(which)));
    let (block, place) = data::pair(which).ok_or_else(missing)?;
    let id = id(block, place);
    let dataset = dataset("events")?;
    let row = row_of(db, dataset, id)?;
    let section = facts(dataset, &row, &["id", "block", "event", "extrinsic"]);
    let section = section.data(dataset, &[("id", place_text(id))]);
    let sections = vec![section, arguments(text(dataset, &row, "args"))];
    Ok(Page { title: format!("Event {}", place_text(id)), sections, ..Page::default() })
}

/// Arguments line by line, with accounts as addresses.
pub(super) fn arguments(args: Option<&str>) -> Section {
    let mut value: Json = args.and_then(|args| serde_json::from_str(args).ok()).unwrap_or(Json::Null);
    addressed(&mut value, 16);
    let section = Section::new("arguments", "Arguments");
    match value {
        Json::Null => section.note("None."),
        value => Section { text: serde_json::to_string_pretty(&value).unwrap_or_default(), ..section },
    }
}

/// Writes accounts as addresses.
fn addressed(value: &mut Json, depth: usize) {
    if depth == 0 {
        return;
    }
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                let key = is_account_field(name).then(|| member.as_str().and_then(hash)).flatten();
                match key {
                    Some(key) => *member = Json::String(PublicKey(key).to_ss58()),
                    None => addressed(member, depth - 1),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| addressed(item, depth - 1)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn accounts_in_arguments_are_addresses_and_hashes_stay() {
        let key = format!("0x{}", "07".repeat(32));
        let mut value = json!({ "dest": { "Id": key }, "to": key, "hash": key });
        addressed(&mut value, 16);
        assert_eq!(value["to"], PublicKey([7; 32]).to_ss58());
        assert_eq!(value["hash"], key);
    }
}
