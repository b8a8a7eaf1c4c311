//! Who may ask a miner, how often, and how many questions at a time. Decided from the signature alone, before any work.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Instant;

use ganglion_keys::PublicKey;

/// Calls per minute. A bucket holds one minute's worth, so that bursts pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateLimits {
    /// Each registered hotkey.
    pub registered: u32,
    /// Each unregistered caller (users who ask directly, gateways).
    pub unregistered: u32,
    /// All unregistered callers together: keys cost nothing, so only the sum can be bounded.
    pub unregistered_together: u32,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self { registered: 240, unregistered: 120, unregistered_together: 240 }
    }
}

/// Most callers whose use is remembered.
const CALLERS: usize = 8192;

/// The door.
#[derive(Debug)]
pub struct Gate {
    limits: GateLimits,
    /// The registered, and their stake in RAO.
    known: RwLock<HashMap<PublicKey, u64>>,
    /// Who has a channel to pay by.
    payers: RwLock<HashSet<PublicKey>>,
    used: Mutex<Used>,
}

#[derive(Debug)]
struct Used {
    callers: HashMap<PublicKey, Bucket>,
    strangers: Bucket,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn full(per_minute: u32, now: Instant) -> Self {
        Self { left: f64::from(per_minute), at: now }
    }

    fn refill(&mut self, per_minute: u32, now: Instant) {
        let rate = f64::from(per_minute);
        let earned = now.saturating_duration_since(self.at).as_secs_f64() / 60.0 * rate;
        self.left = (self.left + earned).min(rate);
        self.at = now;
    }

    /// Whether there will be something to take at `now`.
    fn has_some(mut self, per_minute: u32, now: Instant) -> bool {
        self.refill(per_minute, now);
        self.left >= 1.0
    }

    fn take(&mut self) -> bool {
        let some = self.left >= 1.0;
        if some {
            self.left -= 1.0;
        }
        some
    }
}

impl Gate {
    /// A gate that knows nobody yet.
    pub fn new(limits: GateLimits) -> Self {
        let strangers = Bucket::full(limits.unregistered_together, Instant::now());
        let used = Mutex::new(Used { callers: HashMap::new(), strangers });
        Self { limits, known: RwLock::default(), payers: RwLock::default(), used }
    }

    /// Replaces the set of registered hotkeys and their stakes (RAO).
    pub fn learn(&self, hotkeys: impl IntoIterator<Item = (PublicKey, u64)>) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = hotkeys.into_iter().collect();
    }

    /// Replaces the set of keys that can pay. A channel costs a deposit, so they are no strangers.
    pub fn learn_payers(&self, keys: impl IntoIterator<Item = PublicKey>) {
        *self.payers.write().unwrap_or_else(PoisonError::into_inner) = keys.into_iter().collect();
    }

    /// The stake of a registered hotkey in RAO, 0 of a key that can pay; `None` for anybody else.
    pub fn stake_of(&self, hotkey: &PublicKey) -> Option<u64> {
        let stake = self.known.read().unwrap_or_else(PoisonError::into_inner).get(hotkey).copied();
        stake.or_else(|| self.payers.read().unwrap_or_else(PoisonError::into_inner).contains(hotkey).then_some(0))
    }

    /// Whether `caller` may ask now; counts the call if so.
    pub fn admit(&self, caller: &PublicKey) -> bool {
        self.admit_at(caller, Instant::now())
    }

    /// Whether [`Gate::admit`] would let `caller` in now. Counts nothing, since anybody can claim to be anybody.
    pub fn would_admit(&self, caller: &PublicKey) -> bool {
        self.would_admit_at(caller, Instant::now())
    }

    fn would_admit_at(&self, caller: &PublicKey, now: Instant) -> bool {
        let known = self.stake_of(caller).is_some();
        let limit = if known { self.limits.registered } else { self.limits.unregistered };
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let own = used.callers.get(caller).copied().unwrap_or_else(|| Bucket::full(limit, now));
        own.has_some(limit, now) && (known || used.strangers.has_some(self.limits.unregistered_together, now))
    }

    /// [`Gate::admit`] at a given time.
    pub(crate) fn admit_at(&self, caller: &PublicKey, now: Instant) -> bool {
        let known = self.stake_of(caller).is_some();
        let limit = if known { self.limits.registered } else { self.limits.unregistered };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.callers.len() >= CALLERS && !used.callers.contains_key(caller) {
            // A full bucket is as good as a forgotten one.
            let limits = self.limits;
            used.callers.retain(|key, bucket| {
                let limit = if self.stake_of(key).is_some() { limits.registered } else { limits.unregistered };
                bucket.refill(limit, now);
                bucket.left < f64::from(limit)
            });
            if used.callers.len() >= CALLERS && !known {
                return false;
            }
        }
        let bucket = used.callers.entry(*caller).or_insert_with(|| Bucket::full(limit, now));
        bucket.refill(limit, now);
        if bucket.left < 1.0 {
            return false;
        }
        if !known {
            let together = self.limits.unregistered_together;
            used.strangers.refill(together, now);
            if !used.strangers.take() {
                return false;
            }
        }
        used.callers.get_mut(caller).is_some_and(Bucket::take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn key(number: u32) -> PublicKey {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        PublicKey(bytes)
    }

    fn admitted(gate: &Gate, keys: impl Iterator<Item = PublicKey>, now: Instant) -> usize {
        keys.filter(|key| gate.admit_at(key, now)).count()
    }

    #[test]
    fn each_caller_has_a_quota_that_refills() {
        let gate = Gate::new(GateLimits { registered: 10, unregistered: 4, unregistered_together: 100 });
        gate.learn([(key(1), 5)]);
        let now = Instant::now();
        assert_eq!(admitted(&gate, std::iter::repeat_n(key(1), 50), now), 10);
        assert_eq!(admitted(&gate, std::iter::repeat_n(key(2), 50), now), 4);
        let later = now + Duration::from_secs(30);
        assert_eq!(admitted(&gate, std::iter::repeat_n(key(2), 50), later), 2);
    }

    #[test]
    fn looking_ahead_agrees_with_the_gate_and_counts_nothing() {
        let gate = Gate::new(GateLimits { registered: 3, unregistered: 2, unregistered_together: 3 });
        gate.learn([(key(1), 5)]);
        let now = Instant::now();
        for _ in 0..100 {
            assert!(gate.would_admit_at(&key(1), now) && gate.would_admit_at(&key(2), now));
        }
        for caller in [1, 1, 1, 1, 2, 2, 2, 3, 3, 4].map(key) {
            let foreseen = gate.would_admit_at(&caller, now);
            assert_eq!(gate.admit_at(&caller, now), foreseen, "{caller}");
        }
        assert!(gate.would_admit_at(&key(1), now + Duration::from_secs(30)), "it refills");
    }

    #[test]
    fn stakes_are_those_learnt_last() {
        let gate = Gate::new(GateLimits::default());
        assert_eq!(gate.stake_of(&key(1)), None);
        gate.learn([(key(1), 5), (key(2), 0)]);
        assert_eq!([1, 2, 3].map(|n| gate.stake_of(&key(n))), [Some(5), Some(0), None]);
        gate.learn([(key(2), 7)]);
        assert_eq!([1, 2].map(|n| gate.stake_of(&key(n))), [None, Some(7)]);
    }

    #[test]
    fn who_can_pay_is_no_stranger() {
        let gate = Gate::new(GateLimits { registered: 10, unregistered: 4, unregistered_together: 20 });
        gate.learn([(key(1), 5)]);
        gate.learn_payers([key(1), key(2)]);
        assert_eq!([1, 2, 3].map(|n| gate.stake_of(&key(n))), [Some(5), Some(0), None]);
        let now = Instant::now();
        assert_eq!(admitted(&gate, (3..100).map(key), now), 20, "strangers use up their share");
        assert_eq!(admitted(&gate, std::iter::repeat_n(key(2), 50), now), 10);
        gate.learn_payers([]);
        assert_eq!(gate.stake_of(&key(2)), None);
    }

    #[test]
    fn many_keys_of_a_stranger_share_one_bound_and_leave_members_alone() {
        let gate = Gate::new(GateLimits { registered: 10, unregistered: 4, unregistered_together: 20 });
        gate.learn([(key(0), 0)]);
        let now = Instant::now();
        assert_eq!(admitted(&gate, (1..20_000).map(key), now), 20);
        assert_eq!(admitted(&gate, std::iter::repeat_n(key(0), 50), now), 10);
        assert!(gate.used.lock().expect("lock").callers.len() <= CALLERS + 1);
    }
}
