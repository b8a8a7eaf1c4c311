//! `ganglion image train`.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::{anyhow, bail, Context, Result};
use ganglion_subnet_image::kit::{self, KitOptions, Record};
use ganglion_subnet_image::nn::train::{TrainOptions, TrainStep};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::models::train::on_signal;
use super::super::{show, table, Page};
use super::folder;
use crate::cli::ImageTrainArgs;
use crate::output::{self, Step};

/// What `image train --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TrainedWeights {
    /// Whether they were made now; else they were here already.
    made: bool,
    /// The dual encoder, for validators.
    judge: WeightsFile,
    /// The generator, for miners.
    generator: WeightsFile,
    /// Held-out pictures that the judge was measured on.
    pictures: usize,
    /// The part of them whose true caption came first out of 32, 0 to 1.
    first: f64,
    /// The part that should.
    goal: f64,
    /// Mean match of these, bits, at most 5.
    bits: f64,
    /// What the weights are made of, and under which licence they are.
    licence: String,
}

/// One file of weights.
#[derive(Debug, Serialize, JsonSchema)]
struct WeightsFile {
    /// Where it is.
    file: String,
    /// SHA-256 of the file, hex.
    sha256: String,
    /// Steps of training.
    steps: usize,
    /// Pictures in a step.
    batch: usize,
    /// The seed.
    seed: u64,
}

impl WeightsFile {
    fn of(folder: &Path, name: &str, part: &kit::Part) -> Self {
        let kit::Part { sha256, steps, batch, seed } = part.clone();
        Self { file: folder.join(name).display().to_string(), sha256, steps, batch, seed }
    }

    fn text(&self) -> String {
        format!("{} · {} steps, seed {} · SHA-256 {}", self.file, self.steps, self.seed, self.sha256)
    }
}

impl TrainedWeights {
    fn of(folder: &Path, record: &Record, made: bool) -> Self {
        Self {
            made,
            judge: WeightsFile::of(folder, kit::JUDGE, &record.judge),
            generator: WeightsFile::of(folder, kit::GENERATOR, &record.generator),
            pictures: record.pictures,
            first: record.first,
            goal: kit::GOAL,
            bits: record.bits,
            licence: record.licence.clone(),
        }
    }
}

impl Page for TrainedWeights {
    fn text(&self) -> String {
        let retrieval = format!(
            "true caption first of 32 for {:.1} % of {} held-out pictures, {:.2} bits",
            100.0 * self.first,
            self.pictures,
            self.bits
        );
        table::properties(&[
            ("judge", self.judge.text()),
            ("generator", self.generator.text()),
            ("retrieval", retrieval),
            ("licence", self.licence.clone()),
        ])
    }
}

/// Trains both and says how good the judge is. What is there already is shown, not made again. Ctrl-C ends it without
/// weights.
///
/// # Errors
/// The folder can't be written, the options make no model, or the weights that are there are damaged.
pub fn run(args: &ImageTrainArgs) -> Result<()> {
    let folder =
        folder(args.out.as_deref()).context("no folder for models is known: set HOME, or name one with --out")?;
    if !args.force {
        let there = kit::look(&folder).context("--force trains anew")?;
        if let Some(record) = there {
            output::talk("These weights are here already; --force trains anew");
            return show(&TrainedWeights::of(&folder, &record, false), args.json);
        }
    }
    let ended = on_signal();
    let step = Step::start("training");
    let mut hear = |what: &'static str, told: TrainStep| {
        step.progress(far(what, &told));
        match ended.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let made = kit::make(&folder, &options(args), &mut hear).map_err(|error| anyhow!("{error}"))?;
    let Some(record) = made else { bail!("it was ended early: nothing was written") };
    step.done("judge and generator");
    if record.first < kit::GOAL {
        output::talk(&format!(
            "The judge is below the {:.0} % that it should reach: give it more --judge-steps",
            100.0 * kit::GOAL
        ));
    }
    show(&TrainedWeights::of(&folder, &record, true), args.json)
}

fn options(args: &ImageTrainArgs) -> KitOptions {
    let usual = KitOptions::default();
    KitOptions {
        judge: TrainOptions { steps: args.judge_steps, seed: args.seed, ..usual.judge },
        generator: TrainOptions { steps: args.generator_steps, seed: args.seed, ..usual.generator },
    }
}

fn far(what: &str, told: &TrainStep) -> String {
    let left = (told.steps - told.step) as f64 / told.step.max(1) as f64 * told.elapsed.as_secs_f64();
    format!("{what}: step {} of {}, loss {:.3}, {left:.0} s left", told.step, told.steps, told.loss)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, ImageCommand};
    use clap::Parser;

    fn args(line: &str) -> ImageTrainArgs {
        match Cli::parse_from(line.split(' ')).command {
            Command::Image(ImageCommand::Train(args)) => args,
            other => panic!("not train: {other:?}"),
        }
    }

    #[test]
    fn the_defaults_are_the_librarys() {
        assert_eq!(options(&args("ganglion image train")), KitOptions::default());
    }

    #[test]
    fn weights_are_made_once() {
        let dir = tempfile::tempdir().expect("folder");
        let out = dir.path().display();
        let line = format!("ganglion image train --out {out} --judge-steps 1 --generator-steps 1");
        run(&args(&line)).expect("trained");
        let record = kit::look(dir.path()).expect("read").expect("there");
        let page = TrainedWeights::of(dir.path(), &record, true);
        assert!(page.text().contains("held-out pictures") && page.text().contains(&record.judge.sha256));
        // Other steps, and nothing is done: the weights are those that were.
        run(&args(&format!("{line} --seed 9"))).expect("shown");
        assert_eq!(kit::look(dir.path()).expect("read").expect("there").judge, record.judge);
    }
}
