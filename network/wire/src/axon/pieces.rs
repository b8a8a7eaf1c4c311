//! An answer in the making: what the handler has sent, and then its end.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::channel::mpsc;
use futures::stream::{self, Fuse, FusedStream};
use futures::{FutureExt, StreamExt};
use tokio::time::{timeout_at, Instant};

use super::handler::Ending;
use super::run::{Failure, Tenure};
use crate::metrics::add;
use crate::refusal::{error_json, Reject};
use crate::stream::sse;
use crate::Limits;

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Chunk(Bytes),
    /// The last.
    Done(Bytes),
}

/// The handler runs only while somebody asks for the next piece, so it is never far ahead of a slow caller; and when
/// this is dropped, because the caller has gone, so is the handler.
pub(crate) struct Pieces {
    first: Option<Piece>,
    chunks: Fuse<mpsc::Receiver<Bytes>>,
    ending: Option<Ending>,
    ended: Option<Result<Bytes, crate::AxonError>>,
    tenure: Tenure,
    end: Instant,
    idle: Duration,
    bytes_left: usize,
}

impl Pieces {
    pub(super) fn new(
        chunks: Fuse<mpsc::Receiver<Bytes>>,
        ending: Ending,
        tenure: Tenure,
        limit: Duration,
        limits: &Limits,
    ) -> Self {
        Self {
            first: None,
            chunks,
            ending: Some(ending),
            ended: None,
            tenure,
            end: Instant::now() + limit,
            idle: limits.stream_idle_timeout,
            bytes_left: limits.answer_bytes,
        }
    }

    pub(super) fn put_back(&mut self, piece: Piece) {
        self.first = Some(piece);
    }

    /// The next piece, within the bounds on time and size. Not to be asked after `Done` or a failure.
    pub async fn following(&mut self) -> Result<Piece, Failure> {
        if let Some(piece) = self.first.take() {
            return Ok(piece);
        }
        let deadline = self.end.min(Instant::now() + self.idle);
        let next = timeout_at(deadline, poll_fn(|cx| self.poll(cx))).await;
        let piece = next.map_err(|_| Failure::Timeout)?.map_err(Failure::Error)?;
        self.bytes_left = self.bytes_left.checked_sub(piece.len()).ok_or(Failure::TooLong)?;
        Ok(piece)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Piece, crate::AxonError>> {
        loop {
            if !self.chunks.is_terminated() {
                if let Poll::Ready(Some(chunk)) = self.chunks.poll_next_unpin(cx) {
                    return Poll::Ready(Ok(Piece::Chunk(chunk)));
                }
            }
            if let Some(end) = self.ended.take() {
                return Poll::Ready(end.map(Piece::Done));
            }
            let Some(ending) = &mut self.ending else { return Poll::Pending };
            let Poll::Ready(end) = ending.poll_unpin(cx) else {
                // Polling the handler may have put a chunk in, and then has woken us.
                return Poll::Pending;
            };
            // What it sent last is still to be taken; nothing comes after the end.
            self.ending = None;
            self.ended = Some(end);
            self.chunks.get_mut().close();
        }
    }

    fn count(&self, outcome: Option<&Failure>) {
        let metrics = self.tenure.metrics();
        match outcome {
            None => add(&metrics.0.ok, 1),
            Some(_) => metrics.refused(Reject::Internal),
        }
    }

    /// As server-sent events. A failure is the last event.
    pub fn into_events(self) -> Body {
        Body::from_stream(stream::unfold(Some(self), |pieces| async {
            let mut pieces = pieces?;
            let (event, rest) = match pieces.following().await {
                Ok(Piece::Chunk(json)) => (sse::event("chunk", &json), Some(pieces)),
                Ok(Piece::Done(json)) => {
                    pieces.count(None);
                    (sse::event("done", &json), None)
                }
                Err(failure) => {
                    pieces.count(Some(&failure));
                    let (code, message) = failure.words();
                    (sse::event("error", error_json(code, message).as_bytes()), None)
                }
            };
            if let Some(pieces) = &rest {
                add(&pieces.tenure.metrics().0.bytes_out, event.len() as u64);
            }
            Some((Ok::<_, std::io::Error>(event), rest))
        }))
    }

    /// As the bytes of the chunks, nothing else. A failure breaks the connection off, since there is no other way to
    /// tell it from the end.
    pub fn into_raw_body(self) -> Body {
        Body::from_stream(stream::unfold(Some(self), |pieces| async {
            let mut pieces = pieces?;
            match pieces.following().await {
                Ok(Piece::Chunk(bytes)) => {
                    add(&pieces.tenure.metrics().0.bytes_out, bytes.len() as u64);
                    Some((Ok(bytes), Some(pieces)))
                }
                Ok(Piece::Done(_)) => {
                    pieces.count(None);
                    None
                }
                Err(failure) => {
                    pieces.count(Some(&failure));
                    // What came before leaves first: an error makes hyper drop what it has not yet sent.
                    tokio::task::yield_now().await;
                    let (code, _) = failure.words();
                    Some((Err(std::io::Error::other(format!("the answer failed: {code}"))), None))
                }
            }
        }))
    }
}
