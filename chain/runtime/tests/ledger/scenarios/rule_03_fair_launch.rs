//! Fair launch: nothing is owned at genesis; work starts the network, stake takes over.

use crate::{blocks, world::*};
use ganglion_primitives::{NetUid, Rao};
use ganglion_runtime::*;
use pallet_validators::{hotkey_of, producer_account};

/// The production preset with a founder, as whoever starts the network completes it.
fn production() -> serde_json::Value {
    let founder = genesis::Founder { account: account(1), keys: keys(1) };
    genesis::main_network(&[founder]).expect("a good founder")
}

#[test]
fn the_production_preset_issues_and_endows_nothing() {
    let mut state = sp_io::TestExternalities::default();
    state.execute_with(|| {
        blocks::genesis(genesis::MAIN, production());
        assert_eq!(Balances::total_issuance(), 0);
        let owned: Rao =
            frame_system::Account::<Runtime>::iter_values().map(|row| row.data.free + row.data.reserved).sum();
        assert_eq!(owned, 0);
        assert_eq!(pallet_staking::TotalStake::<Runtime>::get(), 0);
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), None);
    });
}

#[test]
fn genesis_holds_text_image_and_market_owned_by_governance() {
    chain_from(genesis::MAIN, production(), || {
        let names = |netuid: NetUid| {
            String::from_utf8(pallet_subnets::Subnets::<Runtime>::get(netuid).expect("exists").name.into())
        };
        let all: Vec<_> =
            Subnets::netuids().into_iter().map(|netuid| (netuid.0, names(netuid).expect("UTF-8"))).collect();
        assert_eq!(all, [(1, "text".into()), (5, "image".into()), (8, "market".into())]);
        for netuid in Subnets::netuids() {
            assert_eq!(Subnets::owner(netuid), None);
        }
    });
}

#[test]
fn from_nothing_to_the_first_staked_validator() {
    chain(
        |rules| rules.max_validators = 8,
        || {
            let nobody_has_anything = || Balances::total_issuance() == Balances::free_balance(Emission::pot());
            // Work alone admits: a transaction that nobody signs and nobody pays for.
            for (hotkey, coldkey) in [(1, 11), (2, 12), (3, 13)] {
                join_by_transaction(hotkey, coldkey);
            }
            assert!(nobody_has_anything());
            // The founders write blocks, and have no stake.
            assert!(Validators::members().iter().all(|member| member.founder && member.stake == 0));

            // An epoch gives permits to neurons of equal standing; nobody is paid before.
            run_to(40);
            assert!(nobody_has_anything());
            let (miner, worse) = (id(1), id(3));
            set_weights(2, &[(miner, 3), (worse, 1)]).expect("has a permit by work");
            set_weights(3, &[(miner, 1)]).expect("has a permit by work");
            while earned(1) == 0 {
                assert!(System::block_number() < 200, "nobody is ever paid");
                next_block();
            }
            // Pay is stake: the validator that judged has some now, and stands for election.
            let validator = account(2);
            assert!(Staking::stake_of(&account(12), &validator) > 0);
            assert!(earned(1) > earned(3), "the better miner earns more");
            set_keys(2).expect("has a seat");
            run_sessions(3);
            let hotkey = Staking::hotkey_id(&validator).expect("is known");
            let member = Validators::members().into_iter().find(|member| member.hotkey == hotkey).expect("is elected");
            assert!(!member.founder && member.stake > 0);
            assert!(wrote_a_block(&producer_account(hotkey)), "it writes blocks");
        },
    );
}

fn join_by_transaction(hotkey: u8, coldkey: u8) {
    let (hotkey, coldkey, block_number) = (account(hotkey), account(coldkey), System::block_number() - 1);
    let nonce = work(TEXT, block_number, &hotkey, &coldkey);
    let call = pallet_neurons::Call::register { netuid: TEXT, block_number, nonce, hotkey, coldkey };
    assert_eq!(blocks::apply(UncheckedExtrinsic::new_bare(call.into())), Ok(Ok(())));
}

/// Whether `producer` writes one of the blocks of a session.
fn wrote_a_block(producer: &AccountId) -> bool {
    assert!(hotkey_of(producer).is_some());
    (0..pallet_validators::SessionSlots::<Runtime>::get()).any(|_| {
        next_block();
        Authorship::author().as_ref() == Some(producer)
    })
}
