//! Bytes read as transactions, on a ledger where much has happened already.
//!
//! A first byte of 255 makes the rest one transaction as it comes over the network. Anything else begins a list: a byte
//! that names the signer, then a call, and so on until the bytes end or are no call. Signatures are not checked in a list,
//! or hardly any input would get past them. A fuzzer compiles this too: see `chain/runtime/fuzz`.

use crate::{
    blocks, books,
    random::{Cast, Run, PEOPLE, SUDO},
};
use codec::DecodeLimit;
use ganglion_runtime::*;
use sp_runtime::{transaction_validity::TransactionSource, TransactionOutcome};
use std::cell::RefCell;

/// As deep as a transaction's call may be nested.
const DEPTH: u32 = 256;

/// Marks one transaction as it comes over the network.
pub const TRANSACTION: u8 = 255;

/// Most calls of a list that are made.
const MOST: usize = 32;

/// How many calls come before those that the bytes tell of.
const PAST: u64 = 400;

thread_local! {
    static LEDGER: RefCell<sp_io::TestExternalities> = RefCell::new(ledger());
}

fn ledger() -> sp_io::TestExternalities {
    let mut ledger = sp_io::TestExternalities::default();
    ledger.execute_with(past);
    ledger
}

/// What happened before.
pub fn past() -> Run {
    let mut run = Run::new(1);
    while run.calls() < PAST {
        run.block();
    }
    run
}

/// Makes the calls that `bytes` describe, ends the block and checks the books. Says how many worked.
///
/// # Panics
/// If anything is wrong with the ledger afterwards: that is the point.
pub fn check(bytes: &[u8]) -> usize {
    LEDGER.with_borrow_mut(|ledger| {
        ledger.execute_with(|| {
            frame_support::storage::transactional::with_transaction_unchecked(|| {
                let worked = make(bytes);
                blocks::begin(blocks::end(), &[]);
                books::check();
                TransactionOutcome::Rollback(worked)
            })
        })
    })
}

fn make(bytes: &[u8]) -> usize {
    match bytes.split_first() {
        Some((&TRANSACTION, transaction)) => transmit(transaction),
        _ => list(bytes),
    }
}

/// What a node does with bytes from the network: the pool looks at them, then the block's author includes them.
fn transmit(mut bytes: &[u8]) -> usize {
    let Ok(transaction) = UncheckedExtrinsic::decode_all_with_depth_limit(DEPTH, &mut bytes) else { return 0 };
    let pooled = frame_support::storage::transactional::with_transaction_unchecked(|| {
        let (source, parent) = (TransactionSource::External, System::parent_hash());
        TransactionOutcome::Rollback(Executive::validate_transaction(source, transaction.clone(), parent))
    });
    let included = pooled.is_ok().then(|| blocks::apply(transaction));
    included.is_some_and(|applied| applied == Ok(Ok(()))).into()
}

fn list(mut bytes: &[u8]) -> usize {
    let mut worked = 0;
    for _ in 0..MOST {
        let Some((signer, rest)) = bytes.split_first() else { break };
        bytes = rest;
        let Ok(call) = RuntimeCall::decode_with_depth_limit(DEPTH, &mut bytes) else { break };
        let applied = blocks::apply_as(&signer_account(*signer), call);
        worked += usize::from(applied == Ok(Ok(())));
    }
    worked
}

/// Anybody but who commands root, alone or as a proxy: root may break everything.
fn signer_account(signer: u8) -> AccountId {
    let first = SUDO + 2;
    Cast::person(first + usize::from(signer) % (PEOPLE - first))
}
