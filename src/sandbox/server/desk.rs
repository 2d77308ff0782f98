//! Where every request is answered: one at a time, without waiting.
//!
//! Decides which part answers, meets the request with its fault, and takes it down in the journal.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::response::Response;
use serde_json::json;

use crate::run::clock::SimulatedClock;
use crate::sandbox::resources::{Effect, GraphError, Version, metadata};
use crate::sandbox::server::outgoing::{Arrival, Outgoing, Sending, json_content, refuse, respond, set};
use crate::sandbox::server::{Options, SandboxError, graph_call, token};
use crate::sandbox::state::Live;
use crate::sandbox::state::exchange::ExchangeSide;
use crate::sandbox::state::faults::Faults;
use crate::sandbox::state::journal::{Entry, Journal};
use crate::sandbox::state::throttle::Throttle;
use crate::sandbox::state::tokens::Tokens;
use crate::sandbox::tenant::TenantFile;
use crate::sandbox::tenant::model::FaultKind;
use crate::value::{Secret, Timestamp};

/// What answers requests.
pub(super) struct Desk {
    clock: Arc<dyn SimulatedClock>,
    origin: String,
    client_secret: Secret,
    inner: Mutex<Inner>,
}

/// All that changes.
#[derive(Debug)]
pub(super) struct Inner {
    /// The tenant.
    pub live: Live,
    /// Tokens that were issued.
    pub tokens: Tokens,
    /// What is used up of the limits.
    pub throttle: Throttle,
    /// What goes wrong.
    pub faults: Faults,
    /// What arrived.
    pub journal: Journal,
}

/// An answer before faults: the response, and what was done.
pub(super) struct Done {
    /// The response.
    pub response: Response,
    /// What was done.
    pub effect: Effect,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk for a tenant at its start.
    pub fn new(
        tenant: TenantFile,
        clock: Arc<dyn SimulatedClock>,
        origin: String,
        options: &Options,
    ) -> Result<Self, SandboxError> {
        let journal = match &options.journal {
            Some(path) => Journal::with_file(path).map_err(|error| SandboxError::Journal {
                path: PathBuf::clone(path),
                error,
            })?,
            None => Journal::default(),
        };
        let exchange = tenant.exchange.as_ref();
        let published = exchange
            .map(|exchange| exchange.published_certificates.clone())
            .unwrap_or_default();
        let exchange = ExchangeSide::new(options.exchange_state.clone(), Arc::clone(&clock), published);
        let inner = Inner {
            tokens: Tokens::default(),
            throttle: Throttle::new(tenant.users.len()),
            faults: Faults::new(tenant.faults.clone()),
            journal,
            live: Live::new(tenant, exchange),
        };
        Ok(Desk {
            clock,
            origin,
            client_secret: options.client_secret.clone(),
            inner: Mutex::new(inner),
        })
    }

    /// The sandbox's clock.
    pub fn clock(&self) -> &dyn SimulatedClock {
        &*self.clock
    }

    /// `http://127.0.0.1:PORT`
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The app registration's secret.
    pub fn client_secret(&self) -> &Secret {
        &self.client_secret
    }

    /// The state, alone.
    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Answers a request.
    pub fn answer(&self, arrival: &Arrival<'_>) -> Outgoing {
        let mut inner = self.inner();
        let now = self.clock.now();
        let segments = arrival.segments();
        if segments == ["sandbox", "journal"] {
            return Outgoing {
                response: journal(arrival, &inner, now),
                sending: Sending::AtOnce,
            };
        }
        inner.live.exchange.look();
        let user = user(&inner.live, &segments);
        let about = user.map(|index| inner.live.tenant.users[index].id.clone());
        let fault = inner.faults.meet(
            arrival.method(),
            segments.get(1..).unwrap_or_default(),
            about.as_deref(),
        );
        let (done, sending) = self.met(&mut inner, arrival, &segments, now, fault);
        let entry = Entry {
            seq: 0,
            at: now,
            method: arrival.method().to_owned(),
            path: arrival.path().to_owned(),
            query: arrival.query().to_owned(),
            client_request_id: arrival.header("client-request-id").map(str::to_owned),
            request_id: arrival.request_id.clone(),
            status: (sending != Sending::Never).then(|| done.response.status().as_u16()),
            effect: done.effect == Effect::Changed,
            user: user.map(|index| inner.live.tenant.users[index].upn.clone()),
        };
        inner.journal.append(entry);
        Outgoing {
            response: done.response,
            sending,
        }
    }

    fn met(
        &self,
        inner: &mut Inner,
        arrival: &Arrival<'_>,
        segments: &[String],
        now: Timestamp,
        fault: Option<FaultKind>,
    ) -> (Done, Sending) {
        let nothing = |response| Done {
            response,
            effect: Effect::Nothing,
        };
        match fault {
            None => (self.served(inner, arrival, segments, now), Sending::AtOnce),
            Some(FaultKind::Status { status, retry_after }) => (
                nothing(failed(arrival, now, status, retry_after)),
                Sending::AtOnce,
            ),
            Some(FaultKind::BusyAfter) => {
                let done = self.served(inner, arrival, segments, now);
                let response = failed(arrival, now, 503, None);
                (Done { response, ..done }, Sending::AtOnce)
            }
            Some(FaultKind::CutBefore) => (nothing(respond(arrival, now, 500, None)), Sending::Never),
            Some(FaultKind::CutAfter) => (self.served(inner, arrival, segments, now), Sending::Never),
            Some(FaultKind::Delay(delay)) => {
                (self.served(inner, arrival, segments, now), Sending::Late(delay))
            }
        }
    }

    fn served(&self, inner: &mut Inner, arrival: &Arrival<'_>, segments: &[String], now: Timestamp) -> Done {
        let plain = |response| Done {
            response,
            effect: Effect::Nothing,
        };
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (arrival.method(), &words[..]) {
            (_, ["v1.0", ..]) => graph_call::answer(self, inner, arrival, Version::V1, &segments[1..], now),
            (_, ["beta", ..]) => graph_call::answer(self, inner, arrival, Version::Beta, &segments[1..], now),
            ("POST", [tenant, "oauth2", "v2.0", "token"]) => {
                plain(token::answer(self, inner, arrival, tenant, now))
            }
            ("GET", [tenant, "federationmetadata", "2007-06", "federationmetadata.xml"])
                if tenant.eq_ignore_ascii_case(inner.live.tenant.id.as_str()) =>
            {
                let text = metadata::xml(inner.live.tenant.id.as_str(), inner.live.exchange.published());
                plain(respond(
                    arrival,
                    now,
                    200,
                    Some(("application/xml; charset=utf-8", text)),
                ))
            }
            _ => {
                let error = GraphError::new(404, "ResourceNotFound", "Nothing is served at this path.");
                plain(refuse(arrival, now, &error))
            }
        }
    }
}

/// The user whom a path is about.
fn user(live: &Live, segments: &[String]) -> Option<usize> {
    match segments {
        [_, users, name, ..] if users.eq_ignore_ascii_case("users") => live.user(name),
        _ => None,
    }
}

fn journal(arrival: &Arrival<'_>, inner: &Inner, now: Timestamp) -> Response {
    let body = json!({
        "entries": inner.journal.entries(),
        "revocations": inner.journal.revocations(),
    });
    respond(arrival, now, 200, Some(json_content(&body)))
}

/// An error answer that a fault asks for.
fn failed(arrival: &Arrival<'_>, now: Timestamp, status: u16, retry_after: Option<u32>) -> Response {
    let error = match status {
        429 => GraphError::new(429, "TooManyRequests", "Please retry again later."),
        503 => GraphError::new(
            503,
            "serviceNotAvailable",
            "The service is temporarily unavailable.",
        ),
        _ => GraphError::new(
            status,
            "Service_InternalServerError",
            "Encountered an internal server error.",
        ),
    };
    let mut response = refuse(arrival, now, &error);
    if let Some(seconds) = retry_after {
        set(&mut response, "retry-after", &seconds.to_string());
    }
    response
}
