//! A TCP stream that acknowledges at once.
//!
//! Nodes send an answer's header and its body as two segments, and hold the second back until the first is acknowledged
//! (Nagle's algorithm). A receiver that saves acknowledgements up, as kernels do for 40 ms, makes each small answer that late.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// See the module.
pub(crate) struct Prompt(TcpStream);

impl Prompt {
    /// Connects to where a plain `ws://` URL leads; `None` for other URLs.
    pub(crate) async fn connect(url: &str) -> Option<io::Result<Self>> {
        let address = address(url)?;
        Some(TcpStream::connect(address).await.and_then(|stream| {
            stream.set_nodelay(true)?;
            stream.set_quickack(true)?;
            Ok(Self(stream))
        }))
    }
}

/// Host and port.
fn address(url: &str) -> Option<String> {
    let rest = url.strip_prefix("ws://")?;
    let authority = rest.split(['/', '?', '#']).next().filter(|authority| !authority.contains('@'))?;
    let port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Some(if port { authority.to_owned() } else { format!("{authority}:80") })
}

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.0).poll_read(context, buffer);
        if read.is_ready() {
            // The kernel forgets the wish; and without it all works, only later.
            let _ = self.0.set_quickack(true);
        }
        read
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn plain_addresses_are_found() {
        for (url, wanted) in [
            ("ws://127.0.0.1:9944", Some("127.0.0.1:9944")),
            ("ws://node.example/path?x", Some("node.example:80")),
            ("ws://[::1]:9944/", Some("[::1]:9944")),
            ("ws://[::1]", Some("[::1]:80")),
            ("ws://me@node:1", None),
            ("wss://node.example", None),
        ] {
            assert_eq!(address(url).as_deref(), wanted, "{url}");
        }
    }
}
