//! Names and what they stand for.
//!
//! Decides nothing about what a name may be; the checker does. A clone is a few counted pointers.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Reference;
use super::term::{Term, TermMap};
use super::work::Trouble;
use crate::value::{Json, Timestamp, Value};

/// Names and what they stand for. Cloning is cheap; a child shadows its parent.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Planning time: what `now()` means.
    pub now: Timestamp,
    names: Arc<BTreeMap<Arc<str>, Binding>>,
}

#[derive(Clone, Debug)]
enum Binding {
    Whole(Arc<Entry>),
    Fields(Arc<BTreeMap<Arc<str>, Arc<Entry>>>),
}

/// A value, and its term once somebody asked.
#[derive(Debug)]
pub(crate) struct Entry {
    value: Value,
    term: OnceLock<Result<Term, Trouble>>,
}

/// How much is known of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Knowledge {
    Known,
    Unknown,
    Secret,
}

impl Scope {
    /// An empty scope; `now` is planning time.
    pub fn new(now: Timestamp) -> Self {
        Scope {
            now,
            names: Arc::default(),
        }
    }

    /// Binds a root name (`user`, `verdicts`, `tables`); `Absent` reads as null.
    pub fn bind(&mut self, name: &str, value: Value) {
        Arc::make_mut(&mut self.names).insert(name.into(), Binding::Whole(Entry::new(value)));
    }

    /// Binds `root.field` (`steps.x`, `inputs.y`); fields are known, unknown and secret one by one.
    pub fn bind_field(&mut self, root: &str, field: &str, value: Value) {
        let names = Arc::make_mut(&mut self.names);
        let binding = names
            .entry(root.into())
            .or_insert_with(|| Binding::Fields(Arc::default()));
        if let Binding::Whole(_) = binding {
            *binding = Binding::Fields(Arc::default());
        }
        if let Binding::Fields(fields) = binding {
            Arc::make_mut(fields).insert(field.into(), Entry::new(value));
        }
    }

    /// What a root name stands for; a root with fields is the map of them, unknown as soon as one field is.
    pub fn get(&self, name: &str) -> Option<Value> {
        Some(match self.names.get(name)? {
            Binding::Whole(entry) => entry.value.clone(),
            Binding::Fields(fields) => match fields.values().map(|entry| entry.knowledge()).max() {
                Some(Knowledge::Secret) => Value::Secret,
                Some(Knowledge::Unknown) => Value::Unknown,
                Some(Knowledge::Known) | None => Value::Known(Json::Object(
                    fields
                        .iter()
                        .filter_map(|(name, entry)| {
                            Some((name.as_ref().to_owned(), entry.value.known()?.clone()))
                        })
                        .collect(),
                )),
            },
        })
    }

    /// How much is known of what an expression refers to; `None` where the root is not bound at all.
    pub(crate) fn knowledge(&self, reference: &Reference) -> Option<Knowledge> {
        Some(
            match (self.names.get(reference.root.as_str())?, &reference.field) {
                (Binding::Whole(entry), _) => entry.knowledge(),
                (Binding::Fields(fields), Some(field)) => fields
                    .get(field.as_str())
                    .map_or(Knowledge::Known, |entry| entry.knowledge()),
                (Binding::Fields(fields), None) => fields
                    .values()
                    .map(|entry| entry.knowledge())
                    .max()
                    .unwrap_or(Knowledge::Known),
            },
        )
    }

    /// A root as a term; its value must be known.
    pub(crate) fn term(&self, name: &str) -> Result<Term, Trouble> {
        match self.names.get(name) {
            None => Err(not_bound(name)),
            Some(Binding::Whole(entry)) => entry.term(),
            Some(Binding::Fields(fields)) => {
                let mut members = TermMap::new();
                for (name, entry) in fields.iter() {
                    members.insert(Arc::clone(name), entry.term()?);
                }
                Ok(Term::map(members))
            }
        }
    }

    /// `root.field` of a root that is bound field by field; `None` for any other root.
    pub(crate) fn field(&self, root: &str, field: &str) -> Option<Result<Term, Trouble>> {
        match self.names.get(root)? {
            Binding::Whole(_) => None,
            Binding::Fields(fields) => Some(match fields.get(field) {
                Some(entry) => entry.term(),
                None => Err(Trouble::missing(format!("`{root}` has no `{field}`"))),
            }),
        }
    }
}

impl Entry {
    fn new(value: Value) -> Arc<Self> {
        Arc::new(Entry {
            value,
            term: OnceLock::new(),
        })
    }

    fn knowledge(&self) -> Knowledge {
        match self.value {
            Value::Known(_) | Value::Absent => Knowledge::Known,
            Value::Unknown => Knowledge::Unknown,
            Value::Secret => Knowledge::Secret,
        }
    }

    /// Converted once, however many expressions ask.
    fn term(&self) -> Result<Term, Trouble> {
        self.term
            .get_or_init(|| match &self.value {
                Value::Known(json) => Term::from_json(json),
                Value::Absent => Ok(Term::Null),
                Value::Unknown | Value::Secret => Err(Trouble::wrong("the value is not known here")),
            })
            .clone()
    }
}

pub(crate) fn not_bound(name: &str) -> Trouble {
    Trouble::wrong(format!("there is nothing called `{name}` here"))
}
