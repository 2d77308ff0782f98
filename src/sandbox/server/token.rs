//! The token endpoint, for client credentials with a secret.
//!
//! Errors as in <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>; certificates and
//! people do not sign in here.

use std::collections::BTreeMap;

use serde_json::json;

use crate::sandbox::server::desk::{Desk, Inner};
use crate::sandbox::server::outgoing::{Arrival, respond};
use crate::sandbox::state::tokens::EXPIRES_IN;
use crate::value::{Json, Timestamp};

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(super) fn answer(
    desk: &Desk,
    inner: &mut Inner,
    arrival: &Arrival<'_>,
    tenant: &str,
    now: Timestamp,
) -> axum::response::Response {
    let (status, body) = match check(desk, inner, arrival, tenant) {
        Ok(()) => {
            let token = inner.tokens.issue(now);
            let body = json!({
                "token_type": "Bearer",
                "expires_in": EXPIRES_IN,
                "ext_expires_in": EXPIRES_IN,
                "access_token": token.reveal(),
            });
            (200, body)
        }
        Err(refusal) => (refusal.status, refusal.body(desk, arrival, now)),
    };
    let content = Some(("application/json; charset=utf-8", body.to_string()));
    let mut response = respond(arrival, now, status, content);
    super::outgoing::set(&mut response, "cache-control", "no-store, no-cache");
    response
}

struct Refusal {
    status: u16,
    error: &'static str,
    code: u32,
    text: String,
}

fn refusal(status: u16, error: &'static str, code: u32, text: impl Into<String>) -> Refusal {
    Refusal {
        status,
        error,
        code,
        text: text.into(),
    }
}

impl Refusal {
    fn body(&self, desk: &Desk, arrival: &Arrival<'_>, now: Timestamp) -> Json {
        let timestamp = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let correlation = arrival.client_request_id();
        json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {} Trace ID: {} Correlation ID: {correlation} Timestamp: {timestamp}",
                self.code, self.text, arrival.request_id
            ),
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": arrival.request_id,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", desk.origin(), self.code),
        })
    }
}

fn check(desk: &Desk, inner: &Inner, arrival: &Arrival<'_>, tenant: &str) -> Result<(), Refusal> {
    let known = &inner.live.tenant;
    if !tenant.eq_ignore_ascii_case(known.id.as_str()) && !tenant.eq_ignore_ascii_case(&known.domain) {
        let text = format!("Tenant '{tenant}' not found. Check that it is the right tenant ID.");
        return Err(refusal(400, "invalid_request", 90002, text));
    }
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(arrival.body).into_owned().collect();
    let field = |name: &str| match form.get(name) {
        Some(value) if !value.is_empty() => Ok(value.as_str()),
        Some(_) | None => {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            Err(refusal(400, "invalid_request", 900_144, text))
        }
    };
    let grant = field("grant_type")?;
    if grant != "client_credentials" {
        let text = format!("The grant type '{grant}' is not supported.");
        return Err(refusal(400, "unsupported_grant_type", 70003, text));
    }
    let client = field("client_id")?;
    if !client.eq_ignore_ascii_case(&known.app.client_id) {
        let text = format!(
            "Application with identifier '{client}' was not found in the directory '{}'.",
            known.name
        );
        return Err(refusal(400, "unauthorized_client", 700_016, text));
    }
    check_scope(field("scope")?, desk.origin())?;
    check_secret(desk, form.get("client_secret").map_or("", String::as_str), client)
}

fn check_scope(scope: &str, origin: &str) -> Result<(), Refusal> {
    let Some(resource) = scope.strip_suffix("/.default") else {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows need a scope that ends \
             in /.default."
        );
        return Err(refusal(400, "invalid_scope", 1_002_012, text));
    };
    if resource != origin {
        let text = format!("The resource principal named {resource} was not found in the tenant.");
        return Err(refusal(400, "invalid_resource", 500_011, text));
    }
    Ok(())
}

fn check_secret(desk: &Desk, secret: &str, client: &str) -> Result<(), Refusal> {
    if secret.is_empty() {
        let text = "The request body must contain 'client_assertion' or 'client_secret'.";
        return Err(refusal(401, "invalid_client", 7_000_218, text));
    }
    if secret != desk.client_secret().reveal() {
        let text = format!("Invalid client secret provided for the app '{client}'.");
        return Err(refusal(401, "invalid_client", 7_000_215, text));
    }
    Ok(())
}
