//! What becomes of an estimate that nothing has confirmed for a while.

/// The mean of a miner after a tempo: less by `decay` if it was last asked before the block `since`, never below 0.
///
/// Only a little: not being asked is hardly ever a miner's fault. Enough that who goes away doesn't stay at the top.
pub fn after_tempo(mean: f64, last_asked: u32, since: u32, decay: f64) -> f64 {
    if last_asked < since {
        (mean - decay.max(0.0)).max(0.0)
    } else {
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_asked_lose_nothing_and_the_idle_end_at_nothing(
            mean in 0.0..1.0f64,
            since in 1u32..1000,
            decay in 0.001..0.5f64,
        ) {
            prop_assert_eq!(after_tempo(mean, since, since, decay), mean);
            let once = after_tempo(mean, since - 1, since, decay);
            prop_assert!(once >= 0.0 && (once == 0.0 || (mean - once - decay).abs() < 1e-12));
            let long = (0..1001).fold(mean, |mean, _| after_tempo(mean, 0, since, decay));
            prop_assert_eq!(long, 0.0);
        }

        #[test]
        fn nobody_gains_by_idling(mean in 0.0..1.0f64, last in 0u32..100, since in 0u32..100, decay in -1.0..1.0f64) {
            prop_assert!(after_tempo(mean, last, since, decay) <= mean);
        }
    }
}
