//! What a client that joins reads first.

use super::*;
use crate::blocks;
use ganglion_pow::{meets, seal, Challenge};
use ganglion_primitives::{api::runtime_decl_for_network_api::NetworkApi, RegistrationTerms};

/// The work that `terms` ask for, by nothing but what they say.
fn solved(terms: &RegistrationTerms, hotkey: u8, coldkey: u8) -> u64 {
    let digest = Challenge {
        genesis_hash: terms.genesis_hash.0,
        netuid: TEXT.0,
        block_hash: terms.block_hash.0,
        hotkey: [hotkey; 32],
        coldkey: [coldkey; 32],
    }
    .digest();
    (0..).find(|nonce| meets(&seal(&digest, *nonce), terms.difficulty)).expect("a nonce exists")
}

#[test]
fn work_on_the_terms_that_were_read_after_a_block_admits_in_the_next() {
    chain(
        |_| {},
        || {
            run_to(5);
            // The state as clients read it: the block is over, and doesn't know its own hash.
            let parent = blocks::end();
            let terms = Runtime::registration(TEXT).expect("exists");
            blocks::begin(parent, &[]);
            assert_eq!((terms.open, terms.block_number, terms.block_hash), (true, 4, hash(4)));
            let nonce = solved(&terms, 1, 11);
            let (hotkey, coldkey) = (account(1), account(11));
            assert_ok!(Neurons::register(RuntimeOrigin::none(), TEXT, terms.block_number, nonce, hotkey, coldkey));
        },
    );
}

#[test]
fn the_terms_name_the_last_block_that_takes_their_work() {
    chain(
        |_| {},
        || {
            run_to(5);
            let terms = Runtime::registration(TEXT).expect("exists");
            let call = registration(terms.block_number, solved(&terms, 1, 11), 1, 11);
            run_to(terms.block_number + terms.seal_lifetime);
            assert!(validate(&call).is_ok());
            next_block();
            assert_eq!(validate(&call), refused(1));
        },
    );
}

#[test]
fn the_terms_name_the_burn_and_whether_anybody_may_join() {
    chain(
        |_| {},
        || {
            let terms = Runtime::registration(TEXT).expect("exists");
            fund(&account(12), terms.burn + TAO);
            assert_ok!(Neurons::burned_register(RuntimeOrigin::signed(account(12)), TEXT, account(2)));
            assert_eq!(Balances::free_balance(account(12)), TAO);
            govern(HyperparameterUpdate { registration_open: Some(false), ..Default::default() });
            assert!(!Runtime::registration(TEXT).expect("exists").open);
            assert_eq!(Runtime::registration(NetUid(9)), None);
        },
    );
}
