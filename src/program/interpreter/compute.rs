//! Steps that only evaluate: `compute` and `assert`.
//!
//! Asks nobody.

use crate::playbook::expression::{EvaluationError, Scope};
use crate::playbook::model::{Assert, Compute, Otherwise, Step};
use crate::program::bindings;
use crate::program::change::say;
use crate::program::interpreter::Interpreter;
use crate::program::interpreter::calls::Turns;
use crate::program::model::{Ask, End, ProgramError};
use crate::program::watch::{Truth, truth};
use crate::value::{Json, Value};

impl Interpreter {
    pub(super) fn compute(&mut self, step: &Step, compute: &Compute) -> Result<(), ProgramError> {
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

    pub(super) fn compute_turns(
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

    pub(super) fn assert(&mut self, step: &Step, assert: &Assert) -> Result<Option<Ask>, ProgramError> {
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
}

fn evaluate(compute: &Compute, scope: &Scope) -> Result<Value, EvaluationError> {
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
