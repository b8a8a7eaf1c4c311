//! Student's t distribution with four degrees of freedom: tails as heavy as those of returns over hours.

use std::sync::LazyLock;

use crate::quantiles::{level, LEVELS};

/// [`unit_t4`] at every level of a forecast.
pub(super) static UNIT: LazyLock<[f64; LEVELS]> = LazyLock::new(|| std::array::from_fn(|index| unit_t4(level(index))));

/// Its quantile at `level` (0 to 1), scaled to a variance of 1: the distribution's own variance is ν/(ν − 2) = 2.
///
/// Closed form for ν = 4 (Shaw, "Sampling Student's T distribution", 2006): with a = 4p(1 − p) and
/// q = cos(arccos(√a)/3)/√a the quantile is ±2√(q − 1). Infinite at 0 and 1.
pub fn unit_t4(level: f64) -> f64 {
    let root = (4.0 * level * (1.0 - level)).clamp(0.0, 1.0).sqrt();
    let q = (root.acos() / 3.0).cos() / root;
    // At the median rounding may leave a little less than 1.
    let size = 2.0 * (q - 1.0).max(0.0).sqrt() / std::f64::consts::SQRT_2;
    if level < 0.5 {
        -size
    } else {
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (level, table) in [(0.95, 2.131_847), (0.9, 1.533_206), (0.75, 0.740_697), (0.5, 0.0), (0.05, -2.131_847)] {
            let found = unit_t4(level) * std::f64::consts::SQRT_2;
            assert!((found - table).abs() < 1e-5, "{level}: {found}");
        }
    }
}
