//! Expressions (CEL) behind one module: parse with guards, references, evaluation over a [`Scope`].
//!
//! The `cel` crate reads the text; everything after is ours, so that work is counted, integers stay integers,
//! maps have an order and every mistake has a place. A text's way: `guard` → parser → `lower` →
//! `evaluate`. A root that is `Absent` reads as null: `has(x.y)` is false, `default(x.y, d)` is `d`, and
//! `x.y` has no value, which is an error.

pub mod codes;
mod duration;
pub(crate) mod evaluate;
pub(crate) mod functions;
pub(crate) mod guard;
mod lower;
pub(crate) mod node;
mod operators;
pub(crate) mod place;
mod scope;
pub(crate) mod stack;
pub(crate) mod term;
#[cfg(test)]
mod tests;
pub(crate) mod work;

use std::collections::BTreeSet;
use std::sync::Arc;

use cel::common::ast::{IdedExpr, SourceInfo};
use cel::{Env, ParseErrors};

pub use duration::{format_duration, parse_duration};
pub use functions::{FunctionDoc, functions};
pub use scope::Scope;

use crate::diagnostic::{Diagnostic, Span};
use crate::playbook::expression::evaluate::Evaluator;
use crate::playbook::expression::lower::Lowered;
use crate::playbook::expression::node::Node;
use crate::playbook::expression::scope::{Knowledge, not_bound};
use crate::playbook::expression::stack::{Stopped, with_room};
use crate::playbook::expression::work::Trouble;
use crate::value::Value;

/// A name that an expression refers to; of `steps.x` and `inputs.x` the field counts too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// `user`, `inputs`, `steps`, `verdicts`.
    pub root: String,
    /// For `steps` and `inputs`: the field that is selected, when it is a plain name.
    pub field: Option<String>,
}

/// A checked expression; cheap to clone.
#[derive(Clone, Debug)]
pub struct Expression {
    checked: Arc<Checked>,
}

#[derive(Debug)]
struct Checked {
    source: String,
    span: Span,
    node: Node,
    depth: usize,
    references: BTreeSet<Reference>,
    functions: BTreeSet<String>,
}

/// Why an expression had no value.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct EvaluationError {
    /// Lower case, names the thing in backticks.
    pub message: String,
    /// The expression's place, or that of the part that has no value.
    pub span: Span,
}

impl Expression {
    /// Parses and guards.
    ///
    /// # Errors
    /// Everything that can be seen to be wrong without values.
    pub fn parse(source: &str, span: Span) -> Result<Self, Vec<Diagnostic>> {
        let depth = guard::depth_of(source).map_err(|refusal| {
            let place = place::inner(&span, source, &refusal.range);
            vec![
                Diagnostic::error(refusal.code, place, refusal.message)
                    .help("split it: a `compute` step may hold several named expressions"),
            ]
        })?;
        let Lowered { node, called } =
            with_room(depth, || read(source, &span)).unwrap_or_else(|Stopped| {
                let message = "the expression cannot be read";
                Err(vec![Diagnostic::error(codes::SYNTAX, span.clone(), message)])
            })?;
        let mut references = BTreeSet::new();
        node.collect_references(&mut references);
        Ok(Expression {
            checked: Arc::new(Checked {
                source: source.to_owned(),
                depth: node.depth(),
                span,
                node,
                references,
                functions: called,
            }),
        })
    }

    /// The text.
    pub fn source(&self) -> &str {
        &self.checked.source
    }

    /// Its place.
    pub fn span(&self) -> &Span {
        &self.checked.span
    }

    /// Free variables, without the names that macros bind.
    pub fn references(&self) -> &BTreeSet<Reference> {
        &self.checked.references
    }

    /// Names of the functions and macros called.
    pub fn functions(&self) -> &BTreeSet<String> {
        &self.checked.functions
    }

    /// Unknown if it refers to anything unknown, Secret likewise, else its value.
    ///
    /// # Errors
    /// A missing key, a value of the wrong type, too much work, a name that is not bound.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        let checked = &*self.checked;
        evaluated(&checked.references, checked.depth, scope, |evaluator| {
            let term = evaluator.value(&checked.node)?;
            term.to_json(&evaluator.work).map(Value::Known)
        })
        .map_err(|trouble| error(&trouble, &checked.source, &checked.span))
    }
}

/// Runs `work` over a scope in which everything referred to is known; else says that it is not.
pub(crate) fn evaluated(
    references: &BTreeSet<Reference>,
    depth: usize,
    scope: &Scope,
    work: impl FnOnce(&mut Evaluator<'_>) -> Result<Value, Trouble> + Send,
) -> Result<Value, Trouble> {
    let mut most = Knowledge::Known;
    for reference in references {
        let known = scope
            .knowledge(reference)
            .ok_or_else(|| not_bound(&reference.root))?;
        most = most.max(known);
    }
    match most {
        Knowledge::Secret => Ok(Value::Secret),
        Knowledge::Unknown => Ok(Value::Unknown),
        Knowledge::Known => with_room(depth, || work(&mut Evaluator::new(scope)))
            .unwrap_or_else(|Stopped| Err(Trouble::too_much("the evaluation could not be carried through"))),
    }
}

/// A trouble with its place in the playbook.
pub(crate) fn error(trouble: &Trouble, source: &str, span: &Span) -> EvaluationError {
    EvaluationError {
        message: trouble.message.clone(),
        span: match &trouble.range {
            Some(range) => place::inner(span, source, range),
            None => span.clone(),
        },
    }
}

fn read(source: &str, span: &Span) -> Result<Lowered, Vec<Diagnostic>> {
    let parsed: Result<(IdedExpr, SourceInfo), ParseErrors> = Env::default()
        .with_optional_support(false)
        .parser()
        .parse_with_source_info(source);
    match parsed {
        Ok((expression, info)) => lower::lower(&expression, &info, source, span),
        Err(errors) => Err(unreadable(&errors, source, span)),
    }
}

/// At most three of the parser's complaints: the first is the mistake, most others follow from it.
fn unreadable(errors: &ParseErrors, source: &str, span: &Span) -> Vec<Diagnostic> {
    let found: Vec<Diagnostic> = errors
        .errors
        .iter()
        .take(3)
        .map(|error| {
            let at = offset_of(source, error.pos);
            let place = place::inner(span, source, &(at..at + 1));
            let reason = error.msg.trim_start_matches("Syntax error: ");
            let reason = reason.split(" expecting ").next().unwrap_or(reason);
            Diagnostic::error(
                codes::SYNTAX,
                place,
                format!("the expression cannot be read here: {}", term::shorten(reason)),
            )
        })
        .collect();
    if found.is_empty() {
        vec![Diagnostic::error(
            codes::SYNTAX,
            span.clone(),
            "the expression cannot be read",
        )]
    } else {
        found
    }
}

/// Line and column, both from 1 → byte offset.
fn offset_of(source: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &source[start..];
    start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
}
