//! Who may sign: reasons, mistakes and their places. Against `ssh-keygen`: `tests/approval.rs`.

use std::fmt::Write as _;

use proptest::prelude::*;
use ssh_key::PublicKey;

use super::*;

const JESS: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIoMq4lFwCyHbVMDaB8oXh1vNTyXTnNFHhcHQY6Xcx1Z";

fn other_key() -> String {
    let private = ssh_key::PrivateKey::from(ssh_key::private::Ed25519Keypair::from_seed(&[7; 32]));
    private.public_key().to_openssh().unwrap()
}

fn key(line: &str) -> KeyData {
    PublicKey::from_openssh(line).unwrap().key_data().clone()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn mistake(text: &str) -> (String, Diagnostic) {
    let error = AllowedSigners::parse(text).unwrap_err();
    assert_eq!(error.diagnostics.len(), 1, "{error}");
    let first = error.diagnostics[0].clone();
    (first.span.as_ref().unwrap().place(), first)
}

#[test]
fn a_key_speaks_for_its_principals_in_its_namespaces_and_time() {
    let text = format!(
        "# people\n\njess@example.com,*@ops.example.com namespaces=\"approve@redress\",valid-after=\"20260101Z\",valid-before=\"202612312359Z\" {JESS} laptop\n"
    );
    let signers = AllowedSigners::parse(&text).unwrap();
    let (key, now) = (key(JESS), at("2026-06-01T00:00:00Z"));
    assert_eq!(
        signers.allows("jess@example.com", &key, "approve@redress", now),
        Ok(())
    );
    assert_eq!(
        signers.allows("x@ops.example.com", &key, "approve@redress", now),
        Ok(())
    );
    assert_eq!(
        signers.who(&key, "approve@redress", now),
        ["jess@example.com,*@ops.example.com"]
    );
    assert_eq!(signers.digest(), Digest::of(text.as_bytes()));
}

#[test]
fn each_reason_has_its_own_words() {
    let text = format!(
        "jess@example.com namespaces=\"approve@redress\",valid-after=\"20260101Z\",valid-before=\"20261231235959Z\" {JESS}\n"
    );
    let signers = AllowedSigners::parse(&text).unwrap();
    let (jess, june) = (key(JESS), at("2026-06-01T00:00:00Z"));
    #[rustfmt::skip]
    let table = [
        ("jess@example.com", key(&other_key()), "approve@redress", june, "is not in `allowed_signers`"),
        ("kim@example.com", jess.clone(), "approve@redress", june, "may not sign as `kim@example.com`"),
        ("jess@example.com", jess.clone(), "attest@redress", june, "not for `attest@redress`"),
        ("jess@example.com", jess.clone(), "approve@redress", at("2025-12-31T23:59:59Z"), "from 2026-01-01T00:00:00Z on"),
        ("jess@example.com", jess, "approve@redress", at("2027-01-01T00:00:00Z"), "until 2026-12-31T23:59:59Z"),
    ];
    for (principal, key, namespace, at, words) in table {
        let reason = signers.allows(principal, &key, namespace, at).unwrap_err();
        assert!(
            reason.to_string().contains(words),
            "{reason} should contain `{words}`"
        );
    }
}

#[test]
fn both_ends_of_the_time_allowed_belong_to_it() {
    let text = format!("jess valid-after=\"20260101Z\",valid-before=\"20260102Z\" {JESS}\n");
    let signers = AllowedSigners::parse(&text).unwrap();
    let allowed = |instant: &str| signers.allows("jess", &key(JESS), "any", at(instant)).is_ok();
    assert!(allowed("2026-01-01T00:00:00Z"));
    assert!(allowed("2026-01-02T00:00:00.9Z"));
    assert!(!allowed("2026-01-02T00:00:01Z"));
    assert!(!allowed("2025-12-31T23:59:59.9Z"));
}

#[test]
fn the_line_that_came_closest_gives_the_reason() {
    let text = format!("kim@example.com {JESS}\njess@example.com valid-before=\"20200101Z\" {JESS}\n");
    let signers = AllowedSigners::parse(&text).unwrap();
    let reason = signers
        .allows(
            "jess@example.com",
            &key(JESS),
            "approve@redress",
            at("2026-01-01T00:00:00Z"),
        )
        .unwrap_err();
    assert!(
        matches!(reason, NotAllowed::NoLongerValid { line: 2, .. }),
        "{reason}"
    );
}

#[test]
fn each_mistake_is_named_with_its_place() {
    #[rustfmt::skip]
    let table = [
        (format!("jess valid-before=\"20300101\" {JESS}"), "R0554", "allowed_signers:1:20", "local time"),
        (format!("jess valid-before=\"2030\" {JESS}"), "R0554", "allowed_signers:1:20", "local time"),
        (format!("jess valid-before=\"20301301Z\" {JESS}"), "R0554", "allowed_signers:1:20", "no date"),
        (format!("jess valid-before=20300101Z {JESS}"), "R0554", "allowed_signers:1:19", "double quotes"),
        (format!("jess valid-after=\"20300102Z\",valid-before=\"20300101Z\" {JESS}"), "R0554", "allowed_signers:1:6", "not later"),
        (format!("# x\n  jess cert-authority {JESS}"), "R0553", "allowed_signers:2:8", "certificates"),
        (format!("jess namespace=\"a\" {JESS}"), "R0552", "allowed_signers:1:6", "unknown option `namespace`"),
        (format!("jess no-touch-required {JESS}"), "R0552", "allowed_signers:1:6", "unknown option"),
        (format!("jess namespaces=\"a\",namespaces=\"b\" {JESS}"), "R0552", "allowed_signers:1:21", "twice"),
        (format!("jess namespaces=\"\" {JESS}"), "R0555", "allowed_signers:1:17", "empty"),
        (format!("jess namespaces=\"a {JESS}"), "R0555", "allowed_signers:1:17", "not closed"),
        (format!("jess,, {JESS}"), "R0555", "allowed_signers:1:1", "empty"),
        ("jess".to_owned(), "R0550", "allowed_signers:1:5", "expected options or a key"),
        ("jess ssh-ed25519".to_owned(), "R0550", "allowed_signers:1:6", "no key"),
        ("jess ssh-ed25519 AAAA".to_owned(), "R0550", "allowed_signers:1:6", "cannot be read"),
        ("jess namespaces=\"a\"".to_owned(), "R0550", "allowed_signers:1:20", "no key"),
    ];
    for (text, code, place, words) in table {
        let (found, diagnostic) = mistake(&text);
        assert_eq!(diagnostic.code, code, "{text}");
        assert!(
            diagnostic.message.contains(words),
            "`{}` should contain `{words}`",
            diagnostic.message
        );
        assert_eq!(found, place, "{text}");
    }
}

#[test]
fn all_mistakes_come_at_once() {
    let error = AllowedSigners::parse("a\n# ok\nb\nc ssh-dss AAAA\n").unwrap_err();
    let places: Vec<_> = error
        .diagnostics
        .iter()
        .map(|d| {
            d.span
                .as_ref()
                .unwrap()
                .file
                .line_and_column(d.span.as_ref().unwrap().range.start)
                .0
        })
        .collect();
    assert_eq!(places, [1, 3, 4]);
}

#[test]
fn a_misspelt_option_is_suggested() {
    let (_, diagnostic) = mistake(&format!("jess valid-befor=\"20300101Z\" {JESS}"));
    assert_eq!(diagnostic.help, ["did you mean `valid-before`?"]);
}

#[test]
fn windows_line_ends_and_quoted_principals_are_read() {
    let text = format!("\"jess@example.com\" {JESS}\r\n\r\n");
    let signers = AllowedSigners::parse(&text).unwrap();
    assert_eq!(
        signers.who(&key(JESS), "any", at("2026-01-01T00:00:00Z")),
        ["jess@example.com"]
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*", line in "[a-z\"=,!*? \\t#\\r\\n-]{0,80}") {
        let mut all = text;
        writeln!(all, "\n{line} {JESS}").unwrap();
        let _ = AllowedSigners::parse(&all);
    }
}
