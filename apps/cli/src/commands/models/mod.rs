//! `ganglion models …`: models that are known, and models of one's own.

pub mod list;
pub mod preview;
pub mod pull;
pub mod train;
pub mod verify;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ganglion_models::registry::KnownModel;
use ganglion_models::verify::ModelFileError;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::ModelsCommand;

/// Whether a model is in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is, and nothing was found wrong.
    Here,
    /// It isn't.
    Missing,
    /// It is, and something is wrong with it.
    Wrong,
}

impl State {
    /// What a look at the files says, and the sentence about what is wrong.
    fn of(found: Result<(), ModelFileError>) -> (Self, Option<String>) {
        match found {
            Ok(()) => (Self::Here, None),
            Err(ModelFileError::Missing { .. }) => (Self::Missing, None),
            Err(error) => (Self::Wrong, Some(error.to_string())),
        }
    }

    /// One word.
    fn word(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Missing => "-",
            Self::Wrong => "WRONG",
        }
    }
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &ModelsCommand) -> Result<()> {
    match command {
        ModelsCommand::List(args) => list::run(args),
        ModelsCommand::Pull(args) => pull::run(args),
        ModelsCommand::Verify(args) => verify::run(args),
        ModelsCommand::Train(args) => train::run(args),
    }
}

/// The folder of models: the one that was given, or the user's own.
fn folder(given: Option<&PathBuf>) -> Result<PathBuf> {
    let known = given.cloned().or_else(ganglion_models::models_dir);
    known.context("no folder for models is known: give --models, or set GANGLION_MODELS or HOME")
}

/// Where a model's weights are, as text.
fn place(model: &KnownModel, folder: &Path) -> String {
    model.path(folder).display().to_string()
}

/// A length for people.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred};
    use clap::Parser;

    pub(super) fn parse(line: &str) -> Result<ModelsCommand, clap::Error> {
        match Cli::try_parse_from(line.split(' '))?.command {
            Command::Models(Deferred(command)) => Ok(command),
            other => panic!("not models: {other:?}"),
        }
    }

    #[test]
    fn models_are_named_and_hubs_are_addresses() {
        let Ok(ModelsCommand::Pull(args)) = parse("ganglion models pull") else { panic!("not pull") };
        assert_eq!(args.names.iter().map(|model| model.name).collect::<Vec<_>>(), ["smollm2-135m-instruct"]);
        let line = "ganglion models pull all-minilm-l6-v2 gemma-3-270m --hub https://hub.example --json";
        let Ok(ModelsCommand::Pull(args)) = parse(line) else { panic!("not pull") };
        assert!(args.names.len() == 2 && args.hub.is_some() && args.json);
        for line in ["ganglion models pull gpt-5", "ganglion models pull --hub hub.example", "ganglion models train x"]
        {
            assert_eq!(parse(line).expect_err(line).exit_code(), 2, "{line}");
        }
    }
}
