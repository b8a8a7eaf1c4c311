//! Fetching with `curl`, which speaks TLS, knows the user's proxies, and continues where a download broke off.
//!
//! `curl` writes to a pipe and we to the disk: if we are killed, it can't write any more and ends, so that nobody else
//! continues the same file.

use std::fs::OpenOptions;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::verify::ModelFileError;

use super::child::{self, Ended, LIMIT, PULSE};
use super::disk::{at, length, remove, Workshop};
use super::download::{Progress, PullError};
use super::route::Route;

/// `curl`'s exit code for "the server can't continue in the middle".
const NO_RANGES: i32 = 33;

/// Its exit code for an answer of 400 or more.
const REFUSED: i32 = 22;

/// Its exit codes for connections that broke off: short, slow, empty, while sending, while receiving, in HTTP/2.
const BROKEN: [i32; 6] = [18, 28, 52, 55, 56, 92];

/// Times that one run asks for a file.
const ATTEMPTS: usize = 8;

/// Before a busy server is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Most bytes of a page.
const MAX_PAGE: usize = 4 << 20;

/// What is fetched.
pub(super) struct Wanted<'a> {
    /// The file or the package.
    pub(super) what: &'a str,
    /// From where, for a person.
    pub(super) from: &'static str,
    /// Where it waits until it is whole.
    pub(super) part: &'a Path,
    /// Its length.
    pub(super) bytes: u64,
}

impl Wanted<'_> {
    fn progress(&self, done: u64) -> Progress<'_> {
        Progress { what: self.what, done, total: self.bytes }
    }

    fn failed(&self, said: String) -> PullError {
        PullError::Download { what: self.what.to_owned(), from: self.from, said }
    }
}

/// Fetches what is missing of a file, until its part is as long as it should be. What a part of it has is kept if this
/// fails, unless the server has another file.
pub(super) fn fetch(
    route: &Route,
    wanted: &Wanted<'_>,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), PullError> {
    if length(wanted.part) > wanted.bytes {
        remove(wanted.part)?;
    }
    for _ in 0..ATTEMPTS {
        let before = length(wanted.part);
        progress(wanted.progress(before));
        if before == wanted.bytes {
            return Ok(());
        }
        let ended = carry_on(route, wanted, workshop, progress)?;
        let now = length(wanted.part);
        match ended.code {
            Some(0) if now == wanted.bytes => {}
            _ if now > wanted.bytes || ended.code == Some(0) => {
                remove(wanted.part)?;
                let path = wanted.part.to_owned();
                return Err(ModelFileError::Truncated { path, expected: wanted.bytes, found: now }.into());
            }
            Some(NO_RANGES) if before > 0 => remove(wanted.part)?,
            Some(code) if now > before && BROKEN.contains(&code) => {}
            Some(REFUSED) if is_busy(&ended.said) => sleep(PAUSE),
            _ => return Err(wanted.failed(ended.said)),
        }
    }
    match length(wanted.part) == wanted.bytes {
        true => Ok(()),
        false => Err(wanted.failed(format!("it broke off {ATTEMPTS} times"))),
    }
}

/// Appends to the part what the server sends of the rest, and little more than that.
fn carry_on(
    route: &Route,
    wanted: &Wanted<'_>,
    workshop: &Workshop,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Ended, PullError> {
    let mut done = length(wanted.part);
    let mut curl = curl(route, workshop);
    curl.args(["--speed-limit", "1024", "--speed-time", "60", "--max-filesize", &wanted.bytes.to_string()]);
    if done > 0 {
        curl.args(["--continue-at", &done.to_string()]);
    }
    let mut part = OpenOptions::new().create(true).append(true).open(wanted.part).map_err(at(wanted.part))?;
    let mut told = Instant::now();
    let mut heard = |piece: &[u8]| -> Result<ControlFlow<()>, PullError> {
        part.write_all(piece).map_err(at(wanted.part))?;
        done = done.saturating_add(piece.len() as u64);
        if told.elapsed() >= PULSE {
            told = Instant::now();
            progress(wanted.progress(done.min(wanted.bytes)));
        }
        Ok(if done > wanted.bytes { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let log = workshop.path("curl.log");
    child::listen(&mut curl, route.order().as_bytes(), (log.as_path(), LIMIT), &mut heard)
}

/// A small page, in one of the forms of `accept`, and its address after all redirections. `None` if it can't be had, for
/// whatever reason.
pub(super) fn page(route: &Route, accept: &str, workshop: &Workshop) -> Option<(String, String)> {
    let mut curl = curl(route, workshop);
    curl.args(["--max-time", "50", "--write-out", "\\n%{url_effective}", "--header"]).arg(format!("Accept: {accept}"));
    let answer = child::answer(&mut curl, route.order().as_bytes(), &workshop.path("curl.log"), MAX_PAGE)?;
    let text = String::from_utf8(answer).ok()?;
    text.rsplit_once('\n').map(|(page, address)| (page.to_owned(), address.to_owned()))
}

/// `curl`, which is told on its stdin where to go: an address with a secret must not stand in the list of processes.
fn curl(route: &Route, workshop: &Workshop) -> Command {
    let mut curl = workshop.program("curl");
    curl.args(["--config", "-", "--globoff", "--fail", "--silent", "--show-error", "--location", "--max-redirs", "8"])
        .args(["--proto", "=http,https", "--connect-timeout", "20", "--netrc-optional", "--output", "-"]);
    if route.is_local() {
        curl.args(["--noproxy", "*"]);
    }
    curl
}

/// Whether `curl` complains of a status that passes.
fn is_busy(said: &str) -> bool {
    let status = said.split("error: ").nth(1).and_then(|rest| rest.get(..3));
    matches!(status, Some("429" | "500" | "502" | "503" | "504"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_servers_are_told_from_others() {
        assert!(is_busy("curl: (22) The requested URL returned error: 503"));
        assert!(is_busy("curl: (22) The requested URL returned error: 502 Bad Gateway"));
        for said in ["", "error: ", "error: 5", "curl: (22) The requested URL returned error: 404", "503"] {
            assert!(!is_busy(said), "{said}");
        }
    }
}
