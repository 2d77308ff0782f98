//! Where a person is needed: holds, gates and thresholds, and the signed go-ahead that lets a run go on.

use std::fs;

use crate::bench::{Bench, CLOCK};
use crate::signers::Approver;
use crate::snapshot::refused;

/// Instead of a watch, a person.
fn held_by_a_person(text: &str) -> String {
    let (before, rest) = text.split_once("    hold:\n").unwrap();
    let (_, after) = rest.split_once("    max_failures:").unwrap();
    format!("{before}    hold: approve\n    max_failures:{after}")
}

#[test]
fn a_hold_ends_with_11_until_somebody_signs_the_go_ahead() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| held_by_a_person(&text));
    bench.approved("a.plan");
    let held = bench.run(&["apply", "a.plan"]).expect(11);
    assert!(held.out.contains("`revoke` holds"), "{}", held.out);
    assert!(
        held.out.contains("redress approve"),
        "the next action is said: {}",
        held.out
    );
    let run = bench.only_run();
    assert_eq!(bench.revocations().as_object().unwrap().len(), 1);
    let audited = bench.run(&["audit", "verify"]).expect(0);
    assert!(
        audited.out.contains("not ended, intact to its checkpoint"),
        "{}",
        audited.out
    );

    // Without a signature it only looks again.
    bench.run(&["resume", &run]).expect(11);
    assert_eq!(bench.revocations().as_object().unwrap().len(), 1);

    // A key that may not sign.
    let kim = Approver::new(&bench.folder(), "kim");
    let said = bench.run(&["approve", &run, "--key", "kim", "--as", "kim"]);
    refused(&bench, "go-ahead-unknown-signer", &said.expect(7));

    bench.approve(&run);
    assert!(
        bench
            .state()
            .join("runs")
            .join(&run)
            .join("approvals/go-ahead.1.approval")
            .exists()
    );
    bench.run(&["resume", &run]).expect(0);
    bench.expect_each_revoked_once();
    bench.run(&["audit", "verify"]).expect(0);
    drop(kim);
}

#[test]
fn a_go_ahead_over_an_earlier_log_is_worth_nothing() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| {
        let gates = "  - id: first_gate\n    approve: First?\n  - id: second_gate\n    approve: Second?\n";
        text.replace("steps:\n", &format!("steps:\n{gates}"))
    });
    bench.approved("a.plan");
    bench.run(&["apply", "a.plan"]).expect(11);
    let run = bench.only_run();
    bench.approve(&run);
    bench.run(&["resume", &run]).expect(11);
    // The first gate's go-ahead does not open the second, under whatever number it lies.
    let approvals = bench.state().join("runs").join(&run).join("approvals");
    for ending in ["approval", "approval.sig"] {
        fs::copy(
            approvals.join(format!("go-ahead.1.{ending}")),
            approvals.join(format!("go-ahead.2.{ending}")),
        )
        .unwrap();
    }
    bench.run(&["resume", &run]).expect(11);
    assert!(bench.revocations().as_object().unwrap().is_empty());
    bench.approve(&run);
    bench.run(&["resume", &run]).expect(0);
    bench.expect_each_revoked_once();
}

#[test]
fn a_threshold_stops_with_6_and_a_go_ahead_lets_the_rest_go_on() {
    let busy = "faults:\n  - {on: 'POST /users/{id}/revokeSignInSessions', user: u2@contoso.example, nth: 1, times: 99, kind: 429}\n";
    let bench = Bench::with(|text| text + busy, CLOCK);
    bench.playbook("revoke.yaml", |text| {
        // Where nothing can be looked up, what was not answered is in doubt for good.
        let (before, rest) = text.split_once("    verify:\n").unwrap();
        let (_, after) = rest.split_once("    undo:").unwrap();
        format!("{before}    undo:{after}").replace("max_failures: 34%", "max_failures: 0")
    });
    bench.approved("a.plan");
    let stopped = bench.run(&["apply", "a.plan"]).expect(6);
    let run = bench.only_run();
    assert!(stopped.out.contains("redress approve"), "{}", stopped.out);
    let before = bench.revocations().as_object().unwrap().len();
    assert!(before < 5, "the third wave was not begun");
    let audited = bench.run(&["audit", "verify"]).expect(0);
    assert!(
        audited.out.contains("not ended, intact to its checkpoint"),
        "{}",
        audited.out
    );

    bench.run(&["resume", &run]).expect(6);
    bench.approve(&run);
    let resumed = bench.run(&["resume", &run]).expect(5);
    assert!(resumed.out.contains("in_doubt        1"), "{}", resumed.out);
    assert!(resumed.out.contains("changed         5"), "{}", resumed.out);
    assert_eq!(bench.revocations().as_object().unwrap().len(), 5);
    bench.run(&["audit", "verify"]).expect(0);
}

#[test]
fn a_run_that_waits_for_nobody_cannot_be_approved() {
    let bench = Bench::new();
    bench.approved("a.plan");
    bench.run(&["apply", "a.plan"]).expect(0);
    let said = bench.run(&["approve", &bench.only_run(), "--key", "jess", "--as", "jess"]);
    refused(&bench, "nothing-to-sign", &said.expect(3));
}

#[test]
fn a_signer_who_was_struck_out_stops_a_run_that_was_begun() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| held_by_a_person(&text));
    bench.approved("a.plan");
    bench.run(&["apply", "a.plan"]).expect(11);
    let run = bench.only_run();
    bench.approve(&run);
    crate::signers::strike_out(&bench.signers(), "jess");
    refused(
        &bench,
        "resume-unknown-signer",
        &bench.run(&["resume", &run]).expect(7),
    );
    assert_eq!(bench.revocations().as_object().unwrap().len(), 1);
}
