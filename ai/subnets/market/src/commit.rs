//! Commitments: who has said something can't say something else, nor let somebody else say it.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ganglion_keys::PublicKey;
use sha2::{Digest, Sha256};

use crate::synapse::{ForecastResponse, Told};

/// Most forecasts that wait to be shown.
const MOST: usize = 16_384;
/// How long one waits: longer than the longest step between two prices, at the end of which a validator asks for it.
const AGE: Duration = Duration::from_secs(2 * 3600);

/// The nonce under which one miner is asked, made of the round's: 32 hexadecimal digits, the first half of the SHA-256 of
/// `ganglion/forecast-nonce/1`, the round's nonce and the miner's hotkey. Who is asked learns its own alone. With one nonce
/// for all, a miner could ask another to show what it has just committed to, and commit to the same in time.
pub fn nonce_of(round: &str, hotkey: &PublicKey) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"ganglion/forecast-nonce/1");
    hasher.update(round.as_bytes());
    hasher.update(hotkey.as_bytes());
    let hash: [u8; 32] = hasher.finalize().into();
    hex::encode(&hash[..16])
}

/// SHA-256 of `ganglion/forecast/1`, the miner's hotkey (32 bytes), the nonce (as its 32 digits), the salt (16 bytes) and the
/// forecast: 0 and the quantiles, or 1 and the probabilities, each list after its length as 32 bits, all numbers 32 bits,
/// little-endian.
pub fn commitment(hotkey: &PublicKey, nonce: &str, salt: &[u8; 16], forecast: &Told) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"ganglion/forecast/1");
    hasher.update(hotkey.as_bytes());
    hasher.update(nonce.as_bytes());
    hasher.update(salt);
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    match forecast {
        Told::Returns { quantiles } => {
            hasher.update([0u8]);
            hasher.update(length(quantiles.len()));
            for list in quantiles {
                hasher.update(length(list.len()));
                list.iter().for_each(|value| hasher.update(value.to_le_bytes()));
            }
        }
        Told::Event { probabilities } => {
            hasher.update([1u8]);
            hasher.update(length(probabilities.len()));
            probabilities.iter().for_each(|value| hasher.update(value.to_le_bytes()));
        }
    }
    hasher.finalize().into()
}

/// Whether `shown` is what `committed` was made of, by that miner under that nonce.
pub fn holds(hotkey: &PublicKey, nonce: &str, committed: &ForecastResponse, shown: &ForecastResponse) -> bool {
    let (Some(commitment), Some(forecast), Some(salt)) = (&committed.commitment, &shown.forecast, &shown.salt) else {
        return false;
    };
    let (mut hash, mut salt_bytes) = ([0; 32], [0; 16]);
    let read = hex::decode_to_slice(commitment, &mut hash).and(hex::decode_to_slice(salt, &mut salt_bytes));
    read.is_ok() && self::commitment(hotkey, nonce, &salt_bytes, forecast) == hash
}

/// A forecast that waits to be shown.
#[derive(Debug)]
struct Kept {
    forecast: Told,
    salt: [u8; 16],
    since: Instant,
}

impl Kept {
    /// The answer that commits to it.
    fn committed(&self, hotkey: &PublicKey, nonce: &str) -> ForecastResponse {
        let hash = commitment(hotkey, nonce, &self.salt, &self.forecast);
        ForecastResponse { commitment: Some(hex::encode(hash)), ..ForecastResponse::default() }
    }
}

/// What a miner has committed to and not yet forgotten.
#[derive(Debug, Default)]
pub struct Vault(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    /// By nonce.
    kept: BTreeMap<String, Kept>,
    /// The nonces of each caller, the oldest first; those of all who aren't known stand together.
    callers: BTreeMap<Option<PublicKey>, VecDeque<String>>,
}

impl Inside {
    /// Forgets what is too old.
    fn age(&mut self, now: Instant) {
        let Self { kept, callers } = self;
        callers.retain(|_, nonces| {
            let old = |one: &Kept| now.saturating_duration_since(one.since) >= AGE;
            while nonces.front().and_then(|nonce| kept.get(nonce)).is_some_and(old) {
                if let Some(nonce) = nonces.pop_front() {
                    kept.remove(&nonce);
                }
            }
            !nonces.is_empty()
        });
    }

    /// Makes room for one. Whoever has most there loses its oldest, of several the one whose is the oldest: else some fourteen
    /// registered callers, as fast as the gate lets them, could take others' commitments away within a price step of five
    /// minutes.
    fn make_room(&mut self) {
        let since =
            |nonces: &VecDeque<String>| nonces.front().and_then(|nonce| self.kept.get(nonce)).map(|one| one.since);
        let most = self.callers.iter().max_by_key(|(_, nonces)| (nonces.len(), Reverse(since(nonces))));
        let Some(caller) = most.map(|(caller, _)| *caller) else { return };
        if let Some(nonces) = self.callers.get_mut(&caller) {
            if let Some(nonce) = nonces.pop_front() {
                self.kept.remove(&nonce);
            }
            if nonces.is_empty() {
                self.callers.remove(&caller);
            }
        }
    }
}

impl Vault {
    /// Keeps a forecast for `caller`, or for somebody who isn't known; answers the commitment. Under a nonce that is known, the
    /// forecast kept first stays. When it is full, whoever has most in it loses its oldest; all who aren't known count as one
    /// caller, as their keys cost nothing.
    pub fn commit(
        &self,
        hotkey: &PublicKey,
        caller: Option<PublicKey>,
        nonce: &str,
        forecast: Told,
    ) -> ForecastResponse {
        let mut inside = self.lock();
        let now = Instant::now();
        if inside.kept.len() >= MOST && !inside.kept.contains_key(nonce) {
            inside.age(now);
            if inside.kept.len() >= MOST {
                inside.make_room();
            }
        }
        let Inside { kept, callers } = &mut *inside;
        let one = match kept.entry(nonce.to_owned()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                callers.entry(caller).or_default().push_back(nonce.to_owned());
                place.insert(Kept { forecast, salt: rand::random(), since: now })
            }
        };
        one.committed(hotkey, nonce)
    }

    /// The commitment to what is kept under a nonce, if there is anything: whoever asks again needs no other forecast.
    pub fn committed(&self, hotkey: &PublicKey, nonce: &str) -> Option<ForecastResponse> {
        self.lock().kept.get(nonce).map(|one| one.committed(hotkey, nonce))
    }

    /// Whether something is kept under a nonce.
    pub fn holds(&self, nonce: &str) -> bool {
        self.lock().kept.contains_key(nonce)
    }

    /// Shows what was committed to under a nonce.
    pub fn reveal(&self, nonce: &str) -> Option<ForecastResponse> {
        let inside = self.lock();
        let one = inside.kept.get(nonce).filter(|one| one.since.elapsed() < AGE)?;
        let (forecast, salt) = (Some(one.forecast.clone()), Some(hex::encode(one.salt)));
        Some(ForecastResponse { commitment: None, forecast, salt })
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: PublicKey = PublicKey([7; 32]);
    const NONCE: &str = "00000000000000000000000000000001";
    const NONCE_OF_ANOTHER: &str = "ffffffffffffffffffffffffffffffff";

    fn told(value: i32) -> Told {
        Told::Returns { quantiles: vec![vec![value; 19]] }
    }

    #[test]
    fn only_what_was_committed_to_holds() {
        let vault = Vault::default();
        let committed = vault.commit(&KEY, None, NONCE, told(1));
        assert!(committed.forecast.is_none() && committed.salt.is_none(), "nothing is shown yet");
        let shown = vault.reveal(NONCE).expect("kept");
        assert!(holds(&KEY, NONCE, &committed, &shown));
        // Another's key, another nonce, forecast, salt or kind; nothing at all.
        assert!(!holds(&PublicKey([8; 32]), NONCE, &committed, &shown));
        assert!(!holds(&KEY, "00000000000000000000000000000002", &committed, &shown));
        let event = Told::Event { probabilities: vec![1; 19] };
        for other in [
            ForecastResponse { forecast: Some(told(2)), ..shown.clone() },
            ForecastResponse { forecast: Some(event), ..shown.clone() },
            ForecastResponse { salt: Some("0".repeat(32)), ..shown.clone() },
            ForecastResponse { salt: Some("x".to_owned()), ..shown.clone() },
            ForecastResponse { forecast: None, ..shown.clone() },
            ForecastResponse::default(),
        ] {
            assert!(!holds(&KEY, NONCE, &committed, &other), "{other:?}");
        }
        let odd = ForecastResponse { commitment: Some("zz".to_owned()), ..committed };
        assert!(!holds(&KEY, NONCE, &odd, &shown));
    }

    #[test]
    fn every_miner_has_a_nonce_that_the_others_cannot_know() {
        let of = |round: &str, key: u8| nonce_of(round, &PublicKey([key; 32]));
        assert_eq!(of(NONCE, 1), of(NONCE, 1));
        assert_ne!(of(NONCE, 1), of(NONCE, 2));
        assert_ne!(of(NONCE, 1), of("00000000000000000000000000000002", 1));
        assert!(of(NONCE, 1).len() == 32 && of(NONCE, 1).bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_second_commitment_changes_nothing_and_the_vault_is_bounded() {
        let vault = Vault::default();
        let first = vault.commit(&KEY, None, NONCE, told(1));
        assert_eq!(vault.commit(&KEY, None, NONCE, told(2)), first);
        assert_eq!((vault.committed(&KEY, NONCE), vault.committed(&KEY, "f")), (Some(first), None));
        assert_eq!(vault.reveal("f"), None);
        for number in 0..MOST + 8 {
            vault.commit(&KEY, None, &format!("{number:032}"), told(3));
        }
        assert!(vault.lock().kept.len() <= MOST);
        assert!(vault.reveal(&format!("{:032}", MOST + 7)).is_some(), "the newest is still there");
        assert!(vault.reveal(NONCE).is_none(), "the oldest had to go");
    }

    #[test]
    fn who_commits_to_much_loses_its_own_and_nobody_elses() {
        let (vault, key) = (Vault::default(), |number: usize| Some(PublicKey([number as u8; 32])));
        let name = |whose: &str, number: usize| format!("{whose}{number:031}");
        // A validator and a user have some there; then callers come who want all places, known ones and strangers.
        for number in 0..100 {
            vault.commit(&KEY, key(0), &name("a", number), told(1));
            vault.commit(&KEY, key(1), &name("b", number), told(1));
        }
        for number in 0..2 * MOST {
            vault.commit(&KEY, key(2 + number % 14), &name("c", number), told(2));
            vault.commit(&KEY, None, &name("d", number), told(2));
        }
        assert!(["a", "b"].iter().all(|whose| (0..100).all(|number| vault.holds(&name(whose, number)))));
        assert!(vault.holds(&name("c", 2 * MOST - 1)) && vault.holds(&name("d", 2 * MOST - 1)), "the newest stay");
        let inside = vault.lock();
        assert_eq!((inside.kept.len(), inside.callers.len()), (MOST, 17));
        assert_eq!(inside.callers.values().map(VecDeque::len).sum::<usize>(), MOST);
        // Those who want all have the same of what others leave, but for who was served last.
        let shares: Vec<usize> = inside.callers.values().map(VecDeque::len).filter(|share| *share != 100).collect();
        let (least, most) = (shares.iter().min().expect("some"), shares.iter().max().expect("some"));
        assert!(shares.len() == 15 && most - least <= 2, "{shares:?}");
    }

    #[test]
    fn what_is_too_old_makes_room_first() {
        let vault = Vault::default();
        for number in 0..MOST {
            vault.commit(&KEY, (number < 3).then_some(KEY), &format!("{number:032}"), told(1));
        }
        {
            let mut inside = vault.lock();
            for number in 0..2 {
                let one = inside.kept.get_mut(&format!("{number:032}")).expect("kept");
                one.since = one.since.checked_sub(AGE).expect("two hours ago");
            }
        }
        vault.commit(&KEY, None, NONCE_OF_ANOTHER, told(2));
        let held = |number: usize| vault.holds(&format!("{number:032}"));
        assert!(!held(0) && !held(1) && (2..MOST).all(held) && vault.holds(NONCE_OF_ANOTHER));
    }
}
