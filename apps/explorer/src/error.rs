//! Why an explorer stops.

use ganglion_client::ClientError;
use std::path::PathBuf;

/// Why the explorer, or a work on its index, ended. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplorerError {
    /// The metrics couldn't be set up.
    #[error("the metrics can't be set up: {0}")]
    Metrics(#[from] prometheus::Error),
    /// The listening socket broke.
    #[error("the listening socket broke: {0}")]
    Listen(#[from] std::io::Error),
    /// The index can't be read or written.
    #[error("the index {} can't be used ({reason}): check the disk and the file's owner, or make it anew with `ganglion explorer reindex`", .path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        reason: String,
    },
    /// Another process works on the index.
    #[error("another explorer works on the index {}: end it first, or name another file with --index", .path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The index is of another chain.
    #[error("the index {} is of another chain (genesis 0x{expected}; the node's is 0x{found}): name another file with --index, or make it anew with `ganglion explorer reindex`", .path.display())]
    OtherChain {
        /// The file.
        path: PathBuf,
        /// The index's genesis hash, hex.
        expected: String,
        /// The node's, hex.
        found: String,
    },
    /// The index was made by another version of the explorer.
    #[error("the index {} has form {found}, this version writes form {expected}: make it anew with `ganglion explorer reindex`", .path.display())]
    OtherForm {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: String,
        /// The form known here.
        expected: u32,
    },
    /// A finalised block doesn't follow the last one in the index.
    #[error("block {number} doesn't follow the index {}'s last block: the node has another chain, or its finality was reverted; make the index anew with `ganglion explorer reindex`", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The block's height.
        number: u32,
    },
    /// The chain can't be read.
    #[error(transparent)]
    Chain(Box<ClientError>),
    /// A task of ours ended by a panic.
    #[error("a task of the explorer ended before its time: {0}")]
    Task(String),
}

impl From<ClientError> for ExplorerError {
    fn from(error: ClientError) -> Self {
        Self::Chain(Box::new(error))
    }
}
