//! What must be in the folder before anything starts: keys, wallets, the chain's specification.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};
use ganglion_primitives::AccountId;
use rand::RngCore;

use super::plan::Plan;
use crate::cli::LocalSubnet;
use crate::folder::{Folder, Record, Role};
use crate::{node, wallets};

/// Slot length when nobody says, milliseconds.
const SLOT_MS: u64 = 1000;
/// A network's slot length: the one asked for, or the one its chain was made with.
///
/// # Errors
/// The two differ.
pub fn slot_ms(asked: Option<u64>, previous: Option<&Record>) -> Result<u64> {
    match (asked, previous.map(|record| record.slot_ms)) {
        (Some(asked), Some(made)) if asked != made => {
            bail!(
                "this chain was made with slots of {made} ms, which can't change: leave out --slot-ms, or add --fresh"
            )
        }
        (asked, made) => Ok(asked.or(made).unwrap_or(SLOT_MS)),
    }
}

/// Writes the chain's specification, unless it's there. The nodes write blocks in the names of the text subnet's first
/// validators, so that these are among those who vote on how emission is split among subnets.
///
/// # Errors
/// It can't be made or written; a wallet can't be read.
pub fn chain_spec(folder: &Folder, ledger: node::Ledger, slot_ms: u64, plan: &Plan) -> Result<()> {
    let path = folder.chain_spec();
    if path.exists() {
        return Ok(());
    }
    let validators = plan.of(LocalSubnet::Text).filter(|neuron| neuron.role() == Role::Validator);
    let keepers = validators.take(plan.nodes.len()).map(|neuron| keeper(folder, &neuron.name));
    let text = node::local_spec(ledger, slot_ms, &keepers.collect::<Result<Vec<_>>>()?)?;
    replace(&path, text.as_bytes(), 0o644).with_context(|| format!("can't write {}", path.display()))
}

/// In whose name a node writes blocks: the wallet's.
fn keeper(folder: &Folder, name: &str) -> Result<node::Keeper> {
    let wallet = wallets::open_or_create(&folder.wallets(), name, wallets::HOTKEY)?;
    let (hotkey, coldkey) = (AccountId::new(wallet.hotkey().public().0), AccountId::new(wallet.coldkey_public().0));
    Ok(node::Keeper { hotkey, coldkey })
}

/// A node's libp2p key: the file that holds it and the peer id that belongs to it.
#[derive(Clone, Debug)]
pub struct NodeKey {
    /// The file, hex.
    pub file: PathBuf,
    /// The peer id.
    pub peer_id: String,
}

/// Reads a node's key, or makes one.
///
/// # Errors
/// It can't be read or written, or isn't a key.
pub fn node_key(folder: &Folder, name: &str) -> Result<NodeKey> {
    let file = folder.node(name).join("node-key");
    if !file.exists() {
        let mut fresh = [0u8; 32];
        rand::rngs::OsRng.fill_bytes(&mut fresh);
        fs::create_dir_all(folder.node(name)).with_context(|| format!("can't make the folder of {name}"))?;
        replace(&file, hex::encode(fresh).as_bytes(), 0o600)
            .with_context(|| format!("can't write the key of {name}"))?;
    }
    let text = fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    let mut secret = [0u8; 32];
    if hex::decode_to_slice(text.trim(), &mut secret).is_err() {
        bail!("{} is not a node key: delete it, and another will be made", file.display());
    }
    Ok(NodeKey { peer_id: node::peer_id(&secret)?, file })
}

/// Opens or makes the wallets of all neurons and, where it has one of its own, of the gateway; the hotkeys (SS58) come in that
/// order, the gateway's last.
///
/// # Errors
/// A wallet can't be made or read.
pub fn hotkeys(folder: &Folder, plan: &Plan) -> Result<Vec<String>> {
    let names = plan.neurons.iter().map(|neuron| neuron.name.as_str()).chain([plan.gateways_wallet()]);
    names
        .map(|name| {
            let wallet = wallets::open_or_create(&folder.wallets(), name, wallets::HOTKEY)?;
            Ok(wallet.hotkey().public().to_ss58())
        })
        .collect()
}

/// Writes a file so that it is there whole or not at all.
fn replace(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&draft)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_length_belongs_to_the_chain() {
        assert_eq!(slot_ms(None, None).expect("default"), SLOT_MS);
        assert_eq!(slot_ms(Some(500), None).expect("asked"), 500);
        let record = Record::new(500);
        assert_eq!(slot_ms(None, Some(&record)).expect("made"), 500);
        assert_eq!(slot_ms(Some(500), Some(&record)).expect("same"), 500);
        assert!(slot_ms(Some(1000), Some(&record)).expect_err("other").to_string().contains("--fresh"));
    }

    #[test]
    fn a_node_keeps_its_key() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let folder = Folder::locate(Some(dir.path())).expect("folder");
        let first = node_key(&folder, "alice").expect("made");
        assert_eq!(node_key(&folder, "alice").expect("read").peer_id, first.peer_id);
        assert_ne!(node_key(&folder, "bob").expect("made").peer_id, first.peer_id);
        fs::write(&first.file, "not a key").expect("write");
        assert!(node_key(&folder, "alice").is_err());
    }
}
