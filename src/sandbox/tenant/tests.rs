//! What a tenant file may say, and how a wrong one is answered.

use std::sync::Arc;

use super::*;

fn source(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile {
        name: "tenant.yaml".to_owned(),
        text: text.to_owned(),
    })
}

const HEAD: &str = "redress_tenant: 1
id: 5b6a7c1e-2f70-4b52-9b0e-8f0d3c1a9e10
name: Contoso
start: 2026-03-24T08:00:00Z
app: {client_id: 0c9f7a52-77c1-4a3e-9f0b-1c5d8a3b2e44, roles: [User.Read.All]}
users:
  - {id: 11111111-0000-4000-8000-000000000001, userPrincipalName: anna@contoso.example, displayName: Anna}
";

/// Code, line and column of each mistake in HEAD plus `more`; lines count from the first of `more`.
fn wrong(more: &str) -> Vec<(&'static str, usize, usize)> {
    let source = source(&format!("{HEAD}{more}"));
    let head = HEAD.lines().count();
    let Err(wrong) = parse(&source) else {
        return Vec::new();
    };
    wrong
        .iter()
        .map(|diagnostic| {
            let span = diagnostic.span.as_ref().expect("a place");
            let (line, column) = span.file.line_and_column(span.range.start);
            (diagnostic.code, line.saturating_sub(head), column)
        })
        .collect()
}

#[test]
fn every_mistake_has_its_place() {
    for (more, expected) in [
        ("", vec![]),
        ("unheard: 1\n", vec![("R0601", 1, 1)]),
        ("throttling: never\n", vec![("R0601", 1, 13)]),
        ("lags: {revocation: 20}\n", vec![("R0605", 1, 20)]),
        (
            "sign_ins:\n  - {user: ana@contoso.example, app: office}\n",
            vec![("R0604", 2, 12)],
        ),
        (
            "sign_ins:\n  - {user: anna@contoso.example, app: outlok_mobile, from: yesterday}\n",
            vec![("R0604", 2, 39), ("R0605", 2, 60)],
        ),
        ("sign_ins:\n  - {app: office}\n", vec![("R0601", 2, 11)]),
        (
            "groups:\n  - {id: 7a1c, displayName: Admins, members: [anna@contoso.example, bo]}\n",
            vec![("R0607", 2, 10), ("R0604", 2, 69)],
        ),
        (
            "faults:\n  - {on: 'POST /x', kind: sudden}\n  - {on: 'POST', kind: 429, nth: 0}\n",
            vec![("R0606", 2, 27), ("R0608", 3, 10), ("R0608", 3, 34)],
        ),
        ("issues:\n  - {title: x}\n", vec![("R0601", 2, 5)]),
        (
            "exchange:\n  auth_servers:\n    - {Nam: x}\n    - {Name: x, Guide: y}\n",
            vec![("R0601", 3, 7), ("R0604", 4, 7)],
        ),
    ] {
        assert_eq!(wrong(more), expected, "{more}");
    }
}

#[test]
fn a_taken_name_is_found_whatever_its_case() {
    let twice = "  - {id: 11111111-0000-4000-8000-000000000002, userPrincipalName: ANNA@contoso.example, displayName: A}\n";
    assert_eq!(wrong(twice), [("R0603", 1, 67)]);
}

#[test]
fn a_wrong_version_is_refused() {
    let source = source(&HEAD.replace("redress_tenant: 1", "redress_tenant: 2"));
    let wrong = parse(&source).expect_err("it is refused");
    assert_eq!(wrong[0].code, "R0602");
}

#[test]
fn a_name_that_is_nearly_right_is_suggested() {
    let source = source(&format!(
        "{HEAD}sign_ins:\n  - {{user: ana@contoso.example, app: office}}\n"
    ));
    let wrong = parse(&source).expect_err("it is refused");
    assert_eq!(wrong[0].help, ["did you mean `anna@contoso.example`?"]);
}

#[test]
fn the_exchange_state_has_the_origin_filled_in() {
    let source = source(&format!(
        "{HEAD}exchange:
  auth_servers:
    - {{Name: EvoSts, Type: AzureAD, AuthMetadataUrl: '{{origin}}/{{tenant}}/x.xml'}}
    - {{Name: ACS, Type: MicrosoftACS}}
  stored_certificates: [MIIB]
  published_certificates: [MIIC]
"
    ));
    let tenant = parse(&source).expect("a tenant");
    let state = tenant
        .exchange_state("http://127.0.0.1:1")
        .expect("an Exchange side");
    assert_eq!(
        state["auth_servers"][0]["AuthMetadataUrl"],
        "http://127.0.0.1:1/5b6a7c1e-2f70-4b52-9b0e-8f0d3c1a9e10/x.xml"
    );
    assert_eq!(
        state["auth_servers"][0]["CertificateStrings"],
        serde_json::json!(["MIIB"])
    );
    assert_eq!(
        state["auth_servers"][1]["CertificateStrings"],
        serde_json::json!([])
    );
    assert_eq!(state["auth_servers"][0]["WhenChangedUTC"], "2026-02-22T08:00:00Z");
}

#[test]
fn every_key_of_the_format_is_documented() {
    let documentation = include_str!("../../../docs/tenant-file.md");
    let raw = include_str!("raw.rs");
    let keys = raw
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(':'));
    for (key, _) in keys.filter(|(key, _)| !key.contains(' ')) {
        let camel: String = key
            .split('_')
            .enumerate()
            .map(|(at, word)| {
                if at == 0 {
                    word.to_owned()
                } else {
                    word[..1].to_uppercase() + &word[1..]
                }
            })
            .collect();
        let named = |name: &str| documentation.contains(&format!("`{name}`"));
        let shown = |name: &str| documentation.contains(&format!("{name}:"));
        assert!(
            named(key) || named(&camel) || shown(key) || shown(&camel),
            "{key}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn reading_any_text_never_panics(text in ".{0,200}") {
        let _ = parse(&source(&text));
        let _ = parse(&source(&format!("{HEAD}{text}")));
    }
}
