//! Miners: real axons that behave as they are told.

use ganglion_gateway::Miner;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_subnet_text::{TextRequest, TextResponse, TextSynapse};
use ganglion_wire::{Axon, AxonError};
use std::{
    net::SocketAddr,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc, Mutex,
    },
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

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
}

struct Shared {
    name: String,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
    last: Mutex<Option<TextRequest>>,
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
            last: Mutex::new(None),
        });
        let handler = shared.clone();
        let axon = Axon::builder(keypair)
            .synapse::<TextSynapse, _, _>(move |_, request| {
                let shared = handler.clone();
                async move { answer(&shared, request).await }
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

async fn answer(shared: &Shared, request: TextRequest) -> Result<TextResponse, AxonError> {
    shared.asked.fetch_add(1, Ordering::SeqCst);
    let question = request.messages.last().map(|message| message.content.clone()).unwrap_or_default();
    *shared.last.lock().expect("lock") = Some(request);
    let mood = shared.mood.lock().expect("lock").clone();
    let completion = match mood {
        Mood::Answer => format!("{}: {question}", shared.name),
        Mood::Say(text) => text,
        Mood::Hang => std::future::pending().await,
        Mood::Fail => return Err(AxonError::internal("it broke")),
        Mood::Busy => return Err(AxonError::busy("later")),
        Mood::Refuse => return Err(AxonError::invalid("too many words")),
    };
    Ok(TextResponse { completion, finish: "stop".into(), prompt_tokens: 3, completion_tokens: 5 })
}
