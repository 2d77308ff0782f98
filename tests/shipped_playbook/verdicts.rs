//! One verdict for each reported user.

use redress::value::Json;
use serde_json::json;

use crate::people::{Case, EXCHANGE, MOBILE, OFFICE, Person, WEB, before, signin, tokens, with};

const DAY: i64 = 24 * 3600;
const HOUR: i64 = 3600;

fn verdict(silent: Vec<Json>) -> Json {
    Case::of(vec![Person::new("anna", silent)])
        .walk()
        .at("verdicts.by_id.anna")
}

/// What it is, the code of a failure after a success, verdict, what a revocation does.
const REFUSALS: &[(&str, i64, &str, &str)] = &[
    ("the session is refused", 50132, "entra_refuses", "may_help"),
    ("a code that nobody knows", 123_456, "entra_refuses", "unknown"),
    ("MFA must be registered", 50079, "entra_refuses", "makes_worse"),
    ("the service is busy", 90033, "entra_refuses", "cannot_help"),
    (
        "the service principal is missing",
        500_011,
        "entra_refuses",
        "cannot_help",
    ),
    (
        "the client was told that it loops",
        50196,
        "entra_refuses",
        "unknown",
    ),
    ("blocked by policy", 53003, "policy_blocks", "makes_worse"),
    ("the device failed", 50155, "policy_blocks", "makes_worse"),
    ("wrong password", 50126, "credential", "cannot_help"),
    ("another tenant's account", 90072, "credential", "cannot_help"),
];

#[test]
fn each_code_gives_its_verdict() {
    for (name, code, word, revocation) in REFUSALS {
        let silent = vec![signin(*code, 3 * HOUR), signin(0, 2 * HOUR), signin(*code, HOUR)];
        let found = verdict(silent);
        assert_eq!(
            (&found["verdict"], &found["code"]),
            (&json!(word), &json!(code.to_string())),
            "{name}"
        );
        assert_eq!(found["revocation"], json!(revocation), "{name}");
        assert_eq!(
            (&found["tries"], &found["since"]),
            (&json!(1), &json!(before(HOUR))),
            "{name}"
        );
    }
}

#[test]
fn each_pattern_without_an_open_failure_gives_its_verdict() {
    let interruptions = vec![signin(50140, 60), signin(50058, 30)];
    let cases = [
        (
            "a loop with good tokens",
            tokens(40, 20, 60),
            "entra_issues_but_client_loops",
            "unknown",
        ),
        (
            "calm successes",
            tokens(12, HOUR, 60),
            "nothing_visible",
            "unknown",
        ),
        ("no sign-in at all", Vec::new(), "nothing_visible", "unknown"),
        (
            "an interruption only",
            interruptions,
            "nothing_visible",
            "unknown",
        ),
        (
            "well again",
            vec![signin(50173, HOUR), signin(0, 60)],
            "recovered",
            "cannot_help",
        ),
    ];
    for (name, silent, word, revocation) in cases {
        let found = verdict(silent);
        assert_eq!(
            (&found["verdict"], &found["code"]),
            (&json!(word), &json!("")),
            "{name}"
        );
        assert_eq!(found["revocation"], json!(revocation), "{name}");
    }
}

#[test]
fn a_success_at_the_same_second_is_not_a_later_one() {
    assert_eq!(
        verdict(vec![signin(50173, 60), signin(0, 60)])["verdict"],
        "entra_refuses"
    );
    assert_eq!(
        verdict(vec![signin(50173, 60), signin(0, 59)])["verdict"],
        "recovered"
    );
}

#[test]
fn ten_tokens_in_ten_minutes_are_a_loop_and_nine_are_not() {
    let looping = "entra_issues_but_client_loops";
    // Nine steps between ten tokens: exactly ten minutes, and one second a step more.
    let at_limit: Vec<Json> = (0..10).map(|n| signin(0, 60 + n * 600 / 9)).collect();
    assert_eq!(verdict(at_limit)["verdict"], looping);
    assert_eq!(verdict(tokens(10, 68, 60))["verdict"], "nothing_visible");
    assert_eq!(verdict(tokens(9, 1, 60))["verdict"], "nothing_visible");
    // Nineteen are seen wherever they fall among calm ones.
    for calm in 0..10 {
        let mut silent = tokens(calm, 2 * HOUR, 2 * HOUR);
        silent.extend(tokens(19, 30, 60));
        assert_eq!(verdict(silent)["verdict"], looping, "{calm} calm ones before");
    }
}

#[test]
fn a_loop_counts_for_one_client_and_one_resource() {
    let mut silent = tokens(6, 30, 60);
    silent.extend(
        tokens(6, 30, 60)
            .into_iter()
            .map(|s| with(s, &json!({"resourceId": "another"}))),
    );
    assert_eq!(verdict(silent)["verdict"], "nothing_visible");
}

#[test]
fn a_loop_is_over_after_half_an_hour_of_calm() {
    let mut silent = tokens(20, 20, 2 * HOUR);
    assert_eq!(
        verdict(silent.clone())["verdict"],
        "entra_issues_but_client_loops",
        "silence is no recovery"
    );
    silent.push(signin(0, 2 * HOUR - 29 * 60));
    assert_eq!(
        verdict(silent.clone())["verdict"],
        "entra_issues_but_client_loops"
    );
    silent.push(signin(0, 2 * HOUR - 30 * 60));
    assert_eq!(verdict(silent)["verdict"], "recovered");
}

#[test]
fn what_happened_last_decides_between_loop_and_refusal() {
    let mut silent = tokens(20, 20, 2 * HOUR);
    silent.push(signin(50132, HOUR));
    assert_eq!(verdict(silent)["verdict"], "entra_refuses");
    let mut silent = tokens(20, 20, HOUR);
    silent.push(with(signin(50132, 3 * HOUR), &json!({"resourceId": "another"})));
    assert_eq!(verdict(silent)["verdict"], "entra_issues_but_client_loops");
}

#[test]
fn a_record_without_a_code_is_no_success() {
    let nothing = with(signin(0, 30), &json!({"status": {"failureReason": "x"}}));
    assert_eq!(
        verdict(vec![signin(50132, 60), nothing])["verdict"],
        "entra_refuses"
    );
}

#[test]
fn entra_s_own_count_shows_a_loop_that_the_sign_ins_do_not() {
    let count = |tokens: i64, code: i64| {
        let row = json!({
            "signInCount": tokens, "aggregationDateTime": before(2 * HOUR), "userPrincipalName": "ANNA@contoso.example",
            "appId": MOBILE, "resourceId": EXCHANGE, "status": {"errorCode": code},
        });
        Case::of(vec![Person::new("anna", Vec::new())])
            .answer("summarised", json!([row]), json!({"outcome": "answered"}))
            .walk()
            .at("verdicts.by_id.anna.verdict")
    };
    assert_eq!(count(60, 0), "entra_issues_but_client_loops");
    assert_eq!(count(59, 0), "nothing_visible");
    assert_eq!(count(600, 50126), "nothing_visible");
}

#[test]
fn what_could_not_be_read_is_no_answer() {
    let case = |interactive: Option<Vec<Json>>, silent: Option<Vec<Json>>| {
        let mut anna = Person::new("anna", Vec::new());
        (anna.interactive, anna.silent) = (interactive, silent);
        let walked = Case::of(vec![anna]).walk();
        (
            walked.at("verdicts.by_id.anna.verdict"),
            walked.at("picture.triage"),
            walked.at("may_help.targets"),
        )
    };
    assert_eq!(
        case(None, None),
        (json!("cannot_triage"), json!("cannot triage"), json!([]))
    );
    assert_eq!(case(Some(Vec::new()), None).0, "cannot_triage");
    assert_eq!(
        case(Some(vec![signin(50173, HOUR), signin(0, 60)]), None).0,
        "cannot_triage",
        "a loop could not be seen"
    );
    assert_eq!(
        case(Some(vec![signin(50132, 60)]), None).0,
        "entra_refuses",
        "what was seen counts"
    );
    assert_eq!(case(Some(Vec::new()), Some(Vec::new())).1, "done");
}

#[test]
fn only_the_reported_clients_decide_and_the_others_are_told_apart() {
    let office = |os: &str, code, ago| {
        with(
            signin(code, ago),
            &json!({"appId": OFFICE, "deviceDetail": {"operatingSystem": os}}),
        )
    };
    let web = |code, ago| with(signin(code, ago), &json!({"appId": WEB}));
    let mac = verdict(vec![office("MacOs 14.4", 50132, 60), web(0, 30)]);
    assert_eq!(
        (&mac["verdict"], &mac["client"]),
        (&json!("entra_refuses"), &json!("new_outlook_mac"))
    );
    assert_eq!((&mac["others"], &mac["web"]), (&json!("work"), &json!("work")));
    let windows = verdict(vec![office("Windows10", 50132, 60)]);
    assert_eq!(
        (&windows["verdict"], &windows["others"]),
        (&json!("nothing_visible"), &json!("fail"))
    );
    let all = Case::of(vec![
        Person::new("anna", vec![signin(50132, 60), web(0, 30)]),
        Person::new("bo", vec![signin(50132, 60), web(50132, 30)]),
    ]);
    assert_eq!(
        all.walk().at("picture.only_outlook_mobile_and_mac"),
        "no, other clients fail too"
    );
    let unseen = Case::of(vec![Person::new("anna", vec![signin(50132, 60)])]).walk();
    assert!(
        unseen
            .at("picture.only_outlook_mobile_and_mac")
            .as_str()
            .unwrap()
            .starts_with("unknown")
    );
}

#[test]
fn policies_that_are_not_visible_are_not_called_none() {
    let seen = |fields: Json| verdict(vec![with(signin(53003, 60), &fields)]);
    let policy = |result: &str| json!([{"id": "p", "displayName": "Compliant device", "result": result}]);
    let failed = seen(
        json!({"conditionalAccessStatus": "failure", "appliedConditionalAccessPolicies": policy("failure")}),
    );
    assert_eq!(
        (&failed["conditional_access"], &failed["blocked_by"]),
        (&json!("applied"), &json!(["Compliant device"]))
    );
    for (fields, expected) in [
        (
            json!({"conditionalAccessStatus": "failure"}),
            "not_visible_to_this_app",
        ),
        (
            json!({"conditionalAccessStatus": "success", "appliedConditionalAccessPolicies": []}),
            "not_visible_to_this_app",
        ),
        (
            json!({"conditionalAccessStatus": null, "appliedConditionalAccessPolicies": null}),
            "not_visible_to_this_app",
        ),
        (
            json!({"conditionalAccessStatus": "notApplied", "appliedConditionalAccessPolicies": []}),
            "none_applied",
        ),
        (
            json!({"conditionalAccessStatus": "notApplied", "appliedConditionalAccessPolicies": policy("notApplied")}),
            "none_applied",
        ),
    ] {
        assert_eq!(seen(fields.clone())["conditional_access"], expected, "{fields}");
    }
}

#[test]
fn an_export_from_the_portal_gives_the_same_verdict() {
    let row = |code: &str, status: &str, ago: i64| {
        json!({
            "Date (UTC)": before(ago), "Request ID": "r", "Correlation ID": "c", "User ID": "", "Username": "Anna@contoso.example",
            "Application": "Outlook Mobile", "Application ID": MOBILE, "Resource": "Exchange", "Resource ID": EXCHANGE,
            "Sign-in error code": code, "Status": status, "Failure reason": "Other.", "Client app": "Mobile Apps and Desktop clients",
            "Operating System": "iOS 17.4", "Browser": "", "Location": "Lund, Skane, SE", "IP address": "203.0.113.7",
            "Conditional Access": "Not Applied",
        })
    };
    let export = json!([
        row("50132", "Failure", HOUR),
        row("", "Success", 2 * HOUR),
        row("50053", "Failure", 2 * DAY)
    ]);
    let mut anna = Person::new("anna", Vec::new());
    (anna.interactive, anna.silent) = (None, None);
    let walked = Case::of(vec![anna]).input("export", export).walk();
    let found = walked.at("verdicts.by_id.anna");
    assert_eq!(
        (&found["verdict"], &found["code"]),
        (&json!("entra_refuses"), &json!("50132"))
    );
    assert_eq!(
        (&found["country"], &found["conditional_access"]),
        (&json!("SE"), &json!("none_applied"))
    );
    assert_eq!(found["signins_read"], 2, "older than `since`");
}
