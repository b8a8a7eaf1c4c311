//! What a validator thinks of each miner, for everybody to read.

use ganglion_keys::PublicKey;
use serde::{Deserialize, Serialize};

use crate::scores::{Book, ScorePolicy};
use crate::view::View;
use crate::weights::{or_first_answers, weights};

/// One miner, as a validator sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Its seat.
    pub uid: u16,
    /// Its identity for life.
    pub neuron: u64,
    /// Its hotkey.
    pub hotkey: PublicKey,
    /// Answers that were scored.
    pub count: u64,
    /// Moving average of the scores, 0 to 1.
    pub mean: f64,
    /// Lower confidence bound, 0 to 1.
    pub bound: f64,
    /// The weight that it would get now.
    pub weight: u16,
    /// Gain over the public baseline, bits an answer.
    pub absolute_bits: f64,
    /// What it adds to the others, bits an answer.
    pub marginal_bits: f64,
    /// What nobody else says, bits an answer, 0 to 4.
    pub novelty_bits: f64,
    /// If it behaves as others do: who of them leads, by identity.
    pub clone_of: Option<u64>,
    /// Standard error of `absolute_bits`, bits; `None` while nothing is known, or only answers whose truths came about at one
    /// time, and on pages of earlier versions.
    #[serde(default)]
    pub absolute_error: Option<f64>,
    /// Standard error of `marginal_bits`.
    #[serde(default)]
    pub marginal_error: Option<f64>,
    /// Standard error of `novelty_bits`.
    #[serde(default)]
    pub novelty_error: Option<f64>,
}

/// The page `GET /scores`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    /// The subnet.
    pub netuid: u16,
    /// The validator's hotkey.
    pub validator: PublicKey,
    /// The block at which this was true.
    pub block: u32,
    /// Rounds begun.
    pub rounds: u64,
    /// Everybody who was ever asked, by uid.
    pub miners: Vec<Standing>,
}

impl Standings {
    /// The standings at a view of the subnet.
    pub fn of(book: &Book, view: &View, validator: PublicKey, policy: &ScorePolicy) -> Self {
        let weights = or_first_answers(weights(book, &view.ids(), policy), book, view, policy);
        let leaders = policy.clones.as_ref().map(|clones| book.pairs().leaders(clones)).unwrap_or_default();
        let miners = view.neurons.iter().filter_map(|neuron| {
            let estimate = book.estimate(neuron.id)?;
            let information = book.information(neuron.id).copied().unwrap_or_default();
            let [absolute_bits, marginal_bits, novelty_bits] = information.means();
            let [absolute_error, marginal_error, novelty_error] =
                information.errors(policy.alpha, estimate.overlap(policy.alpha));
            Some(Standing {
                uid: neuron.uid,
                neuron: neuron.id.0,
                hotkey: neuron.hotkey,
                count: estimate.count,
                mean: estimate.mean,
                bound: estimate.bound(policy),
                weight: weights.iter().find(|(id, _)| *id == neuron.id).map_or(0, |(_, weight)| *weight),
                absolute_bits,
                marginal_bits,
                novelty_bits,
                clone_of: leaders.get(&neuron.id.0).copied(),
                absolute_error,
                marginal_error,
                novelty_error,
            })
        });
        let block = view.block.number;
        Self { netuid: view.subnet.netuid.0, validator, block, rounds: book.rounds(), miners: miners.collect() }
    }
}
