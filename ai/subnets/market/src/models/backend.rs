//! Any program that answers JSON over HTTP, as a forecaster.

use std::time::Duration;

use serde_json::{json, Value};

use super::{steps, ForecastError, Forecaster};
use crate::event::Probabilities;
use crate::history::Past;
use crate::horizon::Horizon;
use crate::http::{block, Address};
use crate::quantiles::{level, Quantiles, LEVELS};

/// Newest prices that are sent.
const PRICES: usize = 2_048;
/// Longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(8);

/// A forecaster behind an address. It is posted
///
/// ```json
/// {"asset": "BTC", "horizon_seconds": 300, "step_seconds": 300, "cut": 1700000100, "levels": [0.05, …],
///  "prices": [[1700000100, 36250.5], …]}
/// ```
///
/// with the newest 2 048 prices, oldest first, and answers `{"quantiles_bp": [19 numbers]}`, the quantiles of the log-return
/// in basis points. For an event it is posted `{"event": "…", "outcomes": ["…"]}` and answers `{"probabilities": […]}`.
#[derive(Clone, Debug)]
pub struct Backend {
    address: Address,
    timeout: Duration,
}

impl Backend {
    /// A program at an `http://` or `https://` address.
    ///
    /// # Errors
    /// [`ForecastError::Backend`] if it is no such address.
    pub fn new(address: &str) -> Result<Self, ForecastError> {
        Ok(Self { address: Address::new(address).map_err(ForecastError::Backend)?, timeout: TIMEOUT })
    }

    fn ask(&self, question: &Value, field: &str) -> Result<Vec<f64>, ForecastError> {
        let answer = block(self.timeout, async { self.address.fetch(Some(question)).await });
        let answer = answer.map_err(ForecastError::Backend)?;
        let numbers = answer.get(field).and_then(Value::as_array);
        let numbers = numbers.ok_or_else(|| ForecastError::Backend(format!("its answer has no list {field:?}")))?;
        // What isn't a number is refused with the rest.
        Ok(numbers.iter().take(LEVELS.max(crate::event::MOST) + 1).map(|n| n.as_f64().unwrap_or(f64::NAN)).collect())
    }
}

impl Forecaster for Backend {
    fn name(&self) -> &str {
        "backend"
    }

    fn forecast(&self, past: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError> {
        steps(past, horizon)?;
        let quotes = past.quotes();
        let newest = quotes.get(quotes.len().saturating_sub(PRICES)..).unwrap_or_default();
        let question = json!({
            "asset": past.asset().name(),
            "horizon_seconds": horizon.as_secs(),
            "step_seconds": past.step(),
            "cut": past.cut(),
            "levels": (0..LEVELS).map(level).collect::<Vec<f64>>(),
            "prices": newest.iter().map(|quote| json!([quote.time, quote.price])).collect::<Vec<Value>>(),
        });
        Ok(Quantiles::new(&self.ask(&question, "quantiles_bp")?)?)
    }

    fn event(&self, question: &str, outcomes: &[String]) -> Result<Probabilities, ForecastError> {
        let question = json!({ "event": question, "outcomes": outcomes });
        let found = Probabilities::new(&self.ask(&question, "probabilities")?)?;
        match found.values().len() == outcomes.len() {
            true => Ok(found),
            false => Err(ForecastError::Backend("it named another number of outcomes".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::hours;
    use super::*;
    use crate::http::tests::{ok, server};

    #[test]
    fn what_a_program_says_is_taken_if_it_is_a_forecast() {
        let numbers: Vec<i32> = (-9..10).collect();
        let mut turned = numbers.clone();
        turned.reverse();
        let said = |numbers: &[i32]| ok(&json!({ "quantiles_bp": numbers }).to_string());
        let bad = [said(&turned), said(&numbers[1..]), ok("{}"), ok("[1"), ok("{\"quantiles_bp\":[null,1]}")];
        let address = server(std::iter::once(said(&numbers)).chain(bad.clone()).collect());
        let (model, market) = (Backend::new(&address).expect("an address"), hours(50, 1.0, 1.0, 1));
        let ask = || model.forecast(&market.past(u64::MAX), Horizon::seconds(3600).expect("an hour"));
        assert_eq!(ask().map(|found| found.values()[18]), Ok(9.0));
        for answer in bad {
            assert!(ask().is_err(), "{answer}");
        }
        assert!(Backend::new("localhost").is_err());
    }

    #[test]
    fn events_are_asked_for_too() {
        let address = server(vec![ok("{\"probabilities\":[0.7,0.3]}"), ok("{\"probabilities\":[0.7,0.2,0.1]}")]);
        let model = Backend::new(&address).expect("an address");
        let outcomes = ["yes".to_owned(), "no".to_owned()];
        let found = model.event("Will it rain?", &outcomes).expect("probabilities");
        assert!((found.of(0) - 0.7).abs() < 1e-9);
        assert!(model.event("Will it rain?", &outcomes).is_err());
    }
}
