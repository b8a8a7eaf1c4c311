//! What a commitment contains, kept until its reveal is final.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};
use ganglion_keys::PublicKey;
use ganglion_primitives::NeuronId;
use serde::{Deserialize, Serialize};

use crate::folder::user_folder;

/// Longest such file, bytes: 4 096 weights take some 120 KiB.
const MAX: u64 = 1 << 20;

/// Weights, and what hides them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// By neuron.
    weights: Vec<(u64, u16)>,
    /// Hexadecimal.
    salt: String,
    version_key: u64,
}

impl Promise {
    pub fn new(weights: &[(NeuronId, u16)], salt: [u8; 16], version_key: u64) -> Self {
        let weights = weights.iter().map(|(id, weight)| (id.0, *weight)).collect();
        Self { weights, salt: hex::encode(salt), version_key }
    }

    /// Where the content of this commitment is kept: chain, subnet, hotkey and hash name it.
    pub fn path(genesis: &[u8; 32], netuid: u16, hotkey: &PublicKey, hash: &[u8; 32]) -> Result<PathBuf> {
        let folder = user_folder("XDG_DATA_HOME", ".local/share")?.join("ganglion").join("commitments");
        let chain: String = hex::encode(genesis).chars().take(16).collect();
        Ok(folder.join(format!("{chain}-{netuid}-{hotkey}-{}.json", hex::encode(hash))))
    }

    /// Writes it to the disk, for this user only.
    pub fn keep(&self, genesis: &[u8; 32], netuid: u16, hotkey: &PublicKey, hash: &[u8; 32]) -> Result<PathBuf> {
        let path = Self::path(genesis, netuid, hotkey, hash)?;
        let failed = || format!("can't keep what must be revealed in {}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(failed)?;
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut file = file.with_context(failed)?;
        file.write_all(&serde_json::to_vec(self)?).and_then(|()| file.sync_all()).with_context(failed)?;
        Ok(path)
    }

    /// Reads it back.
    pub fn read(path: &Path) -> Result<Self> {
        let lost = || {
            format!(
                "what was committed is not in {}: reveal it where it was committed, or commit again",
                path.display()
            )
        };
        let length = fs::metadata(path).with_context(lost)?.len();
        if length > MAX {
            bail!(lost());
        }
        serde_json::from_slice(&fs::read(path).with_context(lost)?).with_context(lost)
    }

    pub fn weights(&self) -> Vec<(NeuronId, u16)> {
        self.weights.iter().map(|(id, weight)| (NeuronId(*id), *weight)).collect()
    }

    pub fn salt(&self) -> Result<[u8; 16]> {
        let mut salt = [0; 16];
        hex::decode_to_slice(&self.salt, &mut salt).context("the kept salt is damaged: commit again")?;
        Ok(salt)
    }

    pub fn version_key(&self) -> u64 {
        self.version_key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("promise.json");
        let promise = Promise::new(&[(NeuronId(7), 65_535)], [9; 16], 3);
        fs::write(&path, serde_json::to_vec(&promise).expect("JSON")).expect("write");
        let read = Promise::read(&path).expect("it is there");
        assert_eq!((read.weights(), read.version_key()), (vec![(NeuronId(7), 65_535)], 3));
        assert_eq!(read.salt().expect("a salt"), [9; 16]);
    }

    #[test]
    fn what_is_lost_or_damaged_is_named_and_not_guessed() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("promise.json");
        let lost = || {
            let error = format!("{:#}", Promise::read(&path).err().expect("it can't be read"));
            assert!(error.contains("promise.json") && error.contains("commit again"), "{error}");
        };
        lost();
        for content in ["", "{", r#"{"weights":[],"salt":""}"#, r#"{"weights":[[1]],"salt":"","version_key":0}"#] {
            fs::write(&path, content).expect("write");
            lost();
        }
        fs::File::create(&path).and_then(|file| file.set_len(MAX + 1)).expect("a long file");
        lost();
        for salt in ["", "12", &"g".repeat(32), &"0".repeat(34)] {
            fs::write(&path, format!(r#"{{"weights":[],"salt":"{salt}","version_key":0}}"#)).expect("write");
            let error = format!("{:#}", Promise::read(&path).expect("JSON").salt().expect_err(salt));
            assert!(error.contains("commit again"), "{error}");
        }
    }
}
