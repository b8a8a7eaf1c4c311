//! Where the files of a known model are: among the models, or where `cargo xtask test` puts what only tests load.

use std::path::PathBuf;

use ganglion_models::models_dir;
use ganglion_models::registry::KnownModel;

/// The folder of models that has all files of `known`; `None`, and a word to whoever runs the tests, where none has them.
pub fn folder_of(known: &KnownModel) -> Option<PathBuf> {
    let apart = std::env::var_os("GANGLION_TEST_MODELS").map(PathBuf::from);
    let has_all = |models: &PathBuf| known.files.iter().all(|file| models.join(file.pinned.file_name).exists());
    let found = [apart, models_dir()].into_iter().flatten().find(has_all);
    if found.is_none() {
        let name = known.name;
        eprintln!("skipped: {name} is not among the models (`cargo xtask test` or `ganglion models pull` fetches it)");
    }
    found
}
