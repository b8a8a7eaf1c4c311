//! What the gateway itself knows about miners: how fast they are, whether they live, whom to leave alone.

use crate::{directory::Miner, GatewayConfig};
use ganglion_keys::PublicKey;
use std::{
    collections::{HashMap, HashSet},
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
}

/// The records of all miners of the subnet.
pub(crate) struct Standings {
    most_failures: u32,
    pause: Duration,
    records: Mutex<HashMap<PublicKey, Standing>>,
}

impl Standings {
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        Self { most_failures: config.failures.max(1), pause: config.pause, records: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PublicKey, Standing>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn of(&self, hotkey: &PublicKey) -> Standing {
        self.lock().get(hotkey).copied().unwrap_or_default()
    }

    /// Forgets miners that have left the subnet.
    pub(crate) fn retain(&self, miners: &[Miner]) {
        let present: HashSet<_> = miners.iter().map(|miner| miner.hotkey).collect();
        self.lock().retain(|hotkey, _| present.contains(hotkey));
    }

    /// Marks that a request is on its way to the miner.
    pub(crate) fn started(&self, hotkey: &PublicKey, now: Instant) {
        let mut records = self.lock();
        let record = records.entry(*hotkey).or_default();
        if record.access(now) == Access::Trial {
            record.trial = true;
        }
    }

    /// It answered well.
    pub(crate) fn succeeded(&self, hotkey: &PublicKey, took: Duration) {
        let mut records = self.lock();
        let record = records.entry(*hotkey).or_default();
        let latency = match record.latency {
            None => took,
            Some(before) => (before * 3 + took) / 4,
        };
        *record = Standing { latency: Some(latency), alive: Some(true), ..Standing::default() };
    }

    /// It answered badly, not at all, or was overtaken by one asked later.
    pub(crate) fn failed(&self, hotkey: &PublicKey, now: Instant) {
        let mut records = self.lock();
        let record = records.entry(*hotkey).or_default();
        record.failures = record.failures.saturating_add(1);
        record.trial = false;
        if record.failures >= self.most_failures {
            record.paused_until = now.checked_add(self.pause);
        }
    }

    /// The request ended without saying anything about the miner: the client hung up, or the miner was just busy.
    pub(crate) fn neutral(&self, hotkey: &PublicKey) {
        if let Some(record) = self.lock().get_mut(hotkey) {
            record.trial = false;
        }
    }

    /// Its port was looked at.
    pub(crate) fn probed(&self, hotkey: &PublicKey, alive: bool) {
        self.lock().entry(*hotkey).or_default().alive = Some(alive);
    }

    /// Miners in the order in which to ask them: those that seem to work before the others, then by incentive, then
    /// by answer time (unmeasured ones first, so that they get measured).
    pub(crate) fn order(&self, miners: &[Miner], now: Instant) -> Vec<Miner> {
        let records = self.lock();
        let mut ordered: Vec<_> = miners
            .iter()
            .map(|miner| {
                let record = records.get(&miner.hotkey).copied().unwrap_or_default();
                let paused = record.access(now) == Access::Paused;
                let dead = record.alive == Some(false);
                let key = (paused, dead, u16::MAX - miner.incentive, record.latency.unwrap_or_default(), miner.uid);
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
        Miner { uid, hotkey: PublicKey([uid as u8; 32]), address, incentive }
    }

    fn uids(miners: &[Miner]) -> Vec<u16> {
        miners.iter().map(|miner| miner.uid).collect()
    }

    #[test]
    fn three_failures_pause_and_one_trial_ends_it() {
        let (standings, key, now) = (standings(), PublicKey([1; 32]), Instant::now());
        for _ in 0..2 {
            standings.failed(&key, now);
            assert_eq!(standings.of(&key).access(now), Access::Open);
        }
        standings.failed(&key, now);
        assert_eq!(standings.of(&key).access(now), Access::Paused);
        let later = now + Duration::from_secs(16);
        assert_eq!(standings.of(&key).access(later), Access::Trial);
        standings.started(&key, later);
        assert_eq!(standings.of(&key).access(later), Access::Paused, "one trial at a time");
        standings.failed(&key, later);
        assert_eq!(standings.of(&key).access(later), Access::Paused, "one more failure is enough");
        let last = later + Duration::from_secs(16);
        standings.started(&key, last);
        standings.neutral(&key);
        assert_eq!(standings.of(&key).access(last), Access::Trial, "an aborted trial can be repeated");
        standings.started(&key, last);
        standings.succeeded(&key, Duration::from_millis(5));
        assert_eq!(standings.of(&key).access(last), Access::Open);
        standings.failed(&key, last);
        assert_eq!(standings.of(&key).access(last), Access::Open, "success wipes the slate clean");
    }

    #[test]
    fn the_order_is_life_then_incentive_then_speed() {
        let (standings, now) = (standings(), Instant::now());
        let all = [miner(1, 10), miner(2, 90), miner(3, 90), miner(4, 50), miner(5, 100)];
        assert_eq!(uids(&standings.order(&all, now)), [5, 2, 3, 4, 1]);
        standings.succeeded(&all[1].hotkey, Duration::from_millis(80));
        standings.succeeded(&all[2].hotkey, Duration::from_millis(20));
        standings.probed(&all[4].hotkey, false);
        assert_eq!(uids(&standings.order(&all, now)), [3, 2, 4, 1, 5]);
        for _ in 0..3 {
            standings.failed(&all[2].hotkey, now);
        }
        assert_eq!(uids(&standings.order(&all, now)), [2, 4, 1, 5, 3], "a paused one is the last resort");
        standings.retain(&all[..1]);
        assert_eq!(uids(&standings.order(&all, now)), [5, 2, 3, 4, 1], "who left is forgotten");
    }
}
