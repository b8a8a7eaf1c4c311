//! The state's rows, for tests of what an act touches.

use std::collections::{BTreeMap, BTreeSet};

/// What is stored, by key.
pub type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// The pallets that are this ledger's own.
pub const OURS: [&str; 7] = ["Staking", "Subnets", "Neurons", "Weights", "Validators", "Emission", "Access"];

/// All rows there are.
pub fn everything() -> Rows {
    under(&[])
}

/// The rows of some pallets.
pub fn rows(pallets: &[&str]) -> Rows {
    pallets.iter().flat_map(|pallet| under(&prefix(pallet))).collect()
}

/// Those of `keys` under which our pallets keep rows.
pub fn ours(keys: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
    let prefixes = OURS.map(prefix);
    keys.iter().filter(|key| prefixes.iter().any(|prefix| key.starts_with(prefix))).cloned().collect()
}

/// The keys of what was added, altered or removed.
pub fn changed(before: &Rows, after: &Rows) -> BTreeSet<Vec<u8>> {
    before.keys().chain(after.keys()).filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

/// What the keys of a pallet's rows begin with.
fn prefix(pallet: &str) -> [u8; 16] {
    sp_io::hashing::twox_128(pallet.as_bytes())
}

fn under(prefix: &[u8]) -> Rows {
    let next = |key: &Vec<u8>| sp_io::storage::next_key(key).filter(|next| next.starts_with(prefix));
    std::iter::successors(next(&prefix.to_vec()), next)
        .filter_map(|key| Some((key.clone(), sp_io::storage::get(&key)?.to_vec())))
        .collect()
}
