//! A change step at apply: who acts, whether that is what the plan lists, and the shape the engine decides on.
//!
//! Starts nothing. A plan is an assertion: whatever else the program yields stops the run before it is sent.

use std::time::Duration;

use crate::catalog;
use crate::engine::model::{Checks, Holds, Repeat, Seen, Shape};
use crate::plan::action::{self, TurnLine};
use crate::plan::model::{Action, Line};
use crate::plan::waves;
use crate::plan::writer::encode;
use crate::playbook::model::StepKind;
use crate::program::TurnOutcome;
use crate::program::change::{Candidate, Certainty, ChangeStep, Disposition};
use crate::program::render;
use crate::run::apply::change::{Step, failed};
use crate::run::apply::{Leave, Run};
use crate::value::{ActionId, Digest};

impl Run<'_> {
    /// Walks the candidates once: who acts, who is left out, and whether that is what the plan lists.
    pub(super) fn prepare<'s>(&self, step: &'s ChangeStep) -> Result<Step<'s>, Leave> {
        if step.certainty() == Certainty::Conditional {
            return Err(mismatch(format!(
                "the targets of step `{}` are not known at apply",
                step.id()
            )));
        }
        let (mut acting, mut ids, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for candidate in step.candidates() {
            let candidate = candidate.map_err(failed)?;
            match &candidate.disposition {
                Disposition::Act(_) => {
                    acting.push(candidate.index);
                    ids.push(candidate.id.clone());
                }
                Disposition::LeaveOut { outcome, .. } => {
                    left_out.push((candidate.index, turn(&candidate, outcome.as_str())));
                }
            }
        }
        let ends = waves::ends(&step.change().waves, acting.len());
        self.assert_listed(step, &acting, &ends)?;
        Ok(Step {
            shape: self.shape(step, &ids, ends),
            source: step,
            acting,
            ids,
            left_out,
        })
    }

    /// What the program yields is what the plan lists, or lies within a deferred step's bound.
    fn assert_listed(&self, step: &ChangeStep, acting: &[usize], ends: &[usize]) -> Result<(), Leave> {
        if let Some(deferred) = self.plan.deferred.get(step.id()) {
            let bound = deferred.bound.as_ref();
            let pattern = render::pattern(&step.step().kind, step.scripts());
            let within = bound.is_some_and(|b| acting.len() <= b.targets && b.pattern == pattern);
            return if within {
                Ok(())
            } else {
                Err(mismatch(format!(
                    "step `{}` yields {} actions of `{pattern}`, the plan's bound is {}",
                    step.id(),
                    acting.len(),
                    bound.map_or("none".to_owned(), |b| format!("{} of `{}`", b.targets, b.pattern)),
                )))
            };
        }
        let listed = self
            .plan
            .totals
            .steps
            .iter()
            .find(|totals| totals.step == *step.id());
        let all_listed = listed.is_some_and(|t| t.conditional || t.actions == acting.len() as u64);
        let nothing = listed.is_none() && acting.is_empty();
        if !all_listed && !nothing {
            return Err(mismatch(format!(
                "step `{}` yields {} actions, the plan lists {}",
                step.id(),
                acting.len(),
                listed.map_or(0, |totals| totals.actions)
            )));
        }
        for (position, index) in acting.iter().enumerate() {
            let candidate = step.candidate(*index).map_err(failed)?;
            let wave = waves::wave_of(ends, position);
            let TurnLine::Action(line) = action::line(step, &candidate, wave).map_err(failed)? else {
                return Err(mismatch(format!("action `{}` changed its mind", candidate.id)));
            };
            if !self.is_listed(step, *line) {
                return Err(mismatch(format!(
                    "action `{}` is not what the plan lists; nothing of step `{}` was sent",
                    candidate.id,
                    step.id()
                )));
            }
        }
        Ok(())
    }

    /// The line, or the same as the plan had to say it: wave, condition or request not known yet.
    fn is_listed(&self, step: &ChangeStep, line: Action) -> bool {
        let Some(listed) = self.plan.actions.get(&line.id) else {
            return false;
        };
        let later = Action {
            request: None,
            pattern: Some(render::pattern(&step.step().kind, step.scripts())),
            ..line.clone()
        };
        [line, later].into_iter().any(|line| {
            [(line.wave, false), (0, false), (0, true)]
                .into_iter()
                .any(|(wave, conditional)| {
                    let form = Action {
                        wave,
                        conditional,
                        ..line.clone()
                    };
                    encode(&Line::Action(Box::new(form))).is_ok_and(|bytes| Digest::of(&bytes) == *listed)
                })
        })
    }

    fn shape(&self, step: &ChangeStep, actions: &[ActionId], waves: Vec<usize>) -> Shape {
        let change = step.change();
        let (repeat, settle, concurrency) = match &step.step().kind {
            StepKind::Graph(call) => {
                let known = catalog::find(call.method.as_str(), &call.path.pattern());
                let repeat = match known.as_ref().map(|k| k.repeat) {
                    Some(catalog::Repeat::Harmless) => Repeat::Harmless,
                    Some(catalog::Repeat::LookUpFirst) | None => Repeat::LookUpFirst,
                };
                // Records are dated to the whole second below: the second that is cut off counts too.
                let settle = known.map_or(Duration::from_secs(300), |k| k.settle) + Duration::from_secs(1);
                (repeat, settle, change.concurrency)
            }
            // A script's own begin and end records say what happened; its results are looked at first.
            StepKind::PowerShell(_) => (Repeat::LookUpFirst, Duration::ZERO, 1),
            StepKind::Rest(_)
            | StepKind::Compute(_)
            | StepKind::Assert(_)
            | StepKind::Wait(_)
            | StepKind::Output(_)
            | StepKind::Approve(_) => unreachable!("only graph and powershell steps change"),
        };
        let checks = change.precheck.is_some() || !change.rests_on.is_empty();
        Shape {
            waves,
            hold: if change.hold.is_some() {
                Holds::AfterCanary
            } else {
                Holds::Never
            },
            max_failures: waves::threshold(change.max_failures, actions.len()),
            concurrency: concurrency.max(1),
            check: if checks {
                Checks::BeforeSending
            } else {
                Checks::Nothing
            },
            seen: if change.verify.is_some() {
                Seen::ByVerify
            } else {
                Seen::Not
            },
            repeat,
            settle,
            forgiven: actions
                .iter()
                .filter(|id| self.state.forgiven().contains(id))
                .count(),
        }
    }
}

fn turn(candidate: &Candidate, outcome: &str) -> TurnOutcome {
    TurnOutcome {
        target: candidate.raw_id().unwrap_or_else(|| candidate.target.to_string()),
        outcome: outcome.to_owned(),
        status: None,
        code: None,
        request_id: None,
    }
}

fn mismatch(message: String) -> Leave {
    Leave::Stop {
        reason: "mismatch",
        exit: 5,
        message,
    }
}
