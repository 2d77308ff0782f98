//! What a command says when it cannot go on: what, why, what to do next, and the exit code.
//!
//! The only place where errors of the rooms get their exit code is the command that calls them.

use std::fmt;
use std::io;
use std::path::Path;

use crate::command::exit_code::ExitCode;

/// Why a command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: ExitCode,
    /// Lower case, names the thing in backticks.
    pub message: String,
    /// Next actions.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure with one message.
    pub fn new(exit: ExitCode, message: impl Into<String>) -> Self {
        Failure {
            exit,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// A file that was named cannot be read.
    pub fn reading(path: &Path, error: &io::Error) -> Self {
        Failure::new(
            ExitCode::Usage,
            format!("failed to read `{}`: {error}", path.display()),
        )
    }

    /// A file cannot be written.
    pub fn writing(path: &Path, error: &io::Error) -> Self {
        Failure::new(
            ExitCode::Log,
            format!("failed to write `{}`: {error}", path.display()),
        )
    }

    /// Adds a next action.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// Adds next actions.
    #[must_use]
    pub fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        for hint in &self.hints {
            write!(f, "\nhelp: {hint}")?;
        }
        Ok(())
    }
}
