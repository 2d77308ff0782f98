//! The newcomer's first command: `rehearse outlook-auth-loop`, kept, with and without PowerShell.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::process::{Process, Said, Surroundings};
use crate::recipe;
use crate::secrets::{Sought, files};

/// PowerShell, or a visible note that the test does not run.
pub fn pwsh() -> Option<PathBuf> {
    let found = match std::env::var_os("REDRESS_TEST_PWSH") {
        Some(given) if Path::new(&given).is_dir() => which::which_in("pwsh", Some(given), ".").ok(),
        Some(given) => Some(PathBuf::from(given)),
        None => which::which("pwsh").ok(),
    };
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI is set and there is no PowerShell"
        );
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        let why = "no PowerShell on the PATH and none in REDRESS_TEST_PWSH";
        writeln!(std::io::stderr(), "SKIPPED {test}: {why}").expect("standard error can be written");
    }
    found
}

/// Their headlines, in this order.
const SEVEN_PARTS: [&str; 7] = [
    "## 1. Incident",
    "## 2. Triage",
    "## 3. Service principals",
    "## 4. Mailboxes",
    "## 5. Hybrid",
    "## 6. Revoked: 9",
    "## 7. After",
];

struct Rehearsed {
    said: Said,
    home: tempfile::TempDir,
}

impl Rehearsed {
    fn kept(&self) -> PathBuf {
        self.home.path().join("work/kept")
    }
}

/// Rehearses in an empty home, with this PATH; `log` is what it tells of its own work.
fn rehearse(path: Option<&Path>, log: &str) -> Rehearsed {
    let home = tempfile::Builder::new().prefix("redress-cli-").tempdir().unwrap();
    let folder = home.path().join("work");
    fs::create_dir(&folder).unwrap();
    let mut folders: Vec<PathBuf> = vec![folder.clone()];
    if let Some(program) = path {
        folders.extend(program.parent().map(Path::to_owned));
        folders.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
    }
    let path: OsString = std::env::join_paths(folders).unwrap();
    let surroundings = Surroundings {
        home: home.path(),
        folder: &folder,
        path,
    };
    let arguments = ["rehearse", "outlook-auth-loop", "--keep", "kept", "--log", log];
    let said = Process::start(&arguments, &surroundings).finish().expect(0);
    Rehearsed { said, home }
}

/// What its files and its output must hold, whichever way it went.
fn expect_kept(rehearsed: &Rehearsed) {
    let kept = rehearsed.kept();
    for name in [
        "redress.yaml",
        "allowed_signers",
        "state/ledger.jsonl",
        "change.plan",
    ] {
        assert!(kept.join(name).is_file(), "{name}");
    }
    let secret = kept.join("client-secret");
    let sought = Sought::new(fs::read_to_string(&secret).unwrap().trim());
    let seen = sought.expect_none_in(rehearsed.home.path(), &secret);
    assert!(seen > 100, "{seen}");
    expect_private(&kept);
}

/// The folder admits nobody else; state, keys and the secret do not even where it would.
#[cfg(unix)]
fn expect_private(kept: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let state = files(&kept.join("state"));
    let folders = state.iter().flat_map(|file| file.ancestors().skip(1));
    let folders = folders.filter(|path| path.starts_with(kept));
    // PowerShell's own files are only as private as the folder that was made for them.
    let ours = state
        .iter()
        .filter(|file| !file.components().any(|part| part.as_os_str() == "scripts"));
    let keys = ["client-secret", "log_key", "operator_key"].map(|name| kept.join(name));
    for path in ours
        .map(PathBuf::as_path)
        .chain(folders)
        .chain(keys.iter().map(PathBuf::as_path))
    {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "`{}` has mode {mode:o}", path.display());
    }
}

#[cfg(not(unix))]
fn expect_private(kept: &Path) {
    assert!(!files(&kept.join("state")).is_empty());
}

/// The part of a text after a line.
fn after<'t>(text: &'t str, line: &str) -> &'t str {
    text.split_once(line)
        .unwrap_or_else(|| panic!("no `{line}` in\n{text}"))
        .1
}

#[test]
fn a_rehearsal_without_powershell_shows_all_seven_parts_and_keeps_everything() {
    let rehearsed = rehearse(None, "trace");
    let out = &rehearsed.said.out;
    assert!(
        rehearsed.said.err.contains("TRACE"),
        "it tells everything, and no secret in it"
    );
    let mut rest = out.as_str();
    for stage in [
        "REHEARSAL of `outlook-auth-loop`",
        "\n1 check",
        "\n2 plan",
        "\n3 approve",
        "\n4 apply",
        "\n5 report",
        "\n6 audit",
    ] {
        rest = after(rest, stage);
    }
    assert!(rest.contains("The evidence verifies."), "{rest}");
    let mut rest = out.as_str();
    for part in SEVEN_PARTS {
        rest = after(rest, part);
    }
    assert!(out.contains("not rehearsed: no PowerShell on this machine"));
    assert!(out.ends_with("Everything lies in kept\n"), "{out}");
    expect_kept(&rehearsed);
    let kept = rehearsed.kept();
    let runs: Vec<_> = fs::read_dir(kept.join("state/runs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(runs.len(), 1, "{runs:?}");
    // The kept configuration serves other processes, although the sandbox is gone.
    let surroundings = Surroundings {
        home: rehearsed.home.path(),
        folder: &kept,
        path: OsString::new(),
    };
    let audited = Process::start(&["audit", "verify", "--config", "redress.yaml"], &surroundings).finish();
    audited.expect(0);
    let again = Process::start(&["rehearse", "outlook-auth-loop", "--keep", "."], &surroundings).finish();
    assert!(again.expect(3).err.contains("holds an earlier rehearsal"));
    if recipe::can_run() {
        let run = runs[0].to_string_lossy();
        recipe::expect_verifies_and_names_a_cut_tail(
            &kept.join("state"),
            &kept.join("allowed_signers"),
            &run,
        );
    }
}

#[test]
fn a_rehearsal_with_powershell_refreshes_evosts_and_verifies_it() {
    let Some(program) = pwsh() else { return };
    let rehearsed = rehearse(Some(&program), "warn");
    assert_eq!(rehearsed.said.err, "");
    assert!(
        !rehearsed.said.out.contains("not rehearsed"),
        "{}",
        rehearsed.said.out
    );
    expect_kept(&rehearsed);
    let state = fs::read_to_string(rehearsed.kept().join("exchange/exchange-state.json")).unwrap();
    let state: redress::value::Json = serde_json::from_str(&state).unwrap();
    assert_eq!(state["refreshes"], 1, "{state}");
    let run = fs::read_dir(rehearsed.kept().join("state/runs"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let log = fs::read_to_string(run.join("audit.jsonl")).unwrap();
    let refreshed = log
        .lines()
        .filter(|line| line.contains("\"type\":\"action.ended\"") && line.contains("\"refresh/"));
    let refreshed: Vec<&str> = refreshed.collect();
    assert_eq!(refreshed.len(), 1, "{refreshed:?}");
    assert!(refreshed[0].contains("\"outcome\":\"verified\""), "{refreshed:?}");
}
