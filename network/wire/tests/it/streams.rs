//! Answers in pieces.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use ganglion_wire::{
    AxonBuilder, AxonError, CallError, Chunks, Dendrite, DendriteLimits, Limits, Part, StreamError, StreamSynapse,
    Synapse, Target,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::common::*;

/// Says numbers, and then how many.
struct Numbers;

impl Synapse for Numbers {
    const NAME: &'static str = "Numbers";
    type Request = Said;
    type Response = usize;
}

impl StreamSynapse for Numbers {
    type Chunk = String;
}

/// Counts what is sent, and tells when the handler is gone.
#[derive(Clone, Default)]
struct Watch {
    sent: Arc<AtomicUsize>,
    ended: Arc<Notify>,
}

struct Guard(Watch);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.ended.notify_one();
    }
}

fn numbers(builder: AxonBuilder) -> (AxonBuilder, Watch) {
    let watch = Watch::default();
    let given = watch.clone();
    let builder = builder.stream::<Numbers, _, _>(move |_, said: Said, mut chunks: Chunks<Numbers>| {
        let guard = Guard(given.clone());
        async move {
            let mut sent = 0;
            for word in said.text.split(' ') {
                match word {
                    "error" => return Err(AxonError::new(503, "busy", "no\nmore")),
                    "panic" => std::panic::panic_any("a handler's bug"),
                    "stall" => std::future::pending().await,
                    "flood" => {
                        for _ in 0..1000 {
                            chunks.send("x".repeat(64 << 10)).await.map_err(|_| AxonError::internal("gone"))?;
                            guard.0.sent.fetch_add(1, Ordering::SeqCst);
                        }
                        sent += 1000;
                    }
                    word => {
                        chunks.send(word.to_owned()).await.map_err(|_| AxonError::internal("gone"))?;
                        sent += 1;
                    }
                }
            }
            Ok(sent)
        }
    });
    (builder, watch)
}

fn said(text: &str) -> Said {
    Said { text: text.into() }
}

/// Every piece, and the end.
async fn read(
    dendrite: &Dendrite,
    target: &Target,
    text: &str,
) -> Result<(Vec<String>, Result<Option<usize>, StreamError>), CallError> {
    let mut stream = dendrite.stream::<Numbers>(target, &said(text), PATIENCE).await?;
    let (mut chunks, mut end) = (Vec::new(), Ok(None));
    while let Some(part) = stream.next().await {
        match part {
            Ok(Part::Chunk(chunk)) => chunks.push(chunk),
            Ok(Part::Done(answer)) => end = Ok(Some(answer.response)),
            Err(error) => end = Err(error),
        }
    }
    Ok((chunks, end))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_arrive_in_order_and_then_the_end() {
    let axon = Running::start(numbers(bob()).0).await;
    let dendrite = Dendrite::new(key("//Alice"));
    let (chunks, end) = read(&dendrite, &axon.target(), "one two \u{6f22}\n three").await.unwrap();
    assert_eq!(chunks, ["one", "two", "\u{6f22}\n", "three"]);
    assert_eq!(end, Ok(Some(4)));
    // Who doesn't ask for pieces gets the end.
    let answer = dendrite.call::<Numbers>(&axon.target(), &said("one two"), PATIENCE).await.unwrap();
    assert_eq!(answer.response, 2);
    let counted = axon.metrics.snapshot();
    assert_eq!((counted.ok, counted.failed, counted.in_flight_now), (2, 0, 0));
    axon.stop().await;
}

struct Plain;

impl Synapse for Plain {
    const NAME: &'static str = "Numbers";
    type Request = Said;
    type Response = usize;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_axon_that_does_not_stream_gives_the_end() {
    let axon = Running::start(bob().synapse::<Plain, _, _>(|_, said: Said| async move { Ok(said.text.len()) })).await;
    let read = read(&Dendrite::new(key("//Alice")), &axon.target(), "four").await.unwrap();
    assert_eq!(read, (Vec::new(), Ok(Some(4))));
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_typed_before_and_after_the_first_piece() {
    let limits = Limits { stream_idle_timeout: Duration::from_millis(200), answer_bytes: 1 << 20, ..Limits::default() };
    let axon = Running::start(numbers(bob().limits(limits)).0).await;
    let dendrite = Dendrite::new(key("//Alice"));
    for (word, status, code) in [("error", 503, "busy"), ("panic", 500, "internal"), ("stall", 504, "handler_timeout")]
    {
        match read(&dendrite, &axon.target(), word).await {
            Err(CallError::Refused { status: got, code: said, .. }) => assert_eq!((got, said.as_str()), (status, code)),
            other => panic!("{word}: {other:?}"),
        }
        let (chunks, end) = read(&dendrite, &axon.target(), &format!("one {word}")).await.unwrap();
        assert_eq!(chunks, ["one"]);
        match end {
            Err(StreamError::Failed { code: said, message }) => {
                assert_eq!(said, code);
                assert!(!message.contains('\n'), "{message}");
            }
            other => panic!("{word}: {other:?}"),
        }
    }
    // Longer than an answer may be.
    let (chunks, end) = read(&dendrite, &axon.target(), "flood").await.unwrap();
    assert_eq!(chunks.len(), 15);
    assert!(matches!(end, Err(StreamError::Failed { ref code, .. }) if code == "internal"), "{end:?}");
    assert_eq!(axon.metrics.snapshot().in_flight_now, 0);
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dendrite_has_bounds_of_its_own() {
    let axon = Running::start(numbers(bob()).0).await;
    let limits = DendriteLimits {
        answer_bytes: 300_000,
        stream_idle_timeout: Duration::from_millis(200),
        ..DendriteLimits::default()
    };
    let dendrite = Dendrite::with_limits(key("//Alice"), limits);
    let (_, end) = read(&dendrite, &axon.target(), "flood").await.unwrap();
    assert_eq!(end, Err(StreamError::TooLong(300_000)));
    let (chunks, end) = read(&dendrite, &axon.target(), "one stall").await.unwrap();
    assert_eq!((chunks.len(), end), (1, Err(StreamError::Silent { after: Duration::from_millis(200) })));
    let short = Duration::from_millis(100);
    let mut stream = dendrite.stream::<Numbers>(&axon.target(), &said("one stall"), short).await;
    // On a slow machine the whole time may be over before the first piece.
    if let Ok(stream) = &mut stream {
        let last = stream.by_ref().filter_map(|part| std::future::ready(part.err())).next().await;
        assert_eq!(last, Some(StreamError::Timeout { after: short }));
    } else {
        assert!(matches!(stream, Err(CallError::Timeout { .. })));
    }
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_work_ends_when_the_caller_goes() {
    let (builder, watch) = numbers(bob());
    let axon = Running::start(builder).await;
    let dendrite = Dendrite::new(key("//Alice"));
    let mut stream = dendrite.stream::<Numbers>(&axon.target(), &said("one stall"), PATIENCE).await.unwrap();
    assert!(matches!(stream.next().await, Some(Ok(Part::Chunk(_)))));
    drop(stream);
    tokio::time::timeout(PATIENCE, watch.ended.notified()).await.expect("the handler goes on");
    while axon.metrics.snapshot().in_flight_now > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_caller_slows_the_work() {
    let limits = Limits { answer_bytes: 1 << 30, ..Limits::default() };
    let (builder, watch) = numbers(bob().limits(limits));
    let axon = Running::start(builder).await;
    let limits = DendriteLimits { answer_bytes: 1 << 30, ..DendriteLimits::default() };
    let dendrite = Dendrite::with_limits(key("//Alice"), limits);
    let mut stream = dendrite.stream::<Numbers>(&axon.target(), &said("flood"), PATIENCE).await.unwrap();
    // While nothing is read, the kernel's buffers fill and then the handler waits.
    let (mut before, mut still) = (0, 0);
    while still < 30 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let sent = watch.sent.load(Ordering::SeqCst);
        still = if sent == before { still + 1 } else { 0 };
        before = sent;
    }
    assert!(before < 1000, "64 MB were sent to somebody who read nothing");
    let mut chunks = 0;
    while let Some(part) = stream.next().await {
        chunks += usize::from(matches!(part.unwrap(), Part::Chunk(_)));
    }
    assert_eq!(chunks, 1000);
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_nothing_is_cut_off() {
    let limits = Limits { answer_bytes: 1 << 30, write_timeout: Duration::from_millis(300), ..Limits::default() };
    let (builder, watch) = numbers(bob().limits(limits));
    let axon = Running::start(builder).await;
    let (alice, bob) = (key("//Alice"), key("//Bob").public());
    let mut request = RawRequest::signed_at(&alice, bob, "/Numbers", br#"{"text":"flood"}"#, fresh_nonce());
    request.set("Accept", "text/event-stream");
    let mut stream = TcpStream::connect(axon.address).await.unwrap();
    stream.write_all(&request.bytes()).await.unwrap();
    tokio::time::timeout(PATIENCE, watch.ended.notified()).await.expect("the handler goes on");
    until(|| axon.metrics.snapshot().in_flight_now == 0 && axon.metrics.snapshot().connections_now == 0).await;
    assert!(watch.sent.load(Ordering::SeqCst) < 1000);
    drop(stream);
    axon.stop().await;
}

/// A peer that answers every request with these bytes and hangs up.
async fn scripted(answer: &'static str) -> Target {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    Target { hotkey: key("//Bob").public(), address }
}

#[tokio::test]
async fn hostile_streams_are_errors() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    let dendrite = Dendrite::new(key("//Alice"));
    for (body, expected) in [
        ("", StreamError::Cut("no final event".into())),
        ("event: chunk\ndata: \"a\"\n\n", StreamError::Cut("no final event".into())),
        ("event: news\ndata: 1\n\n: comment\n\nevent: done\ndata: 1", StreamError::Cut("no final event".into())),
        ("event: error\ndata: nonsense\n\n", StreamError::Failed { code: String::new(), message: String::new() }),
    ] {
        let answer: &'static str = Box::leak(format!("{HEAD}{body}").into_boxed_str());
        let (_, end) = read(&dendrite, &scripted(answer).await, "x").await.unwrap();
        assert_eq!(end, Err(expected), "{body}");
    }
    for body in ["event: chunk\ndata: 1\n\n", "event: done\ndata: \"one\"\n\n", "event: done\ndata: \n\n"] {
        let answer: &'static str = Box::leak(format!("{HEAD}{body}").into_boxed_str());
        let (_, end) = read(&dendrite, &scripted(answer).await, "x").await.unwrap();
        assert!(matches!(end, Err(StreamError::BadPiece(_))), "{body} {end:?}");
    }
    // A final event ends it, whatever follows.
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n\
                  event: done\ndata: 7\n\nevent: chunk\ndata: \"late\"\n\n";
    let read = read(&dendrite, &scripted(answer).await, "x").await.unwrap();
    assert_eq!(read, (Vec::new(), Ok(Some(7))));
}
