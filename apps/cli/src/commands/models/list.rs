//! `ganglion models list`.

use anyhow::Result;
use ganglion_models::registry::MODELS;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{show, table, Page};
use super::{folder, megabytes, place, State};
use crate::cli::ModelsListArgs;

/// A file of a model.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FileRow {
    /// Its path in the folder of models.
    pub file: String,
    /// Its length, bytes.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// Where it comes from.
    pub source: String,
}

/// A model that is known.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelRow {
    /// Its name in commands.
    pub name: String,
    /// What it is.
    pub about: String,
    /// What it is for: `chat`, `text`, `embedding`, `prices` or `pictures`.
    pub use_for: String,
    /// Licence of the weights.
    pub licence: String,
    /// Length of all files, bytes.
    pub bytes: u64,
    /// Whether it is here, by the files' lengths; `ganglion models verify` reads them.
    pub state: State,
    /// What is wrong with it; `null` if nothing is.
    pub problem: Option<String>,
    /// Where its weights are, or would be.
    pub path: String,
    /// Its files.
    pub files: Vec<FileRow>,
}

/// `ganglion models list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelList {
    /// The folder of models.
    pub folder: String,
    /// All that are known, the default one first.
    pub models: Vec<ModelRow>,
}

impl Page for ModelList {
    fn text(&self) -> String {
        let rows = self.models.iter().map(|model| {
            vec![
                model.name.clone(),
                model.use_for.clone(),
                megabytes(model.bytes),
                model.state.word().into(),
                model.licence.clone(),
                model.about.clone(),
            ]
        });
        let table = table::table(&["NAME", "FOR", "SIZE", "HERE", "LICENCE", "WHAT"], &[2], rows);
        format!("Models in {}\n{table}", self.folder)
    }
}

/// Lists the models.
///
/// # Errors
/// No folder is known, or stdout can't be written to.
pub fn run(args: &ModelsListArgs) -> Result<()> {
    let folder = folder(args.models.as_ref())?;
    let row = |model: &'static ganglion_models::registry::KnownModel| {
        let (state, problem) = State::of(model.glance(&folder));
        let files = model.files.iter().map(|file| FileRow {
            file: file.pinned.file_name.into(),
            bytes: file.pinned.bytes,
            sha256: file.pinned.sha256.into(),
            source: file.pinned.source.into(),
        });
        ModelRow {
            name: model.name.into(),
            about: model.about.into(),
            use_for: model.use_for.as_str().into(),
            licence: model.licence.into(),
            bytes: model.bytes(),
            state,
            problem,
            path: place(model, &folder),
            files: files.collect(),
        }
    };
    let page = ModelList { folder: folder.display().to_string(), models: MODELS.iter().map(row).collect() };
    show(&page, args.json)
}
