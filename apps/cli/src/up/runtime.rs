//! Compiling the chain's runtime before the nodes need it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::process::Command;

use super::session::{Look, Session};
use crate::leash;
use crate::output::Step;

/// How long it may take, on a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// Compiles the runtime once, on all cores: nodes that start together would each do it, on a share of them. Takes no
/// time when it has been done before. A failure is no harm, for then the nodes say what is wrong.
///
/// # Errors
/// See [`Session::wait`]; this program can't be started.
pub async fn compile(session: &mut Session<'_>, program: &Path) -> Result<()> {
    let step = Step::start("runtime compiled");
    let mut child = Command::new(program)
        .args(["node", "compile-runtime"])
        .env(leash::PARENT, std::process::id().to_string())
        .env_remove(leash::DETACHED)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .context("can't start this program once more")?;
    let look = async || match child.wait().await {
        Ok(status) => Look::Done(status.success()),
        Err(error) => Look::NotYet(error.to_string()),
    };
    let compiled = session.wait(&step, "compiling the runtime", LIMIT, look).await?;
    step.done(if compiled { "" } else { "left to the nodes" });
    Ok(())
}
