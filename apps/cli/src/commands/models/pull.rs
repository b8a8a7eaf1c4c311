//! `ganglion models pull`.

use anyhow::{anyhow, Result};
use ganglion_models::registry::{self, Source};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{show, Page};
use super::{folder, megabytes, place, preview};
use crate::cli::ModelsPullArgs;
use crate::output::Step;

/// A model that is here now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PulledModel {
    /// Its name.
    pub name: String,
    /// Where its weights are.
    pub path: String,
    /// Licence of the weights.
    pub licence: String,
    /// Files that were fetched; the others were here and whole.
    pub fetched_files: usize,
    /// Their length, bytes.
    pub fetched_bytes: u64,
}

/// `ganglion models pull`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PulledModels {
    /// The folder of models.
    pub folder: String,
    /// Those that were asked for.
    pub models: Vec<PulledModel>,
}

impl Page for PulledModels {
    fn text(&self) -> String {
        self.models.iter().map(|model| model.path.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// Fetches models.
///
/// # Errors
/// One can't be got; the sentence says what to do.
pub fn run(args: &ModelsPullArgs) -> Result<()> {
    let folder = folder(args.models.as_ref())?;
    if args.dry_run {
        return preview::run(args, &folder);
    }
    let source = args.hub.clone().map_or(Source::Pip, Source::Hub);
    let mut models = Vec::with_capacity(args.names.len());
    for model in &args.names {
        let step = Step::start(model.name);
        let pulled = registry::pull(model, &folder, &source, &mut |progress| {
            step.progress(format!("{}: {} of {}", progress.what, megabytes(progress.done), megabytes(progress.total)));
        });
        let pulled = pulled.map_err(|error| anyhow!("{error}"))?;
        step.done(&match pulled.fetched {
            0 => "was here and is whole".to_owned(),
            _ => format!("{}, licence {}", megabytes(pulled.bytes), model.licence),
        });
        models.push(PulledModel {
            name: model.name.into(),
            path: place(model, &folder),
            licence: model.licence.into(),
            fetched_files: pulled.fetched,
            fetched_bytes: pulled.bytes,
        });
    }
    show(&PulledModels { folder: folder.display().to_string(), models }, args.json)
}

#[cfg(test)]
mod tests {
    use super::super::tests::parse;
    use super::*;
    use crate::cli::ModelsCommand;

    #[test]
    fn an_unreachable_hub_is_a_sentence() {
        let here = std::process::Command::new("curl").arg("--version").output().is_ok();
        if !here {
            eprintln!("skipped: curl is not installed");
            return;
        }
        let dir = tempfile::tempdir().expect("folder");
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
        let line = format!("ganglion models pull --hub http://{free} --models {}", dir.path().display());
        let Ok(ModelsCommand::Pull(args)) = parse(&line) else { panic!("not pull") };
        let error = run(&args).expect_err("nobody there").to_string();
        assert!(error.contains("the model hub") && error.contains("run this again"), "{error}");
        assert!(error.contains("what arrived is kept"), "{error}");
    }
}
