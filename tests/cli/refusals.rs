//! What `approve` and `apply` refuse, with which exit code and in which words; and that nothing was sent.

use std::fs;

use redress::value::Json;

use crate::bench::{Bench, records};
use crate::process::Said;
use crate::signers::{Approver, strike_out};
use crate::snapshot::refused;

/// Refused: the words are the expected ones, nothing was sent, no run began, and the ledger says why.
#[track_caller]
fn expect_refused(bench: &Bench, name: &str, said: Said, code: i32, reason: &str) {
    refused(bench, name, &said.expect(code));
    let last = records(&bench.state().join("ledger.jsonl")).pop().unwrap();
    assert_eq!(last["type"], "plan.refused", "{last}");
    assert_eq!(last["exit"], code, "{last}");
    assert_eq!(last["reason"], reason, "{last}");
    assert_eq!(bench.runs(), Vec::<String>::new());
    let left = fs::read_dir(bench.state().join("runs")).unwrap().count();
    assert_eq!(left, 0, "no copies stay");
    assert!(bench.revocations().as_object().unwrap().is_empty());
    bench.run(&["audit", "verify"]).expect(0);
}

/// Replaces text in the configuration.
fn reconfigure(bench: &Bench, from: &str, to: &str) {
    let text = fs::read_to_string(bench.config()).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(bench.config(), text.replace(from, to)).unwrap();
}

#[test]
fn no_approval() {
    let bench = Bench::new();
    bench.plan("a.plan");
    let said = bench.run(&["apply", "a.plan"]);
    expect_refused(&bench, "no-approval", said, 7, "no_approval");
}

#[test]
fn one_changed_byte_wherever_it_is() {
    let bench = Bench::new();
    bench.approved("a.plan");
    let whole = fs::read(bench.folder().join("a.plan")).unwrap();
    let last = whole.len() - 1;
    let lines: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] == b'\n').collect();
    for at in [
        0,
        1,
        700,
        lines[0],
        lines[0] + 1,
        lines[3] + 40,
        whole.len() / 2,
        last - 1,
        last,
    ] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(bench.folder().join("a.plan"), changed).unwrap();
        let said = bench.run(&["apply", "a.plan"]);
        expect_refused(&bench, "changed", said, 7, "changed");
    }
    for other in [&whole[..last], &[&whole[..], b"\n"].concat(), b""] {
        fs::write(bench.folder().join("a.plan"), other).unwrap();
        let said = bench.run(&["apply", "a.plan"]);
        expect_refused(&bench, "changed", said, 7, "changed");
    }
    fs::write(bench.folder().join("a.plan"), whole).unwrap();
    bench.run(&["apply", "a.plan"]).expect(0);
}

#[test]
fn a_signer_who_is_not_listed_any_more() {
    let bench = Bench::new();
    bench.approved("a.plan");
    strike_out(&bench.signers(), "jess");
    let said = bench.run(&["apply", "a.plan"]);
    expect_refused(&bench, "unknown-signer", said, 7, "unknown_signer");
    let said = bench.run(&["approve", "a.plan", "--key", "jess", "--as", "jess"]);
    refused(&bench, "approve-unknown-signer", &said.expect(7));
    assert!(!bench.folder().join("a.plan.2.approval").exists());
}

#[test]
fn somebody_elses_name() {
    let bench = Bench::new();
    bench.plan("a.plan");
    let kim = Approver::new(&bench.folder(), "kim");
    kim.list(&bench.signers(), "approve@redress");
    let said = bench.run(&["approve", "a.plan", "--key", "kim", "--as", "jess"]);
    refused(&bench, "approve-wrong-principal", &said.expect(7));
    bench
        .run(&[
            "approve",
            "a.plan",
            "--as",
            "jess",
            "--statement",
            "a.plan.1.approval",
        ])
        .expect(0);
    kim.sign(&bench.folder().join("a.plan.1.approval"));
    let said = bench.run(&["apply", "a.plan"]);
    expect_refused(&bench, "wrong-principal", said, 7, "wrong_principal");
}

#[test]
fn the_log_key_cannot_approve() {
    let bench = Bench::new();
    bench.plan("a.plan");
    let said = bench.run(&["approve", "a.plan", "--key", "c/log_key", "--as", "redress-log"]);
    refused(&bench, "log-key", &said.expect(7));
}

#[test]
fn an_expired_plan() {
    let bench = Bench::new();
    bench.approved("a.plan");
    reconfigure(&bench, "2026-03-24T08:00:00Z", "2026-03-24T17:00:00Z");
    let said = bench.run(&["apply", "a.plan"]);
    expect_refused(&bench, "expired", said, 7, "expired");
    let said = bench.run(&["approve", "a.plan", "--key", "jess", "--as", "jess"]);
    refused(&bench, "approve-expired", &said.expect(7));
}

#[test]
fn a_clock_that_is_off_by_more_than_five_minutes() {
    let bench = Bench::new();
    bench.approved("a.plan");
    reconfigure(&bench, "2026-03-24T08:00:00Z", "2026-03-24T09:00:00Z");
    let said = bench.run(&["apply", "a.plan"]).expect(3);
    assert!(said.err.contains("at most 5 minutes are borne"), "{}", said.err);
    assert!(bench.runs().is_empty());
    let last = records(&bench.state().join("ledger.jsonl")).pop().unwrap();
    assert_eq!(last["reason"], Json::from("world"));
}

#[test]
fn another_ledgers_plan() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| text);
    let other = "0123456789abcdef0123456789abcdef";
    let plan = [
        "plan",
        "revoke.yaml",
        "--inputs",
        "c/inputs.yaml",
        "-o",
        "a.plan",
        "--ledger",
        other,
    ];
    bench.run(&plan).expect(0);
    bench.approve("a.plan");
    let said = bench.run(&["apply", "a.plan"]);
    expect_refused(&bench, "wrong-ledger", said, 8, "wrong_ledger");
}

#[test]
fn a_rehearsals_plan_for_a_real_tenant() {
    let bench = Bench::new();
    bench.approved("a.plan");
    let real = "redress: 1\ntenants:\n  Contoso:\n    id: 5b6a7c1e-2f70-4b52-9b0e-8f0d3c1a9e10\n    cloud: global\n\
                \x20   sign_in: {token: 'env:NO_SUCH_TOKEN'}\nstate: state\nlog_key: file:log_key\n";
    fs::write(bench.config(), real).unwrap();
    let said = bench.run(&["approve", "a.plan", "--key", "jess", "--as", "jess"]);
    refused(&bench, "approve-rehearsal", &said.expect(3));
    let said = bench.run(&["apply", "a.plan"]);
    refused(&bench, "rehearsal", &said.expect(3));
    assert!(bench.runs().is_empty());
    let last = records(&bench.state().join("ledger.jsonl")).pop().unwrap();
    assert_eq!(last["reason"], Json::from("rehearsal"));
}

#[test]
fn a_plan_for_another_tenant() {
    let bench = Bench::new();
    bench.approved("a.plan");
    reconfigure(
        &bench,
        "5b6a7c1e-2f70-4b52-9b0e-8f0d3c1a9e10",
        "5b6a7c1e-2f70-4b52-9b0e-8f0d3c1a9e11",
    );
    let said = bench.run(&["apply", "a.plan"]);
    expect_refused(&bench, "wrong-tenant", said, 3, "wrong_tenant");
}

#[test]
fn a_policy_that_was_changed_since() {
    let bench = Bench::new();
    bench.approved("a.plan");
    let text = fs::read_to_string(bench.config()).unwrap();
    fs::write(bench.config(), format!("{text}policy: {{approvals: 2}}\n")).unwrap();
    let said = bench.run(&["apply", "a.plan"]);
    assert_eq!(said.code, 7, "{}", said.err);
    refused(&bench, "policy-changed", &said);
    assert!(bench.runs().is_empty());
}

#[test]
fn a_signature_that_is_not_its_own_reencoding() {
    let bench = Bench::new();
    bench.approved("a.plan");
    let sig = bench.folder().join("a.plan.1.approval.sig");
    let armor = fs::read_to_string(&sig).unwrap();
    fs::write(&sig, format!("{armor}\n")).unwrap();
    let said = bench.run(&["apply", "a.plan"]);
    expect_refused(&bench, "malleable-armor", said, 7, "malleable_armor");
}

#[test]
fn a_user_who_is_not_there_is_named_and_no_plan_is_written() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| text);
    let arguments = [
        "plan",
        "revoke.yaml",
        "-i",
        "users=nobody@contoso.example",
        "-o",
        "a.plan",
    ];
    refused(&bench, "unresolved", &bench.run(&arguments).expect(3));
    let arguments = ["plan", "revoke.yaml", "-o", "a.plan"];
    refused(&bench, "input-missing", &bench.run(&arguments).expect(3));
    assert!(!bench.folder().join("a.plan").exists());
}
