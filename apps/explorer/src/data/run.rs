//! Reading a dataset.

use super::{Ask, Column, Dataset, Kind, Order};
use crate::store::place;
use rusqlite::{params_from_iter, types::Value, Connection};
use serde_json::{json, Map, Value as Json};
use std::fmt::Write;

/// Some rows of a dataset.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    /// One value a column, in the dataset's order.
    pub(crate) rows: Vec<Vec<Value>>,
    /// What to ask for as `before` or `offset` to get the next ones; `None` ends the list.
    pub(crate) next: Option<i64>,
}

/// Reads the rows that are asked for.
pub(crate) fn rows(connection: &Connection, dataset: &Dataset, ask: &Ask) -> rusqlite::Result<Answer> {
    let (sql, values) = statement(dataset, ask);
    let mut statement = connection.prepare_cached(&sql)?;
    let columns = dataset.columns.len();
    let limit = usize::try_from(ask.limit).unwrap_or(usize::MAX);
    let mut answer = Answer::default();
    let mut found = statement.query(params_from_iter(values))?;
    let mut cursor = None;
    while let Some(row) = found.next()? {
        if answer.rows.len() >= limit {
            answer.next = match dataset.order {
                Order::Newest(_) => cursor,
                Order::Sorted { .. } => Some(i64::from(ask.offset).saturating_add(i64::from(ask.limit))),
            };
            break;
        }
        // What orders the list stands behind its columns.
        cursor = row.get(columns)?;
        answer.rows.push((0..columns).map(|place| row.get(place)).collect::<rusqlite::Result<_>>()?);
    }
    Ok(answer)
}

/// The statement that reads one row more than asked for, and its values. Only text of ours is in it.
fn statement(dataset: &Dataset, ask: &Ask) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let mut conditions: Vec<String> = Vec::new();
    if !dataset.always.is_empty() {
        conditions.push(dataset.always.to_owned());
    }
    let mut from = dataset.from;
    let mut newest = match dataset.order {
        Order::Newest(key) => Some(key),
        Order::Sorted { .. } => None,
    };
    for (place, value) in &ask.filters {
        let Some(filter) = dataset.filters.get(*place) else { continue };
        values.push(value.clone());
        conditions.push(filter.sql.replace('?', &format!("?{}", values.len())));
        if let Some((tables, key)) = filter.through {
            from = tables;
            newest = newest.map(|_| key);
        }
    }
    if let (Some(key), Some(before)) = (newest, ask.before) {
        values.push(Value::Integer(before));
        conditions.push(format!("{key} < ?{}", values.len()));
    }
    let columns: Vec<&str> = dataset.columns.iter().map(|column| column.sql).collect();
    let mut sql = format!("SELECT {}, {} FROM {from}", columns.join(", "), newest.unwrap_or("0"));
    if !conditions.is_empty() {
        let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
    }
    let way = if ask.descending { "DESC" } else { "ASC" };
    let _ = match (dataset.order, newest) {
        (Order::Sorted { tie, .. }, _) => {
            let by = ask.sort.and_then(|sort| dataset.columns.get(sort)).map_or(tie, |column| column.sql);
            write!(sql, " ORDER BY {by} {way}, {tie}")
        }
        (Order::Newest(key), through) => write!(sql, " ORDER BY {} DESC", through.unwrap_or(key)),
    };
    values.push(Value::Integer(i64::from(ask.limit).saturating_add(1)));
    let _ = write!(sql, " LIMIT ?{}", values.len());
    values.push(Value::Integer(ask.offset.into()));
    let _ = write!(sql, " OFFSET ?{}", values.len());
    (sql, values)
}

/// The rows as JSON objects.
pub(crate) fn json_rows(dataset: &Dataset, answer: &Answer) -> Vec<Json> {
    let object = |row: &Vec<Value>| -> Map<String, Json> {
        dataset
            .columns
            .iter()
            .zip(row)
            .map(|(column, value)| (column.key.to_owned(), json_value(column, value)))
            .collect()
    };
    answer.rows.iter().map(object).map(Json::Object).collect()
}

/// A value as JSON says it.
fn json_value(column: &Column, value: &Value) -> Json {
    match (column.kind, value) {
        (_, Value::Null) => Json::Null,
        (Kind::Flag, Value::Integer(number)) => Json::Bool(*number != 0),
        (Kind::Extrinsic | Kind::Event, Value::Integer(id)) => Json::String(place_text(*id)),
        (Kind::Json, Value::Text(text)) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        (_, Value::Integer(number)) => json!(number),
        (_, Value::Real(number)) => json!(number),
        (_, Value::Text(text)) => json!(text),
        (_, Value::Blob(bytes)) => json!(format!("0x{}", hex::encode(bytes))),
    }
}

/// Height and place of an id, as people write them: `12-3`.
pub(crate) fn place_text(id: i64) -> String {
    let (block, place) = place(id);
    format!("{block}-{place}")
}

/// A value as CSV says it: that of JSON, without quotes around text.
pub(super) fn plain_value(column: &Column, value: &Value) -> String {
    match json_value(column, value) {
        Json::Null => String::new(),
        Json::String(text) => text,
        other => other.to_string(),
    }
}
