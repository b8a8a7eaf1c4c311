//! A judge's memory on disk: a restart forgets no earlier picture, no running distribution and no style.
//!
//! One file, replaced as a whole after each round, as all state of a validator is. It is bounded because the memory is.

use std::path::{Path, PathBuf};

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use ganglion_subnet::store::{self, StoreError};
use serde::{Deserialize, Serialize};

use super::memory::{KeptMemory, Memory};

/// The form of the file.
const VERSION: u32 = 1;
/// The longest file: a full gallery and as many styles as are kept need two thirds of it.
const FILE_LIMIT: u64 = 24 << 20;

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    /// Hash of the chain's first block, base64: neurons' numbers mean nothing on another.
    genesis: String,
    netuid: u16,
    memory: KeptMemory,
}

/// Writes a memory down.
pub(super) struct Keeper {
    path: PathBuf,
    genesis: String,
    netuid: u16,
}

impl Keeper {
    /// The keeper of `path`, and the memory that is there; that of another chain or subnet is forgotten.
    ///
    /// # Errors
    /// If the file can't be read or is damaged.
    pub(super) fn open(path: &Path, genesis: &[u8; 32], netuid: u16) -> Result<(Self, Memory), StoreError> {
        let keeper = Self { path: path.into(), genesis: STANDARD.encode(genesis), netuid };
        let Some(content) = store::read(path, FILE_LIMIT)? else { return Ok((keeper, Memory::default())) };
        let kept: Kept = serde_json::from_slice(&content).map_err(|error| keeper.damaged(error.to_string()))?;
        if kept.version != VERSION {
            return Err(keeper.damaged(format!("its form is {}, and {VERSION} is read", kept.version)));
        }
        if kept.genesis != keeper.genesis || kept.netuid != netuid {
            return Ok((keeper, Memory::default()));
        }
        let memory = Memory::of_kept(kept.memory).ok_or_else(|| keeper.damaged("numbers out of range".into()))?;
        Ok((keeper, memory))
    }

    /// Writes the memory.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) fn keep(&self, memory: &Memory) -> Result<(), StoreError> {
        let kept = Kept { version: VERSION, genesis: self.genesis.clone(), netuid: self.netuid, memory: memory.kept() };
        let content = serde_json::to_vec(&kept).map_err(|error| self.damaged(error.to_string()))?;
        store::write(&self.path, &content)
    }

    fn damaged(&self, reason: String) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::style;
    use crate::picture::fingerprint::Fingerprint;
    use crate::render::{render, Hand};
    use crate::scene::Scene;
    use ganglion_primitives::NeuronId;

    fn seen(pictures: u64) -> Memory {
        let mut memory = Memory::default();
        for number in 0..pictures {
            let scene = Scene::parse("three red stars in a forest");
            let picture = render(&scene, &Hand::numbered(number), 32, 32, number).expect("a picture");
            memory.show(Fingerprint::of(&picture), NeuronId(number), [number as u8; 32]);
            memory.distributions.update(&crate::judge::aesthetics::of(&picture));
            let vector = style::of(&picture);
            memory.styles.note(&[(NeuronId(0), vector), (NeuronId(9), vector.map(|value| value / 2.0))]);
        }
        memory
    }

    #[test]
    fn what_was_seen_is_known_after_a_restart() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("judge.json");
        let (keeper, empty) = Keeper::open(&path, &[1; 32], 5).expect("new");
        assert_eq!(json(&empty), json(&Memory::default()));
        let memory = seen(110);
        keeper.keep(&memory).expect("written");
        // What a kill in the middle of the next write leaves behind.
        std::fs::write(dir.path().join("judge.json.new"), b"{\"vers").expect("torn");
        let (_, again) = Keeper::open(&path, &[1; 32], 5).expect("read");
        let picture = render(&Scene::parse("three red stars in a forest"), &Hand::numbered(40), 32, 32, 40);
        let picture = picture.expect("a picture");
        assert!(again.is_copy(&Fingerprint::of(&picture), NeuronId(1000), &[0; 32]));
        let features = crate::judge::aesthetics::of(&picture);
        // A number may lose its last bit on its way through decimals.
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(again.distributions.score(&features), memory.distributions.score(&features)));
        let likest = |memory: &Memory| memory.styles.likest(NeuronId(0)).expect("known");
        assert!(near(likest(&again), likest(&memory)));
        for (genesis, netuid) in [([2; 32], 5), ([1; 32], 6)] {
            let (_, other) = Keeper::open(&path, &genesis, netuid).expect("read");
            assert_eq!(json(&other), json(&Memory::default()), "of another chain or subnet");
        }
    }

    fn json(memory: &Memory) -> String {
        serde_json::to_string(&memory.kept()).expect("JSON")
    }

    #[test]
    fn damage_is_said() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("judge.json");
        let (keeper, _) = Keeper::open(&path, &[1; 32], 5).expect("new");
        keeper.keep(&seen(3)).expect("written");
        let sound = std::fs::read_to_string(&path).expect("text");
        let bent = [
            "{".to_owned(),
            sound.replace("\"version\":1", "\"version\":2"),
            sound.replace("\"gallery\":[\"", "\"gallery\":[\"AAAA"),
            sound.replace("\"rounds\":3", "\"rounds\":0"),
            sound.replace("\"distributions\":[", "\"distributions\":[{\"count\":1.0,\"mean\":0.0,\"variance\":0.0},"),
        ];
        for text in bent {
            assert_ne!(text, sound);
            std::fs::write(&path, text).expect("written");
            assert!(matches!(Keeper::open(&path, &[1; 32], 5), Err(StoreError::Damaged { .. })));
        }
    }

    #[test]
    fn a_full_memory_is_short_enough() {
        let mut memory = seen(1);
        let picture = render(&Scene::parse("a red ball"), &Hand::numbered(1), 32, 32, 1).expect("a picture");
        let (print, vector) = (Fingerprint::of(&picture), style::of(&picture));
        (0..6000).for_each(|number| memory.show(print, NeuronId(number), [7; 32]));
        let round: Vec<(NeuronId, style::Vector)> =
            (0..5000u64).map(|id| (NeuronId(id), vector.map(|value| value * (id as f64 + 1.0).ln()))).collect();
        (0..3).for_each(|_| memory.styles.note(&round));
        let length = json(&memory).len() as u64;
        assert!(length < FILE_LIMIT * 2 / 3, "{length}");
    }
}
