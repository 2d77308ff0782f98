//! Whole rehearsals, and every word that they say: `tests/cases/rehearsals/NAME` holds a playbook, a simulated tenant
//! and `expected.txt` (plan, approval, run, report, verdict of the audit).
//!
//! One loop runs them; `REDRESS_REWRITE=1` writes the expected texts anew, and the difference is reviewed like code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/rehearsals");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

/// Runs one; gives exit code and output with placeholders.
fn rehearse(case: &Path) -> String {
    let home = tempfile::tempdir().unwrap();
    let keep = home.path().join("kept");
    let output = Command::new(env!("CARGO_BIN_EXE_redress"))
        .arg("rehearse")
        .arg(case)
        .arg("--keep")
        .arg(&keep)
        .env_clear()
        .envs(
            ["SystemRoot", "TEMP", "WINEPREFIX"]
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .env("HOME", home.path())
        .env("PATH", home.path())
        .output()
        .unwrap();
    let text = format!(
        "exit {}\n{}{}",
        output.status.code().unwrap_or(-1),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap()
    );
    masked(&text, &[(&keep, "KEPT"), (home.path(), "HOME"), (case, "CASE")])
}

fn masked(text: &str, folders: &[(&Path, &str)]) -> String {
    let mut text = text.replace("\r\n", "\n");
    for (folder, name) in folders {
        text = text.replace(&folder.display().to_string(), name);
    }
    let places = [
        (r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN"),
        (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "TIME"),
        (r"\b\d{2}:\d{2}:\d{2}Z", "CLOCK"),
        (r"\b[0-9a-f]{64}\b", "DIGEST"),
        (r"\b[0-9a-f]{32}\b", "ID"),
        (r"\d+ bytes", "N bytes"),
    ];
    places
        .into_iter()
        .fold(text.replace('\\', "/"), |text, (pattern, with)| {
            Regex::new(pattern).unwrap().replace_all(&text, with).into_owned()
        })
}

#[test]
fn every_rehearsal_says_what_is_expected() {
    let cases = cases();
    assert!(cases.len() >= 3, "found only {} cases", cases.len());
    let mut differ = Vec::new();
    for case in &cases {
        let said = rehearse(case);
        let file = case.join("expected.txt");
        if std::env::var_os("REDRESS_REWRITE").is_some() {
            fs::write(&file, &said).unwrap();
        }
        let expected = fs::read_to_string(&file)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        if said != expected {
            differ.push(format!(
                "{}\n--- said\n{said}\n--- expected\n{expected}",
                file.display()
            ));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}
