//! What servers said of an asset, on disk. Without it a process would begin with no past at each start, and nothing is asked
//! or forecast before the moves of a day and more are known ([`baseline`](crate::baseline)).
//!
//! A text file with a line a price, appended as they come. What a kill has torn off, and what makes no sense, is passed over.
//! A file that has grown long is replaced by its newer half.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use ganglion_subnet::store::{self, StoreError};

use crate::history::{Archive, ArchiveError, Past, Quote};
use crate::horizon::Asset;

/// Prices that are kept at least: seven months of five minutes.
const KEPT: usize = 1 << 16;
/// Lines after which the file is replaced.
const MOST: usize = 2 * KEPT;
/// Longest file, bytes. A line has 46 at most.
const LONGEST: u64 = 16 << 20;

/// The prices of one asset, and their file.
#[derive(Debug)]
pub struct Diary {
    path: PathBuf,
    /// Lines in the file; [`MOST`] if it must be replaced.
    lines: usize,
}

impl Diary {
    /// The diary of an asset with `step` seconds between two prices, in `folder`, which is made if need be. Answers what it
    /// says of the time up to `now`, seconds since 1970.
    ///
    /// # Errors
    /// If the file can't be read or written.
    pub fn open(folder: &Path, asset: &Asset, step: u32, now: u64) -> Result<(Self, Archive), StoreError> {
        store::folder(folder)?;
        // No name has an underscore.
        let path = folder.join(format!("{}-{step}.csv", asset.name().replace('/', "_")));
        let damaged = |error: ArchiveError| StoreError::Damaged { path: path.clone(), reason: error.to_string() };
        let mut archive = Archive::new(asset.clone(), step, Vec::new()).map_err(damaged)?;
        let content = store::read(&path, LONGEST)?.unwrap_or_default();
        // A torn price could be read as another one.
        let whole = content.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        for line in content.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n') {
            if let Some(quote) = read(line).filter(|quote| quote.time <= now) {
                // What is out of order or between two steps is passed over.
                let _ = archive.push(quote);
            }
        }
        let mut diary = Self { path, lines: content.iter().filter(|byte| **byte == b'\n').count() };
        if diary.lines > KEPT || content.last().is_some_and(|last| *last != b'\n') {
            diary.replace(&archive.past(now))?;
        }
        Ok((diary, archive))
    }

    /// Writes the newest price down. `past` tells all that is known, that price included, for a file that has grown long.
    ///
    /// # Errors
    /// If it can't be written; then the next call writes it, too.
    pub fn note(&mut self, quote: Quote, past: impl FnOnce() -> Option<Past>) -> Result<(), StoreError> {
        if self.lines >= MOST {
            return past().map_or(Ok(()), |past| self.replace(&past));
        }
        let file = OpenOptions::new().create(true).append(true).open(&self.path);
        match file.and_then(|mut file| file.write_all(line(&quote).as_bytes())) {
            Ok(()) => {
                self.lines += 1;
                Ok(())
            }
            Err(source) => {
                // There may be half a line.
                self.lines = MOST;
                Err(StoreError::Io { path: self.path.clone(), source })
            }
        }
    }

    fn replace(&mut self, past: &Past) -> Result<(), StoreError> {
        let quotes = past.quotes();
        let newest = quotes.get(quotes.len().saturating_sub(KEPT)..).unwrap_or_default();
        let text: String = newest.iter().map(line).collect();
        store::write(&self.path, text.as_bytes())?;
        self.lines = newest.len();
        Ok(())
    }
}

fn line(quote: &Quote) -> String {
    format!("{},{:e}\n", quote.time, quote.price)
}

fn read(line: &[u8]) -> Option<Quote> {
    let (time, price) = std::str::from_utf8(line).ok()?.split_once(',')?;
    Some(Quote { time: time.parse().ok()?, price: price.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000_000;

    fn open(folder: &Path, now: u64) -> (Diary, Vec<(u64, f64)>) {
        let (diary, archive) = Diary::open(folder, &"EUR/USD".parse().expect("a name"), 300, now).expect("a diary");
        (diary, archive.past(u64::MAX).quotes().iter().map(|quote| (quote.time, quote.price)).collect())
    }

    fn file(folder: &Path) -> PathBuf {
        folder.join("EUR_USD-300.csv")
    }

    #[test]
    fn what_was_said_is_known_after_a_kill() {
        let dir = tempfile::tempdir().expect("dir");
        let (mut diary, none) = open(dir.path(), NOW);
        assert!(none.is_empty());
        let said = [(300, 1.0 / 3.0), (600, 65_432.1), (1_200, 1e-300)];
        for (time, price) in said {
            diary.note(Quote { time, price }, || None).expect("written");
        }
        // In the middle of 15.25.
        let torn = std::fs::read_to_string(file(dir.path())).expect("there") + "1500,1.5";
        std::fs::write(file(dir.path()), torn).expect("torn");
        let (mut diary, known) = open(dir.path(), NOW);
        assert_eq!(known, said);
        diary.note(Quote { time: 1_800, price: 7.0 }, || None).expect("written");
        assert_eq!(open(dir.path(), NOW).1[3..], [(1_800, 7.0)]);
        assert_eq!(open(dir.path(), 700).1, said[..2], "by a clock that was set back the rest is future");
        assert_eq!(open(dir.path(), NOW).1.len(), 4, "and not forgotten");
        let (_, other) = Diary::open(dir.path(), &Asset::btc(), 300, NOW).expect("a diary");
        assert_eq!(other.last(), None);
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        let dir = tempfile::tempdir().expect("dir");
        let text = "x\n\n300\n300,NaN\n300,-1\n300,5\n301,6\n300,7\n\u{fffd},8\n600,8,9\n900,9\n";
        std::fs::write(file(dir.path()), text).expect("written");
        assert_eq!(open(dir.path(), NOW).1, [(300, 5.0), (900, 9.0)]);
        std::fs::write(file(dir.path()), [0xff; 9]).expect("written");
        assert!(open(dir.path(), NOW).1.is_empty());
    }

    #[test]
    fn a_long_file_is_replaced_by_its_newer_half() {
        let dir = tempfile::tempdir().expect("dir");
        let lines = |count: usize| (1..=count as u64).map(|step| format!("{},2e0\n", step * 300)).collect::<String>();
        let counted = || std::fs::read_to_string(file(dir.path())).expect("there").lines().count();
        std::fs::write(file(dir.path()), lines(KEPT + 10)).expect("written");
        let (mut diary, known) = open(dir.path(), NOW);
        assert_eq!((known.len(), counted(), diary.lines), (KEPT + 10, KEPT, KEPT));
        // As after so many more, or after a failure.
        diary.lines = MOST;
        let quotes = [300, 600].map(|time| Quote { time, price: 2.0 });
        let past = || Archive::new(Asset::btc(), 300, quotes.to_vec()).ok().map(|archive| archive.past(NOW));
        diary.note(quotes[1], past).expect("written");
        assert_eq!((counted(), diary.lines), (2, 2));
    }
}
