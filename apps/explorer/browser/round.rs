//! A round with a browser, for tests that have a page.
//!
//! `cargo xtask test` sets `GANGLION_BROWSER_NODE` to a folder whose `node_modules` has Playwright and axe. Without it, or
//! without Debian's Chromium (`CHROMIUM` names another), nothing is looked at.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// What `script`, of this folder, says of the pages at `url`; its pictures go to `folder`. `None`, after a word on stderr, where
/// nothing can be looked at. Fails if the script does, or takes longer than `limit`.
pub async fn look(script: &str, url: &str, folder: &Path, options: &[&str], limit: Duration) -> Option<String> {
    let Some(packages) = std::env::var_os("GANGLION_BROWSER_NODE") else {
        eprintln!("GANGLION_BROWSER_NODE is not set: not looked at in a browser (`cargo xtask test` sets it)");
        return None;
    };
    let chromium = std::env::var_os("CHROMIUM").unwrap_or_else(|| OsString::from("/usr/bin/chromium"));
    if !Path::new(&chromium).is_file() {
        eprintln!("there is no browser at {}: not looked at (CHROMIUM names another)", chromium.display());
        return None;
    }
    let scripts: PathBuf = std::path::absolute("../explorer/browser").expect("this folder");
    let mut command = Command::new("node");
    command.arg(scripts.join(script)).arg(url).arg(folder).args(options);
    command.env("GANGLION_BROWSER_NODE", packages).env("CHROMIUM", chromium);
    for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(proxy);
    }
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).output();
    let output = tokio::time::timeout(limit, running).await.expect("the browser hangs").expect("node starts");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    Some(said.into_owned())
}
