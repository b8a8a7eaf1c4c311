//! What a request asks of a dataset.

use super::{search::pair, Dataset, Order, Takes, MOST_OFFSET, USUAL_ROWS};
use crate::store::id;
use ganglion_keys::PublicKey;
use rusqlite::types::Value;

/// Longest word that a filter takes, letters.
const LONGEST: usize = 100;

/// Why a request asks for what isn't there: a sentence that says what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadAsk(pub(crate) String);

/// A request, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ask {
    /// Values of filters, by their places in the dataset.
    pub(crate) filters: Vec<(usize, Value)>,
    /// Rows.
    pub(crate) limit: u32,
    /// Where to begin, where the newest comes first.
    pub(crate) before: Option<i64>,
    /// Rows to pass over, otherwise.
    pub(crate) offset: u32,
    /// The column to sort by.
    pub(crate) sort: Option<usize>,
    /// Whether the largest comes first.
    pub(crate) descending: bool,
}

impl Ask {
    /// The first rows of a dataset.
    pub(crate) fn first(dataset: &Dataset, limit: u32) -> Self {
        let (sort, descending) = match dataset.order {
            Order::Newest(_) => (None, true),
            Order::Sorted { by, descending, .. } => (dataset.column(by), descending),
        };
        Self { filters: Vec::new(), limit, before: None, offset: 0, sort, descending }
    }

    /// The same, narrowed by a filter of that name.
    pub(crate) fn with(mut self, dataset: &Dataset, name: &str, value: impl Into<Value>) -> Self {
        if let Some(place) = dataset.filters.iter().position(|filter| filter.name == name) {
            self.filters.push((place, value.into()));
        }
        self
    }

    /// The same, sorted by a column.
    pub(crate) fn sorted(mut self, dataset: &Dataset, key: &str, descending: bool) -> Self {
        (self.sort, self.descending) = (dataset.column(key).or(self.sort), descending);
        self
    }

    /// Reads parameters, of which each may be there once. An empty one is as none: forms send those.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn parse(dataset: &Dataset, pairs: &[(String, String)], most: u32) -> Result<Self, BadAsk> {
        let mut ask = Self::first(dataset, USUAL_ROWS.min(most));
        for (name, value) in pairs {
            if pairs.iter().filter(|(other, _)| other == name).count() > 1 {
                return Err(BadAsk(format!("`{}` is there twice", short(name))));
            }
            if !value.is_empty() {
                ask.take(dataset, name, value, most)?;
            }
        }
        let named = |place: usize| ask.filters.iter().any(|(known, _)| *known == place);
        let missing = dataset.filters.iter().enumerate().find(|(place, filter)| filter.required && !named(*place));
        match missing {
            Some((_, filter)) => Err(BadAsk(format!("`{}` is missing: {}", filter.name, filter.about))),
            None => Ok(ask),
        }
    }

    fn take(&mut self, dataset: &Dataset, name: &str, value: &str, most: u32) -> Result<(), BadAsk> {
        let sorted = matches!(dataset.order, Order::Sorted { .. });
        match name {
            "limit" => self.limit = whole(name, value, 1, most.max(1))?,
            "offset" if sorted => self.offset = whole(name, value, 0, MOST_OFFSET)?,
            "before" if !sorted => self.before = Some(whole(name, value, 0, i64::MAX)?),
            "sort" if sorted => {
                let column = dataset.column(value).filter(|_| dataset.sortable(value));
                self.sort = Some(column.ok_or_else(|| unknown_column(dataset, value))?);
            }
            "order" if sorted => {
                self.descending = match value {
                    "desc" => true,
                    "asc" => false,
                    _ => return Err(BadAsk("`order` is `asc` or `desc`".into())),
                }
            }
            _ => {
                let place = dataset.filters.iter().position(|filter| filter.name == name);
                let place = place.ok_or_else(|| unknown(dataset, name))?;
                let takes = dataset.filters.get(place).map(|filter| filter.takes).unwrap_or(Takes::Text);
                self.filters.push((place, read(takes, name, value)?));
            }
        }
        Ok(())
    }
}

/// A value that a filter takes.
fn read(takes: Takes, name: &str, value: &str) -> Result<Value, BadAsk> {
    match takes {
        Takes::Number => Ok(Value::Integer(whole(name, value, 0, i64::MAX)?)),
        Takes::Account => match account(value) {
            Some(key) => Ok(Value::Blob(key.0.to_vec())),
            None => Err(BadAsk(format!("`{name}` takes an account: an SS58 address, or 0x and 64 digits"))),
        },
        Takes::Place => match pair(value) {
            Some((block, place)) => Ok(Value::Integer(id(block, place))),
            None => Err(BadAsk(format!("`{name}` takes height and place, such as 12-3"))),
        },
        Takes::Text if value.chars().count() > LONGEST => {
            Err(BadAsk(format!("`{name}` takes {LONGEST} letters at most")))
        }
        Takes::Text => Ok(Value::Text(value.trim().to_owned())),
        Takes::Word(words) if words.contains(&value) => Ok(Value::Text(value.to_owned())),
        Takes::Word(words) => Err(BadAsk(format!("`{name}` is one of {}", words.join(", ")))),
    }
}

/// An account as people write it.
pub(crate) fn account(text: &str) -> Option<PublicKey> {
    // No address and no key is longer.
    if text.len() > 80 {
        return None;
    }
    PublicKey::from_ss58(text).ok().or_else(|| {
        let mut key = [0; 32];
        hex::decode_to_slice(text.strip_prefix("0x")?, &mut key).ok()?;
        Some(PublicKey(key))
    })
}

/// A number between bounds.
fn whole<T>(name: &str, value: &str, least: T, most: T) -> Result<T, BadAsk>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    match value.parse::<T>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(BadAsk(format!("`{name}` is a number from {least} to {most}"))),
    }
}

fn unknown(dataset: &Dataset, name: &str) -> BadAsk {
    let filters = dataset.filters.iter().map(|filter| filter.name);
    let common: &[&str] = match dataset.order {
        Order::Newest(_) => &["limit", "before"],
        Order::Sorted { .. } => &["limit", "offset", "sort", "order"],
    };
    let known: Vec<&str> = filters.chain(common.iter().copied()).collect();
    BadAsk(format!("there is no parameter `{}`: {} takes {}", short(name), dataset.name, known.join(", ")))
}

fn unknown_column(dataset: &Dataset, name: &str) -> BadAsk {
    let known = dataset.columns.iter().map(|column| column.key).filter(|key| dataset.sortable(key));
    let known: Vec<&str> = known.collect();
    BadAsk(format!("`sort` can't be `{}`: it is one of {}", short(name), known.join(", ")))
}

/// Somebody else's text, cut.
fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::data::MOST_ROWS;

    fn parse(dataset: &str, query: &[(&str, &str)]) -> Result<Ask, String> {
        let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ask::parse(find(dataset).expect(dataset), &pairs, MOST_ROWS).map_err(|bad| bad.0)
    }

    #[test]
    fn what_is_asked_for_is_checked() {
        let ask = parse("neurons", &[("netuid", "1"), ("sort", "stake"), ("order", "asc"), ("q", "")]).expect("good");
        assert_eq!((ask.filters.len(), ask.descending, ask.limit), (1, false, USUAL_ROWS));
        let one = parse("events", &[("id", "2-3")]).expect("good");
        assert_eq!(one.filters.first().map(|(_, value)| value), Some(&Value::Integer(2 * 1_048_576 + 3)));
        for (dataset, query, word) in [
            ("neurons", vec![], "netuid"),
            ("neurons", vec![("netuid", "one")], "number"),
            ("neurons", vec![("netuid", "1"), ("sort", "beauty; DROP TABLE blocks")], "one of uid"),
            ("neurons", vec![("netuid", "1"), ("order", "up")], "asc"),
            ("neurons", vec![("netuid", "1"), ("netuid", "2")], "twice"),
            ("neurons", vec![("netuid", "1"), ("offset", "100001")], "100000"),
            ("blocks", vec![("limit", "501")], "500"),
            ("blocks", vec![("limit", "0")], "from 1"),
            ("blocks", vec![("before", "-1")], "from 0"),
            ("blocks", vec![("offset", "1")], "no parameter"),
            ("blocks", vec![("author", "nobody")], "SS58"),
            ("events", vec![("id", "12")], "12-3"),
            ("extrinsics", vec![("id", "12-1048576")], "12-3"),
            ("blocks", vec![("<script>", "1")], "no parameter"),
        ] {
            let error = parse(dataset, &query).expect_err(dataset);
            assert!(error.contains(word), "{query:?}: {error}");
        }
    }

    #[test]
    fn accounts_are_read_in_both_forms() {
        let key = PublicKey([7; 32]);
        assert_eq!(account(&key.to_ss58()), Some(key));
        assert_eq!(account(&format!("0x{}", "07".repeat(32))), Some(key));
        assert_eq!((account("0x07"), account(&"5".repeat(10_000))), (None, None));
    }
}
