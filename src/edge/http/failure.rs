//! Failed calls as the ports report them: method, path, status, code; never a query, a token or a secret.
//!
//! Classifies nothing: [`crate::graph::error`] does.

use crate::edge::http::wire::WireError;
use crate::graph::error::{ErrorBody, hints};
use crate::graph::links::LinkError;
use crate::graph::url;
use crate::run::ports::{CallError, CallErrorKind};

/// Longest part of the service's own text that is passed on.
const TEXT_CHARS: usize = 300;

/// A call that has no status to show.
pub(super) fn plain(kind: CallErrorKind, message: String, hint: &str) -> CallError {
    CallError {
        kind,
        message,
        hints: if hint.is_empty() {
            Vec::new()
        } else {
            vec![hint.to_owned()]
        },
        status: None,
        code: None,
        request_id: None,
    }
}

/// What is named in messages: method and path, never the query.
pub(super) fn headline(method: &str, url: &str) -> String {
    format!("{method} {}", url::path(url))
}

/// A refusal or failure of the service. `url` is version, path and query.
pub(super) fn answered(
    kind: CallErrorKind,
    method: &str,
    url: &str,
    status: u16,
    body: &ErrorBody,
    request_id: Option<String>,
) -> CallError {
    let code = body
        .code
        .as_ref()
        .map_or_else(String::new, |code| format!(" `{code}`"));
    let text = body
        .message
        .as_ref()
        .map_or_else(String::new, |text| format!(" ({})", short(text)));
    CallError {
        kind,
        message: format!(
            "`{}` was answered with {status}{code}{text}",
            headline(method, url)
        ),
        hints: hints(method, url, status, body),
        status: Some(status),
        code: body.code.clone(),
        request_id: request_id.or_else(|| body.request_id.clone()),
    }
}

/// No whole answer.
pub(super) fn unanswered(method: &str, url: &str, error: &WireError) -> CallError {
    let what = headline(method, url);
    match error {
        WireError::NotSent(why) => plain(
            CallErrorKind::NotSent,
            format!("`{what}` was not sent: {why}"),
            "check the network, the proxy and the name of the host",
        ),
        WireError::Cut(why) => plain(
            CallErrorKind::NoAnswer,
            format!("`{what}` got no whole answer: {why}"),
            "",
        ),
        WireError::TooLarge(limit) => plain(
            CallErrorKind::Malformed,
            format!("`{what}` was answered with more than {limit} bytes"),
            "ask for less: `$select`, `$filter` or a smaller `$top`",
        ),
    }
}

/// A next link that is not followed.
pub(super) fn link(method: &str, url: &str, error: &LinkError) -> CallError {
    let hint = match error {
        LinkError::TooMany(_) => "narrow the read with `$filter`, or raise `pages`",
        LinkError::Unreadable
        | LinkError::Foreign { .. }
        | LinkError::Decorated
        | LinkError::OtherCollection { .. }
        | LinkError::Loop(_) => {
            "nothing was sent there; if it happens again, tell whoever runs the service or proxy"
        }
    };
    let message = format!("`{}` was answered with {error}", headline(method, url));
    plain(CallErrorKind::Malformed, message, hint)
}

/// One line, not too long.
pub(super) fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(TEXT_CHARS) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
