//! A market that the chain's randomness drives: endless, without a network, and known to nobody before it happens.
//!
//! Each step is made of a block's hash (and, where validators reveal theirs, of their secrets: then the author of the block
//! can't choose the step either). Volatility reverts to its mean, the market changes between regimes, and sometimes jumps.
//! The state forgets where it began ([`SETTLING`]), so that who joins later needs the newest blocks only.

use ganglion_subnet::{Dice, Seed};
use sha2::{Digest, Sha256};

/// Seconds of the market's clock in a step.
pub const STEP: u32 = 300;
/// Steps after which nothing of the beginning is left, all but surely: the regime was drawn anew, and volatility has gone
/// back by 0.97 to this power.
pub const SETTLING: u32 = 2_048;

/// How a world behaves in the long run. Drawn anew now and then, so that nobody can know it for good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// Standard deviation of a step's log-return in calm times, basis points.
    pub sigma: f64,
    /// How much of the log-volatility's distance to its mean is left after a step, 0 to 1.
    pub persistence: f64,
    /// Standard deviation of what shakes it each step.
    pub shake: f64,
    /// One of so many steps draws the regime anew.
    pub regime_steps: u64,
    /// One of so many steps jumps.
    pub jump_steps: u64,
}

/// By how much each regime multiplies volatility.
const REGIMES: [f64; 3] = [0.8, 1.0, 1.25];
/// Standard deviation of a jump, in units of the step's own.
const JUMP: f64 = 6.0;
/// The price is kept within e^±20 of the start.
const MOST_LOG: f64 = 20.0;

impl Default for Parameters {
    fn default() -> Self {
        Self { sigma: 12.0, persistence: 0.97, shake: 0.12, regime_steps: 150, jump_steps: 250 }
    }
}

impl Parameters {
    /// Those that follow from 32 bytes: a block's hash, or a secret.
    pub fn of(secret: &[u8; 32]) -> Self {
        let mut dice = Seed(*secret).dice();
        let mut part = |low: f64, high: f64| low + (high - low) * uniform(&mut dice);
        Self {
            sigma: 4.0 * 10f64.powf(part(0.0, 1.0)),
            persistence: part(0.9, 0.97),
            shake: part(0.04, 0.1),
            regime_steps: part(100.0, 250.0) as u64,
            jump_steps: part(150.0, 400.0) as u64,
        }
    }
}

/// What a step is made of: the block's hash, and the secrets that validators have revealed for it, in any order.
pub fn innovation(block_hash: &[u8; 32], secrets: &[[u8; 32]]) -> [u8; 32] {
    let mut secrets = secrets.to_vec();
    secrets.sort_unstable();
    let mut hasher = Sha256::new();
    hasher.update(b"ganglion/market-step/1");
    hasher.update(block_hash);
    secrets.iter().for_each(|secret| hasher.update(secret));
    hasher.finalize().into()
}

/// A world under way.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    parameters: Parameters,
    log_price: f64,
    log_volatility: f64,
    regime: f64,
}

impl World {
    /// A world at rest, with a price of 50 000.
    pub fn new(parameters: Parameters) -> Self {
        Self { parameters, log_price: 0.0, log_volatility: 0.0, regime: 1.0 }
    }

    /// Goes on with other parameters.
    pub fn turn(&mut self, parameters: Parameters) {
        self.parameters = parameters;
    }

    /// One step. Answers the price after it.
    pub fn step(&mut self, entropy: &[u8; 32]) -> f64 {
        let (mut dice, p) = (Seed(*entropy).dice(), self.parameters);
        if dice.chance(1, p.regime_steps.max(1)) {
            self.regime = REGIMES[dice.index(REGIMES.len())];
        }
        self.log_volatility = p.persistence * self.log_volatility + p.shake * normal(&mut dice);
        let sigma = p.sigma * self.regime * self.log_volatility.clamp(-3.0, 3.0).exp();
        let mut move_by = sigma * normal(&mut dice);
        if dice.chance(1, p.jump_steps.max(1)) {
            move_by += JUMP * sigma * normal(&mut dice);
        }
        self.log_price = (self.log_price + move_by * 1e-4).clamp(-MOST_LOG, MOST_LOG);
        50_000.0 * self.log_price.exp()
    }
}

/// A number from 0 to 1.
fn uniform(dice: &mut Dice) -> f64 {
    (dice.bits() >> 11) as f64 / (1u64 << 53) as f64
}

/// A nearly normal number of variance 1: twelve uniform ones less six, the same on every machine. The market's fat tails
/// come from volatility and jumps.
fn normal(dice: &mut Dice) -> f64 {
    let sum: f64 = (0..6)
        .map(|_| {
            let bits = dice.bits();
            ((bits >> 32) + (bits & u64::from(u32::MAX))) as f64 / (1u64 << 32) as f64
        })
        .sum();
    sum - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entropy(number: u64) -> [u8; 32] {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        innovation(&hash, &[])
    }

    fn returns(world: &mut World, steps: std::ops::Range<u64>) -> Vec<f64> {
        let mut before = world.log_price;
        steps
            .map(|step| {
                world.step(&entropy(step));
                let r = (world.log_price - before) * 1e4;
                before = world.log_price;
                r
            })
            .collect()
    }

    #[test]
    fn returns_have_no_drift_fat_tails_and_clustered_volatility() {
        let found = returns(&mut World::new(Parameters::default()), 0..20_000);
        let n = found.len() as f64;
        let mean = found.iter().sum::<f64>() / n;
        let variance = found.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n;
        let kurtosis = found.iter().map(|r| (r - mean).powi(4)).sum::<f64>() / n / variance.powi(2);
        assert!(mean.abs() < 4.0 * (variance / n).sqrt(), "{mean}");
        assert!((8.0..40.0).contains(&variance.sqrt()) && kurtosis > 4.0, "{variance} {kurtosis}");
        let sizes: Vec<f64> = found.iter().map(|r| r.abs()).collect();
        let size = sizes.iter().sum::<f64>() / n;
        let spread: f64 = sizes.iter().map(|s| (s - size).powi(2)).sum();
        let together: f64 = sizes.windows(11).map(|w| (w[0] - size) * (w[10] - size)).sum();
        assert!(together / spread > 0.05, "{}", together / spread);
    }

    #[test]
    fn who_joins_later_sees_the_same_moves() {
        let mut elder = World::new(Parameters::default());
        returns(&mut elder, 0..5_000);
        let mut joined = World::new(Parameters::default());
        returns(&mut joined, 5_000 - u64::from(SETTLING)..5_000);
        for (a, b) in returns(&mut elder, 5_000..5_100).iter().zip(returns(&mut joined, 5_000..5_100)) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }

    #[test]
    fn everything_in_a_step_counts_but_not_its_order() {
        let base = innovation(&[1; 32], &[[2; 32], [3; 32]]);
        assert_eq!(base, innovation(&[1; 32], &[[3; 32], [2; 32]]));
        for other in [innovation(&[9; 32], &[[2; 32], [3; 32]]), innovation(&[1; 32], &[[2; 32]])] {
            assert_ne!(base, other);
        }
        assert_ne!(Parameters::of(&[1; 32]), Parameters::of(&[2; 32]));
    }
}
