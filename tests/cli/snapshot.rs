//! Expected texts: what a command said, with placeholders for what differs from run to run.

use std::fs;
use std::path::Path;

use regex::Regex;

use crate::bench::{Bench, case};
use crate::process::Said;

/// Compares exit code and standard error with `tests/cases/cli/NAME.txt`.
#[track_caller]
pub fn refused(bench: &Bench, name: &str, said: &Said) {
    same(
        name,
        &format!("exit {}\n{}", said.code, masked(bench.home(), &said.err)),
    );
}

/// Compares with `tests/cases/cli/NAME.txt`, or writes it where `REDRESS_REWRITE` is set.
#[track_caller]
pub fn same(name: &str, text: &str) {
    let file = case(&format!("{name}.txt"));
    if std::env::var_os("REDRESS_REWRITE").is_some() {
        fs::write(&file, text).unwrap();
    }
    let expected = fs::read_to_string(&file)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert_eq!(text, expected, "see `{}`", file.display());
}

/// Placeholders for paths, ids, digests, keys and times.
pub fn masked(home: &Path, text: &str) -> String {
    let mut text = text.replace("\r\n", "\n");
    let canonical = fs::canonicalize(home).unwrap();
    for folder in [canonical.as_path(), home] {
        text = text.replace(&folder.display().to_string(), "FOLDER");
    }
    let text = text.replace('\\', "/");
    let places = [
        (r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN"),
        (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", "TIME"),
        (r"\b[0-9a-f]{64}\b", "DIGEST"),
        (r"\b[0-9a-f]{32}\b", "ID"),
        (r"\b[0-9a-f]{8,16}…", "SHORT…"),
        (r"attest-[0-9a-f]{12}", "attest-SHORT"),
        (r"SHA256:[A-Za-z0-9+/]{43}", "KEY"),
        (r"127\.0\.0\.1:\d+", "ORIGIN"),
        (r"[^:`]+ \(os error \d+\)", " OS ERROR"),
        (r"redress\.exe", "redress"),
    ];
    let replace = |text: String, (pattern, with): (&str, &str)| {
        Regex::new(pattern).unwrap().replace_all(&text, with).into_owned()
    };
    places.into_iter().fold(text, replace)
}
