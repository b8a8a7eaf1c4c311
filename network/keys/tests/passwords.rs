//! Where passwords come from.

use std::fs;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ganglion_keys::{KeyError, Keyfile, Keypair, Password, PasswordSource, Protection};

fn write(path: &Path, content: &[u8], mode: u32) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Passwords can't be looked at, so: does it open what was sealed with `expected`?
fn is(password: Password, expected: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let sealed = Protection::Own(Password::new(expected).unwrap());
    Keyfile::from_keypair(&Keypair::from_uri("//Alice").unwrap()).write_new_with(&path, &sealed).unwrap();
    Keyfile::read_with(&path, &mut || Ok(password.clone())).is_ok()
}

#[test]
fn from_a_private_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    let source = PasswordSource::File(path.clone());
    assert!(matches!(source.read(""), Err(KeyError::Io { .. })));
    write(&path, b"two words\n", 0o600);
    assert!(is(source.read("").unwrap(), "two words"));
    assert!(is(source.read_new("").unwrap(), "two words"));
    // One newline only.
    write(&path, b"a\n\n", 0o600);
    assert!(is(source.read("").unwrap(), "a\n"));
    for mode in [0o644, 0o640, 0o602] {
        write(&path, b"x", mode);
        assert!(matches!(source.read(""), Err(KeyError::Exposed { .. })), "{mode:o}");
    }
    for content in [b"".as_slice(), b"\n", &[b'x'; 4097], &[b'x'; 9000]] {
        write(&path, content, 0o600);
        assert!(matches!(source.read(""), Err(KeyError::BadPassword(_))), "{}", content.len());
    }
    write(&path, &[b'x'; 4096], 0o600);
    assert!(source.read("").is_ok());
    assert!(PasswordSource::File(PathBuf::from("/dev/zero")).read("").is_err());
}

#[test]
fn from_a_descriptor() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all("grüße\n".as_bytes()).unwrap();
    drop(writer);
    assert!(is(PasswordSource::Fd(reader.as_raw_fd()).read("").unwrap(), "grüße"));
    for number in [-1, 99_999] {
        assert!(matches!(PasswordSource::Fd(number).read(""), Err(KeyError::Io { .. })), "{number}");
    }
}

#[test]
fn errors_name_the_way_out() {
    let text = KeyError::NoTerminal.to_string();
    assert!(text.contains("--password-file") && text.contains("--password-fd"));
}
