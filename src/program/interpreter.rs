//! Walks the step program: bindings → next read, change, pause, artefact, gate or end.
//!
//! The same walk serves the dry run and the run; it does not know which one it is in. Who drives it answers
//! each [`Ask`]. Determinism is what makes resuming possible: same answers, same asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::playbook::Playbook;
use crate::playbook::expression::Scope;
use crate::playbook::model::{Assert, Compute, ListSource, OnError, Otherwise, Output, OutputFormat, Step, StepKind};
use crate::program::artefact;
use crate::program::bindings::{self, ReadTurn, TurnOutcome};
use crate::program::change::{ChangeStep, say};
use crate::program::model::{
    Ask, Bound, Deferred, DeferredKind, End, GateAsk, OutputAsk, ProgramError, ReadAnswer, ReadAsk, StepReads,
};
use crate::program::render::{self, Rendered, Scripts};
use crate::program::target;
use crate::program::watch::{Truth, WaitAsk, truth};
use crate::value::{ActionId, Digest, Json, StepId, TargetId, Value};

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

/// The turns of a step.
enum Turns {
    Known(Vec<Option<Json>>),
    Unknown,
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

    /// `when` of a step without `for_each` decides about the whole step.
    fn whole_step_when(&mut self, step: &Step) -> Result<Option<Entry>, ProgramError> {
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

    fn ask(&mut self, ask: Ask) -> Ask {
        self.asked = Some(Asked::Other);
        ask
    }

    fn later_reason(&self, what: &str) -> String {
        match &self.deferring {
            Some(change) => format!("{what} is known after `{change}`"),
            None => format!("{what} depends on what cannot be read now"),
        }
    }

    /// Binds the step as unknown and goes past it.
    fn defer(&mut self, step: &Step, because: String) -> Ask {
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

    fn deferred_kind(&self, step: &Step) -> (DeferredKind, Option<Bound>) {
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

    fn turns(&self, step: &Step) -> Result<Turns, ProgramError> {
        let Some(each) = &step.for_each else {
            return Ok(Turns::Known(vec![None]));
        };
        let expression = match &each.over {
            ListSource::Literal(items) => {
                return Ok(Turns::Known(items.iter().cloned().map(Some).collect()));
            }
            ListSource::Expression(expression) => expression,
        };
        let value = expression
            .evaluate(&self.scope)
            .map_err(|e| ProgramError::of(&step.id, e))?;
        match value {
            Value::Known(Json::Array(items)) => Ok(Turns::Known(items.into_iter().map(Some).collect())),
            Value::Unknown | Value::Secret => Ok(Turns::Unknown),
            Value::Absent | Value::Known(_) => Err(ProgramError {
                step: step.id.clone(),
                message: format!(
                    "`for_each: {}` gave no list, expected a list",
                    expression.source().trim()
                ),
                span: expression.span().clone(),
            }),
        }
    }

    fn turn_scope(&self, step: &Step, element: Option<&Json>) -> Scope {
        let mut scope = self.scope.clone();
        if let (Some(each), Some(element)) = (&step.for_each, element) {
            scope.bind(&each.name, Value::Known(element.clone()));
        }
        scope
    }

    fn compute(&mut self, step: &Step, compute: &Compute) -> Result<(), ProgramError> {
        let value = match self.turns(step)? {
            Turns::Unknown => Value::Unknown,
            Turns::Known(turns) if step.for_each.is_none() => {
                debug_assert_eq!(turns.len(), 1, "no `for_each`, one turn");
                evaluate(compute, &self.scope).map_err(|e| ProgramError::of(&step.id, e))?
            }
            Turns::Known(turns) => self.compute_turns(step, compute, &turns)?,
        };
        if value == Value::Unknown {
            bindings::unknown(&mut self.scope, &step.id);
        } else {
            bindings::plain(&mut self.scope, &step.id, value, "computed");
        }
        Ok(())
    }

    fn compute_turns(
        &self,
        step: &Step,
        compute: &Compute,
        turns: &[Option<Json>],
    ) -> Result<Value, ProgramError> {
        let wrap = |e| ProgramError::of(&step.id, e);
        let mut values = Vec::with_capacity(turns.len());
        for element in turns {
            let scope = self.turn_scope(step, element.as_ref());
            let run = match &step.when {
                None => Truth::Yes,
                Some(when) => truth(when, &scope).map_err(wrap)?,
            };
            match run {
                Truth::No => values.push(Json::Null),
                Truth::Unknown => return Ok(Value::Unknown),
                Truth::Yes => match evaluate(compute, &scope).map_err(wrap)? {
                    Value::Known(json) => values.push(json),
                    Value::Absent => values.push(Json::Null),
                    Value::Unknown | Value::Secret => return Ok(Value::Unknown),
                },
            }
        }
        Ok(Value::Known(Json::Array(values)))
    }

    fn assert(&mut self, step: &Step, assert: &Assert) -> Result<Option<Ask>, ProgramError> {
        let truth = truth(&assert.condition, &self.scope).map_err(|e| ProgramError::of(&step.id, e))?;
        match truth {
            Truth::Yes => {
                bindings::plain(&mut self.scope, &step.id, Value::Known(Json::Bool(true)), "held");
                Ok(None)
            }
            Truth::Unknown => Ok(Some(self.defer(step, self.later_reason("its condition")))),
            Truth::No => {
                let message = say(&assert.message, &self.scope, &step.id)?;
                let step = step.id.clone();
                Ok(Some(Ask::End(match assert.otherwise {
                    Otherwise::Done => End::Done { step, message },
                    Otherwise::Fail => End::Refused { step, message },
                })))
            }
        }
    }

    fn change(&mut self, step: &Step) -> Result<Ask, ProgramError> {
        let turns = match self.turns(step)? {
            Turns::Unknown => return Ok(self.defer(step, self.later_reason("its `for_each`"))),
            Turns::Known(turns) => turns,
        };
        let change = ChangeStep {
            playbook: Arc::clone(&self.start.playbook),
            scripts: Arc::clone(&self.start.scripts),
            index: self.index,
            scope: self.scope.clone(),
            turns: turns.into(),
            protected: Arc::clone(&self.start.protected),
        };
        change.check_targets()?;
        Ok(self.ask(Ask::Change(Box::new(change))))
    }

    fn reads(&mut self, step: &Step) -> Result<Option<Ask>, ProgramError> {
        if let Some(change) = &self.deferring {
            let because = format!("it is read after `{change}`");
            return Ok(Some(self.defer(step, because)));
        }
        let Turns::Known(elements) = self.turns(step)? else {
            return Ok(Some(self.defer(step, self.later_reason("its `for_each`"))));
        };
        let Some((turns, reads)) = self.render_reads(step, &elements)? else {
            return Ok(Some(self.defer(step, self.later_reason("its request"))));
        };
        let one = step.for_each.is_none();
        if reads.is_empty() {
            bindings::read_turns(&mut self.scope, &step.id, &turns, &[]);
            return Ok(None);
        }
        self.asked = Some(Asked::Reads { turns, one });
        Ok(Some(Ask::Reads(StepReads {
            step: step.id.clone(),
            on_error: step.on_error,
            reads,
        })))
    }

    #[expect(clippy::type_complexity, reason = "a pair of lists, or nothing")]
    fn render_reads(
        &self,
        step: &Step,
        elements: &[Option<Json>],
    ) -> Result<Option<(Vec<ReadTurn>, Vec<ReadAsk>)>, ProgramError> {
        let wrap = |e| ProgramError::of(&step.id, e);
        let (mut turns, mut reads) = (Vec::new(), Vec::new());
        for (index, element) in elements.iter().enumerate() {
            let scope = self.turn_scope(step, element.as_ref());
            let run = match (&step.when, element) {
                (Some(when), Some(_)) => truth(when, &scope).map_err(wrap)?,
                (None, _) | (Some(_), None) => Truth::Yes,
            };
            match run {
                Truth::Unknown => return Ok(None),
                Truth::No => turns.push(ReadTurn::Skipped),
                Truth::Yes => {
                    let rendered = render::step_request(&step.kind, &self.start.scripts, &scope)
                        .expect("a read step calls something")
                        .map_err(wrap)?;
                    let Rendered::Exact(request) = rendered else {
                        return Ok(None);
                    };
                    let target = element.as_ref().map(read_target);
                    let key = ActionId::of(
                        &step.id,
                        &target.unwrap_or_else(|| TargetId::new("-")),
                        index + 1,
                    );
                    turns.push(ReadTurn::Asked {
                        target: element.as_ref().and_then(target::raw_id).map(str::to_owned),
                    });
                    reads.push(ReadAsk { key, request });
                }
            }
        }
        Ok(Some((turns, reads)))
    }

    fn output(&mut self, step: &Step, output: &Output) -> Result<Ask, ProgramError> {
        let wrap = |e| ProgramError::of(&step.id, e);
        let file = output.file.render(&self.scope).map_err(wrap)?;
        let content = match &output.format {
            OutputFormat::Json(expression) | OutputFormat::Csv { rows: expression, .. } => {
                expression.evaluate(&self.scope).map_err(wrap)?
            }
            OutputFormat::Text(message) => message.render(&self.scope).map_err(wrap)?,
        };
        let (Value::Known(Json::String(file)), Value::Known(content)) = (file, content) else {
            return Ok(self.defer(step, self.later_reason("its content")));
        };
        let content = artefact::encode(&output.format, &content).map_err(|message| ProgramError {
            step: step.id.clone(),
            message,
            span: step.span.clone(),
        })?;
        let step = step.id.clone();
        Ok(self.ask(Ask::Output(OutputAsk { step, file, content })))
    }
}

/// What a step's `when` says about all of it.
enum Entry {
    Skip,
    Ask(Ask),
}

fn read_target(element: &Json) -> TargetId {
    target::id(element)
        .unwrap_or_else(|| target::id(&Json::String(element.to_string())).expect("the text is not empty"))
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

fn evaluate(
    compute: &Compute,
    scope: &Scope,
) -> Result<Value, crate::playbook::expression::EvaluationError> {
    let named = match compute {
        Compute::One(expression) => return expression.evaluate(scope),
        Compute::Named(named) => named,
    };
    let mut scope = scope.clone();
    let mut out = serde_json::Map::new();
    let mut unknown = false;
    for (name, expression) in named {
        let value = expression.evaluate(&scope)?;
        match &value {
            Value::Known(json) => {
                out.insert(name.clone(), json.clone());
            }
            Value::Absent => {}
            Value::Unknown | Value::Secret => unknown = true,
        }
        scope.bind(name, value);
    }
    Ok(if unknown {
        Value::Unknown
    } else {
        Value::Known(Json::Object(out))
    })
}
