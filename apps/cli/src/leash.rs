//! How a child notices that its supervisor died.
//!
//! A supervisor that is killed outright can't stop its children. So each child, before anything else, asks the kernel
//! for a SIGTERM when its parent dies, and then checks that the parent was still there. Linux binds this to the
//! *thread* that started the child: the supervisor therefore starts children from its main thread only.

use anyhow::{bail, Context, Result};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd;

/// The variable that tells a child its supervisor's process id.
pub const PARENT: &str = "GANGLION_PARENT";
/// The variable that tells a background supervisor to leave its terminal.
pub const DETACHED: &str = "GANGLION_DETACHED";

/// Does what the starter of this process asked for through the environment; nothing if it didn't.
///
/// # Errors
/// The parent named there is gone, or the kernel refused.
pub fn obey() -> Result<()> {
    if std::env::var_os(DETACHED).is_some() {
        // Fails only for a process that leads its group already, which is as good.
        let _ = unistd::setsid();
    }
    let Some(parent) = std::env::var_os(PARENT) else { return Ok(()) };
    let parent: i32 =
        parent.to_str().and_then(|text| text.parse().ok()).with_context(|| format!("{PARENT} is not a process id"))?;
    prctl::set_pdeathsig(Signal::SIGTERM).context("can't ask the kernel to watch the supervisor")?;
    // The parent may have died before the line above.
    if unistd::getppid().as_raw() != parent {
        bail!("the supervisor (pid {parent}) is gone");
    }
    Ok(())
}
