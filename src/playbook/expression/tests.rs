//! Tests of expressions: tables of meaning, of mistakes and of hostile sources.

mod properties;

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::diagnostic::SourceFile;
use crate::value::{Json, Timestamp};

pub(super) fn planned_at() -> Timestamp {
    "2026-03-12T10:00:00Z".parse().expect("an instant")
}

pub(super) fn span_of(text: &str) -> Span {
    let file = Arc::new(SourceFile {
        name: "playbook.yaml".into(),
        text: text.to_owned(),
    });
    Span::new(&file, 0..text.len())
}

fn parse(source: &str) -> Result<Expression, Vec<Diagnostic>> {
    Expression::parse(source, span_of(source))
}

fn scope() -> Scope {
    let mut scope = Scope::new(planned_at());
    scope.bind(
        "user",
        json!({"id": "u1", "mail": null, "n": 3, "big": u64::MAX, "@odata.type": "#user"}).into(),
    );
    scope.bind("skipped", Value::Absent);
    scope.bind("later", Value::Unknown);
    scope.bind("key", Value::Secret);
    scope.bind("long", json!((0..300).collect::<Vec<i32>>()).into());
    scope.bind_field("inputs", "since", json!("24h").into());
    scope.bind_field("inputs", "hidden", Value::Unknown);
    scope.bind_field("steps", "a", json!({"outcome": "answered"}).into());
    scope
}

fn evaluate(source: &str) -> Result<Value, String> {
    let expression = parse(source).map_err(|found| found[0].message.clone())?;
    expression.evaluate(&scope()).map_err(|error| error.message)
}

pub(super) fn value(source: &str) -> Result<Json, String> {
    evaluate(source).map(|value| value.known().cloned().expect("known"))
}

#[test]
fn expressions_mean_what_cel_says() {
    for (source, expected) in [
        ("user.n + 1", json!(4)),
        ("user.n % 2 == 1", json!(true)),
        ("7 / 2", json!(3)),
        ("7.0 / 2", json!(3.5)),
        ("-user.n", json!(-3)),
        ("- 9223372036854775808 == -9223372036854775807 - 1", json!(true)),
        ("!true || !!true", json!(true)),
        ("1 == 1.0 && 1 < 1.5", json!(true)),
        ("'a' + 'b' == 'ab'", json!(true)),
        ("[1] + [2]", json!([1, 2])),
        ("1 in [1, 2] && 'a' in {'a': 1}", json!(true)),
        ("'x' == 1", json!(false)),
        ("user['@odata.type']", json!("#user")),
        ("user.big", json!(u64::MAX)),
        ("user.mail == null", json!(true)),
        ("true ? 1 : 2", json!(1)),
        ("[1, 2, 3].filter(x, x > 1).map(x, x * 2)", json!([4, 6])),
        ("[[1, 2], [3]].map(l, l.map(x, x + 1))", json!([[2, 3], [4]])),
        ("[1].map(x, [2].map(x, x))", json!([[2]])),
        ("{'b': 1, 'a': 2}.map(k, k)", json!(["a", "b"])),
        ("true || 1 / 0 == 1", json!(true)),
        ("1 / 0 == 1 || true", json!(true)),
        ("1 / 0 == 1 && false", json!(false)),
        ("[0, 1].exists(x, 1 / x == 1)", json!(true)),
        ("[0, 1].all(x, 1 / x == 2)", json!(false)),
        ("inputs.since == '24h' && inputs['since'] == '24h'", json!(true)),
        ("steps.a.outcome", json!("answered")),
        ("has(user.mail) && !has(user.nope)", json!(true)),
        ("has(skipped.x)", json!(false)),
        ("has(inputs.since) && !has(inputs.nope)", json!(true)),
        ("default(skipped.x.y, 'd')", json!("d")),
        ("default(user.nope, user.id)", json!("u1")),
        ("default(skipped, 1)", json!(1)),
        ("skipped == null", json!(true)),
        ("timestamp('2026-03-12T09:00:00Z') < now()", json!(true)),
        ("now() - timestamp('2026-03-12T09:30:00Z')", json!("30m")),
        ("now() - duration('24h') == ago('1d')", json!(true)),
        (
            "timestamp('2026-03-12T10:00:00.5Z')",
            json!("2026-03-12T10:00:00.5Z"),
        ),
        ("duration('24h')", json!("24h")),
        ("{'a': [1, {'b': null}]}", json!({"a": [1, {"b": null}]})),
        (
            "\"it's\".size() == 4 && 'a\\tb'.size() == 3 && r'\\d'.size() == 2",
            json!(true),
        ),
    ] {
        assert_eq!(value(source), Ok(expected), "{source}");
    }
}

#[test]
fn what_has_no_value_says_why() {
    for (source, part) in [
        ("user.nope", "no `nope` in a map with `@odata.type`"),
        ("skipped.x", "no `x` in null"),
        ("inputs.nope", "`inputs` has no `nope`"),
        ("user.id.x", "expected a map"),
        ("nope + 1", "nothing called `nope`"),
        ("1 / 0", "division by zero"),
        ("9223372036854775807 + 1", "out of range"),
        ("user.big + 1", "out of range"),
        ("1 + 'a'", "`+` between a number `1` and a text `a`"),
        ("1 < 'a'", "cannot be compared"),
        ("now() == '2026-03-12T10:00:00Z'", "`timestamp(…)`"),
        ("duration('1h') > '30m'", "`duration(…)`"),
        ("[1][1]", "no element 1"),
        ("[1][-1]", "no element -1"),
        ("1 ? 2 : 3", "expected true or false"),
        ("{1.5: 2}", "cannot be the key"),
        ("{'a': 1, 'a': 2}", "stands twice"),
        ("(1).map(x, x)", "expected a list or a map"),
        ("1e308 * 10.0", "out of range"),
        (
            "now() + duration('30000d') + duration('30000d') + duration('36000d') + duration('36000d')",
            "",
        ),
    ] {
        match evaluate(source) {
            Err(message) => assert!(message.contains(part), "{source}: {message}"),
            Ok(found) => assert!(part.is_empty(), "{source} gave {found:?}"),
        }
    }
}

#[test]
fn an_error_points_at_the_part_that_has_no_value() {
    let source = "user.n == 3 && user.nope == 'x'";
    let error = parse(source)
        .expect("it parses")
        .evaluate(&scope())
        .expect_err("it has no value");
    let place = &error.span;
    assert!(source[..place.range.start].ends_with("user") || source[place.range.clone()].contains("nope"));
}

#[test]
fn what_refers_to_the_unknown_is_unknown_as_a_whole() {
    assert_eq!(evaluate("true || later"), Ok(Value::Unknown));
    assert_eq!(evaluate("inputs.hidden == 1"), Ok(Value::Unknown));
    assert_eq!(evaluate("inputs['hidden']"), Ok(Value::Unknown));
    assert_eq!(evaluate("size(inputs)"), Ok(Value::Unknown));
    assert_eq!(evaluate("has(later.x)"), Ok(Value::Unknown));
    assert_eq!(evaluate("key + 'x'"), Ok(Value::Secret));
    assert_eq!(evaluate("[key, later]"), Ok(Value::Secret));
    assert_eq!(evaluate("inputs.since"), Ok(json!("24h").into()));
    assert_eq!(evaluate("[1].map(later, later)"), Ok(json!([1]).into()));
}

#[test]
fn references_are_the_free_names_and_the_fields_of_inputs_and_steps() {
    let shown = |source: &str| -> Vec<String> {
        parse(source)
            .expect(source)
            .references()
            .iter()
            .map(|r| {
                r.field
                    .as_ref()
                    .map_or(r.root.clone(), |field| format!("{}.{field}", r.root))
            })
            .collect()
    };
    assert_eq!(
        shown("inputs.users.filter(u, verdicts[u.id].revoke == 'x')"),
        ["inputs.users", "verdicts"]
    );
    assert_eq!(shown("inputs['x'] + steps.s.outcome"), ["inputs.x", "steps.s"]);
    assert_eq!(shown("inputs[name]"), ["inputs", "name"]);
    assert_eq!(shown("has(inputs.x) && has(user.mail)"), ["inputs.x", "user"]);
    assert_eq!(shown("[x].map(x, x + y)"), ["x", "y"]);
    assert_eq!(shown("default(a.b, {'k': c})"), ["a", "c"]);
    let called = parse("size(a.filter(x, x > now()))").expect("it parses");
    assert_eq!(
        called.functions().iter().collect::<Vec<_>>(),
        ["filter", "now", "size"]
    );
}

#[test]
fn mistakes_have_a_code_a_place_and_help() {
    for (source, code, place) in [
        ("size(a) + szie(b)", codes::NO_SUCH_FUNCTION, Some("szie")),
        ("a.filtre(x, true)", codes::NO_SUCH_FUNCTION, Some("filtre")),
        ("chunk([1])", codes::ARGUMENTS, None),
        ("[1].now()", codes::ARGUMENTS, None),
        ("a.filter(x)", codes::ARGUMENTS, None),
        ("filter(a, x, true)", codes::BAD_MACRO, None),
        ("a.filter(1, true)", codes::BAD_MACRO, None),
        ("has(a)", codes::BAD_MACRO, None),
        ("b'x'", codes::NOT_SUPPORTED, None),
        ("Msg{a: 1}", codes::NOT_SUPPORTED, None),
        ("a.?b", codes::SYNTAX, None),
        ("a +", codes::SYNTAX, None),
        ("", codes::SYNTAX, None),
        ("a = b", codes::SYNTAX, None),
        ("matches(a, '(')", codes::BAD_LITERAL, None),
        ("ago('1 day')", codes::BAD_LITERAL, None),
        ("timestamp('yesterday')", codes::BAD_LITERAL, None),
        (
            "a.all(w, a.all(x, a.all(y, a.all(z, true))))",
            codes::TOO_MANY_LOOPS,
            None,
        ),
    ] {
        let found = parse(source).expect_err(source);
        assert_eq!(found[0].code, code, "{source}: {}", found[0].message);
        if let Some(place) = place {
            let span = found[0].span.clone().expect("a place");
            assert_eq!(&source[span.range], place);
        }
    }
    let found = parse("szie(b)").expect_err("no such function");
    assert!(found[0].help[0].contains("`size`") && found[0].help[1].contains("xml_find"));
    assert_eq!(parse("nope(a) + nope2(b)").expect_err("both").len(), 2);
}

#[test]
fn the_codes_are_sorted_and_each_is_there_once() {
    assert!(codes::CODES.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn a_source_that_is_too_deep_or_too_long_is_a_diagnostic() {
    let nested = |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    for source in [
        vec!["1"; 10_000].join("+"),
        vec!["1"; 1_900].join("+"),
        vec!["1"; 1_900].join("-"),
        "(".repeat(3_900),
        "[".repeat(3_900),
        "{".repeat(3_900),
        nested("(", ")", 1_900),
        nested("[", "]", 1_900),
        vec!["a"; 1_900].join("."),
        "!".repeat(3_900) + "a",
        "-".repeat(3_900) + "1",
        "a?b:".repeat(970) + "c",
        "f(".repeat(1_900),
        "a[".repeat(1_900),
        "a".to_owned() + &"[0]".repeat(1_300),
        "a".to_owned() + &".f()".repeat(970),
        vec!["a"; 1_300].join("&&"),
        vec!["a"; 1_300].join("||"),
        vec!["a"; 970].join("=="),
        vec!["a"; 780].join(" in "),
        vec!["1"; 1_000].join("in "),
        "'''".repeat(1_300),
        "r'\\".repeat(900),
        "\u{0}".repeat(3_000),
    ] {
        assert!(parse(&source).is_err(), "{}", &source[..40.min(source.len())]);
    }
}

#[test]
fn a_source_just_below_the_limits_is_read_and_evaluated_on_a_small_stack() {
    let sources = [
        vec!["1"; 200].join("+"),
        format!("{}1{}", "(".repeat(25), ")".repeat(25)),
        format!("{}1{}", "[".repeat(25), "]".repeat(25)),
        "true ? 1 : ".repeat(80) + "0",
        vec!["true"; 100].join("&&"),
        "((((((((1))))))))".to_owned(),
        "[[[[[[[[1]]]]]]]]".to_owned(),
        vec!["1"; 32].join("+"),
        "true ? 1 : ".repeat(15) + "0",
    ];
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    let all_known = small
        .spawn(move || sources.iter().all(|source| evaluate(source).is_ok()))
        .expect("a thread")
        .join()
        .expect("no abort");
    assert!(all_known);
}

#[test]
fn too_much_work_is_an_error() {
    for source in [
        "long.all(a, long.all(b, long.all(c, a + b + c >= 0)))",
        "[1].map(x, x) == [] || long.exists(a, long.exists(b, long.exists(c, a + b + c < 0)))",
        &("['x']".to_owned() + &".map(x, x + x)".repeat(60)),
        &("[[1]]".to_owned() + &".map(x, [x, x])".repeat(60)),
        &("[long]".to_owned() + &".map(x, x + x)".repeat(40)),
        &("['xxxxxxxx']".to_owned() + &".map(x, x.replace('x', 'xxxxxxxx'))".repeat(20)),
    ] {
        let message = evaluate(source).expect_err(source);
        assert!(
            message.contains("at most") || message.contains("steps"),
            "{message}"
        );
    }
}

#[test]
fn a_value_that_is_nested_too_deep_is_an_error_in_both_directions() {
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let mut scope = scope();
    scope.bind("deep", deep.into());
    assert!(parse("size(deep)").expect("it parses").evaluate(&scope).is_err());
    assert!(evaluate(&("[1]".to_owned() + &".map(x, [x])".repeat(60))).is_ok());
}

#[test]
fn a_child_scope_shadows_its_parent_and_leaves_it_alone() {
    let parent = scope();
    let mut child = parent.clone();
    child.bind("user", json!("other").into());
    child.bind_field("inputs", "since", json!("1h").into());
    assert_eq!(child.get("user"), Some(json!("other").into()));
    assert_eq!(
        parent
            .get("user")
            .and_then(|v| v.known().map(|v| v["id"].clone())),
        Some(json!("u1"))
    );
    assert_eq!(
        parse("inputs.since").expect("it parses").evaluate(&parent).ok(),
        Some(json!("24h").into())
    );
    assert_eq!(
        parse("inputs.since").expect("it parses").evaluate(&child).ok(),
        Some(json!("1h").into())
    );
    assert_eq!(parent.get("inputs"), Some(Value::Unknown));
    assert_eq!(parent.get("nothing"), None);
}
