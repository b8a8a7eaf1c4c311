//! `ganglion image …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DirArgs;

/// `ganglion image …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ImageCommand {
    /// Show the best miners' pictures side by side with their scores, as one HTML file
    Report(ImageReportArgs),
    /// Train the image subnet's judge and generator on pictures drawn by rule and on emoji, and say how good the judge is:
    /// half an hour or more on one core with the usual steps (how much time is left is said while it trains)
    Train(ImageTrainArgs),
    /// Measure a judge without training: how often it puts the true caption first of 32, for pictures that it hasn't learned
    /// from. Seconds
    Check(ImageCheckArgs),
}

/// `ganglion image report`.
#[derive(Debug, Clone, Args)]
pub struct ImageReportArgs {
    /// What should be seen; several prompts make several rows [default: prompts such as tasks have]
    #[arg(value_name = "PROMPT")]
    pub prompts: Vec<String>,
    /// Which network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Ask this gateway instead of the local network's
    #[arg(long, value_name = "URL")]
    pub gateway: Option<String>,
    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "pictures.html")]
    pub output: PathBuf,
    /// Prompts to draw where none is given
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=50))]
    pub draw: u8,
    /// Pictures of each prompt, each by another miner
    #[arg(short = 'n', long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub count: u8,
    /// Width and height, pixels
    #[arg(long, value_name = "WxH", default_value = "256x256")]
    pub size: String,
    /// Decides which prompts are drawn, and what is left to chance in pictures
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub seed: u32,
    /// Trained dual encoder to score with; several are averaged [default: the one that `ganglion image train` made, or
    /// colours and counts alone]
    #[arg(long = "encoder", value_name = "FILE")]
    pub encoders: Vec<PathBuf>,
    /// Folder of a CLIP (config.json, tokenizer.json, model.safetensors) to score with instead
    #[arg(long, value_name = "FOLDER", conflicts_with = "encoders")]
    pub clip: Option<PathBuf>,
    /// Give up a prompt after this many seconds
    #[arg(long, value_name = "S", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Print the scores as JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion image train`.
#[derive(Debug, Clone, Args)]
pub struct ImageTrainArgs {
    /// Folder for the weights [default: `image` in $GANGLION_MODELS, or in the user's cache]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Train anew where weights are already
    #[arg(long)]
    pub force: bool,
    /// Judges to train, whose beliefs are averaged: what fools one seldom fools three
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub judges: u8,
    /// Steps of each judge's training
    #[arg(long, value_name = "N", default_value_t = 1200)]
    pub judge_steps: usize,
    /// Steps of the generator's training
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub generator_steps: usize,
    /// Learn from pictures drawn by rule alone. Without this, emoji are fetched with the user's npm (136 MB, once, kept
    /// among the models as `emoji-google` and `emoji-twitter`) and learned from too
    #[arg(long)]
    pub without_emoji: bool,
    /// The same seed, steps and pictures give the same weights
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion image check`.
#[derive(Debug, Clone, Args)]
pub struct ImageCheckArgs {
    /// Trained dual encoder to measure; several are averaged [default: the one that `ganglion image train` made, or colours
    /// and counts alone]
    #[arg(long = "encoder", value_name = "FILE")]
    pub encoders: Vec<PathBuf>,
    /// Folder of a CLIP (config.json, tokenizer.json, model.safetensors) to measure instead
    #[arg(long, value_name = "FOLDER", conflicts_with = "encoders")]
    pub clip: Option<PathBuf>,
    /// Pictures to measure it on
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub pictures: u32,
    /// Decides which pictures are drawn; 0 draws those that `ganglion image train` measures on
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
