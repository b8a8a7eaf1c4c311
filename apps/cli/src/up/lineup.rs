//! Which neurons a local network has.

use crate::cli::{Engine, LocalSubnet};

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

/// What a neuron does.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Answers questions.
    Answer(Miner),
    /// Draws pictures.
    Draw(Engine),
    /// Forecasts, by the model of this name.
    Forecast(&'static str),
    /// Measures what the others do.
    Judge,
}

/// Who is in a subnet beside the text subnet: three miners, of which one is worse on purpose, and one validator. Few, and
/// none with a model that takes memory: a laptop runs all of them beside the language model. The first goes ahead, and is asked first
/// while nobody is paid: not the worse one.
pub fn beside(subnet: LocalSubnet) -> Vec<(&'static str, Work)> {
    match subnet {
        LocalSubnet::Text => Vec::new(),
        LocalSubnet::Image => vec![
            ("renderer", Work::Draw(Engine::Renderer)),
            ("renderer-2", Work::Draw(Engine::Renderer)),
            ("sketch", Work::Draw(Engine::Sketch)),
            ("image-validator", Work::Judge),
        ],
        LocalSubnet::Market => vec![
            ("ewma", Work::Forecast("ewma")),
            ("garch", Work::Forecast("garch")),
            ("bold", Work::Forecast("bold")),
            ("market-validator", Work::Judge),
        ],
    }
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
    fn who_goes_ahead_does_its_best() {
        let first = |subnet| beside(subnet).into_iter().next().map(|(_, work)| work);
        assert_eq!(first(LocalSubnet::Image), Some(Work::Draw(Engine::Renderer)));
        assert_eq!(first(LocalSubnet::Market), Some(Work::Forecast("ewma")));
    }

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
    fn no_two_neurons_share_a_name() {
        let text = miners(32, true).into_iter().map(|miner| miner.name);
        let others = LocalSubnet::ALL.into_iter().flat_map(beside).map(|(name, _)| name.to_owned());
        let names: Vec<String> = text.chain(others).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for subnet in [LocalSubnet::Image, LocalSubnet::Market] {
            assert_eq!(beside(subnet).iter().filter(|(_, work)| *work == Work::Judge).count(), 1);
        }
    }

    #[test]
    fn without_the_model_nobody_needs_it() {
        assert!(miners(8, false).iter().all(|miner| miner.engine != Engine::Smollm && !miner.model));
    }
}
