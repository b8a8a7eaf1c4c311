//! The miner: a real axon that answers at once, and the same answers in OpenAI's shape for others to stand before.

use crate::Failure;
use axum::{
    body::Body,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::post,
    Json, Router,
};
use ganglion_keys::Keypair;
use ganglion_subnet_text::{TextRequest, TextResponse, TextSynapse};
use ganglion_wire::{Axon, AxonError, Chunks, Limits, Target};
use serde_json::{json, Value};
use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// What it says.
pub const ANSWER: &str = "forty-two";
/// Asked this, it says one word and then nothing more.
pub const HOLD: &str = "hold";

/// Two servers in this process.
pub struct Mock {
    /// The axon.
    pub target: Target,
    /// The OpenAI-shaped endpoint.
    pub http: SocketAddr,
}

impl Mock {
    pub async fn start() -> Result<Self, Failure> {
        let keypair = Arc::new(Keypair::generate().0);
        let hotkey = keypair.public();
        let many = 1 << 16;
        let limits = Limits {
            connections: many,
            connections_per_address: many,
            in_flight: many,
            in_flight_per_caller: many,
            handler_timeout: Duration::from_secs(600),
            stream_idle_timeout: Duration::from_secs(600),
            ..Limits::default()
        };
        let axon =
            Axon::builder(keypair).limits(limits).stream::<TextSynapse, _, _>(|_, asked, chunks| answer(asked, chunks));
        let axon = axon.build()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let target = Target { hotkey, address: listener.local_addr()? };
        tokio::spawn(axon.serve(listener, std::future::pending()));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let http = listener.local_addr()?;
        let router = Router::new().route("/v1/chat/completions", post(shaped));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { target, http })
    }
}

async fn answer(asked: TextRequest, mut chunks: Chunks<TextSynapse>) -> Result<TextResponse, AxonError> {
    let gone = |_| AxonError::internal("nobody listens");
    chunks.send(ANSWER.to_owned()).await.map_err(gone)?;
    if asked.messages.last().is_some_and(|message| message.content == HOLD) {
        std::future::pending::<()>().await;
    }
    Ok(TextResponse { completion: ANSWER.into(), finish: "stop".into(), prompt_tokens: 3, completion_tokens: 2 })
}

/// The same in OpenAI's shape, whole or as a stream.
async fn shaped(Json(asked): Json<Value>) -> Response {
    if asked["stream"] != true {
        return Json(completion()).into_response();
    }
    let choice = |delta: Value, finish: Option<&str>| {
        let choices = json!([{ "index": 0, "delta": delta, "finish_reason": finish }]);
        json!({ "id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": 0, "model": "mock", "choices": choices })
    };
    let said = choice(json!({ "role": "assistant", "content": ANSWER }), None);
    let events = [said.to_string(), choice(json!({}), Some("stop")).to_string(), "[DONE]".to_owned()];
    // Each in a piece of its own, as a model's words come.
    let pieces = events.map(|event| Ok::<_, Infallible>(format!("data: {event}\n\n")));
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(futures::stream::iter(pieces))).into_response()
}

fn completion() -> Value {
    json!({
        "id": "chatcmpl-mock",
        "object": "chat.completion",
        "created": 0,
        "model": "mock",
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": ANSWER },
            "finish_reason": "stop"
        }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5 }
    })
}
