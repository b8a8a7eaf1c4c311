//! One error type: a sentence for a person, and the exit code that goes with it.

use std::{fmt, io};

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

impl<T> Context<T> for io::Result<T> {
    fn context<S: fmt::Display>(self, doing: impl FnOnce() -> S) -> Result<T> {
        self.map_err(|error| {
            let advice = match error.kind() {
                io::ErrorKind::StorageFull => ". The disk is full: free some space and run this again",
                _ => "",
            };
            Failure::new(format!("{}: {error}{advice}", doing()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::File, io::Write};

    #[test]
    fn a_full_disk_is_named() {
        let mut full = File::options().write(true).open("/dev/full").expect("Linux has it");
        let failure = full.write_all(b"model").context(|| "cannot write the model").expect_err("it is full");
        let said = failure.to_string();
        assert!(said.starts_with("cannot write the model: ") && said.contains("free some space"), "{said}");
    }
}
