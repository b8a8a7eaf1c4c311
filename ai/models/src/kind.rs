//! Choosing an engine by name, and where its model file lies.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use crate::backend::{ApiKey, Backend};
use crate::engine::{EngineError, TextEngine};
use crate::llama::Llama;
use crate::ngram::NgramEngine;
use crate::skills::SkillRouter;
use crate::tiny::TinyEngine;
use crate::verify;

/// The engines that Ganglion has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// [`Llama`] with the pinned file of SmolLM2.
    SmolLm2,
    /// [`SkillRouter`] in front of [`NgramEngine`].
    Skills,
    /// [`NgramEngine`] alone.
    Ngram,
    /// [`Llama`] with a GGUF file, or a folder of safetensors files, of the user's own.
    File(PathBuf),
    /// [`TinyEngine`] with the folder of a model that was trained here.
    Trained(PathBuf),
    /// [`Backend`]: a model server of the user's own.
    Backend {
        /// Its base address.
        url: String,
        /// The name of the model there.
        model: String,
    },
}

impl EngineKind {
    /// Those that need neither path nor address, best known first.
    pub const ALL: [Self; 3] = [Self::SmolLm2, Self::Skills, Self::Ngram];
}

/// The name used in arguments and configuration: a word, or a word and a path or an address.
impl std::fmt::Display for EngineKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SmolLm2 => f.write_str("smollm2"),
            Self::Skills => f.write_str("skills"),
            Self::Ngram => f.write_str("ngram"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Trained(path) => write!(f, "trained:{}", path.display()),
            // No base address has a `#`; names of models have about everything else.
            Self::Backend { url, model } => write!(f, "backend:{url}#{model}"),
        }
    }
}

/// A name that is no engine's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no engine called {0:?}: choose smollm2, skills, ngram, file:MODEL, trained:FOLDER or backend:URL#MODEL"
)]
pub struct UnknownEngine(pub String);

impl FromStr for EngineKind {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        let unknown = || UnknownEngine(name.chars().take(64).collect());
        match name.split_once(':') {
            Some((_, "")) => Err(unknown()),
            Some(("file", path)) => Ok(Self::File(path.into())),
            Some(("trained", path)) => Ok(Self::Trained(path.into())),
            Some(("backend", server)) => match server.split_once('#') {
                Some((url, model)) if !url.is_empty() && !model.is_empty() => {
                    Ok(Self::Backend { url: url.to_owned(), model: model.to_owned() })
                }
                _ => Err(unknown()),
            },
            _ => Self::ALL.into_iter().find(|kind| kind.to_string() == name).ok_or_else(unknown),
        }
    }
}

/// Makes an engine ready to answer; known model files are looked for in `models_dir` and checked against their pinned
/// hashes. A model server's key comes from the environment; whether the server is there shows with the first request.
///
/// # Errors
/// [`EngineError::ModelFile`], [`EngineError::BadModel`], [`EngineError::BackendAddress`] or [`EngineError::BackendKey`].
pub fn open(kind: &EngineKind, models_dir: &Path) -> Result<Arc<dyn TextEngine>, EngineError> {
    Ok(match kind {
        EngineKind::SmolLm2 => {
            let path = models_dir.join(verify::SMOLLM2.file_name);
            verify::check(&path, &verify::SMOLLM2)?;
            Arc::new(Llama::load(&path)?)
        }
        EngineKind::Skills => Arc::new(SkillRouter::new(Arc::new(NgramEngine::builtin()))),
        EngineKind::Ngram => Arc::new(NgramEngine::builtin()),
        EngineKind::File(path) => Arc::new(Llama::load(path)?),
        EngineKind::Trained(folder) => Arc::new(TinyEngine::load(folder)?),
        EngineKind::Backend { url, model } => Arc::new(Backend::new(url, model)?.with_key(ApiKey::from_env()?)),
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
        let server = |model: &str| EngineKind::Backend { url: "http://[::1]:1/v1".into(), model: model.into() };
        let others = [
            EngineKind::File("a b/m.gguf".into()),
            EngineKind::Trained("C:/x".into()),
            server("org/m:8b"),
            server("a#b"),
        ];
        for kind in EngineKind::ALL.into_iter().chain(others) {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        for name in ["gpt", "", "file:", "trained", "smollm2:x", "backend:http://h", "backend:#m", "backend:h#"] {
            assert!(name.parse::<EngineKind>().is_err(), "{name}");
        }
    }

    #[test]
    fn small_engines_need_no_files_and_the_others_say_what_is_missing() {
        let empty = tempfile::tempdir().expect("folder");
        let engine = |kind: &EngineKind| open(kind, empty.path());
        assert_eq!(engine(&EngineKind::Ngram).expect("opens").name(), "ngram");
        assert_eq!(engine(&EngineKind::Skills).expect("opens").name(), "skills+ngram");
        let server = |url: &str| EngineKind::Backend { url: url.into(), model: "m".into() };
        assert_eq!(engine(&server("http://127.0.0.1:1/v1")).expect("opens").name(), "backend:m");
        assert_eq!(engine(&server("https://127.0.0.1:1/v1")).expect("opens").name(), "backend:m");
        let error = engine(&server("ftp://127.0.0.1:1/v1")).err().expect("not spoken");
        assert!(error.to_string().contains("https://"), "{error}");
        let nowhere = empty.path().join("nothing");
        for kind in [EngineKind::SmolLm2, EngineKind::File(nowhere.clone()), EngineKind::Trained(nowhere)] {
            let error = engine(&kind).err().expect("no file there");
            assert!(error.to_string().contains("missing"), "{error}");
        }
    }
}
