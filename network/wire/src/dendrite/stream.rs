//! Typed pieces of an answer.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::http::header;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::arrival::Arrival;
use super::error::{axons_words, clean, CallError, StreamError};
use super::{Answer, Inner, Target};
use crate::payment::Payment;
use crate::stream::sse::{Event, Parser};
use crate::{StreamSynapse, Synapse};

/// A part of an answer.
pub enum Part<S: StreamSynapse> {
    /// A piece.
    Chunk(S::Chunk),
    /// The final answer; nothing follows. Its hash is of the final event's JSON.
    Done(Answer<<S as Synapse>::Response>),
}

impl<S: StreamSynapse> std::fmt::Debug for Part<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Chunk(_) => "Chunk",
            Self::Done(_) => "Done",
        })
    }
}

/// Pieces, then the final answer. After an error nothing follows. Dropping it ends the call.
pub struct Streaming<S: StreamSynapse> {
    parts: BoxStream<'static, Result<Part<S>, StreamError>>,
}

impl<S: StreamSynapse> Stream for Streaming<S> {
    type Item = Result<Part<S>, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.parts.poll_next_unpin(cx)
    }
}

impl<S: StreamSynapse> std::fmt::Debug for Streaming<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Streaming({})", S::NAME)
    }
}

pub(super) async fn open<S: StreamSynapse>(
    inner: &Inner,
    target: &Target,
    body: Bytes,
    timeout: Duration,
) -> Result<Streaming<S>, CallError> {
    let end = tokio::time::Instant::now() + timeout;
    let late = |_| CallError::Timeout { after: timeout };
    let ask = inner.ask(S::NAME, target, body, "text/event-stream, application/json");
    let mut sent = tokio::time::timeout_at(end, ask).await.map_err(late)??;
    let (began, request_hash, payment) = (sent.began, sent.request_hash, sent.payment.take());
    let kind = sent.response.headers().get(header::CONTENT_TYPE);
    let has_events = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    if has_events {
        let arrival = Arrival::new(sent.response.into_body(), &inner.limits, end, timeout, sent.place);
        let events = Events {
            arrival,
            parser: Parser::new(inner.limits.answer_bytes),
            ready: VecDeque::new(),
            began,
            first: None,
            request_hash,
            payment,
        };
        return Ok(Streaming { parts: stream::unfold(Some(events), step::<S>).boxed() });
    }
    let raw = tokio::time::timeout_at(end, inner.receive(sent)).await.map_err(late)??;
    // An axon that doesn't stream this synapse: its whole answer is the final one.
    let done = read_done::<S>(&raw.body, began, None, request_hash)
        .map_err(|error| CallError::BadAnswer(error.to_string()))?;
    if let Some(payment) = payment {
        payment.answered();
    }
    Ok(Streaming { parts: stream::iter([Ok(done)]).boxed() })
}

struct Events {
    arrival: Arrival,
    parser: Parser,
    ready: VecDeque<Event>,
    began: Instant,
    /// When the first piece came, since then.
    first: Option<Duration>,
    request_hash: [u8; 32],
    /// What was promised for it, until the answer has begun.
    payment: Option<Box<dyn Payment>>,
}

type Step<S> = Option<(Result<Part<S>, StreamError>, Option<Events>)>;

async fn step<S: StreamSynapse>(events: Option<Events>) -> Step<S> {
    let mut events = events?;
    Some(match events.part::<S>().await {
        Ok(part @ Part::Chunk(_)) => (Ok(part), Some(events)),
        last => (last, None),
    })
}

impl Events {
    async fn part<S: StreamSynapse>(&mut self) -> Result<Part<S>, StreamError> {
        loop {
            while let Some(event) = self.ready.pop_front() {
                match event.name.as_str() {
                    "chunk" => {
                        if self.first.is_none() {
                            self.first = Some(self.began.elapsed());
                        }
                        let piece = read(&event.data)?;
                        self.has_begun();
                        return Ok(Part::Chunk(piece));
                    }
                    "done" => {
                        let done = read_done::<S>(&event.data, self.began, self.first, self.request_hash)?;
                        self.has_begun();
                        return Ok(done);
                    }
                    "error" => {
                        let (code, message) = axons_words(&event.data);
                        return Err(StreamError::Failed { code, message });
                    }
                    // Newer axons may say more.
                    _ => {}
                }
            }
            let bytes = self.arrival.next().await?.ok_or_else(|| StreamError::Cut("no final event".into()))?;
            let events = self.parser.push(&bytes).map_err(|error| StreamError::BadPiece(error.to_string()))?;
            self.ready.extend(events);
        }
    }

    /// A part of the answer is there, so what was promised for it is owed.
    fn has_begun(&mut self) {
        if let Some(payment) = self.payment.take() {
            payment.answered();
        }
    }
}

fn read_done<S: StreamSynapse>(
    json: &[u8],
    began: Instant,
    first: Option<Duration>,
    request_hash: [u8; 32],
) -> Result<Part<S>, StreamError> {
    let response = read(json)?;
    let answer_hash = Sha256::digest(json).into();
    let elapsed = began.elapsed();
    Ok(Part::Done(Answer { response, elapsed, first: first.unwrap_or(elapsed), request_hash, answer_hash }))
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, StreamError> {
    serde_json::from_slice(json).map_err(|error| StreamError::BadPiece(clean(&error.to_string())))
}
