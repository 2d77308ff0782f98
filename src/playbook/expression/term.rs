//! Values while an expression is evaluated: JSON, and instants and durations besides.
//!
//! Cheap to clone; maps are sorted, so that nothing depends on an order that nobody chose. Integers come
//! first: `3` is an integer wherever it came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;

use super::duration::duration_text;
use super::work::{Trouble, Work};
use crate::value::{Json, Timestamp};

/// How deep values may be nested; JSON from outside is bounded by the same number.
pub(crate) const DEEPEST: usize = 128;

/// A map of a term.
pub(crate) type TermMap = BTreeMap<Arc<str>, Term>;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Term {
    Null,
    Bool(bool),
    /// Between the least `i64` and the greatest `u64`; results of arithmetic are `i64`.
    Int(i128),
    Float(f64),
    Text(Arc<str>),
    Instant(Timestamp),
    Span(SignedDuration),
    List(Arc<Vec<Term>>),
    Map(Arc<TermMap>),
}

impl Term {
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Term::Text(text.into())
    }

    pub fn int(number: usize) -> Self {
        Term::Int(i128::try_from(number).unwrap_or(i128::MAX))
    }

    pub fn list(items: Vec<Term>) -> Self {
        Term::List(Arc::new(items))
    }

    pub fn map(members: TermMap) -> Self {
        Term::Map(Arc::new(members))
    }

    /// What people call its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Term::Null => "null",
            Term::Bool(_) => "a truth value",
            Term::Int(_) | Term::Float(_) => "a number",
            Term::Text(_) => "a text",
            Term::Instant(_) => "an instant",
            Term::Span(_) => "a duration",
            Term::List(_) => "a list",
            Term::Map(_) => "a map",
        }
    }

    /// Its type and the beginning of its value, for messages.
    pub fn describe(&self) -> String {
        match self {
            Term::Null => "null".to_owned(),
            Term::List(items) => format!("a list of {}", items.len()),
            Term::Map(members) => {
                let keys: Vec<&str> = members.keys().take(4).map(AsRef::as_ref).collect();
                let more = if members.len() > 4 { ", …" } else { "" };
                format!("a map with `{}{more}`", keys.join("`, `"))
            }
            Term::Bool(_)
            | Term::Int(_)
            | Term::Float(_)
            | Term::Text(_)
            | Term::Instant(_)
            | Term::Span(_) => format!(
                "{} `{}`",
                self.kind(),
                shorten(&self.scalar_text().unwrap_or_default())
            ),
        }
    }

    /// As text, where it is neither a list nor a map; null is no text either.
    pub fn scalar_text(&self) -> Option<Arc<str>> {
        Some(match self {
            Term::Text(text) => Arc::clone(text),
            Term::Bool(truth) => truth.to_string().into(),
            Term::Int(number) => number.to_string().into(),
            Term::Float(number) => number.to_string().into(),
            Term::Instant(at) => at.to_string().into(),
            Term::Span(duration) => duration_text(*duration).into(),
            Term::Null | Term::List(_) | Term::Map(_) => return None,
        })
    }

    /// JSON → term.
    pub fn from_json(json: &Json) -> Result<Self, Trouble> {
        from_json(json, 0)
    }

    /// Term → JSON. Shared parts are written out in full, and each costs.
    pub fn to_json(&self, work: &Work) -> Result<Json, Trouble> {
        to_json(self, work, 0)
    }
}

fn from_json(json: &Json, depth: usize) -> Result<Term, Trouble> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    Ok(match json {
        Json::Null => Term::Null,
        Json::Bool(truth) => Term::Bool(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Term::Int(whole.into()),
            (None, Some(whole)) => Term::Int(whole.into()),
            (None, None) => Term::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Term::text(text.as_str()),
        Json::Array(items) => Term::list(
            items
                .iter()
                .map(|item| from_json(item, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        Json::Object(members) => Term::map(
            members
                .iter()
                .map(|(key, value)| Ok((Arc::from(key.as_str()), from_json(value, depth + 1)?)))
                .collect::<Result<_, Trouble>>()?,
        ),
    })
}

fn to_json(term: &Term, work: &Work, depth: usize) -> Result<Json, Trouble> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    work.spend(1)?;
    Ok(match term {
        Term::Null => Json::Null,
        Term::Bool(truth) => Json::Bool(*truth),
        Term::Int(number) => match (i64::try_from(*number), u64::try_from(*number)) {
            (Ok(number), _) => Json::from(number),
            (Err(_), Ok(number)) => Json::from(number),
            (Err(_), Err(_)) => return Err(Trouble::wrong(format!("the number `{number}` is out of range"))),
        },
        Term::Float(number) => serde_json::Number::from_f64(*number)
            .map(Json::Number)
            .ok_or_else(|| Trouble::wrong(format!("`{number}` is not a number that can be written down")))?,
        Term::Text(text) => {
            work.spend_text(text.len())?;
            Json::from(text.as_ref())
        }
        Term::Instant(_) | Term::Span(_) => Json::from(term.scalar_text().as_deref()),
        Term::List(items) => Json::Array(
            items
                .iter()
                .map(|item| to_json(item, work, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        Term::Map(members) => {
            let mut out = serde_json::Map::new();
            for (key, value) in members.iter() {
                work.spend_text(key.len())?;
                out.insert(key.as_ref().to_owned(), to_json(value, work, depth + 1)?);
            }
            Json::Object(out)
        }
    })
}

pub(crate) fn too_deep() -> Trouble {
    Trouble::too_much(format!("the value is nested deeper than {DEEPEST} levels"))
}

/// At most 60 characters of a text.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
