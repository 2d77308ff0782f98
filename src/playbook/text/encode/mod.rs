//! One value → the text that stands for exactly this value at its place.
//!
//! An encoder never sees the text around its hole; what that asks for was decided when the text was read.

mod file_name;
mod odata;
mod path;
mod people;

pub(super) use file_name::check as check_file_name;
pub(super) use odata::literal as odata_literal;
pub(super) use path::{no_dot_segments, percent};
pub(super) use people::for_people;

use std::sync::Arc;

use crate::playbook::expression::term::Term;
use crate::playbook::expression::work::Trouble;

/// A value as plain text, where it is neither null nor a list nor a map.
pub(super) fn scalar(term: &Term, place: &str) -> Result<Arc<str>, Trouble> {
    term.scalar_text().ok_or_else(|| {
        Trouble::wrong(format!(
            "found {}, expected a text, a number or an instant in {place}",
            term.describe()
        ))
    })
}
