//! Whatever a page shows as a table, a chart or names with values is there as JSON and as CSV, too.

use crate::{every_page, Explorer, SMALL};
use serde_json::Value;
use std::collections::BTreeSet;

/// The only section whose facts are no data: it says where the document is.
const NO_DATA: &str = "openapi";

/// Two doors to the same: JSON and CSV.
type Doors = (String, String);

/// Addresses of the links that are called so.
fn links(html: &str, name: &str) -> Vec<String> {
    let end = format!("\">{name}</a>");
    let ends = html.match_indices(&end).filter_map(|(at, _)| html.get(..at)?.rsplit_once("href=\""));
    ends.map(|(_, path)| path.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// The doors below what is of this class: `more` for tables, `doors` for names with values.
fn doors(section: &str, class: &str) -> Vec<Doors> {
    let parts = section.split(&format!("<p class=\"{class}\">")).skip(1).collect::<Vec<_>>();
    let inner = parts.into_iter().filter_map(|part| part.split("</p>").next());
    inner.flat_map(|part| links(part, "JSON").into_iter().zip(links(part, "CSV"))).collect()
}

/// Columns and rows of the first table.
fn size(section: &str) -> (usize, usize) {
    let between = |from: &str, to: &str| Some(section.split_once(from)?.1.split_once(to)?.0);
    let heads = between("<thead>", "</thead>").map_or(0, |head| head.matches("<th ").count());
    let rows = between("<tbody>", "</tbody>").filter(|body| !body.contains("Nothing yet"));
    (heads, rows.map_or(0, |body| body.matches("<tr>").count()))
}

/// Whether a list of the document comes in pages.
fn comes_in_pages(document: &Value, path: &str) -> bool {
    let operation = &document["paths"][path]["get"];
    let parameters = operation["parameters"].as_array().unwrap_or_else(|| panic!("{path} is in no document"));
    parameters.iter().any(|parameter| parameter["name"] == "limit")
}

/// Opens both doors: behind them is all that the page shows, and the same.
async fn open(explorer: &Explorer, document: &Value, (json, csv): &Doors, shown: (usize, usize), of: &str) {
    let name = json.split('?').next().unwrap_or_default();
    let whole = comes_in_pages(document, name);
    assert_eq!(csv.split('?').next(), Some(format!("{name}.csv").as_str()), "{of}");
    assert_eq!(comes_in_pages(document, &format!("{name}.csv")), whole, "{of}");
    let limit = match (whole, json.contains('?')) {
        (false, _) => "",
        (true, false) => "?limit=500",
        (true, true) => "&limit=500",
    };
    let rows = explorer.rows(&format!("{json}{limit}")).await;
    assert!(rows.len() >= shown.1, "{of} shows {} rows, {json} has {}", shown.1, rows.len());
    let text = explorer.page(&format!("{csv}{limit}")).await;
    let (head, rest) = text.split_once("\r\n").expect("a heading");
    assert_eq!(rest.matches("\r\n").count(), rows.len(), "{of}: {csv}");
    let columns: BTreeSet<&str> = head.split(',').collect();
    assert!(columns.len() >= shown.0, "{of} shows {} columns, {csv} has {head}", shown.0);
    for row in &rows {
        let keys: BTreeSet<&str> = row.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, columns, "{of}: {json}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_page_shows_is_there_as_data() {
    let explorer = Explorer::start(SMALL).await;
    let document = explorer.json("/api/v1/openapi.json").await;
    let (mut opened, mut tables, mut facts) = (BTreeSet::new(), 0, 0);
    for path in every_page(&explorer).await {
        let html = explorer.page(&path).await;
        for section in html.split("<section id=\"").skip(1) {
            let (id, section) = section.split_once('"').expect("an id");
            let section = section.split("</section>").next().unwrap_or_default();
            let of = format!("{path}#{id}");
            let (behind, beside) = (doors(section, "more"), doors(section, "doors"));
            assert_eq!(behind.len(), section.matches("<table>").count(), "{of}: a table without doors");
            let named = usize::from(section.contains("<dl>") && id != NO_DATA);
            assert_eq!(beside.len(), named, "{of}: facts without doors");
            assert!(!section.contains("<svg") || !behind.is_empty(), "{of}: a chart without its table");
            tables += behind.len();
            facts += beside.len();
            let shown = size(section);
            let all = behind.into_iter().map(|door| (door, shown)).chain(beside.into_iter().map(|door| (door, (1, 1))));
            for (door, shown) in all {
                if opened.insert((door.clone(), shown)) {
                    open(&explorer, &document, &door, shown, &of).await;
                }
            }
        }
    }
    assert!(tables > 80 && facts > 10 && opened.len() > 60, "{tables} tables, {facts} facts, {} doors", opened.len());
    explorer.stop().await;
}

#[test]
fn a_table_without_doors_would_be_found() {
    let page =
        "<dl></dl><p class=\"doors\"><a href=\"/api/v1/a?b=1&#38;c=2\">JSON</a> <a href=\"/api/v1/a.csv\">CSV</a></p>\
                <table><thead><tr><th scope=\"col\">A</th><th scope=\"col\">B</th></tr></thead><tbody>\
                <tr><td><a href=\"/x.csv\">CSV</a></td></tr></tbody></table><p class=\"more\">\n</p>";
    assert_eq!(doors(page, "doors"), [("/api/v1/a?b=1&c=2".to_owned(), "/api/v1/a.csv".to_owned())]);
    assert_eq!((doors(page, "more").len(), size(page)), (0, (2, 1)));
}
