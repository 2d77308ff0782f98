//! Arguments as the types that a function takes, or a message that names function, position and what was found.
//!
//! Converts nothing but what each function documents: a text where an instant or a duration is meant.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{Call, times};
use crate::playbook::expression::duration::parse_signed;
use crate::playbook::expression::term::{Term, TermMap};
use crate::playbook::expression::work::Trouble;
use crate::value::Timestamp;

impl Call<'_> {
    /// "`chunk` takes a list as argument 1, found null".
    pub(super) fn expected(&self, what: &str, at: usize, found: &Term) -> Trouble {
        Trouble::wrong(format!(
            "`{}` takes {what} as argument {}, found {}",
            self.name,
            at + 1,
            found.describe()
        ))
    }

    pub(super) fn list<'t>(&self, arguments: &'t [Term], at: usize) -> Result<&'t Arc<Vec<Term>>, Trouble> {
        match &arguments[at] {
            Term::List(items) => {
                self.work.spend(items.len())?;
                Ok(items)
            }
            other => Err(self.expected("a list", at, other)),
        }
    }

    pub(super) fn map<'t>(&self, arguments: &'t [Term], at: usize) -> Result<&'t Arc<TermMap>, Trouble> {
        match &arguments[at] {
            Term::Map(members) => Ok(members),
            other => Err(self.expected("a map", at, other)),
        }
    }

    pub(super) fn text<'t>(&self, arguments: &'t [Term], at: usize) -> Result<&'t Arc<str>, Trouble> {
        match &arguments[at] {
            Term::Text(text) => {
                self.work.spend_text(text.len())?;
                Ok(text)
            }
            other => Err(self.expected("a text", at, other)),
        }
    }

    /// An instant, or its RFC 3339 text.
    pub(super) fn instant(&self, arguments: &[Term], at: usize) -> Result<Timestamp, Trouble> {
        match &arguments[at] {
            Term::Instant(instant) => Ok(*instant),
            Term::Text(text) => times::parse_instant(text).map_err(Trouble::wrong),
            other => Err(self.expected("an instant", at, other)),
        }
    }

    /// A duration, or its text.
    pub(super) fn span(&self, arguments: &[Term], at: usize) -> Result<SignedDuration, Trouble> {
        match &arguments[at] {
            Term::Span(duration) => Ok(*duration),
            Term::Text(text) => parse_signed(text).map_err(Trouble::wrong),
            other => Err(self.expected("a duration", at, other)),
        }
    }

    /// A whole number from 0.
    pub(super) fn count(&self, arguments: &[Term], at: usize) -> Result<usize, Trouble> {
        match &arguments[at] {
            Term::Int(number) if *number >= 0 => Ok(usize::try_from(*number).unwrap_or(usize::MAX)),
            other => Err(self.expected("a whole number from 0", at, other)),
        }
    }

    /// A new list; its length counts.
    pub(super) fn new_list(&self, items: Vec<Term>) -> Result<Term, Trouble> {
        self.work.spend_list(items.len())?;
        Ok(Term::list(items))
    }

    /// A new text; its length counts.
    pub(super) fn new_text(&self, text: impl Into<Arc<str>>) -> Result<Term, Trouble> {
        let text = text.into();
        self.work.spend_text(text.len())?;
        Ok(Term::Text(text))
    }

    /// A new map; its size counts.
    pub(super) fn new_map(&self, members: TermMap) -> Result<Term, Trouble> {
        self.work.spend_list(members.len())?;
        Ok(Term::map(members))
    }
}
