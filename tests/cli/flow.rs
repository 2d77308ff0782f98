//! Check, plan, show, approve, apply and audit verify, each a process of its own.

use std::fs;

use crate::bench::{Bench, case};
use crate::signers::{Approver, has, ssh_keygen};
use crate::snapshot::{masked, refused};

#[test]
fn from_check_to_a_verified_audit_log_in_separate_processes() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| text);
    let checked = bench.run_bare(&["check", "revoke.yaml"]).expect(0);
    assert_eq!(checked.out, "revoke.yaml: `revoke` can be planned\n");

    let arguments = [
        "plan",
        "revoke.yaml",
        "--inputs",
        "c/inputs.yaml",
        "-o",
        "a.plan",
        "--detailed-exitcode",
    ];
    let planned = bench.run(&arguments).expect(2);
    assert!(planned.out.contains("REHEARSAL"), "{}", planned.out);
    assert!(planned.out.contains("6 actions"), "{}", planned.out);
    assert!(
        bench.revocations().as_object().unwrap().is_empty(),
        "a plan changes nothing"
    );
    bench
        .run(&[&arguments[..4], &["--out", "b.plan"]].concat())
        .expect(0);

    let shown = bench.run_bare(&["show", "a.plan"]).expect(0);
    assert!(planned.out.starts_with(&shown.out));
    bench.approve("a.plan");
    assert!(bench.folder().join("a.plan.1.approval").exists());
    assert!(bench.folder().join("a.plan.1.approval.sig").exists());

    let applied = bench.run(&["apply", "a.plan"]).expect(0);
    assert!(applied.out.contains("verified        6"), "{}", applied.out);
    bench.expect_each_revoked_once();

    let audited = bench.run(&["audit", "verify"]).expect(0);
    assert!(audited.out.contains("The evidence verifies."), "{}", audited.out);
    let again = bench.run(&["apply", "a.plan"]);
    refused(&bench, "used", &again.expect(8));
    bench.expect_each_revoked_once();
    bench.run(&["audit", "verify"]).expect(0);
    let status = bench.run(&["status"]).expect(0);
    assert!(status.out.contains("refused 1"), "{}", status.out);
    assert!(status.out.contains("ended with 0"), "{}", status.out);
    let ended = bench.run(&["resume", &bench.only_run()]);
    refused(&bench, "ended", &ended.expect(8));
}

#[test]
fn a_plan_without_changes_ends_with_0_also_with_a_detailed_exit_code() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| text);
    fs::write(bench.folder().join("nobody.yaml"), "users: []\n").unwrap();
    let arguments = [
        "plan",
        "revoke.yaml",
        "--inputs",
        "nobody.yaml",
        "-o",
        "a.plan",
        "--detailed-exitcode",
    ];
    bench.run(&arguments).expect(0);
    bench.approve("a.plan");
    let applied = bench.run(&["apply", "a.plan"]).expect(0);
    assert!(applied.out.contains("nothing was changed"), "{}", applied.out);
}

#[test]
fn a_target_that_drifted_is_left_alone_and_the_others_are_changed() {
    let bench = Bench::new();
    bench.approved("a.plan");
    bench.set_enabled("u3@contoso.example", false);
    let applied = bench.run(&["apply", "a.plan"]).expect(5);
    assert!(applied.out.contains("verified        5"), "{}", applied.out);
    assert!(applied.out.contains("drifted         1"), "{}", applied.out);
    assert!(applied.out.contains("Una Three"), "{}", applied.out);
    let revoked = bench.revocations();
    assert_eq!(revoked.as_object().unwrap().len(), 5);
    assert!(revoked.get("u3@contoso.example").is_none());
    bench.run(&["audit", "verify"]).expect(0);
}

#[test]
fn when_every_target_drifted_nothing_is_changed_and_the_exit_code_says_so() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| text);
    let one = [
        "plan",
        "revoke.yaml",
        "-i",
        "users=u2@contoso.example",
        "-o",
        "a.plan",
    ];
    bench.run(&one).expect(0);
    bench.approve("a.plan");
    bench.set_enabled("u2@contoso.example", false);
    bench.run(&["apply", "a.plan"]).expect(8);
    assert!(bench.revocations().as_object().unwrap().is_empty());
}

#[test]
fn a_statement_that_ssh_keygen_signed_counts_and_ssh_keygen_accepts_ours() {
    if !has("ssh-keygen") {
        return;
    }
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| text.replace("approvals: 1", "approvals: 2"));
    bench.plan("a.plan");
    let kim = Approver::new(&bench.folder(), "kim");
    kim.list(&bench.signers(), "approve@redress");
    let folder = bench.folder();
    let at = |name: &str| folder.join(name).display().to_string();

    bench.approve("a.plan");
    let ours = fs::read(folder.join("a.plan.1.approval")).unwrap();
    let arguments = [
        "-Y",
        "verify",
        "-f",
        &at("c/allowed_signers"),
        "-I",
        "jess",
        "-n",
        "approve@redress",
        "-s",
    ];
    let said = ssh_keygen(&[&arguments[..], &[&at("a.plan.1.approval.sig")]].concat(), &ours);
    assert!(
        said.starts_with("Good \"approve@redress\" signature for jess"),
        "{said}"
    );

    let statement = [
        "approve",
        "a.plan",
        "--as",
        "kim",
        "--reason",
        "CHG1",
        "--statement",
        "a.plan.2.approval",
    ];
    let written = bench.run(&statement).expect(0);
    assert!(written.out.contains("ssh-keygen -Y sign"), "{}", written.out);
    refused(&bench, "not-enough", &bench.run(&["apply", "a.plan"]).expect(7));
    ssh_keygen(
        &[
            "-Y",
            "sign",
            "-q",
            "-f",
            &at("kim"),
            "-n",
            "approve@redress",
            &at("a.plan.2.approval"),
        ],
        b"",
    );
    let applied = bench.run(&["apply", "a.plan"]).expect(0);
    assert!(applied.out.contains("approved  jess, kim"), "{}", applied.out);
}

#[test]
fn the_next_free_number_is_taken_and_one_person_counts_once() {
    let bench = Bench::new();
    bench.playbook("revoke.yaml", |text| text.replace("approvals: 1", "approvals: 2"));
    bench.approved("a.plan");
    bench.approve("a.plan");
    assert!(bench.folder().join("a.plan.2.approval.sig").exists());
    refused(&bench, "same-person", &bench.run(&["apply", "a.plan"]).expect(7));
}

#[test]
fn an_rsa_key_is_pointed_to_ssh_keygen() {
    if !has("ssh-keygen") {
        return;
    }
    let bench = Bench::new();
    bench.plan("a.plan");
    let file = bench.folder().join("rsa").display().to_string();
    ssh_keygen(&["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", &file], b"");
    let said = bench.run(&["approve", "a.plan", "--key", "rsa", "--as", "jess"]);
    refused(&bench, "rsa-key", &said.expect(3));
}

#[test]
fn mistakes_on_the_command_line_end_with_3() {
    let bench = Bench::new();
    for arguments in [
        &["aply"][..],
        &["plan"],
        &["approve", "a.plan"],
        &["plan", "x", "--nonsense"],
        &[],
    ] {
        let said = bench.run_bare(arguments).expect(3);
        assert!(said.err.contains("Usage: redress"), "{}", said.err);
    }
    bench.run_bare(&["--help"]).expect(0);
    bench.run_bare(&["--version"]).expect(0);
    bench.plan("a.plan");
    for (name, arguments) in [
        ("no-such-plan", &["apply", "gone.plan"][..]),
        ("no-such-run", &["resume", "20260101T000000Z-000000"]),
        (
            "nothing-to-approve",
            &["approve", "gone.plan", "--key", "jess", "--as", "jess"],
        ),
        (
            "import-statement",
            &[
                "import",
                "RUN",
                "c/inputs.yaml",
                "--as",
                "jess",
                "--statement",
                "x",
            ],
        ),
        ("no-such-playbook", &["plan", "outlook-auth-lop"]),
        (
            "no-plan",
            &["approve", "c/redress.yaml", "--key", "jess", "--as", "jess"],
        ),
        (
            "no-such-key",
            &["approve", "a.plan", "--key", "gone", "--as", "jess"],
        ),
    ] {
        refused(&bench, name, &bench.run(arguments).expect(3));
    }
    refused(&bench, "no-configuration", &bench.run_bare(&["status"]).expect(3));
}

#[test]
fn an_invalid_playbook_ends_with_4_and_a_caret_under_the_mistake() {
    let bench = Bench::new();
    fs::copy(case("broken.yaml"), bench.folder().join("broken.yaml")).unwrap();
    let checked = bench.run_bare(&["check", "broken.yaml"]).expect(4);
    assert!(checked.err.contains("^^^^^"), "{}", checked.err);
    refused(&bench, "broken", &checked);
    let planned = bench.run(&["plan", "broken.yaml", "-o", "a.plan"]).expect(4);
    assert!(
        masked(bench.home(), &planned.err).contains("did you mean `inputs`?"),
        "{}",
        planned.err
    );
    assert!(!bench.folder().join("a.plan").exists());
}
