//! What a run needs of the world. Reading and changing are two traits, so that `observe` cannot write.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::graph::model::{GraphRequest, RestRequest};
use crate::value::{Answer, Timestamp};

/// A future behind a pointer.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Now and sleep, one port: real time, or the sandbox's.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
    /// Waits, in this clock's time.
    fn sleep(&self, duration: Duration) -> Pending<'_, ()>;
}

/// Reads from the tenant and from named hosts.
pub trait TenantReads: Send + Sync {
    /// GET (or a POST that the catalogue lists as reading), throttled, paged and retried.
    fn read<'a>(&'a self, request: &'a GraphRequest) -> Pending<'a, Result<Answer, CallError>>;
    /// GET without a token to a host that the configuration names.
    fn fetch<'a>(&'a self, request: &'a RestRequest) -> Pending<'a, Result<Answer, CallError>>;
    /// The service's `Date` as last seen, beside the local time at which it was seen.
    fn service_date(&self) -> Option<(Timestamp, Timestamp)>;
}

/// Changes in the tenant. One call is one request on the wire: nothing below this port sends it again.
pub trait TenantChanges: Send + Sync {
    /// Sends one change under one `client-request-id`.
    fn change<'a>(
        &'a self,
        request: &'a GraphRequest,
        client_request_id: &'a str,
    ) -> Pending<'a, Result<Answer, CallError>>;
}

/// Why a call has no answer that the step expects.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// What follows from it.
    pub kind: CallErrorKind,
    /// Lower case; method, path, status, code; no secret.
    pub message: String,
    /// Next actions.
    pub hints: Vec<String>,
    /// HTTP status, if one came.
    pub status: Option<u16>,
    /// The error's `code`.
    pub code: Option<String>,
    /// The service's `request-id`.
    pub request_id: Option<String>,
}

/// What follows from a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallErrorKind {
    /// No token: the sign-in failed (exit code 10).
    SignIn,
    /// 401 or 403: a right, role or licence is missing (10).
    Permission,
    /// The request may not be sent there: origin, method or host is not allowed (3).
    NotAllowed,
    /// Definitely refused by the service: nothing happened.
    Refused,
    /// Throttled or busy until the budget of waiting was used up; for a change: 429 or 503, in doubt.
    Busy,
    /// Sent, and no definite answer: 5xx, time-out, cut. A change is in doubt.
    NoAnswer,
    /// Never sent: no connection, no name. Nothing happened.
    NotSent,
    /// An answer that is not what the service documents (not JSON, foreign next link, page loop).
    Malformed,
}
