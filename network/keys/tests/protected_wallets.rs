//! Wallets with encrypted keys, imports, and what can be seen of them without a password.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ganglion_keys::{
    Encryption, KeyError, KeyForm, Keyfile, Keypair, Mnemonic, Password, PasswordSource, Protection, Secret, Wallet,
    Words,
};

fn own(text: &str) -> Protection {
    Protection::Own(Password::new(text).unwrap())
}

fn source(folder: &Path, text: &str) -> PasswordSource {
    let path = folder.join(format!("password-{text}"));
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    PasswordSource::File(path)
}

#[test]
fn both_keys_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("wallets");
    let (made, phrases) = Wallet::create_with(&root, "w", "h", Words::TwentyFour, &own("cold"), &own("hot")).unwrap();
    assert_eq!(phrases.coldkey.as_str().split(' ').count(), 24);
    let coldkey = Keypair::from_mnemonic(phrases.coldkey.as_str(), "").unwrap();
    assert_eq!(coldkey.public(), made.coldkey_public());
    assert_eq!(Keypair::from_mnemonic(phrases.hotkey.as_str(), "").unwrap().public(), made.hotkey().public());
    assert!(!format!("{phrases:?} {made:?}").contains(phrases.coldkey.as_str().split(' ').next().unwrap()));

    let public = Wallet::public(&root, "w", "h").unwrap();
    assert_eq!((public.coldkey, public.hotkey), (made.coldkey_public(), Some(made.hotkey().public())));
    let (cold, hot) = (source(folder.path(), "cold"), source(folder.path(), "hot"));
    assert_eq!(public.unlock_coldkey(&cold).unwrap().public(), public.coldkey);
    assert_eq!(public.unlock_hotkey(&hot).unwrap().public(), made.hotkey().public());
    assert!(matches!(public.unlock_coldkey(&hot), Err(KeyError::WrongPassword { .. })));
    assert!(matches!(Wallet::open(&root, "w", "h"), Err(KeyError::Encrypted { .. })));
    let opened = Wallet::open_with(&root, "w", "h", &hot).unwrap();
    assert!(matches!(opened.coldkey(), Err(KeyError::Encrypted { .. })));
    assert_eq!(opened.unlock_coldkey(&cold).unwrap().public(), public.coldkey);

    let list = Wallet::list(&root).unwrap();
    assert_eq!(list[0].coldkey, Some(public.coldkey));
    assert_eq!(list[0].coldkey_form, KeyForm::Encrypted(Encryption::Own));
    assert_eq!(list[0].hotkeys[0].public, public.hotkey);
    assert_eq!(list[0].hotkeys[0].form, KeyForm::Encrypted(Encryption::Own));

    let again = Wallet::create_with(&root, "w", "h2", Words::Twelve, &Protection::Plain, &Protection::Plain);
    assert!(matches!(again, Err(KeyError::Exists { .. })));
}

#[test]
fn keys_are_imported_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let plain = Protection::Plain;
    let phrase = Mnemonic::generate(Words::Twelve);
    let expected = Keypair::from_mnemonic(phrase.as_str(), "").unwrap().public();
    let secret = Secret::parse(phrase.as_str()).unwrap();

    // A watching wallet takes the secret of its own key only.
    Wallet::import_coldkey_public(root, "w", expected).unwrap();
    assert_eq!(Wallet::list(root).unwrap()[0].coldkey_form, KeyForm::Absent);
    let other = Secret::Mnemonic(Mnemonic::generate(Words::Twelve));
    assert!(matches!(Wallet::import_coldkey(root, "w", &other, &plain), Err(KeyError::Exists { .. })));
    assert_eq!(Wallet::import_coldkey(root, "w", &secret, &plain).unwrap(), expected);
    assert!(matches!(Wallet::import_coldkey(root, "w", &secret, &plain), Err(KeyError::Exists { .. })));
    assert!(matches!(Wallet::import_coldkey_public(root, "w", expected), Err(KeyError::Exists { .. })));

    let seed = Secret::parse(&format!("0x{}", "07".repeat(32))).unwrap();
    let hotkey = Wallet::import_hotkey(root, "w", "h", &seed, &plain).unwrap();
    assert_eq!(hotkey, Keypair::from_seed([7; 32]).public());
    let opened = Wallet::open(root, "w", "h").unwrap();
    assert_eq!((opened.coldkey_public(), opened.hotkey().public()), (expected, hotkey));
    assert_eq!(Keyfile::read(&root.join("w/hotkeys/hpub.txt")).unwrap().public(), hotkey);

    let keyfile = Secret::Keyfile(Box::new(Keyfile::read(&root.join("w/coldkey")).unwrap()));
    assert_eq!(Wallet::import_hotkey(root, "v", "h", &keyfile, &plain).unwrap(), expected);
    assert_eq!(Keyfile::read(&root.join("v/hotkeys/h")).unwrap().phrase(), Some(phrase.as_str()));
    let public_only = Secret::Keyfile(Box::new(Keyfile::public_only(expected)));
    assert!(matches!(Wallet::import_hotkey(root, "v", "h3", &public_only, &plain), Err(KeyError::BadSecret)));
    for bad in ["", "0x", "0x07", "one two three"] {
        assert!(Secret::parse(bad).is_err(), "{bad}");
    }
    assert!(!format!("{secret:?} {seed:?}").contains("07"));
}

#[test]
fn a_hotkey_kept_elsewhere_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let made = Wallet::create(root, "w", "h").unwrap();
    fs::remove_file(root.join("w/hotkeys/h")).unwrap();
    assert!(matches!(Wallet::open_or_create(root, "w", "h"), Err(KeyError::Missing { what: "hotkey", .. })));
    assert_eq!(Wallet::public(root, "w", "h").unwrap().hotkey, Some(made.hotkey().public()));
    assert_eq!(Wallet::public(root, "w", "none").unwrap().hotkey, None);
}

#[test]
fn a_swapped_encrypted_key_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("wallets");
    for name in ["a", "b"] {
        Wallet::create_with(&root, name, "h", Words::Twelve, &own("p"), &own("p")).unwrap();
    }
    for file in ["coldkey", "hotkeys/h"] {
        fs::copy(root.join("b").join(file), root.join("a").join(file)).unwrap();
    }
    let (public, source) = (Wallet::public(&root, "a", "h").unwrap(), source(folder.path(), "p"));
    assert!(matches!(public.unlock_coldkey(&source), Err(KeyError::Damaged { .. })));
    assert!(matches!(public.unlock_hotkey(&source), Err(KeyError::Damaged { .. })));
}
