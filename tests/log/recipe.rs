//! `docs/verify.sh` gives the same verdict with `sha256sum`, `jq` and `ssh-keygen` alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use redress::edge::state::Layout;

use crate::state::{State, copy, cut, edit, roll_back, run_a, run_id};

/// Runs `docs/verify.sh`; `None` when a tool is missing and this is no CI.
fn recipe(folder: &Path) -> Option<(i32, String)> {
    for tool in ["sh", "sha256sum", "jq", "ssh-keygen"] {
        if which::which(tool).is_err() {
            assert!(
                std::env::var_os("CI").is_none(),
                "`{tool}` is not on the PATH, and CI is set"
            );
            eprintln!("SKIPPED: `{tool}` is not on the PATH, so the recipe for third parties was not run");
            return None;
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join("verify.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(folder.join("state"))
        .arg(folder.join("allowed_signers"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    Some((output.status.code().unwrap(), text))
}

type Deed = (fn(&Path), &'static str);

#[tokio::test]
async fn the_recipe_without_redress_agrees_and_names_a_cut_tail() {
    let state = State::new();
    state.run(&run_id("a")).await;
    state.run(&run_id("b")).await;
    let Some(intact) = recipe(state.folder.path()) else {
        return;
    };
    assert_eq!(intact, (0, String::new()));
    let deeds: [Deed; 7] = [
        (|s| cut(&run_a(s).log(), 1), "a/audit.jsonl: tail cut off"),
        (
            |s| edit(&run_a(s).log(), "revoke/u0", "revoke/u9"),
            "a/audit.jsonl: edited before byte",
        ),
        (
            |s| fs::remove_dir_all(run_a(s).root()).unwrap(),
            "the log is gone",
        ),
        (
            |s| fs::remove_file(run_a(s).checkpoints().join("0001.txt")).unwrap(),
            "checkpoint 1 is gone",
        ),
        (
            |s| edit(&run_a(s).checkpoints().join("0001.txt"), "at 2026", "at 2027"),
            "0001.txt: no trusted signature",
        ),
        (roll_back, "that the ledger saw"),
        (|s| cut(&Layout::new(s).ledger(), 1), "ledger.jsonl: tail cut off"),
    ];
    for (deed, expected) in deeds {
        let copied = tempfile::tempdir().unwrap();
        copy(state.folder.path(), copied.path());
        deed(&copied.path().join("state"));
        let (exit, text) = recipe(copied.path()).unwrap();
        assert_eq!(exit, 15, "{expected}: {text}");
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn the_recipe_has_at_most_40_lines() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join("verify.sh");
    assert!(fs::read_to_string(script).unwrap().lines().count() <= 40);
}
