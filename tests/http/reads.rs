//! Reads: paging, pauses, tokens, and what is not an answer.
//!
//! Hostile answers have a file of their own, `hostile.rs`.

use base64::Engine as _;
use redress::graph::pause::Patience;
use redress::run::ports::{CallErrorKind, TenantReads};
use serde_json::json;

use crate::server::{Cut, Cutter, Reply, Server};
use crate::world::{all_pages, get, request, world, world_with};

/// 200 KiB of spaces and `{}`, packed.
const PACKED: &str = include_str!("packed.txt");

#[tokio::test]
async fn pages_are_read_to_the_end_in_order_each_with_token_and_its_own_id() {
    let server = Server::start(|before, arrived| {
        let host = arrived.header("host").unwrap();
        let next = format!("http://{host}/v1.0/users?$skiptoken={}", before + 1);
        match before {
            0 | 1 => Reply::json(
                200,
                json!({"value": [before, before * 10], "@odata.nextLink": next}),
            ),
            _ => Reply::json(200, json!({"value": ["last"]})).with("request-id", "r-3"),
        }
    })
    .await;
    let answer = world(&server.origin)
        .client
        .read(&all_pages("/v1.0/users?$select=id"))
        .await
        .unwrap();
    assert_eq!(answer.body, json!([0, 0, 1, 10, "last"]));
    assert_eq!(answer.request_id.as_deref(), Some("r-3"));
    let arrived = server.arrived();
    let targets: Vec<&str> = arrived.iter().map(|a| a.target.as_str()).collect();
    assert_eq!(
        targets,
        [
            "/v1.0/users?$select=id",
            "/v1.0/users?$skiptoken=1",
            "/v1.0/users?$skiptoken=2"
        ]
    );
    assert!(
        arrived
            .iter()
            .all(|a| a.header("authorization") == Some("Bearer token-1"))
    );
    assert!(
        arrived
            .iter()
            .all(|a| a.header("return-client-request-id") == Some("true"))
    );
    let ids: std::collections::BTreeSet<_> = arrived.iter().map(|a| a.header("client-request-id")).collect();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn more_pages_than_allowed_fail_rather_than_being_cut() {
    let server = Server::start(|before, arrived| {
        let host = arrived.header("host").unwrap();
        let next = format!("http://{host}/v1.0/users?$skiptoken={before}");
        Reply::json(200, json!({"value": [before], "@odata.nextLink": next}))
    })
    .await;
    let error = world(&server.origin)
        .client
        .read(&all_pages("/v1.0/users"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Malformed);
    assert!(error.message.contains("more than 10 pages"), "{error}");
    assert_eq!(server.arrived().len(), 10);
}

#[tokio::test]
async fn a_circle_of_pages_ends_the_read() {
    let server = Server::start(|_, arrived| {
        let host = arrived.header("host").unwrap();
        let next = format!("http://{host}/v1.0/users?$skiptoken=same");
        Reply::json(200, json!({"value": [], "@odata.nextLink": next}))
    })
    .await;
    let error = world(&server.origin)
        .client
        .read(&all_pages("/v1.0/users"))
        .await
        .unwrap_err();
    assert!(error.message.contains("circle"), "{error}");
    assert_eq!(server.arrived().len(), 2);
}

#[tokio::test]
async fn both_forms_of_retry_after_are_waited_for() {
    let table = [
        ("7", 7.0),
        ("2.128", 2.128),
        // Twenty seconds after the answer's own `Date`, which is hours away from the client's clock.
        ("Mon, 23 Nov 2026 15:30:20 GMT", 20.0),
    ];
    for (header, least) in table {
        let server = Server::start(move |before, _| match before {
            0 => Reply::json(429, json!({"error": {"code": "TooManyRequests"}}))
                .with("retry-after", header)
                .with("date", "Mon, 23 Nov 2026 15:30:00 GMT"),
            _ => Reply::json(200, json!({"value": []})),
        })
        .await;
        let world = world(&server.origin);
        world.client.read(&get("/v1.0/users")).await.unwrap();
        assert_eq!(server.arrived().len(), 2);
        let passed = world.clock.passed();
        assert!(passed >= least && passed < least + 0.001, "`{header}`: {passed}");
    }
}

#[tokio::test]
async fn a_service_that_stays_busy_is_given_up_within_the_budget() {
    let server =
        Server::start(|_, _| Reply::json(503, json!({"error": {"code": "serviceNotAvailable"}}))).await;
    let world = world(&server.origin);
    let error = world.client.read(&get("/v1.0/users")).await.unwrap_err();
    assert_eq!((error.kind, error.status), (CallErrorKind::Busy, Some(503)));
    assert_eq!(server.arrived().len(), Patience::default().tries as usize);
    assert!(world.clock.passed() <= Patience::default().budget.as_secs_f64());
}

#[tokio::test]
async fn a_pause_beyond_the_budget_is_not_begun() {
    let server = Server::start(|_, _| Reply::empty(429).with("retry-after", "86400")).await;
    let world = world(&server.origin);
    let error = world.client.read(&get("/v1.0/users")).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Busy);
    assert!(world.clock.passed() < 1.0);
}

#[tokio::test]
async fn sign_in_logs_are_paced_before_the_service_has_to_refuse() {
    let server = Server::start(|_, _| Reply::json(200, json!({"value": []}))).await;
    let world = world(&server.origin);
    for _ in 0..6 {
        world
            .client
            .read(&get("/v1.0/auditLogs/signIns?$top=1"))
            .await
            .unwrap();
    }
    assert!(
        (world.clock.passed() - 10.0).abs() < 0.001,
        "{}",
        world.clock.passed()
    );
}

#[tokio::test]
async fn a_read_that_was_cut_is_sent_again() {
    for cut in [Cut::BeforeReading, Cut::AfterReading, Cut::InTheAnswer] {
        let server = Cutter::start(cut, 2).await;
        let answer = world(&server.origin).client.read(&get("/v1.0/users")).await;
        assert_eq!(answer.unwrap().body, json!({"value": []}), "{cut:?}");
    }
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_for_a_read() {
    let server = Server::start(|_, arrived| match arrived.header("authorization") {
        Some("Bearer token-2") => Reply::json(200, json!({"value": []})),
        _ => Reply::json(401, json!({"error": {"code": "InvalidAuthenticationToken"}})),
    })
    .await;
    let world = world(&server.origin);
    assert!(world.client.read(&get("/v1.0/users")).await.is_ok());
    assert_eq!((server.arrived().len(), world.tokens.discarded()), (2, 1));
}

#[tokio::test]
async fn a_token_that_is_refused_twice_is_a_missing_permission() {
    let server =
        Server::start(|_, _| Reply::json(401, json!({"error": {"code": "InvalidAuthenticationToken"}})))
            .await;
    let error = world(&server.origin)
        .client
        .read(&get("/v1.0/users"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Permission);
    assert_eq!(server.arrived().len(), 2);
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let body =
        json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}});
    let server = Server::start(move |_, _| Reply::json(403, &body).with("request-id", "r-1")).await;
    let error = world(&server.origin)
        .client
        .read(&get("/v1.0/auditLogs/signIns"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Permission);
    assert_eq!(error.request_id.as_deref(), Some("r-1"));
    assert!(
        error.hints[0].contains("`AuditLog.Read.All`"),
        "{:?}",
        error.hints
    );
}

#[tokio::test]
async fn an_expected_404_is_an_answer_and_another_one_is_a_refusal() {
    let body = json!({"error": {"code": "Request_ResourceNotFound"}});
    let server = Server::start(move |_, _| Reply::json(404, &body)).await;
    let world = world(&server.origin);
    let mut expecting = get("/v1.0/users/1");
    expecting.expect = vec![404];
    let answer = world.client.read(&expecting).await.unwrap();
    assert_eq!(
        (answer.status, answer.code.as_deref()),
        (404, Some("Request_ResourceNotFound"))
    );
    let error = world.client.read(&get("/v1.0/users/1")).await.unwrap_err();
    assert_eq!((error.kind, error.status), (CallErrorKind::Refused, Some(404)));
}

#[tokio::test]
async fn what_is_not_json_is_no_answer() {
    let table = [
        ("text/html", "<html>Sign in to the Wi-Fi</html>"),
        ("text/plain", "5"),
        ("application/json", "{\"value\": ["),
        ("application/json", "\u{1}"),
    ];
    for (media_type, body) in table {
        let server = Server::start(move |_, _| Reply::bytes(200, media_type, body)).await;
        let error = world(&server.origin)
            .client
            .read(&get("/v1.0/users"))
            .await
            .unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Malformed, "{media_type} {body}");
        assert_eq!(server.arrived().len(), 1);
    }
}

#[tokio::test]
async fn a_count_comes_as_plain_text() {
    let server = Server::start(|_, _| Reply::bytes(200, "text/plain", "\u{feff}893")).await;
    let answer = world(&server.origin)
        .client
        .read(&get("/v1.0/users/$count"))
        .await
        .unwrap();
    assert_eq!(answer.body, json!(893));
}

#[tokio::test]
async fn an_answer_beyond_the_size_limit_is_refused_packed_or_not() {
    let packed = base64::engine::general_purpose::STANDARD
        .decode(PACKED.trim())
        .unwrap();
    assert!(packed.len() < 1000);
    let server = Server::start(move |_, arrived| match arrived.target.as_str() {
        "/v1.0/packed" => {
            Reply::bytes(200, "application/json", packed.clone()).with("content-encoding", "gzip")
        }
        _ => Reply::json(200, json!("x".repeat(200 << 10))),
    })
    .await;
    let small = world_with(&server.origin, |settings| {
        settings.transport.body_bytes = 64 << 10;
    });
    for path in ["/v1.0/packed", "/v1.0/large"] {
        let error = small.client.read(&get(path)).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Malformed, "{path}");
        assert!(error.message.contains("more than 65536 bytes"), "{error}");
    }
    let large = world(&server.origin);
    assert_eq!(
        large.client.read(&get("/v1.0/packed")).await.unwrap().body,
        json!({})
    );
}

#[tokio::test]
async fn the_service_date_is_kept_beside_the_local_time() {
    let server =
        Server::start(|_, _| Reply::json(200, json!({})).with("date", "Mon, 23 Nov 2026 10:04:00 GMT")).await;
    let world = world(&server.origin);
    assert_eq!(world.client.service_date(), None);
    world.client.read(&get("/v1.0/users")).await.unwrap();
    let service = "2026-11-23T10:04:00Z".parse().unwrap();
    assert_eq!(
        world.client.service_date(),
        Some((service, crate::world::start()))
    );
}

#[tokio::test]
async fn only_a_post_that_is_listed_as_reading_is_read() {
    let server = Server::start(|_, _| Reply::json(200, json!({"value": []}))).await;
    let world = world_with(&server.origin, |settings| {
        settings.reading_posts = vec!["/security/runHuntingQuery".into()];
    });
    let read = |url: &'static str| {
        let client = &world.client;
        async move {
            client
                .read(&request("POST", url))
                .await
                .map_err(|error| error.kind)
        }
    };
    assert!(read("/v1.0/directoryObjects/getByIds").await.is_ok());
    assert!(read("/v1.0/security/runHuntingQuery").await.is_ok());
    assert_eq!(
        read("/v1.0/users/1/revokeSignInSessions").await,
        Err(CallErrorKind::NotAllowed)
    );
    assert_eq!(read("/v1.0/$batch").await, Err(CallErrorKind::NotAllowed));
    assert_eq!(server.arrived().len(), 2);
}
