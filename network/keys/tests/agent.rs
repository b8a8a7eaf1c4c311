//! The signing agent over its real socket.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ganglion_keys::agent::{self, Client, Refusal};
use ganglion_keys::{KeyError, Keypair, PublicKey, Signer};

const MINUTE: Duration = Duration::from_secs(60);

struct Running {
    folder: tempfile::TempDir,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<(), KeyError>>>,
}

impl Running {
    fn start() -> (Self, Client) {
        let folder = tempfile::tempdir().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let running = Self { folder, stop: Arc::clone(&stop), thread: None };
        let path = running.path();
        let running = Self { thread: Some(thread::spawn(move || agent::serve(&path, &stop))), ..running };
        let client = until(|| Client::connect(&running.path()).ok());
        (running, client)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("agent/agent.sock")
    }

    fn end(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap().unwrap();
        assert!(!self.path().exists());
    }
}

/// Waits for something that must come; half a minute is for machines under load.
fn until<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(Instant::now() < end, "it did not come");
        thread::sleep(Duration::from_millis(10));
    }
}

fn pair(uri: &str) -> Keypair {
    Keypair::from_uri(uri).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, KeyError>) -> Refusal {
    match result {
        Err(KeyError::AgentRefused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Sends raw bytes, gives back everything that is answered.
fn raw(path: &Path, bytes: &[u8]) -> Vec<u8> {
    let mut stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // The agent may have hung up before all is written.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

fn frame(json: &str) -> Vec<u8> {
    [&(json.len() as u32).to_le_bytes(), json.as_bytes()].concat()
}

#[test]
fn it_signs_with_what_it_was_given() {
    let (running, client) = Running::start();
    assert!(client.keys().unwrap().is_empty());
    let (alice, bob) = (pair("//Alice"), pair("//Bob"));
    client.add(&alice, MINUTE).unwrap();
    client.add(&bob, MINUTE).unwrap();
    let keys: Vec<PublicKey> = client.keys().unwrap().iter().map(|held| held.public).collect();
    assert_eq!(keys.len(), 2);
    assert!(keys.contains(&alice.public()) && keys.contains(&bob.public()));
    assert!(client.keys().unwrap().iter().all(|held| held.left <= MINUTE));

    let signature = client.sign(&alice.public(), b"hello").unwrap();
    assert!(alice.public().verify(b"hello", &signature));
    let signer: Box<dyn Signer> = Box::new(client.signer(&bob.public()).unwrap());
    assert!(bob.public().verify(b"", &signer.sign(b"").unwrap()));
    let direct: Box<dyn Signer> = Box::new(alice.clone());
    assert!(alice.public().verify(b"x", &direct.sign(b"x").unwrap()));

    client.remove(&alice.public()).unwrap();
    assert_eq!(refused(client.sign(&alice.public(), b"hello")), Refusal::UnknownKey);
    assert_eq!(refused(client.remove(&alice.public())), Refusal::UnknownKey);
    assert_eq!(refused(client.signer(&alice.public())), Refusal::UnknownKey);
    running.end();
}

#[test]
fn only_its_user_gets_in() {
    let (running, _) = Running::start();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&running.path()), 0o600);
    assert_eq!(mode(running.path().parent().unwrap()), 0o700);
    // A second one at the same place does not push the first aside.
    let second = agent::serve(&running.path(), &AtomicBool::new(false));
    assert!(matches!(second, Err(KeyError::AgentRunning { .. })));
    assert!(Client::connect(&running.path()).is_ok());
    running.end();

    let open = tempfile::tempdir().unwrap();
    fs::set_permissions(open.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let refused = agent::serve(&open.path().join("a.sock"), &AtomicBool::new(false));
    assert!(matches!(refused, Err(KeyError::AgentFolder { .. })));
}

#[test]
fn keys_expire() {
    let (running, client) = Running::start();
    let alice = pair("//Alice");
    assert_eq!(refused(client.add(&alice, Duration::ZERO)), Refusal::BadTime);
    assert_eq!(refused(client.add(&alice, Duration::from_secs(31 * 24 * 3600))), Refusal::BadTime);
    client.add(&alice, Duration::from_secs(1)).unwrap();
    until(|| client.keys().unwrap().is_empty().then_some(()));
    assert_eq!(refused(client.sign(&alice.public(), b"late")), Refusal::UnknownKey);
    running.end();
}

#[test]
fn a_client_can_stop_it_and_a_dead_socket_is_replaced() {
    let (mut running, client) = Running::start();
    client.stop().unwrap();
    running.thread.take().unwrap().join().unwrap().unwrap();
    assert!(matches!(client.keys(), Err(KeyError::AgentAbsent { .. })));
    assert!(matches!(Client::connect(&running.path()), Err(KeyError::AgentAbsent { .. })));

    // What a killed agent leaves behind.
    drop(std::os::unix::net::UnixListener::bind(running.path()).unwrap());
    assert!(matches!(Client::connect(&running.path()), Err(KeyError::AgentAbsent { .. })));
    let (path, stop) = (running.path(), Arc::new(AtomicBool::new(false)));
    running.stop = Arc::clone(&stop);
    running.thread = Some(thread::spawn(move || agent::serve(&path, &stop)));
    until(|| Client::connect(&running.path()).ok());
    running.end();
}

#[test]
fn hostile_requests_are_refused() {
    let (running, client) = Running::start();
    let alice = pair("//Alice");
    client.add(&alice, MINUTE).unwrap();
    assert_eq!(refused(client.sign(&alice.public(), &vec![0; 40_000])), Refusal::BadRequest);
    assert!(client.sign(&alice.public(), &vec![0; 30_000]).is_ok());
    let refusal = frame(r#"{"refused":"bad_request"}"#);
    let address = alice.public().to_ss58();
    for request in [
        u32::MAX.to_le_bytes().to_vec(),
        (64 * 1024 + 1u32).to_le_bytes().to_vec(),
        frame(""),
        frame("null"),
        frame(r#""export""#),
        frame(r#"{"secret":{"public":"x"}}"#),
        frame(&format!(r#"{{"sign":{{"public":"{address}","message":"zz"}}}}"#)),
        frame(r#"{"add":{"secret":"00","seconds":60}}"#),
        frame(&format!(r#"{{"add":{{"secret":"{}","seconds":60}}}}"#, "ff".repeat(64))),
        frame(&"[".repeat(60_000)),
    ] {
        assert_eq!(raw(&running.path(), &request), refusal, "{}", String::from_utf8_lossy(&request));
    }
    assert_eq!(client.keys().unwrap().len(), 1);
    // No answer holds the secret.
    let listed = raw(&running.path(), &frame(r#""list""#));
    assert!(String::from_utf8_lossy(&listed).contains(&address));
    assert!(listed.len() < 200);
    running.end();
}

#[test]
fn slow_clients_do_not_stop_others() {
    let (running, client) = Running::start();
    let alice = pair("//Alice");
    client.add(&alice, MINUTE).unwrap();
    // As many as it takes, each in the middle of a request. The list above may still count as one.
    let idle: Vec<_> = (0..16)
        .map(|_| {
            let mut stream = UnixStream::connect(running.path()).unwrap();
            let _ = stream.write_all(&[9, 0]);
            stream
        })
        .collect();
    // One more is turned away at once, or served if a place is free; in both cases the agent lives, and once their
    // time is over everybody is served again.
    let signature = until(|| client.sign(&alice.public(), b"after").ok());
    assert!(alice.public().verify(b"after", &signature));
    drop(idle);
    running.end();
}

#[test]
fn many_threads_sign() {
    let (running, client) = Running::start();
    let alice = pair("//Alice");
    client.add(&alice, MINUTE).unwrap();
    thread::scope(|scope| {
        for number in 0..8u8 {
            let (client, public) = (&client, alice.public());
            scope.spawn(move || {
                for turn in 0..20u8 {
                    let message = [number, turn];
                    assert!(public.verify(&message, &client.sign(&public, &message).unwrap()));
                }
            });
        }
    });
    running.end();
}
