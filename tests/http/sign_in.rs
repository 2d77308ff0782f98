//! Sign-in with a client secret against a token endpoint, and the proof of the tenant.
//!
//! Does not know Graph: the token's use is tested with reads and changes.

use std::sync::Arc;

use redress::edge::http::{Sandbox, SettingsError, Transport};
use redress::edge::sign_in::{ClientSecret, SignInSettings, Tokens, prove_tenant};
use redress::graph::pause::Patience;
use redress::run::ports::{CallErrorKind, Clock};
use redress::value::{Secret, TenantId};
use serde_json::json;
use url::Url;

use crate::server::{Reply, Server};
use crate::world::{VirtualClock, world};

const TENANT: &str = "11111111-2222-4333-8444-555555555555";
const SECRET: &str = "s3cret&more=x~";

fn settings(login: &Url, clock: &Arc<VirtualClock>) -> SignInSettings {
    SignInSettings {
        login: login.clone(),
        graph: Url::parse("http://127.0.0.1:4000").unwrap(),
        tenant: TenantId::new(TENANT),
        client_id: "app-1".into(),
        secret: Arc::new(|| Ok(Secret::new(SECRET.into()))),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        sandbox: Sandbox::Yes,
        transport: Transport::default(),
        patience: Patience::default(),
        tell: None,
    }
}

fn token(n: usize) -> Reply {
    Reply::json(
        200,
        json!({"token_type": "Bearer", "expires_in": 3599, "access_token": format!("t-{n}")}),
    )
}

#[tokio::test]
async fn the_form_is_what_the_endpoint_documents() {
    let server = Server::start(|n, _| token(n)).await;
    let tokens = ClientSecret::new(settings(&server.origin, &VirtualClock::new())).unwrap();
    assert_eq!(tokens.token().await.unwrap().reveal(), "t-0");
    let arrived = server.arrived().remove(0);
    assert_eq!(
        (arrived.method.as_str(), arrived.target),
        ("POST", format!("/{TENANT}/oauth2/v2.0/token"))
    );
    let form: Vec<(String, String)> = url::form_urlencoded::parse(arrived.body.as_bytes())
        .into_owned()
        .collect();
    let expected = [
        ("client_id", "app-1"),
        ("scope", "http://127.0.0.1:4000/.default"),
        ("grant_type", "client_credentials"),
        ("client_secret", SECRET),
    ];
    assert_eq!(
        form,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn a_token_is_kept_until_five_minutes_before_its_end() {
    let server = Server::start(|n, _| token(n)).await;
    let clock = VirtualClock::new();
    let tokens = ClientSecret::new(settings(&server.origin, &clock)).unwrap();
    for (advance, expected) in [(0, "t-0"), (3298, "t-0"), (1, "t-1"), (10, "t-1")] {
        clock.advance(advance);
        assert_eq!(
            tokens.token().await.unwrap().reveal(),
            expected,
            "after {advance} more seconds"
        );
    }
    tokens.discard();
    assert_eq!(tokens.token().await.unwrap().reveal(), "t-2");
}

#[tokio::test]
async fn many_who_ask_at_once_cause_one_request() {
    let server = Server::start(|n, _| token(n)).await;
    let tokens = Arc::new(ClientSecret::new(settings(&server.origin, &VirtualClock::new())).unwrap());
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let tokens = Arc::clone(&tokens);
        set.spawn(async move { tokens.token().await.unwrap().reveal().to_owned() });
    }
    while let Some(token) = set.join_next().await {
        assert_eq!(token.unwrap(), "t-0");
    }
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test]
async fn a_busy_endpoint_is_waited_for_and_given_up_in_the_end() {
    let server = Server::start(|n, _| match n {
        0 => Reply::empty(429).with("retry-after", "17"),
        _ => token(n),
    })
    .await;
    let clock = VirtualClock::new();
    let tokens = ClientSecret::new(settings(&server.origin, &clock)).unwrap();
    assert_eq!(tokens.token().await.unwrap().reveal(), "t-1");
    assert!(clock.passed() >= 17.0);
    let busy = Server::start(|_, _| Reply::empty(429)).await;
    let tokens = ClientSecret::new(settings(&busy.origin, &clock)).unwrap();
    let error = tokens.token().await.unwrap_err();
    assert_eq!((error.kind, error.status), (CallErrorKind::SignIn, Some(429)));
    assert_eq!(busy.arrived().len(), Patience::default().tries as usize);
}

#[tokio::test]
async fn a_refusal_is_explained_shows_no_secret_and_is_not_repeated() {
    let server = Server::start(|_, arrived| {
        let description = format!("AADSTS7000222: expired. You sent {}", arrived.body);
        Reply::json(
            401,
            json!({"error": "invalid_client", "error_description": description}),
        )
    })
    .await;
    let tokens = ClientSecret::new(settings(&server.origin, &VirtualClock::new())).unwrap();
    let error = tokens.token().await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::SignIn);
    assert_eq!(error.code.as_deref(), Some("AADSTS7000222"));
    assert!(error.message.contains("the client secret has expired"), "{error}");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test]
async fn what_is_no_token_answer_is_a_failed_sign_in() {
    let replies: [fn() -> Reply; 4] = [
        || Reply::bytes(200, "text/html", "<html></html>"),
        || Reply::json(200, json!({"access_token": ""})),
        || Reply::json(200, json!({"expires_in": 3599})),
        || Reply::empty(302).with("location", "http://127.0.0.1:1/"),
    ];
    for reply in replies {
        let server = Server::start(move |_, _| reply()).await;
        let tokens = ClientSecret::new(settings(&server.origin, &VirtualClock::new())).unwrap();
        assert_eq!(tokens.token().await.unwrap_err().kind, CallErrorKind::SignIn);
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_said_and_nothing_is_sent() {
    let server = Server::start(|n, _| token(n)).await;
    let mut settings = settings(&server.origin, &VirtualClock::new());
    settings.secret = Arc::new(|| Err("the file `secret` is missing".into()));
    let error = ClientSecret::new(settings).unwrap().token().await.unwrap_err();
    assert!(error.message.contains("the file `secret` is missing"), "{error}");
    assert!(server.arrived().is_empty());
}

#[test]
fn the_token_endpoint_is_always_one_tenants_own() {
    for tenant in [
        "common",
        "organizations",
        "contoso.onmicrosoft.com",
        "..",
        "",
        "a/b",
    ] {
        let login = Url::parse("http://127.0.0.1:4000").unwrap();
        let mut settings = settings(&login, &VirtualClock::new());
        settings.tenant = TenantId::new(tenant);
        assert!(
            matches!(ClientSecret::new(settings), Err(SettingsError::NoTenantId(_))),
            "{tenant}"
        );
    }
}

#[tokio::test]
async fn a_token_of_another_tenant_is_found_out() {
    let table = [
        (json!({"value": [{"id": TENANT.to_uppercase()}]}), true),
        (
            json!({"value": [{"id": "99999999-2222-4333-8444-555555555555"}]}),
            false,
        ),
        (json!({"value": [{"id": TENANT}, {"id": "other"}]}), false),
        (json!({"value": []}), false),
        (json!({}), false),
    ];
    for (body, proved) in table {
        let shown = body.to_string();
        let server = Server::start(move |_, _| Reply::json(200, &body)).await;
        let result = prove_tenant(&world(&server.origin).client, &TenantId::new(TENANT)).await;
        assert_eq!(result.is_ok(), proved, "{shown}");
        assert!(
            result
                .err()
                .is_none_or(|error| error.kind == CallErrorKind::NotAllowed)
        );
    }
}
