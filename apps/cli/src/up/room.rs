//! Room on the disk. The nodes' databases write to mapped memory: on a full disk the system kills them in the middle of
//! it, so a network doesn't start on an almost full disk, and is stopped before the disk is full.

use std::path::Path;

use anyhow::{bail, Context, Result};

/// Free space without which a network doesn't start, bytes.
const TO_START: u64 = 256 << 20;
/// Free space below which a running network is stopped, bytes: a few minutes of blocks, so that all can end in order.
const TO_RUN: u64 = 64 << 20;

/// Refuses to start on an almost full disk.
///
/// # Errors
/// There isn't room enough.
pub fn to_start(dir: &Path) -> Result<()> {
    let free = free(dir)?;
    if free < TO_START {
        bail!(
            "only {} MiB are free on the disk of {}; a network needs {} MiB: free some space or choose another folder with --dir",
            free >> 20,
            dir.display(),
            TO_START >> 20
        );
    }
    Ok(())
}

/// Refuses to go on when the disk is about to be full.
///
/// # Errors
/// It is.
pub fn to_run(dir: &Path) -> Result<()> {
    still(dir, free(dir)?, TO_RUN)
}

fn still(dir: &Path, free: u64, needed: u64) -> Result<()> {
    if free < needed {
        bail!(
            "the disk of {} is almost full ({} MiB left), so the network was stopped before its databases could break: free some space and run the command again",
            dir.display(),
            free >> 20
        );
    }
    Ok(())
}

/// Bytes that are free on the disk of `dir`.
fn free(dir: &Path) -> Result<u64> {
    let stat =
        nix::sys::statvfs::statvfs(dir).with_context(|| format!("can't look at the disk of {}", dir.display()))?;
    #[allow(clippy::unnecessary_cast)] // These types differ between platforms.
    let free = (stat.blocks_available() as u64).saturating_mul(stat.fragment_size() as u64);
    Ok(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_goes_on_only_with_room() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let free = free(dir.path()).expect("a disk");
        assert!(free > 0);
        assert!(still(dir.path(), free, free).is_ok());
        let text = still(dir.path(), free, free + 1).expect_err("too little").to_string();
        assert!(text.contains("almost full") && text.contains("free some space"), "{text}");
    }
}
