//! Functions of maps, and ways into a value by path.
//!
//! Maps are sorted by key; so is whatever is made of them.

use std::sync::Arc;

use super::paths::Path;
use super::{Call, Function, plain};
use crate::playbook::expression::operators;
use crate::playbook::expression::term::{Term, TermMap};
use crate::playbook::expression::work::Trouble;

pub(super) const TABLE: &[Function] = &[
    plain(
        lookup,
        (2, 3),
        "lookup(map, key, otherwise?)",
        "The value of a key, or the other value where the map has no such key; numbers stand for their text.",
        &[
            ("lookup({'50053': 'locked'}, 50053, 'unknown')", "\"locked\""),
            ("lookup({}, 'a', 'unknown')", "\"unknown\""),
        ],
    ),
    plain(
        get,
        (2, 3),
        "get(value, path, otherwise?)",
        "What a dotted path leads to, or the other value where something on the way is missing; a whole key wins.",
        &[
            ("get({'status': {'errorCode': 0}}, 'status.errorCode')", "0"),
            ("get({'@odata.type': 'x'}, '@odata.type')", "\"x\""),
            ("get({'a': {'b.c': 1}}, ['a', 'b.c'])", "1"),
            ("get({'a': [10, 20]}, 'a.1')", "20"),
            ("get({}, 'a.b', 'none')", "\"none\""),
        ],
    ),
    plain(
        keys,
        (1, 1),
        "keys(map)",
        "The keys of a map, sorted.",
        &[("keys({'b': 1, 'a': 2})", "[\"a\", \"b\"]")],
    ),
    plain(
        values,
        (1, 1),
        "values(map)",
        "The values of a map, sorted by key.",
        &[("values({'b': 1, 'a': 2})", "[2, 1]")],
    ),
    plain(
        entries,
        (1, 1),
        "entries(map)",
        "`{key, value}` for each member of a map, sorted by key.",
        &[(
            "entries({'b': 1, 'a': 2})",
            "[{\"key\": \"a\", \"value\": 2}, {\"key\": \"b\", \"value\": 1}]",
        )],
    ),
    plain(
        merge,
        (2, 2),
        "merge(a, b)",
        "Both maps in one; where both have a key, the second wins.",
        &[("merge({'a': 1, 'b': 1}, {'b': 2})", "{\"a\": 1, \"b\": 2}")],
    ),
];

fn lookup(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let members = call.map(arguments, 0)?;
    let key = operators::key(&arguments[1])?;
    members
        .get(&key)
        .or(arguments.get(2))
        .cloned()
        .ok_or_else(|| Trouble::missing(format!("no `{key}` in {}", arguments[0].describe())))
}

fn get(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let path = Path::read(call, arguments, 1)?;
    path.find(call, &arguments[0])?
        .or(arguments.get(2).cloned())
        .ok_or_else(|| {
            Trouble::missing(format!(
                "{} leads nowhere in {}",
                arguments[1].describe(),
                arguments[0].describe()
            ))
        })
}

fn keys(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let members = call.map(arguments, 0)?;
    call.new_list(members.keys().map(|key| Term::Text(Arc::clone(key))).collect())
}

fn values(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.new_list(call.map(arguments, 0)?.values().cloned().collect())
}

fn entries(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let entry = |(key, value): (&Arc<str>, &Term)| {
        let members = [("key", Term::Text(Arc::clone(key))), ("value", value.clone())];
        Term::map(
            members
                .into_iter()
                .map(|(name, term)| (Arc::from(name), term))
                .collect(),
        )
    };
    call.new_list(call.map(arguments, 0)?.iter().map(entry).collect())
}

fn merge(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (a, b) = (call.map(arguments, 0)?, call.map(arguments, 1)?);
    let mut members: TermMap = a.as_ref().clone();
    members.extend(b.iter().map(|(key, value)| (Arc::clone(key), value.clone())));
    call.new_map(members)
}
