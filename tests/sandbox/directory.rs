//! Users, groups, what is done to users, and the other objects of a tenant.
//!
//! Sign-ins are in `logs`.

use redress::run::ports::Clock as _;
use redress::value::{Json, Timestamp};

use crate::{ANNA, Answer, World};

#[tokio::test]
async fn users_show_what_is_selected_and_nothing_else() {
    let world = World::new().await;
    let plain = world.get("/v1.0/users/anna@contoso.example").await;
    assert_eq!(plain.body["displayName"], "Anna Ek");
    assert_eq!(plain.body.get("accountEnabled"), None);
    let path = format!("/v1.0/users/{ANNA}?$select=accountEnabled,userType,signInSessionsValidFromDateTime");
    let chosen = world.get(&path).await;
    assert_eq!(chosen.body["accountEnabled"], true);
    assert_eq!(
        chosen.body["signInSessionsValidFromDateTime"],
        "2025-12-02T12:18:07Z"
    );
    assert_eq!(chosen.body.get("displayName"), None);
    let guest = world
        .get("/v1.0/users/dan_adatum.example%23EXT%23@contoso.example?$select=userType")
        .await;
    assert_eq!(guest.body["userType"], "Guest");
    let unknown = world.get(&format!("/v1.0/users/{ANNA}?$select=shoeSize")).await;
    assert_eq!((unknown.status, unknown.code()), (400, "Request_BadRequest"));
}

#[tokio::test]
async fn filters_find_whom_they_should_and_others_are_refused() {
    let world = World::new().await;
    for (filter, expected) in [
        ("mail eq 'dan@adatum.example'", 1),
        ("displayName eq 'Bo O''Neil'", 1),
        ("startsWith(userPrincipalName,'ANNA')", 1),
        ("accountEnabled eq false", 1),
        ("userType eq 'Guest' or department eq 'Sales'", 2),
        ("onPremisesSyncEnabled eq true", 1),
    ] {
        let answer = world
            .get(&format!("/v1.0/users?$filter={filter}&$select=id"))
            .await;
        assert_eq!(answer.ids().len(), expected, "{filter}: {}", answer.body);
    }
    for (query, code) in [
        ("$filter=department ne 'Sales'", "Request_UnsupportedQuery"),
        (
            "$filter=signInSessionsValidFromDateTime ge 2026-01-01T00:00:00Z",
            "Request_UnsupportedQuery",
        ),
        ("$filter=mail eq", "Request_BadRequest"),
        ("$top=1000", "Request_BadRequest"),
        ("$skip=5", "Request_UnsupportedQuery"),
    ] {
        let answer = world.get(&format!("/v1.0/users?{query}")).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{query}");
    }
}

#[tokio::test]
async fn an_advanced_query_counts_the_licensed_members() {
    let world = World::new().await;
    let filter = "accountEnabled eq true and userType eq 'Member' and assignedLicenses/$count ne 0";
    let path = format!("/v1.0/users?$count=true&$filter={filter}&$select=id&$top=1");
    assert_eq!(world.get(&path).await.code(), "Request_UnsupportedQuery");
    let request = world.request("GET", &path).header("ConsistencyLevel", "eventual");
    let answer = Answer::of(request.send().await.expect("an answer")).await;
    assert_eq!(answer.body["@odata.count"], 123);
    assert_eq!(answer.ids(), [ANNA]);
}

#[tokio::test]
async fn a_group_has_direct_and_nested_members() {
    let world = World::new().await;
    let group = "/v1.0/groups/22222222-0000-4000-8000-000000000002";
    let direct = world.get(&format!("{group}/members")).await;
    assert_eq!(
        direct.ids(),
        [
            "11111111-0000-4000-8000-000000000002",
            "22222222-0000-4000-8000-000000000001"
        ]
    );
    let all = world.get(&format!("{group}/transitiveMembers?$select=id")).await;
    assert_eq!(all.ids().len(), 3);
    assert!(all.ids().contains(&"11111111-0000-4000-8000-000000000003"));
    let named = world
        .get("/v1.0/groups?$filter=mail eq 'x' or displayName eq 'Protected'")
        .await;
    assert_eq!(named.ids().len(), 1);
    assert_eq!(
        world
            .get("/v1.0/groups/22222222-0000-4000-8000-0000000000ff/members")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_revocation_shows_after_its_lag_in_whole_seconds() {
    let world = World::new().await;
    let path = format!("/v1.0/users/{ANNA}?$select=signInSessionsValidFromDateTime");
    let before = world.get(&path).await.body["signInSessionsValidFromDateTime"].clone();
    let sent = world.clock.now();
    let answer = world.revoke(ANNA).await.expect("an answer");
    assert_eq!((answer.status, &answer.body["value"]), (200, &Json::Bool(true)));
    assert_eq!(
        world.get(&path).await.body["signInSessionsValidFromDateTime"],
        before
    );
    world.later(20);
    let after = world.get(&path).await.body["signInSessionsValidFromDateTime"].clone();
    let text = after.as_str().expect("an instant");
    assert_eq!(text.len(), "2026-03-24T08:00:00Z".len());
    let at: Timestamp = text.parse().expect("an instant");
    assert!(at.as_second() >= sent.as_second());
}

#[tokio::test]
async fn a_guests_revocation_is_answered_and_does_nothing() {
    let world = World::new().await;
    let guest = "dan_adatum.example%23EXT%23@contoso.example";
    assert_eq!(world.revoke(guest).await.expect("an answer").status, 200);
    assert_eq!(
        world
            .revoke("nobody@contoso.example")
            .await
            .expect("an answer")
            .status,
        404
    );
    assert!(world.sandbox.state.revocations().is_empty());
}

#[tokio::test]
async fn mailbox_settings_and_methods_tell_people_apart() {
    let world = World::new().await;
    let room = world
        .get("/v1.0/users/room1@contoso.example/mailboxSettings")
        .await;
    assert_eq!(room.body["userPurpose"], "room");
    for elsewhere in [
        "cia@contoso.example",
        "dan_adatum.example%23EXT%23@contoso.example",
    ] {
        let answer = world
            .get(&format!("/v1.0/users/{elsewhere}/mailboxSettings"))
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (404, "MailboxNotEnabledForRESTAPI")
        );
    }
    let methods = |user: &str| format!("/v1.0/users/{user}/authentication/methods");
    assert_eq!(world.get(&methods(ANNA)).await.ids().len(), 2);
    assert_eq!(
        world.get(&methods("bo@contoso.example")).await.ids(),
        ["28c10230-6103-485e-b985-444c60001490"]
    );
}

#[tokio::test]
async fn an_account_can_be_disabled_and_the_audit_says_so() {
    let world = World::new().await;
    let path = format!("/v1.0/users/{ANNA}");
    let update = |body: &'static str| world.request("PATCH", &path).body(body).send();
    assert_eq!(
        update(r#"{"accountEnabled":false}"#)
            .await
            .expect("an answer")
            .status(),
        204
    );
    assert_eq!(
        update(r#"{"displayName":"X"}"#)
            .await
            .expect("an answer")
            .status(),
        403
    );
    assert_eq!(update(r#"{"id":"X"}"#).await.expect("an answer").status(), 400);
    assert_eq!(update("{").await.expect("an answer").status(), 400);
    world.revoke(ANNA).await.expect("an answer");
    let log = "/v1.0/auditLogs/directoryAudits?$filter=activityDateTime ge 2026-03-24T08:00:00Z";
    assert!(world.get(log).await.ids().is_empty());
    world.later(120);
    let answer = world.get(log).await;
    let names: Vec<_> = (0..2)
        .map(|at| answer.body["value"][at]["activityDisplayName"].clone())
        .collect();
    assert_eq!(
        names,
        ["Update StsRefreshTokenValidFrom Timestamp", "Disable account"]
    );
    assert_eq!(answer.body["value"][0]["targetResources"][0]["id"], ANNA);
}

#[tokio::test]
async fn basic_rights_show_basic_properties() {
    let world = World::with(|tenant, _| tenant.app.roles = vec!["User.ReadBasic.All".to_owned()]).await;
    assert_eq!(
        world
            .get(&format!("/v1.0/users/{ANNA}?$select=id,mail"))
            .await
            .status,
        200
    );
    assert_eq!(
        world
            .get(&format!("/v1.0/users/{ANNA}?$select=accountEnabled"))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn issues_principals_and_policies_are_listed() {
    let world = World::new().await;
    let open =
        "/v1.0/admin/serviceAnnouncement/issues?$filter=service eq 'Exchange Online' and isResolved eq false";
    assert_eq!(world.get(open).await.ids(), ["EX1256020"]);
    assert_eq!(
        world
            .get("/v1.0/admin/serviceAnnouncement/issues/EX1253275")
            .await
            .body["isResolved"],
        true
    );
    assert_eq!(
        world
            .get("/v1.0/admin/serviceAnnouncement/issues/EX1")
            .await
            .status,
        404
    );
    let exchange = "00000002-0000-0ff1-ce00-000000000000";
    let found = world
        .get(&format!("/v1.0/servicePrincipals?$filter=appId eq '{exchange}'"))
        .await;
    assert_eq!(found.body["value"][0]["accountEnabled"], false);
    let keyed = world
        .get(&format!(
            "/v1.0/servicePrincipals(appId='{exchange}')?$select=appId"
        ))
        .await;
    assert_eq!(keyed.body["appId"], exchange);
    assert!(
        world
            .get("/v1.0/servicePrincipals?$filter=appId eq 'x'")
            .await
            .ids()
            .is_empty()
    );
    let policies = "/v1.0/identity/conditionalAccess/policies";
    assert_eq!(world.get(policies).await.ids().len(), 1);
    let busy = world.get(policies).await;
    assert_eq!((busy.status, busy.headers.get("retry-after")), (429, None));
}
