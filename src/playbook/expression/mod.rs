//! Expressions (CEL) behind one module: parse with guards, references, evaluation over a [`Scope`].
//!
//! (stub: to be written)

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Span};
use crate::value::{Timestamp, Value};

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
    source: Arc<str>,
    span: Span,
}

/// Why an expression had no value.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct EvaluationError {
    /// Lower case, names the thing in backticks.
    pub message: String,
    /// The expression's place.
    pub span: Span,
}

impl Expression {
    /// Parses and guards.
    pub fn parse(source: &str, span: Span) -> Result<Self, Vec<Diagnostic>> {
        Ok(Expression {
            source: source.into(),
            span,
        })
    }
    /// The text.
    pub fn source(&self) -> &str {
        &self.source
    }
    /// Its place.
    pub fn span(&self) -> &Span {
        &self.span
    }
    /// Free variables, without the names that macros bind.
    pub fn references(&self) -> &BTreeSet<Reference> {
        todo!()
    }
    /// Function names called.
    pub fn functions(&self) -> &BTreeSet<String> {
        todo!()
    }
    /// Unknown if it refers to anything unknown, Secret likewise, else its value.
    pub fn evaluate(&self, _scope: &Scope) -> Result<Value, EvaluationError> {
        todo!()
    }
}

/// Names and what they stand for. Cloning is cheap; a child shadows its parent.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Planning time: what `now()` means.
    pub now: Timestamp,
    names: BTreeMap<String, Value>,
}

impl Scope {
    /// An empty scope; `now` is planning time.
    pub fn new(now: Timestamp) -> Self {
        Scope {
            now,
            names: BTreeMap::new(),
        }
    }
    /// Binds a root name (`user`, `verdicts`, `tables`).
    pub fn bind(&mut self, name: &str, value: Value) {
        self.names.insert(name.to_owned(), value);
    }
    /// Binds `root.field` (`steps.x`, `inputs.y`); fields are known, unknown and secret one by one.
    pub fn bind_field(&mut self, _root: &str, _field: &str, _value: Value) {
        todo!()
    }
    /// What a root name stands for.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.names.get(name).cloned()
    }
}
