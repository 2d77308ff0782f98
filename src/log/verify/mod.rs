//! Whether logs, checkpoints and the ledger fit together: what an auditor asks a year later.
//!
//! Works on bytes that `edge/state` has read, and names the file and line of everything that does not fit.
//! What it cannot see is in `docs/log-format.md`: whole files rolled back with nothing kept elsewhere.

mod lines;
mod run;
mod signed;
mod whole;

use std::fmt;

pub use run::{RunInput, run};
pub use signed::{SignedText, Trusted};
pub use whole::{LogInput, LogVerdict, log};

use crate::log::chain::Prefix;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The bytes are not those that were written.
    Edited,
    /// Something in the middle is gone.
    Removed,
    /// Lines stand in another order.
    Reordered,
    /// A line stands there twice.
    Duplicated,
    /// A record or checkpoint of another log.
    Foreign,
    /// Shorter than its own checkpoint says.
    CutTail,
    /// Log and checkpoints are shorter than the ledger, or something kept elsewhere, says.
    RolledBack,
    /// A file that must be there is not.
    Missing,
    /// A signature does not fit.
    BadSignature,
    /// Signed by a key that is not trusted for checkpoints.
    UnknownKey,
    /// The ledger or the run's state does not allow this record.
    Impossible,
    /// The file could not be read at all.
    Unreadable,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path within the state folder.
    pub file: String,
    /// First and last line concerned, from 1; none where the whole file is.
    pub lines: Option<(u64, u64)>,
    /// What kind.
    pub kind: Kind,
    /// Lower case.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lines {
            None => write!(f, "`{}`: {}", self.file, self.message),
            Some((first, last)) if first == last => {
                write!(f, "`{}`, line {first}: {}", self.file, self.message)
            }
            Some((first, last)) => write!(f, "`{}`, lines {first} to {last}: {}", self.file, self.message),
        }
    }
}

/// Where a log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Ended, and under its last checkpoint to the last byte. A ledger is never ended, only sealed.
    Sealed,
    /// Not ended; intact to its checkpoint, which covers the last byte.
    NotEnded,
    /// A folder that was made ready, and nothing more: its log is empty and the ledger records no use, so that
    /// nothing was sent.
    NeverStarted,
    /// No damage seen, but bytes after the last checkpoint are under no signature: a process is still in the
    /// run, or was killed; `resume` seals them.
    Unsealed,
    /// Something does not fit.
    Broken,
}

impl Standing {
    /// In a report's words.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Sealed => "sealed",
            Standing::NotEnded => "not ended, intact to its checkpoint",
            Standing::NeverStarted => "never started",
            Standing::Unsealed => "not sealed: its last records are under no checkpoint",
            Standing::Broken => "does not verify",
        }
    }

    /// 0 for what is wholly vouched for, else 15.
    pub fn exit(self) -> u8 {
        match self {
            Standing::Sealed | Standing::NotEnded | Standing::NeverStarted => 0,
            Standing::Unsealed | Standing::Broken => 15,
        }
    }
}

/// What was found about one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogReport {
    /// Path of the log within the state folder.
    pub file: String,
    /// Where it stands.
    pub standing: Standing,
    /// All of it: a receipt to keep elsewhere.
    pub whole: Prefix,
    /// What its last good checkpoint vouches for; none without one.
    pub sealed: Option<Prefix>,
    /// What does not fit.
    pub problems: Vec<Problem>,
    /// What an auditor should know and is no damage: erased details, torn tails, a checkpoint never finished.
    pub notes: Vec<String>,
}

/// A log's length and digest, kept elsewhere: a receipt, an approval, a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Path of the log within the state folder.
    pub file: String,
    /// Its length then, in bytes.
    pub bytes: u64,
    /// The digest of these bytes.
    pub sha256: crate::value::Digest,
}

/// Checks a log's bytes against what was kept elsewhere; `None` when there is no such log.
pub fn anchored(anchor: &Anchor, bytes: Option<&[u8]>) -> Option<Problem> {
    let problem = |kind, message: String| {
        Some(Problem {
            file: anchor.file.clone(),
            lines: None,
            kind,
            message,
        })
    };
    let Some(bytes) = bytes else {
        return problem(
            Kind::Missing,
            "an anchor names it, and it is not there".to_owned(),
        );
    };
    let length = usize::try_from(anchor.bytes).unwrap_or(usize::MAX);
    match bytes.get(..length) {
        None => problem(
            Kind::RolledBack,
            format!("has {} bytes, an anchor saw {}", bytes.len(), anchor.bytes),
        ),
        Some(start) if crate::value::Digest::of(start) != anchor.sha256 => problem(
            Kind::Edited,
            format!(
                "the first {} bytes are not those that an anchor saw",
                anchor.bytes
            ),
        ),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests;
