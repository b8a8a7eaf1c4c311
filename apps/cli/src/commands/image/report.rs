//! `ganglion image report`.

use std::fs;

use anyhow::{ensure, Context, Result};
use ganglion_subnet::Seed;
use ganglion_subnet_image::report::html;
use ganglion_subnet_image::Scene;

use super::super::block_on;
use super::matcher;
use crate::ask::{gateway, printable};
use crate::cli::ImageReportArgs;
use crate::exit::Usage;
use crate::imagine::{fetch, wall, Wanted};
use crate::output;

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
    let matcher = matcher(&args.encoders)?;
    let walls = block_on(async {
        let mut walls = Vec::new();
        for prompt in &prompts {
            let (size, count, seed, seconds) = (args.size.as_str(), args.count, Some(args.seed), args.timeout);
            match fetch(&gateway, &Wanted { prompt, size, count, seed, seconds }).await {
                Ok(got) => walls.push(wall(prompt, &got, &matcher)),
                Err(error) => output::talk(&format!("{}: {}", printable(prompt), printable(&format!("{error:#}")))),
            }
        }
        Ok(walls)
    })?;
    ensure!(!walls.is_empty(), "no prompt got a picture: `ganglion status` shows who is there");
    let title = format!("Pictures by the network's miners, scored with {}", matcher.name());
    fs::write(&args.output, html(&title, &walls)).with_context(|| format!("can't write {}", args.output.display()))?;
    let pictures: usize = walls.iter().map(|wall| wall.exhibits.len()).sum();
    output::talk(&format!("{pictures} pictures of {} prompts in {}", walls.len(), args.output.display()));
    Ok(())
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
