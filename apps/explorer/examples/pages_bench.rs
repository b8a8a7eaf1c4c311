//! How long pages take on a large index, and how large it is.
//!
//! `pages_bench [BLOCKS [INDEX]]`: makes an index of so many blocks (1 000 000), or takes the one at INDEX if it is there,
//! and asks for every kind of page over loopback, one after the other.

use ganglion_explorer::{
    synthetic::{self, Made, Recipe},
    ExplorerConfig,
};
use serde_json::{json, Value};
use std::{
    error::Error,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

/// Requests for each page.
const ROUNDS: u32 = 100;
/// What the 95th percentile of any page may be, milliseconds.
const GOAL: f64 = 50.0;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut words = std::env::args().skip(1);
    let blocks = words.next().map_or(Ok(1_000_000), |word| word.parse())?;
    let folder = tempfile::tempdir()?;
    let index = words.next().map_or_else(|| folder.path().join("index.sqlite"), PathBuf::from);
    let made = prepare(&index, blocks)?;
    println!(
        "{} blocks take {:.1} MB: {:.0} MB per million blocks",
        made.blocks,
        made.bytes as f64 / 1e6,
        made.bytes_per_million() as f64 / 1e6
    );
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let config = ExplorerConfig::new(Vec::new(), index);
    let serving = tokio::spawn(ganglion_explorer::run(config, listener, std::future::pending()));
    let http = ganglion_outward::client().no_proxy().timeout(Duration::from_secs(60)).build()?;
    println!("{:>9} {:>9} {:>9}  page", "p50 ms", "p95 ms", "KB");
    let (mut worst, mut missed) = (0.0f64, Vec::new());
    let all = pages(&http, address, made.blocks).await?.into_iter().chain(lists(&http, address).await?);
    for (name, paths) in all.chain(narrowed(&http, address).await?) {
        let (p50, p95, bytes) = measure(&http, address, &paths).await?;
        worst = worst.max(p95);
        println!("{p50:>9.2} {p95:>9.2} {:>9.1}  {name}", bytes as f64 / 1e3);
        if p95 > GOAL {
            missed.push(name);
        }
    }
    println!("worst p95: {worst:.2} ms (at most {GOAL:.0} are wanted)");
    if !missed.is_empty() {
        println!("more than that: {}", missed.join(", "));
    }
    serving.abort();
    Ok(())
}

/// The index that is there, or a new one.
fn prepare(index: &Path, blocks: u32) -> Outcome<Made> {
    if index.is_file() {
        let bytes = index.metadata()?.len();
        println!("taking {}, said to have {blocks} blocks", index.display());
        return Ok(Made { blocks, bytes });
    }
    let started = Instant::now();
    let recipe = Recipe { blocks, ..Recipe::default() };
    let made = synthetic::make(index, &recipe, |done| {
        if done % 100_000 == 0 {
            eprintln!("{done} blocks made up");
        }
    })?;
    println!("made up in {:.0} s", started.elapsed().as_secs_f64());
    Ok(made)
}

/// Addresses of each kind of page, at different places of the chain.
async fn pages(http: &reqwest::Client, address: SocketAddr, blocks: u32) -> Outcome<Vec<(String, Vec<String>)>> {
    let heights: Vec<u32> = (0..20u32).map(|step| blocks / 21 * step + 1).collect();
    // What is older than these: the first few are early ones, of which little is older.
    let older: Vec<i64> = heights.iter().map(|height| i64::from(*height) << 20).collect();
    let before = |list: &str| older.iter().map(|id| format!("/list/{list}before={id}")).collect::<Vec<_>>();
    let at = |form: &dyn Fn(u32) -> String| heights.iter().map(|height| form(*height)).collect::<Vec<_>>();
    let hotkeys = |uids: &[u16]| -> Vec<String> {
        uids.iter().map(|uid| format!("/account/{}", synthetic::hotkey(1, *uid).to_ss58())).collect()
    };
    let one = |path: &str| vec![path.to_owned()];
    let text = http.get(format!("http://{address}/api/v1/transfers?limit=20")).send().await?.text().await?;
    let transfers: Value = serde_json::from_str(&text)?;
    let rows = transfers["rows"].as_array().cloned().unwrap_or_default();
    let senders: Vec<String> =
        rows.iter().filter_map(|row| Some(format!("/account/{}", row["sender"].as_str()?))).collect();
    let mut found = vec![
        ("home", one("/")),
        ("subnets", one("/subnets")),
        ("subnet of 4 096", one("/subnet/1")),
        ("subnet, sorted", vec!["/subnet/1?sort=stake&order=asc".into(), "/subnet/1?sort=hotkey&order=desc".into()]),
        ("subnet, filtered", vec!["/subnet/1?q=5F&role=miner".into(), "/subnet/1?q=4000".into()]),
        ("subnet, last page", one("/subnet/1?sort=incentive&order=desc&offset=4000")),
        ("validators", one("/validators")),
        ("hotkey that is paid", hotkeys(&[70, 100, 150])),
        ("hotkey of a validator", hotkeys(&[0, 1, 40])),
        ("TAO", one("/tao")),
        ("blocks", at(&|height| format!("/blocks?before={height}"))),
        ("block", at(&|height| format!("/block/{height}"))),
        ("extrinsic", at(&|height| format!("/extrinsic/{height}-0"))),
        ("event", at(&|height| format!("/event/{height}-0"))),
        ("extrinsics", before("extrinsics?")),
        ("extrinsics, signed", before("extrinsics?signed=1&")),
        ("extrinsics, failed", before("extrinsics?failed=1&")),
        ("extrinsics of a call", before("extrinsics?call=Balances.transfer_keep_alive&")),
        ("events", before("events?")),
        ("events of a kind", before("events?event=Balances.Transfer&")),
        ("transfers", before("transfers?")),
        ("stake", before("stakes?")),
        ("registrations", before("registrations?netuid=1&")),
        ("receipts", vec!["/list/receipts".into(), "/list/receipts?netuid=5&outcome=timeout".into()]),
        ("accounts", vec!["/list/accounts".into(), "/list/accounts?offset=10000".into()]),
        ("governance", one("/governance")),
        ("referendum", one("/referendum/0")),
        ("search", vec!["/search?q=100".into(), "/search?q=Balances".into()]),
        (
            "search as JSON",
            ["100", "Balances", "5Fab", "203.0.15", "360-1", "image", "nothing", "example.org", "set_hyperparameters"]
                .map(|words| format!("/api/v1/search?q={words}"))
                .to_vec(),
        ),
        ("metagraph as JSON", one("/api/v1/neurons?netuid=1&limit=500")),
        ("lists and API", vec!["/lists".into(), "/api".into()]),
        ("OpenAPI", one("/api/v1/openapi.json")),
    ];
    let text = http.get(format!("http://{address}/api/v1/neurons?netuid=1&limit=20")).send().await?.text().await?;
    let neurons: Value = serde_json::from_str(&text)?;
    let rows = neurons["rows"].as_array().cloned().unwrap_or_default();
    let owners: Vec<&str> = rows.iter().filter_map(|row| row["coldkey"].as_str()).collect();
    if !owners.is_empty() {
        found.push(("owner of hotkeys", owners.iter().map(|owner| format!("/account/{owner}")).collect()));
        let sums = owners.iter().map(|owner| format!("/api/v1/owner_rewards?coldkey={owner}"));
        found.push(("an owner's rewards as JSON", sums.collect()));
    }
    if !senders.is_empty() {
        found.push(("account that sends", senders));
    }
    Ok(found.into_iter().map(|(name, paths)| (name.to_owned(), paths)).collect())
}

/// The first page of every list that needs no filter.
async fn lists(http: &reqwest::Client, address: SocketAddr) -> Outcome<Vec<(String, Vec<String>)>> {
    let text = http.get(format!("http://{address}/api/v1/openapi.json")).send().await?.text().await?;
    let document: Value = serde_json::from_str(&text)?;
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    let has = |operations: &Value, member: &str, wanted: &Value| {
        let parameters = operations["get"]["parameters"].as_array();
        parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter[member] == *wanted))
    };
    // What isn't read from the index has no page, and comes whole; without its filter a list is a form.
    let is_list =
        |operations: &Value| has(operations, "name", &json!("limit")) && !has(operations, "required", &json!(true));
    let names = paths.iter().filter(|(_, operations)| is_list(operations)).map(|(path, _)| path);
    let lists = names.filter_map(|path| path.strip_prefix("/api/v1/")).filter(|name| !name.ends_with(".csv"));
    Ok(lists.map(|name| (format!("list of {name}"), vec![format!("/list/{name}")])).collect())
}

/// The lists that need a filter, with one.
async fn narrowed(http: &reqwest::Client, address: SocketAddr) -> Outcome<Vec<(String, Vec<String>)>> {
    let paid = synthetic::hotkey(1, 70).to_ss58();
    let text = http.get(format!("http://{address}/api/v1/rewards?hotkey={paid}&limit=20")).send().await?.text().await?;
    let rewards: Value = serde_json::from_str(&text)?;
    let rows = rewards["rows"].as_array().cloned().unwrap_or_default();
    let epochs = rows.iter().filter_map(|row| row["block"].as_u64());
    let found = [
        ("neurons", vec!["/list/neurons?netuid=1".to_owned(), "/list/neurons?netuid=1&sort=stake".to_owned()]),
        ("seats", vec![format!("/list/seats?account={paid}")]),
        ("epochs", vec!["/list/epochs?netuid=1".to_owned()]),
        ("snapshots", epochs.map(|block| format!("/list/snapshots?netuid=1&block={block}")).collect()),
        ("rewards", vec![format!("/list/rewards?hotkey={paid}")]),
        ("hyperparameters", vec!["/list/hyperparameters?netuid=1".to_owned()]),
        ("sessions", vec!["/list/sessions?session=1".to_owned()]),
        ("tally", vec!["/list/tally?referendum=0".to_owned()]),
    ];
    // A short chain had no epoch yet.
    let there = found.into_iter().filter(|(_, paths)| !paths.is_empty());
    Ok(there.map(|(name, paths)| (format!("list of {name}, narrowed"), paths)).collect())
}

/// Median and 95th percentile in milliseconds, and the bytes of a page. A page that isn't there is an error.
async fn measure(http: &reqwest::Client, address: SocketAddr, paths: &[String]) -> Outcome<(f64, f64, usize)> {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for (_, path) in (0..ROUNDS).zip(paths.iter().cycle()) {
        let started = Instant::now();
        let answer = http.get(format!("http://{address}{path}")).send().await?;
        let status = answer.status();
        bytes = answer.bytes().await?.len();
        times.push(started.elapsed().as_secs_f64() * 1e3);
        if !status.is_success() {
            return Err(format!("{path} answered {status}").into());
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    Ok((at(50), at(95), bytes))
}
