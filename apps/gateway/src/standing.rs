//! What the gateway itself knows about miners: how fast they are, whether they live, whom to leave alone.

use crate::{directory::Miner, GatewayConfig};
use ganglion_keys::PublicKey;
use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// One miner's record.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    /// Moving average of answer times.
    pub(crate) latency: Option<Duration>,
    /// Whether its port was open at the last look; `None` before the first.
    pub(crate) alive: Option<bool>,
    looked_at: Option<Instant>,
    failures: u32,
    paused_until: Option<Instant>,
    /// One request tries whether a paused miner is back; the others don't wait for the result.
    trial: bool,
}

/// Whether a miner may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Yes.
    Open,
    /// Its pause is over: one request at a time.
    Trial,
    /// Not now.
    Paused,
}

impl Standing {
    pub(crate) fn access(&self, now: Instant) -> Access {
        match self.paused_until {
            None => Access::Open,
            Some(until) if now < until || self.trial => Access::Paused,
            Some(_) => Access::Trial,
        }
    }

    /// Whether its port should be looked at again. One that was closed may be a miner that is just starting.
    fn is_due(&self, now: Instant, every: Duration) -> bool {
        let every = if self.alive == Some(false) { every / 5 } else { every };
        self.looked_at.is_none_or(|at| now.saturating_duration_since(at) >= every)
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
    most_failures: u32,
    pause: Duration,
    probe: Duration,
    records: Mutex<HashMap<Place, Standing>>,
}

impl Standings {
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        Self {
            most_failures: config.failures.max(1),
            pause: config.pause,
            probe: config.probe,
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

    /// Marks that a request is on its way to the miner.
    pub(crate) fn started(&self, miner: &Miner, now: Instant) {
        let mut records = self.lock();
        let record = records.entry(place(miner)).or_default();
        if record.access(now) == Access::Trial {
            record.trial = true;
        }
    }

    /// It answered well.
    pub(crate) fn succeeded(&self, miner: &Miner, took: Duration) {
        let mut records = self.lock();
        let record = records.entry(place(miner)).or_default();
        let latency = match record.latency {
            None => took,
            Some(before) => (before * 3 + took) / 4,
        };
        *record =
            Standing { latency: Some(latency), alive: Some(true), looked_at: record.looked_at, ..Standing::default() };
    }

    /// It answered badly, not at all, or was overtaken by one asked later.
    pub(crate) fn failed(&self, miner: &Miner, now: Instant) {
        let mut records = self.lock();
        let record = records.entry(place(miner)).or_default();
        record.failures = record.failures.saturating_add(1);
        record.trial = false;
        if record.failures >= self.most_failures {
            record.paused_until = now.checked_add(self.pause);
        }
    }

    /// The request ended without saying anything about the miner: the client hung up, or the miner was just busy.
    pub(crate) fn neutral(&self, miner: &Miner) {
        if let Some(record) = self.lock().get_mut(&place(miner)) {
            record.trial = false;
        }
    }

    /// Its port was looked at.
    pub(crate) fn probed(&self, miner: &Miner, alive: bool, now: Instant) {
        let mut records = self.lock();
        let record = records.entry(place(miner)).or_default();
        (record.alive, record.looked_at) = (Some(alive), Some(now));
    }

    /// Miners in the order in which to ask them: those that seem to work before the others, then by incentive, where
    /// nobody has any by the validators' weights, then by answer time (unmeasured ones first, so that they get measured).
    pub(crate) fn order(&self, miners: &[Miner], now: Instant) -> Vec<Miner> {
        let records = self.lock();
        let mut ordered: Vec<_> = miners
            .iter()
            .map(|miner| {
                let record = records.get(&place(miner)).copied().unwrap_or_default();
                let paused = record.access(now) == Access::Paused;
                let dead = record.alive == Some(false);
                let (incentive, promised) = (u16::MAX - miner.incentive, u16::MAX - miner.promised);
                let key = (paused, dead, incentive, promised, record.latency.unwrap_or_default(), miner.uid);
                (key, miner)
            })
            .collect();
        ordered.sort_by_key(|(key, _)| *key);
        ordered.into_iter().map(|(_, miner)| miner.clone()).collect()
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
            assert_eq!(standings.of(&asked).access(now), Access::Open);
        }
        standings.failed(&asked, now);
        assert_eq!(standings.of(&asked).access(now), Access::Paused);
        let later = now + Duration::from_secs(16);
        assert_eq!(standings.of(&asked).access(later), Access::Trial);
        standings.started(&asked, later);
        assert_eq!(standings.of(&asked).access(later), Access::Paused, "one trial at a time");
        standings.failed(&asked, later);
        assert_eq!(standings.of(&asked).access(later), Access::Paused, "one more failure is enough");
        let last = later + Duration::from_secs(16);
        standings.started(&asked, last);
        standings.neutral(&asked);
        assert_eq!(standings.of(&asked).access(last), Access::Trial, "an aborted trial can be repeated");
        standings.started(&asked, last);
        standings.succeeded(&asked, Duration::from_millis(5));
        assert_eq!(standings.of(&asked).access(last), Access::Open);
        standings.failed(&asked, last);
        assert_eq!(standings.of(&asked).access(last), Access::Open, "success wipes the slate clean");
    }

    #[test]
    fn the_order_is_life_then_incentive_then_speed() {
        let (standings, now) = (standings(), Instant::now());
        let all = [miner(1, 10), miner(2, 90), miner(3, 90), miner(4, 50), miner(5, 100)];
        assert_eq!(uids(&standings.order(&all, now)), [5, 2, 3, 4, 1]);
        standings.succeeded(&all[1], Duration::from_millis(80));
        standings.succeeded(&all[2], Duration::from_millis(20));
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
        standings.succeeded(&all[0], Duration::from_millis(1));
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
        assert_eq!((standings.of(&moved).alive, standings.of(&moved).access(now)), (None, Access::Open));
        assert_eq!(uids(&standings.order(&[miner(2, 10), moved.clone()], now)), [1, 2]);
        standings.retain(&[moved]);
        assert_eq!(standings.of(&before).alive, None, "the old address is forgotten");
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
