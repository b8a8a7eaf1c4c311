//! A miner's accounts on disk: every change is there before it is acknowledged.

use std::collections::BTreeMap;
use std::path::Path;

use ganglion_primitives::Rao;
use ganglion_wire::payment::VOUCHER_BYTES;

use super::account::{Account, Refusal, Terms};
use super::journal::Journal;
use super::Note;
use crate::store::StoreError;

/// Most channels with an account. Each costs its user a deposit.
pub const MOST: usize = 1 << 16;
const MAGIC: &[u8; 8] = b"gvouch_1";
/// What was used (u64, little-endian), then the best voucher.
const RECORD: usize = 8 + VOUCHER_BYTES;

/// Why an answer wasn't charged.
#[derive(Debug, thiserror::Error)]
pub enum ChargeError {
    /// The voucher doesn't pay for it.
    #[error("the voucher does not pay for it")]
    Refused(Refusal),
    /// There are too many channels.
    #[error("too many channels are in use")]
    Full,
    /// It can't be written down.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The accounts, by channel, and their file.
#[derive(Debug)]
pub struct Book {
    accounts: BTreeMap<u64, Account>,
    journal: Journal<RECORD>,
}

impl Book {
    /// Opens the accounts of `path`, which needn't exist yet.
    ///
    /// # Errors
    /// If the file can't be read, or is damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (journal, records) = Journal::open(path, MAGIC)?;
        let mut accounts = BTreeMap::new();
        for record in &records {
            let account = decode(record);
            accounts.insert(account.best.voucher.channel.0, account);
        }
        Ok(Self { accounts, journal })
    }

    /// The accounts as they are on disk.
    pub fn accounts(&self) -> &BTreeMap<u64, Account> {
        &self.accounts
    }

    /// Takes `price` RAO for an answer. The signature of `note` has been checked.
    ///
    /// # Errors
    /// See [`ChargeError`]; nothing has changed then.
    pub fn charge(&mut self, note: Note, terms: Terms, price: Rao) -> Result<(), ChargeError> {
        let channel = note.voucher.channel.0;
        let before = self.accounts.get(&channel);
        if before.is_none() && self.accounts.len() >= MOST {
            return Err(ChargeError::Full);
        }
        let after = Account::charge(before, note, terms, price).map_err(ChargeError::Refused)?;
        Ok(self.keep(after)?)
    }

    /// Gives `price` RAO back for an answer that never came.
    ///
    /// # Errors
    /// If it can't be written; the answer stays charged then.
    pub fn refund(&mut self, channel: u64, price: Rao) -> Result<(), StoreError> {
        match self.accounts.get(&channel).map(|account| account.refund(price)) {
            Some(account) => self.keep(account),
            None => Ok(()),
        }
    }

    /// Forgets channels that the chain no longer has.
    ///
    /// # Errors
    /// If it can't be written; nothing has changed then.
    pub fn forget(&mut self, channels: &[u64]) -> Result<(), StoreError> {
        if !channels.iter().any(|channel| self.accounts.contains_key(channel)) {
            return Ok(());
        }
        let mut left = self.accounts.clone();
        left.retain(|channel, _| !channels.contains(channel));
        self.journal.rewrite(left.values().map(encode))?;
        self.accounts = left;
        Ok(())
    }

    fn keep(&mut self, account: Account) -> Result<(), StoreError> {
        self.journal.append(&encode(&account))?;
        self.accounts.insert(account.best.voucher.channel.0, account);
        self.journal.shorten(self.accounts.len(), self.accounts.values().map(encode));
        Ok(())
    }
}

fn encode(account: &Account) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..8].copy_from_slice(&account.used.to_le_bytes());
    record[8..].copy_from_slice(&account.best.to_bytes());
    record
}

fn decode(record: &[u8; RECORD]) -> Account {
    let (mut used, mut voucher) = ([0; 8], [0; VOUCHER_BYTES]);
    used.copy_from_slice(&record[..8]);
    voucher.copy_from_slice(&record[8..]);
    Account { best: Note::from_bytes(&voucher), used: u64::from_le_bytes(used) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;
    use ganglion_primitives::ChannelId;

    const OPEN: Terms = Terms { deposit: 100, redeemed: 0, closing: false };

    /// Who is told that an answer wasn't charged must not have paid for it.
    #[test]
    fn an_answer_is_charged_though_the_file_can_not_be_shortened() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("vouchers");
        let key = Keypair::from_seed([1; 32]);
        let note = |total| Note::sign(ChannelId(1), total, &[0; 32], &key);
        let first = Account { best: note(10), used: 10 };
        let (mut journal, _) = Journal::<RECORD>::open(&path, MAGIC).expect("new");
        journal.rewrite(std::iter::repeat_n(encode(&first), 12_000)).expect("written");
        // Where the shorter file would be made.
        std::fs::create_dir(dir.path().join("vouchers.new")).expect("a folder");
        let mut book = Book::open(&path).expect("read");
        book.charge(note(20), OPEN, 10).expect("paid");
        assert_eq!(Book::open(&path).expect("read").accounts(), book.accounts());
        std::fs::remove_dir(dir.path().join("vouchers.new")).expect("gone");
        book.charge(note(30), OPEN, 10).expect("paid");
        assert!(std::fs::metadata(&path).expect("there").len() < 1_000, "shortened when it could be");
        assert_eq!(Book::open(&path).expect("read").accounts(), book.accounts());
    }

    #[test]
    fn what_was_taken_is_there_after_a_kill_and_settled_channels_go() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("vouchers");
        let key = Keypair::from_seed([1; 32]);
        let note = |channel, total| Note::sign(ChannelId(channel), total, &[0; 32], &key);
        let mut book = Book::open(&path).expect("new");
        book.charge(note(1, 10), OPEN, 10).expect("paid");
        book.charge(note(2, 10), OPEN, 10).expect("paid");
        book.charge(note(1, 20), OPEN, 10).expect("paid");
        book.refund(2, 10).expect("written");
        let before = book.accounts().clone();
        drop(book);
        let mut book = Book::open(&path).expect("read");
        assert_eq!(book.accounts(), &before);
        let promised = |channel| before[&channel].best.voucher.total;
        assert_eq!((before[&1].used, promised(1), before[&2].used, promised(2)), (20, 20, 0, 10));
        let refused = book.charge(note(1, 20), OPEN, 10);
        assert!(matches!(refused, Err(ChargeError::Refused(Refusal::TooSmall(30)))), "{refused:?}");
        book.forget(&[1, 7]).expect("written");
        drop(book);
        let book = Book::open(&path).expect("read");
        assert_eq!(book.accounts().keys().collect::<Vec<_>>(), [&2]);
    }
}
