//! A server that speaks TLS on the loopback, certified by an authority that nobody else knows. Certificates last a century.
//!
//! ```text
//! openssl req -x509 -new -key authority.key -sha256 -days 36500 -subj "/CN=authority of tests" \
//!   -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -out authority.pem
//! openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -days 36500 -extfile EXTENSIONS -out server.pem
//! ```
//!
//! with `subjectAltName=IP:127.0.0.1` among the extensions. The authority's key was thrown away.

use rustls::crypto::ring;
use rustls::pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Who has certified the server, as PEM text.
const AUTHORITY: &str = include_str!("authority.pem");
const SERVER: &str = include_str!("server.pem");
const KEY: &str = include_str!("server.key");

/// Reads a request, head and body, and answers `reply`, on connection after connection for each of `replies`. The thread
/// returns what was asked: nothing where the caller didn't believe the certificate. Answers the authority's certificate (PEM), too.
pub fn serve(replies: Vec<String>) -> (SocketAddr, &'static str, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let tls = certified();
    let thread = std::thread::spawn(move || {
        let answered = replies.iter().map(|reply| {
            let (socket, _) = listener.accept().expect("a caller");
            answer(socket, Arc::clone(&tls), reply)
        });
        answered.collect::<Vec<_>>()
    });
    (address, AUTHORITY, thread)
}

/// An answer as HTTP has it.
pub fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// A server of 127.0.0.1.
fn certified() -> Arc<ServerConfig> {
    let chain = vec![CertificateDer::from_pem_slice(SERVER.as_bytes()).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).expect("a key");
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate with its key");
    Arc::new(tls)
}

fn answer(socket: TcpStream, tls: Arc<ServerConfig>, reply: &str) -> String {
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
    let mut stream = StreamOwned::new(ServerConnection::new(tls).expect("a connection"), socket);
    let (mut asked, mut buffer) = (Vec::new(), [0; 4096]);
    while !is_whole(&asked) {
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => asked.extend_from_slice(&buffer[..count]),
            _ => break,
        }
    }
    let _ = stream.write_all(reply.as_bytes());
    stream.conn.send_close_notify();
    let _ = stream.flush();
    String::from_utf8_lossy(&asked).into_owned()
}

/// Whether a head is there, and the body that it announces.
fn is_whole(asked: &[u8]) -> bool {
    let text = String::from_utf8_lossy(asked).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body.len() >= length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}
