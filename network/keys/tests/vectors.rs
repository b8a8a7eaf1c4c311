//! What PyPI bittensor 7.4.0 wrote, read by us.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use ganglion_keys::{Encryption, KeyError, Keyfile, Keypair, Mnemonic, PublicKey, Signature};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/wallet_7_4_0.json")).unwrap()
}

fn text<'a>(vectors: &'a Value, name: &str) -> &'a str {
    vectors[name].as_str().unwrap_or_else(|| panic!("no {name}"))
}

fn public(hex_text: &str) -> PublicKey {
    PublicKey(hex::decode(hex_text).unwrap().try_into().unwrap())
}

fn file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    (folder, path)
}

#[test]
fn the_phrase_gives_seed_key_and_address() {
    let v = vectors();
    let mnemonic = Mnemonic::parse(text(&v, "mnemonic")).unwrap();
    assert_eq!(hex::encode(*mnemonic.to_seed("")), text(&v, "seed_hex"));
    let pair = Keypair::from_mnemonic(text(&v, "mnemonic"), "").unwrap();
    assert_eq!(pair.public(), public(text(&v, "public_key")));
    assert_eq!(pair.public().to_ss58(), text(&v, "ss58"));
    let private = hex::decode(text(&v, "private_key")).unwrap().try_into().unwrap();
    assert_eq!(Keypair::from_private(private).unwrap().public(), pair.public());
}

#[test]
fn longer_phrases_too() {
    for entry in vectors()["random_mnemonics"].as_array().unwrap() {
        let phrase = text(entry, "mnemonic");
        assert_eq!(hex::encode(*Mnemonic::parse(phrase).unwrap().to_seed("")), text(entry, "seed_hex"));
        let key = Keypair::from_mnemonic(phrase, "").unwrap().public();
        assert_eq!((key, key.to_ss58().as_str()), (public(text(entry, "pub")), text(entry, "ss58")));
    }
}

#[test]
fn derivation_paths() {
    let v = vectors();
    let mut checked = 0;
    for (uri, expected) in v["uris"].as_object().unwrap() {
        // The one entry that is an error there: passwords in URIs, which Substrate's tools and we do support.
        let Some(expected_key) = expected.get("pub").and_then(Value::as_str) else { continue };
        let key = Keypair::from_uri(uri).unwrap().public();
        assert_eq!((key, key.to_ss58().as_str()), (public(expected_key), text(expected, "ss58")), "{uri}");
        checked += 1;
    }
    assert_eq!(checked, 7);
    let phrase = text(&v, "mnemonic");
    assert_eq!(
        Keypair::from_uri(&format!("{phrase}///pw")).unwrap().public(),
        Keypair::from_mnemonic(phrase, "pw").unwrap().public()
    );
    let seed = text(&v, "seed_hex");
    assert_eq!(
        Keypair::from_uri(&format!("0x{seed}//hard/soft")).unwrap().public(),
        Keypair::from_uri(&format!("{phrase}//hard/soft")).unwrap().public()
    );
}

#[test]
fn signatures_verify() {
    let v = vectors();
    let key = public(text(&v, "public_key"));
    let raw = Signature::from_hex(&format!("0x{}", text(&v, "signature_over_utf8_hello"))).unwrap();
    assert!(key.verify(b"hello", &raw));
    assert!(!key.verify(b"hellp", &raw));
    let wrapped = Signature::from_hex(&format!("0x{}", text(&v, "signature_wrapped"))).unwrap();
    assert!(!key.verify(b"hello", &wrapped));
    assert!(key.verify_lenient(b"hello", &wrapped) && key.verify_lenient(b"hello", &raw));
}

#[test]
fn plain_key_files_open() {
    let v = vectors();
    let (_folder, path) = file(text(&v, "keyfile_plain").as_bytes());
    let keyfile = Keyfile::read(&path).unwrap();
    assert_eq!(keyfile.public(), public(text(&v, "public_key")));
    assert_eq!(keyfile.keypair().unwrap().public(), keyfile.public());
    assert_eq!(keyfile.phrase(), Some(text(&v, "mnemonic")));

    let (_folder, path) = file(text(&v, "coldkeypub_txt").as_bytes());
    let keyfile = Keyfile::read(&path).unwrap();
    assert_eq!(keyfile.public(), public(text(&v, "public_key")));
    assert!(keyfile.keypair().is_none());
}

#[test]
fn our_file_holds_what_theirs_holds() {
    let v = vectors();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coldkey");
    Keyfile::from_mnemonic(&Mnemonic::parse(text(&v, "mnemonic")).unwrap()).write_new(&path).unwrap();
    let ours: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let theirs: Value = serde_json::from_str(text(&v, "keyfile_plain")).unwrap();
    for (name, value) in theirs.as_object().unwrap() {
        assert_eq!(&ours[name], value, "{name}");
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn encrypted_files_are_refused_by_name() {
    let v = vectors();
    let nacl = hex::decode(text(&v, "keyfile_nacl_hex")).unwrap();
    for (content, expected) in [
        (nacl.as_slice(), Encryption::Nacl),
        (text(&v, "keyfile_ansible_vault").as_bytes(), Encryption::AnsibleVault),
        (text(&v, "keyfile_fernet").as_bytes(), Encryption::Fernet),
    ] {
        let (_folder, path) = file(content);
        match Keyfile::read(&path) {
            Err(KeyError::Encrypted { kind, .. }) => assert_eq!(kind, expected),
            other => panic!("{other:?}"),
        }
    }
}
