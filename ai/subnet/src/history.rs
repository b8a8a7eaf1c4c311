//! A validator's last weight vectors. The chain gets their mean, so that one lucky tempo moves nobody's pay by much. What
//! clusters of clones earn is divided after that ([`divide`](crate::weights::divide)), by what is known then.
//!
//! One vector a tempo: one that is made again, after a failure or for a second setting, replaces the first. The simulator
//! does without: there every tempo has hundreds of rounds. `SIMULATION.md` says what that changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ganglion_primitives::NeuronId;
use serde::{Deserialize, Serialize};

use crate::scoring::pay;
use crate::store::{self, StoreError};

/// The longest file: two dozen vectors of a full subnet.
const FILE_LIMIT: u64 = 4 << 20;

/// Weights as the chain takes them.
type Weights = Vec<(NeuronId, u16)>;

/// The vector of one tempo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    /// The epoch with which the tempo ends.
    epoch: u32,
    weights: Weights,
}

/// What the file holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// The chain this belongs to, hex: neuron ids mean nothing on another.
    genesis: String,
    netuid: u16,
    /// The oldest first.
    vectors: Vec<Vector>,
}

/// The last vectors and their file.
#[derive(Debug)]
pub struct History {
    path: PathBuf,
    kept: Kept,
}

impl History {
    /// Opens the vectors in `path`; those of another chain or subnet are forgotten.
    ///
    /// # Errors
    /// If the file can't be read or is damaged.
    pub fn open(path: &Path, genesis: &[u8; 32], netuid: u16) -> Result<Self, StoreError> {
        let fresh = Kept { genesis: hex::encode(genesis), netuid, vectors: Vec::new() };
        let damaged = |reason: String| StoreError::Damaged { path: path.into(), reason };
        let kept = match store::read(path, FILE_LIMIT)? {
            Some(content) => serde_json::from_slice::<Kept>(&content).map_err(|error| damaged(error.to_string()))?,
            None => fresh.clone(),
        };
        let ours = kept.genesis == fresh.genesis && kept.netuid == netuid;
        Ok(Self { path: path.into(), kept: if ours { kept } else { fresh } })
    }

    /// Takes in the vector of the tempo that ends with `epoch`, and answers the mean of the last `most` for those whom it
    /// names. Whoever an older vector doesn't name had nothing there. An empty vector says nothing and isn't kept.
    pub fn blend(&mut self, epoch: u32, newest: Weights, most: usize) -> Weights {
        if newest.is_empty() {
            return newest;
        }
        let vectors = &mut self.kept.vectors;
        vectors.retain(|vector| vector.epoch < epoch);
        vectors.push(Vector { epoch, weights: newest.clone() });
        let surplus = vectors.len().saturating_sub(most.max(1));
        vectors.drain(..surplus);
        let mut sums: BTreeMap<u64, u64> = newest.iter().map(|(id, _)| (id.0, 0)).collect();
        for (id, weight) in vectors.iter().flat_map(|vector| &vector.weights) {
            if let Some(sum) = sums.get_mut(&id.0) {
                *sum += u64::from(*weight);
            }
        }
        let sums: Vec<f64> = newest.iter().map(|(id, _)| sums.get(&id.0).copied().unwrap_or(0) as f64).collect();
        newest.into_iter().map(|(id, _)| id).zip(pay::weights(&sums)).collect()
    }

    /// Writes the vectors down.
    ///
    /// # Errors
    /// If they can't be written; they are still remembered.
    pub fn keep(&self) -> Result<(), StoreError> {
        let damaged =
            |error: serde_json::Error| StoreError::Damaged { path: self.path.clone(), reason: error.to_string() };
        store::write(&self.path, &serde_json::to_vec(&self.kept).map_err(damaged)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(weights: &[(u64, u16)]) -> Weights {
        weights.iter().map(|(id, weight)| (NeuronId(*id), *weight)).collect()
    }

    fn open(folder: &Path, genesis: u8) -> History {
        History::open(&folder.join("vectors.json"), &[genesis; 32], 1).expect("open")
    }

    #[test]
    fn the_chain_gets_the_mean_of_the_last_tempos() {
        let dir = tempfile::tempdir().expect("dir");
        let mut history = open(dir.path(), 1);
        let first = vector(&[(1, u16::MAX), (2, 0)]);
        assert_eq!(history.blend(20, first.clone(), 2), first);
        // Made again within the tempo, it counts once.
        assert_eq!(history.blend(20, first.clone(), 2), first);
        let turned = vector(&[(1, 0), (2, u16::MAX), (3, 0)]);
        assert_eq!(history.blend(40, turned.clone(), 2), vector(&[(1, u16::MAX), (2, u16::MAX), (3, 0)]));
        assert_eq!(history.blend(60, turned.clone(), 2), turned);
        assert_eq!(history.blend(80, first.clone(), 1), first, "the newest alone");
        assert!(history.blend(100, Vec::new(), 2).is_empty());
    }

    #[test]
    fn the_gone_are_not_named_and_newcomers_begin_with_nothing() {
        let dir = tempfile::tempdir().expect("dir");
        let mut history = open(dir.path(), 1);
        history.blend(20, vector(&[(1, u16::MAX), (2, u16::MAX)]), 6);
        let found = history.blend(40, vector(&[(2, u16::MAX), (3, u16::MAX)]), 6);
        assert_eq!(found, vector(&[(2, u16::MAX), (3, 32_768)]));
    }

    #[test]
    fn vectors_outlive_the_process_on_their_chain() {
        let dir = tempfile::tempdir().expect("dir");
        let mut history = open(dir.path(), 1);
        history.blend(20, vector(&[(1, u16::MAX), (2, 0)]), 6);
        history.keep().expect("written");
        let next = vector(&[(1, 0), (2, u16::MAX)]);
        assert_eq!(open(dir.path(), 1).blend(40, next.clone(), 6), vector(&[(1, u16::MAX), (2, u16::MAX)]));
        assert_eq!(open(dir.path(), 2).blend(40, next.clone(), 6), next, "another chain's are forgotten");
        std::fs::write(dir.path().join("vectors.json"), "{").expect("torn");
        assert!(History::open(&dir.path().join("vectors.json"), &[1; 32], 1).is_err());
    }
}
