//! Forecasts of what has few outcomes: a match, an election. A probability for each.

/// Fewest outcomes.
pub const FEWEST: usize = 2;
/// Most outcomes.
pub const MOST: usize = 32;
/// No probability costs more than this one: a surprise must not outweigh a year.
pub const FLOOR: f64 = 0.005;
/// How far the sum may be from 1, since decimals are cut.
const SLACK: f64 = 1e-4;

/// Why numbers are no probabilities.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum EventError {
    /// Too few or too many outcomes.
    #[error("name 2 to 32 probabilities, not {0}")]
    Count(usize),
    /// One is no probability.
    #[error("probability {0} is not from 0 to 1")]
    Range(usize),
    /// They don't add up.
    #[error("the probabilities add up to {0}, not to 1")]
    Sum(f64),
}

/// A probability for each of 2 to 32 outcomes, adding up to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Probabilities(Vec<f64>);

impl Probabilities {
    /// Checks the numbers and takes what the cutting of decimals left over out of them.
    ///
    /// # Errors
    /// See [`EventError`].
    pub fn new(values: &[f64]) -> Result<Self, EventError> {
        if !(FEWEST..=MOST).contains(&values.len()) {
            return Err(EventError::Count(values.len()));
        }
        if let Some(index) = values.iter().position(|value| !(0.0..=1.0).contains(value)) {
            return Err(EventError::Range(index));
        }
        let sum: f64 = values.iter().sum();
        if (sum - 1.0).abs() > SLACK {
            return Err(EventError::Sum(sum));
        }
        Ok(Self(values.iter().map(|value| value / sum).collect()))
    }

    /// The same for each of `outcomes`: the baseline of an event of which nothing is known.
    ///
    /// # Errors
    /// [`EventError::Count`].
    pub fn equal(outcomes: usize) -> Result<Self, EventError> {
        match (FEWEST..=MOST).contains(&outcomes) {
            true => Ok(Self(vec![1.0 / outcomes as f64; outcomes])),
            false => Err(EventError::Count(outcomes)),
        }
    }

    /// The probabilities, 0 to 1.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// What was given to an outcome; nothing to one that isn't among them.
    pub fn of(&self, outcome: usize) -> f64 {
        self.0.get(outcome).copied().unwrap_or(0.0)
    }

    /// The logarithmic loss of an outcome, −ln p, in nats, with p at least [`FLOOR`].
    pub fn loss(&self, outcome: usize) -> f64 {
        -self.of(outcome).max(FLOOR).ln()
    }

    /// How far apart two forecasts are, 0 to 1 (total variation).
    pub fn distance(&self, other: &Self) -> f64 {
        let outcomes = self.0.len().max(other.0.len());
        (0..outcomes).map(|outcome| (self.of(outcome) - other.of(outcome)).abs()).sum::<f64>() / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_adds_up_is_taken() {
        let found = Probabilities::new(&[0.5, 0.300_05, 0.2]).expect("probabilities");
        assert!((found.values().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(Probabilities::new(&[1.0]), Err(EventError::Count(1)));
        assert_eq!(Probabilities::new(&[0.0; 33]), Err(EventError::Count(33)));
        assert_eq!(Probabilities::new(&[1.5, -0.5]), Err(EventError::Range(0)));
        assert_eq!(Probabilities::new(&[0.5, f64::NAN]), Err(EventError::Range(1)));
        assert_eq!(Probabilities::new(&[0.5, 0.25]), Err(EventError::Sum(0.75)));
    }

    #[test]
    fn losses_done_by_hand() {
        let found = Probabilities::new(&[0.75, 0.25, 0.0]).expect("probabilities");
        assert!((found.loss(1) - 4.0f64.ln()).abs() < 1e-12);
        assert!((found.loss(2) - 200.0f64.ln()).abs() < 1e-12, "never more than a two-hundredth costs");
        assert_eq!(found.loss(9), found.loss(2));
        let even = Probabilities::equal(4).expect("probabilities");
        assert!((even.loss(0) - 4.0f64.ln()).abs() < 1e-12);
        assert!((even.distance(&found) - 0.5).abs() < 1e-12);
        assert!(Probabilities::equal(1).is_err());
    }
}
