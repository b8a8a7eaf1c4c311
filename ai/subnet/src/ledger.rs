//! The score book on disk.

use std::path::{Path, PathBuf};

use crate::scores::Book;
use crate::store::{self, StoreError};

/// The most bytes a score file may have: 4 096 neurons with as many pairs as are kept need 4 MB, and 10 MB more for each series
/// of windows, of which there are ten at most and mostly one.
const FILE_LIMIT: u64 = 128 << 20;

/// A book and its file. Every change is on disk before it is acknowledged.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    book: Book,
}

impl Ledger {
    /// Opens the book of `path`, or an empty one. A book of another chain or subnet is put aside (`.old`).
    ///
    /// # Errors
    /// If the file can't be read or isn't a sound book.
    pub fn open(path: &Path, genesis: &[u8; 32], netuid: u16) -> Result<Self, StoreError> {
        let fresh = Book::new(genesis, netuid);
        let Some(content) = store::read(path, FILE_LIMIT)? else {
            return Ok(Self { path: path.into(), book: fresh });
        };
        let damaged = |reason: String| StoreError::Damaged { path: path.into(), reason };
        let book: Book = serde_json::from_slice(&content).map_err(|error| damaged(error.to_string()))?;
        if !book.is_sound() {
            return Err(damaged("version or numbers out of range".into()));
        }
        if !book.belongs_to(genesis, netuid) {
            store::write(&path.with_extension("old"), &content)?;
            return Ok(Self { path: path.into(), book: fresh });
        }
        Ok(Self { path: path.into(), book })
    }

    /// The estimates as they are on disk.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Begins a round: its number is on disk as used before anybody sees a task drawn from it.
    ///
    /// # Errors
    /// If it can't be written; the round must not be used then.
    pub fn begin_round(&mut self) -> Result<u64, StoreError> {
        self.change(Book::begin_round)
    }

    /// Applies a change and writes it. After an error the book is as it was.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Book) -> T) -> Result<T, StoreError> {
        let mut next = self.book.clone();
        let result = change(&mut next);
        if next != self.book {
            let content = serde_json::to_vec(&next)
                .map_err(|error| StoreError::Damaged { path: self.path.clone(), reason: error.to_string() })?;
            store::write(&self.path, &content)?;
            self.book = next;
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Finding, Findings};
    use crate::scores::ScorePolicy;
    use crate::seed::Seed;
    use crate::subnet::Score;
    use ganglion_primitives::NeuronId;

    const A: NeuronId = NeuronId(1);

    #[test]
    fn a_kill_loses_nothing_that_was_acknowledged() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("scores.json");
        let mut ledger = Ledger::open(&path, &[1; 32], 1).expect("new");
        let round = ledger.begin_round().expect("written");
        ledger.change(|book| book.enter(A, 0.7, 9, &ScorePolicy::default())).expect("written");
        let before = ledger.book().clone();
        // No farewell: the process is gone, in the middle of the next write.
        drop(ledger);
        std::fs::write(dir.path().join("scores.json.new"), b"{\"vers").expect("torn");
        let mut again = Ledger::open(&path, &[1; 32], 1).expect("read");
        assert_eq!(again.book(), &before);
        assert_eq!(again.begin_round().expect("written"), round + 1);
    }

    #[test]
    fn a_book_of_another_chain_is_put_aside() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("scores.json");
        let mut ledger = Ledger::open(&path, &[1; 32], 1).expect("new");
        ledger.change(|book| book.enter(A, 0.7, 9, &ScorePolicy::default())).expect("written");
        let other = Ledger::open(&path, &[2; 32], 1).expect("new");
        assert!(other.book().estimate(A).is_none());
        assert!(dir.path().join("scores.old").exists());
    }

    /// Earlier versions took what a miner adds from the rounds in which all together did well.
    #[test]
    fn earlier_books_are_read_and_their_marginal_is_not_mixed_with_ours() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("scores.json");
        let average = |mean: f64| serde_json::json!({ "mean": mean, "variance": 0.25, "count": 30 });
        let old = serde_json::json!({
            "version": 1, "genesis": "01".repeat(32), "netuid": 1, "rounds": 40, "decayed": 0,
            "estimates": { "1": { "mean": 0.5, "variance": 0.25, "count": 30, "last_asked": 9 } },
            "information": {
                "1": { "absolute": average(1.5), "marginal": average(0.75), "novelty": average(0.5) },
            },
        });
        std::fs::write(&path, old.to_string()).expect("written");
        let mut ledger = Ledger::open(&path, &[1; 32], 1).expect("read");
        let known = *ledger.book().information(A).expect("known");
        assert_eq!((known.means(), known.marginal.count, known.absolute.count), ([1.5, 0.0, 0.5], 0, 30));
        assert_eq!(ledger.book().estimate(A).map(|estimate| estimate.count), Some(30));
        // What is learnt from here on is kept.
        let finding = |neuron| Finding { neuron, score: Score::new(1.0, &[]), answered: true };
        let findings = Findings { miners: vec![finding(A), finding(NeuronId(2))], ..Findings::default() };
        let (mut dice, policy) = (Seed([1; 32]).dice(), ScorePolicy::default());
        ledger.change(|book| book.enter_round(&findings, 10, &mut dice, &policy)).expect("written");
        let again = Ledger::open(&path, &[1; 32], 1).expect("read");
        assert_eq!(again.book().information(A).map(|known| known.marginal.count), Some(1));
    }

    #[test]
    fn damaged_books_are_refused() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("scores.json");
        for text in ["{", "[]", r#"{"version":9,"genesis":"","netuid":1,"rounds":0,"decayed":0,"estimates":{}}"#] {
            std::fs::write(&path, text).expect("written");
            assert!(matches!(Ledger::open(&path, &[1; 32], 1), Err(StoreError::Damaged { .. })));
        }
    }
}
