//! Packages that are continued, against a server on this machine and with the pip, npm and curl that are here.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::verify::Pinned;

use super::disk::Variable;
use super::fetch::pull_in;
use super::{KnownFile, KnownModel, Package, Part, PullError, Source, Use};

/// A zip with `letters/abc`, which has "abc".
const WHEEL: &str = "504b030414000000000000002100c241243503000000030000000b0000006c6574746572732f6162\
    63616263504b0102140314000000000000002100c241243503000000030000000b00000000000000\
    00000000a401000000006c6574746572732f616263504b05060000000001000100390000002c0000\
    000000";

const LETTERS: Package = Package {
    requirement: "letters==1.0",
    archive: Pinned {
        file_name: "letters-1.0-py3-none-any.whl",
        bytes: 123,
        sha256: "c60c6a464829422eafc507bf62354d8168f1f036a631b09851c720e0626e7c77",
        licence: "CC0-1.0",
        source: "a test",
    },
};

/// SHA-256 of "abc" (FIPS 180-4's own example).
const fn abc(file_name: &'static str) -> Pinned {
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    Pinned { file_name, bytes: 3, sha256, licence: "CC0-1.0", source: "a test" }
}

const NPM_LETTERS: Package = Package { requirement: "letters@1.0.0", archive: abc("letters-1.0.0.tgz") };

static IN_WHEEL: KnownModel = KnownModel {
    name: "abc",
    about: "three letters",
    use_for: Use::Text,
    licence: "CC0-1.0",
    files: &[KnownFile { pinned: abc("abc"), parts: &[Part { package: &LETTERS, member: "letters/abc" }], hub: None }],
};

static IN_TARBALL: KnownModel = KnownModel {
    name: "letters",
    about: "three letters in an archive",
    use_for: Use::Text,
    licence: "CC0-1.0",
    files: &[KnownFile {
        pinned: abc("letters/letters-1.0.0.tgz"),
        parts: &[Part { package: &NPM_LETTERS, member: "" }],
        hub: None,
    }],
};

const PAGE: &str =
    "<!DOCTYPE html><html><body><a href=\"../../files/letters-1.0-py3-none-any.whl\">it</a></body></html>";
const OTHER_PAGE: &str = "<!DOCTYPE html><html><body><a href=\"../../files/letters-0.9.tar.gz\">no</a></body></html>";
const NPM_PAGE: &str = r#"{"name":"letters","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"letters",
"version":"1.0.0","dist":{"tarball":"ADDRESS/files/letters-1.0.0.tgz"}}}}"#;

/// What a server has: one page, and one file, of which it may not send all.
struct Shelf {
    page: &'static str,
    file: Vec<u8>,
    breaks_at: Option<usize>,
}

/// A server, until the tests end.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(shelf: Shelf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let server = Self { address: address.clone(), asked: asked.clone() };
        std::thread::spawn(move || {
            for mut socket in listener.incoming().flatten() {
                let request = request(&mut socket);
                if !request.is_empty() {
                    let reply = shelf.reply(&address, &request);
                    asked.lock().expect("a list").push(request);
                    let _ = socket.write_all(&reply);
                }
            }
        });
        server
    }

    /// Requests for the file, in small letters.
    fn asked_for_the_file(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("a list");
        asked.iter().filter(|request| request.starts_with("get /files/")).cloned().collect()
    }

    fn pull(&self, model: &KnownModel, models: &Path) -> Result<u64, PullError> {
        let mut seen = 0;
        pull_in(&self.environment(), (model, models), &Source::Pip, &mut |progress| seen = progress.done)?;
        Ok(seen)
    }

    /// Makes pip and npm ask this server, whatever they are set up for.
    fn environment(&self) -> Vec<Variable> {
        let nothing =
            ["PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY"];
        let mut all: Vec<Variable> = nothing.iter().map(|name| (*name, String::new())).collect();
        all.push(("PIP_INDEX_URL", format!("{}/simple", self.address)));
        all.push(("PIP_CONFIG_FILE", "/dev/null".to_owned()));
        all.push(("npm_config_registry", format!("{}/", self.address)));
        all.extend(["NO_PROXY", "no_proxy"].map(|name| (name, "127.0.0.1".to_owned())));
        all
    }
}

impl Shelf {
    fn reply(&self, address: &str, request: &str) -> Vec<u8> {
        if !request.starts_with("get /files/") {
            let page = self.page.replace("ADDRESS", address);
            let kind = if page.starts_with('<') { "text/html" } else { "application/json" };
            return format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{page}",
                page.len()
            )
            .into_bytes();
        }
        let all = self.file.len();
        let range = request.split("range: bytes=").nth(1).and_then(|rest| rest.split('-').next());
        let from: usize = range.map_or(0, |start| start.parse().expect("a number"));
        let head = match range {
            Some(_) => format!("206 Partial Content\r\ncontent-range: bytes {from}-{}/{all}", all - 1),
            None => "200 OK".to_owned(),
        };
        let head = format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", all - from);
        let until = self.breaks_at.unwrap_or(all).max(from);
        [head.as_bytes(), &self.file[from..until]].concat()
    }
}

/// A request without its body, in small letters.
fn request(socket: &mut TcpStream) -> String {
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    let mut asked = Vec::new();
    let mut buffer = [0; 1024];
    while !asked.ends_with(b"\r\n\r\n") {
        match socket.read(&mut buffer) {
            Ok(n) if n > 0 => asked.extend_from_slice(&buffer[..n]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&asked).to_lowercase()
}

/// Whether all programs are here; says so if not.
fn are_here(programs: &[&[&str]]) -> bool {
    programs.iter().all(|words| {
        let output = Command::new(words[0]).args(&words[1..]).output();
        let here = output.is_ok_and(|output| output.status.success());
        if !here {
            eprintln!("skipped: {} is not installed", words.join(" "));
        }
        here
    })
}

const CURL: &[&str] = &["curl", "--version"];
const PIP: &[&str] = &["python3", "-m", "pip", "--version"];
const NPM: &[&str] = &["npm", "--version"];

fn wheel() -> Vec<u8> {
    hex::decode(WHEEL).expect("a wheel")
}

/// The first run gets half of a file, the second one the other half, and nothing but that.
fn is_continued(model: &KnownModel, shelf: impl Fn(Option<usize>) -> Shelf, (part, from): (&str, &str)) {
    let dir = tempfile::tempdir().expect("folder");
    let part = dir.path().join(".fetching").join(part);
    let broken = Server::start(shelf(Some(2)));
    let error = broken.pull(model, dir.path()).expect_err("broken off");
    assert!(matches!(&error, PullError::Download { from: said, .. } if *said == from), "{error}");
    assert!(error.to_string().contains("what arrived is kept"), "{error}");
    assert_eq!(fs::metadata(&part).expect("a part").len(), 2);
    assert!(model.check(dir.path()).is_err());

    let whole = Server::start(shelf(None));
    let length = whole.pull(model, dir.path()).expect("the rest");
    assert!(model.check(dir.path()).is_ok() && !part.exists());
    let asked = whole.asked_for_the_file();
    assert!(asked.len() == 1 && asked[0].contains("range: bytes=2-"), "{asked:?}");
    assert_eq!(length, shelf(None).file.len() as u64);
}

#[test]
fn a_broken_wheel_is_continued_by_the_next_run() {
    if are_here(&[CURL, PIP]) {
        let shelf = |breaks_at| Shelf { page: PAGE, file: wheel(), breaks_at };
        is_continued(&IN_WHEEL, shelf, ("letters-1.0-py3-none-any.whl.part", "the package index"));
    }
}

#[test]
fn a_broken_tarball_is_continued_by_the_next_run() {
    if are_here(&[CURL, NPM]) {
        let shelf = |breaks_at| Shelf { page: NPM_PAGE, file: b"abc".to_vec(), breaks_at };
        is_continued(&IN_TARBALL, shelf, ("letters-1.0.0.tgz.part", "npm's registry"));
    }
}

#[test]
fn a_wheel_that_was_whole_when_we_were_ended_is_not_asked_for() {
    if !are_here(&[PIP]) {
        return;
    }
    let dir = tempfile::tempdir().expect("folder");
    fs::create_dir_all(dir.path().join(".fetching")).expect("folder");
    fs::write(dir.path().join(".fetching/letters-1.0-py3-none-any.whl.part"), wheel()).expect("write");
    let server = Server::start(Shelf { page: PAGE, file: wheel(), breaks_at: None });
    server.pull(&IN_WHEEL, dir.path()).expect("there");
    assert!(IN_WHEEL.check(dir.path()).is_ok() && server.asked.lock().expect("a list").is_empty());
}

#[test]
fn wrong_bytes_of_a_package_are_thrown_away() {
    if !are_here(&[CURL, PIP]) {
        return;
    }
    let dir = tempfile::tempdir().expect("folder");
    let mut file = wheel();
    file[41] ^= 1;
    let server = Server::start(Shelf { page: PAGE, file, breaks_at: None });
    let error = server.pull(&IN_WHEEL, dir.path()).expect_err("wrong");
    assert!(matches!(error, PullError::Damaged(_)), "{error}");
    assert!(IN_WHEEL.check(dir.path()).is_err());
    assert!(!dir.path().join(".fetching/letters-1.0-py3-none-any.whl.part").exists());
}

#[test]
fn a_page_without_the_wheel_is_left_to_pip() {
    if !are_here(&[CURL, PIP]) {
        return;
    }
    let dir = tempfile::tempdir().expect("folder");
    let server = Server::start(Shelf { page: OTHER_PAGE, file: wheel(), breaks_at: None });
    let error = server.pull(&IN_WHEEL, dir.path()).expect_err("nobody has it");
    assert!(matches!(&error, PullError::Download { from: "pip", .. }), "{error}");
    assert!(error.to_string().contains("packages that arrived whole are kept"), "{error}");
    let asked = server.asked.lock().expect("a list");
    let by = |agent: &str| asked.iter().any(|request| request.contains(&format!("user-agent: {agent}/")));
    assert!(by("curl") && by("pip"), "{asked:?}");
}
