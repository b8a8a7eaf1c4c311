//! What the writer remembers between blocks, so that it needn't look it up.

use std::collections::HashMap;

/// Keys remembered; beyond, all are forgotten and looked up again.
const MOST_KEYS: usize = 100_000;

/// Ids of accounts and kinds, and who produces now.
#[derive(Debug, Default)]
pub(super) struct Memory {
    accounts: HashMap<[u8; 32], i64>,
    kinds: HashMap<(String, String), i64>,
    /// The session's number, and its producers' accounts by their places.
    pub(super) session: Option<(u32, Vec<i64>)>,
}

impl Memory {
    pub(super) fn account(&self, key: &[u8; 32]) -> Option<i64> {
        self.accounts.get(key).copied()
    }

    pub(super) fn keep_account(&mut self, key: [u8; 32], id: i64) {
        if self.accounts.len() >= MOST_KEYS {
            self.accounts.clear();
        }
        self.accounts.insert(key, id);
    }

    pub(super) fn kind(&self, pallet: &str, name: &str) -> Option<i64> {
        // A pair of owned strings is no key that borrowed ones find; there are some hundred kinds in all.
        self.kinds.get(&(pallet.to_owned(), name.to_owned())).copied()
    }

    pub(super) fn keep_kind(&mut self, pallet: &str, name: &str, id: i64) {
        self.kinds.insert((pallet.to_owned(), name.to_owned()), id);
    }
}
