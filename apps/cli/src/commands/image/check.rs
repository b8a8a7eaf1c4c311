//! `ganglion image check`.

use anyhow::{bail, Result};
use ganglion_subnet_image::kit;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{show, table, Page};
use super::matcher;
use super::retrieved::Retrieved;
use crate::cli::ImageCheckArgs;
use crate::output::Step;

/// What `image check --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckedJudge {
    /// What compared pictures with words.
    matcher: String,
    /// How well it knows scenes that are drawn by rule.
    scenes: Retrieved,
    /// The part of the scenes whose true caption should come first out of 32, 0 to 1.
    goal: f64,
    /// Whether it does.
    reached: bool,
}

impl Page for CheckedJudge {
    fn text(&self) -> String {
        let goal = format!("{:.0} %, {}", 100.0 * self.goal, if self.reached { "reached" } else { "missed" });
        table::properties(&[("judge", self.matcher.clone()), ("scenes", self.scenes.text()), ("goal", goal)])
    }
}

/// Measures what a validator or a report would compare pictures with.
///
/// # Errors
/// Its files are of no use, or the goal is missed.
pub fn run(args: &ImageCheckArgs) -> Result<()> {
    let matcher = matcher(&args.encoders, args.clip.as_deref())?;
    let step = Step::start("measuring");
    let scenes = Retrieved::of(&kit::measured(&*matcher, args.pictures as usize, args.seed));
    step.done("");
    let (matcher, reached) = (matcher.name().to_owned(), scenes.is_enough());
    let missed = scenes.sentence(&format!("The judge ({matcher})"));
    show(&CheckedJudge { matcher, scenes, goal: kit::GOAL, reached }, args.json)?;
    match reached {
        true => Ok(()),
        false => bail!("{missed}. `ganglion image train --force --judge-steps N` makes another judge"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, ImageCommand};
    use clap::Parser;

    fn check(line: &str) -> Result<()> {
        match Cli::parse_from(line.split(' ')).command {
            Command::Image(Deferred(ImageCommand::Check(args))) => run(&args),
            other => panic!("not check: {other:?}"),
        }
    }

    #[test]
    fn the_pictures_are_those_of_the_record_and_files_must_be_of_use() {
        let usual = Cli::parse_from(["ganglion", "image", "check"]).command;
        let Command::Image(Deferred(ImageCommand::Check(args))) = usual else { panic!("not check") };
        assert_eq!((args.pictures as usize, args.seed), (kit::PICTURES, 0));
        let error = check("ganglion image check --encoder /no/such/judge").expect_err("no file").to_string();
        assert!(error.contains("/no/such/judge"), "{error}");
        assert!(check("ganglion image check --clip /no/such/clip").is_err());
    }

    #[test]
    fn a_goal_that_is_missed_is_said_to_be() {
        let scenes = || Retrieved::of(&kit::Known { pictures: 8, first: 0.5, bits: 2.0 });
        let page =
            CheckedJudge { matcher: "probes".into(), reached: scenes().is_enough(), scenes: scenes(), goal: kit::GOAL };
        assert!(page.text().contains("75 %, missed") && page.text().contains("50.0 % of 8"), "{}", page.text());
    }
}
