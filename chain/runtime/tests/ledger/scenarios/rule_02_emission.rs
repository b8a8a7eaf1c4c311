//! Emission: 1 TAO a block, halved each time half of what was missing has been issued.

use crate::world::*;
use ganglion_primitives::{NetUid, Rao, TAO};
use ganglion_runtime::*;
use pallet_emission::{Emitted, Pending, Unallocated};

/// What the next block mints.
fn minted() -> Rao {
    let before = Emitted::<Runtime>::get();
    next_block();
    Emitted::<Runtime>::get() - before
}

#[test]
fn a_block_mints_half_once_half_of_the_rest_is_issued() {
    let vectors = include_str!("../../../../tokenomics/tests/vectors/halving.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).expect("vectors");
    let halvings = thresholds(&vectors);
    assert!(halvings.len() >= 5);
    chain(
        |_| {},
        || {
            for (halving, threshold) in halvings.into_iter().enumerate().take(5) {
                let before = TAO >> halving;
                // Two blocks before the halving.
                fund(&account(50), threshold - 2 * before - Balances::total_issuance());
                let steps: Vec<_> = (0..4).map(|_| minted()).collect();
                assert_eq!(steps, [before, before, before / 2, before / 2], "halving {halving} at {threshold}");
            }
        },
    );
}

/// The issuances, in RAO, from which a block mints half as much: 10.5 million TAO, 15.75 million, and so on.
fn thresholds(vectors: &serde_json::Value) -> Vec<Rao> {
    let rows = vectors["derived_thresholds"].as_array().expect("rows");
    rows.iter().map(|row| row["first_issuance"].as_u64().expect("RAO")).collect()
}

#[test]
fn recycled_tao_is_emitted_again() {
    chain(
        |rules| rules.min_burn = 10 * TAO,
        || {
            let half = 10_500_000 * TAO;
            fund(&account(50), half - Balances::total_issuance());
            assert_eq!(minted(), TAO / 2);
            // Registration recycles: issuance is below the halving again, and a block mints a whole TAO again.
            let origin = RuntimeOrigin::signed(account(50));
            Neurons::burned_register(origin, TEXT, account(9)).expect("can pay");
            assert!(Balances::total_issuance() < half);
            assert_eq!(minted(), TAO);
        },
    );
}

#[test]
fn dust_is_carried_forward() {
    let subnets: Vec<_> = (1..=3).map(|netuid| (NetUid(netuid), "subnet", quick())).collect();
    chain_from(genesis::LOCAL, serde_json::json!({ "subnets": { "subnets": subnets } }), || {
        for netuid in 1..=3 {
            join_as(NetUid(netuid), account(netuid as u8), account(10)).expect("joins");
        }
        for _ in 0..10 {
            next_block();
            // A TAO can't be split in three: what is left waits for the next block.
            let pending: Rao = Pending::<Runtime>::iter_values().sum();
            assert_eq!(pending + Unallocated::<Runtime>::get(), Emitted::<Runtime>::get());
            assert!(Unallocated::<Runtime>::get() < 3);
        }
        assert_eq!(pallet_emission::Recycled::<Runtime>::get(), 0);
    });
}

/// Neurons are found at once, and no epoch pays before block 990.
pub(super) fn quick() -> ganglion_primitives::Hyperparameters {
    ganglion_primitives::Hyperparameters { min_difficulty: 1, tempo: 1_000, ..Default::default() }
}
