//! Subnets from the start.

use crate::ledger::*;
use ganglion_pallet_subnets::{CreationTerms, Parameters, Terms};
use ganglion_primitives::{Hyperparameters, NetUid, TAO};

fn subnet(netuid: u16) -> (NetUid, String, Hyperparameters) {
    (NetUid(netuid), format!("subnet {netuid}"), Hyperparameters { tempo: netuid, ..Default::default() })
}

#[test]
fn the_subnets_of_genesis_are_governances_and_newcomers_fill_the_gaps() {
    start(vec![subnet(8), subnet(1), subnet(5)], CreationTerms::default()).execute_with(|| {
        assert_eq!(Subnets::netuids(), [1, 5, 8].map(NetUid));
        assert_eq!(Parameters::<Ledger>::get(NetUid(5)).tempo, 5);
        assert!(Subnets::netuids().into_iter().all(|netuid| Subnets::owner(netuid).is_none()));
        let name = b"new".to_vec().try_into().expect("short");
        Subnets::create(RuntimeOrigin::signed(1), name).expect("can be created");
        assert_eq!(Subnets::netuids(), [1, 2, 5, 8].map(NetUid));
        Subnets::check_invariants().expect("hold");
    });
}

#[test]
fn a_genesis_file_may_leave_the_terms_out_or_name_some() {
    let config: ganglion_pallet_subnets::GenesisConfig<Ledger> =
        serde_json::from_str(r#"{ "subnets": [[1, "text", { "tempo": 19 }]], "terms": { "min_lock": 5 } }"#)
            .expect("is a genesis");
    assert_eq!(config.terms, CreationTerms { min_lock: 5, ..Default::default() });
    assert_eq!(config.subnets[0].2, Hyperparameters { tempo: 19, ..Default::default() });
    let unknown = serde_json::from_str::<CreationTerms>(r#"{ "min_lok": 5 }"#);
    assert!(unknown.is_err(), "a misspelt term is not ignored");
}

#[test]
fn the_terms_of_genesis_hold() {
    let terms = CreationTerms { min_lock: TAO, ..Default::default() };
    start(vec![], terms.clone()).execute_with(|| assert_eq!(Terms::<Ledger>::get(), terms));
}

#[test]
#[should_panic(expected = "numbers of their own")]
fn there_is_no_subnet_0() {
    start(vec![subnet(0)], CreationTerms::default());
}

#[test]
#[should_panic(expected = "numbers of their own")]
fn two_subnets_cannot_have_one_number() {
    start(vec![subnet(1), subnet(1)], CreationTerms::default());
}

#[test]
#[should_panic(expected = "hyperparameters are within bounds")]
fn genesis_hyperparameters_are_within_bounds() {
    start(vec![(NetUid(1), "odd".into(), Hyperparameters { tempo: 0, ..Default::default() })], Default::default());
}

#[test]
#[should_panic(expected = "needs a name")]
fn a_genesis_subnet_has_a_name_that_can_be_printed() {
    start(vec![(NetUid(1), "\u{7}".into(), Hyperparameters::default())], CreationTerms::default());
}

#[test]
#[should_panic(expected = "2 subnets where its terms allow 1")]
fn genesis_has_no_more_subnets_than_its_terms_allow() {
    start(vec![subnet(1), subnet(2)], CreationTerms { max_subnets: 1, ..Default::default() });
}

#[test]
#[should_panic(expected = "terms are within bounds")]
fn genesis_terms_are_within_bounds() {
    start(vec![], CreationTerms { max_subnets: 129, ..Default::default() });
}
