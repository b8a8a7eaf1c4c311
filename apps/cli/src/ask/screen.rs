//! What is shown while an answer comes.

use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anyhow::{Context, Result};

use super::printable;
use crate::output::{self, Step};

/// A person who waits longer than this sees that something is going on.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a person sees meanwhile: a spinner until the first words, then the words.
pub(super) struct Screen {
    /// Nothing is shown then but the spinner.
    json: bool,
    said: bool,
    spinner: Option<Step>,
}

impl Screen {
    pub(super) fn new(json: bool) -> Self {
        Self { json, said: false, spinner: None }
    }

    /// Waits, with a spinner if it takes long, nothing has come yet and somebody looks.
    pub(super) async fn wait<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        if !self.said && self.spinner.is_none() && io::stderr().is_terminal() {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(PATIENCE) => self.spinner = Some(Step::start("thinking")),
            }
        }
        work.await
    }

    /// Shows words.
    pub(super) fn say(&mut self, text: &str) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.spinner = None;
        self.said = true;
        if self.json {
            return Ok(());
        }
        print(&printable(text))
    }

    /// Ends the line that was begun; a good answer without words is an empty line.
    pub(super) fn close(&mut self, good: bool) -> Result<()> {
        self.spinner = None;
        if self.json || !(self.said || good) {
            return Ok(());
        }
        print("\n")
    }
}

/// Prints at once what may be the middle of a line.
fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(output::ReaderLeft.into()),
        other => other.context("can't write to stdout"),
    }
}
