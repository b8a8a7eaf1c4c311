//! The pages in a real browser, with names that try to run scripts.

#[path = "../../browser/round.rs"]
mod round;

use crate::{Explorer, Recipe, SMALL};
use std::time::Duration;

/// Some hundred pages are drawn, looked at and photographed; on a starved machine that takes minutes.
const LONG: Duration = Duration::from_secs(540);

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_finds_no_fault() {
    let explorer = Explorer::start(Recipe { hostile: true, ..SMALL }).await;
    let pictures = tempfile::tempdir().expect("folder");
    let url = format!("http://{}", explorer.address);
    if let Some(said) = round::look("check.mjs", &url, pictures.path(), &["--planted", "--brief"], LONG).await {
        assert!(said.contains(" 0 faults"), "{said}");
        let seen = std::fs::read_dir(pictures.path()).expect("the pictures").count();
        assert!(seen >= 50, "only {seen} pictures: {said}");
    }
    explorer.stop().await;
}
