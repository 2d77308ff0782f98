//! Sign-in failures as values, with the sign-in service's numbers explained.
//!
//! Never repeats what was sent: a description may quote the request, so only its first sentence is passed on.

use crate::graph::aadsts::{code_in, explain};
use crate::run::ports::{CallError, CallErrorKind};
use crate::value::Json;

/// Nobody was signed in.
pub(super) fn sign_in(message: String, hint: &str) -> CallError {
    CallError {
        kind: CallErrorKind::SignIn,
        message,
        hints: vec![hint.to_owned()],
        status: None,
        code: None,
        request_id: None,
    }
}

/// What the token endpoint's error answer says
/// (<https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#error-response>).
pub(super) fn refused(status: u16, body: &Json) -> CallError {
    let text = |name: &str| body.get(name).and_then(Json::as_str).map(str::to_owned);
    let description = text("error_description").unwrap_or_default();
    let error = text("error");
    let named = error
        .as_ref()
        .map_or_else(String::new, |error| format!(" `{error}`"));
    let code = code_in(&description);
    let meaning = match code.map(|code| (code, explain(code))) {
        Some((code, Some(explained))) => format!(", AADSTS{code}: {}", explained.meaning),
        Some((code, None)) => format!(", AADSTS{code} (https://login.microsoftonline.com/error?code={code})"),
        None => String::new(),
    };
    let hint = code.and_then(explain).map_or(
        "compare `sign_in` in the configuration with the app registration",
        |e| e.next,
    );
    CallError {
        status: Some(status),
        code: code.map(|code| format!("AADSTS{code}")).or(error),
        request_id: text("trace_id"),
        ..sign_in(
            format!("the sign-in service refused the app with {status}{named}{meaning}"),
            hint,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wrong_secret_is_explained_without_repeating_the_description() {
        let body = json!({
            "error": "invalid_client",
            "error_description": "AADSTS7000215: Invalid client secret provided: hunter2. Trace ID: t",
            "trace_id": "t-1",
        });
        let error = refused(401, &body);
        assert_eq!(
            error.message,
            "the sign-in service refused the app with 401 `invalid_client`, AADSTS7000215: the client secret is wrong \
             (its id may have been taken for its value)"
        );
        assert_eq!(error.request_id.as_deref(), Some("t-1"));
        assert!(error.hints[0].contains("new client secret"));
    }

    #[test]
    fn an_unknown_number_is_passed_on_with_its_page() {
        let error = refused(400, &json!({"error_description": "AADSTS123456: x"}));
        assert!(error.message.contains("error?code=123456"));
    }
}
