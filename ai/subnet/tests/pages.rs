//! The pages beside a validator's metrics, over real sockets: what miners are worth, and the secrets of tempos that are
//! over. Whoever finds their address on the chain can read them, and check the receipts with them.

#[path = "support/fake_chain.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod fake_chain;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fake_chain::FakeChain;
use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use ganglion_subnet::audit::{self, AuditError};
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::receipts::{self, SignedReceipt};
use ganglion_subnet::secret_page::{equivocates, SecretPage};
use ganglion_subnet::standings::Standings;
use ganglion_subnet::validator::Pace;
use ganglion_subnet::{miner, validator, Chain, MinerSettings, ScorePolicy, ValidatorSettings};
use ganglion_subnet::{Answer, AnswerError, Budget, Draw, Score, Seed, Subnet};
use ganglion_wire::Synapse;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// No page of a small subnet is longer, bytes.
const LONGEST: u64 = 64 << 10;
/// Blocks in a tempo of the ledger in memory.
const TEMPO: u32 = 20;

/// A subnet that asks for the number after another.
struct Next;

struct NextSynapse;

impl Synapse for NextSynapse {
    const NAME: &'static str = "Next";
    type Request = u32;
    type Response = u32;
}

impl Subnet for Next {
    type Synapse = NextSynapse;
    type Task = u32;
    /// What the miner adds.
    type Model = u32;

    fn task(&self, seed: &Seed) -> Draw<u32, u32> {
        let number = seed.dice().below(1_000_000) as u32;
        Draw { request: number, task: number + 1, kind: "next" }
    }

    fn answer(&self, model: &u32, request: &u32, _: &Budget) -> Result<u32, AnswerError> {
        Ok(request.saturating_add(*model))
    }

    fn score(&self, task: &u32, answers: &[Answer<u32>]) -> Vec<Score> {
        answers.iter().map(|answer| Score::new(f64::from(u8::from(answer.response == *task)), &[])).collect()
    }

    fn page(&self, name: &str) -> Option<serde_json::Value> {
        (name == "greeting").then(|| serde_json::json!({ "says": "hello" }))
    }
}

fn key(number: u8) -> Arc<Keypair> {
    Arc::new(Keypair::from_seed([number; 32]))
}

/// Two miners, a right and a wrong one, and a validator that announces its pages.
struct Network {
    chain: Arc<FakeChain>,
    stop: CancellationToken,
    folder: tempfile::TempDir,
    parts: Vec<tokio::task::JoinHandle<()>>,
    /// Where the first miner's axon listens.
    axon: SocketAddr,
}

impl Network {
    async fn start() -> Self {
        let chain = Arc::new(FakeChain::new(Duration::from_millis(100), false, 0));
        let (stop, folder) = (CancellationToken::new(), tempfile::tempdir().expect("folder"));
        let (mut parts, mut axon) = (Vec::new(), None);
        for (number, adds) in [(1u8, 1u32), (2, 2)] {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            axon = axon.or(listener.local_addr().ok());
            let state = folder.path().join(format!("miner-{number}"));
            let settings = MinerSettings {
                gate: GateLimits { registered: 100_000, ..GateLimits::default() },
                poll: Duration::from_millis(50),
                ..MinerSettings::new(NetUid(1), key(number), key(200).public(), state)
            };
            let (ledger, end) = (Arc::clone(&chain), stop.clone());
            parts.push(tokio::spawn(async move {
                miner::run(Arc::new(Next), Arc::new(adds), ledger, settings, listener, end).await.expect("miner");
            }));
        }
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = ValidatorSettings {
            pace: Pace { mean: Duration::from_millis(30), sample: 2, in_flight: 4 },
            public_addresses_only: false,
            poll: Duration::from_millis(50),
            scoring: ScorePolicy { min_samples: 5, ..ScorePolicy::default() },
            metrics: Some(any),
            announce_metrics: Some(any),
            ..ValidatorSettings::new(NetUid(1), key(9), key(201).public(), folder.path().join("validator"))
        };
        let (ledger, end) = (Arc::clone(&chain), stop.clone());
        parts.push(tokio::spawn(async move {
            validator::run(Arc::new(Next), ledger, settings, end).await.expect("validator");
        }));
        Self { chain, stop, folder, parts, axon: axon.expect("a miner listens") }
    }

    /// Where the chain says that the validator's pages are, once it does.
    async fn pages(&self) -> SocketAddr {
        until("an announcement", || async {
            let graph = self.chain.metagraph(NetUid(1)).await.ok()?;
            graph.prometheus.iter().flatten().find_map(|endpoint| endpoint.socket())
        })
        .await
    }

    async fn end(self) {
        self.stop.cancel();
        for part in self.parts {
            tokio::time::timeout(Duration::from_secs(20), part).await.expect("ends in time").expect("no panic");
        }
    }
}

/// Asks again and again until there is something.
async fn until<T, F: std::future::Future<Output = Option<T>>>(what: &str, look: impl Fn() -> F) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("{what}: it never came"))
}

/// What a stranger gets, who signs nothing: status and body.
async fn call(address: SocketAddr, line: &str) -> (u16, String) {
    let exchange = async {
        let mut socket = TcpStream::connect(address).await?;
        let head = format!("{line} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        socket.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        socket.take(LONGEST).read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, exchange).await.expect("in time").expect("an answer");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

async fn scores(pages: SocketAddr) -> Option<Standings> {
    let (status, body) = call(pages, "GET /scores").await;
    (status == 200).then(|| serde_json::from_str(&body).expect("standings"))
}

async fn secret(pages: SocketAddr, epoch: u32) -> SecretPage {
    let (status, body) = call(pages, &format!("GET /secrets/{epoch}")).await;
    assert_eq!(status, 200, "{body}");
    let page: SecretPage = serde_json::from_str(&body).expect("a page");
    assert!(page.verify() && page.commitment.validator == key(9).public() && page.commitment.epoch == epoch, "{body}");
    page
}

fn newest(folder: &Path) -> Option<SignedReceipt> {
    receipts::read(&folder.join("validator/receipts"), 1).ok()?.pop()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_read_what_miners_are_worth() {
    let network = Network::start().await;
    let pages = network.pages().await;
    let page = until("twenty answers of each miner", || async {
        let page = scores(pages).await?;
        (page.miners.len() == 2 && page.miners.iter().all(|miner| miner.count >= 20)).then_some(page)
    })
    .await;
    assert_eq!((page.netuid, page.validator), (1, key(9).public()));
    assert!(page.rounds >= 20 && page.block >= 100);
    for miner in &page.miners {
        for share in [miner.mean, miner.bound] {
            assert!((0.0..=1.0).contains(&share), "{miner:?}");
        }
        assert!(miner.bound <= miner.mean && (0.0..=4.0).contains(&miner.novelty_bits), "{miner:?}");
        assert!(miner.absolute_bits.abs() <= 64.0 && miner.marginal_bits.abs() <= 64.0, "{miner:?}");
        let errors = [miner.absolute_error, miner.marginal_error, miner.novelty_error];
        assert!(errors[0].is_some() && errors.iter().flatten().all(|error| *error > 0.0 && *error < 64.0), "{miner:?}");
    }
    let of = |number: u8| page.miners.iter().find(|miner| miner.hotkey == key(number).public()).expect("listed");
    assert_eq!((of(1).weight, of(2).weight), (u16::MAX, 0));
    assert!(of(1).absolute_bits > 0.0 && of(1).absolute_bits > of(2).absolute_bits, "{page:?}");
    network.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_read_the_newest_receipts() {
    let network = Network::start().await;
    let pages = network.pages().await;
    let newest = until("six receipts", || async {
        let (status, body) = call(pages, "GET /receipts?limit=6").await;
        assert_eq!(status, 200, "{body}");
        let found: Vec<SignedReceipt> = serde_json::from_str(&body).expect("receipts");
        assert!(found.len() <= 6, "{body}");
        (found.len() == 6).then_some(found)
    })
    .await;
    assert!(newest.iter().all(SignedReceipt::verify), "as they were signed");
    let log = receipts::read(&network.folder.path().join("validator/receipts"), usize::MAX).expect("read");
    let place = |signed: &SignedReceipt| log.iter().position(|other| other == signed).expect("it is in the log");
    let places: Vec<usize> = newest.iter().map(place).collect();
    assert!(places.windows(2).all(|pair| pair[0] == pair[1] + 1), "newest first: {places:?}");
    network.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_shown_when_its_tempo_is_over_and_opens_the_receipts() {
    let network = Network::start().await;
    let pages = network.pages().await;
    let block = until("a view", || async { Some(scores(pages).await?.block) }).await;
    let ahead = secret(pages, block + 10 * TEMPO).await;
    assert!(ahead.secret.is_none() && ahead.commitment.hash.len() == 64, "{ahead:?}");

    let signed = until("a receipt", || async { newest(network.folder.path()) }).await;
    let epoch = signed.receipt.epoch;
    let early = secret(pages, epoch).await;
    assert_eq!(early.commitment.hash, signed.receipt.secret_hash);
    let page = until("the secret", || async { Some(secret(pages, epoch).await).filter(|page| page.secret.is_some()) });
    let page = page.await;
    assert!(!equivocates(&early, &page), "it stands by its hash");
    let shown = audit::revealed(&page, &signed).expect("the receipt's secret");
    assert_eq!(audit::check(&Next, &signed, shown), Ok(()));
    assert_eq!(audit::revealed(&SecretPage { secret: None, ..page }, &signed), Err(AuditError::Hidden));
    let older = secret(pages, epoch - TEMPO).await;
    assert_eq!(audit::revealed(&older, &signed), Err(AuditError::Secret));
    let other = older.secret().expect("older ones are shown, too");
    assert_eq!(audit::check(&Next, &signed, other), Err(AuditError::Secret));
    network.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tempos_secret_is_promised_before_the_tempo_begins() {
    let network = Network::start().await;
    let pages = network.pages().await;
    let folder = network.folder.path().join("validator/receipts");
    let all = until("receipts of a promised tempo", || async {
        let all = receipts::read(&folder, usize::MAX).ok()?;
        audit::promised(&all).contains(&true).then_some(all)
    })
    .await;
    assert!(!audit::broken(&all).contains(&true), "{all:?}");
    let newest = &all.last().expect("some").receipt;
    let promise = newest.promise.clone().expect("a promise");
    assert!(promise.epoch > newest.epoch && promise.hash != newest.secret_hash, "{newest:?}");
    let page = secret(pages, promise.epoch).await;
    assert_eq!(page.commitment.hash, promise.hash, "it stands by its word");
    network.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_else_is_there_and_nothing_can_be_changed() {
    let network = Network::start().await;
    let pages = network.pages().await;
    let (status, body) = call(pages, "GET /pages/greeting").await;
    assert_eq!((status, body.as_str()), (200, r#"{"says":"hello"}"#), "the subnet's own page");
    for line in ["GET /pages/other", "GET /pages", "GET /pages/greeting/more"] {
        assert_eq!(call(pages, line).await.0, 404, "{line}");
    }
    for line in ["GET /", "GET /score", "GET /secrets", "GET /secrets/1/2", "GET /scores/../secret", "GET /secret"] {
        assert_eq!(call(pages, line).await.0, 404, "{line}");
    }
    for line in [
        "GET /secrets/-1",
        "GET /secrets/4294967296",
        "GET /secrets/zero",
        "GET /secrets/%00",
        "GET /receipts?limit=-1",
        "GET /receipts?limit=all",
    ] {
        assert_eq!(call(pages, line).await.0, 400, "{line}");
    }
    for line in ["POST /scores", "PUT /secrets/1", "DELETE /scores", "DELETE /receipts"] {
        assert_eq!(call(pages, line).await.0, 405, "{line}");
    }
    let (status, body) = call(pages, "GET /metrics").await;
    assert!(status == 200 && body.contains("ganglion_rounds_total"), "{body}");
    // A miner has no such pages, nor does it answer whoever signs nothing.
    for line in ["GET /scores", "GET /secrets/1", "GET /receipts", "POST /Next"] {
        let (status, body) = call(network.axon, line).await;
        assert!((400..500).contains(&status), "{line}: {status} {body}");
    }
    network.end().await;
}
