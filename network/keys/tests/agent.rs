//! The agent, over its real socket: signing, refusing, forgetting, and hostile or slow clients.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use ganglion_keys::agent::{Agent, AgentHandle, Client, Kind, MAX_KEYS, MAX_MESSAGE};
use ganglion_keys::{KeyError, Keypair, Signer};

const LONG: Duration = Duration::from_secs(600);
const TEXT: &[u8] = b"<Bytes>hello</Bytes>";

struct Running {
    _folder: tempfile::TempDir,
    socket: PathBuf,
    handle: AgentHandle,
    thread: Option<JoinHandle<Result<(), KeyError>>>,
}

impl Running {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("agent/agent.sock");
        let agent = Agent::bind(&socket).unwrap();
        let handle = agent.handle();
        let thread = Some(std::thread::spawn(move || agent.run()));
        Self { _folder: folder, socket, handle, thread }
    }

    fn client(&self) -> Client {
        Client::new(&self.socket)
    }

    /// Sends raw bytes and reads all that comes back.
    fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // An agent that closes while bytes of ours are unread resets the connection.
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    fn frame(&self, body: &[u8]) -> String {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        let answer = self.raw(&[&length, body].concat());
        String::from_utf8(answer[4..].to_vec()).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap().unwrap();
        }
        assert!(!self.socket.exists());
    }
}

fn alice() -> Keypair {
    Keypair::from_uri("//Alice").unwrap()
}

fn refused(result: Result<impl std::fmt::Debug, KeyError>, reason: &str) {
    match result {
        Err(KeyError::AgentRefused(message)) => assert!(message.contains(reason), "{message}"),
        other => panic!("{other:?}"),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn it_signs_for_a_signer() {
    let running = Running::start();
    let client = running.client();
    refused(client.key(alice().public()), "add it first");
    client.add("alice/coldkey", &alice(), LONG, &[Kind::Text, Kind::Transaction]).unwrap();
    let signer: Box<dyn Signer> = Box::new(client.key(alice().public()).unwrap());
    for message in [TEXT.to_vec(), vec![7; 32], vec![7; 100]] {
        let signature = signer.sign(&message).unwrap();
        assert!(signer.public().verify(&message, &signature));
    }
    let listed = client.keys().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].key, listed[0].name.as_str()), (alice().public(), "alice/coldkey"));
    assert_eq!(listed[0].kinds, [Kind::Transaction, Kind::Text]);
    assert!((500..=600).contains(&listed[0].seconds));
    // The same key in this process's memory answers alike.
    let own: &dyn Signer = &alice();
    assert!(own.public() == signer.public() && own.public().verify(TEXT, &own.sign(TEXT).unwrap()));
}

#[test]
fn socket_and_folder_are_private() {
    let running = Running::start();
    assert_eq!(mode(&running.socket), 0o600);
    assert_eq!(mode(running.socket.parent().unwrap()), 0o700);
    assert_eq!(mode(&running.socket.with_extension("lock")), 0o600);
    let open = tempfile::tempdir().unwrap();
    fs::set_permissions(open.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let error = Agent::bind(&open.path().join("agent.sock")).unwrap_err();
    assert!(matches!(error, KeyError::OpenFolder { .. }) && error.to_string().contains("chmod 700"));
}

#[test]
fn a_key_signs_only_what_it_was_added_for() {
    let running = Running::start();
    let client = running.client();
    client.add("v/hot", &alice(), LONG, &[Kind::Text]).unwrap();
    let key = alice().public();
    refused(client.sign(key, Kind::Transaction, &[7; 100]), "not added for this kind");
    // A transaction called a text.
    refused(client.sign(key, Kind::Text, &[7; 100]), "not of the kind");
    refused(client.sign(Keypair::from_uri("//Bob").unwrap().public(), Kind::Text, TEXT), "does not hold");
    refused(client.key(key).unwrap().sign(b"anything"), "shape of nothing");
    assert!(client.sign(key, Kind::Text, TEXT).is_ok());
    client.add("v/hot", &alice(), LONG, &[Kind::Transaction]).unwrap();
    refused(client.sign(key, Kind::Text, TEXT), "not added for this kind");
    refused(client.add("x", &alice(), LONG, &[]), "allowed to sign something");
}

#[test]
fn what_neurons_sign_is_not_signed() {
    let running = Running::start();
    let client = running.client();
    client.add("v/hot", &alice(), LONG, &Kind::ALL).unwrap();
    for message in neurons_messages() {
        let wrapped = [b"<Bytes>".as_slice(), &message, b"</Bytes>"].concat();
        for message in [message, wrapped] {
            for kind in Kind::ALL {
                refused(client.sign(alice().public(), kind, &message), "not of the kind");
            }
            refused(client.key(alice().public()).unwrap().sign(&message), "shape of nothing");
        }
    }
    // What an earlier version offered.
    let ask = |kind: &str| {
        let key = alice().public();
        running.frame(format!(r#"{{"sign":{{"key":"{key}","kind":"{kind}","message":"00"}}}}"#).as_bytes())
    };
    for kind in ["request", "voucher", "receipt"] {
        assert!(ask(kind).contains("refused"), "{kind}");
    }
}

/// A request of each protocol, a voucher, and a receipt; all as long as a transaction may be, but the voucher.
fn neurons_messages() -> [Vec<u8>; 4] {
    let ss58 = alice().public().to_ss58();
    let older = format!("1700000000000000000.{ss58}.{ss58}.5f0e7c1e-0000-11ee-b962-0242ac120002.{}", "ab".repeat(32));
    let request = format!("btauth/1\nsr25519\nPOST\n/Text\n{}", "ab".repeat(32));
    let receipt = format!(r#"{{"version":1,"netuid":1,"task":"{}"}}"#, "ab".repeat(32));
    let voucher = [b"ganglion/voucher/1".as_slice(), &[1; 48]].concat();
    [older.into_bytes(), request.into_bytes(), voucher, receipt.into_bytes()]
}

#[test]
fn kinds_do_not_overlap() {
    for (message, kind) in [
        (br#"{"netuid":1}"#.as_slice(), None),
        (b"<Bytes></Bytes>", Some(Kind::Text)),
        (b"<Bytes>0123456789012345678901234567890123456789</Bytes>", Some(Kind::Text)),
        (b"<Bytes>open", None),
        (&[0; 32], Some(Kind::Transaction)),
        (&[0; 33], None),
        (&[0; 66], None),
        (&[0; 67], Some(Kind::Transaction)),
        (&[0; 256], Some(Kind::Transaction)),
        (&[0; 257], None),
        (b"", None),
    ] {
        assert_eq!(Kind::of(message), kind, "{}", String::from_utf8_lossy(message));
    }
    let mut long = [b'x'; 100];
    for prefix in ["btauth/1", "btauth/2", "ganglion/", "{", "<Bytes>"] {
        long[..prefix.len()].copy_from_slice(prefix.as_bytes());
        assert_eq!(Kind::of(&long), None, "{prefix}");
    }
}

#[test]
fn keys_are_forgotten() {
    let running = Running::start();
    let client = running.client();
    let bob = Keypair::from_uri("//Bob").unwrap();
    client.add("a", &alice(), LONG, &[Kind::Text]).unwrap();
    client.add("b", &bob, LONG, &[Kind::Text]).unwrap();
    client.remove(alice().public()).unwrap();
    refused(client.remove(alice().public()), "does not hold");
    refused(client.sign(alice().public(), Kind::Text, TEXT), "does not hold");
    assert!(client.sign(bob.public(), Kind::Text, TEXT).is_ok());
    client.lock().unwrap();
    refused(client.sign(bob.public(), Kind::Text, TEXT), "does not hold");
    assert!(client.keys().unwrap().is_empty());
}

#[test]
fn time_runs_out() {
    let running = Running::start();
    let client = running.client();
    running.handle.add("a", alice(), Duration::from_millis(50), &[Kind::Text]).unwrap();
    // As long as it takes, on a busy machine too.
    for _ in 0..600 {
        if client.keys().unwrap().is_empty() {
            refused(client.sign(alice().public(), Kind::Text, TEXT), "does not hold");
            for time in [Duration::ZERO, Duration::from_secs(31 * 24 * 3600), Duration::MAX] {
                refused(client.add("a", &alice(), time, &[Kind::Text]), "1 second to 30 days");
            }
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the key was never forgotten");
}

#[test]
fn adding_again_renews() {
    let running = Running::start();
    let client = running.client();
    client.add("a", &alice(), Duration::from_secs(60), &[Kind::Text]).unwrap();
    client.add("b", &alice(), LONG, &[Kind::Transaction]).unwrap();
    let listed = client.keys().unwrap();
    assert_eq!((listed.len(), listed[0].name.as_str()), (1, "b"));
    assert!(listed[0].seconds > 60 && listed[0].kinds == [Kind::Transaction]);
}

#[test]
fn it_holds_so_many_and_no_more() {
    let running = Running::start();
    for number in 0..MAX_KEYS {
        let pair = Keypair::from_uri(&format!("//{number}")).unwrap();
        running.handle.add("k", pair, LONG, &[Kind::Text]).unwrap();
    }
    refused(running.client().add("k", &alice(), LONG, &[Kind::Text]), "64 keys");
    assert_eq!(running.client().keys().unwrap().len(), MAX_KEYS);
    for name in ["", "two words", "line\nfeed", &"x".repeat(161), "ä"] {
        refused(running.client().add(name, &alice(), LONG, &[Kind::Text]), "name");
    }
}

#[test]
fn stopping_ends_it_and_frees_the_place() {
    let mut running = Running::start();
    let client = running.client();
    assert!(matches!(Agent::bind(&running.socket), Err(KeyError::AgentRuns { .. })));
    client.add("a", &alice(), LONG, &[Kind::Text]).unwrap();
    client.stop().unwrap();
    let socket = running.socket.clone();
    running.thread.take().unwrap().join().unwrap().unwrap();
    let error = client.keys().unwrap_err();
    assert!(matches!(error, KeyError::NoAgent { .. }) && error.to_string().contains("ganglion agent"));
    // A socket file that a killed agent has left is no obstacle.
    fs::write(&socket, "").unwrap();
    let agent = Agent::bind(&socket).unwrap();
    let handle = agent.handle();
    let thread = std::thread::spawn(move || agent.run());
    assert!(client.keys().unwrap().is_empty(), "nothing survives a restart");
    handle.stop();
    thread.join().unwrap().unwrap();
}

#[test]
fn no_answer_holds_a_secret() {
    let running = Running::start();
    let private = "05d65584630d16cd4af6d0bec10f34bb504a5dcb62dba2122d49f5a663763d0a\
                   fd190cce74df356432b410bd64682309d6dedb27c76845daf388557cbac3ca34";
    let key = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV";
    let add = format!(r#"{{"add":{{"name":"k","private":"0x{private}","seconds":60,"kinds":["text"]}}}}"#);
    let message = hex::encode(TEXT);
    let mut answers = Vec::new();
    for request in [
        add.as_str(),
        &add,
        r#""list""#,
        &format!(r#"{{"sign":{{"key":"{key}","kind":"text","message":"{message}"}}}}"#),
        &format!(r#"{{"sign":{{"key":"{key}","kind":"transaction","message":"{message}"}}}}"#),
        // What nobody offers, and broken forms of what has a secret in it.
        &format!(r#"{{"export":{{"key":"{key}"}}}}"#),
        &format!(r#"{{"get":{{"key":"{key}"}}}}"#),
        &add.replace("\"kinds\"", "\"sorts\""),
        &add.replace("60", "\"60\""),
        &add[..add.len() - 1],
        &add.replace("0x05", "0x"),
        // A scalar that is not reduced.
        &add.replace("0afd190c", "fffd190c"),
        r#""lock""#,
    ] {
        let answer = running.frame(request.as_bytes());
        for part in [&private[..16], &private[40..60], &private[100..]] {
            assert!(!answer.contains(part), "{request} -> {answer}");
        }
        answers.push(answer);
    }
    assert_eq!(answers[0], r#""done""#);
    assert!(answers[2].contains(key) && answers[3].starts_with(r#"{"signature":"0x"#));
    assert!(answers[4..12].iter().all(|answer| answer.starts_with(r#"{"refused":"#)), "{answers:?}");
}

#[test]
fn hostile_bytes_are_refused_and_it_lives_on() {
    let running = Running::start();
    running.handle.add("a", alice(), LONG, &[Kind::Text]).unwrap();
    for length in [160 * 1024 + 1, u32::MAX] {
        let answer = running.raw(&length.to_be_bytes());
        assert!(String::from_utf8_lossy(&answer).contains("longer than 160 KiB"));
    }
    for body in [b"".as_slice(), b"{", b"\xff\xff", b"null", b"{\"sign\":{}}", &[b'['; 100_000]] {
        assert!(running.frame(body).contains("refused"), "{}", String::from_utf8_lossy(&body[..body.len().min(20)]));
    }
    // Gone in the middle of a frame.
    drop(UnixStream::connect(&running.socket).unwrap());
    let mut half = UnixStream::connect(&running.socket).unwrap();
    half.write_all(&[0, 0, 1]).unwrap();
    drop(half);
    let big = [b"<Bytes>".as_slice(), &vec![b'x'; MAX_MESSAGE - 15], b"</Bytes>"].concat();
    let client = running.client();
    assert!(client.sign(alice().public(), Kind::Text, &big).is_ok());
    refused(client.sign(alice().public(), Kind::Text, &[big.as_slice(), b"x"].concat()), "longer than 64 KiB");
    let key = alice().public();
    let too_long =
        format!(r#"{{"sign":{{"key":"{key}","kind":"text","message":"{}"}}}}"#, "00".repeat(MAX_MESSAGE + 1));
    assert!(running.frame(too_long.as_bytes()).contains("longer than 64 KiB"));
}

#[test]
fn slow_clients_do_not_keep_others_out() {
    let running = Running::start();
    running.handle.add("a", alice(), LONG, &[Kind::Text]).unwrap();
    // More than are served at a time; each sends one byte and sleeps.
    let slow: Vec<UnixStream> = (0..20)
        .map(|_| {
            let mut stream = UnixStream::connect(&running.socket).unwrap();
            stream.write_all(&[0]).unwrap();
            stream
        })
        .collect();
    let client = running.client();
    let signed = (0..10).find_map(|_| client.sign(alice().public(), Kind::Text, TEXT).ok());
    assert!(signed.is_some(), "the slow ones were never sent away");
    // All of them are closed by the agent, which sent them nothing.
    for mut stream in slow {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty());
    }
}

#[test]
fn many_at_once_are_served() {
    let running = Running::start();
    running.handle.add("a", alice(), LONG, &[Kind::Text]).unwrap();
    let client = running.client();
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                for _ in 0..8 {
                    assert!(client.sign(alice().public(), Kind::Text, TEXT).is_ok());
                }
            });
        }
    });
}
