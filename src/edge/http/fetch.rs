//! Reads from named hosts that are not Graph: GET, no token, JSON, XML or text.
//!
//! A host that the configuration does not name is never contacted.

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use url::Url;

use crate::edge::http::client::GraphClient;
use crate::edge::http::read::jitter;
use crate::edge::http::wire::{Connection, Outgoing, Received, WireError};
use crate::edge::http::{answer, failure, xml};
use crate::graph::error::{ErrorBody, Meaning, meaning};
use crate::graph::model::RestRequest;
use crate::graph::pause::{Next, Tries, later};
use crate::run::ports::{CallError, CallErrorKind};
use crate::value::{Answer, Json, canonical};

/// Metadata documents are tens of kilobytes.
const BODY_BYTES: usize = 4 << 20;

impl GraphClient {
    pub(super) async fn fetch_rest(&self, request: &RestRequest) -> Result<Answer, CallError> {
        let url = self.named_host(&request.url)?;
        let shown = shown(&url);
        let mut tries = Tries::new(self.settings.patience);
        loop {
            let (asked, error) = match self.wire.send(outgoing(request, &url), Connection::Pooled).await {
                Ok(received) => match judge_rest(request, &shown, &received) {
                    Err(error) if matches!(error.kind, CallErrorKind::Busy | CallErrorKind::NoAnswer) => {
                        (self.asked(&received), error)
                    }
                    settled => return settled,
                },
                Err(error) => match error {
                    WireError::TooLarge(_) => return Err(failure::unanswered("GET", &shown, &error)),
                    WireError::NotSent(_) | WireError::Cut(_) => {
                        (None, failure::unanswered("GET", &shown, &error))
                    }
                },
            };
            match tries.after_failure(asked, jitter()) {
                Next::GiveUp { .. } => return Err(error),
                Next::Again(pause) => {
                    let now = self.settings.clock.now();
                    self.wait(now, later(now, pause), "a named host is asked again")
                        .await;
                }
            }
        }
    }

    fn named_host(&self, text: &str) -> Result<Url, CallError> {
        let not_allowed =
            |message: String, hint: &str| failure::plain(CallErrorKind::NotAllowed, message, hint);
        let url = Url::parse(text)
            .ok()
            .filter(|url| url.username().is_empty() && url.password().is_none())
            .ok_or_else(|| {
                not_allowed(
                    "the text of a `rest` step is no whole URL without a user in it".to_owned(),
                    "",
                )
            })?;
        if self
            .settings
            .rest_hosts
            .iter()
            .any(|host| host.origin() == url.origin())
        {
            return Ok(url);
        }
        let origin = url.origin().ascii_serialization();
        Err(not_allowed(
            format!("the configuration names no host `{origin}`"),
            "if it can be trusted, add it under `hosts:` of the tenant",
        ))
    }
}

/// Scheme, host and path: a query may carry what is not for everybody.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn outgoing(request: &RestRequest, url: &Url) -> Outgoing {
    let accept = match request.accept.as_str() {
        "json" => "application/json",
        "xml" => "application/xml, text/xml;q=0.9, */*;q=0.1",
        _ => "text/plain, */*;q=0.5",
    };
    Outgoing {
        method: Method::GET,
        url: url.clone(),
        headers: HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]),
        body: None,
        limit_bytes: BODY_BYTES,
    }
}

fn judge_rest(request: &RestRequest, shown: &str, received: &Received) -> Result<Answer, CallError> {
    let answer = |body| Answer {
        status: received.status,
        code: None,
        request_id: answer::request_id(received),
        date: answer::date(received),
        body,
    };
    if (200..300).contains(&received.status) {
        return body(request, received).map(answer).map_err(|what| {
            let message = format!("`GET {shown}` was answered with {what}");
            failure::plain(CallErrorKind::Malformed, message, "")
        });
    }
    if answer::is_expected(received.status, &request.expect) {
        return Ok(answer(Json::Null));
    }
    let kind = match meaning(received.status, &ErrorBody::default()) {
        Meaning::Busy => CallErrorKind::Busy,
        Meaning::Unclear => CallErrorKind::NoAnswer,
        // No token is sent, so there is none to renew and no permission to grant.
        Meaning::RenewToken | Meaning::Permission | Meaning::Refused => CallErrorKind::Refused,
        Meaning::Answer | Meaning::Unexpected => CallErrorKind::Malformed,
    };
    Err(CallError {
        status: Some(received.status),
        ..failure::plain(
            kind,
            format!("`GET {shown}` was answered with {}", received.status),
            "",
        )
    })
}

fn body(request: &RestRequest, received: &Received) -> Result<Json, String> {
    let media_type = received.media_type().unwrap_or_default();
    let is_xml = media_type.ends_with("/xml") || media_type.ends_with("+xml");
    let fits = match request.accept.as_str() {
        "json" => answer::is_json(&media_type),
        "xml" => is_xml,
        _ => media_type.starts_with("text/") || answer::is_json(&media_type) || is_xml,
    };
    if !fits && !media_type.is_empty() {
        return Err(format!("`{media_type}`, expected {}", request.accept));
    }
    let bytes = received.plain_body();
    if request.accept == "json" {
        return canonical::parse(bytes).map_err(|error| format!("unreadable JSON ({error})"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "text that is no UTF-8".to_owned())?;
    if request.accept == "xml" {
        xml::parse(text)
    } else {
        Ok(Json::String(text.to_owned()))
    }
}
