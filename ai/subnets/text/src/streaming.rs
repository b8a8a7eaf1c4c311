//! The text synapse piece by piece: how a miner answers, and how a validator asks.
//!
//! Both validators and gateways ask for pieces, always: who asked for the whole only would be known by it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use ganglion_subnet::work::{WorkError, Workers};
use ganglion_subnet::{AnswerError, Budget};
use ganglion_wire::{Answer, CallError, Chunks, Dendrite, Part, StreamError, StreamSynapse, Target};
use tokio::sync::mpsc;

use crate::engine::TextModel;
use crate::mechanism::Text;
use crate::synapse::{TextRequest, TextResponse, TextSynapse};

/// Pieces that wait for the caller before the next ones are joined.
const WAITING: usize = 16;
/// Most bytes of text that are joined while the caller takes nothing. No answer of 2 048 tokens is longer.
const LONGEST: usize = 256 << 10;

impl StreamSynapse for TextSynapse {
    /// Some text. All pieces together are the completion.
    type Chunk = String;
}

/// What came of a request.
pub type Outcome = Result<Result<TextResponse, AnswerError>, WorkError>;

/// Answers `request` in its turn, handing the text over as it is made. The engine never waits for a slow caller: what
/// it makes meanwhile is joined to one piece, so its worker is free as soon as the answer is made. The axon's own
/// bounds end a call whose caller takes nothing; then, as when the caller hangs up, the engine stops.
pub async fn answer(
    workers: Workers,
    model: Arc<TextModel>,
    request: TextRequest,
    mut chunks: Chunks<TextSynapse>,
) -> Outcome {
    let (sender, mut pieces) = mpsc::channel(WAITING);
    let work = workers.run(move |budget| produce(&model, &request, budget, sender));
    tokio::pin!(work);
    let outcome = loop {
        tokio::select! {
            piece = pieces.recv() => match piece {
                Some(piece) => {
                    if chunks.send(piece).await.is_err() {
                        return Ok(Err(AnswerError::Abandoned));
                    }
                }
                None => break work.as_mut().await,
            },
            outcome = work.as_mut() => break outcome,
        }
    };
    let (made, joined) = outcome?;
    while let Ok(piece) = pieces.try_recv() {
        if chunks.send(piece).await.is_err() {
            return Ok(Err(AnswerError::Abandoned));
        }
    }
    if made.is_ok() && !joined.is_empty() && chunks.send(joined).await.is_err() {
        return Ok(Err(AnswerError::Abandoned));
    }
    Ok(made)
}

/// Runs the engine; returns what the caller hadn't room for, too.
fn produce(
    model: &TextModel,
    request: &TextRequest,
    budget: &Budget,
    sender: mpsc::Sender<String>,
) -> (Result<TextResponse, AnswerError>, String) {
    let mut joined = String::new();
    let mut hand_over = |piece: &str| {
        joined.push_str(piece);
        match sender.try_reserve() {
            Ok(place) => {
                place.send(std::mem::take(&mut joined));
                ControlFlow::Continue(())
            }
            Err(mpsc::error::TrySendError::Full(())) if joined.len() <= LONGEST => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    };
    let made = Text::answer_in_pieces(model, request, budget, &mut hand_over);
    (made, joined)
}

/// Asks a miner as a validator does: for pieces, waiting for the end. `timeout` covers everything.
///
/// # Errors
/// See [`CallError`]. A stream that breaks off, or whose pieces aren't the answer, is an unusable answer.
pub async fn ask(
    dendrite: &Dendrite,
    target: &Target,
    request: &TextRequest,
    timeout: Duration,
) -> Result<Answer<TextResponse>, CallError> {
    let mut parts = dendrite.stream::<TextSynapse>(target, request, timeout).await?;
    let (mut said, mut seen): (String, Option<Instant>) = (String::new(), None);
    while let Some(part) = parts.next().await {
        match part {
            Ok(Part::Chunk(piece)) => {
                said.push_str(&piece);
                // A blank is no first word. All before it was blank: to look at that again with each piece would take minutes
                // where somebody sends megabytes of blanks.
                if seen.is_none() && !piece.trim().is_empty() {
                    seen = Some(Instant::now());
                }
            }
            Ok(Part::Done(answer)) if said.is_empty() || said == answer.response.completion => {
                let since = seen.map_or(Duration::ZERO, |seen| seen.elapsed());
                return Ok(Answer { first: answer.elapsed.saturating_sub(since), ..answer });
            }
            Ok(Part::Done(_)) => return Err(CallError::BadAnswer("its pieces are not its answer".into())),
            Err(StreamError::Timeout { after } | StreamError::Silent { after }) => {
                return Err(CallError::Timeout { after });
            }
            Err(StreamError::Cut(reason)) => return Err(CallError::Unreachable(reason)),
            Err(error) => return Err(CallError::BadAnswer(error.to_string())),
        }
    }
    Err(CallError::BadAnswer("it has no end".into()))
}
