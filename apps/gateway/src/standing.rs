//! What the gateway itself knows about miners: how fast they are, whether they live, whom to leave alone.

use crate::{
    breaker::{Breaker, Policy, State, Trial},
    directory::Miner,
    ordering::{self, Facts},
    sort::Sort,
    times::{Timed, Times},
    GatewayConfig,
};
use ganglion_keys::PublicKey;
use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How often a miner's schema document is read, and how soon again where it wasn't there.
const REREAD: Duration = Duration::from_secs(60);
const RETRY: Duration = Duration::from_secs(10);

/// One miner's record.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    /// Times to whole answers, but those to exact questions.
    pub(crate) whole: Times,
    /// Times to the first word of streamed answers, but those to exact questions.
    pub(crate) first: Times,
    /// Times to answers to exact questions, or to their first word.
    pub(crate) exact: Times,
    /// Whether its port was open at the last look; `None` before the first.
    pub(crate) alive: Option<bool>,
    /// What it says of itself in its schema document.
    pub(crate) announced: Announced,
    /// What it was last ranked by, 0 to 1; `None` before that.
    pub(crate) score: Option<f64>,
    breaker: Breaker,
    looked_at: Option<Instant>,
    read_at: Option<Instant>,
}

/// What a miner's schema document says: a hint, to be checked by asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Announced {
    /// Whether the document was there.
    pub(crate) known: bool,
    /// Whether it makes sentence vectors.
    pub(crate) embeds: bool,
    /// RAO for an answer of the subnet's own synapse; `None` where it wants none.
    pub(crate) price: Option<u64>,
}

impl Standing {
    pub(crate) fn state(&self, now: Instant) -> State {
        self.breaker.state(now)
    }

    /// Average answer time: of whole answers; where it has only given streamed ones, of their first words; where all
    /// questions were exact ones, of these.
    pub(crate) fn latency(&self) -> Option<Duration> {
        self.usual(Sort::Open).or(self.exact.mean())
    }

    /// Average time that such a question takes it, if that has been measured.
    fn usual(&self, sort: Sort) -> Option<Duration> {
        match sort {
            Sort::Open => self.whole.mean().or(self.first.mean()),
            Sort::Exact => self.exact.mean(),
        }
    }

    fn times(&mut self, timed: Timed) -> &mut Times {
        match timed {
            Timed::Whole => &mut self.whole,
            Timed::First => &mut self.first,
            Timed::Exact => &mut self.exact,
        }
    }

    /// Whether its port should be looked at again. One that was closed may be a miner that is just starting.
    fn is_due(&self, now: Instant, every: Duration) -> bool {
        let every = if self.alive == Some(false) { every / 5 } else { every };
        self.looked_at.is_none_or(|at| now.saturating_duration_since(at) >= every)
    }

    /// Whether its schema document should be read again.
    fn is_to_be_read(&self, now: Instant) -> bool {
        let every = if self.announced.known { REREAD } else { RETRY };
        self.alive != Some(false) && self.read_at.is_none_or(|at| now.saturating_duration_since(at) >= every)
    }
}

/// Where a record belongs. A miner that has moved is another process on another machine: what was known of it at its
/// old address says nothing about the new one.
type Place = (PublicKey, SocketAddr);

fn place(miner: &Miner) -> Place {
    (miner.hotkey, miner.address)
}

/// The records of all miners of the subnet.
pub(crate) struct Standings {
    policy: Policy,
    probe: Duration,
    /// No miner is late before the first, and each is after the second.
    late: (Duration, Duration),
    records: Mutex<HashMap<Place, Standing>>,
}

impl Standings {
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        Self {
            policy: Policy { failures: config.failures, pause: config.pause, longest: config.longest_pause },
            probe: config.probe,
            late: (config.hedge_least, config.hedge),
            records: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Place, Standing>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn of(&self, miner: &Miner) -> Standing {
        self.lock().get(&place(miner)).copied().unwrap_or_default()
    }

    /// Forgets miners that have left the subnet, or moved.
    pub(crate) fn retain(&self, miners: &[Miner]) {
        let present: HashSet<_> = miners.iter().map(place).collect();
        self.lock().retain(|place, _| present.contains(place));
    }

    /// Those whose ports should be looked at now.
    pub(crate) fn due(&self, miners: &[Miner], now: Instant) -> Vec<Miner> {
        miners.iter().filter(|miner| self.of(miner).is_due(now, self.probe)).cloned().collect()
    }

    /// Marks that a request is on its way to the miner. Its trial, if the miner's pause is over and it is the one that tries.
    pub(crate) fn started(&self, miner: &Miner, now: Instant) -> Option<Trial> {
        self.lock().entry(place(miner)).or_default().breaker.started(now)
    }

    /// From when on the miner is late with what it is asked for.
    pub(crate) fn late(&self, miner: &Miner, timed: Timed) -> Duration {
        let (least, most) = self.late;
        self.of(miner).times(timed).late(least, most)
    }

    /// The same where a miner whose times aren't known gets the least.
    pub(crate) fn soon(&self, miner: &Miner, timed: Timed) -> Duration {
        let (least, most) = self.late;
        self.of(miner).times(timed).soon(least, most)
    }

    /// It answered well, and as a whole.
    pub(crate) fn succeeded(&self, miner: &Miner, timed: Timed, took: Duration) {
        let mut records = self.lock();
        let record = records.entry(place(miner)).or_default();
        record.times(timed).add(took);
        record.alive = Some(true);
        record.breaker.succeeded();
    }

    /// Its streamed answer has begun. How it ends is told by [`Standings::finished`] or [`Standings::failed`].
    pub(crate) fn began(&self, miner: &Miner, timed: Timed, took: Duration) {
        let mut records = self.lock();
        let record = records.entry(place(miner)).or_default();
        record.times(timed).add(took);
        record.alive = Some(true);
    }

    /// Its streamed answer came to its end. How long that took is as much the client's doing.
    pub(crate) fn finished(&self, miner: &Miner) {
        self.lock().entry(place(miner)).or_default().breaker.succeeded();
    }

    /// Another was faster. It would have taken at least `waited`: without that its usual times would be those of its fast
    /// answers alone.
    pub(crate) fn overtaken(&self, miner: &Miner, timed: Timed, waited: Duration) {
        self.lock().entry(place(miner)).or_default().times(timed).add(waited);
    }

    /// It answered badly, not at all, or far too late.
    pub(crate) fn failed(&self, miner: &Miner, now: Instant) {
        self.lock().entry(place(miner)).or_default().breaker.failed(now, &self.policy);
    }

    /// A trial is over. It may have said nothing about the miner: the client hung up, or the miner was just busy.
    pub(crate) fn tried(&self, miner: &Miner, trial: Trial) {
        if let Some(record) = self.lock().get_mut(&place(miner)) {
            record.breaker.ended(trial);
        }
    }

    /// Those whose schema documents should be read now.
    pub(crate) fn unread(&self, miners: &[Miner], now: Instant) -> Vec<Miner> {
        miners.iter().filter(|miner| self.of(miner).is_to_be_read(now)).cloned().collect()
    }

    /// Its schema document was read, or wasn't there. What was known stays until something else is.
    pub(crate) fn announced(&self, miner: &Miner, announced: Option<Announced>, now: Instant) {
        let mut records = self.lock();
        let record = records.entry(place(miner)).or_default();
        record.read_at = Some(now);
        match announced {
            Some(announced) => record.announced = announced,
            None => record.announced.known = false,
        }
    }

    /// Its port was looked at.
    pub(crate) fn probed(&self, miner: &Miner, alive: bool, now: Instant) {
        let mut records = self.lock();
        let record = records.entry(place(miner)).or_default();
        (record.alive, record.looked_at) = (Some(alive), Some(now));
    }

    /// Miners in the order in which to ask them an open question; see [`ordering`]. Their scores are kept.
    pub(crate) fn order(&self, miners: &[Miner], now: Instant) -> Vec<Miner> {
        self.order_for(Sort::Open, miners, now)
    }

    /// The same for a question of this sort.
    pub(crate) fn order_for(&self, sort: Sort, miners: &[Miner], now: Instant) -> Vec<Miner> {
        let records = self.lock();
        let facts: Vec<Facts> = miners
            .iter()
            .map(|miner| {
                let record = records.get(&place(miner)).copied().unwrap_or_default();
                Facts {
                    uid: miner.uid,
                    incentive: miner.incentive,
                    promised: miner.promised,
                    paused: record.state(now) == State::Open,
                    dead: record.alive == Some(false),
                    latency: record.usual(sort),
                    price: record.announced.price,
                }
            })
            .collect();
        drop(records);
        let ranked = ordering::order(&facts, sort);
        let mut records = self.lock();
        let mut ordered = Vec::with_capacity(ranked.len());
        for (index, score) in ranked {
            if let Some(miner) = miners.get(index) {
                records.entry(place(miner)).or_default().score = Some(score);
                ordered.push(miner.clone());
            }
        }
        ordered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;
    use std::sync::Arc;

    fn standings() -> Standings {
        let keypair = Arc::new(Keypair::from_seed([1; 32]));
        Standings::new(&GatewayConfig::new(Vec::new(), keypair, 1))
    }

    fn miner(uid: u16, incentive: u16) -> Miner {
        let address = "127.0.0.1:1".parse().expect("address");
        Miner { uid, hotkey: PublicKey([uid as u8; 32]), address, incentive, promised: 0 }
    }

    fn uids(miners: &[Miner]) -> Vec<u16> {
        miners.iter().map(|miner| miner.uid).collect()
    }

    #[test]
    fn three_failures_pause_and_one_trial_ends_it() {
        let (standings, asked, now) = (standings(), miner(1, 10), Instant::now());
        for _ in 0..2 {
            standings.failed(&asked, now);
            assert_eq!(standings.of(&asked).state(now), State::Closed);
        }
        standings.failed(&asked, now);
        assert_eq!(standings.of(&asked).state(now), State::Open);
        let later = now + Duration::from_secs(16);
        assert_eq!(standings.of(&asked).state(later), State::HalfOpen);
        standings.started(&asked, later);
        assert_eq!(standings.of(&asked).state(later), State::Open, "one trial at a time");
        standings.failed(&asked, later);
        assert_eq!(standings.of(&asked).state(later), State::Open, "one more failure is enough");
        let last = later + Duration::from_secs(31);
        let trial = standings.started(&asked, last).expect("it tries");
        standings.began(&asked, Timed::First, Duration::from_millis(5));
        assert_eq!(standings.of(&asked).state(last), State::Open, "its answer has begun: that says nothing of its end");
        standings.tried(&asked, trial);
        assert_eq!(standings.of(&asked).state(last), State::HalfOpen, "an aborted trial can be repeated");
        standings.started(&asked, last);
        standings.succeeded(&asked, Timed::Whole, Duration::from_millis(5));
        assert_eq!(standings.of(&asked).state(last), State::Closed);
        standings.failed(&asked, last);
        assert_eq!(standings.of(&asked).state(last), State::Closed, "success wipes the slate clean");
    }

    #[test]
    fn the_order_is_life_then_incentive_then_speed() {
        let (standings, now) = (standings(), Instant::now());
        let all = [miner(1, 10), miner(2, 90), miner(3, 90), miner(4, 50), miner(5, 100)];
        assert_eq!(uids(&standings.order(&all, now)), [5, 2, 3, 4, 1]);
        standings.succeeded(&all[1], Timed::Whole, Duration::from_millis(80));
        standings.succeeded(&all[2], Timed::Whole, Duration::from_millis(20));
        standings.probed(&all[4], false, now);
        assert_eq!(uids(&standings.order(&all, now)), [3, 2, 4, 1, 5]);
        for _ in 0..3 {
            standings.failed(&all[2], now);
        }
        assert_eq!(uids(&standings.order(&all, now)), [2, 4, 1, 5, 3], "a paused one is the last resort");
        standings.retain(&all[..1]);
        assert_eq!(uids(&standings.order(&all, now)), [5, 2, 3, 4, 1], "who left is forgotten");
    }

    #[test]
    fn before_the_first_pay_the_validators_weights_make_the_order() {
        let (standings, now) = (standings(), Instant::now());
        let young = |uid, promised| Miner { promised, ..miner(uid, 0) };
        let all = [young(1, 0), young(2, 9), young(3, 65_000)];
        standings.succeeded(&all[0], Timed::Whole, Duration::from_millis(1));
        assert_eq!(uids(&standings.order(&all, now)), [3, 2, 1]);
        standings.probed(&all[2], false, now);
        assert_eq!(uids(&standings.order(&all, now)), [2, 1, 3], "the dead can't answer");
        let paid = [Miner { incentive: 1, ..young(4, 0) }, young(5, 65_535)];
        assert_eq!(uids(&standings.order(&paid, now)), [4, 5], "pay says more");
    }

    #[test]
    fn who_has_moved_starts_afresh() {
        let (standings, now) = (standings(), Instant::now());
        let before = miner(1, 90);
        standings.probed(&before, false, now);
        for _ in 0..3 {
            standings.failed(&before, now);
        }
        let moved = Miner { address: "127.0.0.1:2".parse().expect("address"), ..before.clone() };
        assert_eq!((standings.of(&moved).alive, standings.of(&moved).state(now)), (None, State::Closed));
        assert_eq!(uids(&standings.order(&[miner(2, 10), moved.clone()], now)), [1, 2]);
        standings.retain(&[moved]);
        assert_eq!(standings.of(&before).alive, None, "the old address is forgotten");
    }

    #[test]
    fn first_words_and_whole_answers_have_lateness_of_their_own() {
        let (standings, asked) = (standings(), miner(1, 1));
        let usual = GatewayConfig::new(Vec::new(), Arc::new(Keypair::from_seed([1; 32])), 1);
        assert_eq!(standings.late(&asked, Timed::Whole), usual.hedge);
        (0..32).for_each(|_| standings.succeeded(&asked, Timed::Whole, Duration::from_secs(2)));
        (0..32).for_each(|_| standings.began(&asked, Timed::First, Duration::from_millis(1)));
        assert_eq!(standings.late(&asked, Timed::Whole), Duration::from_secs(2));
        assert_eq!(standings.late(&asked, Timed::First), usual.hedge_least);
        assert_eq!(standings.of(&asked).latency(), Some(Duration::from_secs(2)));
        (0..32).for_each(|_| standings.overtaken(&asked, Timed::Whole, Duration::from_secs(5)));
        assert_eq!(
            standings.late(&asked, Timed::Whole),
            Duration::from_secs(5),
            "who is overtaken is known to be slow"
        );
        assert_eq!(standings.of(&asked).state(Instant::now()), State::Closed);
    }

    #[test]
    fn exact_questions_have_times_of_their_own() {
        let (standings, now) = (standings(), Instant::now());
        let config = GatewayConfig::new(Vec::new(), Arc::new(Keypair::from_seed([1; 32])), 1);
        let all = [miner(1, 40), miner(2, 30), miner(3, 0)];
        let exact = || uids(&standings.order_for(Sort::Exact, &all, now));
        assert_eq!(exact(), [1, 2, 3], "of strangers the best paid");
        standings.overtaken(&all[0], Timed::Exact, Duration::from_secs(1));
        standings.succeeded(&all[1], Timed::Exact, Duration::from_millis(5));
        standings.succeeded(&all[2], Timed::Exact, Duration::from_millis(1));
        assert_eq!(exact(), [2, 1, 3], "who computes comes first, if it is paid");
        assert_eq!(uids(&standings.order(&all, now)), [1, 2, 3], "that says nothing of other questions");
        assert_eq!(standings.of(&all[1]).latency(), Some(Duration::from_millis(5)), "it is told, for want of others");
        assert_eq!(standings.late(&all[1], Timed::Exact), config.hedge, "one answer makes nothing usual");
        assert_eq!(standings.soon(&all[1], Timed::Exact), config.hedge_least);
    }

    #[test]
    fn schema_documents_are_read_at_once_and_then_seldom() {
        let (standings, now) = (standings(), Instant::now());
        let all = [miner(1, 1), miner(2, 1), miner(3, 1)];
        standings.probed(&all[2], false, now);
        assert_eq!(uids(&standings.unread(&all, now)), [1, 2], "who is away can't show any");
        let said = Announced { known: true, embeds: true, price: Some(7) };
        standings.announced(&all[0], Some(said), now);
        standings.announced(&all[1], None, now);
        let unread = |seconds| uids(&standings.unread(&all, now + Duration::from_secs(seconds)));
        assert_eq!((unread(9), unread(10), unread(60)), (vec![], vec![2], vec![1, 2]));
        standings.announced(&all[0], None, now);
        assert_eq!(standings.of(&all[0]).announced, Announced { known: false, ..said });
    }

    #[test]
    fn ports_are_looked_at_at_once_then_now_and_then_and_closed_ones_more_often() {
        let (standings, now) = (standings(), Instant::now());
        let all = [miner(1, 1), miner(2, 1), miner(3, 1)];
        standings.probed(&all[0], true, now);
        standings.probed(&all[1], false, now);
        let due = |seconds| uids(&standings.due(&all, now + Duration::from_secs(seconds)));
        assert_eq!((due(0), due(1), due(5)), (vec![3], vec![2, 3], vec![1, 2, 3]));
    }
}
