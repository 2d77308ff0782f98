//! The second door: a script is handed over as a bundle, run by hand, and its result taken back, attested.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bench::{Bench, case};
use crate::rehearsal::pwsh;
use crate::snapshot::refused;

/// A run that waits for the result of its bundle.
struct Handed {
    bench: Bench,
    run: String,
    bundle: PathBuf,
    said: String,
}

fn handed_over() -> Handed {
    let bench = Bench::new();
    let folder = bench.folder().join("hand-over");
    fs::create_dir(&folder).unwrap();
    for name in ["playbook.yaml", "note.ps1"] {
        fs::copy(case("hand-over").join(name), folder.join(name)).unwrap();
    }
    let text = fs::read_to_string(bench.config()).unwrap();
    let host = "    sandbox: true\n    powershell:\n      exchange: {run: hand_over, prepare: none}\n";
    fs::write(bench.config(), text.replace("    sandbox: true\n", host)).unwrap();
    bench
        .run(&["plan", "hand-over", "--inputs", "c/inputs.yaml", "-o", "a.plan"])
        .expect(0);
    bench.approve("a.plan");
    let said = bench.run(&["apply", "a.plan"]).expect(11).out;
    let run = bench.only_run();
    let bundles = fs::read_dir(bench.state().join("runs").join(&run).join("bundles")).unwrap();
    let bundles: Vec<PathBuf> = bundles.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(bundles.len(), 1, "{bundles:?}");
    Handed {
        bench,
        run,
        bundle: bundles[0].clone(),
        said,
    }
}

/// Runs a copy of the bundle somewhere else, as its reader is told to; gives the result file.
fn run_elsewhere(program: &Path, handed: &Handed) -> PathBuf {
    let elsewhere = handed.bench.home().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for entry in fs::read_dir(&handed.bundle).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, elsewhere.join(path.file_name().unwrap())).unwrap();
    }
    let status = Command::new(program)
        .args([
            "-NoLogo",
            "-NoProfile",
            "-NonInteractive",
            "-File",
            "run.ps1",
            "-ParameterFile",
            "parameters.json",
        ])
        .current_dir(&elsewhere)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    elsewhere.join("result.jsonl")
}

fn import(handed: &Handed, result: &Path) -> crate::process::Said {
    let result = result.display().to_string();
    handed.bench.run(&[
        "import",
        &handed.run,
        &result,
        "--key",
        "jess",
        "--as",
        "jess",
        "--note",
        "ran it",
    ])
}

#[test]
fn apply_ends_with_11_and_says_where_the_bundle_lies_and_what_its_digest_is() {
    let handed = handed_over();
    let manifest = fs::read(handed.bundle.join("manifest.json")).unwrap();
    let digest = redress::value::Digest::of(&manifest).to_string();
    assert!(
        handed.said.contains(&handed.bundle.display().to_string()),
        "{}",
        handed.said
    );
    assert!(handed.said.contains(&digest), "{}", handed.said);
    assert!(
        handed.said.contains(&format!("redress import {}", handed.run)),
        "{}",
        handed.said
    );
    assert!(handed.bench.revocations().as_object().unwrap().is_empty());
    handed.bench.run(&["audit", "verify"]).expect(0);
    // Waiting once more changes nothing.
    handed.bench.run(&["resume", &handed.run]).expect(11);
    assert!(handed.bench.revocations().as_object().unwrap().is_empty());
}

#[test]
fn a_result_that_is_nobodys_is_refused_with_15() {
    let handed = handed_over();
    let result = handed.bench.folder().join("result.jsonl");
    fs::write(
        &result,
        "{\"redress\":1,\"nonce\":\"x\",\"action\":\"note/1\",\"n\":1,\"type\":\"begin\"}\n",
    )
    .unwrap();
    let said = import(&handed, &result).expect(15);
    assert!(said.err.contains("the result is refused"), "{}", said.err);
    handed.bench.run(&["audit", "verify"]).expect(0);
    handed.bench.run(&["resume", &handed.run]).expect(11);
}

#[test]
fn a_bundle_that_was_run_elsewhere_is_attested_and_the_run_goes_on() {
    let Some(program) = pwsh() else { return };
    let handed = handed_over();
    let result = run_elsewhere(&program, &handed);
    let whole = fs::read_to_string(&result).unwrap();

    // Another text, half of it, and one that says another action.
    for tampered in [
        whole
            .replace("for 6 users", "for 7 users")
            .replacen("\"n\":2", "\"n\":3", 1),
        whole.replace("note", "nite"),
    ] {
        assert_ne!(tampered, whole);
        let file = handed.bench.folder().join("tampered.jsonl");
        fs::write(&file, tampered).unwrap();
        import(&handed, &file).expect(15);
    }
    // Somebody whose key may not attest.
    let kim = crate::signers::Approver::new(&handed.bench.folder(), "kim");
    kim.list(&handed.bench.signers(), "approve@redress");
    let path = result.display().to_string();
    let said = handed
        .bench
        .run(&["import", &handed.run, &path, "--key", "kim", "--as", "kim"]);
    refused(&handed.bench, "import-wrong-namespace", &said.expect(7));
    let approvals = handed
        .bench
        .state()
        .join("runs")
        .join(&handed.run)
        .join("approvals");
    let kept = fs::read_dir(approvals).unwrap().count();
    assert_eq!(kept, 2, "only the plan's approval and its signature");

    import(&handed, &result).expect(0);
    let again = import(&handed, &result).expect(15);
    assert!(again.err.contains("waits for no result"), "{}", again.err);
    let resumed = handed.bench.run(&["resume", &handed.run]).expect(0);
    assert!(resumed.out.contains("attested        1"), "{}", resumed.out);
    assert!(resumed.out.contains("verified        6"), "{}", resumed.out);
    handed.bench.expect_each_revoked_once();
    handed.bench.run(&["audit", "verify"]).expect(0);

    // What comes too late changes nothing.
    let late = import(&handed, &result).expect(8);
    assert!(late.err.contains("has ended"), "{}", late.err);
    handed.bench.run(&["audit", "verify"]).expect(0);
}
