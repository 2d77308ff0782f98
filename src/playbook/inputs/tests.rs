//! Tables of given values and what they are bound as.

use super::*;
use std::sync::Arc;

use serde_json::json;

use crate::diagnostic::{SourceFile, Span};
use crate::playbook::model::InputKind;
use crate::playbook::model::{ChangePolicy, Limits, Protect};

fn input(name: &str, kind: InputKind, default: Option<Json>) -> Input {
    let file = Arc::new(SourceFile {
        name: String::new(),
        text: String::new(),
    });
    Input {
        name: name.to_owned(),
        kind,
        default,
        description: String::new(),
        span: Span::new(&file, 0..0),
    }
}

fn playbook(inputs: Vec<Input>) -> Playbook {
    Playbook {
        source: Arc::new(SourceFile {
            name: String::new(),
            text: String::new(),
        }),
        id: "x".to_owned(),
        title: "x".to_owned(),
        description: String::new(),
        inputs,
        limits: Limits {
            targets: 1,
            tenant_percent: None,
            span: None,
        },
        protect: Protect::default(),
        change: ChangePolicy {
            approvals: 1,
            valid_for: std::time::Duration::from_secs(1),
        },
        tables: Json::Null,
        steps: Vec::new(),
        templates: Vec::new(),
    }
}

fn one(kind: InputKind, value: GivenValue) -> Result<Json, String> {
    let given = Given {
        name: "x".to_owned(),
        value,
    };
    bind(&playbook(vec![input("x", kind, None)]), vec![given])
        .map(|mut bound| bound.remove("x").unwrap())
        .map_err(|errors| errors[0].to_string())
}

fn text(kind: InputKind, text: &str) -> Result<Json, String> {
    one(kind, GivenValue::Text(text.to_owned()))
}

fn file(kind: InputKind, name: &str, bytes: &[u8]) -> Result<Json, String> {
    one(
        kind,
        GivenValue::File {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        },
    )
}

fn list(of: InputKind) -> InputKind {
    InputKind::List(Box::new(of))
}

#[test]
fn a_text_is_read_as_its_type() {
    let values = || InputKind::Enum(vec!["a".to_owned(), "b".to_owned()]);
    for (kind, given, wanted) in [
        (InputKind::String, "12", json!("12")),
        (InputKind::Integer, "12", json!(12)),
        (InputKind::Number, "1.5", json!(1.5)),
        (InputKind::Boolean, "true", json!(true)),
        (InputKind::Duration, "1h30m", json!("1h30m")),
        (
            InputKind::Timestamp,
            "2026-03-01T08:00:00Z",
            json!("2026-03-01T08:00:00Z"),
        ),
        (values(), "b", json!("b")),
        (InputKind::User, " a@b.c ", json!("a@b.c")),
        (list(InputKind::User), "a@b.c, d@e.f", json!(["a@b.c", "d@e.f"])),
        (list(InputKind::Integer), "1,2", json!([1, 2])),
        (list(InputKind::String), "[\"a,b\"]", json!(["a,b"])),
        (InputKind::Map, "{\"a\": 1}", json!({"a": 1})),
    ] {
        assert_eq!(text(kind, given), Ok(wanted), "{given}");
    }
}

#[test]
fn a_wrong_text_says_what_was_found_and_expected() {
    let values = InputKind::Enum(vec!["a".to_owned()]);
    for (kind, given, wanted) in [
        (
            InputKind::Integer,
            "1.5",
            "the input `x` is `1.5`, expected a whole number",
        ),
        (
            InputKind::Boolean,
            "yes",
            "the input `x` is `yes`, expected `true` or `false`",
        ),
        (values, "c", "the input `x` is `c`, expected one of `a`"),
        (
            InputKind::Duration,
            "1 day",
            "the input `x` is `1 day`, expected a duration like `24h` or `1h30m`",
        ),
        (
            list(InputKind::User),
            "a@b.c,bob",
            "the input `x` is `bob` (element 2), expected a user as UPN, mail address or object id",
        ),
        (
            InputKind::Csv,
            "a",
            "the input `x` is `a`, expected a CSV file: `-i x=@file.csv`",
        ),
    ] {
        assert_eq!(text(kind, given).unwrap_err(), wanted, "{given}");
    }
}

#[test]
fn users_come_from_the_column_that_names_them() {
    let wide: Vec<u8> = "\u{feff}Name;upn\r\nA;a@b.c\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [
        b"userPrincipalName\na@b.c\n".to_vec(),
        b"id,UserPrincipalName\n1,a@b.c\n".to_vec(),
        b"\"Display name\",\"User principal name\"\n\"A\",\"a@b.c\"\n".to_vec(),
        b"\xEF\xBB\xBFmail;x\r\na@b.c;1\r\n".to_vec(),
        wide,
    ] {
        assert_eq!(file(list(InputKind::User), "r.csv", &bytes), Ok(json!(["a@b.c"])));
    }
    assert_eq!(
        file(list(InputKind::User), "r.csv", b"upn,x\na@b.c,1\nbob,2\n").unwrap_err(),
        "the input `x` is `bob` (row 3, column `upn` of `r.csv`), expected a user as UPN, mail address or object id"
    );
    assert_eq!(
        file(list(InputKind::User), "r.csv", b"name,x\na,1\n").unwrap_err(),
        "`r.csv` cannot be read: it has the columns `name`, `x`"
    );
}

#[test]
fn files_are_read_by_their_ending() {
    assert_eq!(
        file(
            list(InputKind::User),
            "r.txt",
            b"# reported\r\na@b.c\r\n\r\nd@e.f\r\n"
        ),
        Ok(json!(["a@b.c", "d@e.f"]))
    );
    assert_eq!(
        file(
            list(InputKind::User),
            "r.json",
            b"[\"a@b.c\", {\"userPrincipalName\": \"d@e.f\"}]"
        ),
        Ok(json!(["a@b.c", "d@e.f"]))
    );
    assert_eq!(
        file(InputKind::Csv, "r.csv", b"a,b\n1,2\n"),
        Ok(json!([{"a": "1", "b": "2"}]))
    );
    assert_eq!(
        file(InputKind::JsonFile, "r.json", b"{\"n\": 9007199254740993}"),
        Ok(json!({"n": "9007199254740993"}))
    );
    assert!(
        file(InputKind::JsonFile, "r.json", b"{")
            .unwrap_err()
            .contains("line 1, column 1")
    );
}

#[test]
fn all_mistakes_are_named_at_once() {
    let playbook = playbook(vec![
        input("users", list(InputKind::User), None),
        input("ticket", InputKind::String, None),
        input("since", InputKind::Duration, Some(json!("24h"))),
        input("hours", InputKind::Integer, None),
    ]);
    let given = |name: &str, value: &str| Given {
        name: name.to_owned(),
        value: GivenValue::Text(value.to_owned()),
    };
    let errors = bind(&playbook, vec![given("user", "x"), given("hours", "many")]).unwrap_err();
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "the playbook has no input `user`",
            "the input `hours` is `many`, expected a whole number",
            "missing input `users` (a list, each element a user as UPN, mail address or object id), input `ticket` (a text)",
        ]
    );
    assert_eq!(errors[0].hints(), ["did you mean `users`?"]);
}

#[test]
fn defaults_are_applied_and_names_go_before_files() {
    let playbook = playbook(vec![
        input("since", InputKind::Duration, Some(json!("24h"))),
        input("hours", InputKind::Integer, Some(json!(1))),
    ]);
    let mut given = given_from_file("in.yaml", b"hours: 2\nsince: 1h\n").unwrap();
    given.push(Given {
        name: "hours".to_owned(),
        value: GivenValue::Text("3".to_owned()),
    });
    let bound = bind(&playbook, given.clone()).unwrap();
    assert_eq!((&bound["hours"], &bound["since"]), (&json!(3), &json!("1h")));
    given.push(Given {
        name: "hours".to_owned(),
        value: GivenValue::Text("4".to_owned()),
    });
    assert_eq!(
        bind(&playbook, given).unwrap_err(),
        [InputError::Twice("hours".to_owned())]
    );
    assert_eq!(bind(&playbook, Vec::new()).unwrap()["since"], json!("24h"));
}
