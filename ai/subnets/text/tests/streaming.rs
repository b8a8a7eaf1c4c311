//! A miner's answer in pieces, over loopback: what arrives, what a slow or vanished caller costs, what a validator
//! takes for an answer.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use ganglion_keys::Keypair;
use ganglion_models::{EngineError, Finish, GenerateRequest, Generation, Message, TextEngine};
use ganglion_subnet::work::{WorkLimits, Workers};
use ganglion_subnet_text::{streaming, TextModel, TextRequest, TextResponse, TextSynapse};
use ganglion_wire::{Axon, AxonError, CallError, Chunks, Dendrite, Part, Target};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(30);

/// Says `words` words, with a pause after each.
struct Talker {
    words: usize,
    pause: Duration,
    said: Arc<AtomicUsize>,
}

impl TextEngine for Talker {
    fn name(&self) -> &str {
        "talker"
    }

    fn generate(
        &self,
        _: &GenerateRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        let mut text = String::new();
        let mut finish = Finish::Stop;
        for number in 0..self.words {
            let word = format!("word{number} ");
            text.push_str(&word);
            if on_text(&word).is_break() {
                finish = Finish::Cancelled;
                break;
            }
            self.said.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(self.pause);
        }
        Ok(Generation { text, prompt_tokens: 1, completion_tokens: 1, finish })
    }
}

struct Served {
    target: Target,
    workers: Workers,
    said: Arc<AtomicUsize>,
}

/// A miner without a chain.
async fn serve(words: usize, pause: Duration) -> Served {
    let said = Arc::new(AtomicUsize::new(0));
    let engine = Arc::new(Talker { words, pause, said: Arc::clone(&said) });
    let model = Arc::new(TextModel::new(engine, None));
    let workers = Workers::new(WorkLimits { workers: 1, queue: 4, time: PATIENCE });
    let (line, key) = (workers.clone(), Arc::new(Keypair::from_seed([7; 32])));
    let hotkey = key.public();
    let axon = Axon::builder(key)
        .stream::<TextSynapse, _, _>(move |_, request: TextRequest, chunks: Chunks<TextSynapse>| {
            let (line, model) = (line.clone(), Arc::clone(&model));
            async move {
                match streaming::answer(line, model, request, chunks).await {
                    Ok(Ok(response)) => Ok(response),
                    Ok(Err(error)) => Err(AxonError::invalid(error.to_string())),
                    Err(_) => Err(AxonError::busy("busy")),
                }
            }
        })
        .build()
        .expect("an axon");
    let target = Target { hotkey, address: listen(axon).await };
    Served { target, workers, said }
}

/// Serves to the end of the test.
async fn listen(axon: Axon) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("address");
    tokio::spawn(axon.serve(listener, std::future::pending()));
    address
}

fn dendrite() -> Dendrite {
    Dendrite::new(Arc::new(Keypair::from_seed([8; 32])))
}

fn request() -> TextRequest {
    TextRequest { messages: vec![Message::user("Speak!")], max_tokens: 256, temperature: 0.0, seed: 1 }
}

async fn until(mut done: impl FnMut() -> bool) {
    let wait = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it never happened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_arrive_while_the_answer_is_made_and_add_up_to_it() {
    let miner = serve(20, Duration::from_millis(50)).await;
    let mut parts = dendrite().stream::<TextSynapse>(&miner.target, &request(), PATIENCE).await.expect("a stream");
    let (mut pieces, mut last) = (Vec::new(), None);
    while let Some(part) = parts.next().await {
        match part.expect("a part") {
            Part::Chunk(piece) => {
                if pieces.is_empty() {
                    assert!(miner.said.load(Ordering::SeqCst) < 20, "the first piece came with the end");
                }
                pieces.push(piece);
            }
            Part::Done(answer) => last = Some(answer.response),
        }
    }
    let whole = last.expect("an end").completion;
    assert!(pieces.len() > 1 && pieces.concat() == whole, "{pieces:?}");
    assert_eq!(whole.split_whitespace().count(), 20);
    let answer = streaming::ask(&dendrite(), &miner.target, &request(), PATIENCE).await.expect("an answer");
    assert_eq!(answer.response.completion, whole);
    assert!(answer.first < answer.elapsed, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_caller_does_not_hold_the_worker() {
    let miner = serve(5000, Duration::ZERO).await;
    let mut parts = dendrite().stream::<TextSynapse>(&miner.target, &request(), PATIENCE).await.expect("a stream");
    // Nothing is read, and yet the engine comes to its end.
    until(|| miner.said.load(Ordering::SeqCst) == 5000 && miner.workers.load() == 0).await;
    let (mut said, mut whole) = (String::new(), None);
    while let Some(part) = parts.next().await {
        match part.expect("a part") {
            Part::Chunk(piece) => said.push_str(&piece),
            Part::Done(answer) => whole = Some(answer.response.completion),
        }
    }
    assert_eq!(whole, Some(said), "nothing is lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_stops_when_the_caller_goes() {
    let miner = serve(100_000, Duration::from_millis(5)).await;
    let mut parts = dendrite().stream::<TextSynapse>(&miner.target, &request(), PATIENCE).await.expect("a stream");
    assert!(matches!(parts.next().await, Some(Ok(Part::Chunk(_)))));
    drop(parts);
    until(|| miner.workers.load() == 0).await;
    assert!(miner.said.load(Ordering::SeqCst) < 100_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_end_is_bounded() {
    // About a megabyte: far more than a caller that reads nothing may make a miner hold.
    let miner = serve(100_000, Duration::ZERO).await;
    let (dendrite, request) = (dendrite(), request());
    let asked = tokio::time::timeout(PATIENCE, streaming::ask(&dendrite, &miner.target, &request, PATIENCE));
    match asked.await.expect("in time") {
        Ok(answer) => assert_eq!(answer.response.completion.split_whitespace().count(), 100_000),
        Err(error) => assert!(matches!(error, CallError::BadAnswer(_) | CallError::Refused { .. }), "{error:?}"),
    }
    until(|| miner.workers.load() == 0).await;
}

/// An axon whose pieces aren't its answer.
async fn two_faced(pieces: &'static [&'static str], completion: &'static str) -> Target {
    let key = Arc::new(Keypair::from_seed([9; 32]));
    let hotkey = key.public();
    let axon = Axon::builder(key)
        .stream::<TextSynapse, _, _>(move |_, _: TextRequest, mut chunks: Chunks<TextSynapse>| async move {
            for piece in pieces {
                chunks.send((*piece).to_owned()).await.map_err(|_| AxonError::internal("gone"))?;
            }
            let completion = completion.to_owned();
            Ok(TextResponse { completion, finish: "stop".into(), prompt_tokens: 1, completion_tokens: 1 })
        })
        .build()
        .expect("an axon");
    Target { hotkey, address: listen(axon).await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_miner_that_shows_users_something_else_has_not_answered() {
    let honest = two_faced(&["4", "2"], "42").await;
    let answer = streaming::ask(&dendrite(), &honest, &request(), PATIENCE).await.expect("an answer");
    assert_eq!(answer.response.completion, "42");
    let false_friend = two_faced(&["rubbish"], "42").await;
    let refused = streaming::ask(&dendrite(), &false_friend, &request(), PATIENCE).await;
    assert!(matches!(refused, Err(CallError::BadAnswer(_))), "{refused:?}");
}
