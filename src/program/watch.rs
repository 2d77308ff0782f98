//! A bounded watch, rendered: what to read, how often, how long, and what it is waiting for.
//!
//! Neither reads nor waits: `run/` does.

use std::time::Duration;

use crate::playbook::expression::{EvaluationError, Expression, Scope};
use crate::playbook::model::Watch;
use crate::program::model::{Pause, ProgramError, Request};
use crate::program::render::{self, Rendered, Scripts};
use crate::value::{Answer, Json, StepId, Value};

/// A pause that a step asks for.
#[derive(Debug)]
pub struct WaitAsk {
    /// Whose.
    pub step: StepId,
    /// How long.
    pub pause: Pause,
}

/// A read, repeated until a condition on its `result` holds.
#[derive(Clone, Debug)]
pub struct WatchRun {
    /// What to read.
    pub request: Request,
    /// Time between reads.
    pub every: Duration,
    /// Gives up after this long.
    pub within: Duration,
    until: Expression,
    scope: Scope,
}

impl WatchRun {
    /// Renders the watch; `None` where its request is not known.
    ///
    /// # Errors
    /// A hole that has no value.
    pub fn render(watch: &Watch, scripts: &Scripts, scope: &Scope) -> Result<Option<Self>, EvaluationError> {
        Ok(match render::read_request(&watch.read, scripts, scope)? {
            Rendered::Later => None,
            Rendered::Exact(request) => Some(WatchRun {
                request,
                every: watch.every,
                within: watch.within,
                until: watch.until.clone(),
                scope: scope.clone(),
            }),
        })
    }

    /// Whether the condition holds for this answer.
    ///
    /// # Errors
    /// The condition has no value, or is not a truth value.
    pub fn holds(&self, answer: &Answer) -> Result<bool, EvaluationError> {
        let mut scope = self.scope.clone();
        scope.bind("result", Value::Known(answer.body.clone()));
        truth(&self.until, &scope).map(|truth| truth == Truth::Yes)
    }

    /// Binds one more name that the condition may use.
    pub fn bind(&mut self, name: &str, value: Json) {
        self.scope.bind(name, Value::Known(value));
    }
}

/// A condition's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It refers to what is not known.
    Unknown,
}

/// Evaluates a condition.
///
/// # Errors
/// It has no value, or is not a truth value.
pub fn truth(condition: &Expression, scope: &Scope) -> Result<Truth, EvaluationError> {
    match condition.evaluate(scope)? {
        Value::Known(Json::Bool(true)) => Ok(Truth::Yes),
        Value::Known(Json::Bool(false)) => Ok(Truth::No),
        Value::Unknown | Value::Secret => Ok(Truth::Unknown),
        Value::Absent => Err(not_a_truth_value(condition, "nothing")),
        Value::Known(other) => Err(not_a_truth_value(condition, &format!("`{}`", shorten(&other)))),
    }
}

fn not_a_truth_value(condition: &Expression, found: &str) -> EvaluationError {
    EvaluationError {
        message: format!(
            "`{}` gave {found}, expected true or false",
            condition.source().trim()
        ),
        span: condition.span().clone(),
    }
}

fn shorten(json: &Json) -> String {
    let text = json.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

impl WaitAsk {
    /// A step's pause, rendered; `None` where it is not known.
    pub(crate) fn render(
        step: &StepId,
        wait: &crate::playbook::model::Wait,
        scripts: &Scripts,
        scope: &Scope,
    ) -> Result<Option<Self>, ProgramError> {
        use crate::playbook::model::Wait;
        let pause = match wait {
            Wait::For(duration) => Pause::For(*duration),
            Wait::Until(watch) => {
                let rendered =
                    WatchRun::render(watch, scripts, scope).map_err(|e| ProgramError::of(step, e))?;
                match rendered {
                    Some(run) => Pause::Until(Box::new(run)),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(WaitAsk {
            step: step.clone(),
            pause,
        }))
    }
}
