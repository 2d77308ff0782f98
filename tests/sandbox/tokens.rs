//! The token endpoint, and what every answer carries.
//!
//! Nothing about what calls answer.

use redress::value::Json;

use crate::{Answer, TENANT, World};

#[tokio::test]
async fn a_token_is_refused_with_the_code_that_says_why() {
    let world = World::new().await;
    for (tenant, changes, status, code) in [
        (TENANT, [("client_secret", "wrong")], 401, 7_000_215),
        (TENANT, [("client_secret", "")], 401, 7_000_218),
        (
            TENANT,
            [("client_id", "11111111-0000-4000-8000-00000000ffff")],
            400,
            700_016,
        ),
        (TENANT, [("scope", "User.Read")], 400, 1_002_012),
        (
            TENANT,
            [("scope", "https://graph.microsoft.com/.default")],
            400,
            500_011,
        ),
        (TENANT, [("grant_type", "password")], 400, 70003),
        (TENANT, [("grant_type", "")], 400, 900_144),
        (
            "elsewhere.example",
            [("grant_type", "client_credentials")],
            400,
            90002,
        ),
    ] {
        let answer = world.token_with(tenant, &changes).await;
        assert_eq!(
            (answer.status, &answer.body["error_codes"][0]),
            (status, &Json::from(code))
        );
        let text = answer.body["error_description"].as_str().expect("a description");
        assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
    }
    assert_eq!(world.token_with("contoso.example", &[]).await.status, 200);
}

#[tokio::test]
async fn a_call_needs_a_token_that_is_still_good() {
    let mut world = World::new().await;
    world.later(3600);
    let expired = world.get("/v1.0/organization").await;
    assert_eq!(
        (expired.status, expired.code()),
        (401, "InvalidAuthenticationToken")
    );
    assert!(expired.headers["www-authenticate"].starts_with("Bearer "));
    world.token = "made up".to_owned();
    assert_eq!(world.get("/beta/organization").await.status, 401);
    world.sign_in().await;
    let organization = world.get("/v1.0/organization").await;
    assert_eq!(organization.ids(), [TENANT]);
    let bare = format!("{}/v1.0/organization", world.sandbox.origin);
    assert_eq!(
        world.http.get(bare).send().await.expect("an answer").status(),
        401
    );
}

#[tokio::test]
async fn every_answer_has_graphs_headers_and_the_sandboxs_date() {
    let world = World::new().await;
    world.later(86_400);
    let mut world = world;
    world.sign_in().await;
    let request = world
        .request("GET", "/v1.0/users/nobody")
        .header("client-request-id", "abc");
    let answer = Answer::of(request.send().await.expect("an answer")).await;
    assert_eq!((answer.status, answer.code()), (404, "Request_ResourceNotFound"));
    assert_eq!(answer.headers["client-request-id"], "abc");
    assert!(
        answer.headers["date"].starts_with("Wed, 25 Mar 2026 08:"),
        "{}",
        answer.headers["date"]
    );
    assert_eq!(answer.headers["x-ms-resource-unit"], "1");
    let inner = &answer.body["error"]["innerError"];
    assert_eq!(inner["client-request-id"], "abc");
    assert_eq!(
        inner["request-id"].as_str(),
        answer.headers.get("request-id").map(String::as_str)
    );
    let date = inner["date"].as_str().expect("a date");
    assert!(
        date.starts_with("2026-03-25T08:") && !date.ends_with('Z'),
        "{date}"
    );
}
