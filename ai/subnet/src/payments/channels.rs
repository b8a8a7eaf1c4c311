//! What a miner knows of payment channels without asking the chain for each request: bounded, and never old.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ganglion_keys::PublicKey;
use ganglion_primitives::ChannelInfo;

use super::account::Terms;

/// Most channels remembered.
pub const MOST: usize = 8192;
/// What is older is asked for anew. A provider has a day to redeem on a channel that is closing.
const STALE: Duration = Duration::from_secs(60);
/// So soon the chain isn't asked again about the same channel, whatever others say than who signs its vouchers: that one
/// tops it up as it asks.
const SOON: Duration = Duration::from_secs(2);

/// A channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whose signature vouchers need.
    pub voucher_key: PublicKey,
    /// The hotkey that may redeem.
    pub provider: PublicKey,
    /// What it holds, and whether for long.
    pub terms: Terms,
}

impl From<&ChannelInfo> for Known {
    fn from(info: &ChannelInfo) -> Self {
        let terms = Terms { deposit: info.deposit, redeemed: info.redeemed, closing: info.closes_at.is_some() };
        let provider = PublicKey(<[u8; 32]>::from(info.provider.clone()));
        Self { voucher_key: PublicKey(info.voucher_key.0), provider, terms }
    }
}

/// What is remembered of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// This is good enough; `None`: the chain has no such channel.
    Fresh(Option<Known>),
    /// The chain should be asked.
    Ask,
}

/// The channels, by number.
#[derive(Debug, Default)]
pub struct Table {
    /// With the moment at which it was read; `None`: there was none.
    rows: HashMap<u64, (Option<Known>, Instant)>,
}

impl Table {
    /// What is known of `channel`, for a voucher over `total` RAO that `signer` signed: a deposit that is too small may have
    /// grown since.
    pub fn recall(&self, channel: u64, total: u64, signer: &PublicKey, now: Instant) -> Memory {
        let Some((known, read_at)) = self.rows.get(&channel) else { return Memory::Ask };
        let age = now.saturating_duration_since(*read_at);
        let enough = known.is_some_and(|known| known.terms.deposit >= total) && age < STALE;
        let is_its_own = known.is_some_and(|known| known.voucher_key == *signer);
        if enough || (age < SOON && !is_its_own) {
            Memory::Fresh(*known)
        } else {
            Memory::Ask
        }
    }

    /// Remembers what the chain says now.
    pub fn note(&mut self, channel: u64, known: Option<Known>, now: Instant) {
        if self.rows.len() >= MOST && !self.rows.contains_key(&channel) {
            self.rows.retain(|_, (known, read_at)| known.is_some() && now.saturating_duration_since(*read_at) < STALE);
            if self.rows.len() >= MOST {
                self.rows.clear();
            }
        }
        self.rows.insert(channel, (known, now));
    }

    /// The terms that were last read of a channel, however long ago.
    pub fn terms(&self, channel: u64) -> Option<Terms> {
        self.rows.get(&channel).and_then(|(known, _)| known.as_ref()).map(|known| known.terms)
    }

    /// Remembers that a voucher over `total` RAO was redeemed, before the chain is asked again.
    pub fn redeemed(&mut self, channel: u64, total: u64) {
        if let Some((Some(known), _)) = self.rows.get_mut(&channel) {
            known.terms.redeemed = known.terms.redeemed.max(total.min(known.terms.deposit));
        }
    }

    /// Who may pay now: the voucher keys of channels that aren't closing.
    pub fn payers(&self) -> impl Iterator<Item = PublicKey> + '_ {
        let open = self.rows.values().filter_map(|(known, _)| known.as_ref()).filter(|known| !known.terms.closing);
        open.map(|known| known.voucher_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(deposit: u64) -> Known {
        let terms = Terms { deposit, redeemed: 0, closing: false };
        Known { voucher_key: PublicKey([1; 32]), provider: PublicKey([2; 32]), terms }
    }

    #[test]
    fn the_chain_is_asked_when_it_may_say_something_new_and_not_too_often() {
        let (mut table, now, other) = (Table::default(), Instant::now(), PublicKey([9; 32]));
        assert_eq!(table.recall(1, 5, &other, now), Memory::Ask);
        table.note(1, Some(known(10)), now);
        table.note(2, None, now);
        let later = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(table.recall(1, 11, &PublicKey([1; 32]), now), Memory::Ask, "it has just topped it up");
        assert_eq!(table.recall(1, 10, &other, later(59)), Memory::Fresh(Some(known(10))));
        assert_eq!(table.recall(1, 10, &other, later(60)), Memory::Ask, "it may be closing");
        assert_eq!(table.recall(1, 11, &other, later(1)), Memory::Fresh(Some(known(10))));
        assert_eq!(table.recall(1, 11, &other, later(2)), Memory::Ask, "it may have been topped up");
        assert_eq!(table.recall(2, 1, &other, later(1)), Memory::Fresh(None));
        assert_eq!(table.recall(2, 1, &other, later(2)), Memory::Ask, "it may have been opened");
    }

    #[test]
    fn strangers_numbers_do_not_fill_the_memory() {
        let (mut table, now) = (Table::default(), Instant::now());
        table.note(u64::MAX, Some(known(10)), now);
        for channel in 0..2 * MOST as u64 {
            table.note(channel, None, now);
        }
        assert!(table.rows.len() <= MOST);
        assert_eq!(table.terms(u64::MAX), Some(known(10).terms), "what there is stays");
    }
}
