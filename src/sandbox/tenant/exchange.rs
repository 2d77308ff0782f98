//! The Exchange side of a tenant file, and the state that the sandbox's PowerShell module begins with.
//!
//! Writes no file. Properties as of
//! <https://learn.microsoft.com/powershell/module/exchangepowershell/get-authserver>.

use serde_json::json;
use serde_yaml::Spanned;

use crate::sandbox::made_up;
use crate::sandbox::tenant::check::Checker;
use crate::sandbox::tenant::model::{Exchange, Fields, TenantFile};
use crate::sandbox::tenant::raw::RawExchange;
use crate::sandbox::tenant::{SHAPE, UNKNOWN};
use crate::value::Json;

/// What an authorization server may say; `Identity` is its name, so it is left out of the state.
const PROPERTIES: [&str; 17] = [
    "Name",
    "Guid",
    "Identity",
    "Type",
    "Enabled",
    "Realm",
    "IssuerIdentifier",
    "TokenIssuingEndpoint",
    "AuthorizationEndpoint",
    "AuthMetadataUrl",
    "IsDefaultAuthorizationEndpoint",
    "ApplicationIdentifier",
    "CertificateStrings",
    "DomainName",
    "DistinguishedName",
    "WhenChangedUTC",
    "WhenCreatedUTC",
];

/// Checks names.
pub(super) fn exchange(checker: &mut Checker<'_>, raw: RawExchange) -> Exchange {
    for server in &raw.auth_servers {
        check_server(checker, server);
    }
    Exchange {
        auth_servers: raw.auth_servers.into_iter().map(|server| server.value).collect(),
        published_certificates: raw.published_certificates,
        stored_certificates: raw.stored_certificates,
    }
}

fn check_server(checker: &mut Checker<'_>, server: &Spanned<Json>) {
    let Some(fields) = server
        .value
        .as_object()
        .filter(|fields| fields.get("Name").is_some_and(Json::is_string))
    else {
        checker.error(SHAPE, server, "expected a map with a `Name`".to_owned());
        return;
    };
    for key in fields.keys().filter(|key| !PROPERTIES.contains(&key.as_str())) {
        let at = Spanned::new(key.clone(), server.referenced, server.defined);
        let message = format!("an authorization server has no property `{key}` here");
        checker.unknown(UNKNOWN, &at, message, PROPERTIES.into_iter());
    }
}

impl TenantFile {
    /// What `exchange-state.json` holds before anything was done, with `{tenant}` and `{origin}` filled in:
    /// `auth_servers`, and `refreshes` (0).
    pub fn exchange_state(&self, origin: &str) -> Option<Json> {
        let exchange = self.exchange.as_ref()?;
        let servers = exchange.auth_servers.iter().filter_map(Json::as_object);
        let servers: Vec<Json> = servers
            .map(|server| self.auth_server(exchange, server, origin))
            .collect();
        Some(json!({"auth_servers": servers, "refreshes": 0}))
    }

    fn auth_server(&self, exchange: &Exchange, server: &Fields, origin: &str) -> Json {
        let name = server.get("Name").and_then(Json::as_str).unwrap_or_default();
        let days = |count: i64| {
            self.start
                .saturating_sub(jiff::SignedDuration::from_hours(24 * count))
        };
        let stored = match server.get("Type").and_then(Json::as_str) {
            Some("AzureAD") | None => exchange.stored_certificates.as_slice(),
            Some(_) => &[],
        };
        let mut state = json!({
            "Guid": made_up::guid(&["authorization server", name]),
            "CertificateStrings": stored,
            "WhenChangedUTC": days(30).unwrap_or(self.start),
            "WhenCreatedUTC": days(900).unwrap_or(self.start),
        });
        for (key, value) in server.iter().filter(|(key, _)| *key != "Identity") {
            state[key] = match value.as_str() {
                Some(text) => Json::from(self.filled(text, origin)),
                None => value.clone(),
            };
        }
        state
    }

    fn filled(&self, text: &str, origin: &str) -> String {
        text.replace("{tenant}", self.id.as_str())
            .replace("{origin}", origin)
    }
}
