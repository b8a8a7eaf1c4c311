//! The index: written once, whole, and of one chain.

use crate::chain::{block, hash};
use ganglion_explorer::{ExplorerError, Indexed, Store};
use std::{path::Path, time::Duration};

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
