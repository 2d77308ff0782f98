//! Properties of expressions: the `cel` crate's evaluator agrees with ours, and no source makes anything panic.

use cel::Env;
use proptest::prelude::*;
use serde_json::json;

use super::{evaluate, parse, planned_at};
use crate::playbook::expression::Scope;
use crate::value::{Json, Value};

/// Sources over which the `cel` crate's own evaluator and ours must agree.
fn arithmetic() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0..100i32).prop_map(|n| n.to_string()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        "'[a-z]{0,3}'",
        Just("[1, 2, 3]".to_owned()),
        Just("{'a': 1}".to_owned()),
        Just("x".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (
                inner.clone(),
                "[+*/%<>]|-|==|!=|<=|>=|&&|\\|\\|| in ",
                inner.clone()
            )
                .prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            inner.clone().prop_map(|a| format!("[1, 2].map(x, {a})")),
            inner.clone().prop_map(|a| format!("[1, 2].filter(x, {a})")),
            inner.clone().prop_map(|a| format!("[1, 0].exists(x, {a})")),
            inner.prop_map(|a| format!("[1, 0].all(x, {a})")),
        ]
    })
}

fn oracle(source: &str) -> Option<cel::Value> {
    let mut context = cel::Context::default();
    context.add_variable("x", 5i64).expect("a number");
    Env::stdlib().compile(source).ok()?.execute(&context).ok()
}

fn agrees(ours: &Json, theirs: &cel::Value) -> bool {
    match (ours, theirs) {
        (Json::Null, cel::Value::Null) => true,
        (Json::Bool(a), cel::Value::Bool(b)) => a == b,
        (Json::Number(a), cel::Value::Int(b)) => a.as_i64() == Some(*b),
        (Json::String(a), cel::Value::String(b)) => a == b.as_ref(),
        (Json::Array(a), cel::Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| agrees(a, b))
        }
        (Json::Object(a), cel::Value::Map(b)) => {
            a.len() == b.map.len()
                && a.iter().all(|(k, v)| {
                    b.get(&cel::objects::Key::from(k.as_str()))
                        .is_some_and(|b| agrees(v, b))
                })
        }
        _other => false,
    }
}

/// Pieces of which hostile sources are made.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[-+*/%<>=!&|?:.,()\\[\\]{}'\"` \\\\\n]{1,3}",
        "[a-z]{1,3}",
        Just("user".to_owned()),
        Just(".map(x, ".to_owned()),
        Just("size(".to_owned()),
        Just("inputs".to_owned()),
        Just("long".to_owned()),
        Just("999999999999999999".to_owned()),
        Just("1e308".to_owned()),
        Just("now()".to_owned()),
        Just("duration('24h')".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn where_cel_has_a_value_ours_is_the_same(source in arithmetic()) {
        let mut scope = Scope::new(planned_at());
        scope.bind("x", json!(5).into());
        if let Some(theirs) = oracle(&source) {
            let ours = parse(&source).expect("it parses").evaluate(&scope);
            let ours = ours.map_err(|error| error.message);
            prop_assert!(
                matches!(&ours, Ok(Value::Known(ours)) if agrees(ours, &theirs)),
                "{source}: {ours:?}, {theirs:?}"
            );
        }
    }

    #[test]
    fn no_source_makes_parsing_or_evaluating_panic(source in pieces()) {
        let _ = evaluate(&source);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    #[ignore = "minutes: the larger variant of the property above"]
    fn no_source_at_all_makes_parsing_or_evaluating_panic(source in prop_oneof![pieces(), ".{0,300}"]) {
        let _ = evaluate(&source);
    }
}
