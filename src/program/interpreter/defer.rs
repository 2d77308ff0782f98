//! Steps that cannot be known now: why, and at most what.
//!
//! Binds their results as unknown, so that whatever refers to them is unknown too.

use crate::playbook::model::{Step, StepKind};
use crate::program::bindings;
use crate::program::interpreter::{Entry, Interpreter};
use crate::program::model::{Ask, Bound, Deferred, DeferredKind, ProgramError};
use crate::program::render;
use crate::program::watch::{Truth, truth};

impl Interpreter {
    /// `when` of a step without `for_each` decides about the whole step.
    pub(super) fn whole_step_when(&mut self, step: &Step) -> Result<Option<Entry>, ProgramError> {
        let (Some(when), None) = (&step.when, &step.for_each) else {
            return Ok(None);
        };
        match truth(when, &self.scope).map_err(|e| ProgramError::of(&step.id, e))? {
            Truth::Yes => Ok(None),
            Truth::No => {
                bindings::skipped(&mut self.scope, &step.id);
                Ok(Some(Entry::Skip))
            }
            Truth::Unknown => {
                let reason = self.later_reason("its `when`");
                Ok(Some(Entry::Ask(self.defer(step, reason))))
            }
        }
    }

    pub(super) fn later_reason(&self, what: &str) -> String {
        match &self.deferring {
            Some(change) => format!("{what} is known after `{change}`"),
            None => format!("{what} depends on what cannot be read now"),
        }
    }

    /// Binds the step as unknown and goes past it.
    pub(super) fn defer(&mut self, step: &Step, because: String) -> Ask {
        let (what, bound) = self.deferred_kind(step);
        bindings::unknown(&mut self.scope, &step.id);
        if what == DeferredKind::Change {
            self.deferring.get_or_insert_with(|| step.id.clone());
        }
        self.index += 1;
        Ask::Deferred(Deferred {
            step: step.id.clone(),
            what,
            because,
            bound,
        })
    }

    pub(super) fn deferred_kind(&self, step: &Step) -> (DeferredKind, Option<Bound>) {
        let kind = match &step.kind {
            StepKind::Graph(_) | StepKind::Rest(_) | StepKind::PowerShell(_) => match &step.change {
                None => DeferredKind::Read,
                Some(change) => {
                    let limit = self.start.playbook.limits.targets;
                    let alone = if step.for_each.is_none() { 1 } else { limit };
                    let bound = Bound {
                        targets: change.at_most.unwrap_or(alone),
                        pattern: render::pattern(&step.kind, &self.start.scripts),
                    };
                    return (DeferredKind::Change, Some(bound));
                }
            },
            StepKind::Compute(_) | StepKind::Assert(_) => DeferredKind::Assert,
            StepKind::Wait(_) => DeferredKind::Wait,
            StepKind::Output(_) => DeferredKind::Output,
            StepKind::Approve(_) => DeferredKind::Gate,
        };
        (kind, None)
    }
}
