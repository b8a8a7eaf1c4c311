//! Trained weights in a folder: made once, known again by their hashes.
//!
//! The record is written last: weights that were not finished, or were changed, are none.

use std::cell::Cell;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use ganglion_subnet::store;
use ganglion_subnet::Seed;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::generator;
use crate::judge::dual::{self, measure};
use crate::nn::train::{TrainError, TrainOptions, TrainStep};
use crate::nn::WeightsError;

/// The judge's file.
pub const JUDGE: &str = "judge.safetensors";
/// The generator's file.
pub const GENERATOR: &str = "generator.safetensors";
/// The record's file.
const RECORD: &str = "record.json";
/// The form of the record.
const VERSION: u32 = 1;
/// Longest files that are read, bytes.
const MOST: [u64; 2] = [1 << 16, 1 << 26];
/// Pictures that the judge is measured on, which it hasn't learned from.
const PICTURES: usize = 400;
/// The part of them whose true caption should come first out of 32.
pub const GOAL: f64 = 0.75;
/// What the weights are made of.
pub const LICENCE: &str =
    "trained on pictures that this program draws by rule and on nothing else, so that no licence \
                           but this program's own (Apache-2.0) applies";

/// One file of weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Steps of training.
    pub steps: usize,
    /// Pictures in a step.
    pub batch: usize,
    /// The seed.
    pub seed: u64,
}

/// What is known of a folder's weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    /// The dual encoder, for validators.
    pub judge: Part,
    /// The generator, for miners.
    pub generator: Part,
    /// Held-out pictures that the judge was measured on.
    pub pictures: usize,
    /// The part of them whose true caption came first out of 32, 0 to 1.
    pub first: f64,
    /// Mean match of these, bits, at most 5.
    pub bits: f64,
    /// What the weights are made of, and under which licence they are.
    pub licence: String,
}

/// How to train both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KitOptions {
    /// The judge.
    pub judge: TrainOptions,
    /// The generator.
    pub generator: TrainOptions,
}

impl Default for KitOptions {
    /// Sized for a quarter of an hour or so on one core.
    fn default() -> Self {
        let judge = TrainOptions::default();
        Self { judge, generator: TrainOptions { steps: 2000, batch: 32, ..judge } }
    }
}

impl Part {
    fn of(hash: [u8; 32], options: &TrainOptions) -> Self {
        Self { sha256: hex(&hash), steps: options.steps, batch: options.batch, seed: options.seed }
    }
}

/// The record of a folder whose files are still those that it tells of; `None` if there is no record.
///
/// # Errors
/// If a file is missing, can't be read, or is another than was recorded.
pub fn look(folder: &Path) -> Result<Option<Record>, WeightsError> {
    let path = folder.join(RECORD);
    let [record_limit, weights_limit] = MOST;
    let bad = |reason: &dyn std::fmt::Display| WeightsError::new(&path, reason);
    let Some(content) = store::read(&path, record_limit).map_err(|e| bad(&e))? else { return Ok(None) };
    let record: Record = serde_json::from_slice(&content).map_err(|e| bad(&e))?;
    if record.version != VERSION {
        return Err(bad(&"it has another form: train anew"));
    }
    for (name, part) in [(JUDGE, &record.judge), (GENERATOR, &record.generator)] {
        let path = folder.join(name);
        let bad = |reason: &dyn std::fmt::Display| WeightsError::new(&path, reason);
        let bytes = store::read(&path, weights_limit).map_err(|e| bad(&e))?.ok_or_else(|| bad(&"it is missing"))?;
        if hex(&Sha256::digest(bytes)) != part.sha256 {
            return Err(bad(&"it isn't the file that was recorded: train anew"));
        }
    }
    Ok(Some(record))
}

/// Trains a judge, measures it, trains a generator, and writes all into `folder`. `progress` hears which of the two is at
/// which step, and may end it: then nothing is recorded, and `None` comes back.
///
/// # Errors
/// A [`TrainError`] that says what to do.
pub fn make(
    folder: &Path,
    options: &KitOptions,
    progress: &mut dyn FnMut(&'static str, TrainStep) -> ControlFlow<()>,
) -> Result<Option<Record>, TrainError> {
    let path = folder.join(RECORD);
    let bad = |reason: &dyn std::fmt::Display| WeightsError::new(&path, reason);
    let ended = Cell::new(false);
    let mut hear = |what: &'static str, step: TrainStep| {
        let word = progress(what, step);
        ended.set(ended.get() || word.is_break());
        word
    };
    let judge = dual::train(&options.judge, &mut |step| hear("judge", step))?;
    if ended.get() {
        return Ok(None);
    }
    let found = measure(&judge.encoder()?, PICTURES, &mut Seed([0x55; 32]).dice());
    let painter = generator::train(&options.generator, &mut |step| hear("generator", step))?;
    if ended.get() {
        return Ok(None);
    }
    store::folder(folder).and_then(|()| store::remove(&path)).map_err(|e| bad(&e))?;
    let record = Record {
        version: VERSION,
        judge: Part::of(judge.save(&folder.join(JUDGE))?, &options.judge),
        generator: Part::of(painter.save(&folder.join(GENERATOR))?, &options.generator),
        pictures: found.pictures,
        first: found.first,
        bits: found.bits,
        licence: LICENCE.to_owned(),
    };
    let content = serde_json::to_vec_pretty(&record).map_err(|e| bad(&e))?;
    store::write(&path, &content).map_err(|e| bad(&e))?;
    Ok(Some(record))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text doesn't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_known_again_and_changed_ones_refused() {
        let dir = tempfile::tempdir().expect("dir");
        let folder = dir.path().join("image");
        assert_eq!(look(&folder).expect("nothing"), None);
        let few = TrainOptions { steps: 2, batch: 2, ..TrainOptions::default() };
        let options = KitOptions { judge: few, generator: few };
        let mut told = Vec::new();
        let made = make(&folder, &options, &mut |what, step| {
            told.push((what, step.step));
            ControlFlow::Continue(())
        });
        let record = made.expect("trained").expect("not ended");
        assert_eq!(told, [("judge", 1), ("judge", 2), ("generator", 1), ("generator", 2)]);
        assert_eq!((record.pictures, record.judge.steps), (PICTURES, 2));
        assert_eq!(look(&folder).expect("read").expect("there").judge, record.judge);
        let mut bytes = std::fs::read(folder.join(GENERATOR)).expect("weights");
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        std::fs::write(folder.join(GENERATOR), bytes).expect("written");
        let error = look(&folder).expect_err("changed").to_string();
        assert!(error.contains(GENERATOR), "{error}");
    }

    #[test]
    fn what_is_ended_early_is_not_recorded() {
        let dir = tempfile::tempdir().expect("dir");
        let few = TrainOptions { steps: 3, batch: 2, ..TrainOptions::default() };
        let options = KitOptions { judge: few, generator: few };
        let made = make(dir.path(), &options, &mut |_, _| ControlFlow::Break(()));
        assert!(made.expect("no error").is_none());
        assert_eq!(look(dir.path()).expect("nothing"), None);
    }
}
