//! Passwords from a terminal, a descriptor and a file, and what must not be shown.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use ganglion_keys::{open_descriptor, KeyError, Keyfile, Keypair, Password, PasswordSource, Terminal};
use nix::pty::openpty;
use nix::sys::termios::{tcgetattr, LocalFlags};
use nix::unistd::ttyname;

fn text(source: &PasswordSource) -> Result<bool, KeyError> {
    // The bytes are not public; that they are the right ones is seen by what they open.
    source.read("? ").map(|password| format!("{password:?}") == "Password(secret)")
}

#[test]
fn only_usable_text_is_a_password() {
    for bad in ["", "two\nlines", "tab\t", "bell\u{7}", &"x".repeat(1025)] {
        assert!(matches!(Password::new(bad.to_owned()), Err(KeyError::BadPassword(_))), "{bad}");
    }
    for good in ["x", "größer", " spaces ", &"x".repeat(1024)] {
        assert!(Password::new(good.to_owned()).is_ok(), "{good}");
    }
}

#[test]
fn new_ones_have_eight_characters() {
    for (word, good) in [("1234567", false), ("12345678", true), ("äöüßäöü", false), ("äöüßäöüß", true)]
    {
        let source = PasswordSource::Given(Password::new(word.to_owned()).unwrap());
        assert_eq!(source.read_new("? ").is_ok(), good, "{word}");
        assert!(source.read("? ").is_ok());
    }
}

#[test]
fn a_private_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    let source = PasswordSource::File(path.clone());
    assert!(matches!(text(&source), Err(KeyError::Io { .. })));
    for (content, good) in [
        ("correct horse 42", true),
        ("correct horse 42\n", true),
        ("correct horse 42\r\n", true),
        ("", false),
        ("\n", false),
        ("one\ntwo\n", false),
        (&"x".repeat(5000), false),
    ] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(text(&source).is_ok(), good, "{content:?}");
    }
    fs::write(&path, b"\xff\xfe\xff").unwrap();
    assert!(matches!(text(&source), Err(KeyError::BadPassword(_))));
    fs::write(&path, "correct horse 42").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(text(&source), Err(KeyError::Exposed { mode: 0o640, .. })));
    assert!(matches!(text(&PasswordSource::File(folder.path().into())), Err(KeyError::Damaged { .. })));
}

#[test]
fn a_descriptor_gives_its_first_line() {
    use std::os::fd::AsRawFd;
    let (reader, mut writer) = std::io::pipe().unwrap();
    // The writer stays open: the line's end is enough.
    writer.write_all(b"correct horse 42\nsecond line 7\n").unwrap();
    let source = PasswordSource::Descriptor(u32::try_from(reader.as_raw_fd()).unwrap());
    assert!(text(&source).unwrap());
    assert!(text(&source).unwrap(), "what follows is left for the next reader");
    drop(writer);
    assert!(matches!(text(&source), Err(KeyError::BadPassword(_))));
    assert!(matches!(text(&PasswordSource::Descriptor(4_000_000)), Err(KeyError::Io { .. })));
}

/// Run by the next test, whose text is its standard input.
#[test]
fn helper_with_standard_input() {
    if std::env::var_os("GANGLION_KEYS_TEST_STANDARD_INPUT").is_none() {
        return;
    }
    assert!(text(&PasswordSource::Descriptor(0)).unwrap());
    let mut rest = String::new();
    open_descriptor(0).unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "and a phrase\n", "a buffer took what follows");
    println!("helper was here");
}

#[test]
fn nothing_of_standard_input_is_buffered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    fs::write(&path, "correct horse 42\nand a phrase\n").unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_with_standard_input", "--nocapture"])
        .env("GANGLION_KEYS_TEST_STANDARD_INPUT", "1")
        .stdin(File::open(&path).unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("helper was here"), "{said}");
}

/// Writes to one end of a pseudo-terminal while `act` talks to a [`Terminal`] at the other. Gives back what `act` said
/// and all that appeared on the screen.
fn at_a_terminal<T: Send>(keys: &[u8], act: impl FnOnce(&Terminal) -> T + Send) -> (T, Vec<u8>) {
    let pty = openpty(None, None).unwrap();
    let device = ttyname(&pty.slave).unwrap();
    let mut master = File::from(pty.master);
    let terminal = Terminal::open_at(&device).unwrap();
    let (done, screen) = std::thread::scope(|scope| {
        let acting = scope.spawn(|| act(&terminal));
        let mut screen = Vec::new();
        let mut buffer = [0; 1024];
        // The question shows that the echo is off.
        while !screen.ends_with(b"? ") {
            let count = master.read(&mut buffer).unwrap();
            screen.extend_from_slice(&buffer[..count]);
        }
        let silent = tcgetattr(&pty.slave).unwrap().local_flags;
        assert!(!silent.intersects(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG));
        master.write_all(keys).unwrap();
        let done = acting.join().unwrap();
        let count = master.read(&mut buffer).unwrap();
        screen.extend_from_slice(&buffer[..count]);
        (done, screen)
    });
    let after = tcgetattr(&pty.slave).unwrap().local_flags;
    assert!(after.contains(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG), "the terminal is as before");
    (done, screen)
}

#[test]
fn what_is_typed_is_not_shown() {
    let (answer, screen) = at_a_terminal(b"correct horse 42\r", |terminal| terminal.ask("Password? "));
    assert_eq!(**answer.unwrap(), *b"correct horse 42");
    assert_eq!(screen, b"Password? \r\r\n");
}

#[test]
fn typing_can_be_mended_and_given_up() {
    let (answer, _) = at_a_terminal("wrong\u{15}grö\u{7f}\u{7f}ut\u{1b}!\n".as_bytes(), |terminal| terminal.ask("? "));
    assert_eq!(**answer.unwrap(), *b"gut!");
    for keys in [b"abc\x03", b"\x04abc", b"abc\x1c"] {
        let (answer, _) = at_a_terminal(keys, |terminal| terminal.ask("? "));
        assert!(matches!(answer, Err(KeyError::Cancelled)));
    }
    let (answer, _) = at_a_terminal(b"abc\x04", |terminal| terminal.ask("? "));
    assert_eq!(**answer.unwrap(), *b"abc");
}

#[test]
fn files_and_pipes_are_no_terminals() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in [file.path(), "/dev/null".as_ref(), "/nonexistent".as_ref()] {
        assert!(matches!(Terminal::open_at(path), Err(KeyError::NoTerminal(_))));
    }
}

/// Run by the next test, in a session that has no terminal.
#[test]
fn helper_without_terminal() {
    if std::env::var_os("GANGLION_KEYS_TEST_NO_TERMINAL").is_none() {
        return;
    }
    assert!(matches!(Terminal::open(), Err(KeyError::NoTerminal(_))));
    for attempt in [PasswordSource::Terminal.read("? "), PasswordSource::Terminal.read_new("? ")] {
        let message = attempt.unwrap_err().to_string();
        assert!(message.contains("--password-fd") && message.contains("--password-file"), "{message}");
    }
    println!("helper was here");
}

#[test]
fn without_a_terminal_the_error_names_the_options() {
    let output = Command::new("setsid")
        .arg("--wait")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "helper_without_terminal", "--nocapture"])
        .env("GANGLION_KEYS_TEST_NO_TERMINAL", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("helper was here"), "{said}");
}

#[test]
fn debug_shows_no_secret() {
    let password = Password::new("correct horse 42".into()).unwrap();
    let pair = Keypair::from_uri("//Alice").unwrap();
    let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
    let keyfile = Keyfile::from_mnemonic(&ganglion_keys::Mnemonic::parse(phrase).unwrap());
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        password,
        PasswordSource::Given(password.clone()),
        ganglion_keys::Protection::Password(&password),
        keyfile,
        pair,
    );
    for secret in ["horse", "bottom", "fac7959d", "05d65584"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
