//! What a subnet costs.

use crate::ledger::*;
use ganglion_pallet_subnets::{CreationTerms, LastCreation, Terms};
use serde_json::Value;

/// Every row of the conformance vectors, through this pallet's storage.
#[test]
fn the_lock_costs_what_the_original_takes() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tokenomics/tests/vectors/lock_cost.json")).expect("is JSON");
    let rows = vectors["cases"].as_array().expect("a list");
    assert!(!rows.is_empty());
    for row in rows {
        let number = |name: &str| row[name].as_u64().unwrap_or_else(|| panic!("{name} in {row}"));
        ledger().execute_with(|| {
            let lock_reduction_interval = number("reduction_interval").try_into().expect("32 bits");
            Terms::<Ledger>::put(CreationTerms {
                min_lock: number("min_lock"),
                lock_reduction_interval,
                ..Default::default()
            });
            LastCreation::<Ledger>::put((number("last_lock_block"), number("last_lock")));
            System::set_block_number(number("current_block"));
            assert_eq!(Subnets::lock_price(), number("cost"), "{row}");
        });
    }
}

#[test]
fn before_the_first_creation_the_lock_costs_the_least_there_is() {
    ledger().execute_with(|| {
        for block in [1, 1_000, 1_000_000] {
            System::set_block_number(block);
            assert_eq!(Subnets::lock_price(), CreationTerms::default().min_lock);
        }
    });
}
