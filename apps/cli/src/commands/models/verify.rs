//! `ganglion models verify`.

use anyhow::{bail, Result};
use ganglion_models::registry::{KnownModel, MODELS};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{show, table, Page};
use super::{folder, place, State};
use crate::cli::ModelsVerifyArgs;
use crate::output::Step;

/// What was found about a model.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifiedModel {
    /// Its name.
    pub name: String,
    /// Whether it is here; if so, every byte was read.
    pub state: State,
    /// What is wrong with it; `null` if nothing is.
    pub problem: Option<String>,
    /// Where its weights are, or would be.
    pub path: String,
}

/// `ganglion models verify`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifiedModels {
    /// The folder of models.
    pub folder: String,
    /// Those that were looked at.
    pub models: Vec<VerifiedModel>,
}

impl Page for VerifiedModels {
    fn text(&self) -> String {
        let rows = self.models.iter().map(|model| {
            let found = model.problem.clone().unwrap_or_else(|| model.path.clone());
            vec![model.name.clone(), model.state.word().into(), found]
        });
        table::table(&["NAME", "STATE", "WHERE"], &[], rows)
    }
}

/// Verifies models.
///
/// # Errors
/// One is wrong, or one that was named is missing.
pub fn run(args: &ModelsVerifyArgs) -> Result<()> {
    let folder = folder(args.models.as_ref())?;
    let all: Vec<&'static KnownModel> = match args.names.as_slice() {
        [] => MODELS.iter().collect(),
        names => names.to_vec(),
    };
    let mut models = Vec::with_capacity(all.len());
    for model in all {
        let step = Step::start(model.name);
        let (state, problem) = State::of(model.check(&folder));
        drop(step);
        models.push(VerifiedModel { name: model.name.into(), state, problem, path: place(model, &folder) });
    }
    let named = !args.names.is_empty();
    let bad = |model: &&VerifiedModel| model.state == State::Wrong || (named && model.state == State::Missing);
    let bad: Vec<String> = models.iter().filter(bad).map(|model| model.name.clone()).collect();
    show(&VerifiedModels { folder: folder.display().to_string(), models }, args.json)?;
    match bad.as_slice() {
        [] => Ok(()),
        names => bail!("{} must be fetched: `ganglion models pull {}`", names.join(", "), names.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::parse;
    use super::*;
    use crate::cli::ModelsCommand;

    #[test]
    fn only_what_is_named_must_be_here_and_what_is_here_must_be_right() {
        let dir = tempfile::tempdir().expect("folder");
        let verify = |names: &str| {
            let line = format!("ganglion models verify{names} --models {}", dir.path().display());
            let Ok(ModelsCommand::Verify(args)) = parse(&line) else { panic!("not verify") };
            run(&args)
        };
        assert!(verify("").is_ok());
        let error = verify(" all-minilm-l6-v2").expect_err("missing").to_string();
        assert!(error.contains("models pull all-minilm-l6-v2"), "{error}");
        std::fs::write(dir.path().join(MODELS[0].files[0].pinned.file_name), b"GGUF").expect("write");
        let error = verify("").expect_err("cut short").to_string();
        assert!(error.contains(MODELS[0].name), "{error}");
    }
}
