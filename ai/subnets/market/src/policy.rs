//! From scores to pay.

use ganglion_subnet::ScorePolicy;

use crate::judge::BASE;

/// For markets of the world's clock: differences of skill are a hundredth of the loss, so that hundreds of rounds are
/// remembered (half of a round's weight is gone after 864 others: three days of rounds every five minutes), nobody is paid
/// before fifty, and nothing is paid for what everybody knows. Half of the pay depends on what a miner adds to the others.
pub fn policy() -> ScorePolicy {
    ScorePolicy {
        alpha: 1.0 - 0.5f64.powf(1.0 / 864.0),
        min_samples: 50,
        baseline: BASE,
        steepness: 2.0,
        information: 0.5,
        ..ScorePolicy::default()
    }
}

/// For local networks, where a minute is a long time: a hundred rounds are remembered, and seats are paid by themselves,
/// since a demonstration's miners may be the same model.
pub fn local() -> ScorePolicy {
    ScorePolicy { alpha: 0.02, min_samples: 10, clones: None, vectors: 1, ..policy() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_forgotten_in_three_days() {
        assert!(((1.0 - policy().alpha).powi(864) - 0.5).abs() < 1e-9);
        assert_eq!((policy().baseline, local().baseline), (0.5, 0.5));
    }
}
