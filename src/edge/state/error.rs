//! What can go wrong with the state folder, with its exit code and the next action.
//!
//! A failed write is final: it is reported, never tried again.

use std::io;
use std::path::{Path, PathBuf};

use crate::log::chain::Prefix;
use crate::log::verify::Problem;
use crate::run::journal::JournalError;

/// The state folder cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StateError {
    /// A file cannot be written.
    #[error("write `{}`: {why}{}", file.display(), durable.as_ref().map(on_disk).unwrap_or_default())]
    Write {
        /// Which.
        file: PathBuf,
        /// What the system said.
        why: String,
        /// For a log: what of it is known to be on disk.
        durable: Option<Prefix>,
    },
    /// A file cannot be read.
    #[error("read `{}`: {why}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Another process writes there.
    #[error("take the lock `{}`: another process holds it", file.display())]
    Locked {
        /// The lock file.
        file: PathBuf,
    },
    /// What is there does not verify.
    #[error("verify {}{}", problems.first().map(ToString::to_string).unwrap_or_default(), and_more(problems))]
    Damaged {
        /// At least one.
        problems: Vec<Problem>,
    },
    /// Something is there that must not be, or the other way round.
    #[error("use `{}`: {why}", file.display())]
    Place {
        /// Which.
        file: PathBuf,
        /// Lower case.
        why: String,
    },
}

fn on_disk(durable: &Prefix) -> String {
    format!(
        "; its first {} records ({} bytes) are on disk, what came after may not be",
        durable.records, durable.bytes
    )
}

fn and_more(problems: &[Problem]) -> String {
    match problems.len() {
        0 | 1 => String::new(),
        more => format!(" (and {} more)", more - 1),
    }
}

impl StateError {
    /// 14 where nothing can be written down, 15 where what was written does not verify, 3 for a wrong place.
    pub fn exit(&self) -> u8 {
        match self {
            StateError::Write { .. } | StateError::Read { .. } | StateError::Locked { .. } => 14,
            StateError::Damaged { .. } => 15,
            StateError::Place { .. } => 3,
        }
    }

    /// The next actions.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            StateError::Write { .. } => {
                "nothing further was sent; make room or repair the disk, then `redress resume RUN`"
            }
            StateError::Read { .. } => "check that the folder is there and that you may read it",
            StateError::Locked { .. } => "wait until it is done, or end it",
            StateError::Damaged { .. } => "`redress audit verify` lists everything that does not fit",
            StateError::Place { .. } => "name another folder with `--state`, or make one with `redress init`",
        };
        vec![hint.to_owned()]
    }

    pub(super) fn write(file: &Path, error: &io::Error) -> Self {
        StateError::Write {
            file: file.to_owned(),
            why: error.to_string(),
            durable: None,
        }
    }

    pub(super) fn read(file: &Path, error: &io::Error) -> Self {
        StateError::Read {
            file: file.to_owned(),
            why: error.to_string(),
        }
    }

    pub(super) fn place(file: &Path, why: &str) -> Self {
        StateError::Place {
            file: file.to_owned(),
            why: why.to_owned(),
        }
    }
}

impl From<StateError> for JournalError {
    fn from(error: StateError) -> Self {
        JournalError {
            message: error.to_string(),
        }
    }
}
