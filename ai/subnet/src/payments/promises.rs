//! What a user's gateway has promised on its channels: the other side of [`account`](super::account).
//!
//! A total is on disk before its voucher is sent, so that no restart promises less than was promised before, and nobody can
//! be asked for more than the disk knows. Whoever got no answer owes nothing for it: the next voucher has the same
//! total. A miner that had kept the first one then asks for a larger total. That may be honest (it answered, and the answer was
//! lost on the way, or its user hung up, or another miner was faster), so it is conceded, up to some answers and a tenth of what
//! was really answered.

use std::collections::BTreeMap;
use std::path::Path;

use ganglion_primitives::{ChannelId, Rao};

use super::journal::Journal;
use crate::store::StoreError;

const MAGIC: &[u8; 8] = b"gpromis1";
/// Channel, largest total signed, conceded; u64, little-endian.
const RECORD: usize = 24;
/// Answers that never came and are conceded to whoever has answered nothing yet. A user who stops the first few before their
/// first word, and hedges, must not lose an honest miner; more than that, nobody earns by silence.
pub const CONCEDED: Rao = 8;

/// One channel's promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promised {
    /// The largest total that was signed, RAO: what the miner can claim.
    pub signed: Rao,
    /// RAO owed: for answers, and what was conceded.
    pub due: Rao,
    /// Of that, conceded without an answer.
    pub lost: Rao,
    /// RAO of requests that are under way.
    pub flying: Rao,
    /// The miner asks for more than is conceded: the channel isn't used any more.
    pub stuck: bool,
}

/// Why nothing is promised.
#[derive(Debug, thiserror::Error)]
pub enum PromiseError {
    /// The deposit is too small.
    #[error("the channel's deposit is used up: {0} RAO would be needed")]
    Deposit(Rao),
    /// See [`Promised::stuck`].
    #[error("the miner asks to be paid for answers that never came")]
    Stuck,
    /// An amount left the range of 64 bits.
    #[error("the channel is used up")]
    Overflow,
    /// It can't be written down.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Promised {
    /// The promise with one request for `price` RAO more, and the total to sign.
    fn with(&self, price: Rao, deposit: Rao) -> Result<(Self, Rao), PromiseError> {
        if self.stuck {
            return Err(PromiseError::Stuck);
        }
        let flying = self.flying.checked_add(price).ok_or(PromiseError::Overflow)?;
        let total = self.due.checked_add(flying).ok_or(PromiseError::Overflow)?;
        if total > deposit {
            return Err(PromiseError::Deposit(total));
        }
        Ok((Self { flying, signed: self.signed.max(total), ..*self }, total))
    }

    /// The promise once it is conceded that `total` is needed for an answer of `price` RAO; `None` if it isn't.
    fn conceding(&self, total: Rao, price: Rao) -> Option<Self> {
        let claimed = total.saturating_sub(price);
        let gap = claimed.saturating_sub(self.due.saturating_add(self.flying));
        let lost = self.lost.saturating_add(gap);
        let earned = self.due.saturating_sub(self.lost);
        let most = price.saturating_mul(CONCEDED).saturating_add(earned / 10);
        if gap > 0 && (claimed > self.signed || lost > most) {
            return None;
        }
        Some(Self { due: self.due.saturating_add(gap), lost, ..*self })
    }
}

/// The promises, by channel, and their file.
#[derive(Debug)]
pub struct Promises {
    channels: BTreeMap<u64, Promised>,
    journal: Journal<RECORD>,
}

impl Promises {
    /// Opens the promises of `path`, which needn't exist yet. All that was signed counts as owed: what was under way at the end
    /// was answered, for all that is known.
    ///
    /// # Errors
    /// If the file can't be read, or is damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (journal, records) = Journal::open(path, MAGIC)?;
        let mut channels = BTreeMap::new();
        for record in &records {
            let [channel, signed, lost] = decode(record);
            channels.insert(channel, Promised { signed, due: signed, lost, ..Promised::default() });
        }
        Ok(Self { channels, journal })
    }

    /// What was promised on a channel.
    pub fn of(&self, channel: ChannelId) -> Promised {
        self.channels.get(&channel.0).copied().unwrap_or_default()
    }

    /// Promises `price` RAO more on a channel with this deposit, of which the provider has redeemed so much: the total to
    /// sign, which is on disk. One of [`Promises::answered`] and [`Promises::unanswered`] must follow.
    ///
    /// # Errors
    /// See [`PromiseError`]; nothing has changed then.
    pub fn promise(
        &mut self,
        channel: ChannelId,
        price: Rao,
        deposit: Rao,
        redeemed: Rao,
    ) -> Result<Rao, PromiseError> {
        let before = self.of(channel);
        // A folder that was lost, or put back from a copy, knows less than the chain.
        let known = match redeemed > before.signed {
            true => Promised { signed: redeemed, due: redeemed, ..before },
            false => before,
        };
        let (after, total) = known.with(price, deposit)?;
        if after.signed > before.signed {
            self.write(channel, after)?;
        }
        self.channels.insert(channel.0, after);
        Ok(total)
    }

    /// There is an answer.
    pub fn answered(&mut self, channel: ChannelId, price: Rao) {
        if let Some(promised) = self.channels.get_mut(&channel.0) {
            promised.flying = promised.flying.saturating_sub(price);
            promised.due = promised.due.saturating_add(price);
        }
    }

    /// There is none.
    pub fn unanswered(&mut self, channel: ChannelId, price: Rao) {
        if let Some(promised) = self.channels.get_mut(&channel.0) {
            promised.flying = promised.flying.saturating_sub(price);
        }
    }

    /// The miner asks for a voucher over `total` for an answer of `price` RAO. Whether to go on with it.
    pub fn demanded(&mut self, channel: ChannelId, total: Rao, price: Rao) -> bool {
        let before = self.of(channel);
        match before.conceding(total, price) {
            Some(after) => {
                // What can't be written is conceded in this process only.
                if after.lost > before.lost {
                    if let Err(error) = self.write(channel, after) {
                        tracing::warn!(%error, "a concession can't be kept");
                    }
                }
                self.channels.insert(channel.0, after);
                true
            }
            None => {
                self.channels.insert(channel.0, Promised { stuck: true, ..before });
                false
            }
        }
    }

    fn write(&mut self, channel: ChannelId, promised: Promised) -> Result<(), StoreError> {
        self.journal.append(&encode(channel.0, &promised))?;
        let others = self.channels.iter().filter(|(id, _)| **id != channel.0);
        let records = others.map(|(id, promised)| encode(*id, promised));
        self.journal.shorten(self.channels.len(), records.chain([encode(channel.0, &promised)]));
        Ok(())
    }
}

fn encode(channel: u64, promised: &Promised) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..8].copy_from_slice(&channel.to_le_bytes());
    record[8..16].copy_from_slice(&promised.signed.to_le_bytes());
    record[16..].copy_from_slice(&promised.lost.to_le_bytes());
    record
}

fn decode(record: &[u8; RECORD]) -> [u64; 3] {
    [0, 8, 16].map(|start| {
        let mut number = [0; 8];
        number.copy_from_slice(&record[start..start + 8]);
        u64::from_le_bytes(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ChannelId = ChannelId(1);

    fn opened() -> (Promises, tempfile::TempDir) {
        let dir = tempfile::tempdir().expect("dir");
        (Promises::open(&dir.path().join("promises")).expect("new"), dir)
    }

    fn total(promises: &mut Promises) -> Rao {
        promises.promise(ONE, 10, 10_000, 0).expect("the deposit is large enough")
    }

    #[test]
    fn requests_under_way_have_totals_of_their_own_and_failed_ones_are_not_owed() {
        let (mut promises, _dir) = opened();
        assert_eq!([total(&mut promises), total(&mut promises)], [10, 20]);
        promises.unanswered(ONE, 10);
        promises.answered(ONE, 10);
        assert_eq!(total(&mut promises), 20, "one was answered");
        promises.unanswered(ONE, 10);
        assert!(matches!(promises.promise(ONE, 10, 19, 0), Err(PromiseError::Deposit(20))));
        assert_eq!(promises.of(ONE).signed, 20);
    }

    #[test]
    fn after_a_restart_nothing_less_is_promised() {
        let (mut promises, dir) = opened();
        for _ in 0..3 {
            total(&mut promises);
        }
        drop(promises);
        let mut again = Promises::open(&dir.path().join("promises")).expect("read");
        assert_eq!(total(&mut again), 40);
        assert_eq!(again.promise(ChannelId(2), 10, 1_000, 70).expect("enough"), 80, "the chain knows more");
    }

    #[test]
    fn a_few_answers_that_never_came_are_conceded_and_not_every_one() {
        let (mut promises, _dir) = opened();
        for asked in 1..=CONCEDED {
            assert_eq!(total(&mut promises), 10 * asked);
            promises.unanswered(ONE, 10);
            assert!(promises.demanded(ONE, 10 * (asked + 1), 10), "it says that it answered");
        }
        assert_eq!(total(&mut promises), 90);
        promises.unanswered(ONE, 10);
        assert!(!promises.demanded(ONE, 100, 10));
        assert!(matches!(promises.promise(ONE, 10, 1_000, 0), Err(PromiseError::Stuck)));
    }

    #[test]
    fn who_answers_is_believed_more_and_nobody_is_given_what_was_never_promised() {
        let (mut promises, _dir) = opened();
        for _ in 0..100 {
            total(&mut promises);
            promises.answered(ONE, 10);
        }
        for _ in 0..18 {
            let asked = total(&mut promises);
            promises.unanswered(ONE, 10);
            assert!(promises.demanded(ONE, asked + 10, 10));
        }
        let lost = promises.of(ONE).lost;
        assert_eq!(lost, 180);
        assert!(promises.demanded(ONE, promises.of(ONE).due + 10, 10), "nothing new");
        assert!(!promises.demanded(ONE, promises.of(ONE).signed + 11, 10));
    }
}
