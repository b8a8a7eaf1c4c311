//! Over-confident on purpose.

use super::{Ewma, ForecastError, Forecaster};
use crate::history::Past;
use crate::horizon::Horizon;
use crate::quantiles::Quantiles;

/// How wide its forecasts are, in parts of the honest ones.
const WIDTH: f64 = 0.25;

/// Says what [`Ewma`] says, a quarter as wide: a worse miner, for demonstrations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bold(Ewma);

impl Forecaster for Bold {
    fn name(&self) -> &str {
        "bold"
    }

    fn forecast(&self, past: &Past, horizon: Horizon) -> Result<Quantiles, ForecastError> {
        Ok(self.0.forecast(past, horizon)?.stretched(WIDTH)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::hours;
    use super::*;

    #[test]
    fn it_says_the_same_with_less_doubt() {
        let (past, hour) = (hours(500, 20.0, 60.0, 1).past(u64::MAX), Horizon::seconds(3600).expect("an hour"));
        let honest = Ewma::default().forecast(&past, hour).expect("a forecast");
        let bold = Bold::default().forecast(&past, hour).expect("a forecast");
        for (bold, honest) in bold.values().iter().zip(honest.values()) {
            assert!((bold - honest * WIDTH).abs() < 1e-9, "{bold} {honest}");
        }
    }
}
