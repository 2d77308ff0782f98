//! The parser, the predicate and the tables, on small items.

use serde_json::json;

use super::*;
use crate::value::Json;

const TEXT: &[Operator] = &[
    Operator::Eq,
    Operator::In,
    Operator::StartsWith,
    Operator::EndsWith,
    Operator::Ne,
];

const RULES: Rules = Rules {
    type_name: "microsoft.graph.thing",
    selectable: &["id", "name", "status", "at", "on", "tags", "parts", "secret"],
    shown: &["id", "name"],
    filterable: &[
        Property {
            path: "name",
            kind: Kind::Text,
            operators: TEXT,
        },
        Property {
            path: "status/errorCode",
            kind: Kind::Number,
            operators: &[Operator::Eq],
        },
        Property {
            path: "at",
            kind: Kind::Instant,
            operators: &[Operator::Ge, Operator::Le, Operator::Eq],
        },
        Property {
            path: "on",
            kind: Kind::Bool,
            operators: &[Operator::Eq],
        },
        Property {
            path: "tags",
            kind: Kind::Complex,
            operators: &[],
        },
        Property {
            path: "tags/",
            kind: Kind::Text,
            operators: &[Operator::Eq],
        },
        Property {
            path: "parts",
            kind: Kind::Complex,
            operators: &[],
        },
        Property {
            path: "parts/id",
            kind: Kind::Guid,
            operators: &[Operator::Eq],
        },
        Property {
            path: "parts/$count",
            kind: Kind::Number,
            operators: &[Operator::Eq, Operator::Ne],
        },
    ],
    sortable: &["name"],
    page: 2,
    page_limit: 10,
    case: Case::Ignored,
    advanced: Advanced::OnRequest,
};

fn filter(text: &str) -> Expression {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("$filter", text)
        .finish();
    Query::parse(&query).expect("it parses").filter.expect("a filter")
}

fn checked(query: &str) -> Result<(), QueryError> {
    Query::parse(query).and_then(|query| RULES.check(&query))
}

#[test]
fn a_filter_is_a_predicate_over_json() {
    let item = json!({
        "name": "Anna O'Neil", "status": {"errorCode": 50173}, "at": "2026-03-24T08:00:00.5Z", "on": true,
        "tags": ["nonInteractiveUser"], "none": null, "big": 7.5,
        "parts": [{"id": "AAAAAAAA-0000-4000-8000-000000000001"}],
    });
    for (text, expected) in [
        ("name eq 'anna o''neil'", true),
        ("name ne 'anna o''neil'", false),
        ("status/errorCode eq 50173", true),
        ("status/errorCode eq 0 or name eq 'x' or on eq true", true),
        ("status/errorCode eq 0 and name eq 'x' or on eq true", true),
        ("on eq true and (status/errorCode eq 0 or name eq 'x')", false),
        ("at ge 2026-03-24T08:00:00Z", true),
        ("at le 2026-03-24T08:00:00Z", false),
        ("at gt 2026-03-24T09:00:00+01:00", true),
        ("at ge 2026-03-24", true),
        ("not(on eq true)", false),
        ("not on eq false", true),
        ("name in ('x', 'Anna O''Neil')", true),
        ("startsWith(name,'ANNA')", true),
        ("startswith(name, 'ANNA') eq false", false),
        ("endsWith(name,'neil')", true),
        ("contains(name,'o''n')", true),
        ("tags/any(t: t eq 'nonInteractiveUser')", true),
        ("tags/any(t:t eq 'interactiveUser')", false),
        ("tags/any()", true),
        (
            "on eq true and tags/any(t:t eq 'interactiveUser' or t eq 'nonInteractiveUser')",
            true,
        ),
        ("parts/any(p: p/id eq aaaaaaaa-0000-4000-8000-000000000001)", true),
        ("parts/$count ne 0", true),
        ("parts/$count eq 2", false),
        ("none eq null", true),
        ("missing eq null", true),
        ("missing ge 3", false),
        ("big gt -1 and big lt 7.6", true),
    ] {
        assert_eq!(filter(text).holds(&item, Case::Ignored), expected, "{text}");
    }
    assert!(!filter("name eq 'anna o''neil'").holds(&item, Case::Kept));
}

#[test]
fn what_is_no_filter_is_refused() {
    for text in [
        "",
        "name",
        "name eq",
        "name is 'x'",
        "name eq 'x",
        "(name eq 'x'",
        "name eq 'x')",
        "eq eq eq",
        "name eq 'x' and",
        "tolower(name) eq 'x'",
        "tags/any(t)",
        "name in 'x'",
        "name in ()",
        "#",
        "startsWith('x',name)",
        "'x' eq name",
    ] {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("$filter", text)
            .finish();
        assert!(Query::parse(&query).is_err(), "{text}");
    }
    let deep = format!("$filter={}on eq true{}", "(".repeat(1000), ")".repeat(1000));
    assert!(Query::parse(&deep).is_err());
}

#[test]
fn a_collection_takes_only_what_it_documents() {
    for query in [
        "$filter=name eq 'x'",
        "$filter=at ge 2026-03-24T08:00:00Z and status/errorCode eq 0",
        "$select=id,secret",
        "$top=10",
        "$orderby=name desc",
        "$filter=tags/any(t: t eq 'x')",
    ] {
        assert_eq!(checked(query), Ok(()), "{query}");
    }
    for query in [
        "$filter=at eq '2026-03-24T08:00:00Z'",
        "$filter=status/errorCode ge 1",
        "$filter=secret eq 'x'",
        "$filter=unheard eq 'x'",
        "$select=unheard",
        "$top=11",
        "$top=0",
        "$top=x",
        "$orderby=at",
        "$skip=3",
        "$unheard=1",
        "$filter=name ne 'x'",
        "$filter=endsWith(name,'x')",
        "$filter=not(on eq true)",
        "$filter=parts/$count ne 0",
        "$filter=name/any(x: x eq 'y')",
        "$filter=tags eq 'x'",
        "$filter=on eq 'true'",
    ] {
        assert!(checked(query).is_err(), "{query}");
    }
}

#[test]
fn advanced_filters_need_the_header_and_the_count() {
    let mut query = Query::parse("$filter=name ne 'x' and parts/$count ne 0&$count=true").expect("it parses");
    assert!(matches!(RULES.check(&query), Err(QueryError::Unsupported(_))));
    query.eventual = true;
    assert_eq!(RULES.check(&query), Ok(()));
    query.count = false;
    assert!(RULES.check(&query).is_err());
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition_while_items_arrive() {
    let item = |n: i32| json!({"id": n.to_string(), "name": format!("n{n}"), "secret": 1});
    let key = |item: &Json| item["id"].as_str().unwrap_or_default().to_owned();
    let mut query = Query::parse("$select=id").expect("it parses");
    let mut seen = Vec::new();
    for newest in [5, 7, 8] {
        let found = page(&query, &RULES, (0..=newest).rev().map(item), key).expect("a page");
        seen.extend(found.items);
        query.skip_token = found.next;
    }
    assert_eq!(seen, ["5", "4", "3", "2", "1", "0"].map(|id| json!({"id": id})));
    assert_eq!(query.skip_token, None);
    query.skip_token = Some("zz".to_owned());
    assert!(page(&query, &RULES, std::iter::empty(), key).is_err());
}

#[test]
fn without_select_only_the_default_properties_are_shown() {
    let query = Query::parse("").expect("it parses");
    let items = [json!({"id": "1", "secret": 2})];
    let found = page(&query, &RULES, items.into_iter(), |_| String::new()).expect("a page");
    assert_eq!(found.items, [json!({"id": "1", "name": null})]);
}

#[test]
fn percent_encoding_is_undone_once() {
    for (text, plain) in [
        ("a%40b", "a@b"),
        ("%2540", "%40"),
        ("100%", "100%"),
        ("%zz", "%zz"),
        ("%C3%A9", "é"),
    ] {
        assert_eq!(decode(text), plain);
    }
}

proptest::proptest! {
    #[test]
    fn parsing_any_text_never_panics(text in ".{0,60}") {
        let _ = parser::parse(&text);
        let _ = Query::parse(&text);
        let _ = decode(&text);
    }

    #[test]
    fn a_quoted_text_is_found_again(text in ".{0,30}") {
        let filter = parser::parse(&format!("name eq '{}'", text.replace('\'', "''"))).expect("it parses");
        let item = json!({"name": text});
        proptest::prop_assert!(filter.holds(&item, Case::Kept));
    }
}
