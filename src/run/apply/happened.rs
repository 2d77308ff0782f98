//! What an effect reported → the record that says so, and what later steps see of it.
//!
//! Performs nothing: see `effects.rs`.

use std::collections::BTreeMap;

use serde_json::json;

use crate::log::fold::{ActionState, AttemptResult};
use crate::log::model::{CheckVerdict, Outcome, RunEvent};
use crate::program::TurnOutcome;
use crate::program::change::Candidate;
use crate::run::apply::{Run, RunError};
use crate::run::ports::CallError;
use crate::value::{ActionId, Answer, Digest, Json};

/// What happened.
pub(super) struct Performed {
    /// Place in the step's list of actions.
    pub(super) index: usize,
    pub(super) action: ActionId,
    pub(super) what: What,
    /// What a check read, by name.
    pub(super) checks: Option<BTreeMap<String, Json>>,
}

/// What happened with an action.
pub(super) enum What {
    Checked {
        verdict: CheckVerdict,
        details: Json,
    },
    Answered {
        attempt: u32,
        answer: Answer,
    },
    Refused {
        attempt: u32,
        error: CallError,
    },
    Unanswered {
        attempt: u32,
        error: CallError,
    },
    LookedUp {
        attempt: u32,
        found: bool,
        details: Json,
    },
    Ended {
        outcome: Outcome,
        details: Json,
    },
}

/// The record of what happened; its details are kept first.
pub(super) fn event(run: &Run<'_>, done: &Performed) -> Result<RunEvent, RunError> {
    let action = done.action.clone();
    Ok(match &done.what {
        What::Checked { verdict, details } => RunEvent::ActionChecked {
            action,
            verdict: *verdict,
            details: run.keep(details)?,
        },
        What::Answered { attempt, answer } => RunEvent::ActionAnswered {
            action,
            attempt: *attempt,
            status: answer.status,
            code: answer.code.clone(),
            request_id: answer.request_id.clone(),
            service_date: answer.date,
            details: run.keep(&answer.body)?,
        },
        What::Refused { attempt, error } => RunEvent::ActionAnswered {
            action,
            attempt: *attempt,
            status: error.status.unwrap_or(400),
            code: error.code.clone(),
            request_id: error.request_id.clone(),
            service_date: None,
            details: run.keep(&json!({"error": error.message, "hints": error.hints}))?,
        },
        What::Unanswered { attempt, error } => RunEvent::ActionUnanswered {
            action,
            attempt: *attempt,
            status: error.status,
            details: run.keep(&json!({"error": error.message}))?,
        },
        What::LookedUp {
            attempt,
            found,
            details,
        } => RunEvent::ActionLookedUp {
            action,
            attempt: *attempt,
            found: *found,
            details: run.keep(details)?,
        },
        What::Ended { outcome, details } => RunEvent::ActionEnded {
            action,
            outcome: *outcome,
            details: Some(run.keep(details)?),
        },
    })
}

/// The details that say why an action ended as it did: its last answer, else its check.
pub(super) fn why(state: &ActionState) -> Option<Digest> {
    let answer = state.attempts.last().and_then(|attempt| {
        attempt
            .looked_up
            .as_ref()
            .map(|looked| looked.details)
            .or(match &attempt.result {
                AttemptResult::Pending => None,
                AttemptResult::Answered { details, .. } | AttemptResult::Unanswered { details, .. } => {
                    Some(*details)
                }
            })
    });
    answer.or(state.checked.as_ref().map(|checked| checked.details))
}

/// How a turn went, for the steps after it.
pub(super) fn turn(candidate: &Candidate, outcome: Outcome, state: Option<&ActionState>) -> TurnOutcome {
    let last = state.and_then(|a| a.attempts.last()).map(|a| &a.result);
    let (status, code, request_id) = match last {
        Some(AttemptResult::Answered {
            status,
            code,
            request_id,
            ..
        }) => (Some(*status), code.clone(), request_id.clone()),
        Some(AttemptResult::Unanswered { status, .. }) => (*status, None, None),
        Some(AttemptResult::Pending) | None => (None, None, None),
    };
    TurnOutcome {
        target: candidate.raw_id().unwrap_or_else(|| candidate.target.to_string()),
        outcome: outcome.as_str().to_owned(),
        status,
        code,
        request_id,
    }
}
