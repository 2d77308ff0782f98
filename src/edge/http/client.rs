//! The client: settings, lanes, the last seen `Date`, and the two ports.
//!
//! Each kind of call has its own file: `read.rs`, `change.rs`, `fetch.rs`. Here is what they share: where a request
//! may go, with which headers, and when.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;
use zeroize::Zeroizing;

use crate::catalog::{self, Workload};
use crate::edge::http::answer;
use crate::edge::http::failure::plain;
use crate::edge::http::settings::{GraphSettings, SettingsError, check_origin};
use crate::edge::http::wire::{Outgoing, Received, Wire, name};
use crate::graph::model::{GraphRequest, RestRequest};
use crate::graph::throttle::{Pressure, Seen, Throttle, Turn};
use crate::run::ports::{CallError, CallErrorKind, Pending, TenantChanges, TenantReads};
use crate::value::{Answer, Secret, Timestamp};

/// Leave to send one request.
pub(super) struct GrantedTurn<'a> {
    workload: Workload,
    sent: Timestamp,
    _permit: Option<SemaphorePermit<'a>>,
}

/// Microsoft Graph over HTTP, and named hosts without a token.
pub struct GraphClient {
    pub(super) settings: GraphSettings,
    pub(super) wire: Wire,
    throttle: Mutex<Throttle>,
    mailbox: Semaphore,
    seen: Mutex<Option<(Timestamp, Timestamp)>>,
}

impl GraphClient {
    /// A client for one tenant.
    ///
    /// # Errors
    /// An origin that may not be used.
    pub fn new(settings: GraphSettings) -> Result<Self, SettingsError> {
        check_origin(&settings.origin, settings.sandbox)?;
        for host in &settings.rest_hosts {
            check_origin(host, settings.sandbox)?;
        }
        let at_once = catalog::limit(Workload::Mailbox)
            .concurrent
            .unwrap_or(Semaphore::MAX_PERMITS);
        Ok(GraphClient {
            wire: Wire::new(settings.transport, settings.sandbox)?,
            settings,
            throttle: Mutex::default(),
            mailbox: Semaphore::new(at_once),
            seen: Mutex::default(),
        })
    }

    /// Where a request goes, exactly as written.
    pub(super) fn target(&self, url: &str) -> Result<Url, CallError> {
        let text = format!("{}{url}", self.settings.origin.origin().ascii_serialization());
        let versioned = url.starts_with("/v1.0/") || url.starts_with("/beta/");
        match Url::parse(&text) {
            // A parser that would change anything (dot segments above all) would send what nobody approved.
            Ok(parsed) if versioned && parsed.as_str() == text => Ok(parsed),
            Ok(_) | Err(_) => Err(plain(
                CallErrorKind::NotAllowed,
                format!(
                    "`{}` cannot be sent as it is written",
                    crate::graph::url::path(url)
                ),
                "a path begins with /v1.0/ or /beta/, has no `.` or `..` segment, and is percent-encoded",
            )),
        }
    }

    /// The request with its headers and its token, which goes to the configured origin only.
    pub(super) fn outgoing(
        &self,
        request: &GraphRequest,
        url: &Url,
        client_request_id: &str,
        token: &Secret,
    ) -> Result<Outgoing, CallError> {
        if url.origin() != self.settings.origin.origin() {
            return Err(not_allowed(format!(
                "a token is never sent to `{}`",
                url.origin().ascii_serialization()
            )));
        }
        let mut headers = HeaderMap::new();
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, text/plain;q=0.5"),
        );
        headers.insert(name("return-client-request-id"), HeaderValue::from_static("true"));
        headers.insert(name("client-request-id"), header_value(client_request_id)?);
        for (name, value) in &request.headers {
            headers.insert(own_header(name)?, header_value(value)?);
        }
        let mut bearer = header_value(&Zeroizing::new(format!("Bearer {}", token.reveal())))?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        let method = method(&request.method)?;
        let body = request.body.as_ref().map(|json| {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Zeroizing::new(serde_json::to_vec(json).expect("JSON can be written"))
        });
        if body.is_none() && method != Method::GET {
            // The library leaves it out, and front ends answer 411 then (RFC 9110, section 8.6).
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(Outgoing {
            method,
            url: url.clone(),
            headers,
            body,
            limit_bytes: self.settings.transport.body_bytes,
        })
    }

    /// Waits until a request of this kind may go out; give the turn back when its answer is in.
    pub(super) async fn turn(&self, workload: Workload, units: u32) -> GrantedTurn<'_> {
        let permit = match workload {
            Workload::Mailbox => self.mailbox.acquire().await.ok(),
            Workload::IdentityRead
            | Workload::IdentityWrite
            | Workload::IdentityReports
            | Workload::SignInActivity
            | Workload::ConditionalAccess
            | Workload::ServiceCommunications
            | Workload::UsageReports
            | Workload::IntuneRead
            | Workload::IntuneWrite
            | Workload::Other => None,
        };
        loop {
            let now = self.settings.clock.now();
            let turn = lock(&self.throttle).next(workload, units, now);
            match turn {
                Turn::Ready => {
                    return GrantedTurn {
                        workload,
                        sent: now,
                        _permit: permit,
                    };
                }
                Turn::WaitUntil(until, reason) => self.wait(now, until, reason.as_str()).await,
            }
        }
    }

    /// The request of this turn was answered or given up.
    pub(super) fn turn_over(&self, turn: &GrantedTurn<'_>) {
        let now = self.settings.clock.now();
        lock(&self.throttle).answered(turn.workload, turn.sent, now);
    }

    /// Waits through the clock port, visibly.
    pub(super) async fn wait(&self, now: Timestamp, until: Timestamp, why: &str) {
        if let Some(tell) = &self.settings.tell {
            tell(until, why);
        }
        let pause = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        self.settings.clock.sleep(pause).await;
    }

    /// Takes in what an answer says besides its body.
    pub(super) fn note(&self, received: &Received, workload: Workload, pressure: Pressure) {
        let now = self.settings.clock.now();
        if let Some(date) = answer::date(received) {
            *lock(&self.seen) = Some((date, now));
        }
        let used = received
            .header(name("x-ms-throttle-limit-percentage"))
            .and_then(|text| text.parse().ok());
        lock(&self.throttle).seen(workload, Seen { pressure, used }, now);
    }

    /// Keeps all requests of this kind back for a while.
    pub(super) fn close_lane(&self, workload: Workload, pause: Duration) {
        let seen = Seen {
            pressure: Pressure::PushedBack(pause),
            used: None,
        };
        lock(&self.throttle).seen(workload, seen, self.settings.clock.now());
    }

    /// A new id for a request.
    pub(super) fn new_id() -> String {
        uuid::Uuid::new_v4().to_string()
    }
}

impl TenantReads for GraphClient {
    fn read<'a>(&'a self, request: &'a GraphRequest) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(self.read_graph(request))
    }

    fn fetch<'a>(&'a self, request: &'a RestRequest) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(self.fetch_rest(request))
    }

    fn service_date(&self) -> Option<(Timestamp, Timestamp)> {
        *lock(&self.seen)
    }
}

impl TenantChanges for GraphClient {
    fn change<'a>(
        &'a self,
        request: &'a GraphRequest,
        client_request_id: &'a str,
    ) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(self.change_graph(request, client_request_id))
    }
}

/// Headers that a playbook may not set: they belong to the connection, to sign-in or to tracing.
const RESERVED: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "client-request-id",
    "return-client-request-id",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

fn own_header(text: &str) -> Result<HeaderName, CallError> {
    match HeaderName::from_bytes(text.as_bytes()) {
        Ok(name) if !RESERVED.contains(&name.as_str()) => Ok(name),
        Ok(_) | Err(_) => Err(not_allowed(format!(
            "the header `{text}` cannot be set by a playbook"
        ))),
    }
}

fn header_value(text: &str) -> Result<HeaderValue, CallError> {
    HeaderValue::from_str(text).map_err(|_| not_allowed("a header's value has control characters".to_owned()))
}

fn method(text: &str) -> Result<Method, CallError> {
    match text {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "PATCH" => Ok(Method::PATCH),
        "PUT" => Ok(Method::PUT),
        "DELETE" => Ok(Method::DELETE),
        other => Err(not_allowed(format!(
            "the method `{other}` is not used by Redress"
        ))),
    }
}

fn not_allowed(message: String) -> CallError {
    plain(CallErrorKind::NotAllowed, message, "")
}

/// What is behind these locks is never half-changed, so a panic elsewhere does not matter.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
