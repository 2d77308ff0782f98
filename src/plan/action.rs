//! A candidate of the interpreter → the line that the plan lists, and that apply must find again.
//!
//! Sends nothing.

use std::collections::BTreeMap;

use crate::plan::model::{Action, LeftOutLine};
use crate::program::change::{Candidate, Certainty, ChangeStep, Disposition};
use crate::program::model::{ProgramError, Request};
use crate::program::render;

/// The line for one turn.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnLine {
    /// An action in this wave.
    Action(Box<Action>),
    /// None, and why.
    LeftOut(LeftOutLine),
}

/// Makes the line; `wave` counts from 1, 0 where it is known only at apply.
///
/// # Errors
/// A message has no value; a field that the change rests on was not read.
pub fn line(step: &ChangeStep, candidate: &Candidate, wave: usize) -> Result<TurnLine, ProgramError> {
    let request = match &candidate.disposition {
        Disposition::Act(request) => request.clone(),
        Disposition::LeaveOut { outcome, because } => {
            return Ok(TurnLine::LeftOut(LeftOutLine {
                step: step.id().clone(),
                target: candidate.target.clone(),
                label: candidate.label.clone(),
                outcome: outcome.as_str().to_owned(),
                because: because.clone(),
            }));
        }
    };
    let rests_on = candidate
        .rests_on()?
        .into_iter()
        .map(|rested| (rested.path.join("."), rested.observed))
        .collect::<BTreeMap<_, _>>();
    Ok(TurnLine::Action(Box::new(Action {
        id: candidate.id.clone(),
        step: step.id().clone(),
        target: candidate.target.clone(),
        label: candidate.label.clone(),
        wave,
        conditional: candidate.certainty == Certainty::Conditional,
        pattern: pattern_if_later(step, request.as_ref()),
        request,
        consequence: candidate.consequence()?,
        rests_on,
    })))
}

fn pattern_if_later(step: &ChangeStep, request: Option<&Request>) -> Option<String> {
    match request {
        Some(_) => None,
        None => Some(render::pattern(&step.step().kind, step.scripts())),
    }
}
