//! Encrypted key files: theirs open here, ours come back, and hostile ones are refused before they cost anything.

use std::fs;
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::{Path, PathBuf};

use ganglion_keys::{Encryption, KeyError, Keyfile, Keypair, Mnemonic, Password, Protection, Words};
use serde_json::Value;

const OTHER_SECRET: &str = "hunter2-secret-password";

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/wallet_7_4_0.json")).unwrap()
}

fn text<'a>(vectors: &'a Value, name: &str) -> &'a str {
    vectors[name].as_str().unwrap()
}

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn open(path: &Path, typed: &str) -> Result<Keyfile, KeyError> {
    Keyfile::read_with(path, &mut || Password::new(typed))
}

fn file(folder: &tempfile::TempDir, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join("key");
    fs::write(&path, content).unwrap();
    path
}

/// A new file of our own, under `OTHER_SECRET`.
fn own_file(folder: &tempfile::TempDir) -> (PathBuf, Keyfile) {
    let keyfile = Keyfile::from_mnemonic(&Mnemonic::generate(Words::Twelve));
    let path = folder.path().join("key");
    keyfile.write_new_with(&path, &Protection::Own(password(OTHER_SECRET))).unwrap();
    (path, keyfile)
}

fn check_vector(content: &[u8], kind: Encryption) {
    let vectors = vectors();
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, content);
    assert_eq!(Keyfile::encryption(&path).unwrap(), Some(kind));
    assert!(matches!(Keyfile::read(&path), Err(KeyError::Encrypted { .. })));
    let keyfile = open(&path, text(&vectors, "password")).unwrap();
    assert_eq!(keyfile.public().to_ss58(), text(&vectors, "ss58"));
    assert_eq!(keyfile.phrase(), Some(text(&vectors, "mnemonic")));
    assert_eq!(keyfile.keypair().unwrap().public(), keyfile.public());
}

#[test]
fn nacl_opens_and_comes_back() {
    check_vector(&hex::decode(text(&vectors(), "keyfile_nacl_hex")).unwrap(), Encryption::Nacl);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let keyfile = Keyfile::from_mnemonic(&Mnemonic::generate(Words::Twelve));
    keyfile.write_new_with(&path, &Protection::Compatible(password("a"))).unwrap();
    assert!(fs::read(&path).unwrap().starts_with(b"$NACL"));
    assert_eq!(open(&path, "a").unwrap().phrase(), keyfile.phrase());
    assert!(matches!(open(&path, "b"), Err(KeyError::WrongPassword { .. })));
}

#[test]
fn fernet_opens() {
    check_vector(text(&vectors(), "keyfile_fernet").as_bytes(), Encryption::Fernet);
}

#[test]
fn ansible_vault_opens() {
    let vectors = vectors();
    let good = text(&vectors, "keyfile_ansible_vault");
    check_vector(good.as_bytes(), Encryption::AnsibleVault);
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, good);
    assert!(matches!(open(&path, "wrong"), Err(KeyError::WrongPassword { .. })));
    let right = text(&vectors, "password");
    for cut in [14, 30, 100, good.len() / 2] {
        fs::write(&path, &good[..cut]).unwrap();
        assert!(matches!(open(&path, right), Err(KeyError::Damaged { .. } | KeyError::WrongPassword { .. })), "{cut}");
    }
    fs::write(&path, good.replace(";1.1;", ";1.2;")).unwrap();
    assert!(matches!(open(&path, right), Err(KeyError::Damaged { .. })));
}

#[test]
fn our_own_form_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, keyfile) = own_file(&folder);
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"$GANGLION;1;"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Keyfile::encryption(&path).unwrap(), Some(Encryption::Own));
    let opened = open(&path, OTHER_SECRET).unwrap();
    assert_eq!(opened.phrase(), keyfile.phrase());
    assert_eq!(opened.public(), keyfile.public());
    assert!(matches!(open(&path, "wrong"), Err(KeyError::WrongPassword { .. })));
    assert!(matches!(keyfile.write_new_with(&path, &Protection::Plain), Err(KeyError::Exists { .. })));
    // Salt and nonce are new each time.
    keyfile.replace(&path, &Protection::Own(password(OTHER_SECRET))).unwrap();
    assert_ne!(fs::read(&path).unwrap()[24..64], bytes[24..64]);
}

#[test]
fn every_changed_part_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = own_file(&folder);
    let good = fs::read(&path).unwrap();
    // Passes (3 → 2), salt, nonce, text, tag.
    for (at, change) in [(16, 1), (24, 1), (45, 0x80), (64, 1), (good.len() - 1, 1)] {
        let mut bytes = good.clone();
        bytes[at] ^= change;
        fs::write(&path, bytes).unwrap();
        assert!(matches!(open(&path, OTHER_SECRET), Err(KeyError::WrongPassword { .. })), "{at}");
    }
    for cut in [12, 20, 63, 64, 79] {
        fs::write(&path, &good[..cut]).unwrap();
        assert!(matches!(open(&path, OTHER_SECRET), Err(KeyError::Damaged { .. })), "{cut}");
    }
    fs::write(&path, String::from_utf8_lossy(&good[..12]).replace(";1;", ";2;")).unwrap();
    assert!(matches!(open(&path, OTHER_SECRET), Err(KeyError::Damaged { .. })));
}

#[test]
fn hostile_costs_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = own_file(&folder);
    let good = fs::read(&path).unwrap();
    let with = |at: usize, number: u32| {
        let mut bytes = good.clone();
        bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        fs::write(&path, bytes).unwrap();
        open(&path, OTHER_SECRET).unwrap_err()
    };
    for (at, number) in [(12, 1024 * 1024 + 1), (12, u32::MAX), (16, 17), (16, u32::MAX), (20, 9), (20, u32::MAX)] {
        let error = with(at, number);
        assert!(matches!(error, KeyError::Limit { .. }), "{at} {number}: {error}");
    }
    for (at, number) in [(12, 0), (12, 7), (16, 0), (20, 0)] {
        let error = with(at, number);
        assert!(matches!(error, KeyError::Damaged { .. }), "{at} {number}: {error}");
    }
}

#[test]
fn a_password_is_changed_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let (path, keyfile) = own_file(&folder);
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    open(&link, OTHER_SECRET).unwrap().replace(&link, &Protection::Plain).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(Keyfile::read(&path).unwrap().phrase(), keyfile.phrase());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    keyfile.replace(&path, &Protection::Own(password("new"))).unwrap();
    assert!(open(&path, "new").is_ok());
    assert!(matches!(open(&path, OTHER_SECRET), Err(KeyError::WrongPassword { .. })));
    let missing = folder.path().join("none");
    assert!(matches!(keyfile.replace(&missing, &Protection::Plain), Err(KeyError::Missing { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn plain_files_ask_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    Keyfile::from_keypair(&Keypair::from_uri("//Alice").unwrap()).write_new(&path).unwrap();
    let mut asked = false;
    Keyfile::read_with(&path, &mut || {
        asked = true;
        Password::new("x")
    })
    .unwrap();
    assert!(!asked);
    assert_eq!(Keyfile::encryption(&path).unwrap(), None);
}

#[test]
fn nothing_secret_is_shown() {
    let shown = format!(
        "{:?} {:?} {:?}",
        password(OTHER_SECRET),
        Protection::Own(password(OTHER_SECRET)),
        Protection::Compatible(password(OTHER_SECRET))
    );
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains("104, 117"), "{shown}");
}
