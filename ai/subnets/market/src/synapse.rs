//! The message of the market subnet.

use ganglion_subnet::AnswerError;
use ganglion_wire::{schema, Synapse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{self, Probabilities};
use crate::horizon::{Asset, Horizon};
use crate::quantiles::{Quantiles, LEVELS};

/// Most horizons in one request.
pub const MOST_HORIZONS: usize = 8;
/// Longest question of an event, and longest name of an outcome, bytes.
pub const MOST_TEXT: usize = 512;
/// Digits of a nonce.
const NONCE: usize = 32;
/// Units in which quantiles are sent, in a basis point: whole numbers have one form, so that they can be committed to.
const UNITS: f64 = 100.0;
/// Probabilities are sent in millionths.
const MILLION: f64 = 1e6;

/// The forecast synapse, `POST /Forecast`: a commitment first, then what was committed to.
#[derive(Clone, Copy, Debug)]
pub struct ForecastSynapse;

impl Synapse for ForecastSynapse {
    const NAME: &'static str = "Forecast";
    type Request = ForecastRequest;
    type Response = ForecastResponse;

    fn schema() -> serde_json::Value {
        schema::of::<Self>()
    }
}

/// A forecast is asked for twice: before its time begins, for a commitment, and after that, for itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ForecastRequest {
    /// Which of the two it is.
    pub phase: Phase,
    /// What is asked about.
    pub subject: Subject,
    /// 32 hexadecimal digits, the same in both phases, and new for each question.
    #[schemars(length(equal = 32))]
    pub nonce: String,
}

/// The two phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Make a forecast, keep it, and answer its commitment.
    Commit,
    /// Show it.
    Reveal,
}

/// What a forecast is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Subject {
    /// The log-return of an asset over each of 1 to 8 times ahead.
    Returns {
        /// Its name: 1 to 16 letters, digits, dots, dashes or strokes.
        asset: String,
        /// Seconds ahead, ascending, each from 60 to 2 419 200.
        #[schemars(length(min = 1, max = 8))]
        horizons: Vec<u32>,
    },
    /// Which of 2 to 32 outcomes an event will have.
    Event {
        /// What is asked, at most 512 bytes.
        question: String,
        /// The outcomes' names, at most 512 bytes each.
        #[schemars(length(min = 2, max = 32))]
        outcomes: Vec<String>,
    },
}

/// A miner's answer: the commitment in the first phase, the forecast with its salt in the second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ForecastResponse {
    /// 64 hexadecimal digits; see [`commitment`](crate::commit::commitment).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<String>,
    /// The forecast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Told>,
    /// 32 hexadecimal digits that nobody could guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

/// A forecast as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Told {
    /// For each time ahead 19 quantiles of the log-return at 5 %, 10 %, … 95 %, in hundredths of a basis point, never
    /// decreasing, from -10 000 000 to 10 000 000.
    Returns {
        /// One list for each time ahead, in the order of the request.
        #[schemars(length(min = 1, max = 8))]
        quantiles: Vec<Vec<i32>>,
    },
    /// A probability for each outcome, in millionths, adding up to a million.
    Event {
        /// One for each outcome, in the order of the request.
        #[schemars(length(min = 2, max = 32))]
        probabilities: Vec<u32>,
    },
}

/// A subject that makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Log-returns.
    Returns(Asset, Vec<Horizon>),
    /// An event: the question and its outcomes.
    Event(String, Vec<String>),
}

impl ForecastRequest {
    /// Checks what a miner demands before it does any work.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn check(&self) -> Result<Topic, AnswerError> {
        if self.nonce.len() != NONCE || !self.nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(AnswerError::Request("give a nonce of 32 hexadecimal digits".to_owned()));
        }
        self.subject.check().map_err(AnswerError::Request)
    }
}

impl Subject {
    /// What it is, if it makes sense.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn check(&self) -> Result<Topic, String> {
        match self {
            Self::Returns { asset, horizons } => {
                let asset = asset.parse::<Asset>().map_err(|error| error.to_string())?;
                if !(1..=MOST_HORIZONS).contains(&horizons.len()) || horizons.windows(2).any(|two| two[0] >= two[1]) {
                    return Err("name 1 to 8 times ahead, ascending".to_owned());
                }
                let horizons: Result<Vec<Horizon>, _> = horizons.iter().map(|one| Horizon::seconds(*one)).collect();
                Ok(Topic::Returns(asset, horizons.map_err(|error| error.to_string())?))
            }
            Self::Event { question, outcomes } => {
                let fits = |text: &String| !text.trim().is_empty() && text.len() <= MOST_TEXT;
                if !fits(question) || !outcomes.iter().all(fits) {
                    return Err("a question and its outcomes have 1 to 512 bytes each".to_owned());
                }
                if !(event::FEWEST..=event::MOST).contains(&outcomes.len()) {
                    return Err("name 2 to 32 outcomes".to_owned());
                }
                Ok(Topic::Event(question.clone(), outcomes.clone()))
            }
        }
    }
}

impl ForecastResponse {
    /// Of a shown forecast what may be kept until it is scored: a forecast of `subject`, or none if it is something else, and
    /// its salt. Its size is bounded then, whatever was sent.
    pub(crate) fn fit_for(self, subject: &Subject) -> Self {
        let forecast = self.forecast.filter(|told| match subject {
            Subject::Returns { horizons, .. } => told.as_returns(horizons.len()).is_some(),
            Subject::Event { outcomes, .. } => told.as_event(outcomes.len()).is_some(),
        });
        Self { commitment: None, forecast, salt: self.salt }
    }
}

impl Told {
    /// Quantiles as they are sent.
    pub fn returns(forecasts: &[Quantiles]) -> Self {
        let unit = |value: &f64| (value * UNITS).round() as i32;
        Self::Returns { quantiles: forecasts.iter().map(|one| one.values().iter().map(unit).collect()).collect() }
    }

    /// Probabilities as they are sent. What rounding leaves over goes to the likeliest.
    pub fn event(probabilities: &Probabilities) -> Self {
        let mut sent: Vec<u32> = probabilities.values().iter().map(|p| (p * MILLION).floor() as u32).collect();
        let rest = (MILLION as u32).saturating_sub(sent.iter().sum());
        if let Some(likeliest) = sent.iter_mut().max() {
            *likeliest += rest;
        }
        Self::Event { probabilities: sent }
    }

    /// The quantiles for `horizons` times ahead; `None` if it is something else, or no forecast.
    pub fn as_returns(&self, horizons: usize) -> Option<Vec<Quantiles>> {
        let Self::Returns { quantiles } = self else { return None };
        if quantiles.len() != horizons || quantiles.iter().any(|one| one.len() != LEVELS) {
            return None;
        }
        let parse = |one: &Vec<i32>| {
            let mut values = [0.0; LEVELS];
            values.iter_mut().zip(one).for_each(|(value, sent)| *value = f64::from(*sent) / UNITS);
            Quantiles::new(&values).ok()
        };
        quantiles.iter().map(parse).collect()
    }

    /// The probabilities of `outcomes` outcomes; `None` if it is something else, or they don't add up.
    pub fn as_event(&self, outcomes: usize) -> Option<Probabilities> {
        let Self::Event { probabilities } = self else { return None };
        let values: Vec<f64> = probabilities.iter().map(|value| f64::from(*value) / MILLION).collect();
        Probabilities::new(&values).ok().filter(|found| found.values().len() == outcomes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(subject: Subject) -> ForecastRequest {
        ForecastRequest { phase: Phase::Commit, subject, nonce: "0".repeat(32) }
    }

    fn returns(asset: &str, horizons: &[u32]) -> Subject {
        Subject::Returns { asset: asset.to_owned(), horizons: horizons.to_vec() }
    }

    #[test]
    fn unreasonable_requests_are_refused_before_any_work() {
        assert!(request(returns("BTC", &[300, 1800])).check().is_ok());
        let event = |question: &str, outcomes: usize| Subject::Event {
            question: question.to_owned(),
            outcomes: vec!["x".to_owned(); outcomes],
        };
        assert!(request(event("Who wins?", 2)).check().is_ok());
        let bad = [
            returns("", &[300]),
            returns("../x y", &[300]),
            returns("BTC", &[]),
            returns("BTC", &[300; 9]),
            returns("BTC", &[300, 300]),
            returns("BTC", &[1800, 300]),
            returns("BTC", &[1]),
            returns("BTC", &[u32::MAX]),
            event("", 2),
            event("Who wins?", 1),
            event("Who wins?", 33),
            event(&"x".repeat(513), 2),
        ];
        assert!(bad.into_iter().all(|subject| request(subject).check().is_err()));
        for nonce in ["", "x", "g".repeat(32).as_str(), "0".repeat(33).as_str()] {
            let bad = ForecastRequest { nonce: nonce.to_owned(), ..request(returns("BTC", &[300])) };
            assert!(bad.check().is_err());
        }
    }

    #[test]
    fn forecasts_survive_the_wire() {
        let forecast = Quantiles::from_fn(|level| 20.0 * level - 10.004).expect("a forecast");
        let told = Told::returns(&[forecast, forecast]);
        let back = told.as_returns(2).expect("a forecast");
        assert!(back.iter().all(|one| one.distance(&forecast) < 0.006));
        assert!(told.as_returns(1).is_none() && told.as_event(2).is_none());
        let odds = Probabilities::new(&[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]).expect("probabilities");
        let Told::Event { probabilities } = Told::event(&odds) else { panic!("an event") };
        assert_eq!(probabilities.iter().sum::<u32>(), 1_000_000);
        assert!(Told::event(&odds).as_event(3).is_some_and(|back| back.distance(&odds) < 1e-5));
    }

    #[test]
    fn what_is_no_forecast_is_none() {
        let bad = [
            Told::Returns { quantiles: vec![vec![0; 18]] },
            Told::Returns { quantiles: vec![(0..19).rev().collect()] },
            Told::Returns { quantiles: vec![vec![i32::MAX; 19]] },
            Told::Returns { quantiles: Vec::new() },
            Told::Event { probabilities: vec![1_000_000] },
        ];
        assert!(bad.iter().all(|told| told.as_returns(1).is_none()));
        assert!(Told::Event { probabilities: vec![u32::MAX, u32::MAX] }.as_event(2).is_none());
        let bad = [json!({"kind": "returns", "quantiles": [["NaN"]]}), json!({"kind": "x"}), json!(null), json!([1])];
        assert!(bad.into_iter().all(|value| serde_json::from_value::<Told>(value).is_err()));
    }

    #[test]
    fn the_schema_describes_what_is_sent() {
        let schema = ForecastSynapse::schema();
        let sent = serde_json::to_value(request(returns("BTC", &[300]))).expect("JSON");
        let names = |value: &serde_json::Value| -> Vec<String> {
            let mut names: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(names(&schema["request"]["properties"]), names(&sent));
        assert_eq!(names(&schema["response"]["properties"]), ["commitment", "forecast", "salt"]);
        let text = schema.to_string();
        assert!(["commit", "reveal", "returns", "event", "probabilities"].iter().all(|name| text.contains(name)));
    }
}
