//! The API, CSV and the document that describes both say the same.

use crate::{Explorer, SMALL};
use ganglion_explorer::synthetic;
use serde_json::Value;
use std::collections::BTreeSet;

/// A value that a required parameter takes.
fn example(list: &str, name: &str) -> String {
    match name {
        "netuid" => "5".into(),
        "hotkey" => synthetic::hotkey(5, 10).to_ss58(),
        // Epochs of subnet 5 are where block + 5 is a multiple of 360.
        "block" => "355".into(),
        "session" => "1".into(),
        "q" => "text".into(),
        other => panic!("{list} needs {other}: say what it takes"),
    }
}

/// Whether a value is of a type that the schema names.
fn fits(schema: &Value, value: &Value) -> bool {
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
        _ => return true,
    };
    types.iter().any(|kind| match *kind {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the document names the type {other}"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn json_csv_and_document_agree() {
    let explorer = Explorer::start(SMALL).await;
    let document = explorer.json("/api/v1/openapi.json").await;
    let paths = document["paths"].as_object().expect("paths");
    let mut filled = 0;
    for (path, operations) in paths.iter().filter(|(path, _)| !path.ends_with(".csv")) {
        let get = &operations["get"];
        let parameters = get["parameters"].as_array().expect("parameters");
        let needed = parameters.iter().filter(|parameter| parameter["required"] == true);
        let query: Vec<String> = needed
            .map(|parameter| {
                let name = parameter["name"].as_str().expect("a name");
                format!("{name}={}", example(path, name))
            })
            .collect();
        let query = query.join("&");
        let answer = explorer.json(&format!("{path}?{query}")).await;
        let schema = &get["responses"]["200"]["content"]["application/json"]["schema"];
        let row = &schema["properties"]["rows"]["items"];
        let properties = row["properties"].as_object().expect("properties");
        let named: BTreeSet<&str> =
            row["required"].as_array().expect("names").iter().filter_map(Value::as_str).collect();
        assert!(fits(&schema["properties"]["next"], &answer["next"]), "{path}: {answer}");
        let rows = answer["rows"].as_array().expect("rows");
        filled += usize::from(!rows.is_empty());
        for row in rows {
            let row = row.as_object().expect("an object");
            assert_eq!(row.keys().map(String::as_str).collect::<BTreeSet<_>>(), named, "{path}");
            for (name, value) in row {
                assert!(fits(&properties[name], value), "{path}: {name} is {value}");
            }
        }
        // As many rows as JSON has by itself.
        let limit = if query.is_empty() { "limit=50" } else { "&limit=50" };
        let whole = parameters.iter().any(|parameter| parameter["name"] == "limit");
        let csv = explorer.page(&format!("{path}.csv?{query}{}", if whole { limit } else { "" })).await;
        let (head, rest) = csv.split_once("\r\n").expect("a heading");
        assert_eq!(head.split(',').collect::<BTreeSet<_>>(), named, "{path}");
        // Quoted cells may hold line ends; these are the chain's own words.
        assert_eq!(rest.matches("\r\n").count(), rows.len(), "{path}");
    }
    assert!(filled >= 20, "only {filled} lists have rows: the made-up chain lacks something");
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn newest_first_lists_are_read_to_their_end() {
    let explorer = Explorer::start(SMALL).await;
    let (mut before, mut heights) = (None, Vec::new());
    loop {
        let at = before.map(|before: i64| format!("&before={before}")).unwrap_or_default();
        let page = explorer.json(&format!("/api/v1/blocks?limit=500{at}")).await;
        heights.extend(page["rows"].as_array().expect("rows").iter().filter_map(|row| row["number"].as_u64()));
        before = page["next"].as_i64();
        if before.is_none() {
            break;
        }
    }
    assert_eq!(heights, (0..u64::from(SMALL.blocks)).rev().collect::<Vec<_>>());
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_by_account_have_all_and_only_its_rows() {
    let explorer = Explorer::start(SMALL).await;
    let transfers = explorer.rows("/api/v1/transfers?limit=500").await;
    let account = transfers[0]["sender"].as_str().expect("an address");
    let expected: Vec<&Value> = transfers
        .iter()
        .filter(|row| row["sender"] == account || row["recipient"] == account)
        .map(|row| &row["id"])
        .collect();
    let listed = explorer.rows(&format!("/api/v1/transfers?limit=500&account={account}")).await;
    assert_eq!(listed.iter().map(|row| &row["id"]).collect::<Vec<_>>(), expected);
    let signed = explorer.rows(&format!("/api/v1/extrinsics?limit=500&signer={account}")).await;
    assert!(!signed.is_empty() && signed.iter().all(|row| row["signer"] == account));
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_are_listed_with_what_was_signed() {
    let explorer = Explorer::start(SMALL).await;
    let miner = synthetic::hotkey(1, 64).to_ss58();
    let rows = explorer.rows(&format!("/api/v1/receipts?netuid=1&miner={miner}&limit=500")).await;
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row["miner"] == miner.as_str() && row["netuid"] == 1),
        "{rows:?}"
    );
    let block = |row: &Value| row["block"].as_u64().expect("a block");
    assert!(rows.windows(2).all(|pair| block(&pair[0]) >= block(&pair[1])), "those of the newest blocks come first");
    for row in &rows {
        let receipt = &row["signed"]["receipt"];
        assert!(row["signed"]["signature"].as_str().is_some_and(|text| text.len() == 130), "{row}");
        for (name, told) in [("miner", "miner"), ("score", "score"), ("validator", "validator"), ("block", "block")] {
            assert_eq!(row[name], receipt[told], "{row}");
        }
        assert_eq!(
            (&row["absolute_bits"], &row["novelty_bits"]),
            (&receipt["bits"]["absolute"], &receipt["bits"]["novelty"])
        );
    }
    let late = explorer.rows("/api/v1/receipts?netuid=1&outcome=timeout").await;
    assert!(!late.is_empty() && late.iter().all(|row| row["outcome"] == "timeout"), "{late:?}");
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_json() {
    let explorer = Explorer::start(crate::Recipe { blocks: 5, neurons: 4, ..SMALL }).await;
    for (path, status) in [
        ("/api/v1/nothing", 404),
        ("/api/v1/neurons", 400),
        ("/api/v1/blocks?author=me", 400),
        ("/api/v1/blocks?x=1", 400),
        ("/api/v1/scores", 400),
        ("/api/v1/scores?netuid=text", 400),
        ("/api/v1/search", 400),
        ("/api/v1/blocks.csv?limit=4097", 400),
    ] {
        let answer = explorer.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        let body: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
        assert!(body["error"]["message"].as_str().is_some_and(|message| message.len() > 10), "{path}: {body}");
    }
    assert!(explorer.rows("/api/v1/scores?netuid=1").await.is_empty());
    explorer.stop().await;
}
