//! A tenant in memory behind the ports: users, scripted faults, a lag before an effect is seen, and what must
//! never happen written down as it is seen.
//!
//! Knows nothing of plans. Its state is a plain value, so that a crash can be repeated from any moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use redress::graph::model::{GraphRequest, RestRequest};
use redress::run::ports::{CallError, CallErrorKind, Clock, Pending, TenantChanges, TenantReads};
use redress::value::{Answer, Json, Timestamp};
use serde_json::json;

use crate::clock::VirtualClock;
use crate::journal::MemoryJournal;

/// What a change of a user meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Once: 429, nothing happens.
    Throttled,
    /// Once: 503, nothing happens.
    Busy,
    /// Once: the line is cut, nothing happened.
    CutBefore,
    /// Once: the line is cut, it did happen.
    CutAfter,
    /// Always: 400.
    Refused,
    /// Always: 403.
    Forbidden,
}

#[derive(Clone, Debug)]
pub struct User {
    pub enabled: bool,
    pub usage: String,
    /// Seen from the instant on.
    pub valid_from: Vec<(Timestamp, Timestamp)>,
    pub fault: Option<Fault>,
    /// Changes that did something.
    pub effects: BTreeMap<String, u32>,
}

/// Everything that a crash leaves as it is.
#[derive(Clone, Debug)]
pub struct State {
    pub users: BTreeMap<String, User>,
    pub groups: BTreeMap<String, Vec<String>>,
    /// `GET /organization` says calm from then on.
    pub calm_from: Option<Timestamp>,
    /// How long reads do not see an effect.
    pub lag: Duration,
    /// How long a change is under way.
    pub latency: Duration,
    pub arrived: BTreeSet<String>,
    /// Servers that a script touched, and how often it did something.
    pub servers: BTreeMap<String, u32>,
    /// Script folders: begun (false) or ended (true).
    pub scripts: BTreeMap<String, bool>,
    /// Reads of users by id: so many fail from now on.
    pub failing_reads: BTreeMap<String, u32>,
}

impl State {
    pub fn of(users: usize) -> Self {
        let before: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let user = || User {
            enabled: true,
            usage: "CH".to_owned(),
            valid_from: vec![(before, before)],
            fault: None,
            effects: BTreeMap::new(),
        };
        State {
            users: (1..=users).map(|n| (id(n), user())).collect(),
            groups: BTreeMap::new(),
            calm_from: None,
            lag: Duration::from_secs(40),
            latency: Duration::from_secs(2),
            arrived: BTreeSet::new(),
            servers: BTreeMap::new(),
            scripts: BTreeMap::new(),
            failing_reads: BTreeMap::new(),
        }
    }

    pub fn fault(mut self, user: usize, fault: Fault) -> Self {
        self.user(user).fault = Some(fault);
        self
    }

    pub fn user(&mut self, n: usize) -> &mut User {
        self.users.get_mut(&id(n)).unwrap()
    }

    /// How often each user was changed, over all kinds of changes.
    pub fn effects(&self) -> Vec<u32> {
        self.users
            .values()
            .map(|user| user.effects.values().sum())
            .collect()
    }

    /// The most often that one kind of change did something to one target.
    pub fn most_often(&self) -> u32 {
        let users = self.users.values().flat_map(|user| user.effects.values());
        users.chain(self.servers.values()).copied().max().unwrap_or(0)
    }

    fn view(&self, id: &str, now: Timestamp) -> Option<Json> {
        let user = self.users.get(id)?;
        let seen = user.valid_from.iter().rfind(|(from, _)| *from <= now)?;
        Some(json!({
            "id": id, "userPrincipalName": format!("{}@example.com", &id[..8]), "accountEnabled": user.enabled,
            "usageLocation": user.usage, "signInSessionsValidFromDateTime": seen.1,
        }))
    }

    /// What the service does with a change that has reached it.
    pub fn change(&mut self, request: &GraphRequest, now: Timestamp) -> Result<Answer, CallError> {
        let path = request.url.trim_start_matches("/v1.0");
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let lag = self.lag;
        let Some(user) = self.users.get_mut(parts[1]) else {
            return Err(error(CallErrorKind::Refused, Some(404)));
        };
        let fault = user.fault;
        match fault {
            Some(Fault::Refused) => return Err(error(CallErrorKind::Refused, Some(400))),
            Some(Fault::Forbidden) => return Err(error(CallErrorKind::Permission, Some(403))),
            Some(Fault::Throttled | Fault::Busy | Fault::CutBefore | Fault::CutAfter) => user.fault = None,
            None => {}
        }
        match fault {
            Some(Fault::Throttled) => return Err(error(CallErrorKind::Busy, Some(429))),
            Some(Fault::Busy) => return Err(error(CallErrorKind::Busy, Some(503))),
            Some(Fault::CutBefore) => return Err(error(CallErrorKind::NoAnswer, None)),
            Some(Fault::CutAfter | Fault::Refused | Fault::Forbidden) | None => {}
        }
        let body = user.take(
            &request.method,
            parts.get(2).copied(),
            request.body.as_ref(),
            now,
            lag,
        );
        if fault == Some(Fault::CutAfter) {
            return Err(error(CallErrorKind::NoAnswer, None));
        }
        Ok(answer(if body.is_null() { 204 } else { 200 }, body))
    }
}

impl User {
    fn take(
        &mut self,
        method: &str,
        call: Option<&str>,
        body: Option<&Json>,
        now: Timestamp,
        lag: Duration,
    ) -> Json {
        let mut count = |name: &str| *self.effects.entry(name.to_owned()).or_default() += 1;
        match (method, call) {
            ("POST", Some("revokeSignInSessions")) => {
                count("revoke");
                self.valid_from.push((now.saturating_add(lag).unwrap(), now));
                json!({"value": true})
            }
            ("PATCH", None) => {
                let usage = body.and_then(|body| body["usageLocation"].as_str()).unwrap();
                if self.usage != usage {
                    count("usage");
                    usage.clone_into(&mut self.usage);
                }
                Json::Null
            }
            other => panic!("the tenant knows no {other:?}"),
        }
    }
}

/// The object id of the n-th user.
pub fn id(n: usize) -> String {
    format!("{n:08}-0000-4000-8000-000000000000")
}

pub fn error(kind: CallErrorKind, status: Option<u16>) -> CallError {
    CallError {
        kind,
        message: format!("{kind:?} {status:?}"),
        hints: Vec::new(),
        status,
        code: None,
        request_id: None,
    }
}

pub fn answer(status: u16, body: Json) -> Answer {
    Answer {
        status,
        code: None,
        request_id: None,
        date: None,
        body,
    }
}

/// What was seen while a process ran.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub in_flight: usize,
    pub most_in_flight: usize,
    pub arrivals: usize,
    pub reads: usize,
    pub breaches: Vec<String>,
}

/// The tenant as one process sees it.
pub struct Tenant {
    pub state: Arc<Mutex<State>>,
    pub seen: Mutex<Seen>,
    pub clock: Arc<VirtualClock>,
    /// Set once the run has one; planning has none.
    pub journal: OnceLock<Arc<MemoryJournal>>,
}

impl Tenant {
    pub fn new(state: State, clock: Arc<VirtualClock>) -> Self {
        Tenant {
            state: Arc::new(Mutex::new(state)),
            seen: Mutex::default(),
            clock,
            journal: OnceLock::new(),
        }
    }

    fn get(&self, url: &str) -> Result<Answer, CallError> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap();
        let path = url.trim_start_matches("/v1.0").split('?').next().unwrap();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let missing = || error(CallErrorKind::Refused, Some(404));
        match parts.as_slice() {
            ["organization"] => {
                let calm = state.calm_from.is_some_and(|from| from <= now);
                Ok(answer(200, json!({"calm": calm})))
            }
            ["users"] => Ok(answer(
                200,
                json!({"@odata.count": state.users.len(), "value": []}),
            )),
            ["users", id] => {
                if let Some(left) = state.failing_reads.get_mut(*id).filter(|left| **left > 0) {
                    *left -= 1;
                    return Err(error(CallErrorKind::NoAnswer, Some(500)));
                }
                state
                    .view(id, now)
                    .map(|body| answer(200, body))
                    .ok_or_else(missing)
            }
            ["groups", id, "transitiveMembers"] => {
                let members = state.groups.get(*id).ok_or_else(missing)?;
                Ok(answer(200, members.iter().map(|id| json!({"id": id})).collect()))
            }
            other => panic!("the tenant knows no {other:?}"),
        }
    }

    /// At arrival the journal holds the intent; nothing arrives after the journal failed or twice.
    fn arrive(&self, client_request_id: &str) {
        let mut seen = self.seen.lock().unwrap();
        seen.arrivals += 1;
        seen.in_flight += 1;
        seen.most_in_flight = seen.most_in_flight.max(seen.in_flight);
        let journal = self.journal.get().expect("only a run changes");
        if !journal.has_intent(client_request_id) {
            seen.breaches.push(format!(
                "{client_request_id} arrived before its intent was durable"
            ));
        }
        if journal.has_failed() {
            seen.breaches
                .push(format!("{client_request_id} arrived after the journal failed"));
        }
        if !self
            .state
            .lock()
            .unwrap()
            .arrived
            .insert(client_request_id.to_owned())
        {
            seen.breaches.push(format!("{client_request_id} arrived twice"));
        }
    }
}

/// Leaves the count when the request is over, or dropped.
struct InFlight<'a>(&'a Tenant);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.seen.lock().unwrap().in_flight -= 1;
    }
}

impl TenantReads for Tenant {
    fn read<'a>(&'a self, request: &'a GraphRequest) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            self.seen.lock().unwrap().reads += 1;
            tokio::task::yield_now().await;
            match self.get(&request.url) {
                Err(error)
                    if error
                        .status
                        .is_some_and(|status| request.expect.contains(&status)) =>
                {
                    Ok(answer(error.status.unwrap_or_default(), Json::Null))
                }
                other => other,
            }
        })
    }

    fn fetch<'a>(&'a self, request: &'a RestRequest) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(async move { panic!("no host serves {}", request.url) })
    }

    fn service_date(&self) -> Option<(Timestamp, Timestamp)> {
        None
    }
}

impl TenantChanges for Tenant {
    fn change<'a>(
        &'a self,
        request: &'a GraphRequest,
        client_request_id: &'a str,
    ) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            self.arrive(client_request_id);
            let _in_flight = InFlight(self);
            let latency = self.state.lock().unwrap().latency;
            self.clock.sleep(latency / 2).await;
            let result = self.state.lock().unwrap().change(request, self.clock.now());
            self.clock.sleep(latency / 2).await;
            result
        })
    }
}
