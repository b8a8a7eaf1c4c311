//! The keys that an agent holds, for as long as they may be held.

use std::time::{Duration, Instant, SystemTime};

use super::{KeyInfo, Kind, MAX_KEYS, MAX_TIME_TO_LIVE};
use crate::{Keypair, PublicKey, Signature};

/// Longest name, bytes: a wallet's, a hotkey's, and a stroke between them.
const MAX_NAME: usize = 160;

/// Why the agent will not.
pub(super) type Reason = &'static str;

struct Held {
    pair: Keypair,
    name: String,
    kinds: Vec<Kind>,
    expiry: Expiry,
}

/// By two clocks: the steady one stands still while a laptop sleeps, the other one can be set back.
struct Expiry {
    steady: Instant,
    wall: SystemTime,
}

impl Expiry {
    fn after(time: Duration) -> Option<Self> {
        Some(Self { steady: Instant::now().checked_add(time)?, wall: SystemTime::now().checked_add(time)? })
    }

    fn left(&self) -> Duration {
        let steady = self.steady.saturating_duration_since(Instant::now());
        steady.min(self.wall.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO))
    }
}

/// Bounded; erases what it drops.
#[derive(Default)]
pub(super) struct Store(Vec<Held>);

impl Store {
    /// Holds a key; one that is there already gets the new name, kinds and time.
    pub fn add(&mut self, name: &str, pair: Keypair, time: Duration, kinds: &[Kind]) -> Result<(), Reason> {
        self.sweep();
        if time.is_zero() || time > MAX_TIME_TO_LIVE {
            return Err("a key's time must be 1 second to 30 days");
        }
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a key's name must be 1 to 160 printable ASCII characters without spaces");
        }
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)).collect();
        if kinds.is_empty() {
            return Err("a key must be allowed to sign something");
        }
        let expiry = Expiry::after(time).ok_or("a key's time must be 1 second to 30 days")?;
        self.0.retain(|held| held.pair.public() != pair.public());
        if self.0.len() >= MAX_KEYS {
            return Err("it holds 64 keys already: remove one");
        }
        self.0.push(Held { pair, name: name.to_owned(), kinds, expiry });
        Ok(())
    }

    /// Signs what the key may sign.
    pub fn sign(&mut self, key: PublicKey, kind: Kind, message: &[u8]) -> Result<Signature, Reason> {
        self.sweep();
        let held =
            self.0.iter().find(|held| held.pair.public() == key).ok_or("it does not hold this key (any more)")?;
        if !held.kinds.contains(&kind) {
            return Err("this key was not added for this kind of message");
        }
        if Kind::of(message) != Some(kind) {
            return Err("the message is not of the kind that the request says");
        }
        Ok(held.pair.sign(message))
    }

    pub fn list(&mut self) -> Vec<KeyInfo> {
        self.sweep();
        let info = |held: &Held| KeyInfo {
            key: held.pair.public(),
            name: held.name.clone(),
            kinds: held.kinds.clone(),
            seconds: held.expiry.left().as_secs(),
        };
        self.0.iter().map(info).collect()
    }

    pub fn remove(&mut self, key: PublicKey) -> Result<(), Reason> {
        let before = self.0.len();
        self.0.retain(|held| held.pair.public() != key);
        (self.0.len() < before).then_some(()).ok_or("it does not hold this key (any more)")
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Erases keys whose time is over.
    pub fn sweep(&mut self) {
        self.0.retain(|held| !held.expiry.left().is_zero());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        let _ = |Held { pair, name: _, kinds: _, expiry: _ }: &Held| erased::field(pair);
    }
}
