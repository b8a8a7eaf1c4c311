//! Signed receipts: what was asked, what came back, what it was worth.
//!
//! One JSON line per answer in `<folder>/receipts.jsonl`, `{"receipt":{…},"signature":"0x…"}`. The signature covers
//! the receipt's JSON exactly as it stands. Old lines rotate out, so the folder stays bounded.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use ganglion_keys::{Keypair, PublicKey, Signature};
use serde::{Deserialize, Serialize};

use crate::scoring::bits::Bits;
use crate::store::{self, StoreError};

/// One scored answer, or the lack of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Format, 1.
    pub version: u32,
    /// The subnet.
    pub netuid: u16,
    /// The validator's hotkey.
    pub validator: PublicKey,
    /// The validator's round.
    pub round: u64,
    /// Block whose hash went into the task's seed.
    pub block: u32,
    /// That hash, hex.
    pub block_hash: String,
    /// The epoch block whose tempo's secret went into the seed.
    pub epoch: u32,
    /// Hash of that secret, hex: what a secret revealed later must match.
    pub secret_hash: String,
    /// What binds the validator to its next tempo's secret before that tempo begins; receipts of earlier versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
    /// Kind of task.
    pub kind: String,
    /// The miner's id for life.
    pub neuron: u64,
    /// The miner's hotkey.
    pub miner: PublicKey,
    /// SHA-256 of the request's body, hex.
    pub request_hash: String,
    /// SHA-256 of the answer's body, hex; `None` if there was no good answer.
    pub answer_hash: Option<String>,
    /// `answered`, `timeout`, `unreachable`, `refused`, `bad_answer`.
    pub outcome: String,
    /// Milliseconds until the answer was there or the attempt failed.
    pub elapsed_ms: u64,
    /// The score, 0 to 1.
    pub score: f64,
    /// What the score is made of.
    pub parts: BTreeMap<String, f64>,
    /// The information that the answer carried; receipts of earlier versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<Bits>,
    /// Milliseconds since 1970 by the validator's clock.
    pub time_ms: u64,
}

/// The hash of a later tempo's secret, which a receipt's signature covers: whoever has the receipt when that tempo begins
/// knows that its tasks weren't chosen afterwards. The first tempo of a validator has none before it, nor has one that a
/// change of the subnet's tempo moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The epoch block with which that tempo ends.
    pub epoch: u32,
    /// Hash of its secret, as its receipts will name it, hex.
    pub hash: String,
}

/// A receipt and its validator's signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignedReceipt {
    /// What is signed.
    pub receipt: Receipt,
    /// The validator's signature over the receipt's JSON.
    pub signature: Signature,
}

impl SignedReceipt {
    /// Signs a receipt.
    pub fn sign(receipt: Receipt, keypair: &Keypair) -> Self {
        let signature = keypair.sign(&message(&receipt));
        Self { receipt, signature }
    }

    /// Whether the validator that it names has signed it.
    pub fn verify(&self) -> bool {
        self.receipt.validator.verify(&message(&self.receipt), &self.signature)
    }
}

fn message(receipt: &Receipt) -> Vec<u8> {
    // A plain structure of numbers and texts always has a JSON form.
    serde_json::to_vec(receipt).unwrap_or_default()
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptLimits {
    /// Bytes after which a new file begins.
    pub file_bytes: u64,
    /// Files kept besides the current one.
    pub old_files: u32,
}

impl Default for ReceiptLimits {
    fn default() -> Self {
        Self { file_bytes: 16 << 20, old_files: 3 }
    }
}

/// The receipt folder, open for writing.
#[derive(Debug)]
pub struct ReceiptLog {
    folder: PathBuf,
    file: File,
    length: u64,
    /// Whether the last write failed half-way.
    torn: bool,
    limits: ReceiptLimits,
}

impl ReceiptLog {
    /// Opens (or makes) the folder. A line that a kill cut short is closed off; readers skip it.
    ///
    /// # Errors
    /// If it can't be made, read or written.
    pub fn open(folder: &Path, limits: ReceiptLimits) -> Result<Self, StoreError> {
        store::folder(folder)?;
        let path = current(folder);
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&path).map_err(store::io(&path))?;
        let mut length = file.metadata().map_err(store::io(&path))?.len();
        if length > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1)).map_err(store::io(&path))?;
            file.read_exact(&mut last).map_err(store::io(&path))?;
            if last != *b"\n" {
                file.write_all(b"\n").map_err(store::io(&path))?;
                length += 1;
            }
        }
        store::sync_folder(&path)?;
        Ok(Self { folder: folder.into(), file, length, torn: false, limits })
    }

    /// Appends receipts: one write, so that a kill tears at most the last line. They are on disk when this returns.
    ///
    /// # Errors
    /// If they can't be written.
    pub fn append(&mut self, receipts: &[SignedReceipt]) -> Result<(), StoreError> {
        if receipts.is_empty() {
            return Ok(());
        }
        let path = current(&self.folder);
        let mut lines = if self.torn { vec![b'\n'] } else { Vec::new() };
        for receipt in receipts {
            serde_json::to_writer(&mut lines, receipt)
                .map_err(|error| StoreError::Damaged { path: path.clone(), reason: error.to_string() })?;
            lines.push(b'\n');
        }
        if self.length > 0 && self.length.saturating_add(lines.len() as u64) > self.limits.file_bytes {
            self.rotate()?;
        }
        self.torn = true;
        self.file.write_all(&lines).map_err(store::io(&path))?;
        self.file.sync_data().map_err(store::io(&path))?;
        self.torn = false;
        self.length = self.length.saturating_add(lines.len() as u64);
        Ok(())
    }

    fn rotate(&mut self) -> Result<(), StoreError> {
        store::remove(&old(&self.folder, self.limits.old_files))?;
        for number in (1..self.limits.old_files).rev() {
            let from = old(&self.folder, number);
            if from.exists() {
                fs::rename(&from, old(&self.folder, number + 1)).map_err(store::io(&from))?;
            }
        }
        let path = current(&self.folder);
        if self.limits.old_files > 0 {
            fs::rename(&path, old(&self.folder, 1)).map_err(store::io(&path))?;
        } else {
            store::remove(&path)?;
        }
        self.file = OpenOptions::new().create(true).append(true).open(&path).map_err(store::io(&path))?;
        self.length = 0;
        self.torn = false;
        store::sync_folder(&path)
    }
}

/// The newest `most` receipts of a folder, newest last. Lines that are no receipts are skipped; signatures aren't
/// checked here, see [`SignedReceipt::verify`].
///
/// # Errors
/// If a file exists and can't be read.
pub fn read(folder: &Path, most: usize) -> Result<Vec<SignedReceipt>, StoreError> {
    find(folder, most, |_| true)
}

/// As [`read`], of those receipts only that are `wanted`.
///
/// # Errors
/// If a file exists and can't be read.
pub fn find(folder: &Path, most: usize, wanted: impl Fn(&Receipt) -> bool) -> Result<Vec<SignedReceipt>, StoreError> {
    let mut newest_first: Vec<PathBuf> = vec![current(folder)];
    newest_first.extend(old_files(folder)?);
    let mut found: Vec<SignedReceipt> = Vec::new();
    for path in newest_first {
        if found.len() >= most {
            break;
        }
        if !path.exists() {
            continue;
        }
        let mut of_file = Vec::new();
        let reader = BufReader::new(File::open(&path).map_err(store::io(&path))?);
        for line in reader.split(b'\n') {
            let line = line.map_err(store::io(&path))?;
            let signed = serde_json::from_slice::<SignedReceipt>(&line).ok();
            of_file.extend(signed.filter(|signed| wanted(&signed.receipt)));
        }
        let surplus = of_file.len().saturating_sub(most - found.len());
        of_file.drain(..surplus);
        of_file.append(&mut found);
        found = of_file;
    }
    Ok(found)
}

/// The files besides the current one, newest first. A kill in the middle of a rotation leaves a gap in their numbers.
fn old_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(store::io(folder))?,
    };
    let mut numbers: Vec<u32> = Vec::new();
    for entry in entries {
        let name = entry.map_err(store::io(folder))?.file_name();
        let number: Option<u32> =
            name.to_str().and_then(|name| name.strip_prefix("receipts.")?.strip_suffix(".jsonl")?.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers.into_iter().map(|number| old(folder, number)).collect())
}

fn current(folder: &Path) -> PathBuf {
    folder.join("receipts.jsonl")
}

fn old(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("receipts.{number}.jsonl"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(round: u64, keypair: &Keypair) -> SignedReceipt {
        let receipt = Receipt {
            version: 1,
            netuid: 1,
            validator: keypair.public(),
            round,
            block: 7,
            block_hash: "00".into(),
            epoch: 20,
            secret_hash: "11".into(),
            promise: None,
            kind: "arithmetic".into(),
            neuron: 3,
            miner: keypair.public(),
            request_hash: "22".into(),
            answer_hash: None,
            outcome: "timeout".into(),
            elapsed_ms: 20_000,
            score: 0.333_333,
            parts: BTreeMap::from([("quality".to_owned(), 0.1)]),
            bits: Some(Bits { absolute: 1.25, marginal: Some(-0.333_333), novelty: None }),
            time_ms: 1_700_000_000_000,
        };
        SignedReceipt::sign(receipt, keypair)
    }

    fn rounds(found: &[SignedReceipt]) -> Vec<u64> {
        found.iter().map(|signed| signed.receipt.round).collect()
    }

    #[test]
    fn receipts_read_back_and_verify() {
        let dir = tempfile::tempdir().expect("dir");
        let keypair = Keypair::from_seed([1; 32]);
        let mut log = ReceiptLog::open(dir.path(), ReceiptLimits::default()).expect("open");
        log.append(&[signed(1, &keypair), signed(2, &keypair)]).expect("written");
        let mut found = read(dir.path(), 10).expect("read");
        assert_eq!(rounds(&found), [1, 2]);
        assert!(found.iter().all(SignedReceipt::verify));
        found[0].receipt.score = 1.0;
        assert!(!found[0].verify());
    }

    #[test]
    fn receipts_of_before_bits_were_measured_still_verify() {
        let keypair = Keypair::from_seed([1; 32]);
        let mut old = signed(1, &keypair).receipt;
        old.bits = None;
        let text = serde_json::to_string(&SignedReceipt::sign(old, &keypair)).expect("JSON");
        assert!(!text.contains("bits") && !text.contains("promise"));
        assert!(serde_json::from_str::<SignedReceipt>(&text).expect("a receipt").verify());
    }

    #[test]
    fn a_promise_is_signed_with_its_receipt() {
        let keypair = Keypair::from_seed([1; 32]);
        let promise = Promise { epoch: 41, hash: "33".into() };
        let receipt = Receipt { promise: Some(promise), ..signed(1, &keypair).receipt };
        let text = serde_json::to_string(&SignedReceipt::sign(receipt, &keypair)).expect("JSON");
        let mut found: SignedReceipt = serde_json::from_str(&text).expect("a receipt");
        assert!(found.verify());
        found.receipt.promise = Some(Promise { epoch: 41, hash: "34".into() });
        assert!(!found.verify());
        found.receipt.promise = None;
        assert!(!found.verify());
    }

    #[test]
    fn a_kill_in_the_middle_of_a_rotation_hides_nothing() {
        let dir = tempfile::tempdir().expect("dir");
        let keypair = Keypair::from_seed([1; 32]);
        let limits = ReceiptLimits { file_bytes: 1, old_files: 9 };
        let mut log = ReceiptLog::open(dir.path(), limits).expect("open");
        (0..3).for_each(|round| log.append(&[signed(round, &keypair)]).expect("written"));
        drop(log);
        fs::rename(old(dir.path(), 2), old(dir.path(), 3)).expect("a gap");
        let mut log = ReceiptLog::open(dir.path(), limits).expect("open");
        log.append(&[signed(3, &keypair)]).expect("written");
        assert_eq!(rounds(&read(dir.path(), 10).expect("read")), [0, 1, 2, 3]);
    }

    #[test]
    fn a_torn_line_costs_only_itself() {
        let dir = tempfile::tempdir().expect("dir");
        let keypair = Keypair::from_seed([1; 32]);
        let mut log = ReceiptLog::open(dir.path(), ReceiptLimits::default()).expect("open");
        log.append(&[signed(1, &keypair)]).expect("written");
        drop(log);
        let mut file = OpenOptions::new().append(true).open(current(dir.path())).expect("file");
        file.write_all(b"{\"receipt\":{\"vers").expect("torn");
        let mut log = ReceiptLog::open(dir.path(), ReceiptLimits::default()).expect("open");
        log.append(&[signed(3, &keypair)]).expect("written");
        assert_eq!(rounds(&read(dir.path(), 10).expect("read")), [1, 3]);
    }

    #[test]
    fn the_folder_stays_bounded_and_the_newest_survive() {
        let dir = tempfile::tempdir().expect("dir");
        let keypair = Keypair::from_seed([1; 32]);
        let limits = ReceiptLimits { file_bytes: 4096, old_files: 2 };
        let mut log = ReceiptLog::open(dir.path(), limits).expect("open");
        for round in 0..60 {
            log.append(&[signed(round, &keypair)]).expect("written");
        }
        let files: Vec<_> = fs::read_dir(dir.path()).expect("folder").map(|e| e.expect("entry")).collect();
        assert_eq!(files.len(), 3);
        assert!(files.iter().all(|file| file.metadata().expect("metadata").len() <= 4096));
        assert_eq!(rounds(&read(dir.path(), 3).expect("read")), [57, 58, 59]);
        let even = find(dir.path(), 3, |receipt| receipt.round.is_multiple_of(2)).expect("read");
        assert_eq!(rounds(&even), [54, 56, 58]);
        let all = rounds(&read(dir.path(), 1000).expect("read"));
        assert!(all.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    }
}
