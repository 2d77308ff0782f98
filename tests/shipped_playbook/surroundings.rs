//! What surrounds the users: incident, service principals, Exchange Server.
//!
//! Nothing here is ever created; only stale certificates lead to a change.

use redress::value::Json;
use serde_json::json;

use crate::people::{Case, EXCHANGE, MOBILE, OFFICE, Person, signin, with};
use crate::walk::Walked;

fn stuck(id: &'static str) -> Person {
    Person::new(id, vec![signin(50132, 7200), signin(50132, 60)])
}

const STORED: &str = "MIIB\nAA==";

fn hybrid(servers: &Json, how: Json, published: &[&str]) -> Walked {
    let children: Vec<Json> = published
        .iter()
        .map(|text| json!({"name": "X509Certificate", "attributes": {}, "text": text, "children": []}))
        .collect();
    let mut case = Case::of(vec![
        stuck("anna"),
        stuck("bo")
            .who(json!({"onPremisesSyncEnabled": true}))
            .no_mailbox("MailboxNotEnabledForRESTAPI"),
    ])
    .input("hybrid", json!(true))
    .answer("auth_servers", servers.clone(), how);
    if !published.is_empty() {
        let xml = json!({"name": "EntityDescriptor", "attributes": {}, "text": "", "children": children});
        case = case.answer("metadata", xml, json!({"outcome": "answered"}));
    }
    case.walk()
}

fn server() -> Json {
    json!({"Guid": "g", "Name": "EvoSts - x", "AuthMetadataUrl": "https://login.example/x", "CertificateStrings": [STORED]})
}

#[test]
fn certificates_are_compared_as_sets_and_what_is_unknown_changes_nothing() {
    let answered = json!({"outcome": "answered"});
    let cases = [
        (
            "the same, twice and broken into lines",
            json!([server()]),
            &["MIIBAA==", " MII\nBAA== "][..],
            "current",
        ),
        ("another one", json!([server()]), &["MIIC"][..], "stale"),
        ("one more", json!([server()]), &["MIIBAA==", "MIIC"][..], "stale"),
        ("none published", json!([server()]), &[][..], "unknown"),
        (
            "several objects",
            json!([server(), server()]),
            &["MIIC"][..],
            "unknown",
        ),
        ("no object", json!([]), &["MIIC"][..], "unknown"),
        (
            "nothing stored",
            json!([with(server(), &json!({"CertificateStrings": []}))]),
            &["MIIC"][..],
            "unknown",
        ),
    ];
    for (name, servers, published, state) in cases {
        let walked = hybrid(&servers, answered.clone(), published);
        assert_eq!(walked.at("certificates.state"), state, "{name}");
        let when = walked.step("refresh").when.as_ref().unwrap();
        assert_eq!(walked.evaluate(when, &[]), json!(state != "unknown"), "{name}");
        let change = walked.step("refresh").change.as_ref().unwrap();
        let left_out = change
            .leave_out
            .iter()
            .any(|rule| walked.evaluate(&rule.condition, &[]) == json!(true));
        assert_eq!(left_out, state == "current", "{name}");
    }
    let failed = json!({"outcome": "failed", "error": "no such host"});
    let walked = hybrid(&Json::Null, failed, &[]);
    assert_eq!(walked.at("certificates.state"), "unknown");
    assert!(
        walked
            .at("certificates.why")
            .as_str()
            .unwrap()
            .contains("no such host")
    );
}

#[test]
fn without_powershell_the_later_steps_go_on_with_all_targets() {
    let walked = hybrid(&Json::Null, json!({"outcome": "not_reached"}), &[]);
    assert_eq!(walked.at("certificates.state"), "not_looked_at");
    let targets = walked.at("still.targets");
    assert_eq!(
        (&targets[0]["id"], &targets[1]["id"]),
        (&json!("anna"), &json!("bo"))
    );
}

#[test]
fn service_principals_are_told_apart() {
    let found = json!([[{"id": "1", "appId": MOBILE}, {"id": "2", "appId": MOBILE}], [], Json::Null]);
    let turn = |id: &str, outcome: &str| json!({"target": id, "outcome": outcome});
    let how = json!({"outcome": "failed", "turns": [
        turn(MOBILE, "answered"), turn(OFFICE, "answered"), turn(EXCHANGE, "failed"),
    ]});
    let states = |walked: &Walked| -> Vec<Json> {
        walked
            .at("principals.report")
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p["state"].clone())
            .collect()
    };
    let walked = Case::of(vec![stuck("anna")])
        .answer("service_principals", found, how.clone())
        .walk();
    assert_eq!(
        states(&walked),
        [json!("duplicate"), json!("absent"), json!("unknown")]
    );
    let found = json!([[{"id": "1", "appId": MOBILE, "accountEnabled": true}], [{"id": "2", "appId": OFFICE, "accountEnabled": false}], Json::Null]);
    let refused = Person::new("anna", vec![signin(65001, 60)]);
    let walked = Case::of(vec![refused])
        .answer("service_principals", found, how)
        .walk();
    assert_eq!(
        states(&walked),
        [json!("no_consent"), json!("disabled"), json!("unknown")]
    );
}

#[test]
fn an_issue_that_is_not_listed_here_is_an_answer() {
    let health = |incident: &str, step: &str, value: Json, how: Json| {
        let case = Case::of(vec![stuck("anna")]).input("incident", json!(incident));
        case.answer(step, value, how).walk().at("health")
    };
    let gone = health(
        "EX1256020",
        "incident",
        Json::Null,
        json!({"outcome": "answered", "status": 404}),
    );
    assert_eq!(
        (&gone["state"], &gone["issues"]),
        (&json!("not_listed_for_this_tenant"), &json!([]))
    );
    let failed = health(
        "EX1256020",
        "incident",
        Json::Null,
        json!({"outcome": "failed", "error": "x"}),
    );
    assert_eq!(failed["state"], "unreadable");
    let issue = json!({
        "id": "EX1256020", "status": "ServiceRestored", "startDateTime": "2026-03-19T08:00:00Z",
        "posts": [
            {"createdDateTime": "2026-03-20T08:00:00Z", "description": {"content": "<p>Second</p>"}},
            {"createdDateTime": "2026-03-18T08:00:00Z", "description": {"content": "<b>First</b> &amp; only"}},
        ],
    });
    let listed = health(
        "EX1256020",
        "incident",
        issue.clone(),
        json!({"outcome": "answered", "status": 200}),
    );
    assert_eq!(listed["issues"][0]["status"], "servicerestored");
    assert_eq!(listed["issues"][0]["first_post"], "2026-03-18T08:00:00Z");
    assert_eq!(listed["issues"][0]["posts"][0]["text"], "First & only");
    let open = health("", "open_issues", json!([issue]), json!({"outcome": "answered"}));
    assert_eq!(
        (&open["state"], open["issues"].as_array().unwrap().len()),
        (&json!("unresolved_listed"), 1)
    );
}
