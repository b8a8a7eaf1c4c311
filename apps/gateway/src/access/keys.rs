//! API keys: who gets one, and how it is known again.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use ganglion_keys::{PublicKey, Signature};
use ganglion_subnet::store::{self, StoreError};
use rand::{rngs::OsRng, RngCore};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Most keys in all. Whoever has one has stake or a deposit.
pub const MOST: usize = 1 << 16;
/// Most keys of one coldkey.
pub const MOST_OF_ONE: usize = 16;
/// How far a claim's time may be from ours, seconds.
pub const WINDOW: u64 = 300;
/// How long a coldkey's last claim is remembered, seconds: much longer than any claim is good, should the clock be set back.
const REMEMBERED: u64 = 86_400;
/// Longest file, bytes.
const FILE: u64 = 32 << 20;
const PREFIX: &str = "gk_";

/// SHA-256 of a key: what is kept of it.
pub type Hash = [u8; 32];

/// A coldkey's wish for a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Who wants it.
    pub coldkey: PublicKey,
    /// Seconds since 1970, later than in the coldkey's claim before.
    pub time: u64,
    /// Whether requests with the key may be kept and asked again by validators, without who asked; no by default.
    #[serde(default)]
    pub store: bool,
    /// By the coldkey, over [`Claim::text`] as a text is signed: `<Bytes>…</Bytes>` around it.
    pub signature: Signature,
}

impl Claim {
    /// The text that is signed for the gateway with this hotkey.
    pub fn text(gateway: &PublicKey, coldkey: &PublicKey, time: u64, store: bool) -> String {
        let store = if store { "yes" } else { "no" };
        format!("ganglion gateway key\ngateway {gateway}\ncoldkey {coldkey}\ntime {time}\nstore {store}")
    }

    /// The bytes that a text's signature is over.
    pub fn wrapped(text: &str) -> Vec<u8> {
        [b"<Bytes>", text.as_bytes(), b"</Bytes>"].concat()
    }

    fn holds(&self, gateway: &PublicKey) -> bool {
        let text = Self::text(gateway, &self.coldkey, self.time, self.store);
        self.coldkey.verify(&Self::wrapped(&text), &self.signature)
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefused {
    /// The signature isn't the coldkey's, over the text for this gateway.
    #[error("the signature isn't the coldkey's over the text for this gateway")]
    Signature,
    /// The time is far from ours, or not later than before.
    #[error("the claim's time is too old, too new or was used already: sign a new one, and compare the clocks")]
    Time,
    /// There are enough.
    #[error("there are as many keys as there may be: delete one first (DELETE /v1/keys)")]
    Full,
    /// It can't be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// Whose it is.
    pub coldkey: PublicKey,
    /// When it was claimed, seconds since 1970.
    pub time: u64,
    /// See [`Claim::store`].
    pub store: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct File {
    /// By the key's hash, hex.
    keys: BTreeMap<String, Holder>,
    /// The time of each coldkey's last claim of a day: outlives its keys, so that no claim counts twice.
    claimed: BTreeMap<String, u64>,
}

/// Whether a claim of that time is remembered.
fn is_remembered(time: u64, now: u64) -> bool {
    time.saturating_add(REMEMBERED) >= now
}

/// All keys, and their file.
pub struct Keys {
    path: PathBuf,
    keys: BTreeMap<Hash, Holder>,
    claimed: BTreeMap<String, u64>,
}

impl Keys {
    /// Opens the keys of `path`, which needn't exist yet.
    ///
    /// # Errors
    /// If the file can't be read, or is damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let damaged = |reason: &str| StoreError::Damaged { path: path.into(), reason: reason.into() };
        let file: File = match store::read(path, FILE)? {
            None => File::default(),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| damaged(&error.to_string()))?,
        };
        let mut keys = BTreeMap::new();
        for (hash, holder) in file.keys {
            keys.insert(unhex(&hash).ok_or_else(|| damaged("a hash in it is none"))?, holder);
        }
        Ok(Self { path: path.into(), keys, claimed: file.claimed })
    }

    /// Whose key that is.
    pub fn find(&self, key: &str) -> Option<(Hash, &Holder)> {
        let hash = hash(key.strip_prefix(PREFIX)?);
        self.keys.get(&hash).map(|holder| (hash, holder))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is one with this hash.
    pub fn knows(&self, hash: &Hash) -> bool {
        self.keys.contains_key(hash)
    }

    /// Whether a claim is good at `now` (seconds since 1970).
    ///
    /// # Errors
    /// See [`KeyRefused`].
    pub fn check(&self, claim: &Claim, gateway: &PublicKey, now: u64) -> Result<(), KeyRefused> {
        let last = self.claimed.get(&claim.coldkey.to_ss58()).copied().unwrap_or(0);
        if claim.time.abs_diff(now) > WINDOW || claim.time <= last {
            return Err(KeyRefused::Time);
        }
        let own = self.keys.values().filter(|holder| holder.coldkey == claim.coldkey).count();
        let claimed = || self.claimed.values().filter(|time| is_remembered(**time, now)).count();
        let crowded = self.claimed.len() >= 2 * MOST && claimed() >= 2 * MOST;
        if own >= MOST_OF_ONE || self.keys.len() >= MOST || crowded {
            return Err(KeyRefused::Full);
        }
        if !claim.holds(gateway) {
            return Err(KeyRefused::Signature);
        }
        Ok(())
    }

    /// Makes a key for a claim that is good. It is shown here and nowhere else.
    ///
    /// # Errors
    /// See [`KeyRefused`].
    pub fn make(&mut self, claim: &Claim, gateway: &PublicKey, now: u64) -> Result<String, KeyRefused> {
        self.check(claim, gateway, now)?;
        let mut secret = [0; 32];
        OsRng.fill_bytes(&mut secret);
        let text = hex(&secret);
        let (mut keys, mut claimed) = (self.keys.clone(), self.claimed.clone());
        let holder = Holder { coldkey: claim.coldkey, time: claim.time, store: claim.store };
        keys.insert(hash(&text), holder);
        claimed.retain(|_, time| is_remembered(*time, now));
        claimed.insert(claim.coldkey.to_ss58(), claim.time);
        self.replace(keys, claimed)?;
        Ok(format!("{PREFIX}{text}"))
    }

    /// Forgets a key; whether there was one.
    ///
    /// # Errors
    /// If that can't be written.
    pub fn delete(&mut self, hash: &Hash) -> Result<bool, StoreError> {
        let mut keys = self.keys.clone();
        let there = keys.remove(hash).is_some();
        if there {
            self.replace(keys, self.claimed.clone())?;
        }
        Ok(there)
    }

    fn replace(&mut self, keys: BTreeMap<Hash, Holder>, claimed: BTreeMap<String, u64>) -> Result<(), StoreError> {
        let named = keys.iter().map(|(hash, holder)| (hex(hash), holder.clone())).collect();
        let file = File { keys: named, claimed };
        store::write_private(&self.path, &serde_json::to_vec(&file).unwrap_or_default())?;
        (self.keys, self.claimed) = (keys, file.claimed);
        Ok(())
    }
}

fn hash(secret: &str) -> Hash {
    Sha256::digest(secret).into()
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What [`hex`] wrote.
pub(super) fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, start) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(start..start + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;

    const NOW: u64 = 1_700_000_000;

    fn gateway() -> PublicKey {
        PublicKey([7; 32])
    }

    fn claim(seed: u8, time: u64) -> Claim {
        let key = Keypair::from_seed([seed; 32]);
        let text = Claim::text(&gateway(), &key.public(), time, false);
        let signature = key.sign(&Claim::wrapped(&text));
        Claim { coldkey: key.public(), time, store: false, signature }
    }

    #[test]
    fn a_claim_makes_one_key_and_its_hash_alone_is_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("keys.json");
        let mut keys = Keys::open(&path).expect("new");
        let key = keys.make(&claim(1, NOW), &gateway(), NOW + 5).expect("a key");
        assert!(key.starts_with("gk_") && key.len() == 67, "{key}");
        let again = keys.make(&claim(1, NOW), &gateway(), NOW + 5);
        assert!(matches!(again, Err(KeyRefused::Time)), "{again:?}");
        assert!(!std::fs::read_to_string(&path).expect("text").contains(&key[3..]));
        let mut keys = Keys::open(&path).expect("read");
        let (hash, holder) = keys.find(&key).map(|(hash, holder)| (hash, holder.clone())).expect("known");
        assert_eq!((holder.coldkey, holder.store), (claim(1, NOW).coldkey, false));
        for wrong in ["", "gk_", &key[3..], &key[..66], &format!("{key}0")] {
            assert!(keys.find(wrong).is_none(), "{wrong}");
        }
        assert!(keys.delete(&hash).expect("written") && !keys.delete(&hash).expect("nothing"));
        assert!(keys.find(&key).is_none());
        let again = Keys::open(&path).expect("read").make(&claim(1, NOW), &gateway(), NOW);
        assert!(matches!(again, Err(KeyRefused::Time)), "a deleted key's claim makes no other: {again:?}");
    }

    #[test]
    fn what_the_coldkey_did_not_sign_now_and_for_us_makes_none() {
        let folder = tempfile::tempdir().expect("folder");
        let mut keys = Keys::open(&folder.path().join("keys.json")).expect("new");
        let mut refused =
            |claim: Claim, gateway: PublicKey, now: u64| keys.make(&claim, &gateway, now).expect_err("none");
        let good = claim(1, NOW);
        for (bent, gateway) in [
            (Claim { store: true, ..good.clone() }, gateway()),
            (Claim { time: NOW + 1, ..good.clone() }, gateway()),
            (Claim { coldkey: claim(2, NOW).coldkey, ..good.clone() }, gateway()),
            (good.clone(), PublicKey([8; 32])),
        ] {
            assert!(matches!(refused(bent, gateway, NOW), KeyRefused::Signature));
        }
        for now in [NOW - WINDOW - 1, NOW + WINDOW + 1] {
            assert!(matches!(refused(good.clone(), gateway(), now), KeyRefused::Time));
        }
    }

    #[test]
    fn old_claims_are_forgotten_and_no_key_is() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("keys.json");
        let mut keys = Keys::open(&path).expect("new");
        let first = keys.make(&claim(1, NOW), &gateway(), NOW).expect("a key");
        let later = NOW + REMEMBERED;
        keys.make(&claim(2, later), &gateway(), later).expect("a key");
        assert_eq!(keys.claimed.len(), 2, "a day's are remembered");
        keys.make(&claim(3, later + 1), &gateway(), later + 1).expect("a key");
        let known: Vec<u64> = keys.claimed.values().copied().collect();
        assert!(known.len() == 2 && !known.contains(&NOW), "{known:?}");
        let keys = Keys::open(&path).expect("read");
        assert!((keys.keys.len(), keys.claimed.len()) == (3, 2) && keys.find(&first).is_some());
    }

    #[test]
    fn one_coldkey_has_so_many() {
        let folder = tempfile::tempdir().expect("folder");
        let mut keys = Keys::open(&folder.path().join("keys.json")).expect("new");
        for number in 0..MOST_OF_ONE as u64 {
            keys.make(&claim(1, NOW + number), &gateway(), NOW).expect("a key");
        }
        assert!(matches!(keys.make(&claim(1, NOW + 99), &gateway(), NOW), Err(KeyRefused::Full)));
        keys.make(&claim(2, NOW), &gateway(), NOW).expect("another's");
    }
}
