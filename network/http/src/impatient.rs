//! A connection that gives up on peers that take nothing: they would hold an answer and a place for ever.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{sleep, Sleep},
};

/// A stream that fails writing and flushing once nothing was taken for `patience`. Reading has bounds of its own: the times
/// for headers and body.
#[derive(Debug)]
pub struct Impatient<T> {
    inner: T,
    patience: Duration,
    /// Runs while something waits to be taken.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<T> Impatient<T> {
    /// `inner`, with that patience.
    pub fn new(inner: T, patience: Duration) -> Self {
        Self { inner, patience, alarm: None }
    }

    /// Passes `outcome` on, unless it has been pending for too long.
    fn bound<V>(&mut self, outcome: Poll<io::Result<V>>, cx: &mut Context<'_>) -> Poll<io::Result<V>> {
        if outcome.is_ready() {
            self.alarm = None;
            return outcome;
        }
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        match alarm.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                self.alarm = None;
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Impatient<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Impatient<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.bound(outcome, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(cx, bytes);
        self.bound(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_flush(cx);
        self.bound(outcome, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.bound(outcome, cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{duplex, AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_peer_that_takes_nothing_is_given_up_and_one_that_takes_is_not() {
        let (ours, mut theirs) = duplex(4);
        let mut ours = Impatient::new(ours, Duration::from_millis(20));
        ours.write_all(b"1234").await.expect("there is room");
        let error = ours.write_all(b"5678").await.expect_err("nobody takes it");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let mut taken = [0; 4];
        theirs.read_exact(&mut taken).await.expect("it is there");
        assert_eq!(&taken, b"1234");
        ours.write_all(b"5678").await.expect("there is room again");
    }
}
