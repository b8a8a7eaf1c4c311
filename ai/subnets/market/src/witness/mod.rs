//! Other validators as witnesses of prices: what they saw, and whether one's own prices are theirs.
//!
//! Each validator shows the newest prices that it saw on a signed page ([`page`]), at the address that it has announced for
//! its metrics; the others read it every so often. Before a round is scored, the prices at its two ends are held
//! against the stake-weighted median of everybody's ([`agreement`](crate::agreement)). Who hears of nobody decides by its own
//! sources, and nobody is waited for longer than three minutes.

mod booth;
mod link;
pub mod page;
mod reader;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ganglion_keys::PublicKey;

use crate::agreement::{self, Verdict, Vote};
use crate::horizon::Asset;
use crate::sources::Feed;
use page::{PricePage, Shown};

pub use booth::Booth;
pub use link::Link;

/// Most prices of one validator that are kept: four weeks of five minutes, if it sees one asset.
const KEPT: usize = 8_192;
/// What comes so long after a price, seconds, is what its witnesses had to say: their sources need a few seconds, too.
const SETTLED: u64 = 30;
/// Longest wait for witnesses after the last price of a round, seconds.
const PATIENCE: u64 = 180;
/// How soon to look again.
const AGAIN: Duration = Duration::from_secs(10);
/// A page may be ahead of one's own clock by so much, seconds.
const AHEAD: u64 = 60;

/// What the others say of the prices of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// They agree, or say nothing.
    Fine,
    /// They may say something yet: look again after this time.
    Wait(Duration),
    /// They saw other prices.
    Differs,
}

/// What other validators have shown.
#[derive(Debug, Default)]
pub struct Witnesses(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    /// By hotkey.
    validators: BTreeMap<PublicKey, Witness>,
    /// The stake behind oneself, RAO.
    own: u64,
    /// When all of them were asked last, seconds since 1970.
    asked: u64,
}

/// One of them.
#[derive(Debug, Default)]
struct Witness {
    stake: u64,
    /// Its prices, the oldest first.
    prices: BTreeMap<(u64, Asset), f64>,
}

impl Witnesses {
    /// Begins a round of questions: these are the validators with their stakes, and one's own. Others are forgotten.
    pub(crate) fn begin(&self, validators: &[(PublicKey, u64)], own: u64) {
        let mut heard = self.lock();
        heard.own = own;
        let mut before = std::mem::take(&mut heard.validators);
        for (validator, stake) in validators.iter().take(agreement::MOST) {
            let prices = before.remove(validator).unwrap_or_default().prices;
            heard.validators.insert(*validator, Witness { stake: *stake, prices });
        }
    }

    /// Takes in a page that was found to be a validator's. What is said of the future isn't heard, and what was said once
    /// stays: nobody changes its mind after it has seen the others'.
    pub(crate) fn take(&self, page: &PricePage, now: u64) {
        let mut heard = self.lock();
        let Some(witness) = heard.validators.get_mut(&page.sighting.validator) else { return };
        for (asset, quote) in page.quotes() {
            if quote.time <= now.saturating_add(AHEAD) {
                witness.prices.entry((quote.time, asset)).or_insert(quote.price);
            }
        }
        while witness.prices.len() > KEPT {
            witness.prices.pop_first();
        }
    }

    /// Takes in a price that a validator saw.
    #[cfg(test)]
    pub(crate) fn note(&self, validator: PublicKey, asset: &Asset, quote: crate::history::Quote) {
        if let Some(witness) = self.lock().validators.get_mut(&validator) {
            witness.prices.insert((quote.time, asset.clone()), quote.price);
        }
    }

    /// Everybody was asked, beginning at `now`.
    pub(crate) fn end(&self, now: u64) {
        self.lock().asked = now;
    }

    /// What they say of one's own prices at these times, when they have had time to say it.
    pub(crate) fn look(&self, feed: &dyn Feed, asset: &Asset, times: &[u64]) -> Look {
        let (heard, now) = (self.lock(), feed.now());
        let last = times.iter().copied().max().unwrap_or(0);
        if heard.asked < last.saturating_add(SETTLED) && now < last.saturating_add(PATIENCE) {
            return Look::Wait(AGAIN);
        }
        let differs = |time: &u64| {
            let Some(price) = feed.price(asset, *time) else { return false };
            let votes: Vec<Vote> = heard.votes(asset, *time);
            agreement::verdict(Vote { price, stake: heard.own }, &votes) == Verdict::Differs
        };
        match times.iter().any(differs) {
            true => Look::Differs,
            false => Look::Fine,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn votes(&self, asset: &Asset, time: u64) -> Vec<Vote> {
        let key = (time, asset.clone());
        let vote = |witness: &Witness| Some(Vote { price: *witness.prices.get(&key)?, stake: witness.stake });
        self.validators.values().filter_map(vote).collect()
    }
}

/// What is on the page of a validator that sees these assets.
pub(crate) fn shown(feed: &dyn Feed, assets: &[Asset]) -> Vec<Shown> {
    let of = |asset: &Asset| Some(Shown::of(asset, feed.past(asset)?.quotes()));
    assets.iter().take(page::MOST_ASSETS).filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::page::tests::page;
    use super::*;
    use crate::history::Quote;
    use crate::sources::{Clock, Tape};
    use ganglion_keys::Keypair;

    const END: u64 = 30 * 300;

    /// Prices of 100 at every step until so long after the end.
    fn feed(after: u64) -> Tape {
        let tape = Tape::new(&[Asset::btc()], 30, Clock::Steps(Duration::from_secs(1))).expect("a tape");
        for time in (1..=(END + after) / 30).map(|step| step * 30) {
            tape.push(&Asset::btc(), Quote { time, price: 100.0 }).expect("in order");
        }
        tape
    }

    fn key(number: u8) -> PublicKey {
        Keypair::from_seed([number; 32]).public()
    }

    /// What three validators with these prices and stakes say of a round from 300 to the end, to one with a stake of 10.
    fn said(prices: [f64; 3], stakes: [u64; 3]) -> Look {
        let (witnesses, feed) = (Witnesses::default(), feed(60));
        let validators: Vec<(PublicKey, u64)> = (1u8..).map(key).zip(stakes).collect();
        witnesses.begin(&validators, 10);
        for (number, price) in (1u8..).zip(prices) {
            witnesses.take(&page(number, &[(300, 100.0), (END, price)]), feed.now());
        }
        witnesses.end(feed.now());
        witnesses.look(&feed, &Asset::btc(), &[300, END])
    }

    #[test]
    fn a_round_whose_prices_the_stake_did_not_see_is_left_out() {
        assert_eq!(said([100.1, 100.2, 99.9], [10, 10, 10]), Look::Fine);
        assert_eq!(said([101.0, 101.0, 101.0], [10, 10, 10]), Look::Differs);
        // Liars with little stake, or one of three.
        assert_eq!(said([101.0, 101.0, 100.0], [2, 2, 10]), Look::Fine);
        assert_eq!(said([1e9, 100.0, 100.0], [10, 10, 10]), Look::Fine);
        assert_eq!(said([f64::NAN, -5.0, 0.0], [10, 10, 10]), Look::Fine, "nobody says anything that makes sense");
        assert_eq!(said([101.0; 3], [0; 3]), Look::Fine, "no stake, no say");
    }

    #[test]
    fn witnesses_are_waited_for_but_not_for_ever() {
        let witnesses = Witnesses::default();
        let look = |after: u64| witnesses.look(&feed(after), &Asset::btc(), &[300, END]);
        assert_eq!((look(0), look(150)), (Look::Wait(AGAIN), Look::Wait(AGAIN)));
        // Nobody could be asked: one's own sources decide.
        assert_eq!(look(PATIENCE), Look::Fine);
        // All were asked when they could know.
        witnesses.end(END + SETTLED - 1);
        assert_eq!(look(60), Look::Wait(AGAIN));
        witnesses.end(END + SETTLED);
        assert_eq!(look(60), Look::Fine);
    }

    #[test]
    fn strangers_the_future_and_second_thoughts_are_not_heard() {
        let witnesses = Witnesses::default();
        witnesses.begin(&[(key(1), 5)], 1);
        witnesses.take(&page(2, &[(300, 1.0)]), 600);
        witnesses.take(&page(1, &[(300, 2.0), (600 + AHEAD + 1, 3.0)]), 600);
        witnesses.take(&page(1, &[(300, 9.0)]), 600);
        let votes = |time: u64| witnesses.lock().votes(&Asset::btc(), time);
        assert_eq!(votes(300), [Vote { price: 2.0, stake: 5 }]);
        assert!(votes(600 + AHEAD + 1).is_empty());
        // Who has no permit any more is forgotten, and what the others said is kept.
        witnesses.begin(&[(key(1), 7), (key(2), 1)], 1);
        assert_eq!(votes(300), [Vote { price: 2.0, stake: 7 }]);
        witnesses.begin(&[(key(2), 1)], 1);
        assert!(votes(300).is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_newest_stays() {
        let witnesses = Witnesses::default();
        witnesses.begin(&[(key(1), 5)], 1);
        for first in 0..(KEPT as u64 / 100 + 3) {
            let quotes: Vec<(u64, f64)> = (0..100).map(|step| (first * 100 + step + 1, 1.0)).collect();
            witnesses.take(&page(1, &quotes), u64::MAX);
        }
        let heard = witnesses.lock();
        let prices = &heard.validators[&key(1)].prices;
        let newest = (KEPT as u64 / 100 + 3) * 100;
        assert_eq!((prices.len(), prices.last_key_value().map(|((time, _), _)| *time)), (KEPT, Some(newest)));
    }

    #[test]
    fn what_is_shown_are_the_newest_prices_of_each_asset() {
        let (feed, eth): (Tape, Asset) = (feed(0), "ETH".parse().expect("a name"));
        let found = shown(&feed, &[Asset::btc(), eth]);
        assert_eq!((found.len(), found[0].asset.as_str(), found[0].quotes.len()), (1, "BTC", page::MOST_QUOTES));
        assert_eq!(found[0].quotes.last(), Some(&(END, "100".to_owned())));
    }
}
