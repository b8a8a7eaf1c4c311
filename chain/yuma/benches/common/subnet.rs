//! The subnets that are measured, natively and in Wasm.

use alloc::vec::Vec;
use ganglion_yuma::{EpochInput, Outcome, Parameters};

/// Neurons, validators, filling in thousandths.
#[allow(dead_code)] // The guest is told which.
pub const CASES: [(u16, u16, u64); 5] =
    [(256, 64, 1_000), (4_096, 64, 1_000), (4_096, 256, 1_000), (4_096, 256, 10), (16_384, 64, 10)];

/// A row of weights or bonds: (uid, value).
pub type Row = Vec<(u16, u16)>;

/// A small generator, so that every run measures the same subnet.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn chance(&mut self, per_mille: u64) -> bool {
        self.next() % 1_000 < per_mille
    }
}

/// Everything an epoch reads.
pub struct Subnet {
    stakes: Vec<u64>,
    last_update: Vec<u64>,
    registered_at: Vec<u64>,
    permits: Vec<bool>,
    weights: Vec<Row>,
    bonds: Vec<Row>,
    /// The subnet's numbers.
    pub parameters: Parameters,
}

impl Subnet {
    /// `per_mille` of all pairs of a validator and a neuron have a weight and a bond.
    pub fn new(neurons: u16, validators: u16, per_mille: u64) -> Self {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let n = usize::from(neurons);
        // What miners are worth, and how much validators differ about it.
        let worth: Vec<u64> = (0..n).map(|_| 1_000 + random.next() % 50_000).collect();
        let rows = |random: &mut Random| -> Vec<Row> {
            (0..neurons)
                .map(|i| {
                    if i >= validators {
                        return Row::new();
                    }
                    (0..neurons)
                        .filter(|j| *j != i && (per_mille == 1_000 || random.chance(per_mille)))
                        .map(|j| (j, 0))
                        .collect::<Row>()
                        .into_iter()
                        .map(|(j, _)| (j, (worth[usize::from(j)] + random.next() % 14_000) as u16))
                        .collect()
                })
                .collect()
        };
        let (weights, bonds) = (rows(&mut random), rows(&mut random));
        Self {
            stakes: (0..neurons)
                .map(|i| if i < validators { 1_000_000_000_000 + random.next() % (1 << 42) } else { 0 })
                .collect(),
            last_update: alloc::vec![900; n],
            registered_at: (0..n).map(|_| random.next() % 800).collect(),
            permits: (0..neurons).map(|i| i < validators).collect(),
            weights,
            bonds,
            parameters: Parameters { max_validators: validators, ..Parameters::default() },
        }
    }

    /// What [`ganglion_yuma::epoch`] takes.
    pub fn input(&self) -> EpochInput<'_, Row> {
        EpochInput {
            now: 1_000,
            stakes: &self.stakes,
            last_update: &self.last_update,
            registered_at: &self.registered_at,
            permits: &self.permits,
            weights: &self.weights,
            bonds: &self.bonds,
            emission: 360_000_000_000,
            parameters: self.parameters,
        }
    }
}

/// A number that differs when a share differs: two runs that agree in it agree in their result.
#[allow(dead_code)] // The native bench has nobody to compare with.
pub fn fingerprint(outcome: &Outcome) -> u64 {
    let shares = outcome.incentive.iter().chain(&outcome.dividends);
    shares.fold(0, |sum: u64, share| sum.wrapping_mul(0x100_0000_01b3).wrapping_add(share.to_bits() as u64))
}
