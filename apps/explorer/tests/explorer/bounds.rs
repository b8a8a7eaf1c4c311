//! What a request can't do.

use crate::{bounded, Explorer, Recipe, SMALL};
use futures::StreamExt;

const TINY: Recipe = Recipe { blocks: 5, neurons: 4, ..SMALL };

#[tokio::test(flavor = "multi_thread")]
async fn news_come_at_once_and_watchers_are_counted() {
    let explorer = Explorer::with(TINY, |config| config.watchers = 1).await;
    let answer = explorer.get("/live").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut pieces = answer.bytes_stream();
    let piece = bounded(pieces.next()).await.expect("an event").expect("bytes");
    let text = String::from_utf8_lossy(&piece).into_owned();
    assert!(text.contains("event: head") && text.contains("\"number\":4"), "{text}");
    let refused = explorer.get("/live").await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    drop(pieces);
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_tell() {
    let explorer = Explorer::start(TINY).await;
    explorer.page("/").await;
    let health = explorer.json("/health").await;
    assert_eq!((&health["status"], &health["indexed"]), (&"ok".into(), &4.into()), "{health}");
    let metrics = explorer.page("/metrics").await;
    for line in [
        "ganglion_explorer_requests_total{route=\"home\",status=\"200\"} 1",
        "ganglion_explorer_indexed_block 4",
        "ganglion_explorer_finalized_block -1",
    ] {
        assert!(metrics.contains(line), "{line} is missing: {metrics}");
    }
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_take_too_long_is_given_up() {
    let explorer = Explorer::with(SMALL, |config| config.patience = std::time::Duration::ZERO).await;
    let answer = explorer.get("/api/v1/events?event=No.Such&limit=500").await;
    // A list that takes no steps is done at once.
    assert!([200, 503].contains(&answer.status().as_u16()), "{}", answer.status());
    let all = explorer.get("/api/v1/rewards.csv?hotkey=5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY").await;
    assert!([200, 503].contains(&all.status().as_u16()), "{}", all.status());
    let long = explorer.get("/api/v1/blocks.csv?limit=4096").await;
    assert_eq!(long.status(), 503, "a thousand rows take more than no time");
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_answered_one_way_or_the_other() {
    let explorer = Explorer::with(TINY, |config| config.in_flight = 2).await;
    let answers = futures::future::join_all((0..50).map(|_| explorer.get("/tao"))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&200), "{statuses:?}");
    assert_eq!(explorer.get("/").await.status(), 200, "the places are free again");
    explorer.stop().await;
}
