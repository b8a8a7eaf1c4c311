//! Log files of children.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// A log longer than this, bytes, is set aside at the next start.
const LONG: u64 = 32 << 20;

/// How much of a log's end is looked at, bytes.
const END: u64 = 64 << 10;

/// Opens a log to append to. A long one becomes `<name>.log.old` first, so that logs are bounded over restarts.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(path).is_ok_and(|meta| meta.len() > LONG) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

/// The last `lines` lines of a log, as far as they lie in its last 64 KiB; control characters are left out.
/// A log that can't be read has no lines.
pub fn tail(path: &Path, lines: usize) -> Vec<String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
        let mut bytes = Vec::new();
        file.take(END).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    let first = all.len().saturating_sub(lines);
    all.into_iter().skip(first).map(plain).collect()
}

/// `line` without control characters and terminal colours.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\x1b' {
            // A colour is ESC [ … letter.
            if chars.next() == Some('[') {
                chars.by_ref().find(|c| c.is_ascii_alphabetic());
            }
        } else if c == '\t' || !c.is_control() {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("a.log");
        assert!(tail(&path, 3).is_empty());
        let text: String = (0..20_000).map(|n| format!("line {n}\n")).collect();
        fs::write(&path, text + "\x1b[31mred\x1b[0m\u{7}\n\u{0}last").expect("write");
        assert_eq!(tail(&path, 3), ["line 19999", "red", "last"]);
    }

    #[test]
    fn a_long_log_is_set_aside() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("logs").join("a.log");
        open(&path).expect("new").set_len(LONG + 1).expect("long");
        assert_eq!(open(&path).expect("again").metadata().expect("meta").len(), 0);
        assert!(dir.path().join("logs").join("a.log.old").exists());
    }
}
