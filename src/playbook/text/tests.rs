//! Tests of texts with holes: tables of what they give, of mistakes, and hostile values in every place, read
//! back by parsers that are not ours.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::diagnostic::{Diagnostic, SourceFile, Span};
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
fn messages_have_blocks() {
    for (text, expected) in [
        ("{{#if user.ok}}yes{{else}}no{{/if}}", "yes"),
        ("{{#if user.none}}yes{{else}}no{{/if}}", "no"),
        ("{{#if user.nope}}yes{{else}}no{{/if}}", "no"),
        ("{{#if user.nope.deeper}}yes{{else}}no{{/if}}", "no"),
        (
            "{{#if skipped}}yes{{else if user.ok}}second{{else}}no{{/if}}",
            "second",
        ),
        ("{{#if skipped}}a{{else if nobody}}b{{else}}c{{/if}}", "c"),
        ("{{#unless nobody}}none{{/unless}}", "none"),
        (
            "{{#each users}}{{@index}}:{{this.id}}{{#unless @last}}, {{/unless}}{{/each}}",
            "0:u1, 1:u2",
        ),
        (
            "{{#each users as |u|}}{{#each user.tags as |t|}}{{u.id}}{{t}} {{/each}}{{/each}}",
            "u1a u1b u2a u2b ",
        ),
        ("{{#each nobody}}x{{else}}none{{/each}}", "none"),
        ("{{#each skipped}}x{{else}}none{{/each}}", "none"),
        (
            "{{#each user.manager}}{{@key}}={{this}};{{/each}}",
            "@odata.type=#user;name=Ada;",
        ),
        ("{{#each (sort_by users 'n')}}{{this.id}} {{/each}}", "u2 u1 "),
        ("{{#if (contains user.mail 'brien')}}yes{{/if}}", "yes"),
        (
            "{{size users}} users: {{user.tags}} {{user.none}}{{! a comment }}",
            "2 users: a, b ",
        ),
        ("a\n{{#if user.ok}}\nb\n{{/if}}\nc\n", "a\nb\nc\n"),
        ("{{later}}", "Unknown"),
        ("{{#if user.ok}}{{key}}{{/if}}", "Secret"),
    ] {
        assert_eq!(plain(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_an_error_even_in_a_condition() {
    for (text, part) in [
        ("{{#if nope}}x{{/if}}", "nothing called `nope`"),
        ("{{#unless nope.x}}x{{/unless}}", "nothing called `nope`"),
        ("{{#each nope}}x{{/each}}", "nothing called `nope`"),
        ("{{#each user.nope}}x{{/each}}", "no `nope`"),
        ("{{#each user.id}}x{{/each}}", "expected a list or a map"),
        ("{{user.nope}}", "no `nope`"),
        ("{{#each users}}{{id}}{{/each}}", "nothing called `id`"),
        ("{{#if (contains user.nope 'x')}}x{{/if}}", "no `nope`"),
    ] {
        let message = plain(text).expect_err(text);
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn mistakes_in_a_message_have_a_code() {
    for (text, format, code) in [
        ("{{{user.id}}}", MessageFormat::Plain, codes::RAW),
        ("{{#with user}}x{{/with}}", MessageFormat::Plain, codes::NOT_HERE),
        ("{{> p}}", MessageFormat::Plain, codes::NOT_HERE),
        ("{{#if a b}}x{{/if}}", MessageFormat::Plain, codes::HELPER),
        (
            "{{#if (contains (lower a) b)}}x{{/if}}",
            MessageFormat::Plain,
            codes::NOT_HERE,
        ),
        ("{{#if a}}x", MessageFormat::Plain, codes::SYNTAX),
        ("{{#if a}}x{{/each}}", MessageFormat::Plain, codes::SYNTAX),
        (
            "{{#each a}}{{../b}}{{/each}}",
            MessageFormat::Plain,
            codes::NOT_A_PATH,
        ),
        (
            "<a href=\"{{user.id}}\">x</a>",
            MessageFormat::Html,
            codes::IN_QUOTES,
        ),
        (
            "<script>let x = {{user.id}}</script>",
            MessageFormat::Html,
            codes::IN_QUOTES,
        ),
        ("<!-- {{user.id}} -->", MessageFormat::Html, codes::IN_QUOTES),
        ("[x]({{user.id}})", MessageFormat::Markdown, codes::IN_QUOTES),
        (
            "<b {{#if user.ok}}{{user.id}}{{/if}}>",
            MessageFormat::Markdown,
            codes::IN_QUOTES,
        ),
    ] {
        let found: Vec<Diagnostic> = Message::parse(text, span_of(text), format).expect_err(text);
        assert_eq!(found[0].code, code, "{text}: {}", found[0].message);
    }
    let deep = "{{#if a}}".repeat(20) + &"{{/if}}".repeat(20);
    assert_eq!(
        Message::parse(&deep, span_of(&deep), MessageFormat::Plain).expect_err("deep")[0].code,
        codes::TOO_LARGE
    );
}

#[test]
fn values_in_messages_hide_nothing_and_start_no_markup() {
    let mut scope = scope();
    let mut shown = |value: &str, format| {
        scope.bind("x", json!(value).into());
        let message = Message::parse("{{x}}", span_of("{{x}}"), format).expect("it parses");
        message
            .render(&scope)
            .ok()
            .and_then(|v| v.known().and_then(Json::as_str).map(str::to_owned))
            .unwrap_or_default()
    };
    for (value, expected) in [
        (
            "a\u{202e}b\u{200b}c\u{7}\n\u{1b}[31m",
            "a\\u{202e}b\\u{200b}c\\u{7}\\u{a}\\u{1b}[31m",
        ),
        ("{{user.id}} ${x}", "{{user.id}} ${x}"),
        ("Zoë 日本", "Zoë 日本"),
    ] {
        assert_eq!(shown(value, MessageFormat::Plain), expected);
    }
    for (value, expected) in [
        ("# head", "\\# head"),
        ("- item", "\\- item"),
        ("1. one", "1\\. one"),
        ("a_b _c_", "a_b \\_c\\_"),
        ("[x](javascript:1)", "\\[x\\]\\(javascript:1\\)"),
        ("https://evil www.evil", "https\\://evil www\\.evil"),
        ("a|b\nc`d`", "a\\|b c&#96;d&#96;"),
        ("    code", "&#32;   code"),
        ("jess@example.com", "jess@example.com"),
        ("<img onerror=x>", "\\<img onerror=x\\>"),
    ] {
        assert_eq!(shown(value, MessageFormat::Markdown), expected);
    }
    assert_eq!(
        shown("<b a='1'>&\"`", MessageFormat::Html),
        "&lt;b a=&#39;1&#39;&gt;&amp;&quot;&#96;"
    );
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

/// Reads an OData literal, and what is left after it. Written from the grammar, not from our encoder.
fn read_odata(text: &str) -> Option<(Json, &str)> {
    if let Some(mut rest) = text.strip_prefix('\'') {
        let mut value = String::new();
        loop {
            let at = rest.find('\'')?;
            value.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match rest.strip_prefix('\'') {
                Some(after) => {
                    value.push('\'');
                    rest = after;
                }
                None => return Some((Json::String(value), rest)),
            }
        }
    }
    let end = text.find(' ').unwrap_or(text.len());
    Some((serde_json::from_str(&text[..end]).ok()?, &text[end..]))
}

/// Values that want to be something else.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-'\"()/\\\\%.?#&=;:{}<>\\[\\]\r\n\t `|*_!@$,+~^a-c0-9]{0,24}",
        Just("' or 1 eq 1 or '".to_owned()),
        Just("..".to_owned()),
        Just("%2e%2e/%2F".to_owned()),
        Just("{{user.id}}".to_owned()),
        Just("\u{202e}\u{2028}\0".to_owned()),
    ]
}

fn render_with(text: &str, place: Place, value: &Json) -> Option<String> {
    let mut scope = scope();
    scope.bind("x", value.clone().into());
    let parsed = Text::parse(text, span_of(text), place).expect("it parses");
    let rendered = parsed.render(&scope).ok()?;
    rendered.known().and_then(Json::as_str).map(str::to_owned)
}

fn decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("k={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_value_in_a_path_is_one_segment(value in hostile()) {
        if let Some(path) = render_with("/users/{{x}}/messages", Place::Path, &json!(value)) {
            let url = url::Url::parse(&format!("https://graph.example{path}?$top=1")).expect("a URL");
            prop_assert_eq!(url.query(), Some("$top=1"));
            prop_assert_eq!(url.fragment(), None);
            let segments: Vec<String> = url.path_segments().expect("segments").map(decoded).collect();
            prop_assert_eq!(segments, vec!["users".to_owned(), value, "messages".to_owned()]);
        } else {
            prop_assert!(value.is_empty() || value == "." || value == "..");
        }
    }

    #[test]
    fn a_value_in_a_quoted_key_is_one_literal(value in hostile()) {
        if let Some(path) = render_with("/sp(appId='{{x}}')/y", Place::Path, &json!(value)) {
            let url = url::Url::parse(&format!("https://graph.example{path}")).expect("a URL");
            let segments: Vec<String> = url.path_segments().expect("segments").map(decoded).collect();
            prop_assert_eq!(segments.len(), 2);
            let literal = segments[0].strip_prefix("sp(appId=").expect("the key");
            prop_assert_eq!(read_odata(literal), Some((json!(value), ")")));
        } else {
            prop_assert!(value.is_empty());
        }
    }

    #[test]
    fn a_value_in_a_filter_is_one_literal(value in hostile(), number in any::<i64>(), half in -1e9..1e9f64) {
        for value in [json!(value), json!(number), json!(half), json!(null), json!(true)] {
            let filter = render_with("a eq {{x}} and b", Place::ODataFilter, &value).expect("every scalar");
            let (read, rest) = read_odata(filter.strip_prefix("a eq ").expect("the field")).expect("a literal");
            prop_assert_eq!(rest, " and b");
            let same = read == value || read.as_f64().is_some() && read.as_f64() == value.as_f64();
            prop_assert!(same, "{}, {}", read, value);
        }
    }

    #[test]
    fn a_value_in_a_query_is_that_text(value in hostile()) {
        let text = render_with("{{x}}", Place::Query, &json!(value)).expect("every text");
        let mut url = url::Url::parse("https://graph.example/").expect("a URL");
        url.query_pairs_mut().append_pair("$search", &text);
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(pairs, vec![("$search".to_owned(), value)]);
    }

    #[test]
    fn a_value_in_json_is_data(value in hostile()) {
        prop_assert_eq!(render_with("{{x}}", Place::Json, &json!(value)), Some(value.clone()));
        let text = render_with("a {{x}} b", Place::Json, &json!(value)).expect("every text");
        prop_assert_eq!(&text, &format!("a {value} b"));
        let back: Json = serde_json::from_str(&json!({"k": text}).to_string()).expect("JSON");
        prop_assert_eq!(back, json!({"k": text}));
    }

    #[test]
    fn a_value_in_a_header_is_one_line(value in hostile()) {
        if let Some(header) = render_with("v={{x}}", Place::Header, &json!(value)) {
            prop_assert!(header.chars().all(|c| (' '..='~').contains(&c)));
        }
    }

    #[test]
    fn a_value_in_a_file_name_leaves_no_folder(value in hostile()) {
        if let Some(name) = render_with("{{x}}", Place::FileName, &json!(value)) {
            let parts: Vec<_> = std::path::Path::new(&name).components().collect();
            prop_assert!(matches!(parts.as_slice(), [std::path::Component::Normal(_)]), "{}", name);
        }
    }

    #[test]
    fn a_value_in_html_is_text(value in hostile()) {
        let mut scope = scope();
        scope.bind("x", json!(value).into());
        let source = "<p>{{x}}</p>";
        let message = Message::parse(source, span_of(source), MessageFormat::Html).expect("it parses");
        let rendered = message.render(&scope).expect("every text");
        let document = rendered.known().and_then(Json::as_str).expect("a text").to_owned();
        let xml = roxmltree::Document::parse(&document).expect("one element");
        let read: String = xml.root_element().text().unwrap_or_default().to_owned();
        prop_assert!(xml.root_element().children().all(|child| child.is_text()));
        prop_assert_eq!(read, value.split('\n').map(visible).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn no_text_makes_parsing_or_rendering_panic(text in texts()) {
        try_all(&text);
    }
}

/// Pieces of which hostile texts are made.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[{}#/^>*&!~\\\\|=()\\[\\]'\".@ \n-]{1,3}",
        Just("{{".to_owned()),
        Just("}}".to_owned()),
        Just("{{#if user.ok}}".to_owned()),
        Just("{{else}}".to_owned()),
        Just("{{else if ".to_owned()),
        Just("{{/if}}".to_owned()),
        Just("{{#each users}}".to_owned()),
        Just("{{/each}}".to_owned()),
        Just("{{user.id}}".to_owned()),
        Just("{{~".to_owned()),
        Just("{{{{raw}}}}".to_owned()),
        Just("{{{{/raw}}}}".to_owned()),
        Just("{{!-- ".to_owned()),
        Just("lower ".to_owned()),
        Just(" as |x y|".to_owned()),
        "[a-zé]{0,3}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

fn try_all(text: &str) {
    for place in [
        Place::Path,
        Place::ODataFilter,
        Place::Query,
        Place::Header,
        Place::Json,
        Place::FileName,
    ] {
        let _ = render(text, place);
    }
    for format in [MessageFormat::Plain, MessageFormat::Markdown, MessageFormat::Html] {
        let _ = say(text, format);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    #[ignore = "minutes: the larger variant of the property above"]
    fn no_text_at_all_makes_parsing_or_rendering_panic(text in prop_oneof![texts(), ".{0,200}"]) {
        try_all(&text);
    }
}
