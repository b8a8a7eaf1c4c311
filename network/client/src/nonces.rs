//! One queue per account, so that two transactions of an account never take the same nonce.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex as Lock, PoisonError},
    time::Duration,
};
use tokio::{sync::Mutex, time::Instant};

/// Accounts remembered at once; idle ones make room.
const MOST_ACCOUNTS: usize = 1024;
/// After a failover, the new node's pool may not have heard yet of what the old one took. Longer than that, the
/// chain's own count is the truth.
const MEMORY: Duration = Duration::from_secs(6);

/// The next nonce of one account, as far as this process knows.
#[derive(Debug, Default)]
pub(crate) struct Account {
    next: Option<(u64, Instant)>,
}

impl Account {
    /// The nonce to sign with, given the one that the node would take.
    pub(crate) fn choose(&self, chain: u64, now: Instant) -> u64 {
        match self.next {
            Some((next, at)) if now.saturating_duration_since(at) < MEMORY => next.max(chain),
            _ => chain,
        }
    }

    /// `nonce` is in a pool.
    pub(crate) fn used(&mut self, nonce: u64, now: Instant) {
        self.next = Some((nonce.saturating_add(1), now));
    }

    /// What this process believes was wrong, or a transaction was lost.
    pub(crate) fn forget(&mut self) {
        self.next = None;
    }
}

/// All accounts that this process signs for.
#[derive(Default)]
pub(crate) struct Nonces(Lock<HashMap<[u8; 32], Arc<Mutex<Account>>>>);

impl Nonces {
    /// The account's queue; whoever holds its lock signs and submits.
    pub(crate) fn account(&self, key: [u8; 32]) -> Arc<Mutex<Account>> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= MOST_ACCOUNTS && !accounts.contains_key(&key) {
            accounts.retain(|_, account| Arc::strong_count(account) > 1);
        }
        accounts.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_just_used_is_not_used_again() {
        let mut account = Account::default();
        let now = Instant::now();
        assert_eq!(account.choose(3, now), 3);
        account.used(3, now);
        assert_eq!(account.choose(3, now), 4, "another node's pool may not know it yet");
        assert_eq!(account.choose(9, now), 9, "the chain may be ahead");
        assert_eq!(account.choose(3, now + MEMORY), 3, "it was lost");
        account.forget();
        assert_eq!(account.choose(3, now), 3);
    }

    #[test]
    fn idle_accounts_make_room() {
        let nonces = Nonces::default();
        let held = nonces.account([0; 32]);
        for index in 1..=MOST_ACCOUNTS {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&index.to_le_bytes());
            nonces.account(key);
        }
        assert!(nonces.0.lock().expect("lock").len() <= MOST_ACCOUNTS);
        assert!(Arc::ptr_eq(&held, &nonces.account([0; 32])), "an account in use stays");
    }
}
