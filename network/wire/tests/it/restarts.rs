//! A captured request stays useless after the axon restarts.

use std::fs;

use crate::common::*;

fn echo_with_store(folder: &std::path::Path) -> ganglion_wire::AxonBuilder {
    bob().synapse::<Echo, _, _>(echo).replay_store(folder.join("axon/nonces"))
}

#[tokio::test]
async fn replays_are_refused_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let axon = Running::start(echo_with_store(folder.path())).await;
    let (used, unused) = (RawRequest::good(), RawRequest::good());
    assert_eq!(used.send(&axon).await.status, 200);
    axon.stop().await;

    let axon = Running::start(echo_with_store(folder.path())).await;
    used.send(&axon).await.is(409, "replay");
    assert_eq!(unused.send(&axon).await.status, 200);
    axon.stop().await;

    // Without its memory, an axon takes nothing from before its start.
    let late = RawRequest::good();
    fs::remove_file(folder.path().join("axon/nonces")).unwrap();
    let axon = Running::start(echo_with_store(folder.path())).await;
    used.send(&axon).await.is(401, "stale");
    late.send(&axon).await.is(401, "stale");
    assert_eq!(RawRequest::good().send(&axon).await.status, 200);
    axon.stop().await;
}

#[tokio::test]
async fn without_a_store_nothing_from_before_the_start_is_taken() {
    let axon = Running::start_echo().await;
    let used = RawRequest::good();
    assert_eq!(used.send(&axon).await.status, 200);
    axon.stop().await;
    let axon = Running::start_echo().await;
    used.send(&axon).await.is(401, "stale");
    axon.stop().await;
}

#[tokio::test]
async fn a_damaged_store_is_replaced_and_nothing_earlier_taken() {
    let folder = tempfile::tempdir().unwrap();
    let axon = Running::start(echo_with_store(folder.path())).await;
    let used = RawRequest::good();
    assert_eq!(used.send(&axon).await.status, 200);
    axon.stop().await;
    let path = folder.path().join("axon/nonces");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let axon = Running::start(echo_with_store(folder.path())).await;
    used.send(&axon).await.is(401, "stale");
    axon.stop().await;
}
