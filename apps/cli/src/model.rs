//! Whether the language model's file is there and whole.

use std::path::PathBuf;

use anyhow::{anyhow, Context, Result};
use ganglion_models::verify::{self, ModelFileError};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The file, checked.
    Ready(PathBuf),
    /// No file there.
    Missing(PathBuf),
}

/// Looks for the model's file and checks its length and hash.
///
/// # Errors
/// The file is there but not whole or not the right one, or can't be read.
pub fn find() -> Result<Found> {
    let dir = ganglion_models::models_dir()
        .context("no folder for models is known: set HOME, or GANGLION_MODELS to the folder that holds them")?;
    let path = dir.join(verify::SMOLLM2.file_name);
    match verify::check(&path, &verify::SMOLLM2) {
        Ok(()) => Ok(Found::Ready(path)),
        Err(ModelFileError::Missing { .. }) => Ok(Found::Missing(path)),
        // Bad content is never ignored, not even offline: what a miner would answer from it is anyone's guess.
        Err(error) => Err(anyhow!(
            "{error}. Delete {} and fetch it again with `ganglion models pull` (or `cargo xtask setup`)",
            path.display()
        )),
    }
}
