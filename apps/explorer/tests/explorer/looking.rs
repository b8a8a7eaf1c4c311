//! Pages.

use crate::{every_page, Explorer, SMALL};
use ganglion_explorer::synthetic::{self, Recipe};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_drawn() {
    let explorer = Explorer::start(SMALL).await;
    for path in every_page(&explorer).await {
        let answer = explorer.get(&path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let html = answer.text().await.expect("a body");
        assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{path}: {html}");
        assert!(html.contains("<h1>") && html.contains("<main id=\"main\">"), "{path}");
        // Nothing that the policy would refuse.
        assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick="), "{path}");
        assert_eq!(html.matches("<script").count(), 1, "{path}");
    }
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_say_what_the_index_has() {
    let explorer = Explorer::start(SMALL).await;
    let home = explorer.page("/").await;
    for word in ["Supply", "Emission a day", "Time until it halves", "Staked", "text", "image", "market", "Height"] {
        assert!(home.contains(word), "{word} is missing: {home}");
    }
    let subnet = explorer.page("/subnet/1").await;
    for word in [
        "Metagraph",
        "How incentive is spread",
        "<svg",
        "Registrations and prunings",
        "kappa",
        "noopener noreferrer nofollow ugc",
        "Bits per miner",
        "Newest receipts",
        "arithmetic",
    ] {
        assert!(subnet.contains(word), "{word} is missing: {subnet}");
    }
    let validators = explorer.page("/validators").await;
    assert!(validators.contains("Uptime") && validators.contains("Blocks by author"), "{validators}");
    let tao = explorer.page("/tao").await;
    assert!(tao.contains("Distribution") && tao.contains("polyline") && tao.contains("Halvings to come"), "{tao}");
    let account = explorer.page(&format!("/account/{}", synthetic::hotkey(1, 64).to_ss58())).await;
    for word in ["Rewards", "Seats in subnets", "Receipts of its answers"] {
        assert!(account.contains(word), "{word} is missing: {account}");
    }
    let governance = explorer.page("/governance").await;
    assert!(governance.contains("Subnets.set_hyperparameters"), "{governance}");
    let referendum = explorer.page("/referendum/0").await;
    assert!(referendum.contains("What it proposes") && referendum.contains("tempo&#34;: 99"), "{referendum}");
    let listed = explorer.rows("/api/v1/referenda?number=0").await.remove(0);
    assert_eq!((&listed["call"], &listed["unreadable"]), (&"Subnets.set_hyperparameters".into(), &().into()));
    assert_eq!(listed["args"]["update"]["tempo"], 99, "{listed}");
    let validator = explorer.page(&format!("/account/{}", synthetic::hotkey(1, 0).to_ss58())).await;
    assert!(validator.contains("Receipts that it signed"), "{validator}");
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_with_its_status() {
    let explorer = Explorer::start(Recipe { blocks: 50, neurons: 4, ..SMALL }).await;
    for (path, status) in [
        ("/nowhere", 404),
        ("/block/51", 404),
        ("/block/0x00", 404),
        ("/block/-1", 404),
        ("/subnet/7", 404),
        ("/subnet/text", 404),
        ("/account/5Grw", 404),
        ("/extrinsic/99-0", 404),
        ("/extrinsic/x", 404),
        ("/event/0-999", 404),
        ("/referendum/9", 404),
        ("/list/secrets", 404),
        ("/assets/secrets", 404),
        ("/subnet/1?sort=beauty", 400),
        ("/blocks?limit=501", 400),
        ("/list/neurons?netuid=x", 400),
    ] {
        let answer = explorer.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        assert!(answer.headers().contains_key("content-security-policy"), "{path}");
        let text = answer.text().await.expect("a body");
        assert!(path.starts_with("/assets") || text.contains("<h1>"), "{path}: {text}");
    }
    assert_eq!(explorer.post("/").await.status(), 405);
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_behind_a_chart_leads_to_the_rest_of_it() {
    let explorer = Explorer::start(SMALL).await;
    let rest = "/list/neurons?netuid=1&sort=incentive&order=desc&offset=50";
    let page = explorer.page("/subnet/1").await.replace("&#38;", "&");
    let section = page.split("<section id=\"").find(|section| section.starts_with("incentive\"")).expect("a section");
    assert_eq!(section.matches("<tr>").count(), 51, "a heading and 50 rows: {section}");
    assert!(section.contains(&format!("<a href=\"{rest}\"")), "{section}");
    let first = explorer.rows("/api/v1/neurons?netuid=1&sort=incentive&order=desc&limit=51").await;
    let (last, following) = (first[50]["hotkey"].as_str(), explorer.page(rest).await);
    assert!(following.contains(last.expect("a hotkey")), "{following}");
    explorer.stop().await;
    let few = Explorer::start(Recipe { blocks: 5, neurons: 40, ..SMALL }).await;
    assert!(!few.page("/subnet/1").await.contains("/list/neurons"), "nothing is left out");
    few.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_anything() {
    let explorer = Explorer::start(SMALL).await;
    let found = |hits: &[serde_json::Value], kind: &str| hits.iter().any(|hit| hit["kind"] == kind);
    let number = explorer.rows("/api/v1/search?q=1").await;
    assert!(["block", "subnet", "neuron"].iter().all(|kind| found(&number, kind)), "{number:?}");
    assert!(found(&explorer.rows("/api/v1/search?q=MARKET").await, "subnet"));
    assert!(found(&explorer.rows("/api/v1/search?q=Balances.Transfer").await, "list"));
    let block = explorer.rows("/api/v1/blocks?limit=1").await.remove(0);
    let hash = block["hash"].as_str().expect("a hash");
    let by_hash = explorer.get(&format!("/search?q={hash}")).await;
    assert_eq!(by_hash.status(), 303, "one hit leads to its page");
    assert_eq!(by_hash.headers()["location"], format!("/block/{}", block["number"]).as_str());
    let signed = explorer.rows("/api/v1/extrinsics?signed=1&limit=1").await.remove(0);
    let hash = signed["hash"].as_str().expect("a hash");
    assert!(found(&explorer.rows(&format!("/api/v1/search?q={hash}")).await, "extrinsic"));
    let transfer = explorer.rows("/api/v1/transfers?limit=1").await.remove(0);
    let event = transfer["id"].as_str().expect("an id");
    assert!(found(&explorer.rows(&format!("/api/v1/search?q={event}")).await, "event"), "{event}");
    let channel = explorer.rows("/api/v1/channels?limit=1").await.remove(0)["channel"].clone();
    assert!(found(&explorer.rows(&format!("/api/v1/search?q={channel}")).await, "channel"), "{channel}");
    assert_eq!(explorer.rows(&format!("/api/v1/channels?channel={channel}")).await.len(), 1);
    let neuron = explorer.rows("/api/v1/neurons?netuid=1&uid=70").await.remove(0);
    let axon = neuron["axon"].as_str().expect("an axon");
    let hits = explorer.rows(&format!("/api/v1/search?q={axon}")).await;
    let label = hits.iter().filter_map(|hit| hit["label"].as_str()).find(|label| label.contains("Uid 70 of subnet 1"));
    assert!(label.is_some_and(|label| label.ends_with(axon)), "{hits:?}");
    let lists = explorer.rows("/api/v1/search?q=receipts").await;
    assert!(lists.iter().any(|hit| hit["path"] == "/list/receipts"), "{lists:?}");
    // What owners say, text and addresses; not how that is stored.
    for words in ["ANSWERS to questions", "example.org%2Fcode", "owner%40example"] {
        let hits = explorer.rows(&format!("/api/v1/search?q={words}")).await;
        assert!(hits.iter().any(|hit| hit["path"] == "/subnet/5" && hit["kind"] == "subnet"), "{words}: {hits:?}");
    }
    assert!(!found(&explorer.rows("/api/v1/search?q=repository").await, "subnet"));
    let proposed = explorer.rows("/api/v1/search?q=subnets.set_hyper").await;
    assert!(proposed.iter().any(|hit| hit["path"] == "/referendum/0"), "{proposed:?}");
    let hash = explorer.rows("/api/v1/referenda?number=0").await.remove(0)["proposal"].clone();
    let by_hash = explorer.rows(&format!("/api/v1/search?q={}", hash.as_str().expect("a hash"))).await;
    assert!(found(&by_hash, "referendum"), "{by_hash:?}");
    let address = synthetic::hotkey(1, 3).to_ss58();
    for part in [address.as_str(), &address[..8]] {
        let hits = explorer.rows(&format!("/api/v1/search?q={part}")).await;
        assert!(hits.iter().any(|hit| hit["label"] == address.as_str()), "{part}: {hits:?}");
    }
    assert!(explorer.rows("/api/v1/search?q=nothing%20is%20called%20so").await.is_empty());
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_metagraph_sorts_and_filters() {
    let explorer = Explorer::start(Recipe { blocks: 5, neurons: 4_096, ..SMALL }).await;
    let all = explorer.page("/api/v1/neurons.csv?netuid=1").await;
    assert_eq!(all.lines().count(), 4_097);
    for column in ["stake", "incentive", "uid", "hotkey"] {
        let rows = explorer.rows(&format!("/api/v1/neurons?netuid=1&sort={column}&order=asc&limit=500")).await;
        let value = |row: &serde_json::Value| (row[column].as_i64(), row[column].as_str().map(str::to_owned));
        assert!(rows.windows(2).all(|pair| value(&pair[0]) <= value(&pair[1])), "{column}");
        assert_eq!(rows.len(), 500);
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "/api/v1/neurons?netuid=1&sort=incentive&limit=500".to_owned();
    loop {
        let page = explorer.json(&path).await;
        let uids = page["rows"].as_array().expect("rows").iter().map(|row| row["uid"].as_u64().expect("a uid"));
        seen.extend(uids);
        let Some(next) = page["next"].as_u64() else { break };
        path = format!("/api/v1/neurons?netuid=1&sort=incentive&limit=500&offset={next}");
    }
    assert_eq!(seen.len(), 4_096, "each once, although many have the same incentive");
    let validators = explorer.rows("/api/v1/neurons?netuid=1&role=validator&limit=500").await;
    assert!(validators.len() == 64 && validators.iter().all(|row| row["permit"] == true));
    let one = explorer.rows("/api/v1/neurons?netuid=1&q=77").await;
    assert!(one.iter().any(|row| row["uid"] == 77), "{one:?}");
    let key = synthetic::hotkey(1, 4_000).to_ss58();
    let page = explorer.page(&format!("/subnet/1?q={key}")).await;
    assert!(page.contains(">4000<") || page.contains(">4000</"), "{page}");
    assert!(explorer.page("/subnet/1?sort=stake&order=desc").await.contains("aria-sort=\"descending\""));
    explorer.stop().await;
}
