//! Forecasts for users: several miners are asked at once, and heard as one.

use std::time::Duration;

use futures::future::join_all;
use ganglion_wire::{CallError, Dendrite, Target};

use crate::event::Probabilities;
use crate::horizon::{Asset, Horizon};
use crate::mechanism::Market;
use crate::pool;
use crate::quantiles::Quantiles;
use crate::synapse::{ForecastRequest, Phase, Subject, Told};
use crate::task;

/// Most miners that are asked for one forecast.
pub const MOST: usize = 16;

/// A miner that may be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voice {
    /// Whom to ask.
    pub target: Target,
    /// How much it counts, above 0.
    pub weight: f64,
}

/// What one miner said: quantiles of returns, or probabilities of an event's outcomes.
#[derive(Clone, Debug)]
pub struct Heard<T = Vec<Quantiles>> {
    /// Who.
    pub voice: Voice,
    /// Its forecasts, in the order of the horizons or outcomes.
    pub forecasts: T,
    /// How long it took.
    pub latency: Duration,
}

/// What came of asking.
#[derive(Clone, Debug)]
pub struct Gathered<T = Vec<Quantiles>> {
    /// Those who gave a forecast.
    pub heard: Vec<Heard<T>>,
    /// Why the others didn't, in one sentence each.
    pub failures: Vec<String>,
    /// Those of the others who are at fault: who is busy, costs more than is paid, or doesn't know what is
    /// asked about, isn't.
    pub failed: Vec<Target>,
    /// How many of the others cost more than is paid.
    pub unpaid: usize,
}

/// Asks up to sixteen miners for the log-returns of an asset over these times, each within `timeout`.
pub async fn gather(
    dendrite: &Dendrite,
    voices: &[Voice],
    (asset, horizons): (&Asset, &[Horizon]),
    timeout: Duration,
) -> Gathered {
    all(dendrite, voices, task::returns(asset, horizons), (Told::as_returns, horizons.len()), timeout).await
}

/// Asks up to sixteen miners which of these outcomes an event will have, each within `timeout`.
pub async fn gather_event(
    dendrite: &Dendrite,
    voices: &[Voice],
    (question, outcomes): (&str, &[String]),
    timeout: Duration,
) -> Gathered<Probabilities> {
    let subject = Subject::Event { question: question.to_owned(), outcomes: outcomes.to_vec() };
    all(dendrite, voices, subject, (Told::as_event, outcomes.len()), timeout).await
}

/// Makes something of a forecast of so many horizons or outcomes.
type Reader<T> = (fn(&Told, usize) -> Option<T>, usize);

async fn all<T>(
    dendrite: &Dendrite,
    voices: &[Voice],
    subject: Subject,
    reader: Reader<T>,
    timeout: Duration,
) -> Gathered<T> {
    let nonce = format!("{:032x}", rand::random::<u128>());
    let request = ForecastRequest { phase: Phase::Commit, subject, nonce };
    let asked = voices.iter().take(MOST).map(|voice| one(dendrite, *voice, &request, reader, timeout));
    let mut gathered = Gathered { heard: Vec::new(), failures: Vec::new(), failed: Vec::new(), unpaid: 0 };
    for (voice, found) in voices.iter().zip(join_all(asked).await) {
        match found {
            Ok(heard) => gathered.heard.push(heard),
            Err(error) => {
                if !matches!(error, CallError::Refused { status: 400..=403 | 413 | 422 | 429 | 503, .. }) {
                    gathered.failed.push(voice.target);
                }
                let unpaid = matches!(error, CallError::Refused { status: 401 | 402, .. });
                gathered.unpaid += usize::from(unpaid);
                gathered.failures.push(error.to_string());
            }
        }
    }
    gathered
}

async fn one<T>(
    dendrite: &Dendrite,
    voice: Voice,
    request: &ForecastRequest,
    (read, count): Reader<T>,
    timeout: Duration,
) -> Result<Heard<T>, CallError> {
    let answer = Market::ask_now(dendrite, &voice.target, request, timeout).await?;
    let forecasts = answer.response.forecast.and_then(|told| read(&told, count));
    let forecasts = forecasts.ok_or_else(|| CallError::BadAnswer("it is no forecast".to_owned()))?;
    Ok(Heard { voice, forecasts, latency: answer.elapsed })
}

impl Gathered<Probabilities> {
    /// All forecasts as one, each weighed by its miner's reputation, in the order of the outcomes; `None` without any.
    pub fn pool(&self) -> Option<Probabilities> {
        let parts = self.heard.iter().map(|heard| (heard.forecasts.clone(), heard.voice.weight));
        pool::event(&parts.collect::<Vec<(Probabilities, f64)>>())
    }
}

impl Gathered {
    /// All forecasts as one, each weighed by its miner's reputation, in the order of the horizons; `None` without any.
    pub fn pool(&self) -> Option<Vec<Quantiles>> {
        let horizons = self.heard.iter().map(|heard| heard.forecasts.len()).min()?;
        let of = |index: usize| {
            let parts = self.heard.iter().filter_map(|heard| Some((*heard.forecasts.get(index)?, heard.voice.weight)));
            pool::returns(&parts.collect::<Vec<(Quantiles, f64)>>())
        };
        (0..horizons).map(of).collect()
    }
}
