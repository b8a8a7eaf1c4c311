//! Clients against a server that speaks TLS.

#[path = "support/tls.rs"]
mod tls;

use ganglion_outward::{client, outward, reason, Authorities};
use rustls::pki_types::{pem::PemObject, CertificateDer};
use std::net::TcpListener;

/// The certificate of an authority that certified nobody here.
const OTHER: &str = include_str!("support/other.pem");

fn only(authority: &str) -> Authorities {
    let certificate = CertificateDer::from_pem_slice(authority.as_bytes()).expect("a certificate");
    Authorities::only([certificate.to_vec()]).expect("an authority's")
}

#[tokio::test]
async fn who_is_certified_by_a_known_authority_is_believed() {
    let (address, authority, thread) = tls::serve(vec![tls::ok("hello")]);
    let authorities = only(authority);
    let http = authorities.client().no_proxy().build().expect("a client");
    let answer = http.get(format!("https://{address}/x")).bearer_auth("k3y").send().await.expect("an answer");
    assert_eq!(answer.text().await.expect("a text"), "hello");
    let asked = thread.join().expect("the server ends");
    assert!(asked[0].starts_with("GET /x HTTP/1.1") && asked[0].contains("Bearer k3y"), "{asked:?}");
}

#[tokio::test]
async fn who_is_certified_by_nobody_known_is_told_nothing() {
    let (address, _, thread) = tls::serve(vec![tls::ok("hello"); 3]);
    let unknown = [
        (only(OTHER), "an authority that isn't known here"),
        (Authorities::none(), "must be an http:// one"),
        (Authorities::only([]).expect("none"), "no authority's certificate"),
    ];
    for (authorities, word) in unknown {
        let http = authorities.client().no_proxy().build().expect("a client");
        let asked = http.get(format!("https://{address}/?s3cret")).bearer_auth("k3y").send().await;
        let said = authorities.reason(asked.expect_err("not believed"));
        assert!(said.contains(word) && !said.contains("s3cret") && !said.contains("k3y"), "{said}");
    }
    assert_eq!(thread.join().expect("the server ends"), ["", "", ""]);
}

#[tokio::test]
async fn a_certificate_of_another_name_is_refused() {
    let (address, authority, thread) = tls::serve(vec![tls::ok("hello")]);
    let authorities = only(authority);
    let http = authorities.client().no_proxy().resolve("other.example", address).build().expect("a client");
    let asked = http.get(format!("https://other.example:{}/", address.port())).send().await;
    let said = authorities.reason(asked.expect_err("another name"));
    assert!(said.contains("other.example") && !said.contains("isn't known"), "{said}");
    assert_eq!(thread.join().expect("the server ends"), [""]);
}

#[tokio::test]
async fn who_is_not_there_or_speaks_no_tls_is_said_to() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    for builder in [client(), outward()] {
        let http = builder.no_proxy().build().expect("a client");
        let said = reason(http.get(format!("http://{free}/?s3cret")).send().await.expect_err("nobody"));
        assert!(said.contains("refused") && !said.contains("s3cret"), "{said}");
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let plain = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a caller");
        let _ = tokio::io::AsyncWriteExt::write_all(&mut socket, tls::ok("hello").as_bytes()).await;
        // Until the caller has seen it: what lies unread when a socket closes would reset the connection.
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut Vec::new()).await;
    });
    let http = outward().no_proxy().build().expect("a client");
    let said = reason(http.get(format!("https://{address}/")).send().await.expect_err("no TLS"));
    assert!(said.contains("no encrypted connection"), "{said}");
    drop(http);
    plain.await.expect("the server ends");
}
