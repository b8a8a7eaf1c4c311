//! A synapse's handler without its types: body bytes in, answer bytes out.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use futures::channel::mpsc;
use futures::future::BoxFuture;
use futures::FutureExt;

use crate::classic::Classic;
use crate::refusal::shorten;
use crate::stream::{Chunks, Form};
use crate::{AxonError, Caller, StreamSynapse, Synapse};

/// The end of an answer: its JSON, or why there is none.
pub(crate) type Ending = BoxFuture<'static, Result<Bytes, AxonError>>;

/// Answers whole.
pub(crate) type WholeFn = Arc<dyn Fn(Caller, Bytes) -> Ending + Send + Sync>;

/// Answers in pieces, and then with the end.
pub(crate) type StreamFn = Arc<dyn Fn(Caller, Bytes, Form) -> (mpsc::Receiver<Bytes>, Ending) + Send + Sync>;

/// How a synapse answers.
#[derive(Clone)]
pub(crate) enum Call {
    Whole(WholeFn),
    Stream(StreamFn),
}

/// One synapse of an axon.
pub(crate) struct Route {
    pub call: Call,
    pub classic: Option<Classic>,
    /// RAO that an answer costs; where it has a price, the axon's toll is asked.
    pub price: Option<u64>,
}

/// Wraps a typed handler.
pub(super) fn whole<S, F, A>(handler: F) -> Call
where
    S: Synapse,
    F: Fn(Caller, S::Request) -> A + Send + Sync + 'static,
    A: Future<Output = Result<S::Response, AxonError>> + Send + 'static,
{
    let handler = Arc::new(handler);
    Call::Whole(Arc::new(move |caller, body| {
        let handler = handler.clone();
        async move {
            let request = read::<S>(body)?;
            write::<S>(&handler(caller, request).await?)
        }
        .boxed()
    }))
}

/// Wraps a typed handler that answers in pieces.
pub(super) fn stream<S, F, A>(handler: F) -> Call
where
    S: StreamSynapse,
    F: Fn(Caller, S::Request, Chunks<S>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<S::Response, AxonError>> + Send + 'static,
{
    let handler = Arc::new(handler);
    Call::Stream(Arc::new(move |caller, body, form| {
        let handler = handler.clone();
        let (chunks, receiver) = Chunks::new(form);
        let ending = async move {
            let request = read::<S>(body)?;
            write::<S>(&handler(caller, request, chunks).await?)
        };
        (receiver, ending.boxed())
    }))
}

fn read<S: Synapse>(body: Bytes) -> Result<S::Request, AxonError> {
    serde_json::from_slice(&body).map_err(|error| explain(&error))
}

fn write<S: Synapse>(answer: &S::Response) -> Result<Bytes, AxonError> {
    serde_json::to_vec(answer).map(Bytes::from).map_err(|error| {
        tracing::error!(synapse = S::NAME, %error, "an answer cannot be written as JSON");
        AxonError::internal("the answer cannot be written as JSON")
    })
}

/// The caller is authorised by now, so it may learn what is wrong with its JSON.
fn explain(error: &serde_json::Error) -> AxonError {
    let text = error.to_string();
    if error.is_data() {
        AxonError::invalid(shorten(&text))
    } else {
        AxonError::new(400, "bad_json", shorten(&text))
    }
}
