//! Answers that come in pieces.

pub mod sse;

use futures::channel::mpsc;
use futures::SinkExt;
use serde::{de::DeserializeOwned, Serialize};

use bytes::Bytes;

use crate::Synapse;

/// A synapse whose answer comes piece by piece and ends with a [`Synapse::Response`].
///
/// Who asks with `Accept: text/event-stream` gets every piece; who doesn't gets the final answer alone, as from any
/// other synapse.
pub trait StreamSynapse: Synapse {
    /// One piece.
    type Chunk: Serialize + DeserializeOwned + Send + 'static;

    /// The bytes that Python neurons get for a piece: they know no events. By default a piece that is a JSON string is
    /// sent as its text, and any other as JSON.
    fn raw(chunk: &Self::Chunk) -> Bytes {
        match serde_json::to_value(chunk) {
            Ok(serde_json::Value::String(text)) => Bytes::from(text),
            Ok(value) => Bytes::from(value.to_string()),
            Err(_) => Bytes::new(),
        }
    }
}

/// The caller takes no more pieces: it has gone, or the answer's bounds are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody takes further pieces: stop working on this answer")]
pub struct Gone;

/// Where a handler puts the pieces of its answer.
pub struct Chunks<S: StreamSynapse> {
    form: Form,
    sender: mpsc::Sender<Bytes>,
    synapse: std::marker::PhantomData<fn() -> S>,
}

/// How pieces are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As JSON, for events.
    Json,
    /// As [`StreamSynapse::raw`] says.
    Raw,
    /// Not at all: the caller wants the end only.
    Dropped,
}

impl<S: StreamSynapse> Chunks<S> {
    /// The two ends. There is room for one piece: the next waits until the network has taken it.
    pub(crate) fn new(form: Form) -> (Self, mpsc::Receiver<Bytes>) {
        let (sender, receiver) = mpsc::channel(0);
        (Self { form, sender, synapse: std::marker::PhantomData }, receiver)
    }

    /// Sends a piece. Waits while the caller is slow to take what came before.
    ///
    /// # Errors
    /// [`Gone`]
    pub async fn send(&mut self, chunk: S::Chunk) -> Result<(), Gone> {
        let bytes = match self.form {
            Form::Json => serde_json::to_vec(&chunk).map(Bytes::from).map_err(|error| {
                tracing::error!(synapse = S::NAME, %error, "a piece of an answer cannot be written as JSON");
                Gone
            })?,
            Form::Raw => S::raw(&chunk),
            Form::Dropped => return Ok(()),
        };
        self.sender.send(bytes).await.map_err(|_| Gone)
    }
}

impl<S: StreamSynapse> std::fmt::Debug for Chunks<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chunks({}, {:?})", S::NAME, self.form)
    }
}
