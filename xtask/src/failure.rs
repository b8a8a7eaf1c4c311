//! One error type: a sentence for a person, and the exit code that goes with it.

use std::fmt;

/// Result of every task.
pub type Result<T> = std::result::Result<T, Failure>;

/// What went wrong and what to do about it, in words.
#[derive(Debug)]
pub struct Failure {
    message: String,
    code: i32,
}

impl Failure {
    /// A failure with exit code 1.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// A failure that hands on the exit code of a child whose own output already said why.
    pub fn of_child(message: impl Into<String>, code: Option<i32>) -> Self {
        Self { message: message.into(), code: code.filter(|code| *code != 0).unwrap_or(1) }
    }

    /// Exit code of this process; never 0.
    pub fn exit_code(&self) -> i32 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// Adds to an I/O error what was being done, so that "No space left on device" names the place.
pub trait Context<T> {
    /// Turns the error into a [`Failure`] that begins with `doing()`.
    fn context<S: fmt::Display>(self, doing: impl FnOnce() -> S) -> Result<T>;
}

impl<T> Context<T> for std::io::Result<T> {
    fn context<S: fmt::Display>(self, doing: impl FnOnce() -> S) -> Result<T> {
        self.map_err(|error| Failure::new(format!("{}: {error}", doing())))
    }
}
