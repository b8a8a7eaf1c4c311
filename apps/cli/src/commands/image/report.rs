//! `ganglion image report`.

use std::fs;

use anyhow::{ensure, Context, Result};
use ganglion_subnet::Seed;
use ganglion_subnet_image::report::{html, Exhibit, Wall};
use ganglion_subnet_image::Scene;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::block_on;
use super::matcher;
use crate::ask::{gateway, printable};
use crate::cli::ImageReportArgs;
use crate::exit::Usage;
use crate::imagine::{fetch, wall, Drawer, Got, Wanted};
use crate::output;

/// What `image report --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScoredPictures {
    /// The file with the report.
    file: String,
    /// The gateway that was asked.
    gateway: String,
    /// What compared pictures with words.
    matcher: String,
    /// The prompts that got pictures.
    prompts: Vec<ScoredPrompt>,
    /// The prompts that got none.
    failed: Vec<FailedPrompt>,
}

/// All pictures of one prompt.
#[derive(Debug, Serialize, JsonSchema)]
struct ScoredPrompt {
    /// What was asked.
    prompt: String,
    /// The pictures, best miner first.
    pictures: Vec<ScoredPicture>,
}

/// A prompt that nobody drew.
#[derive(Debug, Serialize, JsonSchema)]
struct FailedPrompt {
    /// What was asked.
    prompt: String,
    /// Why there is no picture.
    reason: String,
}

/// One picture's score.
#[derive(Debug, Serialize, JsonSchema)]
struct ScoredPicture {
    /// Who drew it, if the gateway says so.
    miner: Option<Drawer>,
    /// What it is worth, 0 to 1.
    score: f64,
    /// What that is made of.
    parts: Vec<ScorePart>,
}

/// A part of a score.
#[derive(Debug, Serialize, JsonSchema)]
struct ScorePart {
    /// Its name.
    name: String,
    /// How much: 0 to 1, but for `bits`.
    value: f64,
}

/// Asks for all pictures, one prompt after the other, and writes the report. A prompt that nobody draws is left out, with
/// a word about it.
///
/// # Errors
/// [`crate::exit::NotRunning`]; no prompt got a picture; the file can't be written.
pub fn run(args: &ImageReportArgs) -> Result<()> {
    let blank = args.prompts.iter().any(|prompt| prompt.trim().is_empty());
    ensure!(!blank, Usage("a prompt is empty: say what should be seen".into()));
    let gateway = gateway(args.gateway.as_deref(), &args.at)?;
    let prompts = if args.prompts.is_empty() { drawn(args.draw, args.seed) } else { args.prompts.clone() };
    let matcher = matcher(&args.encoders, args.clip.as_deref())?;
    let (mut walls, mut scored, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    block_on(async {
        for prompt in &prompts {
            let (size, count, seed, seconds) = (args.size.as_str(), args.count, Some(args.seed), args.timeout);
            match fetch(&gateway, &Wanted { prompt, size, count, seed, seconds }).await {
                Ok(got) => {
                    let wall = wall(prompt, &got, &matcher);
                    scored.push(in_numbers(&wall, &got));
                    walls.push(wall);
                }
                Err(error) => {
                    let reason = printable(&format!("{error:#}"));
                    output::talk(&format!("{}: {reason}", printable(prompt)));
                    failed.push(FailedPrompt { prompt: prompt.clone(), reason });
                }
            }
        }
        Ok(())
    })?;
    ensure!(!walls.is_empty(), "no prompt got a picture: `ganglion status` shows who is there");
    let title = format!("Pictures by the network's miners, scored with {}", matcher.name());
    fs::write(&args.output, html(&title, &walls)).with_context(|| format!("can't write {}", args.output.display()))?;
    let pictures: usize = walls.iter().map(|wall| wall.exhibits.len()).sum();
    output::talk(&format!("{pictures} pictures of {} prompts in {}", walls.len(), args.output.display()));
    if args.json {
        let (file, matcher) = (args.output.display().to_string(), matcher.name().to_owned());
        return output::json(&ScoredPictures { file, gateway, matcher, prompts: scored, failed });
    }
    Ok(())
}

/// A wall's scores beside their miners.
fn in_numbers(wall: &Wall, got: &[Got]) -> ScoredPrompt {
    let one = |(exhibit, got): (&Exhibit, &Got)| ScoredPicture {
        miner: got.drawer.clone(),
        score: exhibit.score.value,
        parts: exhibit
            .score
            .parts
            .iter()
            .map(|(name, value)| ScorePart { name: name.clone(), value: *value })
            .collect(),
    };
    ScoredPrompt { prompt: wall.prompt.clone(), pictures: wall.exhibits.iter().zip(got).map(one).collect() }
}

/// Prompts such as tasks have.
fn drawn(count: u8, seed: u32) -> Vec<String> {
    let mut key = [0x52; 32];
    key[..4].copy_from_slice(&seed.to_le_bytes());
    let mut dice = Seed(key).dice();
    (0..count).map(|_| Scene::draw(&mut dice).prompt(&mut dice)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_prompts_follow_from_the_seed() {
        assert_eq!(drawn(3, 7), drawn(3, 7));
        assert_ne!(drawn(3, 7), drawn(3, 8));
        assert!(drawn(20, 1).iter().all(|prompt| !Scene::parse(prompt).is_empty()));
    }
}
