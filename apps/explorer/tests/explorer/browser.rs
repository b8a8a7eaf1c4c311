//! The pages in a real browser, with names that try to run scripts.
//!
//! `cargo xtask test` sets `GANGLION_BROWSER_NODE` to a folder whose `node_modules` has Playwright and axe. Without it, or
//! without Debian's Chromium (`CHROMIUM` names another), this test says so and passes.

use crate::{Explorer, Recipe, SMALL};
use std::{ffi::OsString, path::Path, process::Stdio, time::Duration};
use tokio::process::Command;

/// Some hundred pages are drawn, looked at and photographed; on a starved machine that takes minutes.
const LONG: Duration = Duration::from_secs(540);

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
    let explorer = Explorer::start(Recipe { hostile: true, ..SMALL }).await;
    let pictures = tempfile::tempdir().expect("folder");
    let script = std::path::absolute(Path::new("browser").join("check.mjs")).expect("this folder");
    let mut command = Command::new("node");
    command.arg(script).arg(format!("http://{}", explorer.address)).arg(pictures.path()).args(["--planted", "--brief"]);
    command.env("GANGLION_BROWSER_NODE", packages).env("CHROMIUM", chromium);
    for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(proxy);
    }
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).output();
    let output = tokio::time::timeout(LONG, running).await.expect("the browser hangs").expect("node starts");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains(" 0 faults"), "{said}\n{errors}");
    let seen = std::fs::read_dir(pictures.path()).expect("the pictures").count();
    assert!(seen >= 50, "only {seen} pictures: {said}");
    explorer.stop().await;
}
