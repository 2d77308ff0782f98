//! What people read: the triage in the plan, the end in the report.
//!
//! Every reported user is counted once, and nobody is called well without a sign-in that shows it.

use serde_json::json;

use crate::people::{Case, Person, signin, tokens, with};
use crate::walk::Walked;

fn stuck(id: &'static str) -> Person {
    Person::new(id, vec![signin(50132, 7200), signin(50132, 60)])
}

fn text(walked: &Walked, name: &str) -> String {
    let artefacts = walked.artefacts();
    let found = artefacts.iter().find(|(file, ..)| file == name);
    found
        .expect("a file of that name")
        .2
        .as_str()
        .expect("a text")
        .to_owned()
}

#[test]
fn the_triage_counts_every_reported_user_once_and_has_its_parts() {
    let blocked = with(
        signin(53003, 60),
        &json!({"appliedConditionalAccessPolicies": [{"displayName": "Compliant only", "result": "failure"}]}),
    );
    let people = vec![
        stuck("anna"),
        stuck("guest").who(json!({"userType": "Guest"})),
        Person::new("loops", tokens(40, 20, 60)),
        Person::new("blocked", vec![blocked]),
        Person::new("locked", vec![signin(50053, 60)]),
        Person::new("well", vec![signin(50132, 600), signin(0, 60)]),
        Person::new("quiet", Vec::new()),
    ];
    let said = text(&Case::of(people).walk(), "triage.md");
    for line in [
        "# 7 reported",
        "- 2 a revocation may help",
        "- 1 of them can be signed out, 1 are protected",
        "- 1 service side",
        "a revocation would make it worse: \"Compliant only\" 1",
        "- 1 the password or the account",
        "- 1 recovered by themselves",
        "- 1 nothing visible in the sign-in logs, which is no proof of health",
        "There is no tenant-wide flush",
        "## 1. Incident",
        "## 2. Triage",
        "## 3. Service principals",
        "## 4. Mailboxes",
        "never signed out: guest, guest",
        "mailbox database, region and move: not looked at",
    ] {
        assert!(said.contains(line), "`{line}` is not in\n{said}");
    }
}

#[test]
fn where_nothing_can_be_read_nobody_is_called_well() {
    let mut unread = Person::new("anna", Vec::new()).mailbox_unread();
    unread.interactive = None;
    unread.silent = None;
    let walked = Case::of(vec![unread]).walk();
    let (triage, recovery) = (text(&walked, "triage.md"), text(&walked, "recovery.md"));
    assert!(
        triage.contains("- 1 cannot triage") && triage.contains("unknown, the sign-ins could not be read"),
        "{triage}"
    );
    assert!(
        recovery.contains("# 0 of 1 reported are seen to be well"),
        "{recovery}"
    );
    assert!(
        recovery.contains("## 6. Revoked: 0") && recovery.contains("Nobody was signed out"),
        "{recovery}"
    );
    assert!(text(&walked, "hybrid.md").contains("the input hybrid is false"));
}

#[test]
fn the_end_says_who_should_be_well_by_when_and_why() {
    let walked = Case::of(vec![
        stuck("anna"),
        stuck("bo"),
        Person::new("loops", tokens(40, 20, 60)),
    ])
    .answer(
        "revoke",
        json!([{"target": "anna", "outcome": "verified"}, {"target": "bo", "outcome": "verified"}]),
        json!({"outcome": "changed", "changed": 2}),
    )
    .answer(
        "sessions",
        json!([
            {"id": "anna", "signInSessionsValidFromDateTime": "2026-03-24T09:10:00Z"},
            {"id": "bo", "signInSessionsValidFromDateTime": "2026-03-24T09:10:00Z"}
        ]),
        json!({"outcome": "answered", "turns": []}),
    )
    // Nine refusals in nine minutes and a success are a recovery; only tokens make a loop.
    .answer(
        "afterwards",
        json!([
            (0..9)
                .map(|n| signin(50173, -660 - 60 * n))
                .chain([signin(0, -1200)])
                .collect::<Vec<_>>(),
            [signin(50173, -1200)],
            tokens(20, 20, -1800)
        ]),
        json!({"outcome": "answered", "turns": []}),
    )
    .walk();
    let said = text(&walked, "recovery.md");
    for line in [
        "# 1 of 3 reported are seen to be well",
        "- 1 signed out, and seen to sign in again: anna",
        "- 1 signed out, and not yet seen to sign in again: bo",
        "- 1 service side: for Microsoft support: loops",
        "- anna: by 2026-03-24T09:25:00Z, at the latest by 2026-03-24T10:40:00Z; well already",
        "- bo: by 2026-03-24T09:25:00Z, at the latest by 2026-03-24T10:40:00Z; not seen yet",
        "A workaround",
        "Why: Outlook learns of a revocation",
        "Suspects of the service side in them: 1",
        "There is no tenant-wide flush",
    ] {
        assert!(said.contains(line), "`{line}` is not in\n{said}");
    }
}
