//! Fetching a file from a model hub.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::curl::{self, Wanted};
use super::disk::Workshop;
use super::download::{Progress, PullError};
use super::model::{HubPath, KnownFile};
use super::route::Route;

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

/// Fetches `file`, which the hub has at a place, into a part file of the workshop and returns when that is as long as it
/// should be; what was there before is continued.
pub(super) fn fetch(
    hub: &Hub,
    (file, place): (&KnownFile, &HubPath),
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, PullError> {
    let (what, bytes) = (file.pinned.file_name, file.pinned.bytes);
    let part = workshop.path(&format!("{what}.part"));
    let wanted = Wanted { what, from: "the model hub", part: &part, bytes };
    curl::fetch(&route(hub, place), &wanted, workshop, progress)?;
    Ok(part)
}

fn route(hub: &Hub, at: &HubPath) -> Route {
    Route::known(format!("{}/{}/resolve/{}/{}", hub.0, at.repository, at.revision, at.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{pull, KnownModel, Source, Use};
    use crate::verify::Pinned;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::path::Path;
    use std::process::Command;
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
    const SHORT: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nab";
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
        for wrong in [WRONG, SHORT] {
            let (hub, server) = serve(vec![wrong]);
            let error = fetch_abc(dir.path(), hub).expect_err("wrong");
            assert!(matches!(error, PullError::Damaged(_)), "{error}");
            server.join().expect("ends");
            assert!(ABC.check(dir.path()).is_err() && !dir.path().join(".fetching/folder--abc.part").exists());
        }
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
