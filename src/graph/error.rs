//! What a status and an error body mean, and what to do next in plain words.
//!
//! Judges by status and code, never by the text of a message (<https://learn.microsoft.com/graph/errors>).
//! Does not send anything again: what follows is the caller's business.

use crate::catalog;
use crate::value::Json;

/// What a Graph error body says; every part may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// The outermost code that is not empty.
    pub code: Option<String>,
    /// For people; may hold names and addresses.
    pub message: Option<String>,
    /// Codes of nested errors, outermost first.
    pub inner: Vec<String>,
    /// The service's id of the request.
    pub request_id: Option<String>,
}

impl ErrorBody {
    /// Reads any bytes; what is no error body gives an empty one.
    pub fn parse(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).map_or_else(|_| ErrorBody::default(), |json: Json| ErrorBody::of(&json))
    }

    /// Reads an error body that is parsed already.
    pub fn of(json: &Json) -> Self {
        let error = json
            .get("error")
            .or_else(|| json.get("odata.error"))
            .unwrap_or(json);
        if let Json::String(code) = error {
            // The form of a sign-in service or gateway: {"error": "invalid_token", "error_description": …}
            return ErrorBody {
                code: filled(code),
                message: text(json, "error_description"),
                ..ErrorBody::default()
            };
        }
        let mut body = ErrorBody {
            code: text(error, "code"),
            message: text(error, "message").or_else(|| error.get("message").and_then(|m| text(m, "value"))),
            ..ErrorBody::default()
        };
        body.add_inner(error);
        if body.code.is_none() {
            body.code = body.inner.first().cloned();
        }
        body
    }

    /// Whether this code stands anywhere in it.
    pub fn has(&self, code: &str) -> bool {
        self.code
            .iter()
            .chain(&self.inner)
            .any(|c| c.eq_ignore_ascii_case(code))
    }

    fn add_inner(&mut self, error: &Json) {
        let mut inner = inner(error);
        // Bounded by the parser's own depth limit.
        while let Some(json) = inner {
            self.inner.extend(text(json, "code"));
            if self.request_id.is_none() {
                self.request_id = text(json, "request-id");
            }
            inner = self::inner(json);
        }
    }
}

/// Both spellings are documented.
fn inner(error: &Json) -> Option<&Json> {
    ["innerError", "innererror"]
        .iter()
        .find_map(|name| error.get(name))
}

fn text(json: &Json, name: &str) -> Option<String> {
    json.get(name).and_then(Json::as_str).and_then(filled)
}

fn filled(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// What follows from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// An answer.
    Answer,
    /// Retry once with a new token; nothing happened.
    RenewToken,
    /// Ask a person: a right, role or licence is missing; nothing happened.
    Permission,
    /// Stop: definitely refused; nothing happened.
    Refused,
    /// Retry a read after a pause: throttled or busy. A change may or may not have happened.
    Busy,
    /// Retry a read: the service failed. A change may or may not have happened.
    Unclear,
    /// Nothing that this service documents (a redirect).
    Unexpected,
}

/// Codes that mean throttling whatever the status.
const THROTTLED: &[&str] = &[
    "Request_ThrottledTemporarily",
    "TooManyRequests",
    "activityLimitReached",
    "throttledRequest",
];
/// No Entra ID P1 or P2 in the tenant.
const NO_PREMIUM: &str = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";

/// The table.
pub fn meaning(status: u16, body: &ErrorBody) -> Meaning {
    match status {
        200..=299 => Meaning::Answer,
        400..=599 if THROTTLED.iter().any(|code| body.has(code)) => Meaning::Busy,
        400..=499 if body.has(NO_PREMIUM) => Meaning::Permission,
        401 if body
            .code
            .as_deref()
            .is_some_and(|c| c.starts_with("Authorization_")) =>
        {
            Meaning::Permission
        }
        401 => Meaning::RenewToken,
        403 => Meaning::Permission,
        429 | 503 => Meaning::Busy,
        // 408: the service stopped waiting; what it had received by then is not said.
        408 | 500..=599 => Meaning::Unclear,
        400..=499 => Meaning::Refused,
        _ => Meaning::Unexpected,
    }
}

/// Next actions, in plain words. `url` is version, path and query.
pub fn hints(method: &str, url: &str, status: u16, body: &ErrorBody) -> Vec<String> {
    let by_code: Vec<String> = BY_CODE
        .iter()
        .filter(|(code, _)| body.has(code))
        .map(|(_, hint)| (*hint).to_owned())
        .collect();
    if !by_code.is_empty() {
        return by_code;
    }
    match meaning(status, body) {
        Meaning::Permission | Meaning::RenewToken => vec![permission_hint(method, url)],
        Meaning::Busy => vec!["wait a few minutes and run the same command again".to_owned()],
        Meaning::Unclear => {
            vec!["see the service health of the tenant; run the same command again".to_owned()]
        }
        Meaning::Refused if status == 404 => vec![
            "check the id; an object that was just created may take minutes to be found everywhere"
                .to_owned(),
        ],
        Meaning::Answer | Meaning::Refused | Meaning::Unexpected => Vec::new(),
    }
}

fn permission_hint(method: &str, url: &str) -> String {
    match catalog::find_url(method, url) {
        Some(known) if known.delegated == known.application => format!(
            "this call needs the permission `{}`: grant it to the app with admin consent, then run again, because \
             only a new token carries it ({})",
            known.application, known.source
        ),
        Some(known) => format!(
            "this call needs the application permission `{}` (delegated: `{}`): grant it to the app with admin \
             consent, then run again, because only a new token carries it ({})",
            known.application, known.delegated, known.source
        ),
        None => "look up which permission this call needs (https://learn.microsoft.com/graph/permissions-reference) \
                 and grant it to the app with admin consent"
            .to_owned(),
    }
}

/// Hints for codes that say more than their status. Names of codes: <https://learn.microsoft.com/graph/errors>
/// and the issues of github.com/microsoftgraph/microsoft-graph-docs-contrib (7276 for the licence).
const BY_CODE: &[(&str, &str)] = &[
    (
        NO_PREMIUM,
        "sign-in data over the API needs Microsoft Entra ID P1 or P2 in the tenant; export it from the Entra portal \
         instead",
    ),
    (
        "Authorization_IdentityNotFound",
        "the app has no service principal in this tenant: check tenant and client id, then give admin consent",
    ),
    (
        "Authorization_IdentityDisabled",
        "the app's service principal is disabled in this tenant: an admin enables it under Enterprise applications",
    ),
    (
        "Request_UnsupportedQuery",
        "add the header `ConsistencyLevel: eventual` and `$count=true`, or filter after reading \
         (https://learn.microsoft.com/graph/aad-advanced-queries)",
    ),
    (
        "Directory_ExpiredPageToken",
        "the pages went stale while they were read: run the same command again",
    ),
    (
        "Directory_ConcurrencyViolation",
        "somebody else changed the same object at the same moment: look at it, then plan again",
    ),
    (
        "MailboxNotEnabledForRESTAPI",
        "the mailbox is on-premises, inactive or without a licence: it cannot be read through Graph",
    ),
    (
        "Request_MultipleObjectsWithSameKeyValue",
        "such an object exists already: read it instead of creating it",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(code: &str) -> ErrorBody {
        ErrorBody {
            code: filled(code),
            ..ErrorBody::default()
        }
    }

    #[test]
    fn every_shape_of_error_body_gives_its_code() {
        let table: &[(&str, Option<&str>)] = &[
            (
                r#"{"error":{"code":"Request_BadRequest","message":"m"}}"#,
                Some("Request_BadRequest"),
            ),
            (
                r#"{"error":{"code":"","innerError":{"code":"accessDenied"}}}"#,
                Some("accessDenied"),
            ),
            (
                r#"{"error":{"code":"","innererror":{"innererror":{"code":"deep"}}}}"#,
                Some("deep"),
            ),
            (
                r#"{"odata.error":{"code":"Old","message":{"lang":"en","value":"m"}}}"#,
                Some("Old"),
            ),
            (
                r#"{"error":"invalid_client","error_description":"x"}"#,
                Some("invalid_client"),
            ),
            (r#"{"code":"Bare","message":"m"}"#, Some("Bare")),
            (r#"{"error":{"code":7}}"#, None),
            (r#"{"error":null}"#, None),
            ("[]", None),
            ("", None),
            ("<html>502 Bad Gateway</html>", None),
            ("\u{0}\u{1}", None),
        ];
        for (text, code) in table {
            assert_eq!(ErrorBody::parse(text.as_bytes()).code.as_deref(), *code, "{text}");
        }
    }

    #[test]
    fn nested_codes_and_the_request_id_are_kept() {
        let text = r#"{"error":{"code":"UnknownError","message":"m","innerError":
            {"date":"d","request-id":"r-1","code":"throttledRequest","innererror":{"code":"x"}}}}"#;
        let body = ErrorBody::parse(text.as_bytes());
        assert_eq!(body.inner, ["throttledRequest", "x"]);
        assert_eq!(body.request_id.as_deref(), Some("r-1"));
        assert_eq!(meaning(429, &body), Meaning::Busy);
    }

    #[test]
    fn status_and_code_decide_what_follows() {
        let table = [
            (200, "", Meaning::Answer),
            (204, "", Meaning::Answer),
            (302, "", Meaning::Unexpected),
            (304, "", Meaning::Unexpected),
            (400, "Request_BadRequest", Meaning::Refused),
            (400, "Request_ThrottledTemporarily", Meaning::Busy),
            (401, "InvalidAuthenticationToken", Meaning::RenewToken),
            (401, "Authentication_ExpiredToken", Meaning::RenewToken),
            (401, "", Meaning::RenewToken),
            (401, "Authorization_IdentityNotFound", Meaning::Permission),
            (403, "Authorization_RequestDenied", Meaning::Permission),
            (403, NO_PREMIUM, Meaning::Permission),
            (404, "Request_ResourceNotFound", Meaning::Refused),
            (408, "", Meaning::Unclear),
            (409, "Request_MultipleObjectsWithSameKeyValue", Meaning::Refused),
            (412, "resourceModified", Meaning::Refused),
            (429, "TooManyRequests", Meaning::Busy),
            (429, "", Meaning::Busy),
            (500, "Service_InternalServerError", Meaning::Unclear),
            (502, "", Meaning::Unclear),
            (503, "serviceNotAvailable", Meaning::Busy),
            (504, "", Meaning::Unclear),
            (509, "", Meaning::Unclear),
            (100, "", Meaning::Unexpected),
            (600, "", Meaning::Unexpected),
        ];
        for (status, code, expected) in table {
            assert_eq!(meaning(status, &body(code)), expected, "{status} {code}");
        }
    }

    #[test]
    fn a_missing_permission_is_named_by_the_catalogue() {
        let hints = hints(
            "POST",
            "/v1.0/users/1/revokeSignInSessions",
            403,
            &body("Authorization_RequestDenied"),
        );
        assert_eq!(hints.len(), 1);
        assert!(hints[0].contains("`User.RevokeSessions.All`"), "{hints:?}");
    }

    #[test]
    fn a_missing_licence_is_not_called_a_missing_permission() {
        let hints = hints("GET", "/v1.0/auditLogs/signIns", 403, &body(NO_PREMIUM));
        assert!(hints[0].contains("P1 or P2"), "{hints:?}");
        assert!(!hints[0].contains("AuditLog"), "{hints:?}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let body = ErrorBody::parse(&bytes);
            prop_assert!(body.code.is_none_or(|code| !code.trim().is_empty()));
        }
    }
}
