//! Running handlers within bounds.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::channel::mpsc;
use futures::{FutureExt, StreamExt};
use tokio::time::timeout;

use super::handler::Ending;
use super::pieces::{Piece, Pieces};
use super::{Call, Route, State, Ticket};
use crate::metrics::{Gauge, Metrics};
use crate::stream::Form;
use crate::{AxonError, Caller};

/// Why a handler gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It says so.
    Error(AxonError),
    Panic,
    Timeout,
    /// More bytes than [`Limits::answer_bytes`](crate::Limits::answer_bytes).
    TooLong,
}

/// What a running request holds: its place, and the account of its time.
pub(super) struct Tenure {
    metrics: Metrics,
    began: Instant,
    _gauge: Gauge,
    _ticket: Ticket,
}

impl Tenure {
    pub fn new(metrics: &Metrics, ticket: Ticket) -> Self {
        let gauge = metrics.while_held(|counters| &counters.in_flight_now);
        Self { metrics: metrics.clone(), began: Instant::now(), _gauge: gauge, _ticket: ticket }
    }

    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

impl Drop for Tenure {
    fn drop(&mut self) {
        let micros = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.metrics.0.handler_micros.fetch_add(micros, Relaxed);
    }
}

impl State {
    /// The final answer of a synapse, of either kind.
    pub(crate) async fn whole(
        &self,
        route: &Route,
        caller: Caller,
        body: Bytes,
        ticket: Ticket,
        limit: Duration,
    ) -> Result<Bytes, Failure> {
        let _tenure = Tenure::new(&self.metrics, ticket);
        // The call itself is inside too: a handler may panic before its first await.
        let work = AssertUnwindSafe(async {
            match &route.call {
                Call::Whole(handler) => handler(caller, body).await,
                Call::Stream(handler) => handler(caller, body, Form::Dropped).1.await,
            }
        });
        match timeout(limit, work.catch_unwind()).await {
            Ok(Ok(Ok(answer))) if answer.len() <= self.limits.answer_bytes => Ok(answer),
            Ok(Ok(Ok(answer))) => {
                tracing::error!(bytes = answer.len(), "a handler's answer is too long to send");
                Err(Failure::TooLong)
            }
            Ok(Ok(Err(error))) => Err(Failure::Error(error)),
            Ok(Err(_panic)) => {
                tracing::error!("a handler panicked");
                Err(Failure::Panic)
            }
            Err(_elapsed) => Err(Failure::Timeout),
        }
    }

    /// The pieces of an answer, once the first is there: a handler that fails before it fails like any other.
    pub(crate) async fn pieces(
        &self,
        route: &Route,
        caller: Caller,
        body: Bytes,
        form: Form,
        ticket: Ticket,
        limit: Duration,
    ) -> Result<Pieces, Failure> {
        let tenure = Tenure::new(&self.metrics, ticket);
        let begun = std::panic::catch_unwind(AssertUnwindSafe(|| match &route.call {
            Call::Whole(handler) => (mpsc::channel(0).1, handler(caller, body)),
            Call::Stream(handler) => handler(caller, body, form),
        }));
        let (chunks, ending): (mpsc::Receiver<Bytes>, Ending) = begun.map_err(|_panic| Failure::Panic)?;
        let ending = AssertUnwindSafe(ending).catch_unwind().map(|end| end.unwrap_or_else(panicked)).boxed();
        let mut pieces = Pieces::new(chunks.fuse(), ending, tenure, limit, &self.limits);
        let first = pieces.following().await?;
        pieces.put_back(first);
        Ok(pieces)
    }
}

fn panicked<T>(_: Box<dyn std::any::Any + Send>) -> Result<T, AxonError> {
    tracing::error!("a handler panicked");
    Err(AxonError::internal("the request failed here"))
}

impl Failure {
    /// Code and message for the caller.
    pub fn words(&self) -> (&str, &str) {
        match self {
            Self::Error(error) => (error.code, &error.message),
            Self::Panic | Self::TooLong => ("internal", "the request failed here"),
            Self::Timeout => ("handler_timeout", "the answer took too long"),
        }
    }
}

impl Piece {
    pub fn len(&self) -> usize {
        match self {
            Self::Chunk(bytes) | Self::Done(bytes) => bytes.len(),
        }
    }
}
