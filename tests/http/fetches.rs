//! `rest` reads: named hosts only, no token, bounded documents.
//!
//! Does not repeat what the XML reader's own tests say about names and text.

use std::fmt::Write as _;

use redress::edge::http::GraphSettings;
use redress::run::ports::{CallErrorKind, TenantReads};
use serde_json::json;
use url::Url;

use crate::server::{Reply, Server};
use crate::world::{World, rest, world_with};

const METADATA: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.example/1/">
  <KeyDescriptor use="signing"><X509Certificate>MIIC</X509Certificate></KeyDescriptor>
</EntityDescriptor>"#;

fn naming(server: &Server) -> World {
    let host = server.origin.clone();
    let graph = Url::parse("http://127.0.0.1:1").unwrap();
    world_with(&graph, move |settings: &mut GraphSettings| {
        settings.rest_hosts = vec![host];
    })
}

#[tokio::test]
async fn metadata_is_read_as_xml_without_a_token() {
    let server = Server::start(|_, _| Reply::bytes(200, "application/samlmetadata+xml", METADATA)).await;
    let world = naming(&server);
    let answer = world
        .client
        .fetch(&rest(&server.url("/1/federationmetadata.xml?x=1"), "xml"))
        .await
        .unwrap();
    assert_eq!(answer.body["name"], "EntityDescriptor");
    assert_eq!(
        answer.body["children"][0]["attributes"],
        json!({"use": "signing"})
    );
    assert_eq!(answer.body["children"][0]["children"][0]["text"], "MIIC");
    let arrived = server.arrived();
    assert_eq!(arrived[0].target, "/1/federationmetadata.xml?x=1");
    assert_eq!(arrived[0].header("authorization"), None);
}

#[tokio::test]
async fn json_and_text_are_read_too() {
    let server = Server::start(|_, arrived| match arrived.target.as_str() {
        "/json" => Reply::json(200, json!({"a": 1})),
        _ => Reply::bytes(200, "text/plain", "\u{feff}hello"),
    })
    .await;
    let world = naming(&server);
    assert_eq!(
        world
            .client
            .fetch(&rest(&server.url("/json"), "json"))
            .await
            .unwrap()
            .body,
        json!({"a": 1})
    );
    assert_eq!(
        world
            .client
            .fetch(&rest(&server.url("/text"), "text"))
            .await
            .unwrap()
            .body,
        json!("hello")
    );
}

#[tokio::test]
async fn a_host_that_is_not_named_is_never_contacted() {
    let (named, other) = (
        Server::start(|_, _| Reply::json(200, json!({}))).await,
        Server::start(|_, _| Reply::json(200, json!({}))).await,
    );
    let world = naming(&named);
    let urls = [
        other.url("/"),
        format!(
            "http://{}@{}/",
            named.origin.authority(),
            other.origin.authority()
        ),
        format!("http://user@{}/", named.origin.authority()),
        format!("https://{}/", named.origin.authority()),
        "file:///etc/passwd".to_owned(),
        "not a url".to_owned(),
    ];
    for url in urls {
        let error = world.client.fetch(&rest(&url, "json")).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::NotAllowed, "{url}");
    }
    assert!(named.arrived().is_empty() && other.arrived().is_empty());
}

#[tokio::test]
async fn redirects_of_named_hosts_are_not_followed() {
    let other = Server::start(|_, _| Reply::json(200, json!({}))).await;
    let elsewhere = other.url("/");
    let named = Server::start(move |_, _| Reply::empty(302).with("location", &elsewhere)).await;
    let error = naming(&named)
        .client
        .fetch(&rest(&named.url("/"), "json"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Malformed);
    assert!(other.arrived().is_empty());
}

#[tokio::test]
async fn xml_bombs_are_refused() {
    let mut entities = String::new();
    for n in 0..10 {
        let tenfold = format!("&e{n};").repeat(10);
        write!(entities, "<!ENTITY e{} \"{tenfold}\">", n + 1).unwrap();
    }
    let bombs = [
        format!("<!DOCTYPE r [<!ENTITY e0 \"lol\">{entities}]><r>&e10;</r>"),
        "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r>&x;</r>".to_owned(),
        format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)),
        format!("<r>{}</r>", "<a/>".repeat(200_000)),
        format!("<r>{}</r>", "x".repeat(5 << 20)),
    ];
    for (index, bomb) in bombs.into_iter().enumerate() {
        let server = Server::start(move |_, _| Reply::bytes(200, "text/xml", bomb.clone())).await;
        let error = naming(&server)
            .client
            .fetch(&rest(&server.url("/"), "xml"))
            .await
            .unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Malformed, "bomb {index}");
    }
}

#[tokio::test]
async fn a_document_of_another_kind_is_no_answer() {
    let server = Server::start(|_, _| Reply::bytes(200, "text/html", "<html/>")).await;
    let world = naming(&server);
    for accept in ["xml", "json"] {
        let error = world
            .client
            .fetch(&rest(&server.url("/"), accept))
            .await
            .unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Malformed, "{accept}");
    }
}

#[tokio::test]
async fn a_busy_host_is_asked_again_and_an_expected_status_is_an_answer() {
    let server = Server::start(|before, _| match before {
        0 => Reply::empty(503).with("retry-after", "3"),
        _ => Reply::empty(404),
    })
    .await;
    let world = naming(&server);
    let mut request = rest(&server.url("/"), "json");
    request.expect = vec![404];
    assert_eq!(world.client.fetch(&request).await.unwrap().status, 404);
    assert!(world.clock.passed() >= 3.0);
    request.expect = Vec::new();
    assert_eq!(
        world.client.fetch(&request).await.unwrap_err().kind,
        CallErrorKind::Refused
    );
}
