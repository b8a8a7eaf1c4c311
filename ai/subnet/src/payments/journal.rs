//! A file to which records of one size are appended, each on disk before it is acknowledged.
//!
//! After a kill, or the machine's, at most the last record is torn, and nobody was told that it is there: it is cut off. A
//! record that is damaged elsewhere is somebody else's work, and the file is refused rather than half believed.
//! A file that has grown long is replaced as a whole by the records that still count.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::store::{self, io, StoreError};

/// Bytes of a record's checksum.
const SUM: usize = 8;
/// Longest file that is read, bytes.
const LONGEST: u64 = 64 << 20;
/// A file that is longer than this and than twice what counts is written anew, bytes.
const GROWN: u64 = 1 << 20;

/// Records of `N` bytes.
#[derive(Debug)]
pub struct Journal<const N: usize> {
    path: PathBuf,
    magic: &'static [u8; 8],
    /// Opened by the first append: who never writes leaves no file.
    file: Option<File>,
    /// Bytes that are whole records, the file's mark included.
    length: u64,
}

impl<const N: usize> Journal<N> {
    /// Opens the file and reads what is there, in the order in which it was written. `magic` marks its kind.
    ///
    /// # Errors
    /// If the file can't be read, or is damaged.
    pub fn open(path: &Path, magic: &'static [u8; 8]) -> Result<(Self, Vec<[u8; N]>), StoreError> {
        let mut journal = Self { path: path.into(), magic, file: None, length: 0 };
        let bytes = match File::open(path) {
            Ok(file) => {
                let mut bytes = Vec::new();
                file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(io(path))?;
                bytes
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok((journal, Vec::new())),
            Err(error) => return Err(io(path)(error)),
        };
        let records = journal.parse(&bytes)?;
        Ok((journal, records))
    }

    fn parse(&mut self, bytes: &[u8]) -> Result<Vec<[u8; N]>, StoreError> {
        let damaged = |reason: &str| StoreError::Damaged { path: self.path.clone(), reason: reason.into() };
        if bytes.len() as u64 > LONGEST {
            return Err(damaged("it is too long"));
        }
        let Some(body) = bytes.strip_prefix(self.magic.as_slice()) else {
            // Torn while its mark was written: nothing was acknowledged yet.
            return match self.magic.starts_with(bytes) {
                true => Ok(Vec::new()),
                false => Err(damaged("it is a file of another kind")),
            };
        };
        let chunks = body.chunks_exact(N + SUM);
        let count = chunks.len();
        let mut records = Vec::with_capacity(count);
        for (number, chunk) in chunks.enumerate() {
            match decode(chunk) {
                Some(record) => records.push(record),
                // The last one may be torn though it has its length: the disk orders writes as it likes.
                None if number + 1 == count => break,
                None => return Err(damaged("a record in it was changed")),
            }
        }
        self.length = (self.magic.len() + records.len() * (N + SUM)) as u64;
        Ok(records)
    }

    /// Appends a record; it is on disk when this returns.
    ///
    /// # Errors
    /// If it can't be written. It isn't there then, or every further call fails.
    pub fn append(&mut self, record: &[u8; N]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let fresh = self.file.is_none();
        if fresh {
            self.file = Some(self.open_for_append()?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        match file.write_all(&encode(record)).and_then(|()| file.sync_data()) {
            Ok(()) => self.length += (N + SUM) as u64,
            Err(error) => {
                // Half a record, as on a full disk, must not lie before the next one.
                let cut = file.set_len(self.length);
                if cut.is_err() {
                    self.file = None;
                }
                return Err(io(&path)(error));
            }
        }
        if fresh {
            store::sync_folder(&path)?;
        }
        Ok(())
    }

    /// Replaces all records by these, of which there are `live`, if the file has grown long. What was appended is on disk
    /// whether or not that succeeds, so a failure is told of in the log, and is no reason to take anything back.
    pub fn shorten(&mut self, live: usize, records: impl Iterator<Item = [u8; N]>) {
        if !self.has_grown(live) {
            return;
        }
        if let Err(error) = self.rewrite(records) {
            tracing::warn!(%error, "a file with vouchers can't be shortened yet");
        }
    }

    /// Whether the file has grown so that [`Journal::rewrite`] with `live` records would be worth it.
    fn has_grown(&self, live: usize) -> bool {
        let needed = live.saturating_mul(N + SUM) as u64;
        self.length > GROWN && self.length / 2 > needed
    }

    /// Replaces all records by these, at once.
    ///
    /// # Errors
    /// If it can't be written; then the records are the old ones or these.
    pub fn rewrite(&mut self, records: impl Iterator<Item = [u8; N]>) -> Result<(), StoreError> {
        let mut bytes = self.magic.to_vec();
        for record in records {
            bytes.extend_from_slice(&encode(&record));
        }
        if let Err(error) = store::write_private(&self.path, &bytes) {
            // The name may be the new file's all the same: what comes next goes to the one that has it.
            self.file = None;
            self.length = std::fs::metadata(&self.path).map_or(self.length, |there| there.len());
            return Err(error);
        }
        // What was open is the replaced file.
        self.file = None;
        self.length = bytes.len() as u64;
        Ok(())
    }

    fn open_for_append(&mut self) -> Result<File, StoreError> {
        let mut options = OpenOptions::new();
        let options = options.create(true).append(true).mode(0o600);
        let mut file = options.open(&self.path).map_err(io(&self.path))?;
        let begun = self.length >= self.magic.len() as u64;
        // What was torn goes.
        file.set_len(if begun { self.length } else { 0 }).map_err(io(&self.path))?;
        if !begun {
            file.write_all(self.magic).map_err(io(&self.path))?;
            self.length = self.magic.len() as u64;
        }
        Ok(file)
    }
}

fn sum(record: &[u8]) -> [u8; SUM] {
    let mut sum = [0; SUM];
    sum.copy_from_slice(&Sha256::digest(record)[..SUM]);
    sum
}

fn encode<const N: usize>(record: &[u8; N]) -> Vec<u8> {
    [record.as_slice(), &sum(record)].concat()
}

fn decode<const N: usize>(chunk: &[u8]) -> Option<[u8; N]> {
    let (record, rest) = chunk.split_first_chunk::<N>()?;
    (rest == sum(record)).then_some(*record)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAGIC: &[u8; 8] = b"gtests_1";

    fn open(path: &Path) -> Result<(Journal<4>, Vec<[u8; 4]>), StoreError> {
        Journal::open(path, MAGIC)
    }

    #[test]
    fn what_was_appended_is_there_again_wherever_the_file_was_torn() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("journal");
        let (mut journal, none) = open(&path).expect("new");
        assert!(none.is_empty() && !path.exists());
        for number in 0..3 {
            journal.append(&[number; 4]).expect("written");
        }
        let whole = std::fs::read(&path).expect("read");
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).expect("torn");
            let (mut journal, records) = open(&path).expect("a torn end is no damage");
            let count = length.saturating_sub(8) / 12;
            assert_eq!(records, [[0; 4], [1; 4], [2; 4]][..count], "{length}");
            journal.append(&[9; 4]).expect("written");
            assert_eq!(open(&path).expect("sound").1.last(), Some(&[9; 4]));
            assert_eq!(open(&path).expect("sound").1.len(), count + 1);
        }
    }

    #[test]
    fn a_changed_record_is_noticed() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("journal");
        let (mut journal, _) = open(&path).expect("new");
        journal.append(&[1; 4]).expect("written");
        journal.append(&[2; 4]).expect("written");
        let mut bytes = std::fs::read(&path).expect("read");
        bytes[8] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        assert!(matches!(open(&path), Err(StoreError::Damaged { .. })));
        std::fs::write(&path, b"gother_1....").expect("written");
        assert!(matches!(open(&path), Err(StoreError::Damaged { .. })));
    }

    #[test]
    fn a_rewritten_file_goes_on() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("journal");
        let (mut journal, _) = open(&path).expect("new");
        journal.append(&[1; 4]).expect("written");
        assert!(!journal.has_grown(1));
        journal.rewrite([[5; 4]].into_iter()).expect("written");
        journal.append(&[6; 4]).expect("written");
        assert_eq!(open(&path).expect("sound").1, [[5; 4], [6; 4]]);
    }
}
