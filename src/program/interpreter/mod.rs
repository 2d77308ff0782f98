//! Walks the step program: bindings → next read, change, pause, artefact, gate or end.
//!
//! The same walk serves the dry run and the run; it does not know which one it is in. Who drives it answers
//! each [`Ask`]. Determinism is what makes resuming possible: same answers, same asks.

mod calls;
mod compute;
mod defer;
mod output;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::playbook::Playbook;
use crate::playbook::expression::Scope;
use crate::playbook::model::{OnError, Step, StepKind};
use crate::program::bindings::{self, ReadTurn, TurnOutcome};
use crate::program::change::say;
use crate::program::model::{Ask, End, GateAsk, ProgramError, ReadAnswer};
use crate::program::render::Scripts;
use crate::program::watch::WaitAsk;
use crate::value::{Digest, Json, StepId, Value};

/// What a program starts with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The checked playbook.
    pub playbook: Arc<Playbook>,
    /// The scripts of its templates.
    pub scripts: Arc<Scripts>,
    /// `inputs`, `tenant`, and planning time as `now`.
    pub scope: Scope,
    /// Object id in lower case → why it is never a target.
    pub protected: Arc<BTreeMap<String, String>>,
}

/// The walk.
#[derive(Debug)]
pub struct Interpreter {
    start: Start,
    scope: Scope,
    index: usize,
    /// The change after whose answer everything is read anew.
    deferring: Option<StepId>,
    asked: Option<Asked>,
}

#[derive(Debug)]
enum Asked {
    Reads { turns: Vec<ReadTurn>, one: bool },
    Other,
}

impl Interpreter {
    /// At the first step.
    pub fn new(start: Start) -> Self {
        let mut scope = start.scope.clone();
        scope.bind("tables", Value::Known(start.playbook.tables.clone()));
        Interpreter {
            start,
            scope,
            index: 0,
            deferring: None,
            asked: None,
        }
    }

    /// What comes next; every other ask must have been answered.
    ///
    /// # Errors
    /// An expression or a hole has no value. The program cannot go on.
    ///
    /// # Panics
    /// When the last ask was not answered.
    pub fn advance(&mut self) -> Result<Ask, ProgramError> {
        assert!(self.asked.is_none(), "the last ask was not answered");
        let playbook = Arc::clone(&self.start.playbook);
        while let Some(step) = playbook.steps.get(self.index) {
            if let Some(ask) = self.enter(step)? {
                return Ok(ask);
            }
            self.index += 1;
        }
        Ok(Ask::End(End::Finished))
    }

    /// The answers to [`Ask::Reads`], in its order.
    ///
    /// # Errors
    /// A read failed and the step says `on_error: stop`.
    pub fn answer_reads(&mut self, answers: &[ReadAnswer]) -> Result<(), ProgramError> {
        let step = self.current().clone();
        let Some(Asked::Reads { turns, one }) = self.asked.take() else {
            unreachable!("reads are answered only where reads were asked");
        };
        if answers.iter().any(|a| matches!(a, ReadAnswer::Later)) {
            bindings::unknown(&mut self.scope, &step.id);
        } else {
            if step.on_error == OnError::Stop {
                fail_if_failed(&step, answers)?;
            }
            if one {
                bindings::read_one(&mut self.scope, &step.id, &answers[0]);
            } else {
                bindings::read_turns(&mut self.scope, &step.id, &turns, answers);
            }
        }
        self.index += 1;
        Ok(())
    }

    /// [`Ask::Change`] yields actions that are not performed now: all that follows is known after apply.
    pub fn change_planned(&mut self) {
        let id = self.current().id.clone();
        bindings::unknown(&mut self.scope, &id);
        self.deferring.get_or_insert(id);
        self.next_step();
    }

    /// [`Ask::Change`] is over, or yields nothing.
    pub fn change_done(&mut self, turns: &[TurnOutcome]) {
        let id = self.current().id.clone();
        bindings::change_turns(&mut self.scope, &id, turns);
        self.next_step();
    }

    /// [`Ask::Wait`] is over; `None`: nobody waited (dry run). `reached` is false when a watch's time ran out.
    pub fn wait_over(&mut self, end: Option<(bool, Json)>) {
        let id = self.current().id.clone();
        match end {
            None => bindings::unknown(&mut self.scope, &id),
            Some((reached, result)) => {
                let value = serde_json::json!({"reached": reached, "result": result});
                let outcome = if reached { "reached" } else { "timed_out" };
                bindings::plain(&mut self.scope, &id, Value::Known(value), outcome);
            }
        }
        self.next_step();
    }

    /// [`Ask::Output`] was written, or will be.
    pub fn output_written(&mut self, file: &str, content: &[u8]) {
        let id = self.current().id.clone();
        let digest = Digest::of(content).to_string();
        let value = serde_json::json!({"file": file, "sha256": digest, "bytes": content.len()});
        bindings::plain(&mut self.scope, &id, Value::Known(value), "written");
        self.next_step();
    }

    /// [`Ask::Gate`] was signed, or will be.
    pub fn gate_passed(&mut self) {
        let id = self.current().id.clone();
        bindings::plain(&mut self.scope, &id, Value::Known(Json::Bool(true)), "approved");
        self.next_step();
    }

    /// A deferred step that cannot be reached now goes on as if it had no turns.
    pub fn not_reached(&mut self, step: &StepId) {
        bindings::plain(&mut self.scope, step, Value::Known(Json::Null), "not_reached");
    }

    /// What the step of this id does when it fails.
    pub fn on_error(&self, step: &str) -> Option<OnError> {
        let mut steps = self.start.playbook.steps.iter();
        steps.find(|s| s.id.as_str() == step).map(|s| s.on_error)
    }

    fn next_step(&mut self) {
        self.asked = None;
        self.index += 1;
    }

    fn current(&self) -> &Step {
        &self.start.playbook.steps[self.index]
    }

    /// `None`: nothing to ask, go on.
    fn enter(&mut self, step: &Step) -> Result<Option<Ask>, ProgramError> {
        if let Some(ask) = self.whole_step_when(step)? {
            return Ok(match ask {
                Entry::Skip => None,
                Entry::Ask(ask) => Some(ask),
            });
        }
        match &step.kind {
            StepKind::Compute(compute) => self.compute(step, compute).map(|()| None),
            StepKind::Assert(assert) => self.assert(step, assert),
            StepKind::Graph(_) | StepKind::Rest(_) | StepKind::PowerShell(_) if step.change.is_some() => {
                self.change(step).map(Some)
            }
            StepKind::Graph(_) | StepKind::Rest(_) | StepKind::PowerShell(_) => self.reads(step),
            StepKind::Wait(wait) => {
                let ask = WaitAsk::render(&step.id, wait, &self.start.scripts, &self.scope)?;
                Ok(Some(match ask {
                    Some(ask) => self.ask(Ask::Wait(ask)),
                    None => self.defer(step, self.later_reason("its read")),
                }))
            }
            StepKind::Output(output) => self.output(step, output).map(Some),
            StepKind::Approve(message) => {
                let message = say(message, &self.scope, &step.id)?;
                let step = step.id.clone();
                Ok(Some(self.ask(Ask::Gate(GateAsk { step, message }))))
            }
        }
    }

    fn ask(&mut self, ask: Ask) -> Ask {
        self.asked = Some(Asked::Other);
        ask
    }
}

/// What a step's `when` says about all of it.
enum Entry {
    Skip,
    Ask(Ask),
}

fn fail_if_failed(step: &Step, answers: &[ReadAnswer]) -> Result<(), ProgramError> {
    for answer in answers {
        if let ReadAnswer::Failed(failure) = answer {
            return Err(ProgramError {
                step: step.id.clone(),
                message: failure.message.clone(),
                span: step.span.clone(),
            });
        }
    }
    Ok(())
}
