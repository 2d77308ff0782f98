//! A value as one OData literal.
//!
//! Source: <https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_PrimitiveLiterals>:
//! single quotes inside a text are doubled; a DateTimeOffset stands bare.

use std::fmt::Write as _;

use crate::playbook::expression::term::Term;
use crate::playbook::expression::work::Trouble;

/// `'O''Brien'`, `3`, `true`, `null`, `2026-03-12T10:00:00Z`.
pub(in crate::playbook::text) fn literal(term: &Term) -> Result<String, Trouble> {
    let mut out = String::new();
    match term {
        Term::Null => out.push_str("null"),
        Term::Text(text) => write!(out, "'{}'", text.replace('\'', "''")).expect("writing to a text"),
        Term::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Term::Int(_) | Term::Instant(_) => out.push_str(&term.scalar_text().unwrap_or_default()),
        Term::Float(number) if number.is_finite() => out.push_str(&number.to_string()),
        Term::Float(_) | Term::Span(_) | Term::List(_) | Term::Map(_) => {
            return Err(Trouble::wrong(format!(
                "found {}, expected a text, a number, a truth value or an instant in a filter",
                term.describe()
            )));
        }
    }
    Ok(out)
}
