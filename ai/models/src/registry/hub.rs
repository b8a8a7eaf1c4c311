//! Fetching a file from a model hub with `curl`: it continues where it stopped, speaks TLS, and knows the user's proxies.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use super::child;
use super::disk::{length, remove, Workshop};
use super::download::{Progress, PullError};
use super::model::{HubPath, KnownFile};

/// `curl`'s exit code for "the server can't continue in the middle".
const NO_RANGES: i32 = 33;

/// The address of a model hub. It may hold a secret, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Hub(String);

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hub(…)")
    }
}

impl FromStr for Hub {
    type Err = String;

    /// # Errors
    /// It is no address such as `https://hub.example`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('/');
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
        let odd = |c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\' | '#' | '?' | '{' | '}' | '[' | ']')
        };
        if rest.is_empty() || text.len() > 2000 || text.contains(odd) {
            return Err("it must be the address of a model hub, https://… or http://…".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl Hub {
    /// Whether it is on this machine, where no proxy leads.
    fn is_local(&self) -> bool {
        let host = self.0.split_once("://").map_or("", |(_, rest)| rest);
        ["127.0.0.1", "localhost"].iter().any(|name| host.starts_with(name))
    }
}

/// Fetches `file`, which the hub has at a place, into a part file of the workshop and returns when that is as long as it
/// should be; what was there before is continued.
pub(super) fn fetch(
    hub: &Hub,
    (file, place): (&KnownFile, &HubPath),
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<std::path::PathBuf, PullError> {
    let (name, total) = (file.pinned.file_name, file.pinned.bytes);
    let part = workshop.path(&format!("{name}.part"));
    if length(&part) > total {
        remove(&part)?;
    }
    let mut whole = length(&part) == total;
    for attempt in 0..2 {
        if whole {
            break;
        }
        let log = workshop.path("curl.log");
        let mut watch = || progress(Progress { what: name, done: length(&part), total });
        let ended = child::run(&mut curl(hub, &part, total), order(hub, place).as_bytes(), &log, &mut watch)?;
        whole = ended.code == Some(0) && length(&part) == total;
        match ended.code {
            Some(0) => {}
            Some(NO_RANGES) if attempt == 0 => remove(&part)?,
            _ => return Err(PullError::Download { what: name.to_owned(), from: "the model hub", said: ended.said }),
        }
    }
    progress(Progress { what: name, done: length(&part), total });
    if !whole {
        remove(&part)?;
        let said = "what it sent has another length".to_owned();
        return Err(PullError::Download { what: name.to_owned(), from: "the model hub", said });
    }
    Ok(part)
}

/// `curl`, told on its stdin where to go: an address with a secret must not stand in the list of processes.
fn curl(hub: &Hub, part: &Path, total: u64) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--config", "-", "--fail", "--silent", "--show-error", "--location", "--max-redirs", "8"])
        .args(["--proto", "=http,https", "--connect-timeout", "20", "--speed-limit", "1024", "--speed-time", "60"])
        .args(["--retry", "2", "--netrc-optional", "--continue-at", "-", "--max-filesize", &total.to_string()])
        .arg("--output")
        .arg(part);
    if hub.is_local() {
        curl.args(["--noproxy", "*"]);
    }
    curl
}

fn order(hub: &Hub, at: &HubPath) -> String {
    format!("url = \"{}/{}/resolve/{}/{}\"\n", hub.0, at.repository, at.revision, at.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{pull, KnownModel, Source, Use};
    use crate::verify::Pinned;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    /// SHA-256 of "abc" (FIPS 180-4's own example).
    static ABC: KnownModel = KnownModel {
        name: "abc",
        about: "three letters",
        use_for: Use::Text,
        licence: "CC0-1.0",
        files: &[KnownFile {
            pinned: Pinned {
                file_name: "folder/abc",
                bytes: 3,
                sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                licence: "CC0-1.0",
                source: "a test",
            },
            parts: &[],
            hub: Some(HubPath { repository: "letters/abc", revision: "main", path: "abc.bin" }),
        }],
    };

    /// Whether `curl` is here; says so if not.
    fn curl_is_here() -> bool {
        let here = Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success());
        if !here {
            eprintln!("skipped: curl is not installed");
        }
        here
    }

    /// Serves each reply once; gives what was asked.
    fn serve(replies: Vec<&'static str>) -> (Hub, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let hub = format!("http://{}/", listener.local_addr().expect("an address")).parse().expect("a hub");
        let all = move || {
            let answer = |reply: &&str| {
                let (mut socket, _) = listener.accept().expect("a caller");
                let mut asked = Vec::new();
                let mut buffer = [0; 1024];
                while !asked.ends_with(b"\r\n\r\n") {
                    match socket.read(&mut buffer) {
                        Ok(n) if n > 0 => asked.extend_from_slice(&buffer[..n]),
                        _ => break,
                    }
                }
                let _ = socket.write_all(reply.as_bytes());
                String::from_utf8_lossy(&asked).into_owned()
            };
            replies.iter().map(answer).collect::<Vec<_>>()
        };
        (hub, std::thread::spawn(all))
    }

    fn fetch_abc(models: &Path, hub: Hub) -> Result<Vec<u64>, PullError> {
        let mut seen = Vec::new();
        pull(&ABC, models, &Source::Hub(hub), &mut |progress| seen.push(progress.done))?;
        Ok(seen)
    }

    const WHOLE: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc";
    const WRONG: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabd";
    const REST: &str =
        "HTTP/1.1 206 Partial Content\r\nconnection: close\r\ncontent-range: bytes 2-2/3\r\ncontent-length: 1\r\n\r\nc";

    #[test]
    fn a_file_is_fetched_checked_and_not_fetched_again() {
        if !curl_is_here() {
            return;
        }
        let dir = tempfile::tempdir().expect("folder");
        let (hub, server) = serve(vec![WHOLE]);
        let seen = fetch_abc(dir.path(), hub.clone()).expect("fetched");
        assert_eq!(seen.last(), Some(&3));
        assert!(ABC.check(dir.path()).is_ok());
        assert!(server.join().expect("ends")[0].starts_with("GET /letters/abc/resolve/main/abc.bin "));
        // Nobody serves any more, and nobody is asked.
        assert!(fetch_abc(dir.path(), hub).expect("there").is_empty());
    }

    #[test]
    fn a_broken_download_is_continued() {
        if !curl_is_here() {
            return;
        }
        let dir = tempfile::tempdir().expect("folder");
        std::fs::create_dir_all(dir.path().join(".fetching")).expect("folder");
        std::fs::write(dir.path().join(".fetching/folder--abc.part"), b"ab").expect("write");
        let (hub, server) = serve(vec![REST]);
        fetch_abc(dir.path(), hub).expect("fetched");
        assert!(ABC.check(dir.path()).is_ok());
        assert!(server.join().expect("ends")[0].to_lowercase().contains("range: bytes=2-"));
    }

    #[test]
    fn wrong_bytes_are_never_put_in_place() {
        if !curl_is_here() {
            return;
        }
        let dir = tempfile::tempdir().expect("folder");
        let (hub, server) = serve(vec![WRONG]);
        let error = fetch_abc(dir.path(), hub).expect_err("wrong");
        assert!(matches!(error, PullError::Damaged(_)), "{error}");
        server.join().expect("ends");
        assert!(ABC.check(dir.path()).is_err() && !dir.path().join(".fetching/folder--abc.part").exists());
        let gone = "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        let (hub, server) = serve(vec![gone]);
        let error = fetch_abc(dir.path(), hub).expect_err("gone");
        assert!(matches!(&error, PullError::Download { said, .. } if said.contains("404")), "{error}");
        server.join().expect("ends");
    }

    #[test]
    fn what_no_hub_has_is_not_asked_of_one() {
        let dir = tempfile::tempdir().expect("folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
        let hub = format!("http://{free}").parse().expect("a hub");
        let data = crate::registry::find("btc-hours").expect("known");
        let error = pull(data, dir.path(), &Source::Hub(hub), &mut |_| {}).expect_err("no hub has it");
        assert!(matches!(error, PullError::NoHub { .. }), "{error}");
    }

    #[test]
    fn hubs_are_addresses() {
        for text in ["https://hub.example/", "http://127.0.0.1:80", "https://user:pass@hub.example/mirror"] {
            let hub: Hub = text.parse().expect(text);
            assert!(!format!("{hub:?}").contains("pass"));
        }
        for text in ["", "hub.example", "ftp://x", "https://", "https://x\ny", "https://x\"y", "-o x", "https://x?y"] {
            assert!(text.parse::<Hub>().is_err(), "{text}");
        }
    }
}
