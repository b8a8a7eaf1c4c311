//! Subnets for property tests.

use ganglion_yuma::{EpochInput, LiquidAlpha, Parameters};
use proptest::collection::vec;
use proptest::prelude::*;

pub type Row = Vec<(u16, u16)>;

/// The owned form of an epoch's input.
#[derive(Clone, Debug)]
pub struct Scene {
    pub now: u64,
    pub stakes: Vec<u64>,
    pub last_update: Vec<u64>,
    pub registered_at: Vec<u64>,
    pub permits: Vec<bool>,
    pub weights: Vec<Row>,
    pub bonds: Vec<Row>,
    pub emission: u64,
    pub parameters: Parameters,
}

impl Scene {
    pub fn input(&self) -> EpochInput<'_, Row> {
        EpochInput {
            now: self.now,
            stakes: &self.stakes,
            last_update: &self.last_update,
            registered_at: &self.registered_at,
            permits: &self.permits,
            weights: &self.weights,
            bonds: &self.bonds,
            emission: self.emission,
            parameters: self.parameters,
        }
    }

    pub fn len(&self) -> usize {
        self.stakes.len()
    }

    /// The same subnet with neuron `i` sitting at `seat[i]`.
    pub fn seated(&self, seat: &[usize]) -> Self {
        let mut moved = self.clone();
        let shift = |row: &Row| -> Row {
            row.iter().map(|(j, v)| (seat.get(usize::from(*j)).map_or(*j, |to| *to as u16), *v)).collect()
        };
        for (from, to) in seat.iter().enumerate() {
            moved.stakes[*to] = self.stakes[from];
            moved.last_update[*to] = self.last_update[from];
            moved.registered_at[*to] = self.registered_at[from];
            moved.permits[*to] = self.permits[from];
            moved.weights[*to] = shift(&self.weights[from]);
            moved.bonds[*to] = shift(&self.bonds[from]);
        }
        moved
    }
}

fn liquid() -> impl Strategy<Value = Option<LiquidAlpha>> {
    proptest::option::of(prop_oneof![
        Just(LiquidAlpha::default()),
        (any::<u16>(), any::<u16>()).prop_map(|(low, high)| LiquidAlpha { low, high }),
    ])
}

fn parameters() -> impl Strategy<Value = Parameters> {
    (0..200u64, 0..40u16, prop_oneof![Just(32_767u16), any::<u16>()], 0..1_100_000u64, liquid()).prop_map(
        |(activity_cutoff, max_validators, kappa, bonds_moving_average, liquid_alpha)| Parameters {
            activity_cutoff,
            max_validators,
            kappa,
            bonds_moving_average,
            liquid_alpha,
        },
    )
}

/// Rows that ascend, name existing neurons and have no zeros.
fn tidy_rows(n: usize) -> impl Strategy<Value = Vec<Row>> {
    let row = (vec(1..=u16::MAX, n), vec(any::<bool>(), n)).prop_map(|(values, used)| -> Row {
        (0u16..).zip(values).zip(used).filter(|(_, used)| *used).map(|(pair, _)| pair).collect()
    });
    vec(row, n)
}

/// Rows as somebody hostile would write them.
fn wild_rows(n: usize) -> impl Strategy<Value = Vec<Row>> {
    let j = prop_oneof![4 => 0..=(n as u16), 1 => any::<u16>()];
    vec(vec((j, prop_oneof![Just(0u16), Just(1), Just(u16::MAX), any::<u16>()]), 0..2 * n + 2), n)
}

/// A subnet as it could be.
pub fn scene(max: usize) -> impl Strategy<Value = Scene> {
    (1..=max).prop_flat_map(|n| {
        let stake = prop_oneof![1 => Just(0u64), 6 => 1..21_000_000_000_000_000u64 / 64, 3 => 1..1_000u64];
        (
            (vec(stake, n), vec(900..1_000u64, n), vec(prop_oneof![4 => 0..900u64, 1 => 900..1_000u64], n)),
            vec(proptest::bool::weighted(0.7), n),
            (tidy_rows(n), tidy_rows(n)),
            (0..1_000_000_000_000u64, parameters()),
        )
            .prop_map(
                |((stakes, last_update, registered_at), permits, (weights, bonds), (emission, parameters))| {
                    let now = 1_000;
                    Scene { now, stakes, last_update, registered_at, permits, weights, bonds, emission, parameters }
                },
            )
    })
}

/// Anything that has a valid form.
pub fn wild_scene(max: usize) -> impl Strategy<Value = Scene> {
    let any_u64 = || prop_oneof![Just(0u64), Just(1), Just(u64::MAX), any::<u64>()];
    (0..=max).prop_flat_map(move |n| {
        (
            (vec(any_u64(), n), vec(any_u64(), n), vec(any_u64(), n)),
            vec(any::<bool>(), n),
            (wild_rows(n), wild_rows(n)),
            (any_u64(), any_u64(), any_u64(), any_u64()),
            (any::<u16>(), any::<u16>(), liquid()),
        )
            .prop_map(
                |((stakes, last_update, registered_at), permits, (weights, bonds), blocks, (limit, kappa, liquid))| {
                    let (now, emission, activity_cutoff, bonds_moving_average) = blocks;
                    let parameters = Parameters {
                        activity_cutoff,
                        max_validators: limit % 20,
                        kappa,
                        bonds_moving_average,
                        liquid_alpha: liquid,
                    };
                    Scene { now, stakes, last_update, registered_at, permits, weights, bonds, emission, parameters }
                },
            )
    })
}
