//! A request as it came in, and an answer with Graph's headers on its way out.
//!
//! Decides nothing about the answer's content.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, DATE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

use crate::sandbox::odata::decode;
use crate::sandbox::resources::GraphError;
use crate::value::{Json, Timestamp};

/// A request.
#[derive(Debug)]
pub(super) struct Arrival<'a> {
    head: &'a Parts,
    /// The body.
    pub body: &'a [u8],
    /// The sandbox's own id for it.
    pub request_id: String,
}

impl<'a> Arrival<'a> {
    /// Gives it an id.
    pub fn new(head: &'a Parts, body: &'a [u8]) -> Self {
        Arrival {
            head,
            body,
            request_id: uuid::Uuid::new_v4().to_string(),
        }
    }

    /// In capitals.
    pub fn method(&self) -> &str {
        self.head.method.as_str()
    }

    /// As it came.
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// As it came.
    pub fn query(&self) -> &str {
        self.head.uri.query().unwrap_or_default()
    }

    /// The path's segments, each decoded on its own.
    pub fn segments(&self) -> Vec<String> {
        self.path().split('/').skip(1).map(decode).collect()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `client-request-id`, or the sandbox's own id, which is what Graph does.
    pub fn client_request_id(&self) -> &str {
        self.header("client-request-id").unwrap_or(&self.request_id)
    }
}

/// An answer, and when it is sent.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// The answer.
    pub response: Response,
    /// When.
    pub sending: Sending,
}

/// When an answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// Now.
    AtOnce,
    /// After so long on the sandbox's clock.
    Late(Duration),
    /// Not at all: the connection is closed.
    Never,
}

/// An answer with `Date`, `request-id` and `client-request-id`.
pub(super) fn respond(
    arrival: &Arrival<'_>,
    now: Timestamp,
    status: u16,
    content: Option<(&'static str, String)>,
) -> Response {
    let (kind, text) = content.unzip();
    let mut response = Response::new(text.map_or_else(Body::empty, Body::from));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(kind) = kind {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    // Ours, because the server's own would be the machine's time.
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        headers.insert(DATE, date);
    }
    set(&mut response, "request-id", &arrival.request_id);
    set(&mut response, "client-request-id", arrival.client_request_id());
    response
}

/// Adds a header; a value that cannot be one is left out.
pub(super) fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}

/// JSON as Graph labels it.
pub(super) fn json_content(body: &Json) -> (&'static str, String) {
    let kind = "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8";
    (kind, body.to_string())
}

/// A refusal in Graph's shape (<https://learn.microsoft.com/graph/errors>).
pub(super) fn refuse(arrival: &Arrival<'_>, now: Timestamp, error: &GraphError) -> Response {
    let body = json!({"error": {
        "code": error.code,
        "message": error.message,
        "innerError": {
            // Without the zone, as Graph writes it.
            "date": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "request-id": arrival.request_id,
            "client-request-id": arrival.client_request_id(),
        },
    }});
    respond(arrival, now, error.status, Some(json_content(&body)))
}

fn http_date(now: Timestamp) -> String {
    let since = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or(0));
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since)
}
