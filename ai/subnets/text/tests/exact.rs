//! A miner over loopback that answers sums by rule and leaves the rest to a language model: sums don't wait for the model.

use std::ops::ControlFlow;
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ganglion_keys::Keypair;
use ganglion_models::{EngineError, Finish, GenerateRequest, Generation, Message, SkillRouter, TextEngine};
use ganglion_subnet::miner::Desk;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::Subnet;
use ganglion_subnet_text::{streaming, Text, TextModel, TextRequest};
use ganglion_wire::{Axon, Dendrite, Target};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};

const PATIENCE: Duration = Duration::from_secs(30);

/// A language model that says when it has begun, and ends when it may, or when nobody is left who could say so.
struct Held {
    begun: UnboundedSender<()>,
    end: Mutex<Receiver<()>>,
}

impl TextEngine for Held {
    fn name(&self) -> &str {
        "held"
    }

    fn generate(
        &self,
        _: &GenerateRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        let _ = self.begun.send(());
        if let Ok(end) = self.end.lock() {
            let _ = end.recv();
        }
        let _ = on_text("The end.");
        Ok(Generation { text: "The end.".into(), prompt_tokens: 1, completion_tokens: 2, finish: Finish::Stop })
    }
}

/// A miner without a chain, with one worker and room for one more request; what it says when its model begins, and what ends
/// an answer of the model.
async fn miner() -> (Target, UnboundedReceiver<()>, Sender<()>) {
    let (begun, begins) = unbounded_channel();
    let (end, ends) = channel();
    let held = Arc::new(Held { begun, end: Mutex::new(ends) });
    let model = TextModel::new(Arc::new(SkillRouter::new(held)), None);
    let limits = WorkLimits { workers: 1, queue: 1, time: PATIENCE };
    let desk = Desk::new(Arc::new(Text), Arc::new(model), limits).expect("a desk");
    let key = Arc::new(Keypair::from_seed([7; 32]));
    let hotkey = key.public();
    let axon = Text::serve(Axon::builder(key), desk).build().expect("an axon");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axon.serve(listener, std::future::pending()));
    (Target { hotkey, address }, begins, end)
}

/// What the miner answers a caller with this key.
async fn ask(target: Target, caller: u8, question: &str) -> Result<String, String> {
    let dendrite = Dendrite::new(Arc::new(Keypair::from_seed([caller; 32])));
    let messages = vec![Message::user(question)];
    let request = TextRequest { messages, max_tokens: 64, temperature: 0.0, seed: 1 };
    let answer = streaming::ask(&dendrite, &target, &request, PATIENCE).await;
    answer.map(|answer| answer.response.completion).map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sum_is_answered_while_the_language_model_is_at_work() {
    let (target, mut begins, end) = miner().await;
    let stories = [8, 9].map(|caller| tokio::spawn(ask(target, caller, "Tell me a story.")));
    tokio::time::timeout(PATIENCE, begins.recv()).await.expect("in time").expect("the model begins");
    // One answer is being made; another waits, or is about to, and there is no room for a third.
    for caller in 10..14 {
        let sum = ask(target, caller, "What is 17 + 25?").await.expect("the sum");
        assert!(sum.contains("42"), "{sum}");
    }
    assert!(stories.iter().all(|story| !story.is_finished()), "the model may not end yet");
    for _ in &stories {
        end.send(()).expect("the model waits");
    }
    for story in stories {
        let told = tokio::time::timeout(PATIENCE, story).await.expect("in time").expect("no panic");
        assert_eq!(told, Ok("The end.".to_owned()));
    }
}
