//! The rooms of `ARCHITECTURE.md`: who may use whom, how a file begins, how long it may get.
//!
//! Reads the source text; a breach is named with file and line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// In reading order; rooms in one entry never use each other.
const ORDER: &[&[&str]] = &[
    &["diagnostic"],
    &["value"],
    &["catalog"],
    &["playbook"],
    &["graph", "powershell"],
    &["program"],
    &["plan"],
    &["approval"],
    &["engine"],
    &["log"],
    &["run"],
    &["edge", "sandbox"],
    &["report"],
    &["command"],
];

/// Left of `run/`: no async, no I/O, no clock, no randomness, no environment.
const PURE: &[&str] = &[
    "diagnostic",
    "value",
    "catalog",
    "playbook",
    "graph",
    "powershell",
    "program",
    "plan",
    "approval",
    "engine",
    "log",
];

const IMPURE: &[&str] = &[
    "async fn",
    ".await",
    "tokio::",
    "reqwest::",
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "Timestamp::now",
    "SystemTime::now",
    "Instant::now",
    "Uuid::new_v4",
    "getrandom",
    "OsRng",
    "println!",
    "eprintln!",
    "File::open",
    "File::create",
];

const CATCH_ALL: &[&str] = &[
    "util", "utils", "helpers", "common", "misc", "core", "manager", "impl", "errors",
];

fn source_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 100, "found only {} source files", files.len());
    files
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
    path.display().to_string().replace('\\', "/")
}

fn room(path: &Path) -> String {
    shown(path).split('/').nth(1).unwrap_or_default().to_owned()
}

/// Code lines, with numbers; comments and what stands below `mod tests {` are left out.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line))
}

fn is_test(path: &Path) -> bool {
    let shown = shown(path);
    shown.ends_with("/tests.rs") || shown.contains("/tests/")
}

fn place(room: &str) -> Option<usize> {
    ORDER.iter().position(|line| line.contains(&room))
}

#[test]
fn a_room_uses_only_rooms_before_it() {
    let mut breaches = Vec::new();
    for path in source_files() {
        let from = room(&path);
        let (Some(here), false) = (place(&from), is_test(&path)) else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text) {
            for (_, rest) in line.match_indices("crate::").map(|(at, _)| line.split_at(at + 7)) {
                let to: String = rest
                    .chars()
                    .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                    .collect();
                let Some(there) = place(&to) else { continue };
                if to != from && there >= here {
                    breaches.push(format!("{}:{number}: `{from}` uses `{to}`", shown(&path)));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn rooms_left_of_run_are_pure() {
    let mut breaches = Vec::new();
    for path in source_files() {
        if !PURE.contains(&room(&path).as_str()) || is_test(&path) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text) {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                breaches.push(format!("{}:{number}: `{word}`", shown(&path)));
            }
        }
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn a_file_says_first_what_it_owns_and_stays_short() {
    let mut breaches = Vec::new();
    for path in source_files() {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        if lines > 400 && !is_test(&path) {
            breaches.push(format!("{}: {lines} lines, at most 400", shown(&path)));
        }
        if !text.starts_with("//!") && !is_test(&path) {
            breaches.push(format!("{}: does not begin with `//!`", shown(&path)));
        }
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if CATCH_ALL.contains(&stem.as_str()) {
            breaches.push(format!("{}: a catch-all name", shown(&path)));
        }
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn a_function_stays_under_sixty_lines() {
    let mut breaches = Vec::new();
    for path in source_files() {
        if is_test(&path) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut open: BTreeMap<usize, (usize, String)> = BTreeMap::new();
        for (number, line) in code(&text) {
            let indent = line.len() - line.trim_start().len();
            let words = line.trim_start();
            if words.contains("fn ") && !words.ends_with(';') && words.starts_with(['p', 'f', 'a', 'c']) {
                open.insert(indent, (number, words.to_owned()));
            }
            if words == "}"
                && let Some((start, name)) = open.remove(&indent)
                && number - start > 60
            {
                breaches.push(format!(
                    "{}:{start}: {} lines: {name}",
                    shown(&path),
                    number - start
                ));
            }
        }
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn architecture_md_names_every_room_in_order() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    let mut at = 0;
    for room in ORDER.iter().flat_map(|line| line.iter()) {
        let found = text[at..].find(&format!("`{room}/`"));
        at += found.unwrap_or_else(|| panic!("`{room}/` is missing or out of order in ARCHITECTURE.md"));
    }
}

#[test]
fn nothing_speaks_of_the_place_where_it_was_made() {
    let forbidden = [
        "/wo".to_owned() + "rk/",
        "/tm".to_owned() + "p/bash_jobs",
        "issue #".to_owned(),
    ];
    let mut breaches = Vec::new();
    for path in source_files() {
        let text = fs::read_to_string(&path).unwrap();
        for word in forbidden.iter().filter(|word| text.contains(word.as_str())) {
            breaches.push(format!("{}: `{word}`", shown(&path)));
        }
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

/// Files that documents name in backticks or link to must be there.
#[test]
fn documents_name_only_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec!["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
        .into_iter()
        .map(|name| root.join(name))
        .collect::<Vec<_>>();
    let docs = fs::read_dir(root.join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    documents.extend(docs.filter(|path| path.extension().is_some_and(|e| e == "md")));
    let mut missing = Vec::new();
    let mut named = 0;
    for document in &documents {
        let text = fs::read_to_string(document).unwrap();
        for path in named_paths(&text) {
            named += 1;
            let folder = document.parent().unwrap();
            if !root.join(&path).exists() && !folder.join(&path).exists() {
                missing.push(format!("{}: `{path}`", shown(document)));
            }
        }
    }
    assert!(named > 30, "found only {named} names of files");
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

/// `src/…` and the like in backticks, and the targets of relative links.
fn named_paths(text: &str) -> Vec<String> {
    const FOLDERS: &[&str] = &[
        "src/",
        "docs/",
        "tests/",
        "templates/",
        "playbooks/",
        "examples/",
        "benches/",
        "run/",
    ];
    let ticked = text.split('`').skip(1).step_by(2).map(str::to_owned);
    let ticked = ticked
        .filter(|word| FOLDERS.iter().any(|f| word.starts_with(f)) && !word.contains(['*', ' ', '{', '<']));
    let ticked = ticked.map(|word| {
        if let Some(rest) = word.strip_prefix("run/") {
            format!("src/run/{rest}")
        } else {
            word
        }
    });
    let links = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(str::to_owned);
    let links = links.filter(|link| !link.contains("://") && !link.starts_with('#'));
    ticked
        .chain(links.map(|link| link.split('#').next().unwrap_or_default().to_owned()))
        .collect()
}
