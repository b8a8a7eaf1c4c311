//! The synapses of `tests/python/neurons.py`, as ours.

use ganglion_wire::classic::Classic;
use ganglion_wire::{schema, AxonBuilder, AxonError, Caller, Chunks, Refusal, StreamSynapse, Synapse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::common::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EchoRequest {
    pub text: String,
    pub count: i64,
    pub items: Vec<String>,
    pub scale: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EchoReply {
    pub reply: Option<String>,
}

pub struct PyEcho;

impl Synapse for PyEcho {
    const NAME: &'static str = "Echo";
    type Request = EchoRequest;
    type Response = EchoReply;

    fn schema() -> serde_json::Value {
        schema::of::<Self>()
    }

    fn classic() -> Option<Classic> {
        Some(Classic { class: "Echo", required: &["text"], hashed: &["text", "count", "items", "scale"] })
    }
}

pub fn ask(text: &str) -> EchoRequest {
    EchoRequest { text: text.into(), count: 1, items: Vec::new(), scale: 1.5 }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FailRequest {
    pub kind: String,
}

pub struct PyFail;

impl Synapse for PyFail {
    const NAME: &'static str = "Fail";
    type Request = FailRequest;
    type Response = FailRequest;

    fn classic() -> Option<Classic> {
        Some(Classic { class: "Fail", required: &["kind"], hashed: &["kind"] })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Completion {
    pub completion: String,
}

pub struct PyWords;

impl Synapse for PyWords {
    const NAME: &'static str = "Words";
    type Request = Text;
    type Response = Completion;

    fn schema() -> serde_json::Value {
        schema::of_stream::<Self>()
    }

    fn classic() -> Option<Classic> {
        Some(Classic { class: "Words", required: &["text"], hashed: &["text"] })
    }
}

impl StreamSynapse for PyWords {
    type Chunk = String;
}

async fn words(_: Caller, asked: Text, mut chunks: Chunks<PyWords>) -> Result<Completion, AxonError> {
    let mut completion = String::new();
    for word in asked.text.split(' ') {
        if word == "fail" {
            return Err(AxonError::busy("no more words"));
        }
        let piece = format!("{word}/");
        completion.push_str(&piece);
        chunks.send(piece).await.map_err(|gone| AxonError::internal(gone.to_string()))?;
    }
    Ok(Completion { completion })
}

/// //Bob's axon with all three; //Mallory is not welcome.
pub fn neuron() -> AxonBuilder {
    let mallory = key("//Mallory").public();
    bob()
        .synapse::<PyEcho, _, _>(|_, asked| async move { Ok(EchoReply { reply: Some(asked.text.to_uppercase()) }) })
        .synapse::<PyFail, _, _>(|_, asked| async move {
            match asked.kind.as_str() {
                "status" => Err(AxonError::new(418, "teapot", "teapot")),
                "busy" => Err(AxonError::busy("all workers are busy")),
                "stall" => std::future::pending().await,
                _ => std::panic::panic_any("a handler's bug"),
            }
        })
        .stream::<PyWords, _, _>(words)
        .authorize(move |caller| if caller.hotkey == mallory { Err(Refusal::forbidden("no stake")) } else { Ok(()) })
}
