//! Steps that call something: the turns of `for_each`, reads, and changes with the most that they may do.
//!
//! Renders requests; sends none.

use std::sync::Arc;

use crate::playbook::expression::{Expression, Scope};
use crate::playbook::model::{ListSource, Step};
use crate::program::bindings::{self, ReadTurn};
use crate::program::change::{Certainty, ChangeStep, Turn};
use crate::program::interpreter::{Asked, Interpreter};
use crate::program::model::{Ask, ProgramError, ReadAsk, StepReads};
use crate::program::render::{self, Rendered};
use crate::program::target;
use crate::program::watch::{Truth, truth};
use crate::value::{ActionId, Json, TargetId, Value};

/// The turns of a step.
pub(super) enum Turns {
    Known(Vec<Option<Json>>),
    Unknown,
}

impl Interpreter {
    pub(super) fn turns(&self, step: &Step) -> Result<Turns, ProgramError> {
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
            Value::Absent | Value::Known(_) => Err(no_list(step, "for_each", expression)),
        }
    }

    pub(super) fn turn_scope(&self, step: &Step, element: Option<&Json>) -> Scope {
        let mut scope = self.scope.clone();
        if let (Some(each), Some(element)) = (&step.for_each, element) {
            scope.bind(&each.name, Value::Known(element.clone()));
        }
        scope
    }

    pub(super) fn reads(&mut self, step: &Step) -> Result<Option<Ask>, ProgramError> {
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
    pub(super) fn render_reads(
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
                    let key =
                        ActionId::of(&step.id, &target.unwrap_or_else(|| TargetId::new("-")), index + 1);
                    turns.push(ReadTurn::Asked {
                        target: element.as_ref().and_then(target::raw_id).map(str::to_owned),
                    });
                    reads.push(ReadAsk { key, request });
                }
            }
        }
        Ok(Some((turns, reads)))
    }

    pub(super) fn change(&mut self, step: &Step) -> Result<Ask, ProgramError> {
        let among = self.among(step)?;
        let (turns, certainty) = match (self.turns(step)?, among) {
            (Turns::Known(elements), None) => (numbered(elements), Certainty::Certain),
            (Turns::Known(elements), Some(among)) => (pick(step, &elements, &among)?, Certainty::Certain),
            (Turns::Unknown, Some(among)) => {
                let elements = among.into_iter().map(Some).collect();
                (numbered(elements), Certainty::Conditional)
            }
            (Turns::Unknown, None) => return Ok(self.defer(step, self.later_reason("its `for_each`"))),
        };
        let change = ChangeStep {
            playbook: Arc::clone(&self.start.playbook),
            scripts: Arc::clone(&self.start.scripts),
            index: self.index,
            scope: self.scope.clone(),
            turns: turns.into(),
            certainty,
            protected: Arc::clone(&self.start.protected),
        };
        change.check_targets()?;
        Ok(self.ask(Ask::Change(Box::new(change))))
    }

    /// The most that `for_each` may yield, where the step says so and it is known.
    fn among(&self, step: &Step) -> Result<Option<Vec<Json>>, ProgramError> {
        let Some(among) = step.change.as_ref().and_then(|change| change.among.as_ref()) else {
            return Ok(None);
        };
        match among
            .evaluate(&self.scope)
            .map_err(|e| ProgramError::of(&step.id, e))?
        {
            Value::Known(Json::Array(items)) => Ok(Some(items)),
            Value::Unknown | Value::Secret => Ok(None),
            Value::Absent | Value::Known(_) => Err(no_list(step, "among", among)),
        }
    }
}

fn read_target(element: &Json) -> TargetId {
    target::id(element)
        .unwrap_or_else(|| target::id(&Json::String(element.to_string())).expect("the text is not empty"))
}

fn no_list(step: &Step, key: &str, expression: &Expression) -> ProgramError {
    ProgramError {
        step: step.id.clone(),
        message: format!(
            "`{key}: {}` gave no list, expected a list",
            expression.source().trim()
        ),
        span: expression.span().clone(),
    }
}

fn numbered(elements: Vec<Option<Json>>) -> Vec<Turn> {
    let turns = elements.into_iter().enumerate();
    turns
        .map(|(index, element)| Turn {
            element,
            ordinal: index + 1,
        })
        .collect()
}

/// The elements of `among` that `for_each` names, as `among` has them: what the plan listed is what runs.
fn pick(step: &Step, elements: &[Option<Json>], among: &[Json]) -> Result<Vec<Turn>, ProgramError> {
    let mut turns = Vec::with_capacity(elements.len());
    for element in elements.iter().flatten() {
        let id = target::id(element);
        let place = among
            .iter()
            .position(|candidate| id.is_some() && target::id(candidate) == id);
        let Some(place) = place else {
            return Err(ProgramError {
                step: step.id.clone(),
                message: format!(
                    "`for_each` names the target `{}`, which is not in `among`",
                    id.map_or_else(|| "(without id)".to_owned(), |id| id.to_string())
                ),
                span: step.span.clone(),
            });
        };
        turns.push(Turn {
            element: Some(among[place].clone()),
            ordinal: place + 1,
        });
    }
    Ok(turns)
}
