//! The used nonces on disk: two append-only files that take turns.
//!
//! Records go to `<path>`. Once that file is older than the window in which a nonce is accepted, it becomes
//! `<path>.old`, replacing the one before, in which everything is stale by then. So both stay small without being
//! rewritten. A record is 48 bytes: nonce (little-endian), sender, and the first 8 bytes of the SHA-256 of both.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Used, Window};

const MAGIC: &[u8; 8] = b"gnonces1";
const RECORD: usize = 48;

/// What was found on disk.
pub(super) enum Loaded {
    /// Everything that was recorded.
    Sound(Vec<Used>),
    /// Nothing: a first start, or somebody removed the files.
    Missing,
    /// Files that cannot be trusted to be complete. They have been replaced.
    Damaged,
}

/// The open files.
pub(super) struct Store {
    path: PathBuf,
    file: File,
    /// Bytes of the file that are whole records.
    length: u64,
    /// When the file began, nanoseconds since 1970.
    began: u64,
    window: Window,
}

impl Store {
    /// Opens or creates the files. `capacity` bounds how much is read (records).
    pub fn open(path: PathBuf, now: u64, capacity: usize, window: Window) -> io::Result<(Self, Loaded)> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let longest = MAGIC.len() as u64 + 2 * (capacity as u64 + 1) * RECORD as u64;
        let current = read(&path, longest)?;
        let old = read(&old_path(&path), longest)?;
        let loaded = match (current, old) {
            (Part::Missing, Part::Missing) => Loaded::Missing,
            (Part::Damaged, _) | (_, Part::Damaged) => {
                tracing::warn!(path = %path.display(), "the replay store is damaged; refusing earlier nonces instead");
                Loaded::Damaged
            }
            // The current file alone is missing when a crash hit between the two steps of taking turns.
            (current, old) => Loaded::Sound(current.records().into_iter().chain(old.records()).collect()),
        };
        let fresh = !matches!(loaded, Loaded::Sound(_));
        let (file, length) = open_for_append(&path, fresh)?;
        if fresh {
            remove_if_there(&old_path(&path))?;
        }
        Ok((Self { path, file, length, began: now, window }, loaded))
    }

    /// Adds a record; after an error the file is as before, or unusable and every further call fails.
    pub fn append(&mut self, entry: Used, now: u64) -> io::Result<()> {
        // By then the latest nonce accepted into the old file (ahead of its time) is stale. A clock that was set
        // back makes the difference zero, and the file just grows a little longer.
        if now.saturating_sub(self.began) > self.window.age.saturating_add(self.window.ahead) {
            self.take_turns(now)?;
        }
        match self.file.write_all(&encode(entry)) {
            Ok(()) => {
                self.length += RECORD as u64;
                Ok(())
            }
            Err(error) => {
                // Half a record (a full disk) would make the next start distrust the file.
                self.file.set_len(self.length)?;
                Err(error)
            }
        }
    }

    fn take_turns(&mut self, now: u64) -> io::Result<()> {
        match fs::rename(&self.path, old_path(&self.path)) {
            // An earlier try came as far as this, and then the next file couldn't be opened: for want of descriptors, say.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            renamed => renamed?,
        }
        (self.file, self.length) = open_for_append(&self.path, true)?;
        self.began = now;
        Ok(())
    }
}

/// One of the two files.
enum Part {
    Missing,
    Damaged,
    Sound(Vec<Used>),
}

impl Part {
    fn records(self) -> Vec<Used> {
        match self {
            Self::Sound(records) => records,
            Self::Missing | Self::Damaged => Vec::new(),
        }
    }
}

fn read(path: &Path, longest: u64) -> io::Result<Part> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Part::Missing),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(longest + 1).read_to_end(&mut bytes)?;
    let Some(records) = bytes.strip_prefix(MAGIC.as_slice()) else { return Ok(Part::Damaged) };
    if bytes.len() as u64 > longest || !records.len().is_multiple_of(RECORD) {
        return Ok(Part::Damaged);
    }
    let decoded: Option<Vec<Used>> = records.chunks_exact(RECORD).map(decode).collect();
    Ok(decoded.map_or(Part::Damaged, Part::Sound))
}

fn open_for_append(path: &Path, fresh: bool) -> io::Result<(File, u64)> {
    if fresh {
        remove_if_there(path)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let mut length = file.metadata()?.len();
    if length == 0 {
        file.write_all(MAGIC)?;
        length = MAGIC.len() as u64;
    }
    Ok((file, length))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn old_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".old");
    PathBuf::from(name)
}

fn encode((nonce, sender): Used) -> [u8; RECORD] {
    let mut record = [0u8; RECORD];
    record[..8].copy_from_slice(&nonce.to_le_bytes());
    record[8..40].copy_from_slice(&sender);
    let sum = Sha256::digest(&record[..40]);
    record[40..].copy_from_slice(&sum[..8]);
    record
}

fn decode(record: &[u8]) -> Option<Used> {
    let (nonce, rest) = record.split_first_chunk::<8>()?;
    let (sender, _) = rest.split_first_chunk::<32>()?;
    let entry = (u64::from_le_bytes(*nonce), *sender);
    (encode(entry) == record).then_some(entry)
}
