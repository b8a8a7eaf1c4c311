//! What a miner answers with.

use std::fmt;
use std::sync::Arc;

use ganglion_keys::PublicKey;
use ganglion_subnet::AnswerError;

use crate::commit::Vault;
use crate::models::{ForecastError, Forecaster};
use crate::sources::Feed;
use crate::synapse::{ForecastRequest, ForecastResponse, Phase, Told, Topic};

/// A forecaster, the prices that it sees, and what it has committed to.
pub struct MarketModel {
    forecaster: Arc<dyn Forecaster>,
    feed: Arc<dyn Feed>,
    hotkey: PublicKey,
    vault: Vault,
}

impl fmt::Debug for MarketModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MarketModel({} on {})", self.forecaster.name(), self.feed.name())
    }
}

impl MarketModel {
    /// A forecaster that answers as `hotkey`.
    pub fn new(forecaster: Arc<dyn Forecaster>, feed: Arc<dyn Feed>, hotkey: PublicKey) -> Self {
        Self { forecaster, feed, hotkey, vault: Vault::default() }
    }

    /// The forecaster's name.
    pub fn name(&self) -> &str {
        self.forecaster.name()
    }

    /// Whether the answer to `request` is there already.
    pub(crate) fn is_instant(&self, request: &ForecastRequest) -> bool {
        request.phase == Phase::Reveal || self.vault.holds(&request.nonce)
    }

    /// Commits to a forecast for a caller, or for somebody who isn't known, or shows it. A commitment that is asked for again is
    /// answered from what is kept: it doesn't wait in the queue, so it must not take the forecaster's time.
    ///
    /// # Errors
    /// See [`AnswerError`].
    pub(crate) fn answer(
        &self,
        caller: Option<PublicKey>,
        request: &ForecastRequest,
    ) -> Result<ForecastResponse, AnswerError> {
        let topic = request.check()?;
        match request.phase {
            Phase::Commit => match self.vault.committed(&self.hotkey, &request.nonce) {
                Some(known) => Ok(known),
                None => Ok(self.vault.commit(&self.hotkey, caller, &request.nonce, self.forecast(&topic)?)),
            },
            Phase::Reveal => self
                .vault
                .reveal(&request.nonce)
                .ok_or_else(|| AnswerError::Request("commit first: nothing is known under this nonce".to_owned())),
        }
    }

    fn forecast(&self, topic: &Topic) -> Result<Told, AnswerError> {
        match topic {
            Topic::Returns(asset, horizons) => {
                let unknown = || AnswerError::Request(format!("{asset} is not forecast here"));
                let past = self.feed.past(asset).ok_or_else(unknown)?;
                let forecasts: Result<Vec<_>, _> =
                    horizons.iter().map(|horizon| self.forecaster.forecast(&past, *horizon)).collect();
                Ok(Told::returns(&forecasts.map_err(refusal)?))
            }
            Topic::Event(question, outcomes) => {
                Ok(Told::event(&self.forecaster.event(question, outcomes).map_err(refusal)?))
            }
        }
    }
}

/// What the caller can do something about, and what it can't.
fn refusal(error: ForecastError) -> AnswerError {
    match error {
        ForecastError::Horizon(_) => AnswerError::Request(error.to_string()),
        other => AnswerError::Model(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Past;
    use crate::horizon::{Asset, Horizon};
    use crate::models::tests::hours;
    use crate::models::Ewma;
    use crate::quantiles::Quantiles;
    use crate::sources::Replay;
    use crate::task;
    use ganglion_subnet::Seed;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts its forecasts.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Forecaster for Counting {
        fn name(&self) -> &str {
            "counting"
        }

        fn forecast(&self, past: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ewma::default().forecast(past, horizon)
        }
    }

    #[test]
    fn a_commitment_that_is_asked_for_again_takes_no_second_forecast() {
        let forecaster = Arc::new(Counting::default());
        let feed = Replay::new(vec![hours(500, 20.0, 60.0, 1)], 400 * 3600, 1e-3).expect("a feed");
        let key = PublicKey([3; 32]);
        let model = MarketModel::new(Arc::clone(&forecaster) as Arc<dyn Forecaster>, Arc::new(feed), key);
        let hour: Horizon = "1h".parse().expect("a time");
        let request = task::request(task::returns(&Asset::btc(), &[hour]), &mut Seed([1; 32]).dice());
        assert!(!model.is_instant(&request));
        let first = model.answer(Some(key), &request).expect("a commitment");
        assert!(model.is_instant(&request), "the answer is there");
        for caller in [Some(key), None] {
            assert_eq!(model.answer(caller, &request).expect("the same"), first);
        }
        assert_eq!(forecaster.0.load(Ordering::Relaxed), 1);
    }
}
