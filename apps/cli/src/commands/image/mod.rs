//! `ganglion image …`: pictures compared, and weights of the image subnet.

pub mod check;
pub mod report;
pub mod train;

mod retrieved;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use ganglion_subnet_image::judge::clip::Clip;
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
        ImageCommand::Check(args) => check::run(args),
        ImageCommand::Report(args) => report::run(args),
        ImageCommand::Train(args) => train::run(args),
    }
}

/// The folder of trained weights: the one named, or the usual one; `None` if neither is known.
fn folder(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| ganglion_models::models_dir().map(|models| models.join(FOLDER)))
}

/// The folder in which `ganglion image train` keeps weights, and what is known of them; `None` if there are none.
///
/// # Errors
/// They are damaged.
fn trained() -> Result<Option<(PathBuf, kit::Record)>> {
    let Some(folder) = folder(None) else { return Ok(None) };
    let found = kit::look(&folder).context("`ganglion image train --force` makes new weights")?;
    Ok(found.map(|record| (folder, record)))
}

/// The judges that `ganglion image train` made; none if there are none.
///
/// # Errors
/// They are damaged.
pub(crate) fn trained_judges() -> Result<Vec<PathBuf>> {
    Ok(trained()?.map(|(folder, record)| record.judges_in(&folder)).unwrap_or_default())
}

/// The generator that `ganglion image train` made.
///
/// # Errors
/// It is damaged.
pub(crate) fn trained_generator() -> Result<Option<PathBuf>> {
    Ok(trained()?.map(|(folder, _)| folder.join(kit::GENERATOR)))
}

/// What says how well pictures go with words: this CLIP, else these encoders, else the trained ones, else colours and counts
/// alone.
///
/// # Errors
/// A file is of no use.
pub(crate) fn matcher(encoders: &[PathBuf], clip: Option<&Path>) -> Result<Arc<dyn Matcher>> {
    if let Some(folder) = clip {
        return Ok(Arc::new(Clip::load(folder)?));
    }
    let mut encoders = encoders.to_vec();
    if encoders.is_empty() {
        encoders = trained_judges()?;
    }
    if encoders.is_empty() {
        return Ok(Arc::new(ProbeMatcher));
    }
    Ok(Arc::new(DualEncoder::load(&encoders)?))
}
