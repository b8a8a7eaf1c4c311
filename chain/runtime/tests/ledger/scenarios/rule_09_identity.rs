//! Stable identity: keys change, neurons don't.

use crate::{
    rows::{changed, rows, Rows},
    world::*,
};
use frame_support::assert_ok;
use ganglion_primitives::TAO;
use ganglion_runtime::*;

/// The pallets that know neurons.
const PALLETS: [&str; 6] = ["Neurons", "Weights", "Emission", "Validators", "Session", "Subnets"];

/// What those store, but for what they count as recycled: a swap has a price.
fn noticed() -> Rows {
    let mut rows = rows(&PALLETS);
    rows.remove(&pallet_emission::Recycled::<Runtime>::hashed_key()[..]);
    rows
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

            let before = noticed();
            let staking = rows(&["Staking"]);
            let (owner, old, new) = (RuntimeOrigin::signed(account(12)), account(2), account(22));
            assert_ok!(Neurons::swap_hotkey(owner, old.clone(), new.clone()));
            assert_eq!(noticed(), before);
            // In staking the hotkey's row changed, and the way from the key to it; strangers can't have the old key.
            let changed = changed(&staking, &rows(&["Staking"]));
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
