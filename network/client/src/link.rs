//! The one supervised connection: reconnects, fails over, and never waits without a deadline.

use crate::{
    error::{shorten, ClientError},
    hex32,
    prompt::Prompt,
    Deadlines,
};
use serde::de::DeserializeOwned;
use std::{
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc, OnceLock,
    },
    time::Duration,
};
use subxt::ext::jsonrpsee::ws_client::{PingConfig, WsClientBuilder};
use subxt_rpcs::{
    client::{rpc_params, RpcClient, RpcParams, RpcSubscription},
    Error as RpcError,
};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout, timeout_at, Instant},
};

/// A metagraph of 4 096 neurons is about 1 MB in hexadecimal, the metadata about as much.
const MAX_ANSWER: u32 = 32 * 1024 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Below this much of a call's time, a silent connection gets what is left instead of being replaced.
const LEAST_ATTEMPT: Duration = Duration::from_millis(500);

pub(crate) struct Link {
    urls: Vec<String>,
    deadlines: Deadlines,
    genesis: OnceLock<[u8; 32]>,
    generation: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<Connection>,
    /// The endpoint to try first when there is no connection.
    next: usize,
}

#[derive(Clone)]
struct Connection {
    rpc: RpcClient,
    generation: u64,
}

impl Link {
    pub(crate) fn new(urls: &[String], deadlines: Deadlines) -> Result<Arc<Self>, ClientError> {
        check(urls)?;
        Ok(Arc::new(Self {
            urls: urls.to_vec(),
            deadlines,
            genesis: OnceLock::new(),
            generation: AtomicU64::new(0),
            state: Mutex::default(),
        }))
    }

    pub(crate) fn deadlines(&self) -> Deadlines {
        self.deadlines
    }

    /// Hash of block 0; all zero before the first connection, which [`crate::Client::connect`] waits for.
    pub(crate) fn genesis(&self) -> [u8; 32] {
        self.genesis.get().copied().unwrap_or_default()
    }

    /// Changes with every new connection.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The time by which a read that starts now must be answered.
    pub(crate) fn call_deadline(&self) -> Instant {
        Instant::now() + self.deadlines.call
    }

    /// Connects, unless connected.
    pub(crate) async fn ensure(&self) -> Result<(), ClientError> {
        self.connection(Instant::now() + self.deadlines.connect).await.map(drop)
    }

    /// Asks the node, on another connection or endpoint if one fails. For requests that may be sent twice.
    pub(crate) async fn request<R: DeserializeOwned>(
        &self,
        method: &str,
        params: RpcParams,
        deadline: Instant,
    ) -> Result<R, ClientError> {
        self.request_noting(method, params, deadline, &mut false).await
    }

    /// [`Link::request`] that sets `unanswered` once a connection is lost with the request on its way: that node may have
    /// done what it was asked.
    pub(crate) async fn request_noting<R: DeserializeOwned>(
        &self,
        method: &str,
        params: RpcParams,
        deadline: Instant,
        unanswered: &mut bool,
    ) -> Result<R, ClientError> {
        let started = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let connection = self.connection(deadline).await?;
            let attempt = attempt_deadline(deadline);
            let lost = match timeout_at(attempt, connection.rpc.request::<R>(method, params.clone())).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(RpcError::User(error))) => return Err(refusal(method, &error)),
                Ok(Err(RpcError::Deserialization(error))) => {
                    return Err(ClientError::Answer { method: method.into(), reason: shorten(&error.to_string()) })
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "the connection went silent".into(),
            };
            *unanswered = true;
            tracing::debug!(target: "ganglion::client", method, %lost, "connection dropped");
            self.replace(connection.generation).await;
            if Instant::now() + pause >= deadline {
                return Err(ClientError::Timeout { what: method.into(), seconds: whole_seconds(started.elapsed()) });
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Opens a subscription on the present connection. It ends with the connection.
    pub(crate) async fn subscribe<R: DeserializeOwned>(
        &self,
        method: &str,
        unsubscribe: &str,
    ) -> Result<RpcSubscription<R>, ClientError> {
        let deadline = self.call_deadline();
        let connection = self.connection(deadline).await?;
        let lost = match timeout_at(deadline, connection.rpc.subscribe(method, rpc_params![], unsubscribe)).await {
            Ok(Ok(subscription)) => return Ok(subscription),
            Ok(Err(RpcError::User(error))) => return Err(refusal(method, &error)),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the connection went silent".into(),
        };
        self.replace(connection.generation).await;
        Err(ClientError::Unreachable { endpoints: self.endpoints(), reason: shorten(&lost) })
    }

    /// Gives up the connection of `generation`, so that the next request makes a new one, at the next endpoint first.
    pub(crate) async fn replace(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.connection.as_ref().is_some_and(|connection| connection.generation == generation) {
            state.connection = None;
            state.next = state.next.wrapping_add(1);
        }
    }

    async fn connection(&self, deadline: Instant) -> Result<Connection, ClientError> {
        let late = |reason: &str| ClientError::Unreachable { endpoints: self.endpoints(), reason: reason.into() };
        let Ok(mut state) = timeout_at(deadline, self.state.lock()).await else {
            return Err(late("still connecting"));
        };
        if let Some(connection) = &state.connection {
            return Ok(connection.clone());
        }
        let mut failures = Failures::default();
        let mut pause = FIRST_PAUSE;
        loop {
            for _ in 0..self.urls.len() {
                let Some(url) = self.urls.get(state.next % self.urls.len().max(1)) else { break };
                match self.open(url, deadline).await {
                    Ok(rpc) => {
                        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
                        tracing::debug!(target: "ganglion::client", url = %shown(url), generation, "connected");
                        let connection = Connection { rpc, generation };
                        state.connection = Some(connection.clone());
                        return Ok(connection);
                    }
                    Err(error) => {
                        failures.note(url, error);
                        state.next = state.next.wrapping_add(1);
                    }
                }
            }
            if Instant::now() + pause >= deadline {
                return Err(failures.verdict().unwrap_or_else(|| late("no time left")));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Connects to one endpoint and makes sure that it serves our chain.
    async fn open(&self, url: &str, deadline: Instant) -> Result<RpcClient, ClientError> {
        let late = |reason: &str| ClientError::Unreachable { endpoints: shown(url), reason: shorten(reason) };
        let attempt = attempt_deadline(deadline);
        let left = attempt.saturating_duration_since(Instant::now());
        let builder = WsClientBuilder::new()
            .connection_timeout(left.max(Duration::from_millis(1)))
            // Ours are shorter; this one only frees the slot.
            .request_timeout(self.deadlines.call.max(self.deadlines.connect) * 2)
            .max_response_size(MAX_ANSWER)
            .max_buffer_capacity_per_subscription(64)
            .enable_ws_ping(PingConfig::default());
        let build = async {
            match Prompt::connect(url).await {
                Some(Ok(stream)) => builder.build_with_stream(url, stream).await.map_err(|error| error.to_string()),
                Some(Err(error)) => Err(error.to_string()),
                None => builder.build(url).await.map_err(|error| error.to_string()),
            }
        };
        let rpc = match timeout(left, build).await {
            Ok(Ok(client)) => RpcClient::new(client),
            Ok(Err(error)) => return Err(late(&error)),
            Err(_) => return Err(late("the connection wasn't accepted in time")),
        };
        let asked = timeout_at(attempt, rpc.request::<Option<String>>("chain_getBlockHash", rpc_params![0u32])).await;
        let found = match asked {
            Ok(Ok(Some(text))) => hex32(&text).ok_or_else(|| late("the genesis hash is not a hash"))?,
            Ok(Ok(None)) => return Err(late("it has no block 0")),
            Ok(Err(error)) => return Err(late(&error.to_string())),
            Err(_) => return Err(late("it accepts connections but doesn't answer")),
        };
        let expected = *self.genesis.get_or_init(|| found);
        if expected != found {
            return Err(ClientError::WrongChain {
                url: shown(url),
                expected: hex::encode(expected),
                found: hex::encode(found),
                others: None,
            });
        }
        Ok(rpc)
    }

    fn endpoints(&self) -> String {
        self.urls.iter().map(|url| shown(url)).collect::<Vec<_>>().join(", ")
    }
}

/// Why no endpoint serves, each by its address.
#[derive(Default)]
struct Failures(Vec<(String, ClientError)>);

impl Failures {
    fn note(&mut self, url: &str, error: ClientError) {
        match self.0.iter_mut().find(|(known, _)| known == url) {
            // That it had no time left to say so once more is no news.
            Some((_, ClientError::WrongChain { .. })) => {}
            Some((_, old)) => *old = error,
            None => self.0.push((url.to_owned(), error)),
        }
    }

    /// What to tell: a node of another chain stays one until somebody removes it, whereas one that is away may come back.
    /// `None` if nothing was tried.
    fn verdict(self) -> Option<ClientError> {
        let errors = self.0.into_iter().map(|(_, error)| error);
        let (wrong, away): (Vec<_>, Vec<_>) = errors.partition(|error| matches!(error, ClientError::WrongChain { .. }));
        let away = away.into_iter().next_back();
        match wrong.into_iter().next() {
            Some(ClientError::WrongChain { url, expected, found, .. }) => {
                let others = away.map(|error| error.to_string());
                Some(ClientError::WrongChain { url, expected, found, others })
            }
            _ => away,
        }
    }
}

/// Whether these can be the addresses of nodes.
///
/// # Errors
/// [`ClientError::NoEndpoints`], [`ClientError::BadUrl`].
pub(crate) fn check(urls: &[String]) -> Result<(), ClientError> {
    if urls.is_empty() {
        return Err(ClientError::NoEndpoints);
    }
    for url in urls {
        let reason = match url.split_once("://") {
            Some(("ws" | "wss", rest)) if !rest.is_empty() => continue,
            Some(("ws" | "wss", _)) => "the host is missing",
            Some(_) => "only ws:// and wss:// are spoken here",
            None => "the ws:// in front is missing",
        };
        return Err(ClientError::BadUrl { url: shown(url), reason: reason.into() });
    }
    Ok(())
}

/// An address as messages and logs may have it: without name, password and query, where providers want their keys. A key in its
/// path is told: nothing tells it from a path.
pub(crate) fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_at(url.find("://").map_or(0, |at| at + 3));
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?…"));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}{host}{path}{query}")
}

/// Leaves time for another connection when this one turns out to be dead.
fn attempt_deadline(deadline: Instant) -> Instant {
    let now = Instant::now();
    let left = deadline.saturating_duration_since(now);
    if left / 2 < LEAST_ATTEMPT {
        deadline
    } else {
        now + left / 2
    }
}

fn refusal(method: &str, error: &subxt_rpcs::UserError) -> ClientError {
    let detail = error.data.as_ref().map(|data| data.get().trim_matches('"').to_owned());
    let message = match detail {
        Some(detail) if !detail.is_empty() && detail != "null" => format!("{}: {detail}", error.message),
        _ => error.message.clone(),
    };
    ClientError::Rpc { method: method.into(), code: error.code, message: shorten(&message) }
}

pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away(url: &'static str) -> (&'static str, ClientError) {
        (url, ClientError::Unreachable { endpoints: url.into(), reason: "nobody listens".into() })
    }

    fn wrong(url: &'static str) -> (&'static str, ClientError) {
        (url, ClientError::WrongChain { url: url.into(), expected: "00".into(), found: "11".into(), others: None })
    }

    fn verdict<const N: usize>(failures: [(&str, ClientError); N]) -> ClientError {
        let mut noted = Failures::default();
        for (url, error) in failures {
            noted.note(url, error);
        }
        noted.verdict().expect("something failed")
    }

    #[test]
    fn a_node_of_another_chain_is_told_in_any_order() {
        for failures in [[away("ws://a"), wrong("ws://b")], [wrong("ws://b"), away("ws://a")]] {
            let error = verdict(failures);
            let text = error.to_string();
            assert!(text.starts_with("ws://b serves another chain"), "{text}");
            assert!(text.contains("remove it from the list of nodes; and no node answers at ws://a"), "{text}");
            assert!(error.is_transient(), "the other may come back");
        }
    }

    #[test]
    fn a_node_of_another_chain_that_falls_silent_stays_one() {
        let error = verdict([away("ws://a"), wrong("ws://a"), away("ws://a")]);
        assert!(matches!(error, ClientError::WrongChain { others: None, .. }) && !error.is_transient(), "{error}");
    }

    #[test]
    fn what_an_address_has_of_secrets_is_not_told() {
        for (url, told) in [
            ("ws://127.0.0.1:9944", "ws://127.0.0.1:9944"),
            ("wss://me:s3cret@node.example:1/path", "wss://node.example:1/path"),
            ("wss://node.example/path?key=s3cret", "wss://node.example/path?…"),
            ("wss://me:s3@cret@node.example?key=s3cret", "wss://node.example?…"),
            ("me:s3cret@node.example", "node.example"),
            ("", ""),
        ] {
            assert_eq!(shown(url), told);
        }
        let urls = ["wss://me:s3cret@a".to_owned(), "wss://b?key=s3cret".to_owned()];
        let link = Link::new(&urls, Deadlines::default()).expect("addresses");
        assert_eq!(link.endpoints(), "wss://a, wss://b?…");
        let error = check(&["http://me:s3cret@a".to_owned()]).expect_err("another protocol").to_string();
        assert!(error.contains("http://a") && !error.contains("s3cret"), "{error}");
    }

    #[test]
    fn of_nodes_that_are_away_the_last_is_told() {
        let error = verdict([away("ws://a"), away("ws://b")]);
        assert!(error.to_string().contains("no node answers at ws://b"), "{error}");
        assert!(Failures::default().verdict().is_none());
    }
}
