//! `ganglion models train`.

use std::fs;
use std::path::Path;

use anyhow::{anyhow, bail, Context, Result};
use ganglion_models::tiny::train::MAX_TEXT;
use ganglion_models::tiny::{train, TinyConfig, TrainOptions, TrainStep};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::training::{seconds_left, Watch};
use super::super::{show, table, Page};
use crate::cli::ModelsTrainArgs;
use crate::output;

/// `ganglion models train`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TrainedModel {
    /// The folder with the model.
    pub folder: String,
    /// Steps done.
    pub steps: usize,
    /// Whether it was ended early.
    pub cancelled: bool,
    /// Symbols of the text: its bytes and the ends of its documents.
    pub symbols: usize,
    /// Weights of the model.
    pub parameters: usize,
    /// Bits a symbol at the first step.
    pub first_bits: f64,
    /// Bits a symbol in the last steps.
    pub last_bits: f64,
    /// Bits a symbol of text that was not learned from; `null` if the text was too short to hold some out.
    pub held_out_bits: Option<f64>,
    /// How long it took.
    pub seconds: f64,
}

impl Page for TrainedModel {
    fn text(&self) -> String {
        let bits = |bits: f64| format!("{bits:.3} bits a symbol");
        table::properties(&[
            ("model", self.folder.clone()),
            ("weights", self.parameters.to_string()),
            ("steps", self.steps.to_string()),
            ("learned text", format!("{}, {} at first", bits(self.last_bits), bits(self.first_bits))),
            ("other text", self.held_out_bits.map_or_else(|| "none was held out".into(), bits)),
        ])
    }
}

/// Trains a model and writes it. Ctrl-C ends it early and keeps what was learned.
///
/// # Errors
/// The text can't be read, the options make no model, or the folder holds a model already.
pub fn run(args: &ModelsTrainArgs) -> Result<()> {
    let text = read(&args.text)?;
    prepare(&args.out, args.force)?;
    let mut watch = Watch::start();
    let mut hear = |told: TrainStep| watch.hear(said(&told));
    let model = train(&text, &options(args), &mut hear).map_err(|error| anyhow!("{error}"))?;
    model.save(&args.out).map_err(|error| anyhow!("{error}"))?;
    let report = &model.report;
    watch.done(&format!("{} steps", report.steps));
    if report.cancelled {
        output::talk("It was ended early; what was learned until then is kept");
    }
    let page = TrainedModel {
        folder: args.out.display().to_string(),
        steps: report.steps,
        cancelled: report.cancelled,
        symbols: report.symbols,
        parameters: report.parameters,
        first_bits: report.first_bits,
        last_bits: report.last_bits,
        held_out_bits: report.held_out_bits,
        seconds: report.elapsed.as_secs_f64(),
    };
    show(&page, args.json)
}

fn options(args: &ModelsTrainArgs) -> TrainOptions {
    let config = TinyConfig {
        layers: args.layers,
        width: args.width,
        heads: args.heads,
        context: args.context,
        ..TinyConfig::default()
    };
    TrainOptions { config, steps: args.steps, batch: args.batch, learning_rate: args.learning_rate, seed: args.seed }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let length = fs::metadata(path).with_context(|| format!("can't read {}", path.display()))?.len();
    if length > MAX_TEXT as u64 {
        bail!("{} has {length} bytes, and at most {MAX_TEXT} are learned from: give a part of it", path.display());
    }
    fs::read(path).with_context(|| format!("can't read {}", path.display()))
}

/// Makes the folder before the work, not after it; and never writes over a model unasked.
fn prepare(out: &Path, force: bool) -> Result<()> {
    let holds = |name: &str| out.join(name).exists();
    if !force && (holds("config.json") || holds("model.safetensors")) {
        bail!("{} holds a model already: choose another folder, or replace it with --force", out.display());
    }
    fs::create_dir_all(out).with_context(|| format!("can't make {}", out.display()))
}

fn said(told: &TrainStep) -> String {
    let left = seconds_left(told.step, told.steps, told.elapsed);
    format!("step {} of {}, {:.2} bits a symbol, {left:.0} s left", told.step, told.steps, told.bits)
}

#[cfg(test)]
mod tests {
    use super::super::tests::parse;
    use super::*;
    use crate::cli::ModelsCommand;

    fn args(line: &str) -> ModelsTrainArgs {
        match parse(line) {
            Ok(ModelsCommand::Train(args)) => args,
            other => panic!("not train: {other:?}"),
        }
    }

    #[test]
    fn the_defaults_are_the_librarys() {
        assert_eq!(options(&args("ganglion models train text --out model")), TrainOptions::default());
    }

    #[test]
    fn a_model_is_trained_and_not_written_over() {
        let dir = tempfile::tempdir().expect("folder");
        let (text, out) = (dir.path().join("text"), dir.path().join("out"));
        fs::write(&text, "Bees make honey.\n\n".repeat(40)).expect("write");
        let small = "--steps 2 --batch 2 --layers 1 --width 16 --heads 2 --context 32";
        let line = format!("ganglion models train {} --out {} {small}", text.display(), out.display());
        run(&args(&line)).expect("trained");
        assert!(ganglion_models::tiny::TinyEngine::load(&out).is_ok());
        let error = run(&args(&line)).expect_err("there already").to_string();
        assert!(error.contains("--force"), "{error}");
        run(&args(&format!("{line} --force"))).expect("replaced");
        let error = run(&args("ganglion models train /no/such/text --out x")).expect_err("no text");
        assert!(format!("{error:#}").contains("/no/such/text"), "{error:#}");
    }
}
