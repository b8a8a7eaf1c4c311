//! Where things are kept.

use crate::failure::{Failure, Result};
use std::{
    env,
    path::{Path, PathBuf},
};

/// The folders that the tasks work in; all absolute.
pub struct Paths {
    /// The checkout: where the workspace's `Cargo.toml` is.
    pub workspace: PathBuf,
    /// Our part of the user's cache folder. It may be deleted at any time; set-up fills it again.
    pub cache: PathBuf,
    /// Build results. By default outside the checkout, so that a new clone need not compile its dependencies again.
    pub target: PathBuf,
    /// Model files.
    pub models: PathBuf,
    /// The cargo that runs us.
    pub cargo: PathBuf,
}

impl Paths {
    /// Finds the folders from the environment. Creates nothing.
    pub fn detect() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .ok_or_else(|| Failure::new("start this through cargo: `cargo xtask …`"))?;
        let workspace = manifest
            .parent()
            .filter(|folder| folder.join("Cargo.lock").is_file())
            .ok_or_else(|| Failure::new(format!("no Cargo.lock above {}", manifest.display())))?
            .to_path_buf();
        let cache = cache_root()?.join("ganglion");
        Ok(Self {
            target: absolute(&workspace, env::var_os("CARGO_TARGET_DIR")).unwrap_or_else(|| cache.join("target")),
            models: absolute(&workspace, env::var_os("GANGLION_MODELS")).unwrap_or_else(|| cache.join("models")),
            cargo: env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from),
            workspace,
            cache,
        })
    }

    /// The program that a release build makes.
    pub fn binary(&self) -> PathBuf {
        self.target.join("release").join("ganglion")
    }
}

fn cache_root() -> Result<PathBuf> {
    // The XDG rule: a relative XDG_CACHE_HOME counts as unset.
    let xdg = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    xdg.or_else(|| home().map(|home| home.join(".cache")))
        .ok_or_else(|| Failure::new("neither XDG_CACHE_HOME nor HOME is set: set one to an absolute path"))
}

/// `value` against `base`, or `None` where it is unset or empty.
fn absolute(base: &Path, value: Option<std::ffi::OsString>) -> Option<PathBuf> {
    value.filter(|value| !value.is_empty()).map(|value| base.join(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_folders_are_taken_from_the_workspace_and_empty_means_unset() {
        let base = Path::new("/w");
        assert_eq!(absolute(base, Some("t".into())), Some(PathBuf::from("/w/t")));
        assert_eq!(absolute(base, Some("/t".into())), Some(PathBuf::from("/t")));
        assert_eq!(absolute(base, Some("".into())), None);
        assert_eq!(absolute(base, None), None);
    }
}
