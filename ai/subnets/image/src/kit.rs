//! Trained weights in a folder: made once, known again by their hashes.
//!
//! The record is written last: weights that were not finished, or were changed, are none.

use std::cell::Cell;
use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ganglion_subnet::store;
use ganglion_subnet::{Dice, Seed};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::data::{Emojis, Style};
use crate::generator;
use crate::judge::dual::{self, measure, measure_emoji, Retrieval};
use crate::judge::matching::Matcher;
use crate::nn::train::{TrainError, TrainOptions, TrainStep};
use crate::nn::WeightsError;

/// The first judge's file; the others have numbers, see [`judge_name`].
pub const JUDGE: &str = "judge.safetensors";
/// Most judges that are trained together.
pub const MOST_JUDGES: usize = 3;
/// The generator's file.
pub const GENERATOR: &str = "generator.safetensors";
/// The record's file.
const RECORD: &str = "record.json";
/// The form of the record.
const VERSION: u32 = 2;
/// Longest files that are read, bytes.
const MOST: [u64; 2] = [1 << 16, 1 << 26];
/// Pictures that the judge is measured on, which it hasn't learned from.
pub const PICTURES: usize = 400;
/// The part of them whose true caption should come first out of 32.
pub const GOAL: f64 = 0.75;
/// What is said of weights of our own pictures.
const OWN: &str = "pictures that this program draws by rule, Apache-2.0";

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

/// Pictures that were learned from, beside those drawn by rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Their name among the models that are known.
    pub name: String,
    /// SHA-256 of the archive that they came from, hex.
    pub sha256: String,
    /// How many.
    pub pictures: usize,
    /// Whose they are, and under which licence.
    pub licence: String,
}

/// How well the judges know a kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Held-out pictures that they were measured on.
    pub pictures: usize,
    /// The part of them whose true caption came first out of 32, 0 to 1.
    pub first: f64,
    /// Mean match of these, bits, at most 5.
    pub bits: f64,
}

/// What is known of a folder's weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    /// The dual encoders, for validators: one at least.
    pub judges: Vec<Part>,
    /// The generator, for miners.
    pub generator: Part,
    /// How well the judges know scenes that are drawn by rule.
    pub scenes: Known,
    /// How well they know emoji, if they learned from any.
    pub emoji: Option<Known>,
    /// What was learned from beside scenes.
    pub sources: Vec<Source>,
    /// What the weights are made of, and under which licences that is.
    pub licence: String,
}

/// How to train all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KitOptions {
    /// Each judge; the second and third have the next seeds.
    pub judge: TrainOptions,
    /// Judges, 1 to [`MOST_JUDGES`]: what fools one seldom fools three.
    pub judges: usize,
    /// The generator.
    pub generator: TrainOptions,
}

impl Default for KitOptions {
    /// Sized for half an hour or so on one core.
    fn default() -> Self {
        let judge = TrainOptions { steps: 1200, ..TrainOptions::default() };
        Self { judge, judges: 1, generator: TrainOptions { steps: 1000, batch: 32, ..judge } }
    }
}

/// What to learn from beside scenes.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The pictures.
    pub emojis: Emojis,
    /// Where they came from.
    pub sources: Vec<Source>,
}

impl Data {
    /// Adds the emoji of an archive.
    ///
    /// # Errors
    /// It isn't such an archive.
    pub fn add(&mut self, style: Style, path: &Path) -> Result<(), WeightsError> {
        let pictures = self.emojis.add(style, path)?;
        let sha256 = hash(path).map_err(|error| WeightsError::new(path, error))?;
        let (name, licence) = (style.name().to_owned(), style.licence().to_owned());
        self.sources.push(Source { name, sha256, pictures, licence });
        Ok(())
    }

    /// What weights that learned from it are made of.
    fn licence(&self) -> String {
        let all = [OWN].into_iter().chain(self.sources.iter().map(|source| source.licence.as_str()));
        format!("trained on {}", all.collect::<Vec<&str>>().join("; "))
    }
}

/// The file of a judge, counted from 0.
pub fn judge_name(number: usize) -> String {
    match number {
        0 => JUDGE.to_owned(),
        _ => format!("judge-{}.safetensors", number + 1),
    }
}

impl Record {
    /// The judges' files in their folder.
    pub fn judges_in(&self, folder: &Path) -> Vec<PathBuf> {
        (0..self.judges.len()).map(|number| folder.join(judge_name(number))).collect()
    }
}

impl Known {
    fn of(found: Retrieval) -> Self {
        Self { pictures: found.pictures, first: found.first, bits: found.bits }
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
    if record.judges.is_empty() || record.judges.len() > MOST_JUDGES {
        return Err(bad(&"it tells of no judge, or of too many: train anew"));
    }
    let judges = record.judges.iter().enumerate().map(|(number, part)| (judge_name(number), part));
    for (name, part) in judges.chain([(GENERATOR.to_owned(), &record.generator)]) {
        let path = folder.join(name);
        let bad = |reason: &dyn std::fmt::Display| WeightsError::new(&path, reason);
        let bytes = store::read(&path, weights_limit).map_err(|e| bad(&e))?.ok_or_else(|| bad(&"it is missing"))?;
        if hex(&Sha256::digest(bytes)) != part.sha256 {
            return Err(bad(&"it isn't the file that was recorded: train anew"));
        }
    }
    Ok(Some(record))
}

/// Trains the judges, measures them together, trains a generator, and writes all into `folder`. `progress` hears which of
/// them is at which step, and may end it: then nothing is recorded, and `None` comes back.
///
/// # Errors
/// A [`TrainError`] that says what to do.
pub fn make(
    folder: &Path,
    options: &KitOptions,
    data: &Data,
    progress: &mut dyn FnMut(&'static str, TrainStep) -> ControlFlow<()>,
) -> Result<Option<Record>, TrainError> {
    if !(1..=MOST_JUDGES).contains(&options.judges) {
        return Err(TrainError::Options("train one to three judges"));
    }
    let path = folder.join(RECORD);
    let bad = |reason: &dyn std::fmt::Display| WeightsError::new(&path, reason);
    let ended = Cell::new(false);
    let mut hear = |what: &'static str, step: TrainStep| {
        let word = progress(what, step);
        ended.set(ended.get() || word.is_break());
        word
    };
    let mut judges = Vec::new();
    for number in 0..options.judges {
        let seed = options.judge.seed.wrapping_add(number as u64);
        let options = TrainOptions { seed, ..options.judge };
        let name = ["judge", "second judge", "third judge"].get(number).copied().unwrap_or("judge");
        judges.push((dual::train(&options, &data.emojis, &mut |step| hear(name, step))?, options));
        if ended.get() {
            return Ok(None);
        }
    }
    let painter = generator::train(&options.generator, &data.emojis, &mut |step| hear("generator", step))?;
    if ended.get() {
        return Ok(None);
    }
    let (trained, of): (Vec<dual::Trained>, Vec<TrainOptions>) = judges.into_iter().unzip();
    let encoder = dual::ensemble(&trained)?;
    let mut dice = chance(0);
    let scenes = Known::of(measure(&encoder, PICTURES, &mut dice));
    let emoji = (!data.emojis.is_empty()).then(|| Known::of(measure_emoji(&encoder, &data.emojis, &mut dice)));

    store::folder(folder).and_then(|()| store::remove(&path)).map_err(|e| bad(&e))?;
    let mut parts = Vec::new();
    for (number, (judge, options)) in trained.iter().zip(&of).enumerate() {
        parts.push(Part::of(judge.save(&folder.join(judge_name(number)))?, options));
    }
    let record = Record {
        version: VERSION,
        judges: parts,
        generator: Part::of(painter.save(&folder.join(GENERATOR))?, &options.generator),
        scenes,
        emoji,
        sources: data.sources.clone(),
        licence: data.licence(),
    };
    let content = serde_json::to_vec_pretty(&record).map_err(|e| bad(&e))?;
    store::write(&path, &content).map_err(|e| bad(&e))?;
    Ok(Some(record))
}

/// How well `matcher` knows scenes in hands that no judge learned from. With [`PICTURES`] of them and the seed 0 they are
/// those that a [`Record`] tells of.
pub fn measured(matcher: &dyn Matcher, pictures: usize, seed: u64) -> Known {
    Known::of(measure(matcher, pictures, &mut chance(seed)))
}

/// What decides which pictures judges are measured on.
fn chance(seed: u64) -> Dice {
    let mut key = [0x55; 32];
    key.iter_mut().zip(seed.to_le_bytes()).for_each(|(byte, part)| *byte ^= part);
    Seed(key).dice()
}

/// SHA-256 of a file, hex.
fn hash(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher, mut part) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut part)?;
        match part.get(..count) {
            Some(read) if count > 0 => hasher.update(read),
            _ => return Ok(hex(&hasher.finalize())),
        }
    }
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

    fn few(steps: usize, judges: usize) -> KitOptions {
        let few = TrainOptions { steps, batch: 2, ..TrainOptions::default() };
        KitOptions { judge: few, judges, generator: few }
    }

    #[test]
    fn weights_are_known_again_and_changed_ones_refused() {
        let dir = tempfile::tempdir().expect("dir");
        let folder = dir.path().join("image");
        assert_eq!(look(&folder).expect("nothing"), None);
        let mut told = Vec::new();
        let made = make(&folder, &few(2, 2), &Data::default(), &mut |what, step| {
            told.push((what, step.step));
            ControlFlow::Continue(())
        });
        let record = made.expect("trained").expect("not ended");
        let steps = |what| [(what, 1), (what, 2)];
        assert_eq!(told, [steps("judge"), steps("second judge"), steps("generator")].concat());
        assert_eq!((record.scenes.pictures, record.judges.len(), record.emoji), (PICTURES, 2, None));
        assert_ne!(record.judges[0].sha256, record.judges[1].sha256);
        assert!(record.judges_in(&folder).iter().all(|judge| judge.is_file()));
        assert_eq!(look(&folder).expect("read").expect("there").judges, record.judges);
        let encoder = dual::DualEncoder::load(&record.judges_in(&folder)).expect("judges");
        let again = measured(&encoder, PICTURES, 0);
        assert_eq!((again.pictures, again.first), (PICTURES, record.scenes.first), "without training again");
        assert!((again.bits - record.scenes.bits).abs() < 1e-6, "{again:?} {:?}", record.scenes);
        assert_ne!(measured(&encoder, 16, 1), measured(&encoder, 16, 2), "other pictures");
        let mut bytes = std::fs::read(folder.join(GENERATOR)).expect("weights");
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        std::fs::write(folder.join(GENERATOR), bytes).expect("written");
        let error = look(&folder).expect_err("changed").to_string();
        assert!(error.contains(GENERATOR), "{error}");
    }

    #[test]
    fn emoji_are_learned_from_measured_and_named() {
        let dir = tempfile::tempdir().expect("dir");
        let archive = dir.path().join("emoji.tgz");
        std::fs::write(&archive, crate::data::emoji::tests::archive_of(41)).expect("written");
        let mut data = Data::default();
        data.add(Style::Google, &archive).expect("emoji");
        let options = KitOptions { judge: TrainOptions { batch: 8, ..few(1, 1).judge }, ..few(1, 1) };
        let make = |folder: &str| {
            let made = make(&dir.path().join(folder), &options, &data, &mut |_, _| ControlFlow::Continue(()));
            made.expect("trained").expect("not ended")
        };
        let record = make("a");
        assert!(record.emoji.is_some_and(|known| known.pictures == 5), "{:?}", record.emoji);
        assert!(record.licence.contains("by rule") && record.licence.contains("Noto"), "{}", record.licence);
        assert!(record.licence.contains("Apache-2.0") && record.sources[0].name == "emoji-google");
        assert_eq!((record.sources[0].pictures, record.sources[0].sha256.len()), (40, 64));
        assert_eq!(record, make("b"), "the same data and options give the same weights");
        assert!(look(&dir.path().join("a")).expect("read").is_some_and(|read| read.judges == record.judges));
    }

    #[test]
    fn what_is_ended_early_is_not_recorded() {
        let dir = tempfile::tempdir().expect("dir");
        let made = make(dir.path(), &few(3, 1), &Data::default(), &mut |_, _| ControlFlow::Break(()));
        assert!(made.expect("no error").is_none());
        assert_eq!(look(dir.path()).expect("nothing"), None);
        let none = make(dir.path(), &few(3, 0), &Data::default(), &mut |_, _| ControlFlow::Continue(()));
        assert!(none.is_err());
    }
}
