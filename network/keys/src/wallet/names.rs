//! Names of wallets and hotkeys, and where their files are.

use std::path::{Path, PathBuf};

use crate::KeyError;

/// What public key files are called after the key's name.
pub(super) const PUBLIC_SUFFIX: &str = "pub.txt";

/// Where a wallet's files are, for names that have been checked.
pub(super) struct Paths {
    pub coldkey: PathBuf,
    pub coldkey_public: PathBuf,
    pub hotkey: PathBuf,
    pub hotkey_public: PathBuf,
}

impl Paths {
    pub fn new(root: &Path, name: &str, hotkey: &str) -> Result<Self, KeyError> {
        check_name("wallet", name)?;
        check_name("hotkey", hotkey)?;
        let folder = root.join(name);
        let hotkeys = folder.join("hotkeys");
        Ok(Self {
            coldkey: folder.join("coldkey"),
            coldkey_public: folder.join(format!("coldkey{PUBLIC_SUFFIX}")),
            hotkey_public: hotkeys.join(format!("{hotkey}{PUBLIC_SUFFIX}")),
            hotkey: hotkeys.join(hotkey),
        })
    }
}

/// Names become path components and appear on terminals, so only plain ones are allowed.
pub(super) fn check_name(what: &'static str, name: &str) -> Result<(), KeyError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let sound = (1..=64).contains(&name.len())
        && name.bytes().all(plain)
        && !name.starts_with(['.', '-'])
        // Such a hotkey's file would be taken for the public file of another.
        && !(what == "hotkey" && name.ends_with(PUBLIC_SUFFIX));
    sound.then_some(()).ok_or(KeyError::BadName { what })
}
