//! The datasets.

mod blocks;
mod capital;
mod governance;
mod memory;
mod node;
mod receipts;
mod subnets;
mod token;
mod validators;

pub(crate) use memory::{HALVINGS, HITS, LISTS, OWNER_REWARDS, RULES, SCORES};
pub(crate) use node::{BALANCES, POSITIONS};
pub(crate) use subnets::SUBNETS;
pub(crate) use token::{CHAIN, SUMMARY};

use super::{Column, Dataset, Filter, Kind, Takes};

/// All datasets that are read from the index, in the order in which they are told.
pub(crate) const DATASETS: [&Dataset; 28] = [
    &token::CHAIN,
    &blocks::BLOCKS,
    &blocks::EXTRINSICS,
    &blocks::EVENTS,
    &blocks::KINDS,
    &capital::TRANSFERS,
    &capital::STAKES,
    &capital::CHANNELS,
    &capital::ACCOUNTS,
    &subnets::SUBNETS,
    &subnets::NEURONS,
    &subnets::SEATS,
    &subnets::EPOCHS,
    &subnets::SNAPSHOTS,
    &subnets::REWARDS,
    &subnets::REGISTRATIONS,
    &subnets::HYPERPARAMETERS,
    &receipts::RECEIPTS,
    &validators::VALIDATORS,
    &validators::SESSIONS,
    &validators::ROOT_WEIGHTS,
    &token::SUMMARY,
    &token::SUPPLY,
    &token::DISTRIBUTION,
    &token::RICHEST,
    &governance::REFERENDA,
    &governance::TALLY,
    &governance::VOTES,
];

/// Those that aren't read from the index.
const OTHERS: [&Dataset; 8] = [&RULES, &HALVINGS, &OWNER_REWARDS, &BALANCES, &POSITIONS, &SCORES, &HITS, &LISTS];

/// All there are.
pub(crate) fn all() -> impl Iterator<Item = &'static Dataset> {
    DATASETS.into_iter().chain(OTHERS)
}

/// The dataset of that name, if it is read from the index.
pub(crate) fn find(name: &str) -> Option<&'static Dataset> {
    DATASETS.iter().copied().find(|dataset| dataset.name == name)
}

const fn column(key: &'static str, title: &'static str, kind: Kind, sql: &'static str, about: &'static str) -> Column {
    Column { key, title, kind, about, sql }
}

const fn filter(name: &'static str, takes: Takes, sql: &'static str, about: &'static str) -> Filter {
    Filter { name, takes, sql, about, required: false, through: None }
}

const fn needed(name: &'static str, takes: Takes, sql: &'static str, about: &'static str) -> Filter {
    Filter { required: true, ..filter(name, takes, sql, about) }
}

const fn through(
    name: &'static str,
    tables: (&'static str, &'static str),
    sql: &'static str,
    about: &'static str,
) -> Filter {
    Filter { through: Some(tables), ..filter(name, Takes::Account, sql, about) }
}

#[cfg(test)]
mod tests {
    use super::super::{rows, Ask, Order, Takes};
    use super::*;
    use rusqlite::{types::Value, Connection};
    use std::collections::BTreeSet;

    fn empty() -> Connection {
        let connection = Connection::open_in_memory().expect("SQLite");
        connection.execute_batch(include_str!("../../store/schema.sql")).expect("the tables");
        connection
    }

    fn example(takes: Takes) -> Value {
        match takes {
            Takes::Number => Value::Integer(1),
            Takes::Account => Value::Blob(vec![7; 32]),
            Takes::Place => Value::Integer(1 << 20),
            Takes::Text => Value::Text("x".into()),
            Takes::Word(words) => Value::Text(words[0].into()),
        }
    }

    #[test]
    fn every_list_can_be_read_in_every_way() {
        let connection = empty();
        for dataset in DATASETS {
            let needed = dataset.filters.iter().enumerate().filter(|(_, filter)| filter.required);
            let needed: Vec<_> = needed.map(|(place, filter)| (place, example(filter.takes))).collect();
            let base = Ask { filters: needed, ..Ask::first(dataset, 5) };
            rows(&connection, dataset, &base).unwrap_or_else(|error| panic!("{}: {error}", dataset.name));
            for (place, filter) in dataset.filters.iter().enumerate() {
                let mut ask = base.clone();
                ask.filters.retain(|(known, _)| *known != place);
                ask.filters.push((place, example(filter.takes)));
                ask.before = Some(9);
                rows(&connection, dataset, &ask)
                    .unwrap_or_else(|error| panic!("{} by {}: {error}", dataset.name, filter.name));
            }
            for column in dataset.columns.iter().filter(|column| dataset.sortable(column.key)) {
                let ask = base.clone().sorted(dataset, column.key, false);
                rows(&connection, dataset, &ask)
                    .unwrap_or_else(|error| panic!("{} sorted by {}: {error}", dataset.name, column.key));
            }
        }
    }

    #[test]
    fn names_are_unique_and_what_sorts_is_there() {
        let names: BTreeSet<_> = all().map(|dataset| dataset.name).collect();
        assert_eq!(names.len(), DATASETS.len() + OTHERS.len());
        for dataset in all() {
            assert_eq!(dataset.from.is_empty(), find(dataset.name).is_none(), "{}", dataset.name);
            let columns: BTreeSet<_> = dataset.columns.iter().map(|column| column.key).collect();
            assert_eq!(columns.len(), dataset.columns.len(), "{}", dataset.name);
            let filters: BTreeSet<_> = dataset.filters.iter().map(|filter| filter.name).collect();
            assert_eq!(filters.len(), dataset.filters.len(), "{}", dataset.name);
            for common in ["limit", "before", "offset", "sort", "order"] {
                assert!(!filters.contains(common), "{}", dataset.name);
            }
            if let Order::Sorted { by, columns: sorts, .. } = dataset.order {
                assert!(columns.contains(by) && sorts.iter().all(|sort| columns.contains(sort)), "{}", dataset.name);
            }
        }
    }
}
