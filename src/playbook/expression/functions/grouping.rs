//! Functions that group, sort and join lists by a path into their elements.
//!
//! A path that leads nowhere, or to null, gives the empty key when grouping, comes first when sorting and
//! never joins.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::paths::Path;
use super::{Call, Function, plain};
use crate::playbook::expression::operators;
use crate::playbook::expression::term::{Term, TermMap};
use crate::playbook::expression::work::Trouble;

pub(super) const TABLE: &[Function] = &[
    plain(
        group_by,
        (2, 2),
        "group_by(list, path)",
        "A map from the text at the path to the list of elements that have it.",
        &[
            (
                "group_by([{'c': 'DE', 'n': 1}, {'c': 'AT', 'n': 2}, {'c': 'DE', 'n': 3}], 'c').map(k, k)",
                "[\"AT\", \"DE\"]",
            ),
            ("size(group_by([{'c': 'DE'}, {'c': 'DE'}], 'c').DE)", "2"),
        ],
    ),
    plain(
        count_by,
        (2, 2),
        "count_by(list, path)",
        "A map from the text at the path to how many elements have it; the empty key counts those without.",
        &[(
            "count_by([{'s': {'code': 50053}}, {'s': {'code': 50053}}, {}], 's.code')",
            "{\"\": 1, \"50053\": 2}",
        )],
    ),
    plain(
        index_by,
        (2, 2),
        "index_by(list, path)",
        "A map from the text at the path to the element that has it; the last one wins.",
        &[(
            "index_by([{'id': 'a', 'n': 1}, {'id': 'a', 'n': 2}], 'id')",
            "{\"a\": {\"id\": \"a\", \"n\": 2}}",
        )],
    ),
    plain(
        sort_by,
        (2, 2),
        "sort_by(list, path)",
        "The list in ascending order of the value at the path; equal ones keep their order.",
        &[(
            "sort_by([{'n': 2}, {'n': 1}, {}], 'n')",
            "[{}, {\"n\": 1}, {\"n\": 2}]",
        )],
    ),
    plain(
        join_on,
        (4, 4),
        "join_on(a, b, path_a, path_b)",
        "`{left, right}` for each pair of elements whose texts at the paths are the same, in the order of the first list.",
        &[(
            "join_on([{'id': 1}, {'id': 2}], [{'user': 2, 'ok': true}], 'id', 'user')",
            "[{\"left\": {\"id\": 2}, \"right\": {\"ok\": true, \"user\": 2}}]",
        )],
    ),
];

fn groups(call: &Call<'_>, items: &[Term], path: &Path) -> Result<BTreeMap<Arc<str>, Vec<Term>>, Trouble> {
    let mut groups: BTreeMap<Arc<str>, Vec<Term>> = BTreeMap::new();
    for item in items {
        groups
            .entry(path.key(call, item)?)
            .or_default()
            .push(item.clone());
    }
    Ok(groups)
}

fn grouped(call: &Call<'_>, arguments: &[Term], value: impl Fn(Vec<Term>) -> Term) -> Result<Term, Trouble> {
    let path = Path::read(call, arguments, 1)?;
    let groups = groups(call, call.list(arguments, 0)?, &path)?;
    call.new_map(
        groups
            .into_iter()
            .map(|(key, items)| (key, value(items)))
            .collect(),
    )
}

fn group_by(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    grouped(call, arguments, Term::list)
}

fn count_by(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    grouped(call, arguments, |items| Term::int(items.len()))
}

fn index_by(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    grouped(call, arguments, |mut items| items.pop().unwrap_or(Term::Null))
}

fn sort_by(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let path = Path::read(call, arguments, 1)?;
    let mut keyed = Vec::new();
    for item in call.list(arguments, 0)?.iter() {
        keyed.push((path.find(call, item)?.unwrap_or(Term::Null), item.clone()));
    }
    call.work
        .spend(keyed.len() * (1 + keyed.len().max(1).ilog2() as usize))?;
    let mut trouble = None;
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Term::Null, Term::Null) => Ordering::Equal,
        (Term::Null, _) => Ordering::Less,
        (_, Term::Null) => Ordering::Greater,
        (a, b) => operators::compare(a, b).unwrap_or_else(|found| {
            trouble = Some(found);
            Ordering::Equal
        }),
    });
    match trouble {
        Some(trouble) => Err(trouble),
        None => call.new_list(keyed.into_iter().map(|(_, item)| item).collect()),
    }
}

fn join_on(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (path_a, path_b) = (Path::read(call, arguments, 2)?, Path::read(call, arguments, 3)?);
    let mut right = groups(call, call.list(arguments, 1)?, &path_b)?;
    right.remove("");
    let mut pairs = Vec::new();
    for left in call.list(arguments, 0)?.iter() {
        let matching = right.get(&path_a.key(call, left)?);
        for right in matching.into_iter().flatten() {
            call.work.spend(2)?;
            let pair = [("left", left), ("right", right)];
            pairs.push(Term::map(
                pair.into_iter()
                    .map(|(name, term)| (Arc::from(name), term.clone()))
                    .collect::<TermMap>(),
            ));
        }
    }
    call.new_list(pairs)
}
