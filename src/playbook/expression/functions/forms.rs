//! The rows that are not plain functions of values: macros, `has`, `default`.
//!
//! What they do is in [`crate::playbook::expression::evaluate`]; this is their documentation.

use super::{Form, Function, row};
use crate::playbook::expression::node::Verb;

pub(super) const TABLE: &[Function] = &[
    row(
        Form::Default,
        (2, 2),
        "default(value, otherwise)",
        "The value, or the other one where the value is null or something on the way to it is missing.",
        &[
            ("default({'a': 1}.b, 2)", "2"),
            ("default(null, 'x')", "\"x\""),
            ("default(0, 2)", "0"),
        ],
    ),
    row(
        Form::Has,
        (1, 1),
        "has(map.field)",
        "Whether the map has that field; a field that is null is there, null itself has none.",
        &[
            ("has({'a': null}.a)", "true"),
            ("has({'a': 1}.b)", "false"),
            ("has({'a': null}.a.b)", "false"),
        ],
    ),
    row(
        Form::Loop(Verb::Filter),
        (2, 2),
        "list.filter(x, condition)",
        "The elements for which the condition holds, in order; of a map, its keys.",
        &[
            ("[1, 2, 3].filter(x, x > 1)", "[2, 3]"),
            ("{'b': 1, 'a': 2}.filter(k, true)", "[\"a\", \"b\"]"),
        ],
    ),
    row(
        Form::Loop(Verb::Map),
        (2, 3),
        "list.map(x, condition?, value)",
        "The value for each element, or for each for which the condition holds.",
        &[
            ("[1, 2].map(x, x * 10)", "[10, 20]"),
            ("[1, 2].map(x, x > 1, x * 10)", "[20]"),
        ],
    ),
    row(
        Form::Loop(Verb::All),
        (2, 2),
        "list.all(x, condition)",
        "Whether the condition holds for every element; true for an empty list.",
        &[("[1, 2].all(x, x > 0)", "true"), ("[].all(x, false)", "true")],
    ),
    row(
        Form::Loop(Verb::Exists),
        (2, 2),
        "list.exists(x, condition)",
        "Whether the condition holds for at least one element.",
        &[
            ("[1, 2].exists(x, x > 1)", "true"),
            ("[].exists(x, true)", "false"),
        ],
    ),
    row(
        Form::Loop(Verb::ExistsOne),
        (2, 2),
        "list.exists_one(x, condition)",
        "Whether the condition holds for exactly one element.",
        &[
            ("[1, 2].exists_one(x, x > 0)", "false"),
            ("[1, 2].exists_one(x, x > 1)", "true"),
        ],
    ),
];
