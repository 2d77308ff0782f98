//! Exit codes, and which one wins when there are several reasons.
//!
//! One table; `docs/exit-codes.md` explains each.

use std::process;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Done, or nothing to do.
    Done = 0,
    /// A bug of ours.
    Internal = 1,
    /// The plan has changes (only with `--detailed-exitcode`).
    HasChanges = 2,
    /// Usage or configuration.
    Usage = 3,
    /// The playbook is invalid.
    Invalid = 4,
    /// Some targets failed, drifted or are in doubt.
    SomeFailed = 5,
    /// Stopped by a threshold.
    Threshold = 6,
    /// Approval missing, expired or invalid.
    Approval = 7,
    /// Plan stale, already used, or all targets drifted.
    Stale = 8,
    /// Outside its window.
    Window = 9,
    /// Sign-in or permission.
    Permission = 10,
    /// Waiting; resumable.
    Waiting = 11,
    /// Applied but not verified.
    NotVerified = 12,
    /// Refused by policy, limits, protection or a failed `assert`.
    Refused = 13,
    /// The log cannot be written.
    Log = 14,
    /// Evidence does not verify.
    Evidence = 15,
    /// Interrupted.
    Interrupted = 130,
}

/// Several at once: the first in this list wins.
const ORDER: [ExitCode; 17] = [
    ExitCode::Internal,
    ExitCode::Log,
    ExitCode::Interrupted,
    ExitCode::Usage,
    ExitCode::Invalid,
    ExitCode::Evidence,
    ExitCode::Permission,
    ExitCode::Approval,
    ExitCode::Stale,
    ExitCode::Window,
    ExitCode::Threshold,
    ExitCode::Refused,
    ExitCode::Waiting,
    ExitCode::SomeFailed,
    ExitCode::NotVerified,
    ExitCode::HasChanges,
    ExitCode::Done,
];

impl ExitCode {
    /// The code of a number that a run or a verification gave.
    ///
    /// # Panics
    /// When the number is none of ours, which would be a bug.
    pub fn of(number: u8) -> Self {
        *ORDER
            .iter()
            .find(|code| **code as u8 == number)
            .expect("runs and verifications give codes of the table")
    }

    /// The one of the two that stands first in the order.
    #[must_use]
    pub fn and(self, other: ExitCode) -> ExitCode {
        let place = |code| ORDER.iter().position(|c| *c == code);
        if place(self) <= place(other) { self } else { other }
    }
}

impl From<ExitCode> for process::ExitCode {
    fn from(code: ExitCode) -> Self {
        process::ExitCode::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_in_the_order_wins() {
        assert_eq!(ExitCode::SomeFailed.and(ExitCode::Waiting), ExitCode::Waiting);
        assert_eq!(ExitCode::Evidence.and(ExitCode::Done), ExitCode::Evidence);
        assert_eq!(ExitCode::of(130), ExitCode::Interrupted);
    }
}
