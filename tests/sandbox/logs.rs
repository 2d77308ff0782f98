//! Sign-ins and their summaries: pages, filters, lags, and how they follow from what is done.
//!
//! Throttling of the logs is in `faults`.

use std::collections::BTreeSet;

use redress::value::{Json, Timestamp};

use crate::{ANNA, Answer, World};

/// All pages of a listing, the links followed as they are.
async fn pages(world: &World, path: &str) -> Vec<Vec<Json>> {
    let mut pages = Vec::new();
    let mut next = Some(format!("{}{path}", world.sandbox.origin));
    while let Some(url) = next {
        let request = world.http.get(&url).bearer_auth(&world.token).send();
        let answer = Answer::of(request.await.expect("an answer")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        pages.push(answer.body["value"].as_array().expect("items").clone());
        next = answer.body["@odata.nextLink"].as_str().map(str::to_owned);
    }
    pages
}

#[tokio::test]
async fn two_thousand_three_hundred_sign_ins_come_in_three_pages_newest_first() {
    let world = World::new().await;
    let path = format!("/v1.0/auditLogs/signIns?$filter=userId eq '{ANNA}' and status/errorCode eq 70043");
    let pages = pages(&world, &path).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [1000, 1000, 300]);
    let all: Vec<_> = pages.concat();
    let ids: BTreeSet<_> = all.iter().filter_map(|item| item["id"].as_str()).collect();
    assert_eq!(ids.len(), 2300);
    let times: Vec<Timestamp> = all
        .iter()
        .map(|item| {
            item["createdDateTime"]
                .as_str()
                .and_then(|at| at.parse().ok())
                .expect("an instant")
        })
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    assert_eq!(all[0]["userPrincipalName"], "anna@contoso.example");
    assert_eq!(all[0]["resourceId"], "00000002-0000-0ff1-ce00-000000000000");
}

#[tokio::test]
async fn the_same_history_gives_the_same_sign_ins() {
    let path = "/v1.0/auditLogs/signIns?$top=50&$filter=createdDateTime le 2026-03-24T07:00:00Z";
    let (one, two) = (World::new().await, World::new().await);
    assert_eq!(
        one.get(path).await.body["value"],
        two.get(path).await.body["value"]
    );
}

#[tokio::test]
async fn sign_ins_of_clients_are_seen_in_beta_and_only_when_asked_for() {
    let world = World::new().await;
    let get = async |version: &str, filter: &str| {
        world.later(10);
        world
            .get(&format!(
                "/{version}/auditLogs/signIns?$top=1000&$filter={filter}"
            ))
            .await
    };
    let cias = "userPrincipalName eq 'cia@contoso.example'";
    assert!(get("v1.0", cias).await.ids().is_empty());
    assert!(get("beta", cias).await.ids().is_empty());
    let asked = format!("{cias} and signInEventTypes/any(t: t eq 'nonInteractiveUser')");
    assert_eq!(get("beta", &asked).await.ids().len(), 1);
    assert_eq!(get("v1.0", &asked).await.status, 400);
    assert!(
        get("v1.0", "userPrincipalName eq 'Cia@contoso.example'")
            .await
            .ids()
            .is_empty()
    );
    for filter in [
        "status/errorCode ne 0",
        "isInteractive eq true",
        "createdDateTime gt 2026-03-24",
        "endsWith(appId,'x')",
    ] {
        assert_eq!(get("v1.0", filter).await.status, 400, "{filter}");
    }
}

#[tokio::test]
async fn a_sign_in_shows_late_and_its_policies_only_to_those_who_may() {
    let path = "/v1.0/auditLogs/signIns?$filter=userPrincipalName eq 'bo@contoso.example'";
    let world = World::new().await;
    assert!(world.get(path).await.ids().is_empty());
    world.later(60);
    let seen = world.get(path).await;
    let sign_in = &seen.body["value"][0];
    assert_eq!(sign_in["status"]["errorCode"], 53003);
    assert_eq!(sign_in["conditionalAccessStatus"], "failure");
    assert_eq!(
        sign_in["appliedConditionalAccessPolicies"][0]["result"],
        "failure"
    );
    let world = World::with(|tenant, _| tenant.app.roles.retain(|role| !role.starts_with("Policy"))).await;
    world.later(60);
    let hidden = world.get(path).await;
    assert_eq!(hidden.body["value"][0]["status"]["errorCode"], 53003);
    assert_eq!(
        hidden.body["value"][0].get("appliedConditionalAccessPolicies"),
        None
    );
}

#[tokio::test]
async fn a_client_recovers_after_its_users_revocation_and_not_without() {
    let world = World::new().await;
    let filter =
        "userId eq '11111111-0000-4000-8000-000000000001' and createdDateTime ge 2026-03-24T08:30:00Z";
    let path = format!(
        "/beta/auditLogs/signIns?$filter={filter} and signInEventTypes/any(t: t eq 'nonInteractiveUser')"
    );
    let codes = |answer: &Answer| -> BTreeSet<i64> {
        let items = answer.body["value"].as_array().into_iter().flatten();
        items
            .filter_map(|item| item["status"]["errorCode"].as_i64())
            .collect()
    };
    world.later(45 * 60);
    assert_eq!(codes(&world.get(&path).await), BTreeSet::from([50196]));
    world.revoke(ANNA).await.expect("an answer");
    world.later(11 * 60);
    assert_eq!(codes(&world.get(&path).await), BTreeSet::from([0, 50196]));
    let before = world.get(&path).await.ids().len();
    world.later(30 * 60);
    let mut world = world;
    world.sign_in().await;
    assert_eq!(world.get(&path).await.ids().len(), before);
}

#[tokio::test]
async fn summaries_count_what_clients_do() {
    let world = World::new().await;
    let path = "/beta/auditLogs/getSummarizedNonInteractiveSignIns(aggregationWindow='h1')";
    let all = world.get(path).await;
    let counts: i64 = all.body["value"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|i| i["signInCount"].as_i64())
        .sum();
    assert!(counts > 30, "{counts}");
    let loops = world
        .get(&format!("{path}?$filter=status/errorCode eq 50196"))
        .await;
    assert!(loops.body["value"][0]["signInCount"].as_i64() > Some(2));
    assert_eq!(world.get(&path.replace("h1", "h2")).await.status, 400);
    assert_eq!(world.get(&path.replace("beta", "v1.0")).await.status, 400);
}

#[tokio::test]
async fn without_a_licence_or_a_role_logs_are_refused_in_different_words() {
    let world = World::with(|tenant, _| tenant.premium = false).await;
    let answer = world.get("/v1.0/auditLogs/signIns").await;
    assert_eq!(
        answer.code(),
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    );
    let world = World::with(|tenant, _| tenant.app.roles.clear()).await;
    for path in [
        "/v1.0/auditLogs/signIns",
        "/v1.0/users",
        "/v1.0/servicePrincipals",
    ] {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, "Authorization_RequestDenied"),
            "{path}"
        );
    }
    assert_eq!(world.revoke(ANNA).await.expect("an answer").status, 403);
}
