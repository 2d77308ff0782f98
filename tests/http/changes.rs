//! Changes: exactly one request a call, and the honest word for each end.
//!
//! What a run makes of an action in doubt is not tested here: the engine's tests do.

use redress::graph::model::GraphRequest;
use redress::run::ports::{CallErrorKind, TenantChanges};
use serde_json::json;
use url::Url;

use crate::server::{Cut, Cutter, Reply, Server};
use crate::world::{request, world};

const ID: &str = "0b5f6d6e-0000-4000-8000-000000000001";

fn revoke() -> GraphRequest {
    request("POST", "/v1.0/users/1/revokeSignInSessions")
}

#[tokio::test]
async fn a_change_goes_out_once_as_written() {
    let server =
        Server::start(|_, _| Reply::json(200, json!({"value": true})).with("request-id", "r-1")).await;
    let world = world(&server.origin);
    let answer = world.client.change(&revoke(), ID).await.unwrap();
    assert_eq!((answer.status, answer.request_id.as_deref()), (200, Some("r-1")));
    let patch = GraphRequest {
        body: Some(json!({"accountEnabled": false})),
        headers: vec![("If-Match".into(), "W/\"1\"".into())],
        ..request("PATCH", "/v1.0/users/1")
    };
    world.client.change(&patch, ID).await.unwrap();
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[0].method, "POST");
    assert_eq!(arrived[0].header("client-request-id"), Some(ID));
    assert_eq!(arrived[0].header("content-length"), Some("0"));
    assert_eq!(arrived[1].body, "{\"accountEnabled\":false}");
    assert_eq!(arrived[1].header("if-match"), Some("W/\"1\""));
    assert_eq!(arrived[1].header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_204_without_a_body_is_an_answer() {
    let server = Server::start(|_, _| Reply::empty(204)).await;
    let answer = world(&server.origin).client.change(&revoke(), ID).await.unwrap();
    assert_eq!((answer.status, answer.body), (204, json!(null)));
}

#[tokio::test]
async fn each_status_has_its_word_and_nothing_is_sent_twice() {
    let table = [
        (400, CallErrorKind::Refused),
        (403, CallErrorKind::Permission),
        (404, CallErrorKind::Refused),
        (408, CallErrorKind::NoAnswer),
        (409, CallErrorKind::Refused),
        (412, CallErrorKind::Refused),
        (429, CallErrorKind::Busy),
        (500, CallErrorKind::NoAnswer),
        (502, CallErrorKind::NoAnswer),
        (503, CallErrorKind::Busy),
        (504, CallErrorKind::NoAnswer),
        (302, CallErrorKind::Malformed),
    ];
    for (status, kind) in table {
        let server = Server::start(move |_, _| Reply::json(status, json!({"error": {"code": "x"}}))).await;
        let error = world(&server.origin)
            .client
            .change(&revoke(), ID)
            .await
            .unwrap_err();
        assert_eq!((error.kind, error.status), (kind, Some(status)));
        assert_eq!(server.arrived().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn an_expected_status_is_an_answer_but_never_an_indefinite_one() {
    for (status, is_answer) in [(409, true), (429, false), (503, false), (408, false)] {
        let server = Server::start(move |_, _| Reply::json(status, json!({"error": {"code": "x"}}))).await;
        let expecting = GraphRequest {
            expect: vec![status],
            ..revoke()
        };
        let result = world(&server.origin).client.change(&expecting, ID).await;
        assert_eq!(result.is_ok(), is_answer, "{status}");
    }
}

#[tokio::test]
async fn a_cut_change_is_in_doubt_and_is_not_sent_again() {
    for (cut, requests) in [
        (Cut::BeforeReading, 0),
        (Cut::AfterReading, 1),
        (Cut::InTheAnswer, 1),
    ] {
        let server = Cutter::start(cut, 1).await;
        let error = world(&server.origin)
            .client
            .change(&revoke(), ID)
            .await
            .unwrap_err();
        assert_eq!(error.kind, CallErrorKind::NoAnswer, "{cut:?}");
        assert_eq!(server.requests(), requests, "{cut:?}");
    }
}

#[tokio::test]
async fn a_change_that_finds_nobody_listening_was_not_sent() {
    // Nothing listens on port 1 of the loopback.
    let origin = Url::parse("http://127.0.0.1:1").unwrap();
    let error = world(&origin).client.change(&revoke(), ID).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::NotSent);
}

#[tokio::test]
async fn a_change_that_is_answered_by_something_else_is_in_doubt() {
    let server = Server::start(|_, _| Reply::bytes(200, "text/html", "<html></html>")).await;
    let error = world(&server.origin)
        .client
        .change(&revoke(), ID)
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.status), (CallErrorKind::Malformed, Some(200)));
}

#[tokio::test]
async fn a_401_is_definite_so_the_change_goes_out_once_more_under_the_same_id() {
    let server = Server::start(|before, _| match before {
        0 => Reply::json(401, json!({"error": {"code": "InvalidAuthenticationToken"}})),
        _ => Reply::json(200, json!({"value": true})),
    })
    .await;
    let world = world(&server.origin);
    world.client.change(&revoke(), ID).await.unwrap();
    let arrived = server.arrived();
    let tokens: Vec<_> = arrived.iter().map(|a| a.header("authorization")).collect();
    assert_eq!(tokens, [Some("Bearer token-1"), Some("Bearer token-2")]);
    assert!(arrived.iter().all(|a| a.header("client-request-id") == Some(ID)));
}

#[tokio::test]
async fn a_second_401_ends_the_change() {
    let server = Server::start(|_, _| Reply::empty(401)).await;
    let error = world(&server.origin)
        .client
        .change(&revoke(), ID)
        .await
        .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Permission);
    assert!(
        error.hints[0].contains("`User.RevokeSessions.All`"),
        "{:?}",
        error.hints
    );
    assert_eq!(server.arrived().len(), 2);
}

#[tokio::test]
async fn after_a_429_the_next_change_of_its_kind_waits() {
    let server = Server::start(|before, _| match before {
        0 => Reply::empty(429).with("retry-after", "40"),
        _ => Reply::json(200, json!({"value": true})),
    })
    .await;
    let world = world(&server.origin);
    assert!(world.client.change(&revoke(), ID).await.is_err());
    assert!(world.clock.passed() < 1.0);
    world.client.change(&revoke(), ID).await.unwrap();
    assert!(world.clock.passed() >= 40.0);
}

#[tokio::test]
async fn a_get_is_no_change() {
    let server = Server::start(|_, _| Reply::empty(204)).await;
    let error = world(&server.origin)
        .client
        .change(&request("GET", "/v1.0/users"), ID)
        .await
        .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::NotAllowed);
    assert!(server.arrived().is_empty());
}
