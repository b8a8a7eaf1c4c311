//! What clients read: a page in one call, and nothing in it that the ledger doesn't say.

use crate::world::*;
use frame_support::assert_ok;
use ganglion_primitives::{
    api::runtime_decl_for_network_api::NetworkApi, info::*, Endpoint, HotkeyId, NetUid, Uid, TAO,
};
use ganglion_runtime::{governance::origins::Origin, *};
use pallet_subnets::HyperparameterUpdate;

type Api = Runtime;

fn endpoint(port: u16) -> Endpoint {
    Endpoint::new(format!("127.0.0.1:{port}").parse().expect("address"), 1)
}

/// A paid miner (hotkey 1, coldkey 11) and validator (hotkey 2, coldkey 12).
fn paid(scenario: impl FnOnce()) {
    chain(
        |_| {},
        || {
            let miner = miner_and_validator();
            set_weights(2, &[(miner, 1)]).expect("has a permit");
            run_to(130);
            scenario();
        },
    );
}

#[test]
fn a_metagraph_has_every_column_and_its_subnet() {
    paid(|| {
        assert_ok!(Neurons::serve_axon(RuntimeOrigin::signed(account(1)), TEXT, endpoint(8091)));
        assert_ok!(Neurons::serve_prometheus(RuntimeOrigin::signed(account(2)), TEXT, endpoint(9090)));
        let graph = Api::metagraph(TEXT).expect("exists");
        assert_eq!(graph.hotkeys, vec![account(1), account(2)]);
        assert_eq!(graph.coldkeys, vec![account(11), account(12)]);
        assert_eq!(graph.endpoints, vec![Some(endpoint(8091)), None]);
        assert_eq!(graph.prometheus, vec![None, Some(endpoint(9090))]);
        assert_eq!(graph.last_update.iter().map(Option::is_some).collect::<Vec<_>>(), vec![false, true]);
        assert!(graph.incentive[0] > 0 && graph.dividends[1] > 0 && graph.permits[1]);
        assert_eq!(graph.stake, [1, 2].map(|hotkey| Api::hotkey(account(hotkey)).expect("is known").stake));
        let lengths = [
            graph.ids.len(),
            graph.registered_at.len(),
            graph.active.len(),
            graph.rank.len(),
            graph.trust.len(),
            graph.validator_trust.len(),
            graph.consensus.len(),
            graph.emission.len(),
            graph.earned.len(),
        ];
        assert!(lengths.into_iter().all(|length| length == 2));
        assert_eq!(Some(&graph.subnet), Api::subnets().first());
        assert!(Api::metagraph(NetUid(9)).is_none());
    });
}

#[test]
fn delegates_are_all_who_have_a_permit_and_come_in_pages() {
    paid(|| {
        stake(50, 2, 5 * TAO);
        let graph = Api::metagraph(TEXT).expect("exists");
        let permits = graph.hotkeys.iter().zip(&graph.permits).filter(|(_, permit)| **permit);
        let permitted: Vec<_> = permits.map(|(hotkey, _)| hotkey.clone()).collect();
        assert!(permitted.contains(&account(2)));
        let page = Api::delegates(HotkeyId(0), 10);
        assert_eq!((page.block, page.next), (System::block_number(), None));
        for delegate in &page.delegates {
            assert_eq!(Some(&delegate.info), Api::hotkey(delegate.hotkey.clone()).as_ref());
            assert_eq!(delegate.permits, [TEXT]);
        }
        assert_eq!(page.delegates.into_iter().map(|delegate| delegate.hotkey).collect::<Vec<_>>(), permitted);
        let (mut from, mut walked) = (Some(HotkeyId(0)), vec![]);
        while let Some(start) = from {
            let page = Api::delegates(start, 1);
            assert_eq!(page.delegates.len(), 1);
            walked.extend(page.delegates.into_iter().map(|delegate| delegate.hotkey));
            from = page.next;
        }
        assert_eq!(walked, permitted);
    });
}

#[test]
fn weights_come_by_uid_in_pages_and_name_uids() {
    paid(|| {
        let page = Api::weights(TEXT, Uid(0), 10).expect("exists");
        assert_eq!((page.block, page.next), (System::block_number(), None));
        let [row] = &page.rows[..] else { panic!("one validator: {page:?}") };
        assert_eq!((row.uid, &row.weights[..]), (Uid(1), &[(Uid(0), u16::MAX)][..]));
        assert!(row.set_at > 0 && row.set_at <= page.block);
        assert_eq!(Api::weights(TEXT, Uid(2), 10).expect("exists").rows, vec![]);
        assert!(Api::weights(NetUid(9), Uid(0), 10).is_none());
    });
}

#[test]
fn a_subnet_tells_its_rules_its_owner_and_what_is_locked() {
    chain(
        |_| {},
        || {
            fund(&account(12), 100 * TAO);
            let price = Api::emission().subnet_price;
            let name = b"mine".to_vec().try_into().expect("fits");
            assert_ok!(Subnets::create(RuntimeOrigin::signed(account(12)), name));
            let identity = pallet_subnets::SubnetIdentity {
                url: b"https://example.org".to_vec().try_into().expect("fits"),
                ..Default::default()
            };
            assert_ok!(Subnets::set_identity(RuntimeOrigin::signed(account(12)), NetUid(2), Box::new(identity)));
            let subnets = Api::subnets();
            assert_eq!(subnets.len(), 2);
            assert_eq!(subnets[0].owner, None);
            assert_eq!(subnets[0].replaceable_from, None, "governance's subnets aren't replaced");
            let mine = &subnets[1];
            assert_eq!((mine.netuid, &mine.name[..], mine.lock), (NetUid(2), &b"mine"[..], price));
            assert_eq!(mine.owner, Some(account(12)));
            assert_eq!(mine.identity.as_ref().expect("was set").url, b"https://example.org");
            assert_eq!(mine.hyperparameters, Subnets::hyperparameters(NetUid(2)).expect("exists"));
            assert!(mine.replaceable_from.expect("somebody owns it") > System::block_number());
            assert_eq!(Api::account(account(12)).subnets, vec![NetUid(2)]);
            assert_eq!(Api::emission().locked, price);
            assert!(Api::emission().subnet_price > price, "the next one is dearer");
            assert!(Api::emission().next_creation > System::block_number());
        },
    );
}

#[test]
fn emission_adds_up() {
    paid(|| {
        let info = Api::emission();
        assert_eq!(info.issuance, info.emitted - info.recycled);
        assert_eq!(info.block_emission, TAO);
        assert!(info.staked > 0 && info.pending > 0);
        let free: u64 = [11, 12].map(|coldkey| Api::account(account(coldkey)).free).iter().sum();
        assert_eq!(info.staked + info.pending + info.locked + info.prepaid + free, info.issuance);
        let [next] = info.next_epochs[..] else { panic!("there is one subnet") };
        run_to(next.block);
        let paid =
            |event: &RuntimeEvent| matches!(event, RuntimeEvent::Emission(pallet_emission::Event::EpochPaid { .. }));
        assert!(System::events().iter().any(|record| paid(&record.event)), "the epoch came when it was said to");
    });
}

#[test]
fn an_account_shows_all_it_has() {
    paid(|| {
        stake(13, 2, 5 * TAO);
        fund(&account(13), 30 * TAO);
        let signed = || RuntimeOrigin::signed(account(13));
        let key = sp_core::sr25519::Public::from_raw([7; 32]);
        assert_ok!(Access::open_channel(signed(), account(1), TAO, key));
        assert_ok!(Proxy::add_proxy(signed(), account(14).into(), Default::default(), 0));
        let has = Api::account(account(13));
        assert_eq!(has.channels, 1);
        assert!(has.reserved > 0);
        assert_eq!(has.free + has.reserved, 29 * TAO);
        assert_eq!(has.spendable, has.free - 1, "a deposit needs an account, and that a RAO");
        let [position] = &has.positions[..] else { panic!("there is one position") };
        assert_eq!((&position.hotkey, position.owned), (&account(2), false));
        assert!(position.stake.abs_diff(5 * TAO) <= 1);
        let [channel] = &Api::channels_of(account(13))[..] else { panic!("there is one channel") };
        assert_eq!(Some(channel.clone()), Api::channel(channel.id));
        assert_eq!(Api::channels_to(account(1), None, 10), vec![channel.clone()]);
        assert_eq!(Api::channels_to(account(1), Some(channel.id), 10), vec![]);
    });
}

#[test]
fn nominators_come_in_pages() {
    paid(|| {
        for nominator in 100..120 {
            stake(nominator, 2, TAO);
        }
        let mut seen = vec![];
        let mut after = None;
        loop {
            let page = Api::nominators(account(2), after, 7).expect("is known");
            assert!(page.nominators.len() <= 7);
            assert_eq!(page.hotkey.owner, account(12));
            seen.extend(page.nominators.into_iter().map(|nomination| nomination.coldkey));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort();
        assert_eq!(seen, (100..120).map(account).collect::<Vec<_>>());
        assert!(Api::nominators(account(90), None, 7).is_none());
    });
}

#[test]
fn a_hotkey_tells_its_seats_and_stake() {
    paid(|| {
        stake(13, 2, 5 * TAO);
        let hotkey = Api::hotkey(account(2)).expect("is known");
        assert_eq!(hotkey.seats, vec![(TEXT, 1.into())]);
        assert!((hotkey.stake - hotkey.own).abs_diff(5 * TAO) <= 1);
        assert!(!hotkey.producer);
        assert!(Api::hotkey(account(90)).is_none());
    });
}

#[test]
fn the_producers_are_listed() {
    paid(|| {
        set_keys(2).expect("has a seat");
        let page = Api::producers();
        assert_eq!((page.slot_millis, page.session_slots), (1_000, 60));
        assert_eq!(page.producers.len(), 2);
        assert!(page.producers.iter().all(|producer| producer.founder && producer.present && !producer.chilled));
        let [candidate] = &page.candidates[..] else { panic!("there is one candidate") };
        assert_eq!(candidate.hotkey, account(2));
    });
}

/// Whether each feeless call of hotkey 2 is taken exactly from the block on that `limits` names.
#[test]
fn limits_name_the_block_that_takes_the_next_call() {
    paid(|| {
        let hotkey = RuntimeOrigin::signed(account(2));
        let serve = || Neurons::serve_axon(hotkey.clone(), TEXT, endpoint(8092));
        assert_ok!(serve());
        assert_ok!(set_weights(2, &[(id(1), 1)]));
        let limits = Api::limits(TEXT, account(2)).expect("exists");
        assert_eq!(limits.uid, Some(1.into()));
        assert_eq!((limits.commit_weights, limits.reveal_weights, limits.set_root_weights), (None, None, None));
        assert_eq!(limits.serve_prometheus, Some(limits.block + 1));
        let (again, weigh) = (limits.serve_axon.expect("has a seat"), limits.set_weights.expect("no commitments"));
        run_to(again - 1);
        assert!(serve().is_err());
        next_block();
        assert_ok!(serve());
        run_to(weigh - 1);
        assert!(set_weights(2, &[(id(1), 1)]).is_err());
        next_block();
        assert_ok!(set_weights(2, &[(id(1), 1)]));
        assert_eq!(Api::limits(TEXT, account(90)).expect("exists").uid, None);
        assert!(Api::limits(NetUid(9), account(2)).is_none());
    });
}

#[test]
fn limits_name_the_window_of_a_reveal() {
    paid(|| {
        govern(HyperparameterUpdate { commit_reveal: Some(true), ..Default::default() });
        let hotkey = RuntimeOrigin::signed(account(2));
        let (weights, salt) = (vec![(id(1), 1)], [3; 16]);
        let hash = pallet_weights::commit_hash(&account(2), TEXT, &weights, &salt, 0);
        let before = Api::limits(TEXT, account(2)).expect("exists");
        assert_eq!((before.set_weights, before.reveal_weights), (None, None));
        assert_eq!(before.commit_weights, Some(before.block + 1));
        assert_ok!(Weights::commit_weights(hotkey.clone(), TEXT, hash));
        let limits = Api::limits(TEXT, account(2)).expect("exists");
        let window = limits.reveal_weights.expect("was committed");
        assert_eq!(limits.commit_weights, Some(window.from), "one commitment an interval");
        let reveal = || Weights::reveal_weights(hotkey.clone(), TEXT, weights.clone(), salt, 0);
        run_to(window.from - 1);
        assert!(reveal().is_err());
        next_block();
        assert_ok!(reveal());
        assert_eq!(Api::limits(TEXT, account(2)).expect("exists").reveal_weights, None, "it works once");
    });
}

#[test]
fn referenda_are_shown_while_they_are_decided_and_after() {
    chain(
        |_| {},
        || {
            let page = Api::governance(None, 10);
            assert_eq!(
                page.tracks.iter().map(|track| &track.name[..]).collect::<Vec<_>>(),
                [&b"upgrades"[..], b"parameters", b"subnets"]
            );
            assert!(page.polls.is_empty());
            fund(&account(12), 1_000 * TAO);
            let signed = || RuntimeOrigin::signed(account(12));
            let call = RuntimeCall::from(frame_system::Call::remark { remark: vec![1, 2, 3] });
            for _ in 0..3 {
                let proposal = <Preimage as frame_support::traits::StorePreimage>::bound(call.clone()).expect("fits");
                let after = frame_support::traits::schedule::DispatchTime::After(0);
                assert_ok!(Referenda::submit(signed(), Box::new(Origin::Parameters.into()), proposal, after));
            }
            let first = Api::governance(None, 2);
            assert_eq!(first.polls.iter().map(|poll| poll.index).collect::<Vec<_>>(), [2, 1]);
            assert_eq!(first.polls[0].state, PollState::Preparing(Preparation::Deposit));
            assert_eq!(first.polls[0].call, Some(codec::Encode::encode(&call)));
            assert_eq!(first.polls[0].proposer, Some(account(12)));
            let rest = Api::governance(first.next, 2);
            assert_eq!((rest.polls.len(), rest.next), (1, None));
            assert_ok!(Referenda::place_decision_deposit(signed(), 2));
            run_to(System::block_number() + page.tracks[1].prepare_period + 1);
            assert!(matches!(Api::governance(None, 1).polls[0].state, PollState::Deciding { confirmed_at: None, .. }));
            assert_ok!(Referenda::cancel(RuntimeOrigin::root(), 2));
            assert!(matches!(Api::governance(None, 1).polls[0].state, PollState::Cancelled(_)));
        },
    );
}
