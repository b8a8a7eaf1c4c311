//! Which miners a local network has.

use crate::cli::Engine;

/// One miner's character.
#[derive(Clone, Debug, PartialEq)]
pub struct Miner {
    /// Name of its process and wallet.
    pub name: String,
    /// What answers.
    pub engine: Engine,
    /// Its language model's temperature.
    pub temperature: f64,
    /// Whether it may use the language model.
    pub model: bool,
}

/// The kinds in the order in which a small network takes them.
const KINDS: [(&str, Engine, f64); 4] = [
    ("skills", Engine::Skills, 0.2),
    ("smollm", Engine::Smollm, 0.2),
    ("smollm-warm", Engine::Smollm, 1.2),
    ("ngram", Engine::Ngram, 0.2),
];

/// The first `count` miners; after one of each kind, more of them at other temperatures. Without the language model
/// (`model` is false) skills by rule stand in for it.
pub fn miners(count: u16, model: bool) -> Vec<Miner> {
    (0..usize::from(count)).map(|index| miner(index, model)).collect()
}

fn miner(index: usize, model: bool) -> Miner {
    let round = index / KINDS.len();
    let (kind, engine, temperature) = KINDS[index % KINDS.len()];
    let name = if round == 0 { kind.to_string() } else { format!("{kind}-{}", round + 1) };
    let engine = if engine == Engine::Smollm && !model { Engine::Skills } else { engine };
    // No two alike: copies of one miner share its pay.
    let temperature = (temperature + 0.1 * round as f64).min(2.0);
    Miner { name, engine, temperature, model }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_small_network_takes_the_best_first() {
        let names: Vec<_> = miners(3, true).into_iter().map(|miner| miner.name).collect();
        assert_eq!(names, ["skills", "smollm", "smollm-warm"]);
    }

    #[test]
    fn names_differ_and_temperatures_are_valid() {
        let all = miners(32, true);
        let names: BTreeSet<_> = all.iter().map(|miner| &miner.name).collect();
        assert_eq!(names.len(), 32);
        assert!(all.iter().all(|miner| (0.0..=2.0).contains(&miner.temperature)));
    }

    #[test]
    fn without_the_model_nobody_needs_it() {
        assert!(miners(8, false).iter().all(|miner| miner.engine != Engine::Smollm && !miner.model));
    }
}
