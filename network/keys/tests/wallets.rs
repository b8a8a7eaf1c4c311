//! Wallet folders: made, opened, completed, and damaged.

use std::fs;
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use ganglion_keys::{
    Cost, KeyError, KeyName, Keyfile, Keypair, Password, PasswordSource, Protection, Wallet, WalletFolder, Words,
};

/// Names the wallets' folder to the process that can't write.
const FULL_DISK: &str = "GANGLION_KEYS_TEST_FULL_DISK";
/// Names it to the process that gets little memory.
const LITTLE_MEMORY: &str = "GANGLION_KEYS_TEST_LITTLE_MEMORY";

/// Runs the test `helper` in a process with these limits, which finds the folder in `variable`.
fn helped(limits: &str, helper: &str, variable: &str, root: &Path) {
    let output = Command::new("sh")
        .args(["-c", &format!("{limits}; exec \"$0\" --exact {helper} --nocapture")])
        .arg(std::env::current_exe().unwrap())
        .env(variable, root)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("helper was here"), "{output:?}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path.display().to_string());
        }
    }
    found.sort();
    found
}

#[test]
fn a_wallet_is_made_and_opened() {
    let root = tempfile::tempdir().unwrap();
    let made = Wallet::create(root.path(), "miner-1", "default").unwrap();
    let folder = root.path().join("miner-1");
    let expected = ["coldkey", "coldkeypub.txt", "hotkeys/default", "hotkeys/defaultpub.txt"];
    assert_eq!(files_below(&folder), expected.map(|name| folder.join(name).display().to_string()));
    for name in expected {
        assert_eq!(mode(&folder.join(name)), 0o600);
    }
    assert_eq!(mode(&folder), 0o700);

    let opened = Wallet::open(root.path(), "miner-1", "default").unwrap();
    assert_eq!(opened.hotkey().public(), made.hotkey().public());
    assert_eq!(opened.coldkey_public(), made.coldkey_public());
    assert_eq!(opened.coldkey().unwrap().public(), made.coldkey_public());
    assert_ne!(made.coldkey_public(), made.hotkey().public());
}

#[test]
fn nothing_is_overwritten() {
    let root = tempfile::tempdir().unwrap();
    let first = Wallet::create(root.path(), "a", "h").unwrap();
    assert!(matches!(Wallet::create(root.path(), "a", "h"), Err(KeyError::Exists { .. })));
    assert!(matches!(Wallet::create(root.path(), "a", "other"), Err(KeyError::Exists { .. })));
    let keyfile = Keyfile::from_keypair(&Keypair::from_uri("//Alice").unwrap());
    assert!(matches!(keyfile.write_new(&root.path().join("a/coldkey")), Err(KeyError::Exists { .. })));
    assert_eq!(Wallet::open(root.path(), "a", "h").unwrap().hotkey().public(), first.hotkey().public());
    assert!(!files_below(root.path()).iter().any(|name| name.ends_with(".tmp")));
}

#[test]
fn a_half_made_wallet_is_completed() {
    let root = tempfile::tempdir().unwrap();
    let first = Wallet::create(root.path(), "a", "h").unwrap();
    fs::remove_file(root.path().join("a/coldkeypub.txt")).unwrap();
    fs::remove_file(root.path().join("a/hotkeys/h")).unwrap();
    fs::remove_file(root.path().join("a/hotkeys/hpub.txt")).unwrap();
    assert!(matches!(Wallet::open(root.path(), "a", "h"), Err(KeyError::Missing { .. })));
    let completed = Wallet::open_or_create(root.path(), "a", "h").unwrap();
    assert_eq!(completed.coldkey_public(), first.coldkey_public());
    assert_ne!(completed.hotkey().public(), first.hotkey().public());
    let again = Wallet::open_or_create(root.path(), "a", "h").unwrap();
    assert_eq!(again.hotkey().public(), completed.hotkey().public());
    // A second hotkey under the same coldkey.
    let second = Wallet::open_or_create(root.path(), "a", "h2").unwrap();
    assert_eq!(second.coldkey_public(), first.coldkey_public());
}

#[test]
fn many_at_once_agree_on_one_wallet() {
    let root = tempfile::tempdir().unwrap();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| Wallet::open_or_create(root.path(), "a", "h"))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let settled = Wallet::open(root.path(), "a", "h").unwrap();
    for wallet in keys.into_iter().flatten() {
        assert_eq!(wallet.hotkey().public(), settled.hotkey().public());
    }
    assert_eq!(settled.coldkey().unwrap().public(), settled.coldkey_public());
}

#[test]
fn a_worker_needs_no_coldkey_secret() {
    let root = tempfile::tempdir().unwrap();
    let made = Wallet::create(root.path(), "a", "h").unwrap();
    fs::remove_file(root.path().join("a/coldkey")).unwrap();
    let opened = Wallet::open_or_create(root.path(), "a", "h").unwrap();
    assert_eq!(opened.coldkey_public(), made.coldkey_public());
    assert!(matches!(opened.coldkey(), Err(KeyError::Missing { what: "coldkey", .. })));
}

#[test]
fn names_cannot_leave_the_folder() {
    let root = tempfile::tempdir().unwrap();
    let long = "x".repeat(65);
    for name in ["", ".", "..", "../x", "a/b", "/etc", ".hidden", "-rf", "a b", "a\0b", "é", "a\nb", long.as_str()] {
        assert!(matches!(Wallet::create(root.path(), name, "h"), Err(KeyError::BadName { what: "wallet" })), "{name}");
        assert!(matches!(Wallet::open(root.path(), "a", name), Err(KeyError::BadName { what: "hotkey" })), "{name}");
    }
    assert!(matches!(Wallet::open(root.path(), "a", "xpub.txt"), Err(KeyError::BadName { .. })));
    assert!(files_below(root.path()).is_empty());
}

#[test]
fn exposed_secrets_are_refused() {
    let root = tempfile::tempdir().unwrap();
    Wallet::create(root.path(), "a", "h").unwrap();
    let path = root.path().join("a/hotkeys/h");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = Wallet::open(root.path(), "a", "h").unwrap_err();
    assert!(matches!(error, KeyError::Exposed { mode: 0o644, .. }));
    assert!(error.to_string().contains("chmod 600"));
}

#[test]
fn damaged_files_are_refused_without_echo() {
    let root = tempfile::tempdir().unwrap();
    Wallet::create(root.path(), "a", "h").unwrap();
    let path = root.path().join("a/hotkeys/h");
    let good = fs::read_to_string(&path).unwrap();
    let other = Keypair::from_uri("//Bob").unwrap().public().to_ss58();
    let address: serde_json::Value = serde_json::from_str(&good).unwrap();
    let foreign = good.replace(address["ss58Address"].as_str().unwrap(), &other);
    let wrong_kind = good.replace("\"cryptoType\":1", "\"cryptoType\":0");
    assert_ne!(wrong_kind, good);
    let truncated = &good[..good.len() / 2];
    for content in
        ["", "{}", "[]", "null", "secret words", "0x12", truncated, &foreign, &wrong_kind, &" ".repeat(20_000)]
    {
        fs::write(&path, content).unwrap();
        match Wallet::open(root.path(), "a", "h").unwrap_err() {
            KeyError::Damaged { .. } => {}
            other => panic!("{content}: {other}"),
        }
    }
    // A public key alone is no hotkey to work with.
    fs::write(&path, format!("0x{}", hex::encode(Keypair::from_uri("//Bob").unwrap().public().0))).unwrap();
    assert!(matches!(Wallet::open(root.path(), "a", "h"), Err(KeyError::NoSecret { .. })));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(Wallet::open(root.path(), "a", "h"), Err(KeyError::Damaged { .. })));
}

#[test]
fn a_swapped_coldkey_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let wallet = Wallet::create(root.path(), "a", "h").unwrap();
    Wallet::create(root.path(), "b", "h").unwrap();
    fs::copy(root.path().join("b/coldkey"), root.path().join("a/coldkey")).unwrap();
    assert!(matches!(wallet.coldkey(), Err(KeyError::Damaged { .. })));
}

#[test]
fn links_to_keys_work() {
    let root = tempfile::tempdir().unwrap();
    let wallet = Wallet::create(root.path(), "a", "h").unwrap();
    symlink(root.path().join("a"), root.path().join("b")).unwrap();
    assert_eq!(Wallet::open(root.path(), "b", "h").unwrap().hotkey().public(), wallet.hotkey().public());
}

#[test]
fn lists_what_is_there() {
    let root = tempfile::tempdir().unwrap();
    assert!(Wallet::list(&root.path().join("none")).unwrap().is_empty());
    let b = Wallet::create(root.path(), "b", "h1").unwrap();
    Wallet::open_or_create(root.path(), "b", "h0").unwrap();
    Wallet::create(root.path(), "a", "h").unwrap();
    fs::create_dir(root.path().join("not-a-wallet")).unwrap();
    fs::write(root.path().join("stray"), "x").unwrap();
    let list = Wallet::list(root.path()).unwrap();
    assert_eq!(list.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(list[1].coldkey, Some(b.coldkey_public()));
    assert_eq!(list[1].hotkeys.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["h0", "h1"]);
    assert_eq!(list[1].hotkeys[1].1, Some(b.hotkey().public()));
}

/// Run by the next test, in a process whose files take no byte.
#[test]
fn helper_on_a_full_disk() {
    let Some(root) = std::env::var_os(FULL_DISK) else { return };
    let root = Path::new(&root);
    let unwritten = |result: Result<(), KeyError>| match result {
        Err(KeyError::Io { action: "write", .. }) => {}
        other => panic!("{other:?}"),
    };
    unwritten(Wallet::create(root, "b", "h").map(drop));
    let folder = WalletFolder::new(root, "a").unwrap();
    unwritten(folder.create(KeyName::Hotkey("other"), Words::Twelve, Protection::Plain).map(drop));
    unwritten(folder.protect(KeyName::Coldkey, &PasswordSource::Nothing, Protection::Plain));
    println!("helper was here");
}

#[test]
fn a_full_disk_gets_no_half_keys() {
    let root = tempfile::tempdir().unwrap();
    let made = Wallet::create(root.path(), "a", "h").unwrap();
    let before = files_below(root.path());
    // A limit on the size of files stands for the disk. Its signal is ignored, so that the write fails, as on a full one.
    helped("trap '' XFSZ; ulimit -f 0", "helper_on_a_full_disk", FULL_DISK, root.path());
    assert_eq!(files_below(root.path()), before, "nothing half-made is left, and nothing is gone");
    let opened = Wallet::open(root.path(), "a", "h").unwrap();
    assert_eq!(opened.hotkey().public(), made.hotkey().public());
    assert_eq!(opened.coldkey().unwrap().public(), made.coldkey_public());
}

/// Run by the next test, in a process that gets less memory than its password would take.
#[test]
fn helper_with_little_memory() {
    let Some(root) = std::env::var_os(LITTLE_MEMORY) else { return };
    let folder = WalletFolder::new(Path::new(&root), "a").unwrap();
    let password = Password::new("correct horse 42".to_owned()).unwrap();
    let dear = Protection::PasswordAtCost(&password, Cost::new(Cost::MAX_MEMORY_KIB, 1, 1).unwrap());
    let refused = |result: Result<(), KeyError>| match result {
        Err(error @ KeyError::NoMemory { mib: 1024 }) => assert!(error.to_string().contains("free some"), "{error}"),
        other => panic!("{other:?}"),
    };
    refused(folder.create(KeyName::Hotkey("other"), Words::Twelve, dear).map(drop));
    refused(folder.protect(KeyName::Coldkey, &PasswordSource::Nothing, dear));
    println!("helper was here");
}

#[test]
fn without_the_memory_nothing_is_encrypted_and_nothing_lost() {
    let root = tempfile::tempdir().unwrap();
    let made = Wallet::create(root.path(), "a", "h").unwrap();
    let before = files_below(root.path());
    // 600 MB of addresses, where the password takes 1 GiB.
    helped("ulimit -v 600000", "helper_with_little_memory", LITTLE_MEMORY, root.path());
    assert_eq!(files_below(root.path()), before);
    let opened = Wallet::open(root.path(), "a", "h").unwrap();
    assert_eq!(opened.coldkey().unwrap().public(), made.coldkey_public());
}
