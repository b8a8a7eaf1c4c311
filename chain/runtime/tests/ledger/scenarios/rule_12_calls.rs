//! Every call has a price or a limit, everything is bounded, and no wrapper gets around a rule.

use crate::{
    blocks, books,
    random::{Cast, Run, SUDO},
    rows::{changed, rows, OURS},
    world::*,
};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo, Pays},
    storage::transactional::with_transaction_unchecked,
    traits::{fungible::Inspect, Hooks, IntegrityTest, StorageInfoTrait},
    weights::Weight,
};
use ganglion_runtime::*;
use sp_runtime::{traits::Dispatchable, DispatchError, DispatchResult, TransactionOutcome};

/// Calls that people made at random on a ledger with a past.
fn samples(count: usize, mut look: impl FnMut(&mut Run, usize, RuntimeCall)) {
    sp_io::TestExternalities::default().execute_with(|| {
        let mut run = Run::new(12);
        while run.calls() < 600 {
            run.block();
        }
        for number in 0..count {
            if number % 20 == 0 {
                // Limits run out, epochs come, keys change.
                run.block();
            }
            let (person, call) = run.sample();
            // Who commands root may do anything.
            if person > SUDO + 1 {
                look(&mut run, person, call);
            }
        }
        books::check();
    });
}

/// What `attempt` says, without what it does.
fn tried(attempt: impl FnOnce() -> DispatchResult) -> DispatchResult {
    with_transaction_unchecked(|| TransactionOutcome::Rollback(attempt()))
}

#[test]
fn a_feeless_call_never_fails_in_a_block() {
    let (mut taken, mut refused) = (0, 0);
    samples(1_500, |_, person, call| {
        if call.get_dispatch_info().pays_fee == Pays::No {
            match blocks::apply_as(&Cast::person(person), call.clone()) {
                Ok(Ok(())) => taken += 1,
                Ok(Err(error)) => panic!("{call:?} filled a block for nothing: {error:?}"),
                Err(_) => refused += 1,
            }
        }
    });
    assert!(taken >= 10 && refused > 100, "{taken} taken, {refused} refused");
}

#[test]
fn a_call_with_a_price_is_paid_for_even_if_it_fails() {
    let mut failed = 0;
    samples(500, |_, person, call| {
        let payer = Cast::person(person);
        let wealth = || <Balances as Inspect<_>>::total_balance(&payer) + Staking::staked_by(&payer);
        let (before, priced) = (wealth(), call.get_dispatch_info().pays_fee == Pays::Yes);
        if let (true, Ok(Err(_))) = (priced, blocks::apply_as(&payer, call.clone())) {
            assert!(wealth() < before, "{call:?} failed for free");
            failed += 1;
        }
    });
    assert!(failed > 100, "only {failed} calls failed");
}

#[test]
fn a_wrapper_changes_no_answer() {
    let mut told_apart = 0;
    samples(1_000, |_, person, call| {
        let (who, delegate) = (Cast::person(person), Cast::person(Cast::partner(person)));
        let plain = tried(|| dispatch(call.clone(), &who));
        // A batch of all or nothing takes no other of its kind.
        if !matches!(call, RuntimeCall::Utility(pallet_utility::Call::batch_all { .. })) {
            let calls = vec![call.clone()];
            let batched = tried(|| dispatch(pallet_utility::Call::batch_all { calls }.into(), &who));
            assert_eq!(batched, plain, "in a batch: {call:?}");
        }
        let proxied = tried(|| by_proxy(&delegate, &who, call.clone()));
        if let Some(proxied) = proxied.map_or_else(not_by_proxy, |()| Some(Ok(()))) {
            assert_eq!(proxied, plain, "by a proxy: {call:?}");
        }
        let (council, others) = (Multisig::multi_account_id(&sorted(&who, &delegate), 1), vec![delegate]);
        let alone = tried(|| dispatch(call.clone(), &council));
        let joint =
            pallet_multisig::Call::as_multi_threshold_1 { other_signatories: others, call: Box::new(call.clone()) };
        assert_eq!(tried(|| dispatch(joint.into(), &who)), alone, "by a multisig account: {call:?}");
        told_apart += usize::from(plain.is_ok());
    });
    assert!(told_apart > 100, "only {told_apart} calls work at all");
}

fn dispatch(call: RuntimeCall, who: &AccountId) -> DispatchResult {
    call.dispatch(RuntimeOrigin::signed(who.clone())).map(|_| ()).map_err(|failure| failure.error)
}

fn sorted(one: &AccountId, other: &AccountId) -> Vec<AccountId> {
    let mut both = vec![one.clone(), other.clone()];
    both.sort();
    both
}

/// What became of `call` when `delegate` made it for `real`.
fn by_proxy(delegate: &AccountId, real: &AccountId, call: RuntimeCall) -> DispatchResult {
    let real = real.clone().into();
    dispatch(pallet_proxy::Call::proxy { real, force_proxy_type: None, call: Box::new(call) }.into(), delegate)?;
    let executed = System::read_events_no_consensus().filter_map(|record| match record.event {
        RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
        _ => None,
    });
    executed.last().expect("a proxy reports")
}

/// Nothing, if the error says that the delegate is no proxy, or must announce; otherwise the error.
fn not_by_proxy(error: DispatchError) -> Option<DispatchResult> {
    use pallet_proxy::Error::{NotProxy, Unannounced};
    let wrappers = [NotProxy::<Runtime>, Unannounced].map(DispatchError::from);
    (!wrappers.contains(&error)).then_some(Err(error))
}

#[test]
fn every_collection_is_bounded() {
    chain(
        |_| {},
        || {
            let rows = AllPalletsWithSystem::storage_info();
            for pallet in OURS {
                let ours: Vec<_> = rows.iter().filter(|row| row.pallet_name == pallet.as_bytes()).collect();
                assert!(!ours.is_empty());
                for row in ours {
                    assert!(row.max_size.is_some(), "{}", String::from_utf8_lossy(&row.storage_name));
                }
            }
        },
    );
}

/// What the hooks at the beginning of a block do, with the time's inherent.
struct Begin {
    /// Picoseconds.
    charged: u64,
    /// How many rows of our pallets it changed.
    written: u64,
}

/// Begins the next block.
///
/// # Panics
/// If it is not even charged for what it writes.
fn begin() -> Begin {
    let parent = blocks::end();
    let before = rows(&OURS);
    blocks::begin(parent, &[]);
    // An empty block's weight is there whatever hooks do.
    let empty = configs::BlockWeights::get().base_block.ref_time();
    let charged = System::block_weight().get(DispatchClass::Mandatory).ref_time().saturating_sub(empty);
    let written = changed(&before, &rows(&OURS)).len() as u64;
    let least = price_of_rows(written);
    assert!(
        charged >= least,
        "block {} is charged {charged}, but its {written} rows cost {least}",
        System::block_number()
    );
    Begin { charged, written }
}

/// What writing so many rows weighs.
fn price_of_rows(count: u64) -> u64 {
    <Runtime as frame_system::Config>::DbWeight::get().writes(count).ref_time()
}

/// What block `number` was charged and wrote beyond the one before it.
fn beyond_idle(number: BlockNumber) -> Begin {
    run_to(number - 2);
    let (idle, busy) = (begin(), begin());
    Begin { charged: busy.charged.saturating_sub(idle.charged), written: busy.written.saturating_sub(idle.written) }
}

#[test]
fn hooks_are_charged_for_what_they_do() {
    chain(
        // So that prices change in a block where nothing else happens: 106. Epochs are in 98 and 118, a session begins
        // with 121.
        |rules| rules.adjustment_interval = 45,
        || {
            must_join(1, 11);
            must_join(2, 12);
            let epoch = beyond_idle(Emission::next_epoch(TEXT, System::block_number()));
            assert!(epoch.charged > 0 && epoch.written > 0, "an epoch is free, or writes nothing");
            run_to(62);
            let (session, due) = (Session::current_index(), Neurons::prices(TEXT).adjust_at);
            let adjustment = beyond_idle(due);
            assert!(adjustment.charged > 0, "new prices are free");
            assert_eq!((due, Session::current_index()), (106, session), "something else happened");
            run_to(119);
            let (idle, session_begin) = (begin(), begin());
            assert_eq!((System::block_number(), Session::current_index()), (121, session + 1));
            let limits = configs::BlockWeights::get();
            let room = limits.max_block.saturating_sub(limits.base_block).ref_time();
            assert!(
                session_begin.charged >= room && idle.charged < room,
                "a session's begin fills its block, but weighs {} beside {}",
                session_begin.charged,
                idle.charged
            );
        },
    );
}

/// An epoch in which one of `neurons` judges all the others, and they are paid.
fn paying_epoch(neurons: u8) -> Begin {
    let mut epoch = None;
    chain(
        |rules| {
            rules.min_difficulty = 1;
            rules.target_registrations = 100;
            rules.max_registrations_per_block = 100;
        },
        || {
            let ids: Vec<_> = (1..=neurons).map(|number| must_join(number, number + 100)).collect();
            run_to(40);
            let weights: Vec<_> = ids.iter().skip(1).map(|id| (*id, 1)).collect();
            set_weights(1, &weights).expect("has a permit");
            epoch = Some(beyond_idle(Emission::next_epoch(TEXT, System::block_number())));
            assert!((1..=neurons).all(|number| earned(number) > 0), "somebody wasn't paid");
        },
    );
    epoch.expect("came")
}

/// Defect 26: what a hook declared was a constant, however much it did.
#[test]
fn defect_26_an_epoch_is_charged_by_its_size() {
    let (small, large) = (paying_epoch(2), paying_epoch(40));
    assert!(large.written > small.written, "{} and {} rows", small.written, large.written);
    let (more, further) = (large.charged.saturating_sub(small.charged), large.written - small.written);
    let least = price_of_rows(further);
    assert!(more >= least, "{further} further rows cost {least}, but only {more} was charged for them");
}

#[test]
fn cleaning_up_after_a_subnet_is_charged_for() {
    chain(
        |_| {},
        || {
            must_join(1, 11);
            must_join(2, 12);
            let cleaning = || {
                let clean = || <Subnets as Hooks<BlockNumber>>::on_idle(System::block_number(), Weight::MAX);
                with_transaction_unchecked(|| TransactionOutcome::Rollback(clean())).ref_time()
            };
            let idle = cleaning();
            Subnets::dissolve(RuntimeOrigin::root(), TEXT).expect("governance may");
            assert!(cleaning() > idle, "cleaning weighs {} beside {idle}", cleaning());
        },
    );
}

#[test]
fn the_composition_is_sound() {
    // Constants that contradict each other would show here.
    AllPalletsWithSystem::integrity_test();
}
