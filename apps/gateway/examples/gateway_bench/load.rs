//! Load in an open loop: requests begin when their time has come, whether earlier ones have been answered or not.

use crate::{
    miner::{Mock, ANSWER},
    Failure,
};
use futures::StreamExt;
use ganglion_keys::Keypair;
use ganglion_models::Message;
use ganglion_subnet_text::{streaming, TextRequest, TextSynapse};
use ganglion_wire::{Dendrite, DendriteLimits, Part};
use serde_json::json;
use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{interval, MissedTickBehavior};

const PATIENCE: Duration = Duration::from_secs(30);
/// Requests before the measurement: connections open, and caches fill.
const WARM: u32 = 200;

/// How many, and for how long.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Requests a second.
    pub rate: u32,
    pub time: Duration,
}

/// What came of it.
#[derive(Clone, Copy)]
pub struct Figures {
    pub answered: usize,
    pub failed: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Whole answers of the miner, asked as a validator asks.
pub async fn whole_direct(miner: &Mock, plan: Plan) -> Result<Figures, Failure> {
    let (dendrite, target) = (dendrite(), miner.target);
    drive(plan, move || {
        let dendrite = dendrite.clone();
        async move {
            let answer = streaming::ask(&dendrite, &target, &question(), PATIENCE).await.ok()?;
            (answer.response.completion == ANSWER).then_some(())
        }
    })
    .await
}

/// First words of the miner.
pub async fn first_direct(miner: &Mock, plan: Plan) -> Result<Figures, Failure> {
    let (dendrite, target) = (dendrite(), miner.target);
    drive(plan, move || {
        let dendrite = dendrite.clone();
        async move {
            let mut parts = dendrite.stream::<TextSynapse>(&target, &question(), PATIENCE).await.ok()?;
            match parts.next().await {
                Some(Ok(Part::Chunk(word))) => (word == ANSWER).then_some(()),
                _ => None,
            }
        }
    })
    .await
}

/// Whole answers over HTTP.
pub async fn whole_http(url: &str, model: &str, plan: Plan) -> Result<Figures, Failure> {
    let (http, url, body) = (http()?, format!("{url}/v1/chat/completions"), body(model, false));
    drive(plan, move || {
        let request = http.post(&url).header("content-type", "application/json").body(body.clone());
        async move {
            let answer = request.send().await.ok()?.error_for_status().ok()?;
            answer.text().await.ok()?.contains(ANSWER).then_some(())
        }
    })
    .await
}

/// First words over HTTP.
pub async fn first_http(url: &str, model: &str, plan: Plan) -> Result<Figures, Failure> {
    let (http, url, body) = (http()?, format!("{url}/v1/chat/completions"), body(model, true));
    drive(plan, move || {
        let request = http.post(&url).header("content-type", "application/json").body(body.clone());
        async move {
            let mut pieces = request.send().await.ok()?.error_for_status().ok()?.bytes_stream();
            let mut said = Vec::new();
            while let Some(Ok(piece)) = pieces.next().await {
                said.extend_from_slice(&piece);
                if String::from_utf8_lossy(&said).contains(ANSWER) {
                    return Some(());
                }
            }
            None
        }
    })
    .await
}

fn dendrite() -> Dendrite {
    let limits = DendriteLimits { in_flight: 1 << 15, idle_per_target: 256, ..DendriteLimits::default() };
    Dendrite::with_limits(Arc::new(Keypair::generate().0), limits)
}

fn http() -> Result<reqwest::Client, Failure> {
    Ok(ganglion_outward::client().no_proxy().pool_max_idle_per_host(256).timeout(PATIENCE).build()?)
}

fn question() -> TextRequest {
    TextRequest { messages: vec![Message::user("What is 17 + 25?")], max_tokens: 256, temperature: 0.0, seed: 1 }
}

fn body(model: &str, stream: bool) -> String {
    let messages = json!([{ "role": "user", "content": "What is 17 + 25?" }]);
    json!({ "model": model, "messages": messages, "stream": stream }).to_string()
}

/// Starts requests at the plan's rate and waits for all of them.
async fn drive<F, A>(plan: Plan, request: F) -> Result<Figures, Failure>
where
    F: Fn() -> A,
    A: Future<Output = Option<()>> + Send + 'static,
{
    for _ in 0..WARM.min(plan.rate) {
        request().await;
    }
    let count = plan.rate.saturating_mul(u32::try_from(plan.time.as_secs())?);
    let mut clock = interval(Duration::from_secs(1) / plan.rate);
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut tasks = Vec::new();
    for _ in 0..count {
        clock.tick().await;
        let (began, asked) = (Instant::now(), request());
        tasks.push(tokio::spawn(async move { asked.await.map(|()| began.elapsed()) }));
    }
    let (mut times, mut failed) = (Vec::new(), 0);
    for task in tasks {
        match task.await? {
            Some(time) => times.push(time),
            None => failed += 1,
        }
    }
    if times.is_empty() {
        return Err("not one request was answered".into());
    }
    times.sort_unstable();
    let at = |percent: usize| {
        let time = times.get(times.len() * percent / 100).or(times.last()).copied().unwrap_or_default();
        time.as_secs_f64() * 1000.0
    };
    Ok(Figures { answered: times.len(), failed, p50_ms: at(50), p99_ms: at(99) })
}
