//! Functions of lists: size, order, sets, sums.
//!
//! Changes no list: each gives a new one, in an order that the list or the sentence says.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Call, Function, plain};
use crate::playbook::expression::operators;
use crate::playbook::expression::term::{Term, TermMap};
use crate::playbook::expression::work::Trouble;

pub(super) const TABLE: &[Function] = &[
    plain(
        size,
        (1, 1),
        "size(value)",
        "Elements of a list, members of a map, characters of a text.",
        &[
            ("size([1, 2])", "2"),
            ("size('äö')", "2"),
            ("size({'a': 1})", "1"),
        ],
    ),
    plain(
        distinct,
        (1, 1),
        "distinct(list)",
        "The list without repetitions; the first of each stays.",
        &[("distinct(['b', 'a', 'b'])", "[\"b\", \"a\"]")],
    ),
    plain(
        flatten,
        (1, 1),
        "flatten(list)",
        "The elements of the lists in a list, one level; others stay.",
        &[("flatten([[1, 2], [], 3, [[4]]])", "[1, 2, 3, [4]]")],
    ),
    plain(
        chunk,
        (2, 2),
        "chunk(list, size)",
        "The list in pieces of at most that size.",
        &[("chunk([1, 2, 3], 2)", "[[1, 2], [3]]")],
    ),
    plain(
        first,
        (1, 2),
        "first(list, otherwise?)",
        "The first element, or the other value of an empty list.",
        &[("first([1, 2])", "1"), ("first([], 'none')", "\"none\"")],
    ),
    plain(
        last,
        (1, 2),
        "last(list, otherwise?)",
        "The last element, or the other value of an empty list.",
        &[("last([1, 2])", "2"), ("last([], null)", "null")],
    ),
    plain(
        sum,
        (1, 1),
        "sum(list)",
        "The sum of numbers or durations; 0 for an empty list.",
        &[("sum([1, 2])", "3"), ("sum([])", "0"), ("sum([1, 0.5])", "1.5")],
    ),
    plain(
        min,
        (1, 1),
        "min(list)",
        "The least of numbers, texts, instants or durations; an empty list has none.",
        &[("min([2, 1])", "1"), ("default(min([]), 0)", "0")],
    ),
    plain(
        max,
        (1, 1),
        "max(list)",
        "The greatest of numbers, texts, instants or durations; an empty list has none.",
        &[
            ("max([2, 1])", "2"),
            ("max([now(), ago('1h')])", "\"2026-03-12T10:00:00Z\""),
        ],
    ),
    plain(
        set_of,
        (1, 1),
        "set_of(list)",
        "A map with each element's text as a key: `x in set_of(list)` is fast where `x in list` is slow.",
        &[
            ("set_of(['b', 'a'])", "{\"a\": true, \"b\": true}"),
            ("'a' in set_of(['b', 'a'])", "true"),
        ],
    ),
    plain(
        intersect,
        (2, 2),
        "intersect(a, b)",
        "What is in both lists, in the order of the first, once.",
        &[("intersect(['a', 'b', 'b'], ['b', 'c'])", "[\"b\"]")],
    ),
    plain(
        except,
        (2, 2),
        "except(a, b)",
        "What is in the first list and not in the second, once.",
        &[("except(['a', 'b', 'a'], ['b'])", "[\"a\"]")],
    ),
];

fn size(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    Ok(Term::int(match &arguments[0] {
        Term::List(items) => items.len(),
        Term::Map(members) => members.len(),
        Term::Text(_) => call.text(arguments, 0)?.chars().count(),
        other => return Err(call.expected("a list, a map or a text", 0, other)),
    }))
}

/// A text that only equal values share.
fn identity(call: &Call<'_>, term: &Term) -> Result<String, Trouble> {
    let json = match term {
        Term::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            return Ok(format!("{number:.0}"));
        }
        other => other.to_json(call.work)?,
    };
    Ok(json.to_string())
}

fn distinct(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.new_list(once(call, call.list(arguments, 0)?)?)
}

fn once(call: &Call<'_>, items: &[Term]) -> Result<Vec<Term>, Trouble> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for item in items {
        if seen.insert(identity(call, item)?) {
            out.push(item.clone());
        }
    }
    Ok(out)
}

fn flatten(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let mut out = Vec::new();
    for item in call.list(arguments, 0)?.iter() {
        match item {
            Term::List(items) => {
                call.work.spend_list(out.len() + items.len())?;
                out.extend(items.iter().cloned());
            }
            other => out.push(other.clone()),
        }
    }
    call.new_list(out)
}

fn chunk(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let items = call.list(arguments, 0)?;
    let size = call.count(arguments, 1)?;
    if size == 0 {
        return Err(Trouble::wrong(
            "`chunk` makes pieces of at least 1 element, found 0",
        ));
    }
    call.new_list(
        items
            .chunks(size)
            .map(|piece| Term::list(piece.to_vec()))
            .collect(),
    )
}

fn first(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let found = call.list(arguments, 0)?.first();
    one_of(call, found, arguments)
}

fn last(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let found = call.list(arguments, 0)?.last();
    one_of(call, found, arguments)
}

fn one_of(call: &Call<'_>, found: Option<&Term>, arguments: &[Term]) -> Result<Term, Trouble> {
    found
        .or(arguments.get(1))
        .cloned()
        .ok_or_else(|| Trouble::missing(format!("`{}` of an empty list", call.name)))
}

fn sum(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let items = call.list(arguments, 0)?;
    let Some((first, rest)) = items.split_first() else {
        return Ok(Term::Int(0));
    };
    for item in items.iter() {
        if !matches!(item, Term::Int(_) | Term::Float(_) | Term::Span(_)) {
            return Err(Trouble::wrong(format!(
                "`sum` adds numbers or durations, found {}",
                item.describe()
            )));
        }
    }
    rest.iter().try_fold(first.clone(), |total, item| {
        operators::add(&total, item, call.work)
    })
}

fn min(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    outermost(call, arguments, Ordering::Less)
}

fn max(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    outermost(call, arguments, Ordering::Greater)
}

fn outermost(call: &Call<'_>, arguments: &[Term], better: Ordering) -> Result<Term, Trouble> {
    let mut best: Option<&Term> = None;
    for item in call.list(arguments, 0)?.iter() {
        let order = operators::compare(item, best.unwrap_or(item))?;
        if best.is_none() || order == better {
            best = Some(item);
        }
    }
    one_of(call, best, &arguments[..1])
}

fn set_of(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let members = call
        .list(arguments, 0)?
        .iter()
        .map(|item| Ok((operators::key(item)?, Term::Bool(true))))
        .collect::<Result<TermMap, Trouble>>()?;
    call.new_map(members)
}

fn intersect(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (kept, _) = split(call, arguments)?;
    call.new_list(kept)
}

fn except(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (_, kept) = split(call, arguments)?;
    call.new_list(kept)
}

/// The first list's elements that are in the second, and those that are not.
fn split(call: &Call<'_>, arguments: &[Term]) -> Result<(Vec<Term>, Vec<Term>), Trouble> {
    let (a, b): (&Arc<Vec<Term>>, _) = (call.list(arguments, 0)?, call.list(arguments, 1)?);
    let known = b
        .iter()
        .map(|item| identity(call, item))
        .collect::<Result<BTreeSet<_>, _>>()?;
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for item in once(call, a)? {
        if known.contains(&identity(call, &item)?) {
            inside.push(item);
        } else {
            outside.push(item);
        }
    }
    Ok((inside, outside))
}
