//! Stable identity: keys change, neurons don't.

use crate::world::*;
use frame_support::assert_ok;
use ganglion_primitives::TAO;
use ganglion_runtime::*;
use std::collections::BTreeMap;

/// The pallets that know neurons, and the prefixes of what they store.
const PALLETS: [&str; 6] = ["Neurons", "Weights", "Emission", "Validators", "Session", "Subnets"];

/// All rows of `pallet`.
fn rows(pallet: &str) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let prefix = sp_io::hashing::twox_128(pallet.as_bytes()).to_vec();
    let next = |key: &Vec<u8>| sp_io::storage::next_key(key).filter(|next| next.starts_with(&prefix));
    std::iter::successors(next(&prefix), next)
        .filter_map(|key| Some((key.clone(), sp_io::storage::get(&key)?.to_vec())))
        .collect()
}

#[test]
fn a_key_swap_changes_one_row() {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            assert_ok!(set_weights(2, &[(miner, 1)]));
            run_to(62);
            fund(&account(12), 10 * TAO);
            set_keys(2).expect("has a seat");
            let stake = Staking::stake_of(&account(12), &account(2));
            assert!(stake > 0 && earned(2) > 0);

            let before = PALLETS.map(rows);
            let staking = rows("Staking");
            let (owner, old, new) = (RuntimeOrigin::signed(account(12)), account(2), account(22));
            assert_ok!(Neurons::swap_hotkey(owner, old.clone(), new.clone()));
            // The recycled price of the swap is counted; besides, these pallets notice nothing.
            let mut after = PALLETS.map(rows);
            let counted = pallet_emission::Recycled::<Runtime>::hashed_key().to_vec();
            after[2].insert(counted.clone(), before[2].get(&counted).cloned().unwrap_or_else(|| vec![0; 8]));
            assert_eq!(
                before.map(|mut rows| {
                    rows.entry(counted.clone()).or_insert(vec![0; 8]);
                    rows
                }),
                after.map(|mut rows| {
                    rows.entry(counted.clone()).or_insert(vec![0; 8]);
                    rows
                })
            );
            // In staking the hotkey's row changed, and the way from the key to it; strangers can't have the old key.
            let changed = difference(&staking, &rows("Staking"));
            let id = Staking::hotkey_id(&new).expect("is known under the new key");
            let expected = [
                pallet_staking::Hotkeys::<Runtime>::hashed_key_for(id),
                pallet_staking::HotkeyIds::<Runtime>::hashed_key_for(&old),
                pallet_staking::HotkeyIds::<Runtime>::hashed_key_for(&new),
                pallet_staking::RetiredHotkeys::<Runtime>::hashed_key_for(&old),
            ];
            assert_eq!(changed, expected.into_iter().collect());

            // Whatever the neuron had, it has under its new key, and nothing under the old one.
            assert_eq!(Staking::stake_of(&account(12), &new), stake);
            assert!(Neurons::seat_of(TEXT, &old).is_err());
            assert!(earned(22) > 0);
            run_to(70);
            let weights = |key: &AccountId| Weights::may_set(TEXT, key);
            assert!(weights(&new).is_ok() && weights(&old).is_err());
        },
    );
}

fn difference(
    one: &BTreeMap<Vec<u8>, Vec<u8>>,
    other: &BTreeMap<Vec<u8>, Vec<u8>>,
) -> std::collections::BTreeSet<Vec<u8>> {
    one.keys().chain(other.keys()).filter(|key| one.get(*key) != other.get(*key)).cloned().collect()
}
