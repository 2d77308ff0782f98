//! Tests of texts with holes: tables of what they give and of mistakes.

mod hostile;
mod messages;

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::diagnostic::{SourceFile, Span};
use crate::playbook::expression::Scope;
use crate::value::{Json, Value};

fn span_of(text: &str) -> Span {
    let file = Arc::new(SourceFile {
        name: "playbook.yaml".into(),
        text: text.to_owned(),
    });
    Span::new(&file, 0..text.len())
}

fn scope() -> Scope {
    let mut scope = Scope::new("2026-03-12T10:00:00Z".parse().expect("an instant"));
    scope.bind(
        "user",
        json!({
            "id": "u1", "mail": "o'brien@example.com", "n": 3, "ok": true, "none": null, "half": 0.5,
            "manager": {"@odata.type": "#user", "name": "Ada"}, "tags": ["a", "b"], "dots": "..", "empty": "",
        })
        .into(),
    );
    scope.bind(
        "users",
        json!([{"id": "u1", "n": 1}, {"id": "u2", "n": 0}]).into(),
    );
    scope.bind("nobody", json!([]).into());
    scope.bind("skipped", Value::Absent);
    scope.bind("later", Value::Unknown);
    scope.bind("key", Value::Secret);
    scope.bind_field("inputs", "since", json!("24h").into());
    scope
}

fn render(text: &str, place: Place) -> Result<Json, String> {
    let parsed = Text::parse(text, span_of(text), place).map_err(|found| found[0].message.clone())?;
    let value = parsed.render(&scope()).map_err(|error| error.message)?;
    Ok(value
        .known()
        .cloned()
        .unwrap_or_else(|| json!(format!("{value:?}"))))
}

fn say(text: &str, format: MessageFormat) -> Result<String, String> {
    let parsed = Message::parse(text, span_of(text), format).map_err(|found| found[0].message.clone())?;
    match parsed.render(&scope()).map_err(|error| error.message)? {
        Value::Known(Json::String(text)) => Ok(text),
        other => Ok(format!("{other:?}")),
    }
}

fn plain(text: &str) -> Result<String, String> {
    say(text, MessageFormat::Plain)
}

#[test]
fn each_place_writes_values_in_its_own_way() {
    for (text, place, expected) in [
        (
            "/users/{{user.mail}}/x",
            Place::Path,
            json!("/users/o%27brien@example.com/x"),
        ),
        (
            "/sp(appId='{{user.mail}}')",
            Place::Path,
            json!("/sp(appId='o%27%27brien@example.com')"),
        ),
        (
            "/items({{user.n}})/f(a={{user.mail}})",
            Place::Path,
            json!("/items(3)/f(a=%27o%27%27brien@example.com%27)"),
        ),
        ("/users/{{user.n}}", Place::Path, json!("/users/3")),
        (
            "a ge {{ago inputs.since}} and b eq {{user.mail}}",
            Place::ODataFilter,
            json!("a ge 2026-03-11T10:00:00Z and b eq 'o''brien@example.com'"),
        ),
        (
            "a eq {{user.n}} or b eq {{user.ok}} or c eq {{user.none}} or d gt {{user.half}}",
            Place::ODataFilter,
            json!("a eq 3 or b eq true or c eq null or d gt 0.5"),
        ),
        (
            "a ge {{now}} and a lt {{add '2026-03-12T10:00:00Z' '1h'}}",
            Place::ODataFilter,
            json!("a ge 2026-03-12T10:00:00Z and a lt 2026-03-12T11:00:00Z"),
        ),
        (
            "{{user.mail}},{{user.n}}",
            Place::Query,
            json!("o'brien@example.com,3"),
        ),
        ("v={{user.n}}", Place::Header, json!("v=3")),
        ("{{user.n}}", Place::Json, json!(3)),
        ("{{ user.tags }}", Place::Json, json!(["a", "b"])),
        ("{{user.none}}", Place::Json, json!(null)),
        ("{{now}}", Place::Json, json!("2026-03-12T10:00:00Z")),
        ("n={{user.n}}", Place::Json, json!("n=3")),
        ("{{user.manager.[@odata.type]}}", Place::Json, json!("#user")),
        ("{{get user.manager '@odata.type'}}", Place::Json, json!("#user")),
        ("{{user.tags.1}}", Place::Json, json!("b")),
        ("{{default user.nope 'd'}}", Place::Json, json!("d")),
        ("{{has user.nope}}", Place::Json, json!(false)),
        ("{{lookup user 'n' 0}}", Place::Json, json!(3)),
        ("\\{{user.n}}", Place::Json, json!("{{user.n}}")),
        ("no hole", Place::Json, json!("no hole")),
        ("report-{{user.id}}.csv", Place::FileName, json!("report-u1.csv")),
        ("{{later}}", Place::Json, json!("Unknown")),
        ("x {{later.x}} {{key}}", Place::Json, json!("Secret")),
    ] {
        assert_eq!(render(text, place), Ok(expected), "{text}");
    }
}

#[test]
fn a_value_that_cannot_stand_at_its_place_is_an_error_with_the_hole() {
    for (text, place, part) in [
        ("/users/{{user.none}}", Place::Path, "`{{user.none}}`: found null"),
        ("/users/{{user.empty}}", Place::Path, "empty text"),
        ("/users/{{user.dots}}", Place::Path, "leads elsewhere"),
        ("/users/{{user.half}}/../x", Place::Path, "leads elsewhere"),
        ("/users/.{{user.nope}}", Place::Path, "no `nope`"),
        ("/users/{{user.tags}}", Place::Path, "a list of 2"),
        ("a in {{user.tags}}", Place::ODataFilter, "a list of 2"),
        ("a eq {{duration '1h'}}", Place::ODataFilter, "a duration"),
        ("{{user.none}}", Place::Query, "null"),
        ("{{replace user.id 'u' '\\n'}}", Place::Header, "U+000A"),
        ("a {{user.none}}", Place::Json, "null"),
        ("{{user.dots}}", Place::FileName, "no file name"),
        ("{{user.mail}}/x", Place::FileName, "no file name"),
        ("CON.{{user.id}}", Place::FileName, "device"),
        ("{{nope.x}}", Place::Json, "nothing called `nope`"),
        ("{{user.id.x}}", Place::Json, "expected a map"),
    ] {
        let message = render(text, place).expect_err(text);
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn two_holes_cannot_make_a_step_upwards_together() {
    let mut scope = scope();
    scope.bind("dot", json!(".").into());
    let dot = |text: &str| {
        let parsed = Text::parse(text, span_of(text), Place::Path).expect("it parses");
        parsed.render(&scope)
    };
    assert!(
        dot("/a/{{user.id}}{{dot}}").is_err(),
        "a lone dot is refused wherever it stands"
    );
    assert!(dot("/a/.{{user.id}}").is_ok());
}

#[test]
fn mistakes_in_a_request_have_a_code_and_the_hole_as_their_place() {
    for (text, place, code, hole) in [
        ("/a/{{{user.id}}}", Place::Path, codes::RAW, "{{{user.id}}}"),
        ("/a/{{&user.id}}/b", Place::Path, codes::RAW, "{{&user.id}}"),
        (
            "x {{#if user}}y{{/if}}",
            Place::Json,
            codes::NOT_HERE,
            "{{#if user}}",
        ),
        ("x {{! hidden }}", Place::Json, codes::NOT_HERE, "{{! hidden }}"),
        ("x {{> partial}}", Place::Json, codes::NOT_HERE, "{{> partial}}"),
        ("x {{* deco}}", Place::Json, codes::NOT_HERE, "{{* deco}}"),
        (
            "é {{lower (upper user.id)}}",
            Place::Json,
            codes::NOT_HERE,
            "{{lower (upper user.id)}}",
        ),
        (
            "x {{(lookup user 'id')}}",
            Place::Json,
            codes::NOT_HERE,
            "{{(lookup user 'id')}}",
        ),
        ("x {{szie user}}", Place::Json, "R0305", "{{szie user}}"),
        ("x {{lower}}", Place::Json, codes::HELPER, "{{lower}}"),
        (
            "x {{chunk user a=1}}",
            Place::Json,
            codes::HELPER,
            "{{chunk user a=1}}",
        ),
        (
            "x {{filter user 'a'}}",
            Place::Json,
            codes::HELPER,
            "{{filter user 'a'}}",
        ),
        ("x {{ago '1 day'}}", Place::Json, codes::HELPER, "{{ago '1 day'}}"),
        ("x {{this.id}}", Place::Json, codes::NOT_A_PATH, "{{this.id}}"),
        ("x {{@index}}", Place::Json, codes::NOT_A_PATH, "{{@index}}"),
        ("x {{../id}}", Place::Json, codes::NOT_A_PATH, "{{../id}}"),
        ("x {{@root.id}}", Place::Json, codes::NOT_A_PATH, "{{@root.id}}"),
        ("x {{user id", Place::Json, codes::SYNTAX, "{{user id"),
        (
            "a eq '{{user.id}}'",
            Place::ODataFilter,
            codes::IN_QUOTES,
            "{{user.id}}",
        ),
        ("a/b.csv", Place::FileName, codes::FILE_NAME, "a/b.csv"),
    ] {
        let found = Text::parse(text, span_of(text), place).expect_err(text);
        assert_eq!(found[0].code, code, "{text}: {}", found[0].message);
        let span = found[0].span.clone().expect("a place");
        assert_eq!(&text[span.range], hole, "{text}");
    }
    let both =
        Text::parse("{{{a}}} {{{b}}}", span_of("{{{a}}} {{{b}}}"), Place::Json).expect_err("two mistakes");
    assert_eq!(both.len(), 2);
}

#[test]
fn references_and_patterns_show_what_a_text_asks_for() {
    let shown =
        |references: &std::collections::BTreeSet<crate::playbook::expression::Reference>| -> Vec<String> {
            references
                .iter()
                .map(|r| {
                    r.field
                        .as_ref()
                        .map_or(r.root.clone(), |field| format!("{}.{field}", r.root))
                })
                .collect()
        };
    let source = "/users/{{user.id}}/x/{{ago inputs.since}}";
    let text = Text::parse(source, span_of(source), Place::Path).expect("it parses");
    assert_eq!(text.pattern(), "/users/{}/x/{}");
    assert_eq!(text.source(), source);
    assert_eq!(shown(text.references()), ["inputs.since", "user"]);
    let source = "{{#each a as |x i|}}{{this.q}}{{x.y}}{{i}}{{@index}}{{b}}{{#if steps.s.t}}{{c}}{{/if}}{{else}}{{d}}{{/each}}";
    let message = Message::parse(source, span_of(source), MessageFormat::Plain).expect("it parses");
    assert_eq!(shown(message.references()), ["a", "b", "c", "d", "steps.s"]);
}

#[test]
fn a_text_that_is_too_large_or_too_deep_is_a_diagnostic() {
    for text in [
        "{{".repeat(3_000),
        "{{a ".to_owned() + &"(a ".repeat(1_900),
        "{{a ".to_owned() + &"[".repeat(1_900),
        "{{a ".to_owned() + &"{\"a\":".repeat(1_500),
        "{{#if a}}".repeat(250),
        "{{#if a}}".repeat(250) + &"{{/if}}".repeat(250),
        "{{#if a}}x".to_owned() + &"{{else if a}}x".repeat(900) + "{{/if}}",
        "{{a.".to_owned() + &"b.".repeat(30_000) + "}}",
        "x".repeat(70_000),
        "{{a".to_owned() + &"~".repeat(1_000),
        "{{#if a}}{{/if".to_owned() + &"}".repeat(1_000) + "{{",
    ] {
        let found = Message::parse(&text, span_of(&text), MessageFormat::Plain);
        assert!(found.is_err(), "{}", &text[..30]);
    }
    let large = "x".repeat(40_000);
    assert!(Message::parse(&large, span_of(&large), MessageFormat::Plain).is_ok());
}
