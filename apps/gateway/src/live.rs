//! A streamed answer: what the miner says is passed on as it comes, as OpenAI-shaped chunks.
//!
//! The miner is asked for the next piece only when the client has taken the one before, so a slow client holds two
//! pieces here and no more; one that takes nothing at all is cut off by the server. What ends while the client keeps it
//! waiting is no fault of the miner's.

use crate::{
    access::Bill,
    answering::Answering,
    ask::{Answered, Turn},
    openai::ChatRequest,
    reply::{finish_reason, usage, with_headers, Head, Signature},
    standing::Standings,
    stops::Cutter,
};
use axum::response::{
    sse::{Event, Sse},
    IntoResponse, Response,
};
use futures::stream;
use serde_json::{json, Value};
use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::OwnedSemaphorePermit;

/// An answer under way to a client.
struct Live {
    request: ChatRequest,
    head: Head,
    answering: Answering,
    cutter: Cutter,
    /// Data of events that wait to be taken.
    ready: VecDeque<String>,
    ended: bool,
    /// Pieces with text so far.
    pieces: u32,
    began: Instant,
    standings: Arc<Standings>,
    /// When the client was given something last; `None` while it waits for more.
    given: Option<Instant>,
    /// How long it has kept the miner waiting in all.
    dallied: Duration,
    /// If it keeps the miner waiting for so long, it has itself to blame for how the answer ends.
    patience: Duration,
    /// What the answer costs its user, if anything.
    bill: Option<Bill>,
    /// The miner's turn: if this is its trial, that lasts as long.
    _turn: Turn,
    /// The request's place among those being answered.
    _slot: OwnedSemaphorePermit,
}

/// Passes an answer on that has begun: the role, the text in pieces, the end. A client that keeps the miner waiting for longer
/// than `patience` in all has had its answer, however that ends.
pub(crate) fn reply(
    request: ChatRequest,
    answered: Answered,
    standings: Arc<Standings>,
    bill: Option<Bill>,
    slot: OwnedSemaphorePermit,
    patience: Duration,
) -> Response {
    let Answered { miner, answering, began, latency, attempts, score, panel, turn } = answered;
    let head = Head::new(&request, Signature { miner, attempts, score, panel });
    let headers = head.signature.headers(latency);
    let cutter = Cutter::new(&request.stops);
    let mut live = Live {
        request,
        head,
        answering,
        cutter,
        ready: VecDeque::new(),
        ended: false,
        pieces: 0,
        began,
        standings,
        given: None,
        dallied: Duration::ZERO,
        patience,
        bill,
        _turn: turn,
        _slot: slot,
    };
    if let Some(choice) = live.request.shape.opening() {
        live.choose(&choice);
    }
    let said = live.answering.said().to_owned();
    live.take(&said);
    let events = stream::unfold(live, |mut live| async move {
        let data = live.following().await?;
        Some((Ok::<_, Infallible>(Event::default().data(data)), live))
    });
    with_headers(Sse::new(events).into_response(), headers)
}

impl Live {
    /// The next event's data; `None` at the end.
    async fn following(&mut self) -> Option<String> {
        if let Some(given) = self.given.take() {
            self.dallied = self.dallied.saturating_add(given.elapsed());
        }
        loop {
            if let Some(data) = self.ready.pop_front() {
                self.given = Some(Instant::now());
                return Some(data);
            }
            if self.ended {
                return None;
            }
            match self.answering.next().await {
                Ok(Some(piece)) => self.take(&piece),
                Ok(None) => {
                    let rest = self.cutter.finish();
                    self.say(&rest);
                    self.close(false);
                }
                Err(reason) => self.fail(&reason),
            }
        }
    }

    fn take(&mut self, piece: &str) {
        let (text, stopped) = self.cutter.push(piece);
        self.say(&text);
        if stopped {
            self.close(true);
        }
    }

    fn say(&mut self, text: &str) {
        if !text.is_empty() {
            self.pieces = self.pieces.saturating_add(1);
            self.choose(&self.request.shape.piece(text));
        }
    }

    /// The last chunks. After a stop the miner's count never comes: pieces and words stand for it.
    fn close(&mut self, stopped: bool) {
        let messages = &self.request.text.messages;
        let words: usize = messages.iter().map(|message| message.content.split_whitespace().count()).sum();
        let (finish, prompt, written) = match self.answering.end() {
            Some(end) => (end.finish.as_str(), end.prompt_tokens, end.completion_tokens),
            None => ("stop", u32::try_from(words).unwrap_or(u32::MAX), self.pieces),
        };
        let (finish, usage) = (finish_reason(stopped, finish), usage(prompt, written, &self.request));
        let elapsed = self.began.elapsed();
        let mut last = self.chunk(json!([self.request.shape.end(finish)]));
        last["ganglion"] = self.head.signature.ganglion(elapsed);
        self.ready.push_back(last.to_string());
        if self.request.include_usage {
            let mut counted = self.chunk(json!([]));
            counted["usage"] = usage;
            self.ready.push_back(counted.to_string());
        }
        self.ready.push_back("[DONE]".to_owned());
        self.ended = true;
        self.standings.finished(self.head.miner());
    }

    /// The miner broke off. The client has its beginning, so no other can take over: an error ends the stream, and nothing is
    /// to be paid. If it was the client that took its time, the miner isn't blamed, and what was taken is paid for.
    fn fail(&mut self, reason: &str) {
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(200).collect();
        let slow = self.dallied >= self.patience;
        let (code, message) = match slow {
            true => ("deadline", format!("the answer was taken too slowly ({reason}): take its pieces as they come")),
            false => ("miner_failed", format!("the miner broke off ({reason}): ask again")),
        };
        let error = json!({ "message": message, "type": "server_error", "param": null, "code": code });
        self.ready.push_back(json!({ "error": error }).to_string());
        self.ended = true;
        if slow {
            return;
        }
        self.standings.failed(self.head.miner(), Instant::now());
        if let Some(bill) = &self.bill {
            bill.void();
        }
    }

    fn choose(&mut self, choice: &Value) {
        let chunk = self.chunk(json!([choice]));
        self.ready.push_back(chunk.to_string());
    }

    fn chunk(&self, choices: Value) -> Value {
        let mut chunk = json!({
            "id": self.head.id, "object": self.request.shape.piece_object(), "created": self.head.created,
            "model": self.head.model, "choices": choices
        });
        // Clients that ask for usage expect the field in every chunk.
        if self.request.include_usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    }
}
