//! The explorer over an index that is made up, and the indexer over a chain that is: no network but loopback.

mod api;
mod bounds;
mod browser;
mod chain;
mod doors;
mod hostile;
mod indexing;
mod looking;
mod storing;

use ganglion_explorer::{
    synthetic::{self, Recipe},
    ExplorerConfig,
};
use serde_json::Value;
use std::{future::Future, net::SocketAddr, time::Duration};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Fails instead of hanging.
pub(crate) async fn bounded<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), future).await.expect("ends in time")
}

/// A chain small enough for a test, with something of everything.
pub(crate) const SMALL: Recipe = Recipe { blocks: 1_900, neurons: 300, accounts: 60, seed: 1, hostile: false };

/// A running explorer.
pub(crate) struct Explorer {
    pub(crate) address: SocketAddr,
    http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    _folder: TempDir,
}

impl Explorer {
    pub(crate) async fn start(recipe: Recipe) -> Self {
        Self::with(recipe, |_| {}).await
    }

    /// An explorer whose configuration is `change`d.
    pub(crate) async fn with(recipe: Recipe, change: impl FnOnce(&mut ExplorerConfig)) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let index = folder.path().join("index.sqlite");
        synthetic::make(&index, &recipe, |_| {}).expect("an index");
        let mut config = ExplorerConfig::new(Vec::new(), index);
        // A slow machine is no fault of the pages.
        config.patience = Duration::from_secs(60);
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("address");
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let task = tokio::spawn(async move {
            ganglion_explorer::run(config, listener, shutdown).await.expect("the explorer runs");
        });
        let http = ganglion_outward::client()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self { address, http, stop: Some(stop), task, _folder: folder }
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        bounded(self.http.get(format!("http://{}{path}", self.address)).send()).await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str) -> reqwest::Response {
        bounded(self.http.post(format!("http://{}{path}", self.address)).send()).await.expect("an answer")
    }

    /// A page that must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        let status = answer.status();
        let text = bounded(answer.text()).await.expect("a body");
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// JSON that must be there.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let text = self.page(path).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }

    /// Rows of a list.
    pub(crate) async fn rows(&self, path: &str) -> Vec<Value> {
        self.json(path).await["rows"].as_array().expect("rows").clone()
    }

    /// Ends it and waits until it has ended.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        bounded(self.task).await.expect("no panic");
    }
}

/// Addresses of every kind of page.
pub(crate) async fn every_page(explorer: &Explorer) -> Vec<String> {
    let account = synthetic::hotkey(1, 70).to_ss58();
    let validator = synthetic::hotkey(1, 1).to_ss58();
    let transfer = &explorer.rows("/api/v1/transfers?limit=1").await[0];
    let sender = transfer["sender"].as_str().expect("an address").to_owned();
    let (block, event) = (transfer["block"].clone(), transfer["id"].as_str().expect("an id").to_owned());
    let mut paths: Vec<String> = [
        "/",
        "/subnets",
        "/subnet/1",
        "/subnet/5",
        "/subnet/8",
        "/validators",
        "/tao",
        "/blocks",
        "/governance",
        "/referendum/0",
        "/lists",
        "/api",
        "/block/0",
        "/block/360",
        "/search",
        "/search?q=Balances",
        "/search?q=1",
        "/subnet/1?sort=stake&order=asc&q=5&role=miner",
        "/validators?sort=uptime",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend([
        format!("/account/{account}"),
        format!("/account/{validator}"),
        format!("/account/{sender}"),
        format!("/block/{block}"),
        format!("/extrinsic/{block}-1"),
        format!("/event/{event}"),
    ]);
    for (list, operations) in explorer.json("/api/v1/openapi.json").await["paths"].as_object().expect("paths") {
        let name = list.trim_start_matches("/api/v1/");
        // What isn't read from the index comes whole, and has no page.
        let parameters = operations["get"]["parameters"].as_array().expect("parameters");
        let paged = parameters.iter().any(|parameter| parameter["name"] == "limit");
        if paged && !name.ends_with(".csv") {
            paths.push(format!("/list/{name}"));
        }
    }
    // Those that need to be narrowed.
    let kept = ["epochs?netuid=1", "snapshots?netuid=5&block=355", "sessions?session=1", "tally?referendum=0"];
    paths.extend(kept.map(|list| format!("/list/{list}")));
    paths.push(format!("/list/seats?account={validator}"));
    paths
}
