//! Random calls in every form: see [`crate::random`].

use crate::{
    blocks, books,
    random::{missing, surprises, Form, Run},
};
use ganglion_runtime::*;
use sp_runtime::traits::Block as _;

/// Runs until at least `calls` calls were made.
fn run(seed: u64, calls: u64) -> Run {
    let mut run = Run::new(seed);
    while run.calls() < calls {
        run.block();
    }
    run
}

#[test]
fn every_call_has_a_generator() {
    assert_eq!(missing(), Vec::<String>::new());
}

#[test]
fn random_calls_keep_the_books() {
    sp_io::TestExternalities::default().execute_with(|| {
        let run = run(1, 5_000);
        println!("{}", run.tally());
        // So few calls can't all succeed; but those that must not never do, and no form is closed to all.
        let broken: Vec<_> = surprises(run.tally()).into_iter().filter(|line| line.contains("but")).collect();
        assert_eq!(broken, Vec::<String>::new());
        for form in Form::ALL {
            assert!(run.tally().ok_as(form) > 100, "{form:?} hardly ever works");
        }
    });
}

#[test]
fn a_seed_determines_everything() {
    // Not the whole state: transactions are in it, and their signatures are random.
    let end = |seed| {
        sp_io::TestExternalities::default().execute_with(|| {
            let run = run(seed, 300);
            (run.tally().to_string(), System::block_number(), Balances::total_issuance())
        })
    };
    assert_eq!(end(7), end(7));
    assert_ne!(end(7), end(8));
}

#[test]
fn an_importer_agrees_with_the_builder() {
    sp_io::TestExternalities::default().execute_with(|| {
        let mut run = run(3, 200);
        let calls: Vec<_> = (0..30).map(|_| run.sample()).collect();
        let parent = blocks::end();
        // What a producer does. FRAME counts its own layers of storage in the state, whose root they would change: so this
        // is one of the host's.
        sp_io::storage::start_transaction();
        blocks::begin(parent, &[]);
        let mut transactions = vec![blocks::time()];
        for (person, call) in calls {
            let transaction = run.sign(person, call);
            if blocks::apply(transaction.clone()).is_ok() {
                transactions.push(transaction);
            }
        }
        let built = Block::new(Executive::finalize_block(), transactions);
        sp_io::storage::rollback_transaction();
        assert!(built.extrinsics().len() > 5, "only {} transactions", built.extrinsics().len());
        // What everybody else does with the block: they panic if they come to another state.
        Executive::execute_block(built.into());
        books::check();
    });
}
