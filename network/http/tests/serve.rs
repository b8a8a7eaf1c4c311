//! A server on loopback, and clients that do as strangers do.

use axum::{body::Body, routing::get, Router};
use futures::{future::join_all, stream};
use ganglion_http::{serve, Limits, Manners};
use std::{
    convert::Infallible,
    future::{pending, Future},
    io,
    net::SocketAddr,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{oneshot, Barrier, Notify},
    task::JoinHandle,
    time::{sleep, timeout},
};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(120);
const PATIENT: Manners = Manners { read_timeout: LONG, write_timeout: LONG, head_bytes: 16 * 1024, headers: None };
const LIMITS: Limits = Limits { connections: 8, manners: PATIENT, drain: LONG };
const REQUEST: &str = "GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";

/// Fails instead of hanging.
async fn bounded<T>(future: impl Future<Output = T>) -> T {
    timeout(LONG, future).await.expect("ends in time")
}

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start(router: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let task = tokio::spawn(serve(router, listener, limits, shutdown));
        Self { address, stop, task }
    }

    async fn stop(self) {
        let _ = self.stop.send(());
        bounded(self.task).await.expect("no panic").expect("an orderly end");
    }
}

/// A connection on which `words` are sent.
async fn say(address: SocketAddr, words: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.expect("connects");
    socket.write_all(words.as_bytes()).await.expect("writes");
    socket
}

/// All that comes back until the connection ends.
async fn rest(mut socket: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is no fault here.
    let _ = bounded(socket.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn ask(address: SocketAddr) -> String {
    rest(say(address, REQUEST).await).await
}

fn friendly() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[tokio::test]
async fn who_never_finishes_asking_is_sent_away() {
    let manners = Manners { read_timeout: Duration::from_millis(100), ..PATIENT };
    let server = Server::start(friendly(), Limits { connections: 1, manners, ..LIMITS }).await;
    let stuck = say(server.address, "GET / HT").await;
    assert!(ask(server.address).await.ends_with("hello"), "the only place is free again");
    assert!(!rest(stuck).await.contains("hello"));
    server.stop().await;
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_is_cut_off() {
    /// Tells when an answer is given up.
    struct Held(Arc<Notify>);
    impl Drop for Held {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let gone = Arc::new(Notify::new());
    let tell = gone.clone();
    let flood = move || {
        let held = Held(tell.clone());
        let pieces = stream::repeat_with(move || {
            let _held = &held;
            Ok::<_, Infallible>("x".repeat(16 * 1024))
        });
        async move { Body::from_stream(pieces) }
    };
    let manners = Manners { write_timeout: Duration::from_millis(100), ..PATIENT };
    let limits = Limits { connections: 1, manners, ..LIMITS };
    let server = Server::start(Router::new().route("/", get(flood)), limits).await;
    let deaf = say(server.address, REQUEST).await;
    bounded(gone.notified()).await;
    drop(deaf);
    server.stop().await;
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_their_turn() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, peak) = (now.clone(), most.clone());
    // Two at once there must be, or none goes on.
    let pair = Arc::new(Barrier::new(2));
    let slow = move || {
        let (now, most, pair) = (counted.clone(), peak.clone(), pair.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            pair.wait().await;
            sleep(Duration::from_millis(20)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            "hello"
        }
    };
    let server = Server::start(Router::new().route("/", get(slow)), Limits { connections: 2, ..LIMITS }).await;
    let answers = join_all((0..12).map(|_| ask(server.address))).await;
    assert!(answers.iter().all(|answer| answer.ends_with("hello")), "{answers:?}");
    assert_eq!((most.load(Ordering::SeqCst), now.load(Ordering::SeqCst)), (2, 0));
    server.stop().await;
}

#[tokio::test]
async fn running_requests_end_before_the_server() {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (begun.clone(), go.clone());
    let slow = move || {
        let (begun, go) = (tell.clone(), wait.clone());
        async move {
            begun.notify_one();
            go.notified().await;
            "done"
        }
    };
    let server = Server::start(Router::new().route("/", get(slow)), LIMITS).await;
    let Server { address, stop, task } = server;
    let answer = tokio::spawn(ask(address));
    bounded(begun.notified()).await;
    stop.send(()).expect("it runs");
    bounded(async {
        while TcpStream::connect(address).await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    go.notify_one();
    assert!(answer.await.expect("no panic").ends_with("done"));
    bounded(task).await.expect("no panic").expect("an orderly end");
}

#[tokio::test]
async fn what_never_ends_does_not_hold_the_server() {
    let begun = Arc::new(Notify::new());
    let tell = begun.clone();
    let endless = move || {
        tell.notify_one();
        pending::<&'static str>()
    };
    let limits = Limits { drain: Duration::from_millis(50), ..LIMITS };
    let server = Server::start(Router::new().route("/", get(endless)), limits).await;
    let asking = say(server.address, REQUEST).await;
    bounded(begun.notified()).await;
    server.stop().await;
    assert_eq!(rest(asking).await, "");
}

#[tokio::test]
async fn more_headers_than_allowed_are_refused() {
    let manners = Manners { headers: Some(3), ..PATIENT };
    let server = Server::start(friendly(), Limits { manners, ..LIMITS }).await;
    assert!(ask(server.address).await.starts_with("HTTP/1.1 200"), "two are fine");
    let many = REQUEST.replace("host: here", "host: here\r\na: 1\r\nb: 2\r\nc: 3");
    assert!(rest(say(server.address, &many).await).await.starts_with("HTTP/1.1 431"));
    server.stop().await;
}
