//! The gateway with real axons as miners, over loopback.

mod alike;
mod bad_input;
mod billing;
mod breaker;
mod browser;
mod clients;
mod completions;
mod consensus;
mod crowds;
mod embeddings;
mod floods;
mod forecasters;
mod forecasts;
mod headers;
mod images;
mod live;
mod miners;
mod openai;
mod organics;
mod pages;
mod public;
mod routing;
mod sorts;
mod strangers;

use ganglion_gateway::{run_with, Directory, GatewayConfig, Listing, Miner};
use ganglion_keys::Keypair;
use miners::TestMiner;
use serde_json::{json, Value};
use std::{
    future::Future,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Fails instead of hanging.
pub(crate) async fn bounded<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("ends in time")
}

/// A directory that says what it is told.
#[derive(Default)]
pub(crate) struct Told(Mutex<Option<Arc<Listing>>>);

impl Directory for Told {
    fn listing(&self) -> Option<Arc<Listing>> {
        self.0.lock().expect("lock").clone()
    }
}

impl Told {
    pub(crate) fn tell(&self, miners: Vec<Miner>) {
        let listing = Listing { block: 7, read_at: Instant::now(), miners };
        *self.0.lock().expect("lock") = Some(Arc::new(listing));
    }
}

/// What asks a gateway.
pub(crate) fn http() -> reqwest::Client {
    ganglion_outward::client().build().expect("a client")
}

/// A running gateway.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pub(crate) http: reqwest::Client,
    pub(crate) directory: Arc<Told>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// A configuration with which a late miner is late soon, and nothing else is; miners may be on this machine.
pub(crate) fn config() -> GatewayConfig {
    let keypair = Arc::new(Keypair::from_seed([200; 32]));
    GatewayConfig {
        hedge: Duration::from_millis(300),
        public_addresses_only: false,
        ..GatewayConfig::new(Vec::new(), keypair, 1)
    }
}

impl Gateway {
    pub(crate) async fn start(config: GatewayConfig) -> Self {
        let directory = Arc::new(Told::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("address");
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let running = run_with(config, directory.clone(), listener, shutdown);
        let task = tokio::spawn(async move { running.await.expect("the gateway runs") });
        Self { address, http: http(), directory, stop: Some(stop), task }
    }

    /// A gateway whose miners are `miners`, from the highest incentive to the lowest.
    pub(crate) async fn with(config: GatewayConfig, miners: &[&TestMiner]) -> Self {
        let gateway = Self::start(config).await;
        gateway.directory.tell(miners::listed(miners));
        gateway
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn post(&self, body: impl Into<reqwest::Body>) -> reqwest::Response {
        self.post_to("/v1/chat/completions", body).await
    }

    pub(crate) async fn post_to(&self, path: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        let request = self.http.post(self.url(path)).header("content-type", "application/json");
        bounded(request.body(body).send()).await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        bounded(self.http.get(self.url(path)).send()).await.expect("an answer")
    }

    /// Asks `question`; the status and the JSON of the answer.
    pub(crate) async fn ask(&self, question: &str) -> (u16, Value) {
        self.send(json!({ "model": "text", "messages": [{ "role": "user", "content": question }] })).await
    }

    pub(crate) async fn send(&self, body: Value) -> (u16, Value) {
        let response = self.post(body.to_string()).await;
        (response.status().as_u16(), read(response).await)
    }

    /// Ends it and waits until it has ended.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        bounded(self.task).await.expect("no panic");
    }
}

pub(crate) async fn read(response: reqwest::Response) -> Value {
    let text = bounded(response.text()).await.expect("a body");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The text of an answer.
pub(crate) fn content(body: &Value) -> &str {
    body["choices"][0]["message"]["content"].as_str().unwrap_or_else(|| panic!("no content: {body}"))
}
