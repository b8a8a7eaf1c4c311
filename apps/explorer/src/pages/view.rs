//! What a page is made of. One template draws all pages out of these, so everything that strangers wrote is escaped in one
//! place.

use super::format;
use crate::data::{Answer, Ask, Column, Dataset, Kind, Order};
use crate::store::MOST_NOMINATORS;
use askama::Template;
use rusqlite::types::Value;

/// A page.
#[derive(Debug, Default, Template)]
#[template(path = "page.html")]
pub(crate) struct Page {
    /// Its heading.
    pub(crate) title: String,
    /// A sentence below it; may be empty.
    pub(crate) lead: String,
    /// What it shows.
    pub(crate) sections: Vec<Section>,
    /// What was looked for.
    pub(crate) query: String,
    /// The network's state, in the foot of every page.
    pub(crate) state: String,
}

/// A part of a page.
#[derive(Debug, Default)]
pub(crate) struct Section {
    /// Its name in the page's addresses; unique there.
    pub(crate) id: String,
    /// Its heading.
    pub(crate) title: String,
    /// A sentence below it; may be empty.
    pub(crate) note: String,
    /// Names and values.
    pub(crate) facts: Vec<(String, Cell)>,
    /// The same as data; may be empty.
    pub(crate) json: String,
    pub(crate) csv: String,
    /// A form that narrows the table.
    pub(crate) form: Option<Form>,
    /// A chart.
    pub(crate) chart: Option<Chart>,
    /// A table; that of a chart is hidden until asked for.
    pub(crate) grid: Option<Grid>,
    /// Text as it stands.
    pub(crate) text: String,
}

/// One value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// As it is shown.
    pub(crate) text: String,
    /// A page of ours; may be empty.
    pub(crate) href: String,
    /// A checked address elsewhere; may be empty.
    pub(crate) elsewhere: String,
    /// The whole value, where what is shown is shorter; may be empty.
    pub(crate) title: String,
    /// Whether it is a number.
    pub(crate) number: bool,
    /// Whether it stays in one line: half an address is none.
    pub(crate) unbroken: bool,
}

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    /// What it is, for those who don't see it.
    pub(crate) caption: String,
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Where the list goes on; may be empty.
    pub(crate) next: String,
    /// Where it begins, if this isn't its beginning; may be empty.
    pub(crate) first: String,
    /// The same as data; may be empty.
    pub(crate) json: String,
    pub(crate) csv: String,
}

/// A column's heading.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) title: String,
    /// What it means.
    pub(crate) about: String,
    /// The page sorted by it; may be empty.
    pub(crate) href: String,
    /// `ascending`, `descending` or nothing.
    pub(crate) sorted: String,
    pub(crate) number: bool,
}

/// A form that asks for this page again.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    /// Values that stay.
    pub(crate) kept: Vec<(String, String)>,
}

/// A field of a form.
#[derive(Debug, Default)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) value: String,
    /// What can be chosen, and whether it is; nothing takes text.
    pub(crate) choices: Vec<(String, bool)>,
}

/// A chart, drawn on the server.
#[derive(Debug, Default)]
pub(crate) struct Chart {
    /// What it shows, for those who don't see it.
    pub(crate) about: String,
    /// A line's points, `x,y x,y …` in a field of 600 × 200; may be empty.
    pub(crate) line: String,
    /// Bars.
    pub(crate) bars: Vec<Bar>,
    /// Words at the axes' ends.
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) top: String,
}

/// A bar in a field of 600 × 200.
#[derive(Debug, Default)]
pub(crate) struct Bar {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) width: String,
    pub(crate) height: String,
    /// What it stands for.
    pub(crate) title: String,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), number: true, ..Self::default() }
    }

    pub(crate) fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into(), ..Self::default() }
    }

    /// An address, shortened unless `whole`.
    pub(crate) fn account(address: &str, whole: bool) -> Self {
        let text = if whole { address.to_owned() } else { format::short(address) };
        let title = if whole { String::new() } else { address.to_owned() };
        Self { text, title, href: format!("/account/{address}"), unbroken: !whole, ..Self::default() }
    }

    /// A link that strangers wrote; text if it can't be one.
    pub(crate) fn web(text: &str) -> Self {
        Self { text: text.to_owned(), elsewhere: format::web(text).unwrap_or_default(), ..Self::default() }
    }

    /// An amount.
    pub(crate) fn rao(rao: i64) -> Self {
        Self { title: format::tao_exact(rao), ..Self::number(format::tao(rao)) }
    }

    /// A value of a dataset.
    pub(crate) fn of(column: &Column, value: &Value) -> Self {
        match value {
            Value::Null => Self { number: column.is_number(), ..Self::text("–") },
            Value::Integer(number) => Self::whole(column.kind, *number),
            Value::Real(real) => Self::number(format!("{real:.3}")),
            Value::Text(text) => match column.kind {
                Kind::Account => Self::account(text, false),
                Kind::Json if matches!(text.as_str(), "[]" | "{}") => Self::text("–"),
                Kind::Json => Self::text(text.chars().take(200).collect::<String>()),
                _ => Self::text(text.clone()),
            },
            Value::Blob(bytes) => {
                let hash = format!("0x{}", hex::encode(bytes));
                Self { title: hash.clone(), unbroken: true, ..Self::text(format::short(&hash)) }
            }
        }
    }

    fn whole(kind: Kind, number: i64) -> Self {
        let linked = |text: String, href: String| Self { href, ..Self::number(text) };
        match kind {
            Kind::Rao => Self::rao(number),
            Kind::Share => Self::number(format::share(number)),
            Kind::Flag => Self::text(if number == 0 { "no" } else { "yes" }),
            Kind::Time => Self { unbroken: true, ..Self::text(format::time(number)) },
            Kind::Block => linked(format::thousands(number), format!("/block/{number}")),
            Kind::Netuid => linked(number.to_string(), format!("/subnet/{number}")),
            Kind::Referendum => linked(number.to_string(), format!("/referendum/{number}")),
            Kind::Extrinsic => {
                let text = crate::data::place_text(number);
                linked(text.clone(), format!("/extrinsic/{text}"))
            }
            Kind::Event => {
                let (block, place) = crate::store::place(number);
                linked(format!("{block}-{place}"), format!("/event/{block}-{place}"))
            }
            Kind::Uid => Self::number(number.to_string()),
            Kind::Nominators if number >= i64::from(MOST_NOMINATORS) => Self::number(format!("{number} or more")),
            _ => Self::number(format::thousands(number)),
        }
    }
}

impl Column {
    /// Whether its values stand at the right of their cells.
    pub(crate) fn is_number(&self) -> bool {
        !matches!(self.kind, Kind::Text | Kind::Json | Kind::Hash | Kind::Account | Kind::Flag | Kind::Time)
    }
}

/// Where a table's links lead.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The page.
    pub(crate) path: String,
    /// Its parameters, without those that move or sort the table.
    pub(crate) kept: Vec<(String, String)>,
    /// What goes behind `#`; may be empty.
    pub(crate) anchor: String,
}

impl Place {
    /// The page with more parameters.
    pub(crate) fn with(&self, more: &[(&str, String)]) -> String {
        let kept = self.kept.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all = kept.chain(more.iter().map(|(name, value)| (*name, value.as_str())));
        let query: Vec<String> = all.map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        let anchor = if self.anchor.is_empty() { String::new() } else { format!("#{}", self.anchor) };
        match query.is_empty() {
            true => format!("{}{anchor}", self.path),
            false => format!("{}?{}{anchor}", self.path, query.join("&")),
        }
    }
}

/// Text as a part of a query.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

impl Grid {
    /// The columns `keys` of some rows; all if there are none.
    pub(crate) fn of(dataset: &Dataset, answer: &Answer, keys: &[&str]) -> Self {
        let places: Vec<usize> = match keys.is_empty() {
            true => (0..dataset.columns.len()).collect(),
            false => keys.iter().filter_map(|key| dataset.column(key)).collect(),
        };
        let columns: Vec<(usize, &Column)> =
            places.into_iter().filter_map(|place| Some((place, dataset.columns.get(place)?))).collect();
        let heads = columns.iter().map(|(_, column)| Head {
            title: column.title.into(),
            about: column.about.into(),
            number: column.is_number(),
            ..Head::default()
        });
        let cells = |row: &Vec<Value>| -> Vec<Cell> {
            let null = Value::Null;
            columns.iter().map(|(place, column)| Cell::of(column, row.get(*place).unwrap_or(&null))).collect()
        };
        Self {
            caption: dataset.title.into(),
            heads: heads.collect(),
            rows: answer.rows.iter().map(cells).collect(),
            ..Self::default()
        }
    }

    /// Adds links: to the next page, to other orders, to the same as data.
    pub(crate) fn linked(mut self, dataset: &Dataset, ask: &Ask, answer: &Answer, place: &Place) -> Self {
        let order = |descending: bool| (if descending { "desc" } else { "asc" }).to_owned();
        let sorted = ask.sort.and_then(|sort| dataset.columns.get(sort));
        let sorting: Vec<(&str, String)> = match (dataset.order, sorted) {
            (Order::Sorted { .. }, Some(column)) => {
                vec![("sort", column.key.to_owned()), ("order", order(ask.descending))]
            }
            _ => Vec::new(),
        };
        let moving = match dataset.order {
            Order::Newest(_) => "before",
            Order::Sorted { .. } => "offset",
        };
        if let Some(next) = answer.next {
            let more: Vec<_> = sorting.iter().cloned().chain([(moving, next.to_string())]).collect();
            self.next = place.with(&more);
        }
        if ask.before.is_some() || ask.offset > 0 {
            self.first = place.with(&sorting);
        }
        for head in &mut self.heads {
            let column = dataset.columns.iter().find(|column| column.title == head.title);
            let Some(column) = column.filter(|column| dataset.sortable(column.key)) else { continue };
            let here = sorted.is_some_and(|sorted| sorted.key == column.key);
            // Numbers begin with the largest, words with the first.
            let descending = if here { !ask.descending } else { column.is_number() };
            head.href = place.with(&[("sort", column.key.to_owned()), ("order", order(descending))]);
            if here {
                head.sorted = if ask.descending { "descending".into() } else { "ascending".into() };
            }
        }
        self.data(dataset, &place.kept)
    }

    /// Adds links to the same as data.
    pub(crate) fn data(mut self, dataset: &Dataset, kept: &[(String, String)]) -> Self {
        (self.json, self.csv) = doors(dataset, kept);
        self
    }

    /// Makes a column stand at the right of its cells.
    pub(crate) fn right(mut self, place: usize) -> Self {
        if let Some(head) = self.heads.get_mut(place) {
            head.number = true;
        }
        for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(place)) {
            cell.number = true;
        }
        self
    }
}

/// Where a dataset is as JSON and as CSV, narrowed by what of `kept` are its filters.
fn doors(dataset: &Dataset, kept: &[(String, String)]) -> (String, String) {
    let known = |name: &str| dataset.filters.iter().any(|filter| filter.name == name);
    let kept: Vec<_> = kept.iter().filter(|(name, _)| known(name)).cloned().collect();
    let at = |suffix: &str| {
        let path = format!("/api/v1/{}{suffix}", dataset.name);
        Place { path, kept: kept.clone(), anchor: String::new() }.with(&[])
    };
    (at(""), at(".csv"))
}

impl Section {
    pub(crate) fn new(id: &str, title: impl Into<String>) -> Self {
        Self { id: id.to_owned(), title: title.into(), ..Self::default() }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub(crate) fn fact(mut self, name: &str, cell: Cell) -> Self {
        self.facts.push((name.to_owned(), cell));
        self
    }

    /// Adds links to the row of a dataset that the facts are of.
    pub(crate) fn data(mut self, dataset: &Dataset, kept: &[(&str, String)]) -> Self {
        let kept: Vec<_> = kept.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        (self.json, self.csv) = doors(dataset, &kept);
        self
    }

    pub(crate) fn grid(mut self, grid: Grid) -> Self {
        self.grid = Some(grid);
        self
    }

    pub(crate) fn chart(mut self, chart: Option<Chart>) -> Self {
        self.chart = chart;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_what_they_should() {
        let kept = vec![("q".to_owned(), "a b&<".to_owned())];
        let place = Place { path: "/x".into(), kept, anchor: "t".into() };
        assert_eq!(place.with(&[("sort", "uid".into())]), "/x?q=a%20b%26%3C&sort=uid#t");
        assert_eq!(Place { path: "/x".into(), ..Place::default() }.with(&[]), "/x");
    }

    #[test]
    fn a_count_that_was_cut_says_so() {
        let column = |list: &str| {
            let columns = crate::data::find(list).expect("a list").columns;
            columns.iter().find(|column| column.key == "nominators").expect("a column")
        };
        for list in ["validators", "sessions"] {
            let shown = |number: i64| Cell::of(column(list), &Value::Integer(number));
            assert_eq!((shown(255).text.as_str(), shown(256).text.as_str()), ("255", "256 or more"), "{list}");
            assert!(shown(256).number && column(list).about.contains("256 or more"), "{list}");
        }
    }

    #[test]
    fn what_strangers_write_is_escaped() {
        let evil = "<script>alert(1)</script>";
        let section = Section {
            text: evil.into(),
            ..Section::new("s", evil).note(evil).fact(evil, Cell { title: "\"><img src=x>".into(), ..Cell::web(evil) })
        };
        let page = Page {
            title: evil.into(),
            lead: evil.into(),
            query: "\"'>".into(),
            sections: vec![section],
            ..Page::default()
        };
        let html = page.render().expect("a page");
        assert!(!html.contains("<script>alert") && !html.contains("<img src=x>"), "{html}");
        assert!(!html.contains("value=\"\"'>"), "{html}");
    }
}
