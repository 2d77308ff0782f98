//! Received bytes → answers.
//!
//! JSON only, except for `$count`, which Graph answers in plain text
//! (<https://learn.microsoft.com/graph/aad-advanced-queries>).

use crate::edge::http::failure;
use crate::edge::http::wire::{Received, name};
use crate::graph::error::ErrorBody;
use crate::graph::pause::http_date;
use crate::graph::url;
use crate::run::ports::{CallError, CallErrorKind};
use crate::value::{Answer, Json, Timestamp, canonical};

/// The service's `Date`.
pub(super) fn date(received: &Received) -> Option<Timestamp> {
    received.header(name("date")).and_then(http_date)
}

/// The service's `request-id`.
pub(super) fn request_id(received: &Received) -> Option<String> {
    received.header(name("request-id")).map(str::to_owned)
}

/// Whether the step takes this status for an answer. Only definite ones can be: 408, 429 and 5xx never are.
pub(super) fn is_expected(status: u16, expect: &[u16]) -> bool {
    (400..500).contains(&status) && status != 408 && status != 429 && expect.contains(&status)
}

/// A status of the 2xx kind, with its body.
pub(super) fn success(received: &Received, method: &str, url: &str) -> Result<Answer, CallError> {
    let body = json_body(received, url).map_err(|what| CallError {
        status: Some(received.status),
        request_id: request_id(received),
        ..failure::plain(
            CallErrorKind::Malformed,
            format!(
                "`{}` was answered with {what}, expected JSON",
                failure::headline(method, url)
            ),
            "look whether a proxy or gateway stands between here and the service",
        )
    })?;
    Ok(Answer {
        status: received.status,
        code: None,
        request_id: request_id(received),
        date: date(received),
        body,
    })
}

/// A refusal that the step expects.
pub(super) fn expected(received: &Received, error: &ErrorBody) -> Answer {
    Answer {
        status: received.status,
        code: error.code.clone(),
        request_id: request_id(received),
        date: date(received),
        body: canonical::parse(received.plain_body()).unwrap_or(Json::Null),
    }
}

fn json_body(received: &Received, url: &str) -> Result<Json, String> {
    let bytes = received.plain_body();
    if bytes.is_empty() {
        return Ok(Json::Null);
    }
    match received.media_type().as_deref() {
        Some("text/plain") if url::path(url).ends_with("/$count") => {}
        Some(media_type) if !is_json(media_type) => return Err(format!("`{media_type}`")),
        Some(_) | None => {}
    }
    canonical::parse(bytes).map_err(|error| format!("unreadable JSON ({error})"))
}

pub(super) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}
