//! Against the real Python packages: `GANGLION_PYTHON` names an interpreter with bittensor 7.4.0 and bittensor-wallet
//! 4.1.1. Without it the test says so and passes.

use std::path::Path;
use std::process::Command;

use ganglion_keys::{Encryption, Keyfile, Mnemonic, Password, Protection, Wallet, Words};

const PASSWORD: &str = "Correct-Horse-42";

/// Writes a plain and an encrypted wallet with each package, and prints their addresses.
const WRITE: &str = r#"
import sys, os
root, password, phrase = sys.argv[1:4]
import bittensor, bittensor_wallet
for label, keyfile, pair in (
    ("v7", bittensor.keyfile, bittensor.Keypair),
    ("v4", bittensor_wallet.Keyfile, bittensor_wallet.Keypair),
):
    key = pair.create_from_mnemonic(phrase)
    for form, encrypt in (("plain", False), ("sealed", True)):
        folder = os.path.join(root, label + form)
        os.makedirs(os.path.join(folder, "hotkeys"))
        keyfile(os.path.join(folder, "coldkey")).set_keypair(key, encrypt=encrypt, overwrite=True, password=password)
        keyfile(os.path.join(folder, "hotkeys", "h")).set_keypair(key, encrypt=False, overwrite=True)
print("ADDRESS", key.ss58_address)
"#;

/// Reads our wallets with each package.
const READ: &str = r#"
import sys, os
root, password = sys.argv[1:3]
import bittensor, bittensor_wallet
for label, keyfile in (("v7", bittensor.keyfile), ("v4", bittensor_wallet.Keyfile)):
    for name in ("plain", "compatible"):
        folder = os.path.join(root, name)
        for file in ("coldkey", "coldkeypub.txt", "hotkeys/h"):
            path = os.path.join(folder, file)
            given = password if file == "coldkey" and name == "compatible" else None
            print("READ", label, name, file, keyfile(path).get_keypair(password=given).ss58_address)
"#;

fn run(python: &str, home: &Path, script: &str, arguments: &[&str]) -> Vec<Vec<String>> {
    let output = Command::new(python)
        .arg("-c")
        .arg(script)
        .args(arguments)
        // Neither package may touch the user's own wallets or settings.
        .env("HOME", home)
        .current_dir(home)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

#[test]
fn both_sides_open_each_others_wallets() {
    let Ok(python) = std::env::var("GANGLION_PYTHON") else {
        println!("GANGLION_PYTHON is not set: the Python packages are not tried");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let theirs = home.path().join("theirs");
    let phrase = Mnemonic::generate(Words::Twelve);
    let lines = run(&python, home.path(), WRITE, &[theirs.to_str().unwrap(), PASSWORD, phrase.as_str()]);
    let address = lines.iter().find(|line| line.first().is_some_and(|word| word == "ADDRESS")).unwrap()[1].clone();
    let expected = Keyfile::from_mnemonic(&phrase).public();
    assert_eq!(expected.to_ss58(), address);
    for label in ["v7", "v4"] {
        for form in ["plain", "sealed"] {
            let path = theirs.join(format!("{label}{form}/coldkey"));
            let kind = (form == "sealed").then_some(Encryption::Nacl);
            assert_eq!(Keyfile::encryption(&path).unwrap(), kind, "{label} {form}");
            let keyfile = Keyfile::read_with(&path, &mut || Password::new(PASSWORD)).unwrap();
            assert_eq!(keyfile.keypair().unwrap().public(), expected, "{label} {form}");
            let hotkey = Keyfile::read(&theirs.join(format!("{label}{form}/hotkeys/h"))).unwrap();
            assert_eq!(hotkey.keypair().unwrap().public(), expected, "{label} {form}");
        }
    }

    let ours = home.path().join("ours");
    let plain = Protection::Plain;
    let compatible = Protection::Compatible(Password::new(PASSWORD).unwrap());
    let mut addresses = Vec::new();
    for (name, protection) in [("plain", &plain), ("compatible", &compatible)] {
        let (wallet, _) = Wallet::create_with(&ours, name, "h", Words::Twelve, protection, &plain).unwrap();
        let coldkey = wallet.coldkey_public().to_ss58();
        addresses.push([name, "coldkey", &coldkey].map(str::to_owned));
        addresses.push([name, "coldkeypub.txt", &coldkey].map(str::to_owned));
        addresses.push([name, "hotkeys/h", &wallet.hotkey().public().to_ss58()].map(str::to_owned));
    }
    let lines = run(&python, home.path(), READ, &[ours.to_str().unwrap(), PASSWORD]);
    let read: Vec<_> = lines.iter().filter(|line| line.first().is_some_and(|word| word == "READ")).collect();
    assert_eq!(read.len(), 12);
    for label in ["v7", "v4"] {
        for [name, file, address] in &addresses {
            let wanted = ["READ", label, name, file, address];
            assert!(read.iter().any(|line| line.iter().eq(wanted.iter())), "{wanted:?} is not in {read:?}");
        }
    }
}
