//! The gateway's page in a real browser, asked something by hand.
//!
//! `cargo xtask test` sets `GANGLION_BROWSER_NODE` to a folder whose `node_modules` has Playwright and axe. Without it, or
//! without Debian's Chromium (`CHROMIUM` names another), this test says so and passes.

use crate::{
    config,
    miners::{Mood, TestMiner},
    Gateway,
};
use std::{ffi::OsString, path::Path, process::Stdio, time::Duration};
use tokio::process::Command;

/// Four windows, each with a question; on a starved machine that takes minutes.
const LONG: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_finds_no_fault() {
    let Some(packages) = std::env::var_os("GANGLION_BROWSER_NODE") else {
        eprintln!("GANGLION_BROWSER_NODE is not set: not looked at in a browser (`cargo xtask test` sets it)");
        return;
    };
    let chromium = std::env::var_os("CHROMIUM").unwrap_or_else(|| OsString::from("/usr/bin/chromium"));
    if !Path::new(&chromium).is_file() {
        eprintln!("there is no browser at {}: not looked at (CHROMIUM names another)", chromium.display());
        return;
    }
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let pictures = tempfile::tempdir().expect("folder");
    let scripts = std::path::absolute(Path::new("../explorer/browser")).expect("this folder");
    let mut command = Command::new("node");
    command.arg(scripts.join("gateway.mjs")).arg(format!("http://{}", gateway.address)).arg(pictures.path());
    command.env("GANGLION_BROWSER_NODE", packages).env("CHROMIUM", chromium);
    for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(proxy);
    }
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).output();
    let output = tokio::time::timeout(LONG, running).await.expect("the browser hangs").expect("node starts");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // Two widths, light and dark; what no subnet does has no tab to look at.
    assert!(output.status.success() && said.contains("4 looks, 0 faults"), "{said}\n{errors}");
    assert_eq!(miner.asked(), 4, "each window's question crossed the gateway");
    gateway.stop().await;
}
