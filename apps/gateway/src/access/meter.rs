//! What was used: free answers of a day, RAO of channels, requests of keys.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use ganglion_keys::PublicKey;
use ganglion_primitives::{Rao, TAO};
use ganglion_subnet::store::{self, StoreError};
use serde::{Deserialize, Serialize};

use super::{
    keys::{hex, unhex, Hash},
    ledger::{Credit, Standing},
    PublicSettings,
};

/// Longest file, bytes.
const FILE: u64 = 64 << 20;

/// What one key was used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Answers.
    pub requests: u64,
    /// RAO of deposits that they cost.
    pub spent_rao: Rao,
}

/// What was taken for one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Taken {
    key: Hash,
    coldkey: PublicKey,
    from: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    /// One of the free answers of this day.
    Free { day: u64 },
    /// A channel.
    Channel { channel: u64, rao: Rao },
}

/// Why nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The free answers of the day are used up, and there is no deposit.
    Quota,
    /// Deposits are used up, or there is neither stake nor deposit.
    Credit,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Counts {
    /// RAO used, by channel.
    channels: BTreeMap<u64, Rao>,
    /// Day and free answers on it, by coldkey.
    free: BTreeMap<String, (u64, u64)>,
    /// By the key's hash, hex.
    keys: BTreeMap<String, Usage>,
}

impl Counts {
    /// One answer more of a key.
    fn count(&mut self, taken: &Taken, change: impl Fn(u64, u64) -> u64) {
        let usage = self.keys.entry(hex(&taken.key)).or_default();
        usage.requests = change(usage.requests, 1);
        if let Source::Channel { rao, .. } = taken.from {
            usage.spent_rao = change(usage.spent_rao, rao);
        }
    }

    fn give_back(&mut self, taken: &Taken) {
        match taken.from {
            Source::Free { day } => {
                if let Some((of, used)) = self.free.get_mut(&taken.coldkey.to_ss58()) {
                    if *of == day {
                        *used = used.saturating_sub(1);
                    }
                }
            }
            Source::Channel { channel, rao } => {
                if let Some(used) = self.channels.get_mut(&channel) {
                    *used = used.saturating_sub(rao);
                }
            }
        }
        self.count(taken, |number, by| number.saturating_sub(by));
    }
}

/// All that is counted, and its file.
pub struct Meter {
    path: PathBuf,
    counts: Counts,
    /// What answers under way have taken, and how many took the same: until they are there, it may be given back.
    open: HashMap<Taken, u64>,
    dirty: bool,
}

impl Meter {
    /// Opens the counts of `path`, which needn't exist yet.
    ///
    /// # Errors
    /// If the file can't be read, or is damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let counts = match store::read(path, FILE)? {
            None => Counts::default(),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| StoreError::Damaged { path: path.into(), reason: error.to_string() })?,
        };
        Ok(Self { path: path.into(), counts, open: HashMap::new(), dirty: false })
    }

    /// Free answers a day for this stake.
    pub fn quota(stake: Rao, settings: PublicSettings) -> u64 {
        let answers = u128::from(stake) * u128::from(settings.free_per_tao) / u128::from(TAO);
        u64::try_from(answers).unwrap_or(u64::MAX)
    }

    /// Free answers that are used up on this day.
    pub fn free_used(&self, coldkey: &PublicKey, day: u64) -> u64 {
        self.counts.free.get(&coldkey.to_ss58()).filter(|(of, _)| *of == day).map_or(0, |(_, used)| *used)
    }

    /// RAO that are left in all channels.
    pub fn credit(&self, standing: &Standing) -> Rao {
        standing.channels.iter().fold(0, |sum, credit| sum.saturating_add(self.left(credit)))
    }

    /// RAO used, by channel, those of answers under way among them.
    pub fn used(&self) -> impl Iterator<Item = (u64, Rao)> + '_ {
        self.counts.channels.iter().map(|(channel, used)| (*channel, *used))
    }

    /// RAO used for answers that were given, by channel. Only these may be redeemed: what was paid out, no failure gives back.
    pub fn earned(&self) -> impl Iterator<Item = (u64, Rao)> + '_ {
        let mut open: BTreeMap<u64, Rao> = BTreeMap::new();
        for (taken, number) in &self.open {
            if let Source::Channel { channel, rao } = taken.from {
                let sum = open.entry(channel).or_default();
                *sum = sum.saturating_add(rao.saturating_mul(*number));
            }
        }
        let open = move |channel: u64| open.get(&channel).copied().unwrap_or(0);
        self.used().map(move |(channel, used)| (channel, used.saturating_sub(open(channel))))
    }

    /// What a key was used for.
    pub fn usage(&self, key: &Hash) -> Usage {
        self.counts.keys.get(&hex(key)).copied().unwrap_or_default()
    }

    /// Keys that something was counted for.
    pub fn keys(&self) -> usize {
        self.counts.keys.len()
    }

    /// Forgets what keys were used for that aren't `known`.
    pub fn retain(&mut self, known: impl Fn(&Hash) -> bool) {
        let before = self.keys();
        self.counts.keys.retain(|key, _| unhex(key).is_some_and(|hash| known(&hash)));
        self.dirty |= self.keys() < before;
    }

    /// Forgets what was used of channels that are settled.
    pub fn forget(&mut self, settled: &[u64]) {
        for channel in settled {
            self.dirty |= self.counts.channels.remove(channel).is_some();
        }
    }

    /// Takes what one answer costs: a free one if there is one left, else from the oldest channel that has enough.
    ///
    /// # Errors
    /// See [`Over`].
    pub fn charge(
        &mut self,
        key: Hash,
        coldkey: PublicKey,
        standing: &Standing,
        settings: PublicSettings,
        day: u64,
    ) -> Result<Taken, Over> {
        let (quota, used) = (Self::quota(standing.stake, settings), self.free_used(&coldkey, day));
        let from = if used < quota {
            self.counts.free.insert(coldkey.to_ss58(), (day, used.saturating_add(1)));
            Source::Free { day }
        } else {
            let rao = settings.charge;
            let mut channels = standing.channels.iter();
            let enough = channels.find(|credit| self.left(credit) >= rao);
            let Some(credit) = enough else {
                return Err(if standing.channels.is_empty() && quota > 0 { Over::Quota } else { Over::Credit });
            };
            let used = self.counts.channels.entry(credit.channel).or_default();
            *used = (*used).max(credit.redeemed).saturating_add(rao);
            Source::Channel { channel: credit.channel, rao }
        };
        let taken = Taken { key, coldkey, from };
        self.counts.count(&taken, |number, by| number.saturating_add(by));
        let open = self.open.entry(taken).or_default();
        *open = open.saturating_add(1);
        Ok(taken)
    }

    /// The answer was given: what it cost is earned.
    pub fn keep(&mut self, taken: Taken) {
        self.dirty = true;
        if let Some(open) = self.open.get_mut(&taken) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                self.open.remove(&taken);
            }
        }
    }

    /// Gives back what an answer cost that never came.
    pub fn refund(&mut self, taken: Taken) {
        self.keep(taken);
        self.counts.give_back(&taken);
    }

    /// The file's new content, if anything has changed since it was asked for last. Answers under way aren't in it: should the
    /// gateway be killed, they never come.
    pub fn snapshot(&mut self) -> Option<(PathBuf, Vec<u8>)> {
        let changed = std::mem::take(&mut self.dirty);
        changed.then(|| {
            let mut given = self.counts.clone();
            for (taken, number) in &self.open {
                (0..*number).for_each(|_| given.give_back(taken));
            }
            (self.path.clone(), serde_json::to_vec(&given).unwrap_or_default())
        })
    }

    /// The content couldn't be written: it is new again.
    pub fn unsaved(&mut self) {
        self.dirty = true;
    }

    /// RAO that are left of a channel. What was redeemed was used, should the counts have been lost.
    fn left(&self, credit: &Credit) -> Rao {
        let used = self.counts.channels.get(&credit.channel).copied().unwrap_or(0);
        credit.deposit.saturating_sub(used.max(credit.redeemed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: PublicSettings = PublicSettings { charge: 10, free_per_tao: 2 };
    const KEY: Hash = [1; 32];
    const WHO: PublicKey = PublicKey([2; 32]);

    fn standing(stake: Rao, deposits: &[Rao]) -> Standing {
        let credit = |(channel, deposit): (u64, &Rao)| Credit { channel, deposit: *deposit, redeemed: 0 };
        Standing { stake, channels: (0..).zip(deposits).map(credit).collect() }
    }

    #[test]
    fn stake_gives_answers_a_day_and_deposits_the_rest() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("meter.json");
        let mut meter = Meter::open(&path).expect("new");
        let rich = standing(TAO + TAO / 2, &[9, 25]);
        let mut take = |day| {
            let taken = meter.charge(KEY, WHO, &rich, SETTINGS, day);
            taken.inspect(|taken| meter.keep(*taken))
        };
        let three = [take(1), take(1), take(1)].map(|taken| taken.expect("free").from);
        assert_eq!(three, [Source::Free { day: 1 }; 3]);
        for _ in 0..2 {
            assert_eq!(take(1).expect("paid").from, Source::Channel { channel: 1, rao: 10 });
        }
        assert_eq!(take(1), Err(Over::Credit));
        assert_eq!(take(2).expect("another day").from, Source::Free { day: 2 });
        assert_eq!((meter.credit(&rich), meter.usage(&KEY)), (14, Usage { requests: 6, spent_rao: 20 }));
        let (file, content) = meter.snapshot().expect("new");
        assert!(meter.snapshot().is_none());
        std::fs::write(file, content).expect("written");
        let mut again = Meter::open(&path).expect("read");
        assert_eq!((again.credit(&rich), again.free_used(&WHO, 2), again.usage(&KEY).requests), (14, 1, 6));
        assert_eq!(again.used().collect::<Vec<_>>(), [(1, 20)]);
        let taken = again.charge(KEY, WHO, &standing(0, &[9, 30]), SETTINGS, 2).expect("paid");
        again.refund(taken);
        assert_eq!((again.used().collect::<Vec<_>>(), again.usage(&KEY).spent_rao), (vec![(1, 20)], 20));
    }

    #[test]
    fn settled_channels_are_forgotten() {
        let folder = tempfile::tempdir().expect("folder");
        let mut meter = Meter::open(&folder.path().join("meter.json")).expect("new");
        let paid = standing(0, &[10, 30]);
        let taken = [(); 3].map(|()| meter.charge(KEY, WHO, &paid, SETTINGS, 1).expect("paid"));
        assert_eq!(meter.used().collect::<Vec<_>>(), [(0, 10), (1, 20)]);
        meter.forget(&[7]);
        assert!(meter.snapshot().is_none(), "nothing was known of it, and no answer was given yet");
        meter.forget(&[0]);
        assert_eq!(meter.used().collect::<Vec<_>>(), [(1, 20)]);
        assert!(meter.snapshot().is_some());
        // What comes back late brings nothing back.
        taken.into_iter().for_each(|taken| meter.refund(taken));
        assert_eq!(meter.used().collect::<Vec<_>>(), [(1, 0)]);
    }

    #[test]
    fn what_an_answer_under_way_costs_is_not_earned_yet() {
        let folder = tempfile::tempdir().expect("folder");
        let mut meter = Meter::open(&folder.path().join("meter.json")).expect("new");
        let mut paid = standing(0, &[100]);
        let [first, second] = [(); 2].map(|()| meter.charge(KEY, WHO, &paid, SETTINGS, 1).expect("paid"));
        assert_eq!((meter.earned().collect::<Vec<_>>(), meter.credit(&paid)), (vec![(0, 0)], 80));
        meter.keep(first);
        let earned: Vec<_> = meter.earned().collect();
        assert_eq!(earned, [(0, 10)]);
        // Killed now, it owes the second answer, and nobody the price of it.
        let (file, content) = meter.snapshot().expect("new");
        std::fs::write(&file, content).expect("written");
        let killed = Meter::open(&file).expect("read");
        assert_eq!((killed.earned().collect::<Vec<_>>(), killed.credit(&paid)), (vec![(0, 10)], 90));
        assert_eq!(killed.usage(&KEY), Usage { requests: 1, spent_rao: 10 });
        // It is redeemed while the second is under way, which then fails.
        paid.channels[0].redeemed = earned[0].1;
        meter.refund(second);
        assert_eq!((meter.earned().collect::<Vec<_>>(), meter.credit(&paid)), (vec![(0, 10)], 90), "it costs nothing");
        assert!(meter.open.is_empty());
    }

    #[test]
    fn who_has_nothing_is_told_what_is_missing() {
        let folder = tempfile::tempdir().expect("folder");
        let mut meter = Meter::open(&folder.path().join("meter.json")).expect("new");
        assert_eq!(meter.charge(KEY, WHO, &standing(0, &[]), SETTINGS, 1), Err(Over::Credit));
        let staked = standing(TAO / 2, &[]);
        assert!(meter.charge(KEY, WHO, &staked, SETTINGS, 1).is_ok());
        assert_eq!(meter.charge(KEY, WHO, &staked, SETTINGS, 1), Err(Over::Quota));
        assert_eq!(Meter::quota(u64::MAX, PublicSettings { free_per_tao: u32::MAX, ..SETTINGS }), u64::MAX);
    }

    #[test]
    fn what_was_redeemed_is_used_though_the_counts_are_lost() {
        let folder = tempfile::tempdir().expect("folder");
        let mut meter = Meter::open(&folder.path().join("meter.json")).expect("new");
        let channels = vec![Credit { channel: 4, deposit: 100, redeemed: 75 }];
        let paid = Standing { stake: 0, channels };
        assert_eq!(meter.credit(&paid), 25);
        let first = meter.charge(KEY, WHO, &paid, SETTINGS, 1).expect("paid");
        assert!(meter.charge(KEY, WHO, &paid, SETTINGS, 1).is_ok());
        // What the chain pays for them is what they cost.
        assert_eq!((meter.credit(&paid), meter.used().collect::<Vec<_>>()), (5, vec![(4, 95)]));
        assert_eq!(meter.charge(KEY, WHO, &paid, SETTINGS, 1), Err(Over::Credit));
        meter.refund(first);
        assert_eq!(meter.credit(&paid), 15);
    }
}
