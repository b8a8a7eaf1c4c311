//! All that a validator must not forget: scores and receipts, kept together.
//!
//! A round counts when its scores *and* its receipts are on disk, and neither may be there without the other, whenever
//! the process dies. Two files can't change in one step, so the book carries the receipts of its last round with it (its
//! *outbox*): the book's file is replaced as a whole, then the receipts go to the log. What a kill in between keeps from
//! the log is appended at the next start.

use std::collections::VecDeque;
use std::path::Path;

use crate::ledger::Ledger;
use crate::receipts::{self, ReceiptLimits, ReceiptLog, SignedReceipt};
use crate::scores::Book;
use crate::store::{self, Lock, StoreError};

/// Receipts that may wait for the log, if it can't be written to for a while; then the oldest are given up.
const MOST_WAITING: usize = 4096;
/// The newest receipts that are at hand for whoever asks: reading them from the log would cost its whole length each time.
pub const MOST_RECENT: usize = 256;

/// A validator's book and receipts.
#[derive(Debug)]
pub struct Records {
    ledger: Ledger,
    log: ReceiptLog,
    /// How many of the first receipts in the outbox the log has.
    logged: usize,
    /// The newest receipts, newest last.
    recent: VecDeque<SignedReceipt>,
    _lock: Lock,
}

impl Records {
    /// Opens what is in `folder` (`scores.json` and `receipts/`), or begins there. No other process can meanwhile.
    ///
    /// # Errors
    /// If another process has the folder, or a file can't be read or written, or is damaged.
    pub fn open(folder: &Path, genesis: &[u8; 32], netuid: u16, limits: ReceiptLimits) -> Result<Self, StoreError> {
        store::folder(folder)?;
        let lock = Lock::take(folder)?;
        let ledger = Ledger::open(&folder.join("scores.json"), genesis, netuid)?;
        let receipts = folder.join("receipts");
        let log = ReceiptLog::open(&receipts, limits)?;
        let mut records = Self { ledger, log, logged: 0, recent: VecDeque::new(), _lock: lock };
        let waiting = &records.ledger.book().outbox;
        if !waiting.is_empty() {
            // Whatever of the outbox was written is at the end of the log.
            let known = receipts::read(&receipts, waiting.len())?;
            let missing: Vec<SignedReceipt> =
                waiting.iter().filter(|receipt| !known.contains(receipt)).cloned().collect();
            records.log.append(&missing)?;
            records.logged = records.ledger.book().outbox.len();
        }
        records.recent = receipts::read(&receipts, MOST_RECENT)?.into();
        Ok(records)
    }

    /// The estimates as they are on disk.
    pub fn book(&self) -> &Book {
        self.ledger.book()
    }

    /// The newest `most` receipts, [`MOST_RECENT`] at most, newest first.
    pub fn recent(&self, most: usize) -> Vec<SignedReceipt> {
        self.recent.iter().rev().take(most).cloned().collect()
    }

    /// Begins a round: its number is on disk as used before anybody sees a task drawn from it.
    ///
    /// # Errors
    /// If it can't be written; the round must not be used then.
    pub fn begin_round(&mut self) -> Result<u64, StoreError> {
        self.ledger.begin_round()
    }

    /// Applies a change that leaves no receipts, and writes it. After an error the book is as it was.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Book) -> T) -> Result<T, StoreError> {
        self.ledger.change(change)
    }

    /// Applies a round's change, which returns its receipts, and writes both. When this has returned, both outlive any
    /// kill. If the book can't be written, nothing has changed; if only the log can't, the receipts wait for the next
    /// round or start.
    ///
    /// # Errors
    /// If one of them can't be written.
    pub fn keep(&mut self, change: impl FnOnce(&mut Book) -> Vec<SignedReceipt>) -> Result<(), StoreError> {
        let logged = self.logged;
        let added = self.ledger.change(|book| {
            let receipts = change(book);
            let added = receipts.len();
            let gone = logged.min(book.outbox.len());
            book.outbox.drain(..gone);
            book.outbox.extend(receipts);
            let surplus = book.outbox.len().saturating_sub(MOST_WAITING);
            book.outbox.drain(..surplus);
            added
        })?;
        self.logged = 0;
        let waiting = &self.ledger.book().outbox;
        let known = waiting.len().saturating_sub(added);
        self.recent.extend(waiting.iter().skip(known).cloned());
        let surplus = self.recent.len().saturating_sub(MOST_RECENT);
        self.recent.drain(..surplus);
        self.log.append(waiting)?;
        self.logged = waiting.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipts::Receipt;
    use crate::scores::ScorePolicy;
    use ganglion_keys::Keypair;
    use ganglion_primitives::NeuronId;
    use std::collections::BTreeMap;
    use std::fs;

    const GENESIS: [u8; 32] = [1; 32];

    fn receipt(round: u64) -> SignedReceipt {
        let keypair = Keypair::from_seed([1; 32]);
        let receipt = Receipt {
            version: 1,
            netuid: 1,
            validator: keypair.public(),
            round,
            block: 1,
            block_hash: String::new(),
            epoch: 20,
            secret_hash: String::new(),
            promise: None,
            kind: "square".into(),
            neuron: 1,
            miner: keypair.public(),
            request_hash: String::new(),
            answer_hash: None,
            outcome: "timeout".into(),
            elapsed_ms: 1,
            score: 0.0,
            parts: BTreeMap::new(),
            bits: None,
            time_ms: 1,
        };
        SignedReceipt::sign(receipt, &keypair)
    }

    fn open(folder: &Path) -> Records {
        Records::open(folder, &GENESIS, 1, ReceiptLimits::default()).expect("open")
    }

    fn keep(records: &mut Records, round: u64) {
        let scored = |book: &mut Book| {
            book.enter(NeuronId(1), 0.5, 1, &ScorePolicy::default());
            vec![receipt(round)]
        };
        records.keep(scored).expect("kept");
    }

    fn rounds(folder: &Path) -> Vec<u64> {
        let found = receipts::read(&folder.join("receipts"), 100).expect("read");
        found.iter().map(|signed| signed.receipt.round).collect()
    }

    #[test]
    fn each_receipt_is_logged_once() {
        let dir = tempfile::tempdir().expect("dir");
        let mut records = open(dir.path());
        (0..3).for_each(|round| keep(&mut records, round));
        drop(records);
        let mut records = open(dir.path());
        assert_eq!(rounds(dir.path()), [0, 1, 2]);
        keep(&mut records, 3);
        assert_eq!(rounds(dir.path()), [0, 1, 2, 3]);
        assert_eq!(records.book().estimate(NeuronId(1)).expect("known").count, 4);
    }

    #[test]
    fn the_newest_receipts_are_at_hand_and_outlive_the_process() {
        let dir = tempfile::tempdir().expect("dir");
        let mut records = open(dir.path());
        assert!(records.recent(9).is_empty());
        records.keep(|_: &mut Book| (0..300).map(receipt).collect()).expect("kept");
        let newest =
            |records: &Records| -> Vec<u64> { records.recent(3).iter().map(|signed| signed.receipt.round).collect() };
        assert_eq!(newest(&records), [299, 298, 297]);
        assert_eq!(records.recent(usize::MAX).len(), MOST_RECENT);
        keep(&mut records, 300);
        assert_eq!(newest(&records), [300, 299, 298]);
        drop(records);
        let records = open(dir.path());
        assert_eq!(newest(&records), [300, 299, 298]);
        assert_eq!(records.recent(usize::MAX).len(), MOST_RECENT);
    }

    #[test]
    fn what_a_kill_kept_from_the_log_is_appended_at_the_next_start() {
        let dir = tempfile::tempdir().expect("dir");
        let mut records = open(dir.path());
        keep(&mut records, 0);
        let before = fs::read(dir.path().join("receipts/receipts.jsonl")).expect("log");
        keep(&mut records, 1);
        drop(records);
        // As if the process had died after the book was written, in the middle of the log's next line.
        let torn = [before.as_slice(), b"{\"receipt\":{\"ver"].concat();
        fs::write(dir.path().join("receipts/receipts.jsonl"), torn).expect("torn");
        let records = open(dir.path());
        assert_eq!(rounds(dir.path()), [0, 1]);
        assert_eq!(records.book().estimate(NeuronId(1)).expect("known").count, 2);
    }

    #[test]
    fn two_processes_do_not_share_a_folder() {
        let dir = tempfile::tempdir().expect("dir");
        let _first = open(dir.path());
        let second = Records::open(dir.path(), &GENESIS, 1, ReceiptLimits::default());
        assert!(matches!(second, Err(StoreError::InUse { .. })));
    }
}
