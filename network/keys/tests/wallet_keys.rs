//! What people do with single keys: make, bring back, protect, watch.

use std::fs;
use std::os::unix::fs::{symlink, PermissionsExt};

use ganglion_keys::{
    Cost, Encryption, KeyError, KeyName, Keyfile, Keypair, Mnemonic, Password, PasswordSource, Protection, Wallet,
    WalletFolder, Words,
};

const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn given(text: &str) -> PasswordSource {
    PasswordSource::Given(password(text))
}

fn cheap(password: &Password) -> Protection<'_> {
    Protection::PasswordAtCost(password, Cost::new(Cost::MIN_MEMORY_KIB, 1, 1).unwrap())
}

#[test]
fn an_encrypted_coldkey_and_a_plain_hotkey() {
    let root = tempfile::tempdir().unwrap();
    let folder = WalletFolder::new(root.path(), "alice").unwrap();
    let secret = password("correct horse 42");
    let phrase = folder.create(KeyName::Coldkey, Words::TwentyFour, cheap(&secret)).unwrap();
    folder.create(KeyName::Hotkey("h"), Words::Twelve, Protection::Plain).unwrap();
    assert_eq!(phrase.as_str().split(' ').count(), 24);
    assert_eq!(folder.encryption(KeyName::Coldkey).unwrap(), Some(Encryption::Ganglion));
    assert_eq!(folder.encryption(KeyName::Hotkey("h")).unwrap(), None);

    // Neither listing nor working with the hotkey needs the password.
    let wallet = Wallet::open(root.path(), "alice", "h").unwrap();
    let cold = Keypair::from_mnemonic(phrase.as_str(), "").unwrap().public();
    assert_eq!(wallet.coldkey_public(), cold);
    assert_eq!(Wallet::list(root.path()).unwrap()[0].coldkey, Some(cold));
    assert_eq!(folder.public(KeyName::Coldkey).unwrap(), cold);

    assert!(matches!(wallet.coldkey(), Err(KeyError::Encrypted { .. })));
    assert!(matches!(wallet.coldkey_with(&given("correct horse 43")), Err(KeyError::WrongPassword { .. })));
    assert_eq!(wallet.coldkey_with(&given("correct horse 42")).unwrap().public(), cold);
    let opened = folder.open(KeyName::Coldkey, &given("correct horse 42")).unwrap();
    assert_eq!(opened.phrase(), Some(phrase.as_str()));
}

#[test]
fn an_encrypted_hotkey_opens_with_its_password() {
    let root = tempfile::tempdir().unwrap();
    let folder = WalletFolder::new(root.path(), "alice").unwrap();
    let secret = password("correct horse 42");
    folder.create(KeyName::Coldkey, Words::Twelve, Protection::Plain).unwrap();
    folder.create(KeyName::Hotkey("h"), Words::Twelve, cheap(&secret)).unwrap();
    assert!(matches!(Wallet::open(root.path(), "alice", "h"), Err(KeyError::Encrypted { .. })));
    let wallet = Wallet::open_with(root.path(), "alice", "h", &given("correct horse 42")).unwrap();
    assert_eq!(wallet.hotkey().public(), folder.public(KeyName::Hotkey("h")).unwrap());
    let listed = &Wallet::list(root.path()).unwrap()[0];
    assert_eq!(listed.hotkeys, [("h".to_owned(), Some(wallet.hotkey().public()))]);
}

#[test]
fn keys_come_back_from_phrase_seed_and_file() {
    let root = tempfile::tempdir().unwrap();
    let expected = Keypair::from_mnemonic(PHRASE, "").unwrap().public();
    let phrase = Keyfile::from_mnemonic(&Mnemonic::parse(PHRASE).unwrap());
    let digits = "fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
    let vectors: serde_json::Value = serde_json::from_str(include_str!("vectors/wallet_7_4_0.json")).unwrap();
    let json = Keyfile::from_json(vectors["keyfile_plain"].as_str().unwrap()).unwrap();
    assert_eq!(json.phrase(), Some(PHRASE));
    for (name, content) in [
        ("a", &phrase),
        ("b", &Keyfile::from_seed_hex(digits).unwrap()),
        ("c", &Keyfile::from_seed_hex(&format!(" 0x{digits}\n")).unwrap()),
        ("d", &json),
        ("e", &Keyfile::from_keypair(&Keypair::from_uri(PHRASE).unwrap())),
    ] {
        let folder = WalletFolder::new(root.path(), name).unwrap();
        folder.import(KeyName::Coldkey, content, Protection::Plain).unwrap();
        let opened = folder.open(KeyName::Coldkey, &PasswordSource::Nothing).unwrap();
        assert_eq!((opened.public(), opened.keypair().unwrap().public()), (expected, expected));
    }
    for text in ["", "0x12", &digits[1..], "zz", "{}", "0xzz", PHRASE] {
        assert!(matches!(Keyfile::from_seed_hex(text), Err(KeyError::BadSecret)), "{text}");
    }
    let message = Keyfile::from_json(&format!("{{\"secretSeed\":\"0x{digits}zz\"}}")).unwrap_err().to_string();
    assert!(message.contains("secretSeed") && !message.contains("fac7"), "{message}");
}

#[test]
fn a_phrase_of_another_key_is_not_passed_on() {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("vectors/wallet_7_4_0.json")).unwrap();
    let other = "slot label tissue head develop onion there october fiscal chaos hurry scheme";
    let text = vectors["keyfile_plain"].as_str().unwrap().replace(PHRASE, other);
    let keyfile = Keyfile::from_json(&text).unwrap();
    assert_eq!((keyfile.phrase(), keyfile.public().to_ss58().as_str()), (None, vectors["ss58"].as_str().unwrap()));
}

#[test]
fn nothing_is_overwritten_by_an_import() {
    let root = tempfile::tempdir().unwrap();
    let folder = WalletFolder::new(root.path(), "alice").unwrap();
    let bob = Keyfile::from_keypair(&Keypair::from_uri("//Bob").unwrap());
    let alice = Keyfile::from_keypair(&Keypair::from_uri("//Alice").unwrap());
    // A watched coldkey first; only the same key may follow.
    folder.import_public(KeyName::Coldkey, alice.public()).unwrap();
    assert_eq!(folder.public(KeyName::Coldkey).unwrap(), alice.public());
    assert!(matches!(folder.open(KeyName::Coldkey, &PasswordSource::Nothing), Err(KeyError::Missing { .. })));
    assert!(matches!(folder.import(KeyName::Coldkey, &bob, Protection::Plain), Err(KeyError::Exists { .. })));
    assert!(matches!(folder.import_public(KeyName::Coldkey, bob.public()), Err(KeyError::Exists { .. })));
    folder.import_public(KeyName::Coldkey, alice.public()).unwrap();
    folder.import(KeyName::Coldkey, &alice, Protection::Plain).unwrap();
    assert!(matches!(folder.import(KeyName::Coldkey, &alice, Protection::Plain), Err(KeyError::Exists { .. })));
    let public = Keyfile::public_only(bob.public());
    assert!(matches!(folder.import(KeyName::Hotkey("h"), &public, Protection::Plain), Err(KeyError::NoSecret { .. })));
    for name in ["..", "a/b", "hpub.txt", ""] {
        let made = folder.create(KeyName::Hotkey(name), Words::Twelve, Protection::Plain);
        assert!(matches!(made, Err(KeyError::BadName { .. })), "{name}");
        assert!(WalletFolder::new(root.path(), name).is_err() || name == "hpub.txt");
    }
}

#[test]
fn a_password_is_set_changed_and_removed() {
    let root = tempfile::tempdir().unwrap();
    let folder = WalletFolder::new(root.path(), "alice").unwrap();
    let phrase = folder.create(KeyName::Coldkey, Words::Twelve, Protection::Plain).unwrap();
    let (secret, public) = folder.paths(KeyName::Coldkey).unwrap();
    // Also where an older tool has left no public file, and the key is a link to another place.
    fs::remove_file(&public).unwrap();
    let elsewhere = root.path().join("elsewhere");
    fs::rename(&secret, &elsewhere).unwrap();
    symlink(&elsewhere, &secret).unwrap();

    let (first, second) = (password("first password"), password("second password"));
    folder.protect(KeyName::Coldkey, &PasswordSource::Nothing, cheap(&first)).unwrap();
    assert!(public.exists() && fs::symlink_metadata(&secret).unwrap().is_symlink());
    assert!(matches!(
        folder.protect(KeyName::Coldkey, &given("second password"), Protection::Plain),
        Err(KeyError::WrongPassword { .. })
    ));
    folder.protect(KeyName::Coldkey, &given("first password"), cheap(&second)).unwrap();
    assert!(matches!(folder.open(KeyName::Coldkey, &given("first password")), Err(KeyError::WrongPassword { .. })));
    assert_eq!(folder.open(KeyName::Coldkey, &given("second password")).unwrap().phrase(), Some(phrase.as_str()));
    folder.protect(KeyName::Coldkey, &given("second password"), Protection::Plain).unwrap();
    assert_eq!(folder.open(KeyName::Coldkey, &PasswordSource::Nothing).unwrap().phrase(), Some(phrase.as_str()));
    assert_eq!(fs::metadata(&elsewhere).unwrap().permissions().mode() & 0o777, 0o600);
    let left: Vec<_> = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_swapped_key_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let folder = WalletFolder::new(root.path(), "alice").unwrap();
    folder.create(KeyName::Hotkey("a"), Words::Twelve, Protection::Plain).unwrap();
    folder.create(KeyName::Hotkey("b"), Words::Twelve, Protection::Plain).unwrap();
    let path = |name| folder.paths(KeyName::Hotkey(name)).unwrap().0;
    fs::copy(path("a"), path("b")).unwrap();
    let opened = folder.open(KeyName::Hotkey("b"), &PasswordSource::Nothing);
    assert!(matches!(opened, Err(KeyError::Damaged { .. })));
}
