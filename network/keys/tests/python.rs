//! Wallets to and from the real Python packages.
//!
//! `GANGLION_PYTHON` names an interpreter that has `bittensor==7.4.0` and `bittensor-wallet==4.1.1`. Without it the test
//! says so and passes.

use std::path::Path;
use std::process::{Command, Stdio};

use ganglion_keys::{
    Encryption, KeyName, Keyfile, Mnemonic, Password, PasswordSource, Protection, PublicKey, Signature, Wallet,
    WalletFolder, Words,
};
use serde_json::Value;

const PASSWORD: &str = "correct horse 42";

fn password() -> Password {
    Password::new(PASSWORD.to_owned()).unwrap()
}

/// Runs the script; `home` keeps the packages away from the user's own folders.
fn python(interpreter: &Path, home: &Path, command: &str, root: &Path) -> Value {
    let output = Command::new(interpreter)
        .arg("tests/python/wallets.py")
        .args([command.as_ref(), root.as_os_str(), PASSWORD.as_ref()])
        .env("HOME", home)
        .env_remove("PYTHONPATH")
        .stdin(Stdio::null())
        .output()
        .expect("GANGLION_PYTHON names an interpreter");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    serde_json::from_str(said.lines().last().unwrap()).unwrap()
}

fn key(value: &Value) -> PublicKey {
    value.as_str().unwrap().parse().unwrap()
}

fn signature(value: &Value) -> Signature {
    Signature::from_hex(value.as_str().unwrap()).unwrap()
}

#[test]
fn wallets_go_both_ways() {
    let Some(interpreter) = std::env::var_os("GANGLION_PYTHON") else {
        eprintln!("GANGLION_PYTHON is not set: wallets were not exchanged with the Python packages");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    theirs(interpreter.as_ref(), &home, &folder.path().join("theirs"));
    ours(interpreter.as_ref(), &home, &folder.path().join("ours"));
}

fn theirs(interpreter: &Path, home: &Path, root: &Path) {
    std::fs::create_dir(root).unwrap();
    let made = python(interpreter, home, "make", root);
    let given = PasswordSource::Given(password());
    for (name, encryption) in [
        ("old-plain", None),
        ("new-plain", None),
        ("old-sealed", Some(Encryption::Nacl)),
        ("new-sealed", Some(Encryption::Nacl)),
    ] {
        let facts = &made[name];
        let wallet = Wallet::open(root, name, "h").unwrap();
        assert_eq!(wallet.coldkey_public(), key(&facts["coldkey"]), "{name}");
        assert_eq!(wallet.hotkey().public(), key(&facts["hotkey"]), "{name}");
        let files = WalletFolder::new(root, name).unwrap();
        assert_eq!(files.encryption(KeyName::Coldkey).unwrap(), encryption, "{name}");
        let coldkey = files.open(KeyName::Coldkey, &given).unwrap();
        assert_eq!(coldkey.public(), wallet.coldkey_public(), "{name}");
        assert!(coldkey.public().verify(b"ganglion", &signature(&facts["signature"])), "{name}");
        // The file kept the phrase, and it is the key's.
        let phrase = Mnemonic::parse(coldkey.phrase().unwrap()).unwrap();
        assert_eq!(Keyfile::from_mnemonic(&phrase).public(), coldkey.public(), "{name}");
        if let Some(theirs) = facts["phrase"].as_str() {
            assert_eq!(phrase.as_str(), theirs, "{name}");
        }
    }
    assert_eq!(Wallet::list(root).unwrap().len(), 4);
    let vault = root.join("vault");
    assert_eq!(Keyfile::encryption(&vault).unwrap(), Some(Encryption::AnsibleVault));
    assert_eq!(Keyfile::open(&vault, &given).unwrap().public(), key(&made["old-plain"]["coldkey"]));
}

fn ours(interpreter: &Path, home: &Path, root: &Path) {
    let password = password();
    for (name, words, protection) in
        [("plain", Words::Twelve, Protection::Plain), ("sealed", Words::TwentyFour, Protection::Compatible(&password))]
    {
        let files = WalletFolder::new(root, name).unwrap();
        files.create(KeyName::Coldkey, words, protection).unwrap();
        files.create(KeyName::Hotkey("h"), Words::Twelve, Protection::Plain).unwrap();
    }
    let found = python(interpreter, home, "open", root);
    for name in ["plain", "sealed"] {
        let wallet = Wallet::open(root, name, "h").unwrap();
        for package in ["7.4", "4.1"] {
            let facts = &found[format!("{package} {name}")];
            assert_eq!(key(&facts["coldkey"]), wallet.coldkey_public(), "{package} {name}");
            assert_eq!(key(&facts["hotkey"]), wallet.hotkey().public(), "{package} {name}");
            assert!(wallet.coldkey_public().verify(b"ganglion", &signature(&facts["signature"])), "{package} {name}");
        }
        assert_eq!(key(&found[format!("4.1 {name}")]["public"]), wallet.coldkey_public());
    }
}
