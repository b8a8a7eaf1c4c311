//! The remote engine against small servers on the loopback, well-behaved and not.

#[path = "../../../network/outward/tests/support/tls.rs"]
mod tls;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::ops::ControlFlow;
use std::thread::JoinHandle;
use std::time::Duration;

use ganglion_models::{ApiKey, Backend, EngineError, Finish, GenerateRequest, Logprobs, Message, TextEngine};
use ganglion_outward::Authorities;
use rustls::pki_types::{pem::PemObject, CertificateDer};

/// Serves one request with `reply`; the thread returns what was asked.
fn server(reply: impl Into<Vec<u8>>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let reply = reply.into();
    let thread = std::thread::spawn(move || answer(&listener, &reply));
    (address, thread)
}

/// Serves one request after the other, each on a connection of its own.
fn servers(replies: &[String]) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let replies = replies.to_vec();
    let all = move || replies.iter().map(|reply| answer(&listener, reply.as_bytes())).collect::<Vec<_>>();
    (address, std::thread::spawn(all))
}

fn answer(listener: &TcpListener, reply: &[u8]) -> String {
    let (mut socket, _) = listener.accept().expect("a caller");
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
    let mut asked = Vec::new();
    let mut buffer = [0; 4096];
    // The body is one JSON object; it is complete when its braces close.
    loop {
        let n = socket.read(&mut buffer).unwrap_or(0);
        asked.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&asked);
        let whole =
            text.split_once("\r\n\r\n").is_some_and(|(_, b)| serde_json::from_str::<serde_json::Value>(b).is_ok());
        if n == 0 || whole {
            break;
        }
    }
    let _ = socket.write_all(reply);
    String::from_utf8_lossy(&asked).into_owned()
}

fn http(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn ask(
    reply: impl Into<Vec<u8>>,
    request: &GenerateRequest,
) -> (Result<ganglion_models::Generation, EngineError>, String) {
    let (address, thread) = server(reply);
    let engine = Backend::new(&format!("http://{address}/v1/"), "m").expect("an address");
    let engine = engine.with_key(ApiKey::new("k3y").expect("a key"));
    let answer = engine.with_timeout(Duration::from_secs(10)).complete(request);
    (answer, thread.join().expect("the server ends"))
}

const STREAM: &str = concat!(
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\r\n\r\n",
    ": a comment\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo ü\"},\"finish_reason\":\"length\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n",
    "data: [DONE]\n\n",
);

#[test]
fn a_streamed_answer() {
    let mut request = GenerateRequest::ask("hi");
    (request.seed, request.stop) = (u64::MAX, vec!["END".to_owned()]);
    let (answer, asked) = ask(http(STREAM), &request);
    let answer = answer.expect("answers");
    assert_eq!((answer.text.as_str(), answer.finish), ("Hello ü", Finish::Length));
    assert_eq!((answer.prompt_tokens, answer.completion_tokens), (7, 3));
    assert!(asked.starts_with("POST /v1/chat/completions ") && asked.contains("Bearer k3y"));
    assert!(asked.contains(r#""stop":["END"]"#) && asked.contains(r#""role":"user""#));
}

#[test]
fn an_encrypted_answer_of_a_server_whose_authority_is_known() {
    let redirect = "HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:1/v1/chat/completions\r\nconnection: close\r\n\
                    content-length: 0\r\n\r\n";
    let (address, authority, thread) = tls::serve(vec![tls::ok(STREAM), redirect.to_owned()]);
    let engine = Backend::new(&format!("https://{address}/v1/"), "m").expect("an address");
    let engine = engine.with_key(ApiKey::new("k3y").expect("a key")).with_timeout(Duration::from_secs(10));
    let authority = CertificateDer::from_pem_slice(authority.as_bytes()).expect("a certificate").to_vec();
    let engine = engine.with_authorities(Authorities::only([authority]).expect("an authority's"));
    let answer = engine.complete(&GenerateRequest::ask("hi")).expect("answers");
    assert_eq!((answer.text.as_str(), answer.finish), ("Hello ü", Finish::Length));
    // It can't send a question on to where everybody could read it.
    let error = engine.complete(&GenerateRequest::ask("hi")).expect_err("in the clear").to_string();
    assert!(error.contains("redirect"), "{error}");
    let asked = thread.join().expect("the server ends");
    assert!(asked[0].starts_with("POST /v1/chat/completions ") && asked[0].contains("Bearer k3y"), "{asked:?}");
}

#[test]
fn a_server_whose_authority_nobody_knows_is_sent_nothing() {
    let (address, _, thread) = tls::serve(vec![tls::ok(STREAM)]);
    let engine = Backend::new(&format!("https://{address}/v1"), "m").expect("an address");
    let engine = engine.with_key(ApiKey::new("k3y").expect("a key")).with_timeout(Duration::from_secs(10));
    let error = engine.complete(&GenerateRequest::ask("hi")).expect_err("not believed").to_string();
    // Whether this machine knows any authority or none.
    assert!(error.contains("certificate") && error.contains("SSL_CERT_FILE"), "{error}");
    assert!(!error.contains("k3y") && !error.contains("127.0.0.1"), "{error}");
    assert_eq!(thread.join().expect("the server ends"), [""]);
}

#[test]
fn an_answer_in_one_piece_and_a_stop_string() {
    let body = r#"{"choices":[{"message":{"content":"one two END three"},"finish_reason":"stop"}]}"#;
    let request = GenerateRequest { stop: vec![" END".to_owned()], ..GenerateRequest::ask("hi") };
    let answer = ask(http(body), &request).0.expect("answers");
    assert_eq!((answer.text.as_str(), answer.finish), ("one two", Finish::Stop));
}

#[test]
fn the_receiver_can_stop() {
    let (address, thread) = server(http(STREAM));
    let engine = Backend::new(&format!("http://{address}/v1"), "m").expect("an address");
    let answer = engine.generate(&GenerateRequest::ask("hi"), &mut |_| ControlFlow::Break(())).expect("answers");
    assert_eq!((answer.text.as_str(), answer.finish), ("Hel", Finish::Cancelled));
    thread.join().expect("the server ends");
}

#[test]
fn bad_servers_are_errors() {
    let long_line = http(&"x".repeat(3 << 20));
    let replies = [
        http("hello"),
        http("data: {\"choices\":17}\n"),
        http("{\"error\":{\"message\":\"no\"}}"),
        "HTTP/1.1 500 Oops\r\ncontent-length: 4\r\nconnection: close\r\n\r\nboom".to_owned(),
        "not http at all".to_owned(),
        String::new(),
        long_line,
    ];
    for reply in replies {
        let label: String = reply.chars().take(60).collect();
        let (answer, _) = ask(reply, &GenerateRequest::ask("hi"));
        assert!(matches!(answer, Err(EngineError::Backend(_))), "{label}: {answer:?}");
    }
    // Nobody there, and addresses that are none.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
    let engine = Backend::new(&format!("http://{free}/v1"), "m").expect("an address");
    assert!(matches!(engine.complete(&GenerateRequest::ask("hi")), Err(EngineError::Backend(_))));
    for base in ["", "ftp://x", "https://", "http://", "127.0.0.1:80"] {
        assert!(Backend::new(base, "m").is_err(), "{base}");
    }
}

#[test]
fn a_key_that_is_refused_is_not_repeated() {
    let body = "wrong key: k3y";
    let reply =
        format!("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let error = ask(reply, &GenerateRequest::ask("hi")).0.expect_err("refused").to_string();
    assert!(error.contains("401") && error.contains("wrong key: …") && !error.contains("k3y"), "{error}");
}

#[test]
fn a_silent_server_runs_into_the_time_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let engine = Backend::new(&format!("http://{address}/v1"), "m").expect("an address");
    let answer = engine.with_timeout(Duration::from_millis(200)).complete(&GenerateRequest::ask("hi"));
    assert!(matches!(answer, Err(EngineError::Backend(reason)) if reason.contains("too long")));
}

/// Asks for the probabilities of "Hi there" of servers that answer so, one after the other.
fn measure(replies: &[String]) -> (Result<Logprobs, EngineError>, Vec<String>) {
    let (address, thread) = servers(replies);
    let engine = Backend::new(&format!("http://{address}/v1"), "m").expect("an address");
    let engine = engine.with_timeout(Duration::from_secs(10));
    let measured = engine.logprobs(&[Message::user("Say hello.")], "Hi there");
    (measured, thread.join().expect("the server ends"))
}

fn refused() -> String {
    "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}".to_owned()
}

#[test]
fn probabilities_from_a_chat_template() {
    let body = r#"{"choices":[{"message":{"content":"!"}}],"prompt_logprobs":[null,
        {"5":{"logprob":-9.0,"rank":3,"decoded_token":"user"}},
        {"6":{"logprob":-1.25,"rank":1,"decoded_token":"Hi"}},
        {"7":{"logprob":-0.5,"rank":1,"decoded_token":" there"}}]}"#;
    let (measured, asked) = measure(&[http(body)]);
    let measured = measured.expect("probabilities");
    assert_eq!(measured.tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>(), ["Hi", " there"]);
    assert!((measured.sum() + 1.75).abs() < 1e-12 && measured.complete);
    assert!(asked[0].contains(r#""continue_final_message":true"#) && asked[0].contains("Hi there"));
}

#[test]
fn probabilities_from_an_echo() {
    let body = r#"{"choices":[{"text":"","logprobs":{"tokens":["user","assistant",":","\n","Hi"," there"],
        "token_logprobs":[null,-2.0,-2.0,-2.0,-1.0,-0.5]}}]}"#;
    let (measured, asked) = measure(&[refused(), http(body)]);
    let measured = measured.expect("probabilities");
    assert!((measured.sum() + 1.5).abs() < 1e-12 && measured.tokens.len() == 2);
    assert!(asked[1].starts_with("POST /v1/completions ") && asked[1].contains(r#""echo":true"#));
}

#[test]
fn a_server_without_probabilities_is_named() {
    let plain = http(r#"{"choices":[{"message":{"content":"Hi"}}]}"#);
    let (measured, _) = measure(&[plain, refused()]);
    let error = measured.expect_err("none there");
    assert!(matches!(&error, EngineError::Unsupported { engine, .. } if engine == "backend:m"), "{error}");
}

#[test]
fn probabilities_that_are_none_are_errors() {
    let chat = |tokens: &str| http(&format!("{{\"prompt_logprobs\":[null,{tokens}]}}"));
    let replies = [
        chat(r#"{"6":{"logprob":-1.0,"decoded_token":"Bye"}}"#),
        chat(r#"{"6":{"logprob":7.0,"decoded_token":"Hi there"}}"#),
        chat(r#"{"6":{"logprob":"low","decoded_token":"Hi there"}}"#),
        http("not JSON"),
        "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
    ];
    for reply in replies {
        let (measured, _) = measure(std::slice::from_ref(&reply));
        assert!(matches!(measured, Err(EngineError::Backend(_))), "{reply}: {measured:?}");
    }
}
