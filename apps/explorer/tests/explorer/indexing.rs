//! The indexer.

use crate::{bounded, chain::Chain};
use ganglion_explorer::{ExplorerError, Indexer, Progress, Source, Store};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::sync::watch;

const GENESIS: [u8; 32] = [7; 32];

fn indexer(path: &Path, chain: &Arc<Chain>) -> (Indexer, watch::Receiver<Progress>) {
    let store = Arc::new(Store::open(path, Duration::from_secs(60)).expect("an index"));
    let (sender, progress) = watch::channel(Progress::default());
    let source: Arc<dyn Source> = chain.clone();
    (Indexer::new(store, source, sender).expect("an indexer"), progress)
}

/// Everything in the index but what depends on when it was looked at: as text, table by table.
fn dump(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).expect("the file");
    let mut text = String::new();
    for sql in [
        "SELECT number, hex(hash), time, author, events FROM blocks ORDER BY 1",
        "SELECT e.id, k.pallet, k.name, e.args, 0 FROM events e JOIN kinds k ON k.id = e.kind ORDER BY 1",
        "SELECT m.id, hex(s.key), hex(r.key), m.amount, 0 FROM transfers m JOIN accounts s ON s.id = m.sender
         JOIN accounts r ON r.id = m.recipient ORDER BY 1",
        "SELECT netuid, block, outcome, miners, carried FROM epochs ORDER BY 1, 2",
        "SELECT r.block, r.uid, hex(a.key), r.incentive, r.emission FROM rewards r JOIN accounts a ON a.id = r.hotkey
         ORDER BY 1, 2",
        "SELECT session, seat, blocks, take, last_block FROM producers ORDER BY 1, 2",
    ] {
        let mut statement = connection.prepare(sql).expect("a statement");
        let mut rows = statement.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let cells: Vec<String> = (0..5)
                .map(|place| format!("{:?}", row.get::<_, rusqlite::types::Value>(place).expect("a value")))
                .collect();
            text.push_str(&cells.join(" "));
            text.push('\n');
        }
    }
    text
}

#[tokio::test]
async fn all_finalised_blocks_are_indexed() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("i.sqlite");
    let chain = Arc::new(Chain::new(GENESIS, 130));
    let (mut indexer, progress) = indexer(&path, &chain);
    assert_eq!(bounded(indexer.catch_up()).await.expect("indexed"), 130);
    let now = progress.borrow().clone();
    assert_eq!((now.indexed, now.finalized, now.behind()), (Some(129), Some(129), 0));
    assert_eq!(bounded(indexer.catch_up()).await.expect("nothing new"), 0);
    chain.grow(131);
    assert_eq!(bounded(indexer.catch_up()).await.expect("indexed"), 1);
    drop(indexer);
    let connection = rusqlite::Connection::open(&path).expect("the file");
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
    assert_eq!(count("SELECT count(*) FROM blocks"), 131);
    // Everybody's blocks, those of sessions' first blocks too.
    assert_eq!(count("SELECT count(*) FROM blocks WHERE author IS NULL"), 0);
    assert_eq!(count("SELECT sum(blocks) FROM producers"), 131);
    assert_eq!(count("SELECT sum(blocks) FROM accounts"), 131);
    assert_eq!(count("SELECT count(*) FROM epochs"), 130 / 7);
    assert_eq!(count("SELECT count(*) FROM rewards"), 2 * (130 / 7));
    assert_eq!(count("SELECT count(*) FROM neurons"), 2);
    assert_eq!(count("SELECT count(*) FROM transfers WHERE amount = 77"), 1);
    assert_eq!(count("SELECT count(*) FROM supply WHERE block IN (0, 60, 120, 130)"), 4);
    assert!(count("SELECT count(*) FROM accounts WHERE read_at >= 0 AND free > 0") > 0, "balances were read");
}

#[tokio::test]
async fn the_next_blocks_are_on_their_way_while_others_are_written() {
    let folder = tempfile::tempdir().expect("folder");
    let chain = Arc::new(Chain::new(GENESIS, 400));
    let (mut indexer, progress) = indexer(&folder.path().join("i.sqlite"), &chain);
    let asked = || chain.asked.lock().expect("lock").clone();
    let first = bounded(indexer.step()).await.expect("indexed");
    // Nobody calls the indexer now, and yet more is asked for.
    bounded(async {
        while asked().len() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!((asked()[0].1, asked()[1].0), (first, first));
    let behind = progress.borrow().clone();
    assert!(behind.behind() > 0 && behind.per_second.is_some(), "{behind:?}");
    bounded(indexer.catch_up()).await.expect("indexed");
    let ranges = asked();
    assert!(ranges.windows(2).all(|pair| pair[0].1 == pair[1].0), "each block is asked for once: {ranges:?}");
    assert_eq!(ranges.last().map(|range| range.1), Some(400));
    let there = progress.borrow().clone();
    assert_eq!((there.behind(), there.per_second), (0, None), "{there:?}");
}

#[tokio::test]
async fn an_interrupted_index_is_the_same_in_the_end() {
    let folder = tempfile::tempdir().expect("folder");
    let (whole, broken) = (folder.path().join("whole.sqlite"), folder.path().join("broken.sqlite"));
    let chain = Arc::new(Chain::new(GENESIS, 130));
    let (mut at_once, _progress) = indexer(&whole, &chain);
    bounded(at_once.catch_up()).await.expect("indexed");
    drop(at_once);
    // One batch, a failure, the end of the process; again.
    for stumble in [40, 50, 100] {
        let (mut indexer, _progress) = indexer(&broken, &chain);
        *chain.stumble.lock().expect("lock") = Some(stumble);
        loop {
            match bounded(indexer.step()).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    assert!(matches!(error, ExplorerError::Chain(_)), "{error}");
                    break;
                }
            }
        }
        *chain.stumble.lock().expect("lock") = None;
    }
    let (mut rest, _progress) = indexer(&broken, &chain);
    bounded(rest.catch_up()).await.expect("indexed");
    drop(rest);
    assert_eq!(dump(&whole), dump(&broken));
    assert!(dump(&whole).lines().count() > 150);
}

#[tokio::test]
async fn another_chain_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("i.sqlite");
    let chain = Arc::new(Chain::new(GENESIS, 5));
    let (mut first, _progress) = indexer(&path, &chain);
    bounded(first.catch_up()).await.expect("indexed");
    drop(first);
    let store = Arc::new(Store::open(&path, Duration::from_secs(60)).expect("an index"));
    let (sender, _progress) = watch::channel(Progress::default());
    let other = Indexer::new(store, Arc::new(Chain::new([8; 32], 5)), sender).expect_err("another chain");
    assert!(matches!(other, ExplorerError::OtherChain { .. }), "{other}");
}

#[tokio::test]
async fn a_node_that_stumbles_is_asked_again() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("i.sqlite");
    let chain = Arc::new(Chain::new(GENESIS, 60));
    *chain.stumble.lock().expect("lock") = Some(40);
    let (mut indexer, mut progress) = indexer(&path, &chain);
    let told = async {
        progress.wait_for(|now| now.trouble.is_some()).await.expect("trouble is told");
        let end = progress.wait_for(|now| now.indexed == Some(59)).await.expect("it goes on").clone();
        assert_eq!(end.trouble, None);
    };
    bounded(async {
        tokio::select! {
            ended = indexer.follow(Duration::from_millis(10)) => panic!("{ended:?}"),
            () = told => {}
        }
    })
    .await;
}

#[tokio::test]
async fn referenda_are_told_with_what_they_propose_and_each_is_looked_at_once() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("i.sqlite");
    let chain = Arc::new(Chain::new(GENESIS, 30));
    let propose = |calls: &[Option<&[u8]>]| {
        *chain.proposed.lock().expect("lock") = calls.iter().map(|call| call.map(<[u8]>::to_vec)).collect();
    };
    let told = || *chain.told.lock().expect("lock");
    propose(&[Some(&[5]), Some(&[]), None]);
    let (mut indexer, _progress) = indexer(&path, &chain);
    bounded(indexer.catch_up()).await.expect("indexed");
    assert_eq!(told(), 2, "the third one's call isn't there");
    chain.grow(31);
    bounded(indexer.catch_up()).await.expect("indexed");
    assert_eq!(told(), 2, "once is enough");
    // Somebody notes the third one's preimage.
    propose(&[Some(&[5]), Some(&[]), Some(&[6])]);
    chain.grow(32);
    bounded(indexer.catch_up()).await.expect("indexed");
    assert_eq!(told(), 3);
    drop(indexer);
    let connection = rusqlite::Connection::open(&path).expect("the file");
    let sql = "SELECT referendum, call, args, unreadable FROM proposals ORDER BY referendum";
    let mut statement = connection.prepare(sql).expect("a statement");
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, Option<String>>(3)?.is_some())));
    let rows: Vec<(u32, Option<String>, Option<String>, bool)> =
        rows.expect("rows").collect::<rusqlite::Result<_>>().expect("proposals");
    let (call, args) = (Some("Test.one".to_owned()), |number: u8| Some(format!("{{\"number\":{number}}}")));
    assert_eq!(rows, [(0, call.clone(), args(5), false), (1, None, None, true), (2, call, args(6), false)]);
}

/// The first column of all rows.
fn texts(path: &Path, sql: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).expect("the file");
    let mut statement = connection.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<rusqlite::Result<_>>().expect("texts")
}

#[tokio::test]
async fn an_upgrade_of_the_runtime_is_crossed() {
    const UPGRADE: u32 = 35;
    const LENGTH: u32 = 41;
    let folder = tempfile::tempdir().expect("folder");
    let (followed, whole) = (folder.path().join("followed.sqlite"), folder.path().join("whole.sqlite"));
    let chain = Arc::new(Chain::new(GENESIS, 30));
    *chain.upgrade.lock().expect("lock") = Some(UPGRADE);
    *chain.proposed.lock().expect("lock") = vec![Some(vec![5])];
    let proposals = "SELECT call FROM proposals ORDER BY referendum";
    let (mut following, _progress) = indexer(&followed, &chain);
    bounded(following.catch_up()).await.expect("indexed");
    assert_eq!(texts(&followed, proposals), ["Test.one"]);
    chain.grow(LENGTH);
    bounded(following.catch_up()).await.expect("indexed");
    let asked = chain.asked.lock().expect("lock").last().copied();
    assert_eq!(asked, Some((30, LENGTH)), "the upgrade is in the middle of a batch");
    assert_eq!(texts(&followed, proposals), ["Test.two"], "the same bytes mean something else now");
    drop(following);
    // Who comes later finds the same.
    let (mut at_once, _progress) = indexer(&whole, &chain);
    bounded(at_once.catch_up()).await.expect("indexed");
    drop(at_once);
    assert_eq!(texts(&whole, proposals), ["Test.two"]);
    let names = "SELECT k.name FROM events e JOIN kinds k ON k.id = e.kind WHERE k.pallet = 'Test' ORDER BY e.id";
    let expected: Vec<&str> = (0..LENGTH).map(|number| if number <= UPGRADE { "Old" } else { "New" }).collect();
    assert_eq!(texts(&followed, names), expected, "each block as its own runtime tells it");
    let all = "SELECT e.id || ' ' || k.pallet || '.' || k.name || ' ' || coalesce(e.args, '') FROM events e
               JOIN kinds k ON k.id = e.kind ORDER BY e.id";
    assert_eq!(texts(&followed, all), texts(&whole, all));
    assert!(texts(&followed, all).iter().any(|event| event.contains("System.CodeUpdated")));
}
