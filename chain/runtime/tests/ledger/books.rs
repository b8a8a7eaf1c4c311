//! What must hold after every block, whatever happened in it.

use frame_support::traits::fungible::{Inspect, Mutate};
use ganglion_runtime::*;
use ganglion_tokenomics::emission::MAX_SUPPLY;

/// Gives `to` `amount` RAO as if blocks before had minted it for them: it counts as emitted, so the books balance.
pub fn fund(to: &AccountId, amount: Rao) {
    Balances::mint_into(to, amount).expect("stays below 64 bits");
    pallet_emission::Emitted::<Runtime>::mutate(|emitted| *emitted += amount);
}

/// Every pallet's invariants, and the one of the whole: no TAO appears and none vanishes.
///
/// # Panics
/// If one is broken: that is the point.
pub fn check() {
    let pallets = [
        ("staking", Staking::check_invariants()),
        ("subnets", Subnets::check_invariants()),
        ("neurons", Neurons::check_invariants()),
        ("weights", Weights::check_invariants()),
        ("validators", Validators::check_invariants()),
        ("emission", Emission::check_invariants()),
        ("access", Access::check_invariants()),
    ];
    for (pallet, result) in pallets {
        if let Err(broken) = result {
            panic!("block {}, {pallet}: {broken}", System::block_number());
        }
    }
    balance();
    #[cfg(feature = "try-runtime")]
    everybody();
}

/// What every pallet says of its state, the SDK's included. The SDK's pallets only say it with the feature `try-runtime`.
#[cfg(feature = "try-runtime")]
fn everybody() {
    use frame_support::traits::{TryState, TryStateSelect};
    AllPalletsWithSystem::try_state(System::block_number(), TryStateSelect::All)
        .expect("every pallet's state is sound");
}

/// The balances of all accounts together are the total issuance, which is what was emitted but not recycled.
fn balance() {
    let issuance = Balances::total_issuance();
    let emitted = pallet_emission::Emitted::<Runtime>::get();
    let recycled = pallet_emission::Recycled::<Runtime>::get();
    assert_eq!(Some(issuance), emitted.checked_sub(recycled), "emitted {emitted}, recycled {recycled}");
    assert!(issuance <= MAX_SUPPLY, "more TAO than can exist: {issuance}");
    let held: u128 = frame_system::Account::<Runtime>::iter_keys()
        .map(|account| u128::from(<Balances as Inspect<AccountId>>::total_balance(&account)))
        .sum();
    assert_eq!(held, u128::from(issuance), "accounts hold other than was issued");
}
