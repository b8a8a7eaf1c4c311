//! Lists as CSV files (RFC 4180).

use super::{run::plain_value, Answer, Dataset, Kind};

/// The rows with a heading.
pub(crate) fn csv(dataset: &Dataset, answer: &Answer) -> String {
    let headings = dataset.columns.iter().map(|column| column.key.to_owned());
    let mut text = line(headings);
    for row in &answer.rows {
        text.push_str(&line(dataset.columns.iter().zip(row).map(|(column, value)| {
            let cell = plain_value(column, value);
            match matches!(column.kind, Kind::Text | Kind::Json) && is_formula(&cell) {
                true => format!("'{cell}"),
                false => cell,
            }
        })));
    }
    text
}

/// Whether spreadsheets compute what strangers wrote: it begins like a formula. Some read over the end of a line, and some take
/// wide forms for the usual ones.
fn is_formula(cell: &str) -> bool {
    let first = |letter: char| matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    cell.starts_with(first)
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    cells.join(",") + "\r\n"
}

fn quoted(cell: &str) -> String {
    match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_computed_is_known() {
        for cell in ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a"] {
            assert!(is_formula(cell), "{cell:?}");
        }
        for cell in ["", "a=1", "1-1", "\u{301}", "'=1"] {
            assert!(!is_formula(cell), "{cell:?}");
        }
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(quoted("a"), "a");
        assert_eq!(quoted("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(line(["x".to_owned(), String::new()].into_iter()), "x,\r\n");
    }
}
