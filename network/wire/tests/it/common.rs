//! An axon on a free port, and a caller that controls every byte.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ganglion_keys::{Keypair, PublicKey};
use ganglion_wire::{btauth, Axon, AxonBuilder, AxonError, Caller, Metrics, Synapse, Target};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// No wait of a test is longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub text: String,
}

/// Answers with what it is sent.
pub struct Echo;

impl Synapse for Echo {
    const NAME: &'static str = "Echo";
    type Request = Said;
    type Response = Said;

    fn schema() -> serde_json::Value {
        serde_json::json!({ "request": { "type": "object", "required": ["text"] } })
    }
}

pub async fn echo(_caller: Caller, said: Said) -> Result<Said, AxonError> {
    Ok(said)
}

pub fn key(uri: &str) -> Arc<Keypair> {
    // A phrase takes 2048 rounds of hashing, which unoptimised builds feel.
    static KNOWN: Mutex<BTreeMap<String, Arc<Keypair>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    known.entry(uri.to_owned()).or_insert_with(|| Arc::new(Keypair::from_uri(uri).unwrap())).clone()
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64
}

/// Waits until it is so.
pub async fn until(mut done: impl FnMut() -> bool) {
    let wait = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it never happened");
}

/// A running axon, known as //Bob.
pub struct Running {
    pub address: SocketAddr,
    pub metrics: Metrics,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

pub fn bob() -> AxonBuilder {
    Axon::builder(key("//Bob"))
}

impl Running {
    pub async fn start(builder: AxonBuilder) -> Self {
        Self::start_on("127.0.0.1:0", builder).await.unwrap()
    }

    pub async fn start_on(address: &str, builder: AxonBuilder) -> std::io::Result<Self> {
        let axon = builder.build().unwrap();
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let metrics = axon.metrics();
        let task = tokio::spawn(axon.serve(listener, async move { stopped.await.unwrap_or(()) }));
        Ok(Self { address, metrics, stop, task })
    }

    pub async fn start_echo() -> Self {
        Self::start(bob().synapse::<Echo, _, _>(echo)).await
    }

    pub fn target(&self) -> Target {
        Target { hotkey: key("//Bob").public(), address: self.address }
    }

    /// Tells it to stop; the returned handle ends when it has.
    pub fn begin_stop(self) -> JoinHandle<std::io::Result<()>> {
        let _ = self.stop.send(());
        self.task
    }

    pub async fn stop(self) {
        tokio::time::timeout(PATIENCE, self.begin_stop()).await.unwrap().unwrap().unwrap();
    }
}

/// A request made by hand.
#[derive(Clone)]
pub struct RawRequest {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl RawRequest {
    /// Signed by `sender` for `receiver` at `nonce`.
    pub fn signed_at(sender: &Keypair, receiver: PublicKey, path: &str, body: &[u8], nonce: u64) -> Self {
        let (from, to) = (sender.public().to_ss58(), receiver.to_ss58());
        let body_hash: [u8; 32] = Sha256::digest(body).into();
        let request =
            btauth::Request { method: "POST", path, body_hash: &body_hash, nonce, sender: &from, receiver: &to };
        let signature = sender.sign(&request.signed_bytes()).to_hex();
        let headers = [
            ("X-Bittensor-Version", "1".to_owned()),
            ("X-Bittensor-Hotkey", from.clone()),
            ("X-Bittensor-Receiver", to.clone()),
            ("X-Bittensor-Nonce", nonce.to_string()),
            ("X-Bittensor-Signature", signature),
        ];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { method: "POST".into(), path: path.into(), headers, body: body.to_vec() }
    }

    /// A good request of //Alice to the echo axon of //Bob.
    pub fn good() -> Self {
        Self::signed_at(&key("//Alice"), key("//Bob").public(), "/Echo", br#"{"text":"hello"}"#, fresh_nonce())
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        let value = value.into();
        match self.headers.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.headers.push((name.to_owned(), value)),
        }
        self
    }

    pub fn get(&self, name: &str) -> &str {
        &self.headers.iter().find(|(known, _)| known == name).unwrap().1
    }

    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub fn head(&self) -> String {
        let lines: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{} {} HTTP/1.1\r\nHost: axon\r\nConnection: close\r\n{lines}", self.method, self.path)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let head = format!("{}Content-Length: {}\r\n\r\n", self.head(), self.body.len());
        [head.as_bytes(), &self.body].concat()
    }

    pub async fn send(&self, to: &Running) -> RawAnswer {
        send_bytes(to.address, &self.bytes()).await.expect("no answer")
    }
}

/// Later than every nonce before.
pub fn fresh_nonce() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = now();
    now.max(LAST.fetch_max(now, Ordering::Relaxed) + 1)
}

#[derive(Debug)]
pub struct RawAnswer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl RawAnswer {
    /// The error's code, checking the shape on the way.
    pub fn code(&self) -> String {
        assert!(self.head.to_lowercase().contains("content-type: application/json"), "{self:?}");
        let json: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"));
        let error = json["error"].as_object().unwrap_or_else(|| panic!("{self:?}"));
        assert!(error["message"].as_str().unwrap().len() <= 200);
        assert_eq!(error.len(), 2);
        error["code"].as_str().unwrap().to_owned()
    }

    pub fn is(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self:?}");
    }
}

/// Sends bytes, reads until the axon closes. None if it closes without an answer.
pub async fn send_bytes(to: SocketAddr, bytes: &[u8]) -> Option<RawAnswer> {
    let exchange = async {
        let mut stream = TcpStream::connect(to).await.unwrap();
        // The axon may close early; what it said is read all the same.
        let _ = stream.write_all(bytes).await;
        read_answer(&mut stream).await
    };
    tokio::time::timeout(PATIENCE, exchange).await.expect("the axon keeps the connection open")
}

pub async fn read_answer(stream: &mut TcpStream) -> Option<RawAnswer> {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(RawAnswer { status, head: head.to_owned(), body: body.to_owned() })
}
