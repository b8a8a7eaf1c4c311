//! How a command ends: exit codes, and one clear sentence for what went wrong.

use std::fmt;
use std::io;
use std::process::ExitCode;

use ganglion_client::ClientError;
use ganglion_keys::KeyError;
use ganglion_subnet_text::RunError;
use thiserror::Error;

use crate::ask::printable;
use crate::output;

/// Something failed.
pub const FAILURE: u8 = 1;
/// The command line is wrong: the argument parser doesn't understand it, or what it says turns out to be nothing that
/// could ever work.
pub const USAGE: u8 = 2;
/// The command needs a running network and there is none, or no node answers.
pub const NOT_RUNNING: u8 = 3;
/// The chain refuses what was asked, or would.
pub const REFUSED: u8 = 4;
/// Nobody agreed: a person said no, or nobody could be asked.
pub const DECLINED: u8 = 5;
/// A key can't be used: it isn't there, its password is wrong or missing, or the agent refuses.
pub const KEY: u8 = 6;

/// The codes as `--help` shows them.
pub const HELP: &str = "\
Exit codes:
  0  all went well
  1  it failed; stderr says why
  2  the command line is wrong
  3  no network is running there, or no node answers
  4  the chain refuses it, or would
  5  nothing was done: nobody agreed (without a terminal, --yes agrees)
  6  a key can't be used: it is missing, or its password is wrong or missing

Data goes to stdout, everything else to stderr.";

/// There is no running network in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRunning {
    /// The sentence to show.
    pub sentence: String,
}

impl NotRunning {
    /// No network runs in `dir`.
    pub fn at(dir: &std::path::Path) -> Self {
        Self { sentence: format!("no network is running in {}: start one with `ganglion up`", dir.display()) }
    }
}

impl fmt::Display for NotRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for NotRunning {}

/// The command line is wrong in a way that the argument parser can't see; the sentence says what to write.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// The chain refuses, or would; the sentence says why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// A key can't be used; the sentence says why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct KeyUnusable(pub String);

/// Nobody agreed; the sentence says what that means.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Declined(pub String);

/// The exit code of a finished command; failures are reported on stderr.
pub fn code(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Reports `error` on stderr and chooses the exit code.
pub fn report(error: &anyhow::Error) -> ExitCode {
    // A reader that closed the pipe (`ganglion status | head -1`) has got what it wanted.
    if error.is::<output::ReaderLeft>() {
        return ExitCode::SUCCESS;
    }
    output::talk(&format!("{} {}", output::red("error:"), sentence(error)));
    ExitCode::from(number(error))
}

/// The exit code of a failure.
fn number(error: &anyhow::Error) -> u8 {
    if error.is::<NotRunning>() {
        return NOT_RUNNING;
    }
    for cause in error.chain() {
        if cause.is::<Usage>() {
            return USAGE;
        }
        if cause.is::<Refused>() {
            return REFUSED;
        }
        if cause.is::<Declined>() {
            return DECLINED;
        }
        if cause.is::<KeyUnusable>() {
            return KEY;
        }
        if let Some(code) = client_error(cause).and_then(of_client) {
            return code;
        }
        match cause.downcast_ref::<KeyError>() {
            Some(KeyError::Cancelled) => return DECLINED,
            Some(KeyError::BadAddress(_) | KeyError::ForeignAddress { .. } | KeyError::BadName { .. }) => return USAGE,
            Some(_) => return KEY,
            None => {}
        }
    }
    FAILURE
}

/// The client's error in `cause`, also where a neuron's loop passes it on as its own.
fn client_error<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a ClientError> {
    if let Some(RunError::Client(error)) = cause.downcast_ref::<RunError>() {
        return Some(error);
    }
    if let Some(ganglion_subnet_market::RunError::Client(error)) = cause.downcast_ref() {
        return Some(error);
    }
    if let Some(ganglion_explorer::ExplorerError::Chain(error)) = cause.downcast_ref() {
        return Some(error.as_ref());
    }
    match cause.downcast_ref::<ganglion_subnet_image::RunError>() {
        Some(ganglion_subnet_image::RunError::Client(error)) => Some(error.as_ref()),
        _ => cause.downcast_ref(),
    }
}

/// The code of what the client says, if it has one of its own.
fn of_client(error: &ClientError) -> Option<u8> {
    match error {
        ClientError::NoEndpoints | ClientError::BadUrl { .. } | ClientError::Argument { .. } => Some(USAGE),
        ClientError::Unreachable { .. } => Some(NOT_RUNNING),
        ClientError::Rejected { .. } | ClientError::Failed { .. } => Some(REFUSED),
        ClientError::Signing { .. } => Some(KEY),
        _ => None,
    }
}

/// What went wrong and what to do, for a person.
pub fn sentence(error: &anyhow::Error) -> String {
    // Nodes, gateways and files have their say in it, and it goes to a terminal.
    let text = printable(&format!("{error:#}"));
    if causes(error).any(|io| io.kind() == io::ErrorKind::StorageFull) {
        return format!("{text}. The disk is full: free some space and run the command again");
    }
    if causes(error).any(|io| io.kind() == io::ErrorKind::ReadOnlyFilesystem) {
        return format!("{text}. The disk can't be written to: choose another folder with --dir");
    }
    text
}

fn causes(error: &anyhow::Error) -> impl Iterator<Item = &io::Error> {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_full_disk_is_named() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error = Err::<(), _>(full).context("can't write network.json").expect_err("full");
        let text = sentence(&error);
        assert!(text.contains("network.json") && text.contains("free some space"), "{text}");
        // Also where a key was to be written.
        let source = io::Error::from(io::ErrorKind::StorageFull);
        let error = KeyError::Io { action: "write", path: "wallets/a/coldkey".into(), source };
        let text = sentence(&anyhow::Error::new(error).context("the wallet"));
        assert!(text.contains("wallets/a/coldkey") && text.contains("free some space"), "{text}");
    }

    #[test]
    fn what_a_stranger_says_in_an_error_drives_no_terminal() {
        let said = ClientError::Shape { what: "pallet \u{1b}]0;x\u{7}\u{9b}2J is missing".into() };
        let text = sentence(&anyhow::Error::new(said).context("can't reach\nthe chain"));
        assert_eq!(text, "can't reach\nthe chain: pallet ]0;x2J is missing: update the client or the node");
    }

    fn away() -> ClientError {
        ClientError::Unreachable { endpoints: "ws://127.0.0.1:1".into(), reason: "nobody listens".into() }
    }

    fn bad_url() -> ClientError {
        ClientError::BadUrl { url: "http://127.0.0.1:1".into(), reason: "only ws:// and wss:// are spoken here".into() }
    }

    #[test]
    fn codes_differ() {
        let off = anyhow::Error::new(NotRunning { sentence: "off".into() });
        assert_eq!(format!("{:?}", report(&off)), format!("{:?}", ExitCode::from(NOT_RUNNING)));
        for (error, code) in [
            (anyhow::Error::new(Refused("no".into())).context("why"), REFUSED),
            (anyhow::Error::new(Declined("no".into())), DECLINED),
            (anyhow::Error::new(KeyError::BadSecret).context("the wallet"), KEY),
            (anyhow::Error::new(KeyError::Cancelled), DECLINED),
            (anyhow::Error::new(KeyError::BadName { what: "wallet" }), USAGE),
            (anyhow::Error::new(Usage("no".into())).context("why"), USAGE),
            (anyhow::Error::new(ClientError::NoEndpoints), USAGE),
            (anyhow::Error::new(RunError::Client(Box::new(bad_url()))), USAGE),
            (anyhow::Error::new(ClientError::Argument { what: "too long".into() }), USAGE),
            (anyhow::Error::new(ClientError::Timeout { what: "a block".into(), seconds: 1 }), FAILURE),
            (anyhow::Error::new(RunError::Client(Box::new(away()))), NOT_RUNNING),
        ] {
            assert_eq!(number(&error), code, "{error:#}");
        }
        let other = anyhow::anyhow!("other");
        assert_eq!(format!("{:?}", report(&other)), format!("{:?}", ExitCode::from(FAILURE)));
    }
}
