//! What the operators mean: arithmetic that never wraps, comparison that never guesses.
//!
//! Numbers compare as numbers whatever their form; a text is never read as an instant or a number here.

use std::cmp::Ordering;
use std::sync::Arc;

use super::node::Binary;
use super::term::{DEEPEST, Term, too_deep};
use super::work::{Trouble, Work};

/// An operator with both sides evaluated.
pub(crate) fn apply(operator: Binary, a: &Term, b: &Term, work: &Work) -> Result<Term, Trouble> {
    match operator {
        Binary::Add => add(a, b, work),
        Binary::Subtract => subtract(a, b),
        Binary::Multiply | Binary::Divide | Binary::Remainder => arithmetic(operator, a, b),
        Binary::Equal => equal_checked(a, b, work).map(Term::Bool),
        Binary::NotEqual => equal_checked(a, b, work).map(|same| Term::Bool(!same)),
        Binary::Less => compare(a, b).map(|order| Term::Bool(order == Ordering::Less)),
        Binary::LessOrEqual => compare(a, b).map(|order| Term::Bool(order != Ordering::Greater)),
        Binary::Greater => compare(a, b).map(|order| Term::Bool(order == Ordering::Greater)),
        Binary::GreaterOrEqual => compare(a, b).map(|order| Term::Bool(order != Ordering::Less)),
        Binary::In => is_in(a, b, work).map(Term::Bool),
    }
}

/// `-a`.
pub(crate) fn negate(a: &Term) -> Result<Term, Trouble> {
    match a {
        Term::Int(number) => whole(Some(-number)),
        Term::Float(number) => Ok(Term::Float(-number)),
        Term::Span(duration) => duration.checked_neg().map(Term::Span).ok_or_else(out_of_range),
        other => Err(Trouble::wrong(format!(
            "`-` before {}, expected a number",
            other.describe()
        ))),
    }
}

/// `of[key]`: an element of a list from 0, or a value of a map; numbers stand for their text as keys.
pub(crate) fn index(of: &Term, position: &Term) -> Result<Term, Trouble> {
    match of {
        Term::List(items) => {
            let Term::Int(number) = position else {
                return Err(Trouble::wrong(format!(
                    "{} cannot be the position in a list",
                    position.describe()
                )));
            };
            usize::try_from(*number)
                .ok()
                .and_then(|at| items.get(at))
                .cloned()
                .ok_or_else(|| Trouble::missing(format!("no element {number} in {}", of.describe())))
        }
        Term::Map(members) => {
            let name = key(position)?;
            members
                .get(&name)
                .cloned()
                .ok_or_else(|| Trouble::missing(format!("no `{name}` in {}", of.describe())))
        }
        Term::Null => Err(Trouble::missing(format!("no {} in null", position.describe()))),
        other => Err(Trouble::wrong(format!(
            "{} has no elements, expected a list or a map",
            other.describe()
        ))),
    }
}

/// The key of a map that a value stands for.
pub(crate) fn key(term: &Term) -> Result<Arc<str>, Trouble> {
    match term {
        Term::Text(_) | Term::Int(_) | Term::Bool(_) => Ok(term.scalar_text().expect("these have a text")),
        other => Err(Trouble::wrong(format!(
            "{} cannot be the key of a map, expected a text",
            other.describe()
        ))),
    }
}

pub(crate) fn add(a: &Term, b: &Term, work: &Work) -> Result<Term, Trouble> {
    match (a, b) {
        (Term::Text(a), Term::Text(b)) => {
            work.spend_text(a.len() + b.len())?;
            Ok(Term::text([a.as_ref(), b.as_ref()].concat()))
        }
        (Term::List(a), Term::List(b)) => {
            work.spend_list(a.len() + b.len())?;
            Ok(Term::list(a.iter().chain(b.iter()).cloned().collect()))
        }
        (Term::Instant(at), Term::Span(by)) | (Term::Span(by), Term::Instant(at)) => {
            at.checked_add(*by).map(Term::Instant).map_err(|_| out_of_range())
        }
        (Term::Span(a), Term::Span(b)) => a.checked_add(*b).map(Term::Span).ok_or_else(out_of_range),
        _other => arithmetic(Binary::Add, a, b),
    }
}

pub(crate) fn subtract(a: &Term, b: &Term) -> Result<Term, Trouble> {
    match (a, b) {
        (Term::Instant(at), Term::Span(by)) => {
            at.checked_sub(*by).map(Term::Instant).map_err(|_| out_of_range())
        }
        (Term::Instant(a), Term::Instant(b)) => Ok(Term::Span(a.duration_since(*b))),
        (Term::Span(a), Term::Span(b)) => a.checked_sub(*b).map(Term::Span).ok_or_else(out_of_range),
        _other => arithmetic(Binary::Subtract, a, b),
    }
}

fn arithmetic(operator: Binary, a: &Term, b: &Term) -> Result<Term, Trouble> {
    let sign = match operator {
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Remainder => "%",
        Binary::Equal
        | Binary::NotEqual
        | Binary::Less
        | Binary::LessOrEqual
        | Binary::Greater
        | Binary::GreaterOrEqual
        | Binary::In => unreachable!("not arithmetic"),
    };
    match (a, b) {
        (Term::Int(a), Term::Int(b)) => {
            if *b == 0 && matches!(operator, Binary::Divide | Binary::Remainder) {
                return Err(Trouble::wrong(format!("`{a} {sign} 0`: division by zero")));
            }
            whole(match operator {
                Binary::Add => a.checked_add(*b),
                Binary::Subtract => a.checked_sub(*b),
                Binary::Multiply => a.checked_mul(*b),
                Binary::Divide => a.checked_div(*b),
                _remainder => a.checked_rem(*b),
            })
        }
        (Term::Int(_) | Term::Float(_), Term::Int(_) | Term::Float(_)) => {
            let (a, b) = (float(a), float(b));
            let result = match operator {
                Binary::Add => a + b,
                Binary::Subtract => a - b,
                Binary::Multiply => a * b,
                Binary::Divide => a / b,
                _remainder => return Err(Trouble::wrong("`%` takes whole numbers")),
            };
            if result.is_finite() {
                Ok(Term::Float(result))
            } else {
                Err(out_of_range())
            }
        }
        _other => Err(Trouble::wrong(format!(
            "`{sign}` between {} and {}",
            a.describe(),
            b.describe()
        ))),
    }
}

fn whole(number: Option<i128>) -> Result<Term, Trouble> {
    number
        .filter(|number| i64::try_from(*number).is_ok())
        .map(Term::Int)
        .ok_or_else(out_of_range)
}

fn out_of_range() -> Trouble {
    Trouble::wrong("the result is out of range")
}

/// A number as floating point; anything else is not a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "mixed arithmetic is floating-point arithmetic"
)]
pub(crate) fn float(term: &Term) -> f64 {
    match term {
        Term::Int(number) => *number as f64,
        Term::Float(number) => *number,
        Term::Null
        | Term::Bool(_)
        | Term::Text(_)
        | Term::Instant(_)
        | Term::Span(_)
        | Term::List(_)
        | Term::Map(_) => f64::NAN,
    }
}

/// Order of two values of one type.
pub(crate) fn compare(a: &Term, b: &Term) -> Result<Ordering, Trouble> {
    let order = match (a, b) {
        (Term::Int(a), Term::Int(b)) => Some(a.cmp(b)),
        (Term::Int(_) | Term::Float(_), Term::Int(_) | Term::Float(_)) => float(a).partial_cmp(&float(b)),
        (Term::Text(a), Term::Text(b)) => Some(a.cmp(b)),
        (Term::Bool(a), Term::Bool(b)) => Some(a.cmp(b)),
        (Term::Instant(a), Term::Instant(b)) => Some(a.cmp(b)),
        (Term::Span(a), Term::Span(b)) => Some(a.cmp(b)),
        _other => None,
    };
    order.ok_or_else(|| {
        let mut message = format!("{} cannot be compared with {}", a.describe(), b.describe());
        if let Some(help) = text_beside(a, b) {
            message.push_str(help);
        }
        Trouble::wrong(message)
    })
}

/// An instant or a duration beside a text is always a forgotten `timestamp(…)` or `duration(…)`.
fn text_beside(a: &Term, b: &Term) -> Option<&'static str> {
    match (a, b) {
        (Term::Instant(_), Term::Text(_)) | (Term::Text(_), Term::Instant(_)) => {
            Some("; write `timestamp(…)` around the text")
        }
        (Term::Span(_), Term::Text(_)) | (Term::Text(_), Term::Span(_)) => {
            Some("; write `duration(…)` around the text")
        }
        _other => None,
    }
}

fn equal_checked(a: &Term, b: &Term, work: &Work) -> Result<bool, Trouble> {
    if text_beside(a, b).is_some() {
        compare(a, b)?;
    }
    equal(a, b, work)
}

/// Deep equality; values of different types differ.
pub(crate) fn equal(a: &Term, b: &Term, work: &Work) -> Result<bool, Trouble> {
    equal_at(a, b, work, 0)
}

fn equal_at(a: &Term, b: &Term, work: &Work, depth: usize) -> Result<bool, Trouble> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    work.spend(1)?;
    Ok(match (a, b) {
        (Term::Null, Term::Null) => true,
        (Term::List(a), Term::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                if !equal_at(a, b, work, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Term::Map(a), Term::Map(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for ((key_a, a), (key_b, b)) in a.iter().zip(b.iter()) {
                if key_a != key_b || !equal_at(a, b, work, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Term::Text(a), Term::Text(b)) => {
            work.spend_text(a.len().min(b.len()))?;
            a == b
        }
        _scalars => compare(a, b).is_ok_and(|order| order == Ordering::Equal),
    })
}

fn is_in(a: &Term, b: &Term, work: &Work) -> Result<bool, Trouble> {
    match b {
        Term::List(items) => {
            for item in items.iter() {
                if equal(a, item, work)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Term::Map(members) => Ok(members.contains_key(&key(a)?)),
        other => Err(Trouble::wrong(format!(
            "`in` looks into {}, expected a list or a map",
            other.describe()
        ))),
    }
}
