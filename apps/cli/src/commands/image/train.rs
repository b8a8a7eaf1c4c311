//! `ganglion image train`.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::{anyhow, bail, Context, Result};
use ganglion_subnet_image::kit::{self, KitOptions, Record};
use ganglion_subnet_image::nn::train::{TrainOptions, TrainStep};

use super::super::models::train::on_signal;
use super::super::table;
use super::folder;
use crate::cli::ImageTrainArgs;
use crate::output::{self, Step};

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
            return output::data(&said(&folder, &record));
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
    output::data(&said(&folder, &record))
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

fn said(folder: &Path, record: &Record) -> String {
    let part = |name: &str, part: &kit::Part| {
        format!("{} · {} steps, seed {} · SHA-256 {}", folder.join(name).display(), part.steps, part.seed, part.sha256)
    };
    let (first, pictures) = (100.0 * record.first, record.pictures);
    table::properties(&[
        ("judge", part(kit::JUDGE, &record.judge)),
        ("generator", part(kit::GENERATOR, &record.generator)),
        (
            "retrieval",
            format!(
                "true caption first of 32 for {first:.1} % of {pictures} held-out pictures, {:.2} bits",
                record.bits
            ),
        ),
        ("licence", record.licence.clone()),
    ])
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
        assert!(said(dir.path(), &record).contains("held-out pictures"));
        // Other steps, and nothing is done: the weights are those that were.
        run(&args(&format!("{line} --seed 9"))).expect("shown");
        assert_eq!(kit::look(dir.path()).expect("read").expect("there").judge, record.judge);
    }
}
