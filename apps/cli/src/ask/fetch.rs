//! A gateway's whole reply, read within bounds.

use std::time::Duration;

use anyhow::{bail, ensure, Context, Error, Result};
use futures::StreamExt;
use ganglion_outward::{outward, reason};
use reqwest::{Client, ClientBuilder, RequestBuilder};

use super::refusal;

/// A client for a gateway, which is asked directly.
///
/// # Errors
/// The system refuses it.
pub(crate) fn client(gateway: &str) -> Result<Client> {
    Ok(direct(gateway).connect_timeout(Duration::from_secs(5)).build()?)
}

/// The beginning of a client that asks at `address` without a proxy; nothing leads it away from `https://`.
pub(crate) fn direct(address: &str) -> ClientBuilder {
    outward().no_proxy().https_only(address.starts_with("https://"))
}

/// Why a request failed, for people.
pub(crate) fn failure(error: reqwest::Error) -> Error {
    Error::msg(reason(error))
}

/// Sends `request` to `gateway` and reads a reply of at most `longest` bytes.
///
/// # Errors
/// It doesn't answer, breaks off, says too much, or refuses; then its own sentence is quoted.
pub(crate) async fn fetch(gateway: &str, request: RequestBuilder, longest: usize) -> Result<Vec<u8>> {
    let answer = request.send().await.map_err(failure);
    let answer = answer.with_context(|| format!("the gateway at {gateway} does not answer"))?;
    let status = answer.status();
    let mut body = Vec::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.context("the gateway broke off its reply")?;
        ensure!(
            body.len().saturating_add(chunk.len()) <= longest,
            "the gateway's reply is longer than {} MiB",
            longest >> 20
        );
        body.extend_from_slice(&chunk);
    }
    if !status.is_success() {
        bail!("the gateway refused ({}): {}", status.as_u16(), refusal(&body));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// What comes of a gateway that says `reply` and no more than `longest` being read.
    fn fetched(reply: &'static str, longest: usize) -> Result<Vec<u8>> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let gateway = format!("http://{}", listener.local_addr().expect("an address"));
        let thread = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("a caller");
            socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
            assert!(socket.read(&mut [0; 4096]).expect("a request") > 0);
            let _ = socket.write_all(reply.as_bytes());
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let found = runtime.block_on(async { fetch(&gateway, client(&gateway)?.get(&gateway), longest).await });
        thread.join().expect("the server ends");
        found
    }

    #[test]
    fn a_reply_is_read_or_its_reason_told() {
        let good = fetched("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi", 2);
        assert_eq!(good.expect("a reply"), b"hi");
        let long =
            fetched("HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nhey", 2).expect_err("too long");
        assert!(long.to_string().contains("longer"), "{long}");
        let cut = fetched("HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nhey", 99).expect_err("cut");
        assert!(cut.to_string().contains("broke off"), "{cut}");
        let refused = "HTTP/1.1 503 Later\r\ncontent-length: 32\r\nconnection: close\r\n\r\n{\"error\":{\"message\":\"no miner\"}}";
        let refused = fetched(refused, 99).expect_err("refused");
        assert_eq!(refused.to_string(), "the gateway refused (503): no miner");
    }
}
