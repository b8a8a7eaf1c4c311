//! The gateway's page in a real browser, asked something by hand.

#[path = "../../../explorer/browser/round.rs"]
mod round;

use crate::{
    config,
    miners::{Mood, TestMiner},
    Gateway,
};
use std::time::Duration;

/// Four windows, each with a question; on a starved machine that takes minutes.
const LONG: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_finds_no_fault() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let pictures = tempfile::tempdir().expect("folder");
    if let Some(said) = round::look("gateway.mjs", &gateway.url(""), pictures.path(), &[], LONG).await {
        // Two widths, light and dark; what no subnet does has no tab to look at.
        assert!(said.contains("4 looks, 0 faults"), "{said}");
        assert_eq!(miner.asked(), 4, "each window's question crossed the gateway");
    }
    gateway.stop().await;
}
