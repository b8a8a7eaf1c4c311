//! Lists as CSV files (RFC 4180).

use super::{run::plain_value, Answer, Dataset, Kind};

/// The rows with a heading.
pub(crate) fn csv(dataset: &Dataset, answer: &Answer) -> String {
    let headings = dataset.columns.iter().map(|column| column.key.to_owned());
    let mut text = line(headings);
    for row in &answer.rows {
        text.push_str(&line(dataset.columns.iter().zip(row).map(|(column, value)| {
            let cell = plain_value(column, value);
            // Spreadsheets compute what strangers wrote, if it begins like a formula.
            let strange = matches!(column.kind, Kind::Text | Kind::Json);
            match cell.chars().next() {
                Some('=' | '+' | '-' | '@' | '\t' | '\r') if strange => format!("'{cell}"),
                _ => cell,
            }
        })));
    }
    text
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
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(quoted("a"), "a");
        assert_eq!(quoted("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(line(["x".to_owned(), String::new()].into_iter()), "x,\r\n");
    }
}
