//! The shared conformance vectors.

use std::collections::BTreeMap;

use ganglion_yuma::{EpochInput, LiquidAlpha, Parameters};
use serde::Deserialize;

type Row = Vec<(u16, u16)>;

#[derive(Deserialize)]
struct File {
    cases: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    name: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    label: String,
    rao_emission: u64,
    input: Input,
    expected: Expected,
}

#[derive(Deserialize)]
struct Input {
    n: usize,
    block: u64,
    stakes_rao: Vec<u64>,
    kappa_u16: u16,
    bonds_moving_average: u64,
    activity_cutoff: u64,
    max_allowed_validators: u16,
    liquid_alpha_on: bool,
    alpha_low_high_u16: (u16, u16),
    last_update: Vec<u64>,
    block_at_registration: Vec<u64>,
    validator_permit_before: Vec<bool>,
    weights_stored: BTreeMap<String, Row>,
    bonds_stored_before: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
pub struct Expected {
    pub active: Vec<bool>,
    pub stake_weight: Vec<u16>,
    pub rank: Vec<u16>,
    pub trust: Vec<u16>,
    pub validator_trust: Vec<u16>,
    pub consensus: Vec<u16>,
    pub incentive: Vec<u16>,
    pub dividends: Vec<u16>,
    pub emission: Option<Vec<u64>>,
    pub server_emission: Vec<u64>,
    pub validator_emission: Vec<u64>,
    pub pruning_score: Vec<u16>,
    pub validator_permit: Vec<bool>,
    pub bonds_sparse: BTreeMap<String, Row>,
    #[serde(default)]
    pub raw_i32f32_bits: BTreeMap<String, Vec<i64>>,
}

/// One epoch with its expected outcome.
pub struct Case {
    pub name: String,
    pub weights: Vec<Row>,
    pub bonds: Vec<Row>,
    pub emission: u64,
    pub expected: Expected,
    input: Input,
}

impl Case {
    pub fn input(&self) -> EpochInput<'_, Row> {
        let (low, high) = self.input.alpha_low_high_u16;
        EpochInput {
            now: self.input.block,
            stakes: &self.input.stakes_rao,
            last_update: &self.input.last_update,
            registered_at: &self.input.block_at_registration,
            permits: &self.input.validator_permit_before,
            weights: &self.weights,
            bonds: &self.bonds,
            emission: self.emission,
            parameters: Parameters {
                activity_cutoff: self.input.activity_cutoff,
                max_validators: self.input.max_allowed_validators,
                kappa: self.input.kappa_u16,
                bonds_moving_average: self.input.bonds_moving_average,
                liquid_alpha: self.input.liquid_alpha_on.then_some(LiquidAlpha { low, high }),
            },
        }
    }
}

fn rows(stored: &BTreeMap<String, Row>, n: usize) -> Vec<Row> {
    (0..n).map(|uid| stored.get(&uid.to_string()).cloned().unwrap_or_default()).collect()
}

/// All epochs of a vector file.
pub fn load(json: &str) -> Vec<Case> {
    let file: File = serde_json::from_str(json).expect("vectors parse");
    let mut cases = Vec::new();
    for scenario in file.cases {
        for step in scenario.steps {
            cases.push(Case {
                name: format!("{} / {}", scenario.name, step.label),
                weights: rows(&step.input.weights_stored, step.input.n),
                bonds: rows(&step.input.bonds_stored_before, step.input.n),
                emission: step.rao_emission,
                expected: step.expected,
                input: step.input,
            });
        }
    }
    cases
}
