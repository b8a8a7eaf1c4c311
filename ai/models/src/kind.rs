//! Choosing an engine by name, and where its model file lies.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use crate::engine::{EngineError, TextEngine};
use crate::llama::Llama;
use crate::ngram::NgramEngine;
use crate::skills::SkillRouter;
use crate::verify;

/// The engines that come with Ganglion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// [`Llama`] with the pinned model file.
    SmolLm2,
    /// [`SkillRouter`] in front of [`NgramEngine`].
    Skills,
    /// [`NgramEngine`] alone.
    Ngram,
}

impl EngineKind {
    /// All of them, best known first.
    pub const ALL: [Self; 3] = [Self::SmolLm2, Self::Skills, Self::Ngram];

    /// The name used in arguments and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SmolLm2 => "smollm2",
            Self::Skills => "skills",
            Self::Ngram => "ngram",
        }
    }
}

impl std::fmt::Display for EngineKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no engine's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no engine called {0:?}: choose smollm2, skills or ngram")]
pub struct UnknownEngine(pub String);

impl FromStr for EngineKind {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        let found = Self::ALL.into_iter().find(|k| k.as_str() == name);
        found.ok_or_else(|| UnknownEngine(name.chars().take(64).collect()))
    }
}

/// Makes an engine ready to answer; model files are looked for in `models_dir` and checked against their pinned hashes.
///
/// # Errors
/// [`EngineError::ModelFile`] or [`EngineError::BadModel`].
pub fn open(kind: EngineKind, models_dir: &Path) -> Result<Arc<dyn TextEngine>, EngineError> {
    Ok(match kind {
        EngineKind::SmolLm2 => {
            let path = models_dir.join(verify::SMOLLM2.file_name);
            verify::check(&path, &verify::SMOLLM2)?;
            Arc::new(Llama::load(&path)?)
        }
        EngineKind::Skills => Arc::new(SkillRouter::new(Arc::new(NgramEngine::builtin()))),
        EngineKind::Ngram => Arc::new(NgramEngine::builtin()),
    })
}

/// The folder of model files: `$GANGLION_MODELS`, else `$XDG_CACHE_HOME/ganglion/models`, else
/// `$HOME/.cache/ganglion/models`; `None` if none of these variables is set.
pub fn models_dir() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    set("GANGLION_MODELS")
        .or_else(|| set("XDG_CACHE_HOME").map(|d| d.join("ganglion").join("models")))
        .or_else(|| set("HOME").map(|d| d.join(".cache").join("ganglion").join("models")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for kind in EngineKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("gpt".parse::<EngineKind>().is_err());
    }

    #[test]
    fn small_engines_need_no_files_and_the_large_one_says_what_is_missing() {
        let empty = tempfile::tempdir().expect("folder");
        assert_eq!(open(EngineKind::Ngram, empty.path()).expect("opens").name(), "ngram");
        assert_eq!(open(EngineKind::Skills, empty.path()).expect("opens").name(), "skills+ngram");
        let error = open(EngineKind::SmolLm2, empty.path()).err().expect("no file there");
        assert!(error.to_string().contains("missing"), "{error}");
    }
}
