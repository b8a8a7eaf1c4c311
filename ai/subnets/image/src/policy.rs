//! From scores to pay.

use ganglion_subnet::ScorePolicy;

/// The weight of the newest score in a miner's estimate, which so remembers (2 − α) / α = 39 pictures, as the design has it.
/// Answers in words are right or wrong, and so need more ([`ScorePolicy::ALPHA`]).
const ALPHA: f64 = 0.05;

/// Among strangers: the framework's, with the pictures' own memory.
pub fn policy() -> ScorePolicy {
    ScorePolicy { alpha: ALPHA, ..ScorePolicy::default() }
}

/// For local networks, where a minute is a long time: see [`ScorePolicy::local`].
pub fn local() -> ScorePolicy {
    ScorePolicy { alpha: ALPHA, ..ScorePolicy::local() }
}
