//! The market subnet as the simulator sees it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ganglion_subnet::simulator::Stage;

use crate::baseline::Yard;
use crate::judge::Silence;
use crate::mechanism::{Market, COMMIT};
use crate::models;
use crate::quantiles::Quantiles;
use crate::synapse::{ForecastRequest, ForecastResponse, Told};
use crate::task::Task;

/// Parts of a forecast's width by one of which an honest miner's model leans up or down.
const LEAN: i32 = 40;

/// What somebody says who knows nothing, in the hope that it pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bluff {
    /// "Nothing will change": the path that squared errors used to pay.
    #[default]
    Point,
    /// The honest forecast, half as wide.
    OverConfident,
    /// The honest forecast, twice as wide.
    Padded,
    /// What everybody knows.
    Baseline,
}

impl Bluff {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Point, Self::OverConfident, Self::Padded, Self::Baseline];

    /// What it makes of an honest forecast, beside the baseline's.
    pub fn bend(self, honest: &Quantiles, base: &Quantiles) -> Option<Quantiles> {
        match self {
            Self::Point => Quantiles::point(0.0).ok(),
            Self::OverConfident => honest.stretched(0.5).ok(),
            Self::Padded => honest.stretched(2.0).ok(),
            Self::Baseline => Some(*base),
        }
    }
}

/// Market miners that forecast by exponentially weighted volatility as often as their skill is; and, where the scenario
/// has a parrot, one that bluffs.
#[derive(Debug)]
pub struct MarketStage {
    bluff: Bluff,
    market: Market,
    /// The bluff about the latest task: the simulator shows a task first to whom it asks for good work.
    bent: Mutex<Option<ForecastResponse>>,
}

impl Default for MarketStage {
    fn default() -> Self {
        Self::new(Bluff::default())
    }
}

impl MarketStage {
    /// A stage whose parrot bluffs so.
    pub fn new(bluff: Bluff) -> Self {
        Self { bluff, market: Market::sandbox().with_silence(Silence::Percentile), bent: Mutex::default() }
    }

    /// Another like it, for a scenario beside this one's: questions that one of them has drawn are not drawn again.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { bluff: self.bluff, market: self.market.clone(), bent: Mutex::default() }
    }

    fn bend(&self, task: &Task, honest: &[Quantiles]) -> Option<ForecastResponse> {
        let bend = |(honest, yard): (&Quantiles, &Yard)| self.bluff.bend(honest, &yard.base);
        let forecasts: Option<Vec<Quantiles>> = honest.iter().zip(&task.yards).map(bend).collect();
        forecasts.map(|forecasts| says(&forecasts))
    }

    fn lock(&self) -> MutexGuard<'_, Option<ForecastResponse>> {
        self.bent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The honest forecasts for a task: those of [`Ewma`](crate::models::Ewma), whose volatility is the very one that losses are
/// measured in, so that it needn't be found again.
pub fn honest(task: &Task) -> Option<Vec<Quantiles>> {
    task.past.as_ref()?;
    task.yards.iter().map(|yard| models::student(yard.sigma).ok()).collect()
}

/// A forecast as one of sixteen miners would make it, whose models lean up or down by a fortieth of the forecast's width at
/// each time ahead in their own way. No two are [clones](crate::policy::clones), and none is much worse: the loss grows with
/// the square of so small a shift.
fn leaning(forecast: &Told, miner: usize) -> Told {
    let Told::Returns { quantiles } = forecast else { return forecast.clone() };
    let lean = |(place, list): (usize, &Vec<i32>)| -> Vec<i32> {
        let (first, last) = (list.first().copied().unwrap_or(0), list.last().copied().unwrap_or(0));
        let up = (miner >> (place % 4)) % 2 == 1;
        let shift = last.saturating_sub(first) / LEAN * if up { 1 } else { -1 };
        list.iter().map(|value| value.saturating_add(shift)).collect()
    };
    Told::Returns { quantiles: quantiles.iter().enumerate().map(lean).collect() }
}

/// The answer with these forecasts.
pub fn says(forecasts: &[Quantiles]) -> ForecastResponse {
    ForecastResponse { forecast: Some(Told::returns(forecasts)), ..ForecastResponse::default() }
}

impl Stage for MarketStage {
    type Subnet = Market;

    fn subnet(&self) -> &Market {
        &self.market
    }

    fn work(&self, _: &ForecastRequest, task: &Task) -> Option<ForecastResponse> {
        let forecasts = honest(task)?;
        *self.lock() = self.bend(task, &forecasts);
        Some(says(&forecasts))
    }

    fn own(&self, miner: usize, _: &ForecastRequest, answer: &ForecastResponse) -> ForecastResponse {
        let forecast = answer.forecast.as_ref().map(|forecast| leaning(forecast, miner));
        ForecastResponse { forecast, ..answer.clone() }
    }

    fn parrot(&self, _: &ForecastRequest) -> ForecastResponse {
        self.lock().clone().unwrap_or_default()
    }

    fn timeout(&self) -> Duration {
        COMMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Ewma, Forecaster};
    use ganglion_subnet::{Seed, Subnet};

    #[test]
    fn honest_work_is_that_of_the_exponentially_weighted_forecaster() {
        let stage = MarketStage::default();
        for byte in 0..5u8 {
            let draw = stage.subnet().task(&Seed([byte; 32]));
            let past = draw.task.past.as_ref().expect("a past");
            let model = |yard: &Yard| Ewma::default().forecast(past, yard.horizon).expect("a forecast");
            let right: Vec<Quantiles> = draw.task.yards.iter().map(model).collect();
            assert_eq!(honest(&draw.task), Some(right));
        }
        assert_eq!(honest(&Task::void()), None);
    }

    #[test]
    fn a_stage_beside_another_asks_the_same() {
        let (one, seed) = (MarketStage::new(Bluff::Padded), Seed([7; 32]));
        let asked = |stage: &MarketStage| {
            let draw = stage.subnet().task(&seed);
            (draw.request, draw.task.yards)
        };
        assert_eq!(asked(&one), asked(&one.beside()));
        assert_eq!(asked(&one), asked(&MarketStage::default()));
    }
}
