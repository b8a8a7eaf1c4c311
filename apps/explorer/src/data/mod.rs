//! What the index has to show, said once: pages, the JSON API, CSV files and the OpenAPI document are all made of it.
//!
//! A [`Dataset`] is a list with typed columns. Where it comes from, what it may be filtered and sorted by, and how far a
//! request may go are part of it, so that no request can ask for more work than its dataset allows.

mod ask;
mod catalogue;
mod csv;
mod derived;
mod openapi;
mod owners;
mod run;
mod search;

pub(crate) use ask::{account, Ask, BadAsk};
pub(crate) use catalogue::{
    all, find, BALANCES, CHAIN, DATASETS, HALVINGS, HITS, LISTS, OWNER_REWARDS, POSITIONS, RULES, SCORES, SUBNETS,
    SUMMARY,
};
pub(crate) use csv::csv;
pub(crate) use derived::{balances, block_millis, halvings, lists, positions, rules};
pub(crate) use openapi::{how_files_end, openapi};
pub(crate) use owners::owner_rewards;
pub(crate) use run::{json_rows, place_text, rows, Answer};
pub(crate) use search::{block_of, extrinsic_of, pair, search, Hit};

/// Most rows of one answer.
pub(crate) const MOST_ROWS: u32 = 500;
/// Rows of an answer where nobody says how many.
pub(crate) const USUAL_ROWS: u32 = 50;
/// Most rows of a CSV file: that of a full subnet.
pub(crate) const MOST_CSV_ROWS: u32 = 4_096;
/// Rows that may be passed over.
pub(crate) const MOST_OFFSET: u32 = 100_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number.
    Number,
    /// Nominators, which are counted up to [`MOST_NOMINATORS`](crate::store::MOST_NOMINATORS).
    Nominators,
    /// A number with a fraction.
    Real,
    /// An amount, RAO.
    Rao,
    /// A share in 1/65535.
    Share,
    /// Yes or no.
    Flag,
    /// Words; strangers may have written them.
    Text,
    /// A value as the chain tells it; strangers may have written it.
    Json,
    /// 32 bytes.
    Hash,
    /// An account's address (SS58).
    Account,
    /// A block's height.
    Block,
    /// Milliseconds since 1970.
    Time,
    /// A subnet's number.
    Netuid,
    /// A seat.
    Uid,
    /// An extrinsic: its id, shown as height and place.
    Extrinsic,
    /// An event: its id, shown as height and place.
    Event,
    /// A referendum's number.
    Referendum,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its name in JSON and CSV.
    pub(crate) key: &'static str,
    /// Its heading on pages.
    pub(crate) title: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// What that means.
    pub(crate) about: &'static str,
    /// Where it comes from.
    pub(crate) sql: &'static str,
}

/// What a filter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A number.
    Number,
    /// An account: SS58, or `0x` and 64 digits.
    Account,
    /// Height and place of an extrinsic or event, such as `12-3`.
    Place,
    /// Words, 100 letters at most.
    Text,
    /// One of these.
    Word(&'static [&'static str]),
}

/// What a list may be narrowed by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter {
    /// The parameter's name.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) takes: Takes,
    /// The condition; every `?` is the value.
    pub(crate) sql: &'static str,
    /// What it does.
    pub(crate) about: &'static str,
    /// Whether there is no list without it.
    pub(crate) required: bool,
    /// Tables to read instead, and what orders them, where the usual ones would take long.
    pub(crate) through: Option<(&'static str, &'static str)>,
}

/// How a list goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// Newest first, by this number; `before` is where the next page begins.
    Newest(&'static str),
    /// By any of some columns; `offset` is where the next page begins.
    Sorted {
        /// The column by which it is sorted unless asked otherwise.
        by: &'static str,
        /// Whether the largest comes first.
        descending: bool,
        /// The columns it can be sorted by; all if there are none.
        columns: &'static [&'static str],
        /// What decides between equals.
        tie: &'static str,
    },
}

/// A list with typed columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dataset {
    /// Its name in addresses.
    pub(crate) name: &'static str,
    /// Its heading.
    pub(crate) title: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
    /// Tables; nothing if it isn't read from the index.
    pub(crate) from: &'static str,
    /// A condition that always holds; may be empty.
    pub(crate) always: &'static str,
    /// Its columns.
    pub(crate) columns: &'static [Column],
    /// Its filters.
    pub(crate) filters: &'static [Filter],
    /// How it goes on.
    pub(crate) order: Order,
}

impl Dataset {
    /// The place of a column.
    pub(crate) fn column(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.key == key)
    }

    /// Whether it can be sorted by that column.
    pub(crate) fn sortable(&self, key: &str) -> bool {
        match self.order {
            Order::Newest(_) => false,
            Order::Sorted { columns, .. } => columns.is_empty() || columns.contains(&key),
        }
    }
}
