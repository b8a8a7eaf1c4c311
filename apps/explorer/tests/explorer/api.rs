//! The API, CSV and the document that describes both say the same.

use crate::{Explorer, SMALL};
use ganglion_explorer::synthetic;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A value that a required parameter takes.
fn example(list: &str, name: &str) -> String {
    match name {
        "netuid" => "5".into(),
        "hotkey" | "account" | "coldkey" => synthetic::hotkey(5, 10).to_ss58(),
        "referendum" => "0".into(),
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

/// What a node says: without one it can't be told.
const OF_A_NODE: [&str; 2] = ["/api/v1/balances", "/api/v1/positions"];

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
        if OF_A_NODE.contains(&path.as_str()) {
            let refused = explorer.get(&format!("{path}?{query}")).await;
            assert!(refused.status() == 503 && get["responses"]["503"].is_object(), "{path}: {}", refused.status());
            assert!(refused.headers().contains_key("retry-after"), "{path}");
            continue;
        }
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
async fn csv_files_say_where_a_list_goes_on() {
    let explorer = Explorer::start(crate::Recipe { blocks: 4_200, neurons: 4, ..SMALL }).await;
    let lists: [(&str, [usize; 2]); 3] = [
        ("/api/v1/blocks.csv", [4_096, 104]),
        ("/api/v1/neurons.csv?netuid=1&q=&limit=3&sort=uid&order=asc", [3, 1]),
        ("/api/v1/extrinsics.csv?call=Timestamp.set&before=99999999999999&limit=4000", [4_000, 199]),
    ];
    for (list, expected) in lists {
        let (mut next, mut counts, mut rows) = (Some(list.to_owned()), Vec::new(), BTreeSet::new());
        while let Some(path) = next.take() {
            let answer = explorer.get(&path).await;
            assert!(answer.status() == 200 && counts.len() < 3, "{path}: {}", answer.status());
            next = answer.headers().get("link").map(|link| {
                let link = link.to_str().expect("text");
                let path = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
                path.expect("an address").to_owned()
            });
            let text = answer.text().await.expect("a body");
            let lines: Vec<String> = text.split_terminator("\r\n").skip(1).map(str::to_owned).collect();
            counts.push(lines.len());
            rows.extend(lines);
        }
        assert_eq!(counts, expected, "{list}");
        assert_eq!(rows.len(), expected.iter().sum::<usize>(), "{list}: no row is there twice");
    }
    let document = explorer.json("/api/v1/openapi.json").await;
    let headers = |list: &str| document["paths"][list]["get"]["responses"]["200"]["headers"].clone();
    assert!(headers("/api/v1/blocks.csv")["Link"]["schema"].is_object(), "{document}");
    assert!(headers("/api/v1/blocks").is_null() && headers("/api/v1/lists.csv").is_null());
    let page = explorer.page("/api").await;
    assert!(page.contains("4096 rows at most") && page.contains("100000 rows can be passed over"), "{page}");
    for (offset, status) in [(100_000, 200), (100_001, 400)] {
        let answer = explorer.get(&format!("/api/v1/neurons.csv?netuid=1&offset={offset}")).await;
        assert_eq!(answer.status(), status, "{offset}");
    }
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
        ("/api/v1/lists?q=1", 400),
        ("/api/v1/rules?netuid=65536", 400),
        ("/api/v1/positions", 400),
        ("/api/v1/positions?account=me", 400),
        ("/api/v1/owner_rewards", 400),
        ("/api/v1/owner_rewards?coldkey=me", 400),
        ("/api/v1/events?id=1", 400),
        ("/api/v1/extrinsics?id=1-x", 400),
        ("/api/v1/blocks.csv?limit=4097", 400),
    ] {
        let answer = explorer.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        let body: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
        assert!(body["error"]["message"].as_str().is_some_and(|message| message.len() > 10), "{path}: {body}");
    }
    assert!(explorer.rows("/api/v1/scores?netuid=1").await.is_empty());
    assert!(explorer.rows("/api/v1/rules?netuid=7").await.is_empty(), "there is no such subnet");
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_block_extrinsic_or_event_is_had_by_its_place() {
    let explorer = Explorer::start(SMALL).await;
    for list in ["extrinsics", "events", "transfers"] {
        let some = explorer.rows(&format!("/api/v1/{list}?limit=3")).await;
        let id = some.last().and_then(|row| row["id"].as_str()).expect("a place").to_owned();
        // A transfer is an event.
        let list = if list == "transfers" { "events" } else { list };
        let found = explorer.rows(&format!("/api/v1/{list}?id={id}")).await;
        assert!(found.len() == 1 && found[0]["id"] == id.as_str(), "{list}: {found:?}");
    }
    let found = explorer.rows("/api/v1/blocks?number=360").await;
    assert!(found.len() == 1 && found[0]["number"] == 360, "{found:?}");
    assert!(explorer.rows("/api/v1/blocks?number=999999").await.is_empty());
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_sees_what_its_hotkeys_were_paid_together() {
    let explorer = Explorer::start(SMALL).await;
    let seat = explorer.rows(&format!("/api/v1/seats?account={}", synthetic::hotkey(1, 70).to_ss58())).await.remove(0);
    let owner = seat["coldkey"].as_str().expect("an owner");
    let mut expected = BTreeMap::new();
    for seat in explorer.rows(&format!("/api/v1/seats?account={owner}&limit=500")).await {
        let hotkey = seat["hotkey"].as_str().expect("a hotkey");
        for row in explorer.rows(&format!("/api/v1/rewards?hotkey={hotkey}&limit=500")).await {
            let sum = expected.entry(row["block"].as_u64().expect("a block")).or_insert(0);
            *sum += row["emission"].as_u64().expect("RAO");
        }
    }
    let told = explorer.rows(&format!("/api/v1/owner_rewards?coldkey={owner}")).await;
    let sums: BTreeMap<u64, u64> = told
        .iter()
        .map(|row| (row["block"].as_u64().expect("a block"), row["emission"].as_u64().expect("RAO")))
        .collect();
    assert!(sums.len() > 5 && sums.values().all(|sum| *sum > 0), "{told:?}");
    assert_eq!(sums, expected);
    assert!(told.iter().all(|row| row["whole"] == true), "{told:?}");
    let page = explorer.page(&format!("/account/{owner}")).await;
    let section =
        page.split("<section id=\"").find(|section| section.starts_with("owner_rewards\"")).expect("a section");
    assert!(section.contains("polyline") && section.contains("growth of its position"), "{section}");
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_its_rules_and_the_rich_are_told_as_the_pages_show_them() {
    let explorer = Explorer::start(SMALL).await;
    let chain = explorer.rows("/api/v1/chain").await.remove(0);
    assert_eq!((&chain["height"], &chain["block_millis"]), (&(SMALL.blocks - 1).into(), &12_000.into()), "{chain}");
    let rules = explorer.rows("/api/v1/rules?netuid=1").await;
    let tempo = rules.iter().find(|row| row["name"] == "tempo").expect("there");
    assert!(tempo["value"] == 359 && tempo["setter"].is_string() && tempo["bounds"].is_string(), "{tempo}");
    let rich = explorer.rows("/api/v1/richest").await;
    let counts: Vec<_> = rich.iter().map(|row| row["accounts"].as_u64()).collect();
    assert_eq!(counts, [Some(1), Some(10), Some(100), Some(1_000)]);
    let most = explorer.rows("/api/v1/accounts?limit=1").await.remove(0);
    assert_eq!(rich[0]["total"], most["total"]);
    let shares: Vec<f64> = rich.iter().filter_map(|row| row["share"].as_f64()).collect();
    assert!(shares.len() == 4 && shares.is_sorted() && shares.iter().all(|share| (0.0..=1.0).contains(share)));
    let halvings = explorer.rows("/api/v1/halvings").await;
    assert!(halvings.len() == 8 && halvings.iter().all(|row| row["seconds"].as_u64() > Some(0)), "{halvings:?}");
    let seats = explorer.rows(&format!("/api/v1/seats?account={}", synthetic::hotkey(1, 70).to_ss58())).await;
    assert!(seats.len() == 1 && seats[0]["uid"] == 70 && seats[0]["netuid"] == 1, "{seats:?}");
    let owner = seats[0]["coldkey"].as_str().expect("an owner");
    let owned = explorer.rows(&format!("/api/v1/seats?account={owner}")).await;
    assert!(owned.len() >= 3 && owned.iter().all(|row| row["coldkey"] == owner), "{owned:?}");
    let tally = explorer.rows("/api/v1/tally?referendum=0").await;
    let counted: Vec<_> = tally.iter().map(|row| row["what"].as_str().unwrap_or_default()).collect();
    assert_eq!(counted, ["ayes", "nays", "support"]);
    explorer.stop().await;
}
