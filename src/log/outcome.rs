//! The words for how an action ended; logs, reports and thresholds all use these.
//!
//! Does not say which of them are good: `run/` does.

use serde::{Deserialize, Serialize};

/// The outcome of an action; product words, no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the words are explained in the documentation's table of words"
)]
pub enum Outcome {
    Changed,
    Unchanged,
    Verified,
    Unverified,
    Attested,
    Skipped,
    Protected,
    NoEffect,
    Drifted,
    Waiting,
    InDoubt,
    Failed,
    NotReached,
}

impl Outcome {
    /// As written in logs and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Changed => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::Verified => "verified",
            Outcome::Unverified => "unverified",
            Outcome::Attested => "attested",
            Outcome::Skipped => "skipped",
            Outcome::Protected => "protected",
            Outcome::NoEffect => "no_effect",
            Outcome::Drifted => "drifted",
            Outcome::Waiting => "waiting",
            Outcome::InDoubt => "in_doubt",
            Outcome::Failed => "failed",
            Outcome::NotReached => "not_reached",
        }
    }

    /// Failed, in doubt and unverified: these count against a step's threshold, and a person may accept them.
    pub fn counts_as_bad(self) -> bool {
        match self {
            Outcome::Failed | Outcome::InDoubt | Outcome::Unverified => true,
            Outcome::Changed
            | Outcome::Unchanged
            | Outcome::Verified
            | Outcome::Attested
            | Outcome::Skipped
            | Outcome::Protected
            | Outcome::NoEffect
            | Outcome::Drifted
            | Outcome::Waiting
            | Outcome::NotReached => false,
        }
    }
}
