//! A network's folder.
//!
//! ```text
//! <dir>/network.json        what runs where (see `record`)
//! <dir>/lock                held by the supervisor
//! <dir>/chain-spec.json     the chain's genesis
//! <dir>/nodes/<name>/       databases and keys of the chain nodes
//! <dir>/wallets/<name>/     coldkey and hotkey of every neuron
//! <dir>/state/<process>/    what a process remembers
//! <dir>/state/organics.json users' requests that validators may ask again; image-organics.json those for pictures
//! <dir>/state/explorer.sqlite the explorer's index
//! <dir>/logs/<process>.log
//! <dir>/supervisor.log      what a supervisor in the background says
//! ```

mod lock;
mod record;
mod store;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};

pub use lock::{Lock, LockError};
pub use record::{NodeRecord, Phase, ProcessRecord, Record, Role, Seconds, FORMAT};
pub use store::ReadError;

/// What `--fresh` deletes: everything a network puts into its folder, and nothing else. `network.json` goes last, so
/// that a deletion that was cut short still leaves a folder known as ours.
const CONTENTS: [&str; 7] = ["nodes", "wallets", "state", "logs", "supervisor.log", "chain-spec.json", "network.json"];

/// A network's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder `dir`, or the user's default one.
    ///
    /// # Errors
    /// No `dir` was given and the user has no home folder.
    pub fn locate(dir: Option<&Path>) -> Result<Self> {
        let root = match dir {
            Some(dir) => std::path::absolute(dir).with_context(|| format!("{} is not a path", dir.display()))?,
            None => user_folder("XDG_DATA_HOME", ".local/share")?.join("ganglion").join("local"),
        };
        Ok(Self { root })
    }

    /// Makes the folder, if need be.
    ///
    /// # Errors
    /// It can't be made, or it holds things that no network put there.
    pub fn create(&self) -> Result<()> {
        let foreign = || format!("can't make the folder {}", self.root.display());
        fs::create_dir_all(&self.root).with_context(foreign)?;
        self.check()
    }

    /// Looks whether the folder may be used: it isn't there, is empty, or is a network's.
    ///
    /// # Errors
    /// It holds things that no network put there, or can't be read.
    pub fn check(&self) -> Result<()> {
        if !self.root.exists() {
            return Ok(());
        }
        let ours = self.record_path().exists();
        // What is there before the first `network.json`.
        let early = ["lock", "supervisor.log", "network.json.new"];
        let entries =
            fs::read_dir(&self.root).with_context(|| format!("can't look into the folder {}", self.root.display()))?;
        let mut names = entries.filter_map(|entry| entry.ok().map(|entry| entry.file_name()));
        if !ours && names.any(|name| early.iter().all(|ours| name != *ours)) {
            bail!("{} holds other things and no network: choose another folder with --dir", self.root.display());
        }
        Ok(())
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `network.json`.
    pub fn record_path(&self) -> PathBuf {
        self.root.join("network.json")
    }

    /// The chain's specification.
    pub fn chain_spec(&self) -> PathBuf {
        self.root.join("chain-spec.json")
    }

    /// A chain node's folder.
    pub fn node(&self, name: &str) -> PathBuf {
        self.root.join("nodes").join(name)
    }

    /// Where the wallets are.
    pub fn wallets(&self) -> PathBuf {
        self.root.join("wallets")
    }

    /// What a process remembers.
    pub fn state(&self, process: &str) -> PathBuf {
        self.root.join("state").join(process)
    }

    /// Users' requests that validators may ask again.
    pub fn organics(&self) -> PathBuf {
        self.root.join("state").join("organics.json")
    }

    /// Users' requests for pictures that validators may ask again.
    pub fn image_organics(&self) -> PathBuf {
        self.root.join("state").join("image-organics.json")
    }

    /// The explorer's index.
    pub fn index(&self) -> PathBuf {
        self.root.join("state").join("explorer.sqlite")
    }

    /// A process's log.
    pub fn log(&self, process: &str) -> PathBuf {
        self.root.join("logs").join(format!("{process}.log"))
    }

    /// Takes the folder for this process until the lock is dropped.
    ///
    /// # Errors
    /// Another supervisor has it.
    pub fn lock(&self) -> Result<Lock, LockError> {
        Lock::take(&self.root.join("lock"))
    }

    /// Reads `network.json`; `None` if there is none yet.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(&self) -> Result<Option<Record>, ReadError> {
        store::read(&self.record_path())
    }

    /// Replaces `network.json`: readers see the old one or the new one, whatever happens.
    ///
    /// # Errors
    /// The disk is full or can't be written to; the old file is untouched then.
    pub fn write(&self, record: &Record) -> Result<()> {
        store::write(&self.record_path(), record).context("can't write network.json")
    }

    /// What [`Folder::wipe`] would delete.
    pub fn contents(&self) -> Vec<PathBuf> {
        CONTENTS.iter().map(|name| self.root.join(name)).filter(|path| fs::symlink_metadata(path).is_ok()).collect()
    }

    /// Whether there is anything that [`Folder::wipe`] would delete.
    pub fn is_used(&self) -> bool {
        !self.contents().is_empty()
    }

    /// Deletes what a network put into the folder.
    ///
    /// # Errors
    /// Something can't be deleted.
    pub fn wipe(&self) -> Result<()> {
        for name in CONTENTS {
            let path = self.root.join(name);
            // A symbolic link goes, what it points to stays.
            let Ok(kind) = fs::symlink_metadata(&path) else { continue };
            let gone = if kind.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            gone.with_context(|| format!("can't delete {}", path.display()))?;
        }
        Ok(())
    }
}

/// The folder that `variable` names (if absolute), else `fallback` in the user's home.
///
/// # Errors
/// Neither is known.
pub fn user_folder(variable: &str, fallback: &str) -> Result<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    match named.or_else(|| Some(home()?.join(fallback))) {
        Some(path) => Ok(path),
        None => bail!("neither {variable} nor HOME names a folder: set HOME, or choose a folder with --dir"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().expect("temporary folder");
        let folder = Folder::locate(Some(&dir.path().join("net"))).expect("folder");
        (dir, folder)
    }

    #[test]
    fn a_strangers_folder_is_refused() {
        let (_dir, folder) = scratch();
        folder.create().expect("new");
        folder.create().expect("empty");
        fs::write(folder.root().join("thesis.txt"), "dear to somebody").expect("write");
        let error = folder.create().expect_err("foreign");
        assert!(error.to_string().contains("--dir"), "{error}");
        folder.write(&Record::new(1000)).expect("write");
        folder.create().expect("ours now");
    }

    #[test]
    fn wiping_spares_what_is_not_ours() {
        let (dir, folder) = scratch();
        folder.create().expect("create");
        folder.write(&Record::new(1000)).expect("write");
        fs::create_dir_all(folder.node("alice")).expect("node");
        let outside = dir.path().join("outside");
        fs::create_dir(&outside).expect("outside");
        fs::write(outside.join("kept"), "").expect("kept");
        std::os::unix::fs::symlink(&outside, folder.root().join("logs")).expect("link");
        fs::write(folder.root().join("notes.txt"), "").expect("notes");
        assert!(folder.is_used());
        folder.wipe().expect("wipe");
        assert!(!folder.is_used());
        assert!(outside.join("kept").exists());
        assert!(folder.root().join("notes.txt").exists());
    }
}
