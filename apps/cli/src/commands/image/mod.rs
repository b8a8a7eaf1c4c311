//! `ganglion image …`: pictures compared, and weights of the image subnet.

pub mod report;
pub mod train;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use ganglion_subnet_image::judge::dual::DualEncoder;
use ganglion_subnet_image::judge::matching::{Matcher, ProbeMatcher};
use ganglion_subnet_image::kit;

use crate::cli::ImageCommand;

/// The folder of trained weights below that of models.
const FOLDER: &str = "image";

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &ImageCommand) -> Result<()> {
    match command {
        ImageCommand::Report(args) => report::run(args),
        ImageCommand::Train(args) => train::run(args),
    }
}

/// The folder of trained weights: the one named, or the usual one; `None` if neither is known.
fn folder(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| ganglion_models::models_dir().map(|models| models.join(FOLDER)))
}

/// A file that `ganglion image train` made, [`kit::JUDGE`] or [`kit::GENERATOR`]; `None` if there is none.
///
/// # Errors
/// It is damaged.
pub(crate) fn trained(name: &str) -> Result<Option<PathBuf>> {
    let Some(folder) = folder(None) else { return Ok(None) };
    let found = kit::look(&folder).context("`ganglion image train --force` makes new weights")?;
    Ok(found.map(|_| folder.join(name)))
}

/// What says how well pictures go with words: these encoders, else the trained one, else colours and counts alone.
///
/// # Errors
/// A file is of no use.
pub(crate) fn matcher(encoders: &[PathBuf]) -> Result<Arc<dyn Matcher>> {
    let mut encoders = encoders.to_vec();
    if encoders.is_empty() {
        encoders.extend(trained(kit::JUDGE)?);
    }
    if encoders.is_empty() {
        return Ok(Arc::new(ProbeMatcher));
    }
    Ok(Arc::new(DualEncoder::load(&encoders)?))
}
