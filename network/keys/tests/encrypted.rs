//! Encrypted key files: all four formats, wrong passwords, damaged and hostile bytes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ganglion_keys::{
    Cost, Encryption, KeyError, Keyfile, Keypair, Mnemonic, Password, PasswordSource, Protection, PublicKey,
};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/wallet_7_4_0.json")).unwrap()
}

fn given(text: &str) -> PasswordSource {
    PasswordSource::Given(Password::new(text.to_owned()).unwrap())
}

fn put(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn cheap() -> Cost {
    Cost::new(Cost::MIN_MEMORY_KIB, 1, 1).unwrap()
}

/// A folder with one key file in our format, and the file's bytes.
fn sealed(keyfile: &Keyfile, password: &str) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coldkey");
    let password = Password::new(password.to_owned()).unwrap();
    keyfile.write_new_as(&path, Protection::PasswordAtCost(&password, cheap())).unwrap();
    let bytes = fs::read(&path).unwrap();
    (folder, path, bytes)
}

fn alice() -> Keyfile {
    Keyfile::from_keypair(&Keypair::from_uri("//Alice").unwrap())
}

/// Makes the checksum fit again, as somebody who changes a file on purpose would.
fn mend(bytes: &mut [u8]) {
    let body = bytes.len() - 16;
    let checksum = Sha256::digest(&bytes[..body]);
    bytes[body..].copy_from_slice(&checksum[..16]);
}

/// One test for the three, because the oldest two take seconds and the newest half a GiB.
#[test]
fn files_of_bittensor_7_4_open() {
    let v = vectors();
    let password = v["password"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let nacl = hex::decode(v["keyfile_nacl_hex"].as_str().unwrap()).unwrap();
    for (name, kind, content) in [
        ("nacl", Encryption::Nacl, nacl.as_slice()),
        ("vault", Encryption::AnsibleVault, v["keyfile_ansible_vault"].as_str().unwrap().as_bytes()),
        ("fernet", Encryption::Fernet, v["keyfile_fernet"].as_str().unwrap().as_bytes()),
    ] {
        let path = folder.path().join(name);
        put(&path, content);
        assert_eq!(Keyfile::encryption(&path).unwrap(), Some(kind));
        let opened = Keyfile::open(&path, &given(password)).unwrap();
        assert_eq!(opened.public().to_ss58(), v["ss58"].as_str().unwrap(), "{name}");
        assert_eq!(opened.phrase(), v["mnemonic"].as_str(), "{name}");
        // Cut short anywhere: a fault of the file, found before a password is used.
        for length in [content.len() - 3, content.len() / 2, 40] {
            put(&path, &content[..length]);
            match (kind, Keyfile::read(&path)) {
                // This format says nothing about its length: only the tag, and so the password, can tell.
                (Encryption::Nacl, Err(KeyError::Encrypted { .. } | KeyError::Damaged { .. })) => {}
                (_, Err(KeyError::Damaged { .. })) => {}
                (_, other) => panic!("{name} {length}: {other:?}"),
            }
        }
    }
    // The vault is the cheap one: there a wrong password and bent bytes are tried as well.
    let path = folder.path().join("vault");
    let vault = v["keyfile_ansible_vault"].as_str().unwrap();
    put(&path, vault.as_bytes());
    assert!(matches!(Keyfile::open(&path, &given("correct horse 43")), Err(KeyError::WrongPassword { .. })));
    // A digit of the salt, the HMAC and the ciphertext, each the second half of a hexadecimal pair.
    for line in [1, 2, 10] {
        let mut lines: Vec<String> = vault.lines().map(str::to_owned).collect();
        let old = lines[line].as_bytes()[21];
        lines[line].replace_range(21..22, if old == b'0' { "1" } else { "0" });
        put(&path, lines.join("\n").as_bytes());
        match Keyfile::open(&path, &given(password)) {
            Err(KeyError::WrongPassword { .. } | KeyError::Damaged { .. }) => {}
            other => panic!("line {line}: {other:?}"),
        }
    }
    for text in ["$ANSIBLE_VAULT;1.1;AES256\n", "$ANSIBLE_VAULT;9.9;AES256\n3031", "$ANSIBLE_VAULT", "gAAAAA", "$NACL"]
    {
        put(&path, text.as_bytes());
        assert!(matches!(Keyfile::read(&path), Err(KeyError::Damaged { .. })), "{text}");
    }
}

#[test]
fn the_compatible_form_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coldkey");
    let mnemonic = Mnemonic::generate(ganglion_keys::Words::TwentyFour);
    let keyfile = Keyfile::from_mnemonic(&mnemonic);
    let password = Password::new("correct horse 42".into()).unwrap();
    keyfile.write_new_as(&path, Protection::Compatible(&password)).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"$NACL"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!bytes.windows(8).any(|window| window == b"accountI"));
    let opened = Keyfile::open(&path, &given("correct horse 42")).unwrap();
    assert_eq!((opened.public(), opened.phrase()), (keyfile.public(), Some(mnemonic.as_str())));
    // Nonce, tag, ciphertext.
    let mut bent = bytes.clone();
    bent[5 + 24 + 16 + 100] ^= 1;
    put(&path, &bent);
    assert!(matches!(Keyfile::open(&path, &given("correct horse 42")), Err(KeyError::WrongPassword { .. })));
}

#[test]
fn our_form_comes_back() {
    let (_folder, path, bytes) = sealed(&alice(), "correct horse 42");
    assert_eq!(Keyfile::encryption(&path).unwrap(), Some(Encryption::Ganglion));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(bytes.len(), 64 + 1024 + 16 + 16);
    let opened = Keyfile::open(&path, &given("correct horse 42")).unwrap();
    assert_eq!(opened.public(), alice().public());
    assert!(opened.keypair().unwrap().public().verify(b"x", &opened.keypair().unwrap().sign(b"x")));
    assert!(matches!(Keyfile::open(&path, &given("correct horse 43")), Err(KeyError::WrongPassword { .. })));
    assert!(matches!(Keyfile::read(&path), Err(KeyError::Encrypted { kind: Encryption::Ganglion, .. })));
}

#[test]
fn two_files_of_one_key_share_nothing_but_the_title() {
    let (_a, _, first) = sealed(&alice(), "correct horse 42");
    let (_b, _, second) = sealed(&alice(), "correct horse 42");
    assert_eq!(first[..24], second[..24]);
    assert_ne!(first[24..40], second[24..40], "salt");
    assert_ne!(first[40..64], second[40..64], "nonce");
    let same = first[64..1104].iter().zip(&second[64..1104]).filter(|(a, b)| a == b).count();
    assert!(same < 64, "{same} of 1040 bytes agree; 4 would by chance");
}

#[test]
fn the_length_says_nothing_about_the_phrase() {
    let short = Keyfile::from_mnemonic(&Mnemonic::generate(ganglion_keys::Words::Twelve));
    let long = Keyfile::from_mnemonic(&Mnemonic::generate(ganglion_keys::Words::TwentyFour));
    assert_eq!(sealed(&short, "correct horse 42").2.len(), sealed(&long, "correct horse 42").2.len());
}

/// The layout that the README gives, taken apart with the algorithms alone.
#[test]
fn the_documented_bytes_are_the_written_ones() {
    use chacha20poly1305::{aead::Aead, aead::Payload, KeyInit, XChaCha20Poly1305};
    let (_folder, _, bytes) = sealed(&alice(), "correct horse 42");
    assert_eq!(&bytes[..12], b"$GANGLION;1\n");
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((number(12), number(16), number(20)), (8192, 1, 1));
    let params = argon2::Params::new(number(12), number(16), number(20), Some(32)).unwrap();
    let mut key = [0; 32];
    let mut memory = vec![argon2::Block::default(); params.block_count()];
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into_with_memory(b"correct horse 42", &bytes[24..40], &mut key, &mut memory)
        .unwrap();
    let sealed = Payload { msg: &bytes[64..bytes.len() - 16], aad: &bytes[..64] };
    let nonce: [u8; 24] = bytes[40..64].try_into().unwrap();
    let plain = XChaCha20Poly1305::new(&key.into()).decrypt(&nonce.into(), sealed).unwrap();
    assert_eq!(plain.len(), 1024);
    let json: Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(json["ss58Address"], alice().public().to_ss58());
    assert_eq!(bytes[bytes.len() - 16..], Sha256::digest(&bytes[..bytes.len() - 16])[..16]);
}

#[test]
fn an_accident_in_any_region_is_called_damage() {
    let (_folder, path, bytes) = sealed(&alice(), "correct horse 42");
    // Title's end, memory, passes, lanes, salt, nonce, ciphertext, tag, checksum.
    for at in [11, 12, 16, 20, 30, 50, 64, 600, bytes.len() - 20, bytes.len() - 1] {
        let mut bent = bytes.clone();
        bent[at] ^= 0x10;
        put(&path, &bent);
        match Keyfile::open(&path, &given("correct horse 42")) {
            Err(KeyError::Damaged { .. }) => {}
            other => panic!("byte {at}: {other:?}"),
        }
    }
    for length in [11, 12, 40, 63, 64, 80, 95, 96, 500, bytes.len() - 1] {
        put(&path, &bytes[..length]);
        match Keyfile::open(&path, &given("correct horse 42")) {
            Err(KeyError::Damaged { .. }) => {}
            other => panic!("length {length}: {other:?}"),
        }
    }
    put(&path, &[bytes.as_slice(), b"\n"].concat());
    assert!(matches!(Keyfile::open(&path, &given("correct horse 42")), Err(KeyError::Damaged { .. })));
}

#[test]
fn deliberate_changes_open_nothing() {
    let (_folder, path, bytes) = sealed(&alice(), "correct horse 42");
    // Memory 8192 -> 8448, salt, nonce, ciphertext, tag; the checksum fits every time.
    for (at, flip) in [(13, 1), (24, 1), (39, 0x80), (40, 1), (63, 0x80), (64, 1), (1087, 1), (1088, 1), (1103, 1)] {
        let mut bent = bytes.clone();
        bent[at] ^= flip;
        mend(&mut bent);
        put(&path, &bent);
        match Keyfile::open(&path, &given("correct horse 42")) {
            Err(KeyError::WrongPassword { .. }) => {}
            other => panic!("byte {at}: {other:?}"),
        }
    }
    // Blocks cut out of the middle.
    let mut shorter = [&bytes[..64], &bytes[128..]].concat();
    mend(&mut shorter);
    put(&path, &shorter);
    assert!(matches!(Keyfile::open(&path, &given("correct horse 42")), Err(KeyError::WrongPassword { .. })));
}

#[test]
fn a_hostile_file_cannot_ask_for_more_than_the_bounds() {
    let (_folder, path, bytes) = sealed(&alice(), "correct horse 42");
    for (memory, passes, lanes) in [
        (u32::MAX, 1, 1),
        (1 << 30, 1, 1),
        (Cost::MAX_MEMORY_KIB + 1, 1, 1),
        (8192, u32::MAX, 1),
        (8192, 17, 1),
        (Cost::MAX_MEMORY_KIB, 5, 1),
        (8192, 1, u32::MAX),
        (8192, 1, 5),
        (0, 1, 1),
        (8191, 1, 1),
        (8192, 0, 1),
        (8192, 1, 0),
    ] {
        assert!(matches!(Cost::new(memory, passes, lanes), Err(KeyError::BadCost)));
        let mut hostile = bytes.clone();
        for (at, number) in [(12, memory), (16, passes), (20, lanes)] {
            hostile[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        mend(&mut hostile);
        put(&path, &hostile);
        match Keyfile::open(&path, &given("correct horse 42")) {
            Err(KeyError::Damaged { reason, .. }) => assert!(reason.contains("bounds"), "{reason}"),
            other => panic!("{memory} {passes} {lanes}: {other:?}"),
        }
    }
    assert!(Cost::new(Cost::MAX_MEMORY_KIB, 4, 4).is_ok() && Cost::new(262_144, 16, 1).is_ok());
}

#[test]
fn another_version_is_named() {
    let (_folder, path, mut bytes) = sealed(&alice(), "correct horse 42");
    bytes[10] = b'2';
    put(&path, &bytes);
    let message = Keyfile::open(&path, &given("correct horse 42")).unwrap_err().to_string();
    assert!(message.contains("another version"), "{message}");
}

#[test]
fn what_was_sealed_must_be_a_key() {
    let public = PublicKey([7; 32]);
    let (_folder, path, _) = sealed(&Keyfile::public_only(public), "correct horse 42");
    let opened = Keyfile::open(&path, &given("correct horse 42")).unwrap();
    assert!(opened.keypair().is_none() && opened.public() == public);
}

#[test]
fn the_default_cost_is_the_documented_one() {
    let cost = Cost::default();
    assert_eq!((cost.memory_kib(), cost.passes(), cost.lanes()), (256 * 1024, 3, 1));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coldkey");
    let password = Password::new("correct horse 42".into()).unwrap();
    alice().write_new_as(&path, Protection::Password(&password)).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes[12..24], [0, 0, 4, 0, 3, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(Keyfile::open(&path, &PasswordSource::Given(password)).unwrap().public(), alice().public());
}

proptest! {
    /// Without a password, so that it is cheap: all that is parsed before one is asked for.
    #[test]
    fn any_bytes_are_answered_without_panic(magic in 0usize..6, tail in prop::collection::vec(any::<u8>(), 0..300)) {
        let magics: [&[u8]; 6] =
            [b"", b"$GANGLION;1\n", b"$NACL", b"$ANSIBLE_VAULT;1.1;AES256\n", b"gAAAAA", b"{\"secretSeed\":"];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let mut bytes = [magics[magic], tail.as_slice()].concat();
        for _ in 0..2 {
            put(&path, &bytes);
            prop_assert!(Keyfile::read(&path).is_err());
            // Once more with a checksum that fits, where there is place for one.
            if bytes.len() >= 16 {
                mend(&mut bytes);
            }
        }
    }

    #[test]
    fn any_vault_is_answered_without_panic(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 0..4),
    ) {
        let inner = parts.iter().map(hex::encode).collect::<Vec<_>>().join("\n");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        put(&path, format!("$ANSIBLE_VAULT;1.1;AES256\n{}", hex::encode(inner)).as_bytes());
        prop_assert!(Keyfile::open(&path, &given("correct horse 42")).is_err());
    }
}
