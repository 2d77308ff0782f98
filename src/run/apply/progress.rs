//! The log's fold of an action → where the engine sees it.
//!
//! Which outcomes count against a threshold is said in `log/outcome.rs`; which bar a target, here.

use crate::engine::model::{Accepted, Bad, Busy, Found, Progress, Verdict};
use crate::log::fold::{ActionState, AttemptResult};
use crate::log::model::{CheckVerdict, Outcome};

/// Where an action is.
pub(super) fn of(state: Option<&ActionState>) -> Progress {
    let Some(state) = state else {
        return Progress::Pending;
    };
    if let Some(end) = &state.ended {
        return Progress::Ended {
            bad: bad(end.outcome),
        };
    }
    match (state.attempts.last(), &state.checked) {
        (None, None) => Progress::Pending,
        (None, Some(checked)) => Progress::Checked {
            at: checked.at,
            verdict: verdict(checked.verdict),
        },
        (Some(attempt), checked) => {
            if let Some(looked) = &attempt.looked_up {
                return Progress::LookedUp {
                    attempt: attempt.number,
                    found: if looked.found { Found::Yes } else { Found::No },
                    check: checked
                        .as_ref()
                        .map(|checked| (checked.at, verdict(checked.verdict))),
                };
            }
            match &attempt.result {
                AttemptResult::Pending => Progress::Intended {
                    attempt: attempt.number,
                    at: attempt.intended_at,
                },
                AttemptResult::Answered { status, at, .. } => Progress::Answered {
                    at: *at,
                    accepted: if (200..300).contains(status) {
                        Accepted::Yes
                    } else {
                        Accepted::No
                    },
                },
                AttemptResult::Unanswered { status, at, .. } => Progress::Unanswered {
                    attempt: attempt.number,
                    at: *at,
                    busy: match status {
                        Some(429 | 503) => Busy::Yes,
                        Some(_) | None => Busy::No,
                    },
                },
            }
        }
    }
}

fn verdict(verdict: CheckVerdict) -> Verdict {
    match verdict {
        CheckVerdict::Go => Verdict::Go,
        CheckVerdict::Skip => Verdict::Skip,
        CheckVerdict::Drifted => Verdict::Drifted,
    }
}

fn bad(outcome: Outcome) -> Bad {
    if outcome.counts_as_bad() {
        Bad::Yes
    } else {
        Bad::No
    }
}

/// Failed, drifted and in doubt take part in no later change.
pub(super) fn bars(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Failed | Outcome::InDoubt | Outcome::Drifted => true,
        Outcome::Changed
        | Outcome::Unchanged
        | Outcome::Verified
        | Outcome::Unverified
        | Outcome::Attested
        | Outcome::Skipped
        | Outcome::Protected
        | Outcome::NoEffect
        | Outcome::Waiting
        | Outcome::NotReached => false,
    }
}
