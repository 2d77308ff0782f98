//! What a run needs of the world. Reading and changing are two traits, so that `observe` cannot write.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::graph::model::{GraphRequest, RestRequest};
use crate::powershell::model::ScriptRequest;
use crate::value::{ActionId, Answer, Digest, Timestamp};

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

/// PowerShell on the configuration's hosts. One job is one script process for one target.
pub trait Scripts: Send + Sync {
    /// How scripts for this host are run.
    fn door(&self, host: &str) -> Door;
    /// Runs a script that only reads; its answer's body is what the script returned.
    fn read<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>>;
    /// Runs a changing script with `-WhatIf`; the body is `{"what_if": [line, …]}`.
    fn preview<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>>;
    /// Runs a changing script: starts it, gives the go, waits for its end record.
    fn change<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>>;
    /// What an earlier process left in the job's folder: takes the script's lock first (waits while it runs).
    /// `NotSent`: no begin record. `NoAnswer`: begun and not ended.
    fn recover<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>>;
    /// The files of a bundle that does the same elsewhere.
    ///
    /// # Errors
    /// The values cannot be written into a parameter file.
    fn bundle(&self, job: &ScriptJob) -> Result<Bundle, CallError>;
}

/// What is handed over.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Plain file names and their bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// SHA-256 of `manifest.json`, which lists every other file's.
    pub manifest: Digest,
}

/// How a PowerShell host is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A child process on this machine.
    Here,
    /// A bundle for whoever may.
    HandOver,
    /// `here`, but this machine has no PowerShell.
    NoPowerShell,
    /// The configuration names no such host.
    NotConfigured,
}

/// One script run for one target.
#[derive(Clone, Debug)]
pub struct ScriptJob {
    /// What is asked.
    pub request: ScriptRequest,
    /// The script file, byte for byte; its SHA-256 is `request.script`.
    pub script: Arc<[u8]>,
    /// Which read or action it is.
    pub action: ActionId,
    /// The run, or the plan's nonce while planning; the result file must repeat it.
    pub nonce: String,
    /// A private folder of its own, made by the runner: script, parameters, results, lock.
    pub folder: PathBuf,
}
