//! The index: written once, whole, and of one chain.

use crate::chain::{block, hash};
use ganglion_client::ChainEvent;
use ganglion_explorer::{ExplorerError, Indexed, Store};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_subnet::receipts::{Receipt, SignedReceipt};
use serde_json::json;
use std::{collections::BTreeMap, path::Path, time::Duration};

const GENESIS: [u8; 32] = [7; 32];

fn open(path: &Path) -> Result<Store, ExplorerError> {
    Store::open(path, Duration::from_secs(60))
}

fn blocks(range: std::ops::Range<u32>) -> Vec<Indexed> {
    range.map(|number| Indexed::bare(block(GENESIS, number))).collect()
}

#[test]
fn a_block_is_written_once() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(&folder.path().join("i.sqlite")).expect("an index");
    assert_eq!(store.head().expect("read"), None);
    assert_eq!(store.write(&blocks(0..20)).expect("written"), 20);
    assert_eq!(store.write(&blocks(0..20)).expect("written"), 0);
    assert_eq!(store.write(&blocks(15..25)).expect("written"), 5);
    assert_eq!(store.head().expect("read"), Some(24));
}

#[test]
fn a_batch_that_does_not_follow_is_refused_as_a_whole() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(&folder.path().join("i.sqlite")).expect("an index");
    store.write(&blocks(0..5)).expect("written");
    let gap = store.write(&blocks(6..8)).expect_err("a block is missing");
    assert!(matches!(gap, ExplorerError::Broken { number: 6, .. }), "{gap}");
    let mut other = blocks(5..8);
    other[2].block.parent = hash([8; 32], 6);
    let fork = store.write(&other).expect_err("another chain's block");
    assert!(matches!(fork, ExplorerError::Broken { number: 7, .. }), "{fork}");
    assert!(fork.to_string().contains("ganglion explorer reindex"), "{fork}");
    assert_eq!(store.head().expect("read"), Some(4), "nothing of the batch is there");
    assert_eq!(store.write(&blocks(5..8)).expect("written"), 3);
}

#[test]
fn an_index_is_opened_again_and_by_one_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("i.sqlite");
    let store = open(&path).expect("an index");
    store.bind(GENESIS).expect("its chain");
    store.write(&blocks(0..13)).expect("written");
    assert!(matches!(open(&path), Err(ExplorerError::Busy { .. })));
    drop(store);
    let store = open(&path).expect("again");
    assert_eq!(store.head().expect("read"), Some(12));
    store.bind(GENESIS).expect("the same chain");
    let other = store.bind([9; 32]).expect_err("another chain");
    let text = other.to_string();
    assert!(text.contains(&hex::encode([9; 32])) && text.contains("reindex"), "{text}");
    drop(store);
    let store = Store::anew(&path, Duration::from_secs(60)).expect("anew");
    assert_eq!(store.head().expect("read"), None);
    store.bind([9; 32]).expect("nobody's yet");
}

#[test]
fn a_file_that_is_no_index_is_left_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("i.sqlite");
    std::fs::write(&path, "a letter to my aunt, which is longer than a header of SQLite's would be").expect("written");
    let refused = open(&path).expect_err("no index");
    assert!(matches!(refused, ExplorerError::Store { .. }), "{refused}");
    assert!(std::fs::read_to_string(&path).expect("there").starts_with("a letter"));
}

/// A block in which a subnet's owner says these rules.
fn ruled(number: u32, tempo: u16) -> Indexed {
    let mut block = block(GENESIS, number);
    let fields = json!({ "netuid": 1, "hyperparameters": { "kappa": 32_767, "tempo": tempo } });
    let (pallet, name) = ("Subnets".into(), "HyperparametersSet".into());
    block.events.push(ChainEvent { pallet, name, extrinsic: None, fields });
    Indexed::bare(block)
}

#[test]
fn hyperparameters_keep_their_history() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("i.sqlite");
    let store = open(&path).expect("an index");
    store.write(&blocks(0..1)).expect("written");
    // Said again in block 2, they are no news.
    store.write(&[ruled(1, 20), ruled(2, 20), ruled(3, 30), ruled(4, 20)]).expect("written");
    let connection = rusqlite::Connection::open(&path).expect("the file");
    let sql = "SELECT block, name, value FROM hyperparameters WHERE netuid = 1 ORDER BY block, name";
    let mut statement = connection.prepare(sql).expect("a statement");
    let mut rows = statement.query([]).expect("rows");
    let mut history: Vec<(u32, String, String)> = Vec::new();
    while let Some(row) = rows.next().expect("a row") {
        history.push((row.get(0).expect("block"), row.get(1).expect("name"), row.get(2).expect("value")));
    }
    let told: Vec<_> = history.iter().map(|(block, name, value)| (*block, name.as_str(), value.as_str())).collect();
    assert_eq!(told, [(1, "kappa", "32767"), (1, "tempo", "20"), (3, "tempo", "30"), (4, "tempo", "20")]);
}

/// What the account of ones has signed about an answer of that of twos, both of which block 12 names.
fn receipt(block: u32, round: u64) -> SignedReceipt {
    let receipt = Receipt {
        version: 1,
        netuid: 1,
        validator: PublicKey([1; 32]),
        round,
        block,
        block_hash: hex::encode(hash(GENESIS, block)),
        epoch: 0,
        secret_hash: String::new(),
        promise: None,
        kind: "sum".into(),
        neuron: 2,
        miner: PublicKey([2; 32]),
        request_hash: String::new(),
        answer_hash: None,
        outcome: "answered".into(),
        elapsed_ms: 1,
        score: 0.5,
        parts: BTreeMap::new(),
        bits: None,
        time_ms: 1,
    };
    SignedReceipt::sign(receipt, &Keypair::from_seed([1; 32]))
}

#[test]
fn receipts_of_this_chain_are_kept_once_and_the_newest_of_many() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("i.sqlite");
    let store = open(&path).expect("an index");
    store.write(&blocks(0..20)).expect("written");
    let good = receipt(13, 0);
    assert_eq!(store.keep_receipts(&[good.clone(), good.clone()]).expect("kept"), 1);
    assert_eq!(store.keep_receipts(std::slice::from_ref(&good)).expect("kept"), 0);
    let strange = |change: fn(&mut Receipt)| {
        let mut signed = receipt(13, 1);
        change(&mut signed.receipt);
        signed
    };
    let strangers = [
        strange(|receipt| receipt.block_hash = hex::encode(hash([8; 32], 13))),
        strange(|receipt| receipt.block_hash = "no hash".into()),
        strange(|receipt| receipt.block = 14),
        strange(|receipt| receipt.miner = PublicKey([9; 32])),
        strange(|receipt| receipt.validator = PublicKey([9; 32])),
        receipt(20, 1),
    ];
    assert_eq!(store.keep_receipts(&strangers).expect("kept"), 0);
    // More than are kept, in the order of their coming not that of blocks.
    let many: Vec<_> = (0..2_100u32).map(|place| receipt(19 - place % 4, place.into())).collect();
    assert_eq!(store.keep_receipts(&many).expect("kept"), 2_100);
    let connection = rusqlite::Connection::open(&path).expect("the file");
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
    assert_eq!(count("SELECT count(*) FROM receipts"), 2_048);
    assert_eq!(count("SELECT count(*) FROM receipts WHERE id / 1048576 = 13"), 0, "the oldest went");
    assert_eq!(count("SELECT count(*) FROM receipts WHERE id / 1048576 > 16"), 3 * 525, "the newest stayed");
    // What went doesn't come back as new.
    store.keep_receipts(&[good]).expect("kept");
    assert_eq!(count("SELECT count(*) FROM receipts WHERE id / 1048576 = 13"), 0);
}
