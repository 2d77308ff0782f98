//! Dotted paths into a value: `status.errorCode`, `location.@odata.type`.
//!
//! A whole key wins: where a map has the key `@odata.type`, the dot is part of it. A list of texts names each
//! key exactly.

use std::sync::Arc;

use super::Call;
use crate::playbook::expression::operators;
use crate::playbook::expression::term::Term;
use crate::playbook::expression::work::Trouble;

/// A path, read once.
pub(super) struct Path {
    /// Parts between dots, or exact keys.
    parts: Vec<Arc<str>>,
    dotted: bool,
}

impl Path {
    /// Reads a path argument: a text, or a list of texts.
    pub fn read(call: &Call<'_>, arguments: &[Term], at: usize) -> Result<Self, Trouble> {
        match &arguments[at] {
            Term::Text(text) => Ok(Path {
                parts: text.split('.').map(Arc::from).collect(),
                dotted: true,
            }),
            Term::List(keys) => Ok(Path {
                parts: keys.iter().map(operators::key).collect::<Result<_, _>>()?,
                dotted: false,
            }),
            other => Err(call.expected("a dotted path", at, other)),
        }
    }

    /// What the path leads to; `None` where something on the way is missing or null.
    pub fn find(&self, call: &Call<'_>, from: &Term) -> Result<Option<Term>, Trouble> {
        let mut here = from.clone();
        let mut left: &[Arc<str>] = &self.parts;
        while !left.is_empty() {
            call.work.spend(left.len())?;
            let Some((next, used)) = self.step(&here, left) else {
                return Ok(None);
            };
            here = next;
            left = &left[used..];
        }
        Ok(Some(here))
    }

    /// The value under the longest key that is there, and how many parts that key took.
    fn step(&self, here: &Term, left: &[Arc<str>]) -> Option<(Term, usize)> {
        match here {
            Term::Map(members) => {
                let longest = if self.dotted { left.len() } else { 1 };
                (1..=longest).rev().find_map(|used| {
                    members
                        .get(left[..used].join(".").as_str())
                        .map(|found| (found.clone(), used))
                })
            }
            Term::List(items) => {
                let at: usize = left[0].parse().ok()?;
                items.get(at).map(|found| (found.clone(), 1))
            }
            Term::Null
            | Term::Bool(_)
            | Term::Int(_)
            | Term::Float(_)
            | Term::Text(_)
            | Term::Instant(_)
            | Term::Span(_) => None,
        }
    }

    /// What the path leads to as the key of a map; empty where nothing is there.
    pub fn key(&self, call: &Call<'_>, from: &Term) -> Result<Arc<str>, Trouble> {
        match self.find(call, from)? {
            None | Some(Term::Null) => Ok(Arc::from("")),
            Some(found) => found.scalar_text().ok_or_else(|| {
                Trouble::wrong(format!(
                    "`{}`: {} cannot be the key of a map, expected a text or a number",
                    call.name,
                    found.describe()
                ))
            }),
        }
    }
}
