//! Stdout carries data only; talk goes to stderr; colours appear only where a person looks.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use thiserror::Error;

/// The reader of stdout closed it.
#[derive(Debug, Error)]
#[error("the reader of stdout left")]
pub struct ReaderLeft;

/// Prints data and a line end on stdout.
///
/// # Errors
/// [`ReaderLeft`], or stdout can't be written to for another reason.
pub fn data(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(ReaderLeft.into()),
        other => other.context("can't write to stdout"),
    }
}

/// Prints `value` as one line of JSON on stdout.
///
/// # Errors
/// As [`data`], or `value` can't be written as JSON.
pub fn json<T: Serialize>(value: &T) -> Result<()> {
    data(&serde_json::to_string(value)?)
}

/// Says something to the person, on stderr. If nobody listens, that's fine.
pub fn talk(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether colours may be used on stderr.
pub fn colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn painted(text: &str, code: &str) -> String {
    if colours() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_string()
    }
}

/// `text` in red on a terminal.
pub fn red(text: &str) -> String {
    painted(text, "31;1")
}

/// `text` in green on a terminal.
pub fn green(text: &str) -> String {
    painted(text, "32")
}

/// `text` in yellow on a terminal.
pub fn yellow(text: &str) -> String {
    painted(text, "33")
}

/// `text` in bold on a terminal.
pub fn bold(text: &str) -> String {
    painted(text, "1")
}

/// One step of something that takes a while: a spinner on a terminal, one line when done elsewhere.
pub struct Step {
    name: String,
    bar: ProgressBar,
    since: Instant,
}

impl Step {
    /// Starts a step; `name` is shown while it runs and when it's done.
    pub fn start(name: &str) -> Self {
        let bar = if io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        // The template is constant and valid; a plain bar would do as well.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_string());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { name: name.to_string(), bar, since: Instant::now() }
    }

    /// A step that goes on in the background: nothing is shown until it is done.
    pub fn quiet(name: &str) -> Self {
        Self { name: name.to_string(), bar: ProgressBar::hidden(), since: Instant::now() }
    }

    /// Says how far it is.
    pub fn progress(&self, text: String) {
        if self.bar.message() != text {
            self.bar.set_message(text);
        }
    }

    /// Whether nobody sees how far it is: what is worth knowing meanwhile has to be said.
    pub fn is_hidden(&self) -> bool {
        self.bar.is_hidden()
    }

    /// Says something without disturbing the spinner.
    pub fn talk(&self, text: &str) {
        self.bar.suspend(|| talk(text));
    }

    /// Ends the step well; `detail` follows its name.
    pub fn done(self, detail: &str) {
        self.bar.finish_and_clear();
        let gap = if detail.is_empty() { "" } else { ": " };
        let seconds = self.since.elapsed().as_secs_f64();
        talk(&format!("{} {}{gap}{detail} ({seconds:.1} s)", green("✓"), self.name));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
