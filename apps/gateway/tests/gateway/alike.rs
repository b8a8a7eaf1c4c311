//! Users' requests and validators' tasks look the same on the wire: the same headers in the same order, and fields from
//! which a classifier that was trained on both learns next to nothing.

use super::{bounded, config, Gateway};
use ganglion_gateway::{GatewayConfig, Miner};
use ganglion_keys::Keypair;
use ganglion_models::Role;
use ganglion_subnet::{Dice, Seed};
use ganglion_subnet_text::{streaming, tasks, TextRequest};
use ganglion_wire::{Dendrite, Target};
use serde_json::{json, Value};
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A miner that writes down what it is sent, byte by byte.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Vec<u8>>>>);

impl Recorder {
    async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("address");
        let seen = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(seen.clone().serve(stream));
            }
        });
        address
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            bytes.extend_from_slice(&buffer[..count]);
            if !is_complete(&bytes) {
                continue;
            }
            self.0.lock().expect("lock").push(std::mem::take(&mut bytes));
            let body = r#"{"completion":"42","finish":"stop","prompt_tokens":1,"completion_tokens":1}"#;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
            let answer = format!("{head}: {}\r\n\r\n{body}", body.len());
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn requests(&self) -> Vec<Vec<u8>> {
        self.0.lock().expect("lock").clone()
    }
}

fn parts(bytes: &[u8]) -> Option<(String, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&bytes[..end]).to_lowercase(), &bytes[end + 4..]))
}

fn is_complete(bytes: &[u8]) -> bool {
    let Some((head, body)) = parts(bytes) else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    length.is_some_and(|length| body.len() >= length)
}

/// The request line and the headers, with what differs from request to request masked: digits and signatures.
fn shape(bytes: &[u8]) -> Vec<String> {
    let (head, _) = parts(bytes).expect("a request");
    head.lines()
        .map(|line| match line.split_once(": ") {
            Some(("host", _)) => "host".to_owned(),
            Some((name, value)) if value.len() >= 16 && !value.contains('/') => format!("{name}: <{}>", kind_of(value)),
            Some((name, value)) if value.chars().all(|c| c.is_ascii_digit()) => format!("{name}: <number>"),
            _ => line.to_owned(),
        })
        .collect()
}

fn kind_of(value: &str) -> &'static str {
    if value.chars().all(|c| c.is_ascii_digit()) {
        "number"
    } else {
        "text"
    }
}

/// What users send to a gateway: most leave everything to it.
fn user(dice: &mut Dice) -> Value {
    const WORDS: [&str; 24] = [
        "how",
        "the",
        "what",
        "to",
        "my",
        "best",
        "a",
        "in",
        "write",
        "explain",
        "for",
        "garden",
        "is",
        "of",
        "email",
        "python",
        "why",
        "does",
        "recipe",
        "and",
        "difference",
        "between",
        "short",
        "please",
    ];
    // Of twenty users nine ask something short, six write a paragraph, five paste a text.
    let words = match dice.below(20) {
        0..=8 => dice.between(6, 40),
        9..=14 => dice.between(30, 80),
        _ => dice.between(80, 170),
    };
    let text = |dice: &mut Dice, words: i64| (0..words).map(|_| *dice.pick(&WORDS)).collect::<Vec<_>>().join(" ");
    let mut messages = Vec::new();
    if dice.chance(1, 4) {
        let length = dice.between(4, 24);
        messages.push(json!({ "role": "system", "content": text(dice, length) }));
    }
    if dice.chance(1, 6) {
        let (asked, answered) = (dice.between(8, 30), dice.between(1, 8));
        messages.push(json!({ "role": "user", "content": text(dice, asked) }));
        messages.push(json!({ "role": "assistant", "content": text(dice, answered) }));
    }
    messages.push(json!({ "role": "user", "content": text(dice, words) }));
    let mut body = json!({ "model": "text", "messages": messages });
    if dice.chance(2, 5) {
        body["max_tokens"] = json!(dice.pick(&[64, 100, 100, 128, 150, 200, 256, 300, 400, 500, 512, 1024]));
    }
    if dice.chance(2, 5) {
        body["temperature"] = json!(dice.pick(&[0.1, 0.2, 0.3, 0.5, 0.7, 0.7, 0.7, 0.8, 1.0]));
    }
    if dice.chance(1, 4) {
        body["seed"] = json!(dice.pick(&[0, 1, 7, 42, 123, 1234]));
    }
    if dice.chance(1, 3) {
        body["stream"] = json!(true);
    }
    body
}

/// One request's features, and whether a user sent it.
type Sample = (bool, Vec<(&'static str, u64)>);

/// What a classifier may look at, each rounded to a few values.
fn features(request: &TextRequest, bytes: usize) -> Vec<(&'static str, u64)> {
    let log = |number: usize| u64::from(number.max(1).ilog2());
    let question = request.messages.last().map_or("", |message| message.content.as_str());
    let has_system = request.messages.first().is_some_and(|message| message.role == Role::System);
    vec![
        ("messages", request.messages.len() as u64),
        ("system", u64::from(has_system)),
        ("length", log(question.len())),
        ("body", log(bytes)),
        ("tokens", u64::from(request.max_tokens)),
        ("round tokens", u64::from(request.max_tokens.is_multiple_of(50))),
        ("temperature", (request.temperature * 100.0).round() as u64),
        ("seed's size", u64::from(request.seed.max(1).ilog2())),
        ("seed's parity", request.seed % 2),
    ]
}

/// Naive Bayes with add-one smoothing: which of two classes counted values point to.
#[derive(Default)]
struct Bayes {
    counts: HashMap<(bool, &'static str, u64), f64>,
    total: BTreeMap<bool, f64>,
}

impl Bayes {
    fn learn(&mut self, is_user: bool, features: &[(&'static str, u64)]) {
        *self.total.entry(is_user).or_default() += 1.0;
        for (name, value) in features {
            *self.counts.entry((is_user, *name, *value)).or_default() += 1.0;
        }
    }

    fn says_user(&self, features: &[(&'static str, u64)]) -> bool {
        let score = |is_user: bool| -> f64 {
            let total = self.total.get(&is_user).copied().unwrap_or(0.0);
            let chance = |(name, value): &(&'static str, u64)| {
                let count = self.counts.get(&(is_user, *name, *value)).copied().unwrap_or(0.0);
                ((count + 1.0) / (total + 32.0)).ln()
            };
            features.iter().map(chance).sum()
        };
        score(true) > score(false)
    }
}

/// Share of right guesses on samples that weren't learnt from.
fn accuracy(samples: &[Sample]) -> f64 {
    let mut bayes = Bayes::default();
    let (learnt, tested): (Vec<_>, Vec<_>) = samples.iter().enumerate().partition(|(index, _)| index % 4 < 2);
    learnt.iter().for_each(|(_, (is_user, features))| bayes.learn(*is_user, features));
    let right = tested.iter().filter(|(_, (is_user, features))| bayes.says_user(features) == *is_user).count();
    right as f64 / tested.len() as f64
}

/// Sends `count` requests of each kind to one recorder.
async fn record(count: u64) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (users, validators) = (Recorder::default(), Recorder::default());
    let key = Arc::new(Keypair::from_seed([33; 32]));
    let hotkey = Keypair::from_seed([34; 32]).public();
    // One key for both, as `ganglion up` gives its gateway a validator's, and as an operator's may have.
    let settings = GatewayConfig { keypair: key.clone(), hedge: Duration::from_secs(3600), ..config() };
    let gateway = Gateway::start(settings).await;
    let address = users.listen().await;
    gateway.directory.tell(vec![Miner { uid: 0, hotkey, address, incentive: 1, promised: 0 }]);
    let mut dice = Seed([2; 32]).dice();
    for _ in 0..count {
        let response = gateway.post(user(&mut dice).to_string()).await;
        assert_eq!(response.status(), 200);
        bounded(response.bytes()).await.expect("a body");
    }
    gateway.stop().await;
    let dendrite = Dendrite::new(key);
    let target = Target { hotkey, address: validators.listen().await };
    for number in 0..count {
        let mut seed = [5; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        let (request, _) = tasks::draw(&mut Seed(seed).dice());
        let asked = streaming::ask(&dendrite, &target, &request, Duration::from_secs(20));
        bounded(asked).await.expect("an answer");
    }
    (users.requests(), validators.requests())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_the_form_tells_a_user_from_a_validator() {
    let (users, validators) = record(600).await;
    assert_eq!((users.len(), validators.len()), (600, 600));
    let shapes = |requests: &[Vec<u8>]| {
        let mut shapes: Vec<Vec<String>> = requests.iter().map(|bytes| shape(bytes)).collect();
        shapes.sort();
        shapes.dedup();
        shapes
    };
    assert_eq!(shapes(&users), shapes(&validators), "headers and their order");

    let fields = |bytes: &[u8]| {
        let (_, body) = parts(bytes).expect("a request");
        let text = String::from_utf8(body.to_vec()).expect("text");
        // As they stand in the text, not as a parser sorts them.
        let order: Vec<usize> = ["\"messages\":[", "\"max_tokens\":", "\"temperature\":", "\"seed\":"]
            .iter()
            .map(|field| text.rfind(field).expect("the field"))
            .collect();
        assert!(order.is_sorted(), "{text}");
        serde_json::from_str::<TextRequest>(&text).expect("a request")
    };
    let mut samples: Vec<Sample> = Vec::new();
    for (user, validator) in users.iter().zip(&validators) {
        samples.push((true, features(&fields(user), user.len())));
        samples.push((false, features(&fields(validator), validator.len())));
    }
    let found = accuracy(&samples);
    assert!(found < 0.65, "a classifier tells them apart {found} of the time");

    // The same classifier does notice what used to give tasks away.
    let sly: Vec<Sample> = samples
        .iter()
        .map(|(is_user, features)| {
            let told = features.iter().map(|(name, value)| match (*is_user, *name) {
                (false, "tokens") => (*name, 32),
                _ => (*name, *value),
            });
            (*is_user, told.collect())
        })
        .collect();
    assert!(accuracy(&sly) > 0.9, "the classifier is too weak to show anything");
}
