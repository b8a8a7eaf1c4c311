//! Our dendrite calls our axon by the classic protocol.

use futures::StreamExt;
use ganglion_wire::{classic, CallError, Dendrite, DendriteLimits, StreamError};

use crate::common::*;
use crate::py_synapses::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_are_answered() {
    let axon = Running::start(neuron()).await;
    let dendrite = Dendrite::new(key("//Alice"));
    for text in ["", "hello", "wörld 漢 😀 'a' \"b\" \\ \n\u{200b}"] {
        let mut asked = ask(text);
        asked.items = vec![text.into(), "it's".into()];
        asked.scale = 1e-7;
        let answer = dendrite.call_classic::<PyEcho>(&axon.target(), &asked, PATIENCE).await.unwrap();
        assert_eq!(answer.response.reply, Some(text.to_uppercase()));
    }
    // The same synapse, natively.
    let answer = dendrite.call::<PyEcho>(&axon.target(), &ask("x"), PATIENCE).await.unwrap();
    assert_eq!(answer.response.reply.as_deref(), Some("X"));
    let ping = dendrite.call_classic::<classic::Ping>(&axon.target(), &Default::default(), PATIENCE).await;
    assert!(ping.is_ok(), "{ping:?}");
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_bytes_stream() {
    let axon = Running::start(neuron()).await;
    let dendrite = Dendrite::new(key("//Alice"));
    let read = |text: &str| {
        let (dendrite, target, text) = (dendrite.clone(), axon.target(), Text { text: text.into() });
        async move {
            let mut stream = dendrite.stream_classic::<PyWords>(&target, &text, PATIENCE).await?;
            let (mut bytes, mut end) = (Vec::new(), Ok(()));
            while let Some(piece) = stream.next().await {
                match piece {
                    Ok(piece) => bytes.extend_from_slice(&piece),
                    Err(error) => end = Err(error),
                }
            }
            Ok::<_, CallError>((String::from_utf8(bytes).unwrap(), end))
        }
    };
    assert_eq!(read("one two").await.unwrap(), ("one/two/".to_owned(), Ok(())));
    // A failure on the way breaks the connection off.
    let (text, end) = read("one fail").await.unwrap();
    assert_eq!(text, "one/");
    assert!(matches!(end, Err(StreamError::Cut(_))), "{end:?}");
    // One before the first piece is a refusal.
    match read("fail").await {
        Err(CallError::Refused { status: 503, message, .. }) => assert_eq!(message, "no more words"),
        other => panic!("{other:?}"),
    }
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_arrive() {
    let axon = Running::start(neuron()).await;
    let fail = |kind: &str| FailRequest { kind: kind.into() };
    let alice = Dendrite::new(key("//Alice"));
    for (dendrite, kind, status, words) in [
        (&alice, "panic", 500, "Internal Server Error #"),
        (&alice, "status", 418, "teapot"),
        (&alice, "busy", 503, "all workers are busy"),
        (&Dendrite::new(key("//Mallory")), "panic", 403, "Forbidden. Key is blacklisted: no stake."),
    ] {
        match dendrite.call_classic::<PyFail>(&axon.target(), &fail(kind), PATIENCE).await {
            Err(CallError::Refused { status: got, message, .. }) => {
                assert!(got == status && message.starts_with(words), "{got} {message}");
            }
            other => panic!("{other:?}"),
        }
    }
    let limits = DendriteLimits { answer_bytes: 100, ..DendriteLimits::default() };
    let short = Dendrite::with_limits(key("//Alice"), limits);
    let called = short.call_classic::<PyEcho>(&axon.target(), &ask("x"), PATIENCE).await;
    assert!(matches!(called, Err(CallError::BadAnswer(_))));
    // A synapse without facts, and one whose request is no object.
    let called = alice.call_classic::<Echo>(&axon.target(), &Said { text: "x".into() }, PATIENCE).await;
    assert!(matches!(called, Err(CallError::BadRequest(_))));
    axon.stop().await;
}
