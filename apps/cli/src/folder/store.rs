//! Reading and writing `network.json`.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use serde::Deserialize;
use thiserror::Error;

use super::record::{Record, FORMAT};

/// No network needs more.
const MOST_BYTES: u64 = 1 << 20;

/// `network.json` can't be used.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Another version of the program wrote it.
    #[error(
        "{path} was written by ganglion {made_by} in format {found}; this is ganglion {} with format {FORMAT}: use that \
         version, choose another folder with --dir, or start anew with `ganglion up --fresh`",
        env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// The file.
        path: String,
        /// Its format.
        found: u64,
        /// The program that wrote it.
        made_by: String,
    },
    /// It is not what it should be.
    #[error(
        "{path} is damaged ({reason}): choose another folder with --dir, or start anew with `ganglion up --fresh`"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What the parser said.
        reason: String,
    },
    /// It can't be read.
    #[error("can't read network.json")]
    System(#[from] io::Error),
}

/// The part that no version changes.
#[derive(Deserialize)]
struct Header {
    format: u64,
    #[serde(default)]
    made_by: String,
}

pub(super) fn read(path: &Path) -> Result<Option<Record>, ReadError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let damaged = |reason: &dyn std::fmt::Display| ReadError::Damaged {
        path: path.display().to_string(),
        reason: reason.to_string(),
    };
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(damaged(&"it is longer than 1 MiB"));
    }
    let header: Header = serde_json::from_slice(&bytes).map_err(|error| damaged(&error))?;
    if header.format != u64::from(FORMAT) {
        let made_by = if header.made_by.is_empty() { "?".into() } else { header.made_by };
        return Err(ReadError::Version { path: path.display().to_string(), found: header.format, made_by });
    }
    serde_json::from_slice(&bytes).map(Some).map_err(|error| damaged(&error))
}

pub(super) fn write(path: &Path, record: &Record) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(record)?;
    text.push(b'\n');
    let draft = path.with_extension("json.new");
    let written = File::create(&draft).and_then(|mut file| {
        file.write_all(&text)?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&draft, path));
    if replaced.is_err() {
        // Half a draft is of no use, least of all on a full disk.
        let _ = fs::remove_file(&draft);
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::super::record::{Phase, ProcessRecord, Role};
    use super::*;

    fn path() -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("network.json");
        (dir, path)
    }

    #[test]
    fn what_was_written_is_read() {
        let (_dir, path) = path();
        assert!(read(&path).expect("nothing there").is_none());
        let mut record = Record::new(500);
        record.phase = Phase::Ready;
        record.processes.push(ProcessRecord {
            name: "skills".into(),
            role: Role::Miner,
            netuid: Some(1),
            process: crate::process::ProcessId::own(),
            address: "127.0.0.1:8091".into(),
            port: 8091,
            log: "skills.log".into(),
            hotkey: None,
        });
        write(&path, &record).expect("write");
        assert_eq!(read(&path).expect("read"), Some(record));
        assert!(!path.with_extension("json.new").exists());
    }

    #[test]
    fn another_version_is_named() {
        let (_dir, path) = path();
        fs::write(&path, r#"{"format":7,"made_by":"9.1.0","things":[]}"#).expect("write");
        let text = read(&path).expect_err("newer").to_string();
        assert!(text.contains("9.1.0") && text.contains("format 7") && text.contains("--fresh"), "{text}");
    }

    #[test]
    fn damage_is_named() {
        let (_dir, path) = path();
        for text in ["", "{", "[]", r#"{"format":1}"#, r#"{"format":-1}"#, "\u{0}\u{1}"] {
            fs::write(&path, text).expect("write");
            let error = read(&path).expect_err("damaged");
            assert!(matches!(error, ReadError::Damaged { .. }), "{text:?} gave {error:?}");
        }
        fs::write(&path, vec![b' '; MOST_BYTES as usize + 1]).expect("write");
        assert!(matches!(read(&path), Err(ReadError::Damaged { .. })));
    }
}
