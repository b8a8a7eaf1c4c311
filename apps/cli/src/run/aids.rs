//! What helps a validator to judge, from options to models in memory.

use std::path::Path;
use std::sync::Arc;

use anyhow::{anyhow, Context, Result};
use ganglion_models::registry::{self, KnownModel};
use ganglion_models::verify::ModelFileError;
use ganglion_models::{Embedder, Llama, MiniLm, TextEngine};
use ganglion_subnet_text::Aids;

use crate::cli::{AidArgs, Reference, When};

/// The embedder's name in commands.
const EMBEDDER: &str = "all-minilm-l6-v2";

/// Loads the models that the options ask for: a second or two each. The log says what is done without.
///
/// # Errors
/// A model that must be there is not, or one that is there is of no use.
pub fn load(args: &AidArgs) -> Result<Aids> {
    let models = ganglion_models::models_dir();
    let embedder = embedder(args.embedder, models.as_deref())?;
    let reference = reference(&args.reference, models.as_deref())?;
    if args.organics.is_none() {
        tracing::info!("no --organics: users' requests are not asked again, other tasks take their place");
    }
    Ok(Aids { embedder, reference })
}

fn embedder(when: When, models: Option<&Path>) -> Result<Option<Arc<dyn Embedder>>> {
    let model = registry::find(EMBEDDER)?;
    let found = match when {
        When::Never => return Ok(None),
        When::Auto => models.filter(|models| !is_missing(model, models)),
        When::Always => Some(models.context(NO_FOLDER)?),
    };
    let Some(models) = found else {
        tracing::info!(
            model = EMBEDDER,
            "answers to users' requests are compared by their words, not by their meaning; \
             `ganglion models pull {EMBEDDER}` fetches the model that knows it"
        );
        return Ok(None);
    };
    check(model, models)?;
    let loaded = MiniLm::load(&model.folder(models)).with_context(|| advice(model))?;
    Ok(Some(Arc::new(loaded)))
}

fn reference(which: &Reference, models: Option<&Path>) -> Result<Option<Arc<dyn TextEngine>>> {
    let path = match which {
        Reference::BuiltIn => {
            tracing::info!("continuations are measured with the built-in model; --reference names a larger one");
            return Ok(None);
        }
        Reference::Known(model) => {
            let models = models.context(NO_FOLDER)?;
            check(model, models)?;
            model.path(models)
        }
        Reference::Own(path) => path.clone(),
    };
    let loaded = Llama::load(&path).map_err(|error| anyhow!("--reference {}: {error}", path.display()))?;
    Ok(Some(Arc::new(loaded)))
}

/// Why a model that must be there can't be looked for.
const NO_FOLDER: &str =
    "no folder for models is known: set HOME, or GANGLION_MODELS to the folder that `ganglion models pull` filled";

fn is_missing(model: &KnownModel, models: &Path) -> bool {
    matches!(model.glance(models), Err(ModelFileError::Missing { .. }))
}

/// Compares a model's files with their hashes: bad content is never ignored, since what it would make of answers is
/// anyone's guess.
fn check(model: &KnownModel, models: &Path) -> Result<()> {
    model.check(models).with_context(|| advice(model))
}

fn advice(model: &KnownModel) -> String {
    format!("{} can't be used; `ganglion models pull {}` fetches it", model.name, model.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_done_without_unless_it_must_be_there() {
        let empty = tempfile::tempdir().expect("folder");
        for models in [None, Some(empty.path())] {
            for when in [When::Auto, When::Never] {
                assert!(embedder(when, models).expect("none").is_none());
            }
            assert!(reference(&Reference::BuiltIn, models).expect("none").is_none());
        }
        let model = registry::find("smollm2-135m-instruct").expect("known");
        let refusals = [
            embedder(When::Always, Some(empty.path())).err(),
            reference(&Reference::Known(model), Some(empty.path())).err(),
        ];
        for (refusal, name) in refusals.into_iter().zip([EMBEDDER, model.name]) {
            let said = format!("{:#}", refusal.expect("refused"));
            assert!(said.contains(&format!("`ganglion models pull {name}`")), "{said}");
        }
        let own = reference(&Reference::Own(empty.path().join("m.gguf")), None).err().expect("refused");
        assert!(own.to_string().contains("--reference"), "{own}");
    }

    #[test]
    fn damage_is_not_taken_for_absence() {
        let models = tempfile::tempdir().expect("folder");
        let model = registry::find(EMBEDDER).expect("known");
        std::fs::create_dir_all(model.folder(models.path())).expect("folder");
        std::fs::write(model.path(models.path()), "torn").expect("written");
        assert!(embedder(When::Auto, Some(models.path())).is_err());
        assert!(embedder(When::Never, Some(models.path())).expect("none").is_none());
    }
}
