//! Every file of `tests/cases/check` is checked; beside it stands what the check says of it.
//!
//! `REDRESS_REWRITE=1 cargo test --test check` writes those texts anew; the difference is reviewed like code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use redress::diagnostic::{Diagnostic, SourceFile};
use redress::playbook::check::{
    Checked, ParameterKind, SIZE_LIMIT_BYTES, Surroundings, TemplateFacts, TemplateProblem, Templates, check,
    source_from_bytes,
};
use redress::playbook::model::{Effect, Method};
use redress::report::diagnostic::{Style, render};

struct Shelf;

impl Templates for Shelf {
    fn template(&self, name: &str) -> Result<TemplateFacts, TemplateProblem> {
        let effect = match name {
            "exchange/get-server" | "./mine" => Effect::Read,
            "exchange/set-server" => Effect::Change,
            "./broken" => {
                let why = "its first line declares nothing".to_owned();
                return Err(TemplateProblem::Unusable(why));
            }
            _ => return Err(TemplateProblem::Missing),
        };
        Ok(TemplateFacts {
            text: "# script\n".to_owned(),
            effect,
            parameters: BTreeMap::from([
                ("Identity".to_owned(), ParameterKind::String),
                ("Depth".to_owned(), ParameterKind::Integer),
                ("Names".to_owned(), ParameterKind::List),
                ("Since".to_owned(), ParameterKind::Timestamp),
            ]),
            required: BTreeSet::from(["Identity".to_owned()]),
        })
    }

    fn names(&self) -> Vec<String> {
        ["exchange/get-server", "exchange/set-server"]
            .map(str::to_owned)
            .to_vec()
    }
}

fn check_source(file: Arc<SourceFile>) -> Checked {
    let reads = |method: Method, path: &str| method == Method::Post && path == "/directoryObjects/getByIds";
    check(
        file,
        Surroundings {
            templates: &Shelf,
            reads: &reads,
        },
    )
}

fn check_bytes(name: &str, bytes: &[u8]) -> Result<Checked, Diagnostic> {
    source_from_bytes(name, bytes).map(check_source)
}

fn said(name: &str, bytes: &[u8]) -> String {
    match check_bytes(name, bytes) {
        Ok(checked) => render(&checked.diagnostics, Style::Plain),
        Err(mistake) => render(&[mistake], Style::Plain),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    cases.sort();
    cases
}

fn good() -> String {
    fs::read_to_string(folder().join("good.yaml"))
        .unwrap()
        .replace("\r\n", "\n")
}

#[test]
fn each_case_says_what_stands_beside_it() {
    let rewrite = std::env::var_os("REDRESS_REWRITE").is_some();
    let mut different = Vec::new();
    for path in cases() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        // A checkout on Windows may have other line ends; columns and texts are the same.
        let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        let found = said(&name, text.as_bytes());
        let beside = path.with_extension("txt");
        if rewrite {
            fs::write(&beside, &found).unwrap();
        } else if fs::read_to_string(&beside)
            .unwrap_or_default()
            .replace("\r\n", "\n")
            != found
        {
            different.push(format!("--- {name}\n{found}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn the_cases_cover_every_code_that_a_text_can_cause() {
    // Of size, encoding, control characters and bombs there are tests below: such files are no good examples.
    let elsewhere = ["R0101", "R0102", "R0103", "R0105"];
    let found: BTreeSet<String> = cases()
        .iter()
        .filter_map(|path| check_bytes("x", &fs::read(path).unwrap()).ok())
        .flat_map(|checked| checked.diagnostics)
        .map(|d| d.code.to_owned())
        .collect();
    let missing: Vec<&str> = redress::playbook::codes::CODES
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| code.starts_with("R01") || code.starts_with("R02"))
        .filter(|code| !elsewhere.contains(code) && !found.contains(*code))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_good_playbook_is_accepted_whatever_its_line_ends_and_byte_order_mark() {
    let good = good();
    let crlf = good.replace('\n', "\r\n");
    let marked = format!("\u{feff}{good}");
    for text in [good, crlf, marked] {
        let checked = check_bytes("good.yaml", text.as_bytes()).unwrap();
        assert_eq!(checked.diagnostics, Vec::new());
        let playbook = checked.playbook.unwrap();
        assert!(!playbook.source.text.starts_with('\u{feff}'));
        let changes: Vec<&str> = playbook
            .steps
            .iter()
            .filter(|step| step.change.is_some())
            .map(|step| step.id.as_str())
            .collect();
        assert_eq!(changes, ["refresh", "revoke"]);
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_unread() {
    let mistake = check_bytes("big.yaml", &vec![b'{'; SIZE_LIMIT_BYTES + 1]).unwrap_err();
    assert_eq!((mistake.code, mistake.span), ("R0101", None));
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let mistake = check_bytes("x.yaml", b"redress: 1\nid: M\xfcller\n").unwrap_err();
    assert_eq!(mistake.code, "R0102");
    assert_eq!(mistake.span.unwrap().place(), "x.yaml:2:6");
    let wide: Vec<u8> = "\u{feff}a: 1".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mistake = check_bytes("x.yaml", &wide).unwrap_err();
    assert!(mistake.message.contains("UTF-16"), "{}", mistake.message);
}

#[test]
fn control_characters_are_named_and_never_shown() {
    let text = said("x.yaml", b"redress: 1\ntitle: \x1b[31mred\x00\n");
    assert!(
        text.contains("error[R0103]: the text holds the control character U+001B"),
        "{text}"
    );
    assert!(
        text.contains("U+0000") && !text.contains(['\u{1b}', '\u{0}']),
        "{text}"
    );
}

#[test]
fn hostile_files_end_in_few_mistakes_and_not_in_a_crash() {
    let bomb = (1..60).fold("a0: &a0 [1, 1]\n".to_owned(), |text, i| {
        format!("{text}a{i}: &a{i} [*a{0}, *a{0}, *a{0}]\n", i - 1)
    });
    let head = "redress: 1\nid: x\ntitle: x\nsteps:";
    let compute = |text: &str| format!("{head} [{{id: a, compute: '{text}'}}]\n");
    for text in [
        "[".repeat(500_000),
        "{a: ".repeat(100_000),
        "- ".repeat(300_000),
        "? ".repeat(300_000),
        "a: &a [*a]\n".to_owned(),
        bomb,
        format!("tables: {{a: [{}]}}\n", "1,".repeat(200_000)),
        compute(&format!("{}1", "1+".repeat(200_000))),
        compute(&"(".repeat(200_000)),
        compute(&"a.b.c[".repeat(60_000)),
        format!(
            "{head} [{{id: a, graph: 'GET /users{}'}}]\n",
            "{{".repeat(200_000)
        ),
        format!(
            "{head} [{{id: a, graph: 'GET /users?{}'}}]\n",
            "a=%2".repeat(100_000)
        ),
    ] {
        let checked = check_bytes("hostile.yaml", text.as_bytes()).unwrap();
        assert!(checked.playbook.is_none());
        assert!(
            (1..=20).contains(&checked.counts().0),
            "{:.300}",
            render(&checked.diagnostics, Style::Plain)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn checking_any_text_never_panics(
        text in "(?s)[a-z:\\-{}\\[\\]'\"|>&*!#?%@`$. \\n\\t\\r\u{e9}\u{202e}\u{0}]{0,200}"
    ) {
        let said = said("any.yaml", text.as_bytes());
        prop_assert!(said.contains("error"), "{}", said);
    }

    #[test]
    fn cutting_or_changing_a_good_playbook_never_panics(
        at in 0_usize..4_000, length in 0_usize..40, with in "(?s).{0,3}"
    ) {
        let mut text = good();
        let boundary = |at: usize, text: &str| {
            (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap()
        };
        let (start, end) = (boundary(at, &text), boundary(at + length, &text));
        text.replace_range(start..end, &with);
        let checked = check_source(Arc::new(SourceFile { name: "cut.yaml".to_owned(), text }));
        prop_assert_eq!(checked.playbook.is_none(), checked.counts().0 > 0);
        render(&checked.diagnostics, Style::Plain);
    }
}
