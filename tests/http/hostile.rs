//! Where the token must never go, and what a playbook cannot make the client send.
//!
//! The whole table of hostile links stands beside `graph/links.rs`; here real servers watch who is called.

use redress::run::ports::{CallErrorKind, TenantChanges, TenantReads};
use serde_json::json;

use crate::server::{Reply, Server};
use crate::world::{all_pages, get, request, world, world_with};

#[tokio::test]
async fn a_hostile_next_link_keeps_the_token_home() {
    let thief = Server::start(|_, _| Reply::json(200, json!({"value": ["stolen"]}))).await;
    let authority = thief.origin.authority().to_owned();
    let port = thief.origin.port().unwrap();
    let links = [
        format!("http://{authority}/v1.0/users"),
        format!("http://user@{authority}/v1.0/users"),
        format!("http://localhost:{port}/v1.0/users"),
        format!("http://[::1]:{port}/v1.0/users"),
        format!("http://127.1:{port}/v1.0/users"),
        format!("http:\\\\{authority}\\v1.0\\users"),
        format!("//{authority}/v1.0/users"),
        format!("\thttp://{authority}/v1.0/users"),
    ];
    for link in links {
        let sent = link.clone();
        let home =
            Server::start(move |_, _| Reply::json(200, json!({"value": [], "@odata.nextLink": sent}))).await;
        let error = world(&home.origin)
            .client
            .read(&all_pages("/v1.0/users"))
            .await
            .unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Malformed, "{link}");
        assert_eq!(home.arrived().len(), 1, "{link}");
    }
    assert!(thief.arrived().is_empty());
}

#[tokio::test]
async fn a_next_link_with_the_home_address_as_user_name_keeps_the_token_home() {
    let thief = Server::start(|_, _| Reply::json(200, json!({"value": ["stolen"]}))).await;
    let authority = thief.origin.authority().to_owned();
    let home = Server::start(move |_, arrived| {
        let host = arrived.header("host").unwrap();
        let link = format!("http://{host}@{authority}/v1.0/users");
        Reply::json(200, json!({"value": [], "@odata.nextLink": link}))
    })
    .await;
    let error = world(&home.origin)
        .client
        .read(&all_pages("/v1.0/users"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Malformed);
    assert!(thief.arrived().is_empty());
}

#[tokio::test]
async fn another_collection_at_home_is_not_read_either() {
    let home = Server::start(|_, arrived| {
        let host = arrived.header("host").unwrap();
        let link = format!("http://{host}/v1.0/users/../servicePrincipals");
        Reply::json(200, json!({"value": [], "@odata.nextLink": link}))
    })
    .await;
    let error = world(&home.origin)
        .client
        .read(&all_pages("/v1.0/users"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Malformed);
    assert_eq!(home.arrived().len(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let thief = Server::start(|_, _| Reply::json(200, json!({"value": []}))).await;
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = thief.url("/v1.0/users");
        let home = Server::start(move |_, _| Reply::empty(status).with("location", &elsewhere)).await;
        let world = world(&home.origin);
        let read = world.client.read(&get("/v1.0/users")).await.unwrap_err();
        let change = world
            .client
            .change(&request("POST", "/v1.0/users"), "id")
            .await
            .unwrap_err();
        assert_eq!(
            (read.kind, change.kind),
            (CallErrorKind::Malformed, CallErrorKind::Malformed),
            "{status}"
        );
        assert_eq!(home.arrived().len(), 2, "{status}");
    }
    assert!(thief.arrived().is_empty());
}

#[tokio::test]
async fn a_path_that_a_parser_would_change_is_not_sent() {
    let server = Server::start(|_, _| Reply::json(200, json!({"value": []}))).await;
    let world = world(&server.origin);
    let paths = [
        "/v1.0/users/../groups",
        "/v1.0/users/%2E%2E/groups",
        "/v1.0/users/%2e/x",
        "/v1.0/users/a\\..\\b",
        "/v1.0/users/a b",
        "/v1.0/users#x y",
        "/v1.0",
        "/v2.0/users",
        "/users",
        "users",
        "@evil.example/v1.0/users",
        ":80/v1.0/users",
        ".evil.example/v1.0/users",
        "",
    ];
    for path in paths {
        let error = world.client.read(&get(path)).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::NotAllowed, "{path}");
    }
    assert!(server.arrived().is_empty());
}

#[tokio::test]
async fn a_playbook_cannot_set_headers_that_belong_to_the_client() {
    let server = Server::start(|_, _| Reply::json(200, json!({"value": []}))).await;
    let world = world(&server.origin);
    let table = [
        ("Authorization", "Bearer x"),
        ("host", "evil.example"),
        ("Cookie", "a=b"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("client-request-id", "x"),
        ("bad name", "x"),
        ("Prefer", "a\r\nAuthorization: b"),
    ];
    for (name, value) in table {
        let mut request = get("/v1.0/users");
        request.headers = vec![(name.into(), value.into())];
        let error = world.client.read(&request).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::NotAllowed, "{name}");
    }
    assert!(server.arrived().is_empty());
    let mut advanced = get("/v1.0/users");
    advanced.headers = vec![("ConsistencyLevel".into(), "eventual".into())];
    world.client.read(&advanced).await.unwrap();
    assert_eq!(server.arrived()[0].header("consistencylevel"), Some("eventual"));
}

#[tokio::test]
async fn errors_show_neither_token_nor_query() {
    let server = Server::start(|_, arrived| {
        let echo = format!("you sent {}", arrived.header("authorization").unwrap());
        Reply::json(
            400,
            json!({"error": {"code": "Request_BadRequest", "message": echo}}),
        )
    })
    .await;
    let error = world(&server.origin)
        .client
        .read(&get("/v1.0/users?$skiptoken=hunter2"))
        .await
        .unwrap_err();
    let shown = format!("{error:?}");
    assert!(shown.contains("Request_BadRequest"), "{shown}");
    assert!(
        !shown.contains("token-1") && !shown.contains("hunter2"),
        "{shown}"
    );
    let nobody = url::Url::parse("http://127.0.0.1:1").unwrap();
    let error = world_with(&nobody, |settings| settings.patience.tries = 1)
        .client
        .read(&get("/v1.0/users?$skiptoken=hunter2"))
        .await
        .unwrap_err();
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
}
