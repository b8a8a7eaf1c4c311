//! Miners: real axons that behave as they are told.

use ganglion_gateway::Miner;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_subnet_text::{TextRequest, TextResponse, TextSynapse};
use ganglion_wire::{Axon, AxonError, Chunks};
use std::{
    net::SocketAddr,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc, Mutex,
    },
};
use tokio::{
    net::TcpListener,
    sync::{oneshot, Notify},
    task::JoinHandle,
};

/// What a miner does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Answers `<name>: <last message>`.
    Answer,
    /// Answers this.
    Say(String),
    /// Never answers.
    Hang,
    /// Fails.
    Fail,
    /// Says that it is busy.
    Busy,
    /// Says that the request is wrong.
    Refuse,
    /// Says these pieces, one after the other.
    Pieces(&'static [&'static str]),
    /// Says the first piece, and the second when it is told to.
    Gated(&'static str, &'static str),
    /// Says this and breaks off.
    BreakOff(&'static str),
    /// Says this and then nothing more.
    Stall(&'static str),
    /// Says one letter so many times.
    Flood(usize),
    /// Says one thing and answers another.
    TwoFaced,
}

struct Shared {
    name: String,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
    /// Requests that are being answered.
    busy: AtomicUsize,
    gate: Notify,
    last: Mutex<Option<TextRequest>>,
}

/// A request that is being answered; it ends with this, however it ends.
struct Busy(Arc<Shared>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

pub struct TestMiner {
    pub hotkey: PublicKey,
    pub address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

/// Miners as the chain would list them, the first with the highest incentive.
pub fn listed(miners: &[&TestMiner]) -> Vec<Miner> {
    (0u16..)
        .zip(miners)
        .map(|(uid, miner)| Miner {
            uid,
            hotkey: miner.hotkey,
            address: miner.address,
            incentive: u16::MAX / 2 - uid * 100,
            promised: 0,
        })
        .collect()
}

impl TestMiner {
    pub async fn start(seed: u8, mood: Mood) -> Self {
        let keypair = Arc::new(Keypair::from_seed([seed; 32]));
        let hotkey = keypair.public();
        let shared = Arc::new(Shared {
            name: format!("miner {seed}"),
            mood: Mutex::new(mood),
            asked: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            gate: Notify::new(),
            last: Mutex::new(None),
        });
        let handler = shared.clone();
        let axon = Axon::builder(keypair)
            .stream::<TextSynapse, _, _>(move |_, request: TextRequest, chunks: Chunks<TextSynapse>| {
                let shared = handler.clone();
                async move {
                    shared.busy.fetch_add(1, Ordering::SeqCst);
                    let busy = Busy(shared);
                    answer(&busy.0, request, chunks).await
                }
            })
            .build()
            .expect("an axon");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("address");
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            // Ended at once, as by a crash: what runs isn't waited for.
            tokio::select! {
                _ = axon.serve(listener, std::future::pending()) => {}
                () = shutdown => {}
            }
        });
        Self { hotkey, address, shared, stop: Some(stop), task: Some(task) }
    }

    pub fn turn(&self, mood: Mood) {
        *self.shared.mood.lock().expect("lock") = mood;
    }

    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// Requests that it is answering.
    pub fn busy(&self) -> usize {
        self.shared.busy.load(Ordering::SeqCst)
    }

    /// Lets one [`Mood::Gated`] answer go on.
    pub fn release(&self) {
        self.shared.gate.notify_one();
    }

    /// What it was asked last.
    pub fn last(&self) -> TextRequest {
        self.shared.last.lock().expect("lock").clone().expect("it was asked")
    }

    /// Ends it as a crash does.
    pub async fn kill(&mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            super::bounded(task).await.expect("no panic");
        }
    }
}

async fn answer(
    shared: &Shared,
    request: TextRequest,
    mut chunks: Chunks<TextSynapse>,
) -> Result<TextResponse, AxonError> {
    shared.asked.fetch_add(1, Ordering::SeqCst);
    let question = request.messages.last().map(|message| message.content.clone()).unwrap_or_default();
    *shared.last.lock().expect("lock") = Some(request);
    let mood = shared.mood.lock().expect("lock").clone();
    let mut said = String::new();
    let completion = match mood {
        Mood::Answer => format!("{}: {question}", shared.name),
        Mood::Say(text) => text,
        Mood::Hang => std::future::pending().await,
        Mood::Fail => return Err(AxonError::internal("it broke")),
        Mood::Busy => return Err(AxonError::busy("later")),
        Mood::Refuse => return Err(AxonError::invalid("too many words")),
        Mood::Pieces(pieces) => {
            for piece in pieces {
                say(&mut chunks, &mut said, piece).await?;
            }
            said
        }
        Mood::Gated(first, second) => {
            say(&mut chunks, &mut said, first).await?;
            shared.gate.notified().await;
            say(&mut chunks, &mut said, second).await?;
            said
        }
        Mood::BreakOff(text) => {
            say(&mut chunks, &mut said, text).await?;
            return Err(AxonError::internal("it broke"));
        }
        Mood::Stall(text) => {
            say(&mut chunks, &mut said, text).await?;
            std::future::pending().await
        }
        Mood::Flood(letters) => {
            for _ in 0..letters {
                say(&mut chunks, &mut said, "x").await?;
            }
            said
        }
        Mood::TwoFaced => {
            say(&mut chunks, &mut said, "one thing").await?;
            "another".into()
        }
    };
    Ok(TextResponse { completion, finish: "stop".into(), prompt_tokens: 3, completion_tokens: 5 })
}

async fn say(chunks: &mut Chunks<TextSynapse>, said: &mut String, piece: &str) -> Result<(), AxonError> {
    said.push_str(piece);
    chunks.send(piece.to_owned()).await.map_err(|_| AxonError::internal("nobody listens"))
}
