//! What the documents show must be true: playbooks and tenants in them are checked, the table of functions is the
//! program's own.
//!
//! `REDRESS_REWRITE=1` writes `docs/functions.md` anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redress::diagnostic::SourceFile;
use redress::edge::playbooks::Found;
use redress::edge::playbooks::{Beside, SHIPPED};
use redress::playbook::check::{Surroundings, check};
use redress::playbook::expression::functions;
use redress::report;
use redress::sandbox::tenant;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `(document, line, text)` of each YAML block.
fn blocks() -> Vec<(PathBuf, usize, String)> {
    let mut documents: Vec<PathBuf> = fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    documents.push(root().join("README.md"));
    let mut blocks = Vec::new();
    for document in documents
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
    {
        let text = fs::read_to_string(&document).unwrap().replace("\r\n", "\n");
        let mut at = 0;
        while let Some(begin) = text[at..].find("```yaml\n") {
            let start = at + begin + "```yaml\n".len();
            let end = start + text[start..].find("```").unwrap();
            blocks.push((
                document.clone(),
                text[..start].lines().count(),
                text[start..end].to_owned(),
            ));
            at = end + 3;
        }
    }
    blocks
}

#[test]
fn every_playbook_in_the_documents_is_clean() {
    let templates = Found {
        name: "document".to_owned(),
        bytes: Vec::new(),
        beside: Beside::Shipped(&SHIPPED[0]),
    };
    let mut checked = 0;
    for (document, line, text) in blocks() {
        if !(text.starts_with("redress: 1") && text.contains("\nsteps:")) {
            continue;
        }
        checked += 1;
        let source = Arc::new(SourceFile {
            name: format!("{}, line {line}", document.display()),
            text,
        });
        let around = Surroundings {
            templates: &templates,
            reads: &|_, _| false,
        };
        let found = check(source, around);
        assert!(
            found.diagnostics.is_empty(),
            "{}",
            report::diagnostics(&found.diagnostics)
        );
    }
    assert!(checked >= 1, "no playbook was found in the documents");
}

#[test]
fn every_tenant_in_the_documents_is_accepted() {
    let mut checked = 0;
    for (document, line, text) in blocks() {
        if !text.starts_with("redress_tenant: 1") {
            continue;
        }
        checked += 1;
        let source = Arc::new(SourceFile {
            name: format!("{}, line {line}", document.display()),
            text,
        });
        if let Err(found) = tenant::parse(&source) {
            panic!("{}", report::diagnostics(&found));
        }
    }
    assert!(checked >= 1, "no tenant was found in the documents");
}

#[test]
fn the_table_of_functions_is_the_programs_own() {
    let mut text = "# Functions\n\nEach exists once, in expressions and as a helper in text (`{{ago inputs.since}}`). The \
                    examples are run as tests.\n\n| function | what it gives | example |\n|---|---|---|\n"
        .to_owned();
    for function in functions() {
        let example = function
            .examples
            .first()
            .map(|(expression, value)| format!("`{expression}` → `{value}`"));
        let row = format!(
            "| `{}` | {} | {} |\n",
            function.signature,
            function.sentence,
            example.unwrap_or_default().replace('|', "\\|")
        );
        text.push_str(&row);
    }
    let file = root().join("docs/functions.md");
    if std::env::var_os("REDRESS_REWRITE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&file)
            .unwrap_or_default()
            .replace("\r\n", "\n"),
        text
    );
}
