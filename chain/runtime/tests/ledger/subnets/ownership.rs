//! Whose a subnet is, and how it presents itself.

use super::*;
use frame_support::{assert_noop, assert_ok};
use pallet_subnets::{Error, Event, Identities, Line, Paragraph, SubnetIdentity};

fn transfer(who: RuntimeOrigin, netuid: NetUid, to: u8) -> DispatchResult {
    Subnets::transfer_ownership(who, netuid, account(to))
}

/// Makes an account known as a coldkey, as staking once does.
fn make_coldkey(who: u8) {
    assert!(Staking::ensure_coldkey(&account(who)).is_ok());
}

fn describe(who: u8, netuid: NetUid, identity: SubnetIdentity) -> DispatchResult {
    Subnets::set_identity(signed(who), netuid, Box::new(identity))
}

fn identity() -> SubnetIdentity {
    SubnetIdentity {
        description: Paragraph::truncate_from(b"Finds primes.\nLarge ones.".to_vec()),
        url: Line::truncate_from(b"https://example.org".to_vec()),
        ..Default::default()
    }
}

#[test]
fn a_subnet_goes_to_another_with_its_lock() {
    ledger(|| {
        let netuid = create_next(50);
        assert_noop!(transfer(signed(51), netuid, 51), Error::<Runtime>::NotOwner);
        assert_noop!(transfer(signed(50), netuid, 70), Error::<Runtime>::NoColdkey);
        make_coldkey(70);
        assert_ok!(transfer(signed(50), netuid, 70));
        let event = Event::OwnershipTransferred { netuid, from: Some(account(50)), to: account(70) };
        System::assert_has_event(event.into());
        assert_noop!(transfer(signed(50), netuid, 50), Error::<Runtime>::NotOwner);
        assert_ok!(dissolve(70, netuid));
        assert_eq!(free(70), 10 * TAO);
    });
}

#[test]
fn governance_hands_its_subnets_over_and_they_can_be_replaced_from_then_on() {
    ledger_with(
        |terms| terms.max_subnets = 1,
        || {
            make_coldkey(60);
            run_to(20);
            assert_ok!(transfer(RuntimeOrigin::root(), TEXT, 60));
            assert!(Subnets::weakest().is_err(), "it is immune, as a new one is");
            assert_eq!(Subnets::owner_account(TEXT), Some(account(60)));
            run_to(80);
            assert_eq!(Subnets::weakest().ok(), Some(TEXT));
            assert_ok!(create(50));
            assert_eq!(free(60), 0, "there was no lock to return");
        },
    );
}

#[test]
fn a_coldkey_that_is_about_to_be_replaced_gives_nothing_away() {
    ledger(|| {
        let netuid = create_next(50);
        make_coldkey(70);
        fund(&account(50), 10 * TAO);
        assert_ok!(Neurons::announce_coldkey_swap(signed(50), account(71)));
        assert_noop!(transfer(signed(50), netuid, 70), Error::<Runtime>::SwapAnnounced);
        assert_noop!(dissolve(50, netuid), Error::<Runtime>::SwapAnnounced);
        assert_ok!(transfer(RuntimeOrigin::root(), netuid, 70));
    });
}

#[test]
fn an_owner_describes_the_subnet_and_takes_it_back() {
    ledger(|| {
        let netuid = create_next(50);
        assert_noop!(describe(51, netuid, identity()), Error::<Runtime>::NotOwner);
        assert_ok!(describe(50, netuid, identity()));
        assert_eq!(Identities::<Runtime>::get(netuid), Some(identity()));
        assert_ok!(describe(50, netuid, SubnetIdentity::default()));
        assert_eq!(Identities::<Runtime>::get(netuid), None);
    });
}

#[test]
fn an_identity_that_would_spoil_a_terminal_is_refused() {
    ledger(|| {
        let netuid = create_next(50);
        let escape = Line::truncate_from(b"\x1b]0;gotcha\x07".to_vec());
        let hostile = SubnetIdentity { contact: escape, ..identity() };
        assert_noop!(describe(50, netuid, hostile), Error::<Runtime>::InvalidText);
    });
}
