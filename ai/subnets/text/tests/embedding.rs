//! Sentence vectors over loopback: who has a model for them announces and makes them, who hasn't does neither.

use std::sync::Arc;
use std::time::Duration;

use ganglion_keys::Keypair;
use ganglion_models::{Embedder, EngineError, NgramEngine};
use ganglion_subnet::miner::Desk;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::Subnet;
use ganglion_subnet_text::{EmbedRequest, EmbedSynapse, Text, TextModel};
use ganglion_wire::{Axon, CallError, Dendrite, Target};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(30);

/// Points where the first letter says.
struct Compass;

impl Embedder for Compass {
    fn name(&self) -> &str {
        "compass"
    }

    fn dimensions(&self) -> usize {
        2
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(texts.iter().map(|text| if text.starts_with('n') { vec![0.0, 1.0] } else { vec![1.0, 0.0] }).collect())
    }
}

/// A miner without a chain, as its subnet serves it.
async fn miner(seed: u8, embedder: Option<Arc<dyn Embedder>>) -> Target {
    let model = TextModel { embedder, ..TextModel::new(Arc::new(NgramEngine::builtin()), None) };
    let desk = Desk::new(Arc::new(Text), Arc::new(model), WorkLimits::default()).expect("a desk");
    let key = Arc::new(Keypair::from_seed([seed; 32]));
    let hotkey = key.public();
    let axon = Text::serve(Axon::builder(key), desk).build().expect("an axon");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axon.serve(listener, std::future::pending()));
    Target { hotkey, address }
}

/// The names of its synapses.
async fn announced(dendrite: &Dendrite, target: &Target) -> Vec<String> {
    let described = dendrite.describe(target.address, PATIENCE).await.expect("a description");
    described.synapses.into_iter().map(|synapse| synapse.name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vectors_are_announced_and_made_by_those_who_can() {
    let dendrite = Dendrite::new(Arc::new(Keypair::from_seed([1; 32])));
    let able = miner(2, Some(Arc::new(Compass))).await;
    assert!(announced(&dendrite, &able).await.contains(&"Embed".to_owned()));
    let asked = EmbedRequest { model: "compass".into(), texts: vec!["north".into(), "east".into()] };
    let answer = dendrite.call::<EmbedSynapse>(&able, &asked, PATIENCE).await.expect("vectors");
    assert_eq!(answer.response.vectors, [vec![0.0, 1.0], vec![1.0, 0.0]]);
    assert_eq!(answer.response.check(&asked), Ok(()));
    let other = EmbedRequest { model: "another".into(), ..asked.clone() };
    let refused = dendrite.call::<EmbedSynapse>(&able, &other, PATIENCE).await.expect_err("another model");
    assert!(
        matches!(&refused, CallError::Refused { status: 422, message, .. } if message.contains("compass")),
        "{refused}"
    );

    let unable = miner(3, None).await;
    let names = announced(&dendrite, &unable).await;
    assert!(names.contains(&"Text".to_owned()) && !names.contains(&"Embed".to_owned()), "{names:?}");
    let refused = dendrite.call::<EmbedSynapse>(&unable, &asked, PATIENCE).await.expect_err("it can't");
    assert!(matches!(refused, CallError::Refused { status: 404, .. }), "{refused}");
}
