//! `ganglion completions` and `ganglion man`: both come from the arguments' definition.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};

use crate::cli::{whole, Cli, CompletionsArgs, ManArgs};
use crate::output;

/// Prints completions.
///
/// # Errors
/// Stdout can't be written to.
pub fn completions(args: &CompletionsArgs) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut whole::<Cli>(), "ganglion", &mut script);
    print(&script)
}

/// Prints the manual's main page, or writes all pages into a folder.
///
/// # Errors
/// Stdout or the folder can't be written to.
pub fn man(args: &ManArgs) -> Result<()> {
    let mut command = whole::<Cli>();
    command.build();
    match &args.out {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            print(&page)
        }
        Some(folder) => {
            fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
            pages(&command, "ganglion", folder)
        }
    }
}

/// Writes a command's page and those of its subcommands.
fn pages(command: &clap::Command, name: &str, folder: &Path) -> Result<()> {
    let path = folder.join(format!("{name}.1"));
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone().name(name.to_owned())).render(&mut page)?;
    fs::write(&path, page).with_context(|| format!("can't write {}", path.display()))?;
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        pages(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(())
}

fn print(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(output::ReaderLeft.into()),
        other => other.context("can't write to stdout"),
    }
}
