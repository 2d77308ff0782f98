//! Who would be changed, who is left alone, and what is reported.

use redress::value::Json;
use serde_json::json;

use crate::people::{Case, MOBILE, Person, before, signin, tokens, with};

fn stuck(id: &'static str) -> Person {
    Person::new(id, vec![signin(50132, 7200), signin(50132, 60)])
}

fn ids(list: &Json) -> Vec<&str> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["id"].as_str().expect("an id"))
        .collect()
}

#[test]
fn whoever_is_no_person_of_this_tenant_is_left_alone_and_named() {
    let people = vec![
        stuck("person"),
        stuck("guarded"),
        stuck("guest")
            .who(json!({"userType": "Guest", "assignedLicenses": []}))
            .no_mailbox("MailboxNotEnabledForRESTAPI"),
        stuck("disabled").who(json!({"accountEnabled": false})),
        stuck("sync").who(json!({"userPrincipalName": "Sync_DC01_1a2b@contoso.onmicrosoft.com"})),
        stuck("shared").purpose("shared"),
        stuck("room").purpose("room"),
        stuck("service").who(json!({"userPrincipalName": "svc-scanner@contoso.example"})),
        stuck("unread").mailbox_unread(),
        stuck("empty")
            .who(json!({"assignedLicenses": []}))
            .no_mailbox("MailboxNotEnabledForRESTAPI"),
        stuck("done").who(json!({"signInSessionsValidFromDateTime": before(3600)})),
        stuck("before").who(json!({"signInSessionsValidFromDateTime": before(7200)})),
    ];
    let walked = Case::of(people)
        .answer(
            "protected_members",
            json!([[{"id": "guarded"}]]),
            json!({"outcome": "answered", "turns": []}),
        )
        .walk();
    let targets = walked.at("may_help.targets");
    assert_eq!(targets.as_array().unwrap().len(), 12, "all are named");
    let acting: Vec<&str> = targets
        .as_array()
        .unwrap()
        .iter()
        .filter(|target| walked.left_out(target).is_none())
        .map(|target| target["id"].as_str().unwrap())
        .collect();
    assert_eq!(acting, ["person", "before"]);
    assert_eq!(
        ids(&walked.at("still.people")),
        acting,
        "the help desk is told of the same persons"
    );
}

#[test]
fn the_mailbox_s_home_is_known_or_said_to_be_unknown() {
    let people = vec![
        stuck("cloud"),
        stuck("synced")
            .who(json!({"onPremisesSyncEnabled": true, "assignedLicenses": []}))
            .no_mailbox("MailboxNotEnabledForRESTAPI"),
        stuck("licensed").no_mailbox("MailboxNotEnabledForRESTAPI"),
        stuck("none")
            .who(json!({"assignedLicenses": []}))
            .no_mailbox("MailboxNotEnabledForRESTAPI"),
        stuck("odd").no_mailbox("ErrorSomethingElse"),
        stuck("unread").mailbox_unread(),
    ];
    let walked = Case::of(people).walk();
    for (id, home) in [
        ("cloud", "cloud"),
        ("synced", "on_premises"),
        ("licensed", "on_premises"),
        ("none", "none"),
        ("odd", "unknown"),
        ("unread", "unknown"),
    ] {
        assert_eq!(walked.at(&format!("homes.by_id.{id}.home")), home, "{id}");
    }
    assert_eq!(
        walked.at("results.users")[0]["evosts"],
        "no_effect",
        "of a cloud mailbox"
    );
}

#[test]
fn the_canary_can_sign_in_again_without_help() {
    let mut bare = stuck("bare");
    bare.methods = json!([{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod"}]);
    let walked = Case::of(vec![bare, stuck("ready")]).walk();
    let targets = walked.at("may_help.targets");
    assert_eq!(ids(&targets), ["ready", "bare"]);
    assert_eq!(
        (&targets[0]["no_mfa"], &targets[1]["no_mfa"]),
        (&json!(false), &json!(true))
    );
}

#[test]
fn nobody_is_revoked_whom_it_cannot_help() {
    let people = vec![
        Person::new("loops", tokens(40, 20, 60)),
        Person::new("blocked", vec![signin(53003, 60)]),
        Person::new("locked", vec![signin(50053, 60)]),
        Person::new("unknown", vec![signin(999_999, 60)]),
        Person::new("well", vec![signin(50132, 600), signin(0, 60)]),
        Person::new("quiet", Vec::new()),
    ];
    let walked = Case::of(people).walk();
    assert_eq!(walked.at("may_help.targets"), json!([]));
    let suspects: Vec<Json> = walked
        .at("results.users")
        .as_array()
        .unwrap()
        .iter()
        .filter(|user| user["service_side_suspect"] == json!(true))
        .map(|user| user["id"].clone())
        .collect();
    assert_eq!(suspects, [json!("loops"), json!("quiet")]);
    assert_eq!(
        walked.at("sheet.rows").as_array().unwrap().len(),
        6,
        "everybody is on the sheet"
    );
}

#[test]
fn a_revocation_is_skipped_when_it_is_no_longer_needed() {
    let walked = Case::of(vec![stuck("anna")]).walk();
    let target = walked.at("may_help.targets")[0].clone();
    let change = walked.step("revoke").change.as_ref().unwrap();
    let skip_if = change.precheck.as_ref().unwrap().skip_if.as_ref().unwrap();
    let skips = |valid_from: Json, recent: Vec<Json>| {
        let before = json!({"id": "anna", "signInSessionsValidFromDateTime": valid_from});
        walked.evaluate(
            skip_if,
            &[
                ("user", target.clone()),
                ("before", before),
                ("recent", Json::Array(recent)),
            ],
        )
    };
    let as_planned = target["valid_from"].clone();
    assert_eq!(
        skips(as_planned.clone(), vec![signin(50132, 60)]),
        false,
        "still fails"
    );
    assert_eq!(
        skips(as_planned.clone(), Vec::new()),
        false,
        "silence is no recovery"
    );
    assert_eq!(
        skips(as_planned.clone(), vec![signin(50132, 60), signin(0, 30)]),
        true,
        "recovered"
    );
    assert_eq!(
        skips(as_planned.clone(), vec![signin(0, 30), signin(50140, 10)]),
        true,
        "an interruption is no failure"
    );
    assert_eq!(
        skips(as_planned.clone(), vec![signin(0, 60), signin(50132, 30)]),
        false,
        "fails again"
    );
    assert_eq!(skips(as_planned.clone(), tokens(12, 10, 30)), false, "loops");
    assert_eq!(
        skips(
            as_planned,
            vec![with(signin(0, 30), &json!({"resourceId": "another"}))]
        ),
        false,
        "something else works"
    );
    assert_eq!(
        skips(json!(before(30)), vec![signin(50132, 60)]),
        true,
        "somebody else revoked"
    );
    assert_eq!(skips(Json::Null, vec![signin(50132, 60)]), false);
}

#[test]
fn the_first_person_is_well_only_after_an_interactive_success() {
    let walked = Case::of(vec![stuck("anna")]).walk();
    let change = walked.step("revoke").change.as_ref().unwrap();
    let until = &change.hold.as_ref().unwrap().watch.as_ref().unwrap().until;
    let well = |result: Vec<Json>| {
        let result: Vec<Json> = result
            .into_iter()
            .map(|s| with(s, &json!({"userId": "anna"})))
            .collect();
        walked.evaluate(
            until,
            &[
                ("wave", json!([{"id": "anna", "app": MOBILE}])),
                ("result", json!(result)),
            ],
        )
    };
    assert_eq!(well(Vec::new()), false);
    assert_eq!(well(vec![signin(0, 10), signin(50126, 20)]), true);
    assert_eq!(well(vec![signin(0, 20), signin(50126, 10)]), false);
}

#[test]
fn only_those_who_still_fail_after_the_refresh_are_revoked() {
    let turns = |id: &str| json!({"target": id, "outcome": "answered"});
    let walked = Case::of(vec![stuck("anna"), stuck("bo"), stuck("cy"), stuck("di")])
        .answer("refresh", json!([]), json!({"outcome": "changed", "changed": 1}))
        .answer(
            "again",
            json!([
                [signin(50132, -600)],
                [signin(50132, -600), signin(0, -900)],
                [],
                Json::Null
            ]),
            json!({"outcome": "answered", "turns": [turns("anna"), turns("bo"), turns("cy"), turns("di")]}),
        )
        .walk();
    assert_eq!(ids(&walked.at("may_help.targets")), ["anna", "bo", "cy", "di"]);
    assert_eq!(ids(&walked.at("still.targets")), ["anna", "cy", "di"]);
    assert_eq!(
        walked.evaluate(walked.step("settle").when.as_ref().unwrap(), &[]),
        true
    );
}

#[test]
fn after_the_revocation_each_has_a_time_and_a_state() {
    let people = vec![
        stuck("anna"),
        stuck("bo"),
        Person::new("cy", vec![signin(53003, 60)]),
    ];
    let walked = Case::of(people)
        .answer(
            "revoke",
            json!([{"target": "anna", "outcome": "verified", "request_id": "q1"}, {"target": "bo", "outcome": "skipped"}]),
            json!({"outcome": "changed", "changed": 1}),
        )
        .answer("sessions", json!([{"id": "anna", "signInSessionsValidFromDateTime": "2026-03-24T09:10:00Z"}]), json!({"outcome": "answered", "turns": []}))
        .answer("afterwards", json!([[signin(0, -540), signin(0, -1200)], [signin(50132, -1200)], Json::Null]), json!({"outcome": "answered", "turns": []}))
        .walk();
    assert_eq!(ids(&walked.at("revoked")), ["anna"]);
    let users = walked.at("results.users");
    let of = |at: usize, key: &str| users[at][key].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (of(0, "revocation_outcome"), of(0, "now")),
        ("verified".to_owned(), "recovered".to_owned())
    );
    assert_eq!(of(0, "expected_well_by"), "2026-03-24T09:25:00Z");
    assert_eq!(of(0, "well_by_at_the_latest"), "2026-03-24T10:40:00Z");
    assert_eq!(
        (of(1, "revocation_outcome"), of(1, "now")),
        ("skipped".to_owned(), "not_seen_to_recover".to_owned())
    );
    assert_eq!(
        (of(2, "revocation_outcome"), of(2, "well_by_at_the_latest")),
        ("not_a_target".to_owned(), String::new())
    );
}

#[test]
fn every_artefact_has_its_content() {
    let mut bare = stuck("bare");
    bare.methods = json!([{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod"}]);
    let walked = Case::of(vec![bare, Person::new("loops", tokens(40, 20, 60))]).walk();
    let artefacts = walked.artefacts();
    let names: Vec<&str> = artefacts.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "triage.md",
            "hybrid.md",
            "helpdesk.csv",
            "helpdesk.md",
            "support.json",
            "support.csv",
            "recovery.md"
        ]
    );
    for (name, columns, content) in &artefacts {
        let rows = content.as_array().map_or(&[][..], Vec::as_slice);
        let missing = columns
            .iter()
            .find(|column| rows.iter().any(|row| row.get(*column).is_none()));
        assert_eq!(missing, None, "a column of `{name}` that no row has");
        assert!(columns.is_empty() || rows.len() == 2, "{name}");
    }
    let sheet = artefacts[3].2.as_str().unwrap();
    assert!(
        sheet.contains("every device: 1") && sheet.contains("MFA: none"),
        "{sheet}"
    );
    let support = &artefacts[4].2;
    assert_eq!(support["service_side_suspects"][0]["id"], "loops");
    assert_eq!(
        support["users_by_verdict"]["entra_refuses"][0]["correlation"],
        "correlation-50132-60"
    );
}

#[test]
fn the_plan_says_what_it_means_for_a_person() {
    let mut bare = stuck("bare");
    bare.methods = json!([]);
    let walked = Case::of(vec![stuck("anna"), bare]).walk();
    let targets = walked.at("may_help.targets");
    let consequence = walked
        .step("revoke")
        .change
        .as_ref()
        .unwrap()
        .consequence
        .as_ref()
        .unwrap();
    let said = |at: usize| walked.say(consequence, &[("user", targets[at].clone())]);
    for at in [0, 1] {
        assert!(said(at).contains("Signs this person out of every app on every device"));
    }
    assert!(!said(0).contains("MFA METHOD") && said(1).contains("NO MFA METHOD IS REGISTERED"));
}
