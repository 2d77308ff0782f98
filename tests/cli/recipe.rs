//! The recipe for third parties, `docs/verify.sh`, on what the program left.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bench::Bench;
use crate::signers::has;

/// Whether its tools are there.
pub fn can_run() -> bool {
    ["sh", "sha256sum", "jq", "ssh-keygen"].into_iter().all(has)
}

/// Exit code and what it says.
pub fn verify(state: &Path, signers: &Path) -> (Option<i32>, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verify.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(state)
        .arg(signers)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// Verifies what is there, then names the tail that is cut off it.
#[track_caller]
pub fn expect_verifies_and_names_a_cut_tail(state: &Path, signers: &Path, run: &str) {
    assert_eq!(verify(state, signers), (Some(0), String::new()));
    let log = state.join("runs").join(run).join("audit.jsonl");
    let whole = fs::read(&log).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    fs::write(&log, lines[..lines.len() - 1].concat()).unwrap();
    let (code, said) = verify(state, signers);
    assert_eq!(code, Some(15), "{said}");
    assert!(said.contains("audit.jsonl: tail cut off"), "{said}");
    fs::write(&log, whole).unwrap();
    assert_eq!(verify(state, signers).0, Some(0));
}

#[test]
fn the_recipe_verifies_an_applied_run_and_agrees_with_the_program_about_a_cut_tail() {
    if !can_run() {
        return;
    }
    let bench = Bench::new();
    bench.approved("a.plan");
    bench.run(&["apply", "a.plan"]).expect(0);
    bench.run(&["apply", "a.plan"]).expect(8);
    let run = bench.only_run();
    expect_verifies_and_names_a_cut_tail(&bench.state(), &bench.signers(), &run);
    let log = bench.log(&run);
    let whole = fs::read(&log).unwrap();
    fs::write(&log, &whole[..whole.len() - 1]).unwrap();
    let said = bench.run(&["audit", "verify"]).expect(15);
    assert!(said.out.contains("problem: "), "{}", said.out);
    // Keys of a stranger's list are not trusted.
    fs::write(&log, whole).unwrap();
    fs::write(bench.folder().join("strangers"), "").unwrap();
    bench
        .run(&["audit", "verify", "--allowed-signers", "strangers"])
        .expect(15);
}
